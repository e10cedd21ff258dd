import KCData
import KCKube
import Testing

@testable import KCControl

/// Claims and volumes over the fake API.
@Suite struct VolumeBinderTests {
  private func simulation() -> Simulation {
    let simulation = Simulation([VolumeBinder(folder: "/volumes"), VolumeProtection()])
    _ = simulation.create(LocalVolume.storageClass, namespace: nil)
    return simulation
  }

  private func claim(_ name: String = "data", className: String = "local", size: String = "1Gi") -> Value {
    [
      "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": ["name": .string(name)],
      "spec": [
        "storageClassName": .string(className), "accessModes": ["ReadWriteOnce"],
        "resources": ["requests": ["storage": .string(size)]],
      ],
    ]
  }

  private func volume(_ name: String, size: String) -> Value {
    [
      "apiVersion": "v1", "kind": "PersistentVolume", "metadata": ["name": .string(name)],
      "spec": [
        "capacity": ["storage": .string(size)], "accessModes": ["ReadWriteOnce"], "storageClassName": "manual",
        "persistentVolumeReclaimPolicy": "Retain", "hostPath": ["path": .string("/mnt/\(name)")],
      ],
    ]
  }

  private func claim(in simulation: Simulation, _ name: String = "data") -> Value? {
    simulation.cache.get(ObjectKey(.persistentVolumeClaim, namespace: "ns", name: name))
  }

  @Test func aClaimOfTheEnginesClassGetsAFolder() async throws {
    let simulation = simulation()
    _ = simulation.create(claim())
    await simulation.settle()
    let made = try #require(claim(in: simulation))
    #expect(made.at("status", "phase") == "Bound")
    let name = try #require(made.at("spec", "volumeName")?.string)
    let volume = try #require(simulation.cache.get(ObjectKey(.persistentVolume, namespace: nil, name: name)))
    #expect(volume.at("status", "phase") == "Bound")
    #expect(volume.at("spec", "hostPath", "path")?.string == "/volumes/\(name)")
    #expect(volume.at("spec", "claimRef", "uid") == made.at("metadata", "uid"))
    #expect(simulation.cache.list(.persistentVolume).count == 1)

    _ = simulation.api.delete(ObjectKey(.persistentVolumeClaim, namespace: "ns", name: "data"), [:])
    await simulation.settle()
    #expect(claim(in: simulation) == nil)
    #expect(simulation.cache.list(.persistentVolume).isEmpty)
    #expect(simulation.failures.isEmpty)
  }

  @Test func theSmallestVolumeThatFitsIsTakenAndKept() async throws {
    let simulation = simulation()
    for (name, size) in [("small", "500Mi"), ("large", "10Gi"), ("right", "2Gi")] {
      _ = simulation.create(volume(name, size: size), namespace: nil)
    }
    _ = simulation.create(claim(className: "manual"))
    await simulation.settle()
    #expect(claim(in: simulation)?.at("spec", "volumeName") == "right")
    #expect(claim(in: simulation)?.at("status", "capacity", "storage") == "2Gi")
    _ = simulation.api.delete(ObjectKey(.persistentVolumeClaim, namespace: "ns", name: "data"), [:])
    await simulation.settle()
    let kept = simulation.cache.get(ObjectKey(.persistentVolume, namespace: nil, name: "right"))
    #expect(kept?.at("status", "phase") == "Released")
  }

  @Test func aClaimThatNothingFitsWaitsForOne() async {
    let simulation = simulation()
    _ = simulation.create(claim(className: "manual"))
    await simulation.settle()
    #expect(claim(in: simulation)?.at("status", "phase") == "Pending")
    _ = simulation.create(volume("late", size: "1Gi"), namespace: nil)
    await simulation.settle()
    #expect(claim(in: simulation)?.at("spec", "volumeName") == "late")
  }
}
