import KCData
import KCKube
import KCServer
import Testing

/// Claims grow where their class allows it, as in Kubernetes.
@Suite struct ClaimSizeTests {
  @Test(arguments: [("fixed", 403), ("growing", 200), ("", 403)])
  func growsWhereItsClassAllowsIt(_ name: String, _ status: Int) async throws {
    let fixture = try ServerFixture()
    defer { fixture.remove() }
    try await fixture.server.bootstrap()
    for (name, grows) in [("fixed", false), ("growing", true)] {
      let made = await fixture.call(
        "POST", "/apis/storage.k8s.io/v1/storageclasses",
        ["metadata": ["name": .string(name)], "provisioner": "x/y", "allowVolumeExpansion": .bool(grows)])
      #expect(made.status == 201)
    }
    let claims = "/api/v1/namespaces/default/persistentvolumeclaims"
    var claim: Value = [
      "metadata": ["name": "data"],
      "spec": [
        "storageClassName": .string(name), "accessModes": ["ReadWriteOnce"],
        "resources": ["requests": ["storage": "1Gi"]],
      ],
    ]
    claim.set("v", at: "spec", "volumeName")
    #expect(await fixture.call("POST", claims, claim).status == 201)
    let bound = await fixture.call(
      "PATCH", claims + "/data/status", ["status": ["phase": "Bound", "capacity": ["storage": "1Gi"]]],
      contentType: "application/merge-patch+json")
    #expect(bound.status == 200)
    let grown = await fixture.call(
      "PATCH", claims + "/data", ["spec": ["resources": ["requests": ["storage": "2Gi"]]]],
      contentType: "application/merge-patch+json")
    #expect(grown.status == status, "\(grown.body)")
  }
}
