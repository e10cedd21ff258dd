import KCClient
import KCData
import KCKube
import Testing

/// Programs that define kinds and declare objects of them.
@Suite(.serialized, .timeLimit(.minutes(3))) struct DefinitionTests {
  private static let target = "--kubeconfig kubeconfig"

  /// - Parameters:
  ///   - versions: the last one is stored, each with its properties.
  ///   - ended: a version that is not served any more.
  private static func program(
    _ versions: [(name: String, properties: String)], ended: String? = nil, _ object: String
  ) -> String {
    let all = versions.map { version in
      """
      {
        name = "\(version.name)", served = \(version.name != ended), storage = \(version.name == versions.last?.name)
        schema = { openAPIV3Schema = { type = "object", properties = {
          spec = { type = "object", properties = { \(version.properties) } }
        } } }
      }
      """
    }
    return """
      k8s.apiextensions.v1.CustomResourceDefinition "widgets.example.com" {
        spec {
          group = "example.com"
          scope = "Namespaced"
          names = { kind = "Widget", plural = "widgets" }
          versions = [\(all.joined(separator: ", "))]
        }
      }
      \(object)
      """
  }

  private static let size = "size = { type = \"integer\" }"

  private func widget(_ wire: WireServer, _ version: String) async throws -> Value? {
    let type = ResourceType(
      group: "example.com", version: version, kind: "Widget", plural: "widgets", namespaced: true)
    return try await wire.client().find(type, namespace: "live", name: "small")
  }

  @Test func aFieldComesWithItsDefinition() async throws {
    let old = Self.program([("v1", Self.size)], "example.com.v1.Widget small { spec { size = 1 } }\n")
    try await WireServer.with(project: "live", old) { wire async throws in
      #expect(await wire.kc("apply \(Self.target) -y").status == 0)
      // The target knows nothing of the field yet: neither for what is there nor for what is new.
      wire.write(
        "main.kc",
        Self.program(
          [("v1", Self.size + ", color = { type = \"string\" }")],
          """
          example.com.v1.Widget small { spec { size = 1; color = "red" } }
          example.com.v1.Widget other { spec { color = "blue" } }

          """))
      let plan = await wire.kc("plan \(Self.target)")
      #expect(plan.status == 0 && plan.out.contains("+ red"), "\(plan)")
      #expect(plan.out.contains("Plan: 1 to add, 2 to change"), "\(plan)")
      let apply = await wire.kc("apply \(Self.target) -y")
      #expect(apply.status == 0, "\(apply)")
      #expect(try await widget(wire, "v1")?.at("spec", "color") == "red")
      #expect(await wire.kc("plan \(Self.target) --detailed-exitcode").status == 0)
    }
  }

  @Test func anObjectStaysTheSameInAnotherVersion() async throws {
    let old = Self.program([("v1", Self.size)], "example.com.v1.Widget small { spec { size = 1 } }\n")
    try await WireServer.with(project: "live", old) { wire async throws in
      wire.control()
      #expect(await wire.kc("apply \(Self.target) -y").status == 0)
      let uid = try await widget(wire, "v1")?.uid
      #expect(uid != nil)
      wire.write(
        "main.kc",
        Self.program(
          [("v1", Self.size), ("v2", Self.size)], "example.com.v2.Widget small { spec { size = 2 } }\n"))
      let plan = await wire.kc("plan \(Self.target) --summary")
      #expect(plan.out.contains("add=0 change=2 replace=0 remove=0"), "\(plan)")
      #expect(await wire.kc("apply \(Self.target) -y").status == 0)
      #expect(try await widget(wire, "v2")?.uid == uid)
      #expect(await wire.kc("plan \(Self.target) --detailed-exitcode").status == 0)

      // The version of old is served no more, and what was recorded in it goes all the same.
      wire.write("main.kc", Self.program([("v1", Self.size), ("v2", Self.size)], ended: "v1", ""))
      let gone = await wire.kc("apply \(Self.target) -y")
      #expect(gone.status == 0 && gone.out.contains("1 to remove"), "\(gone)")
      #expect(try await widget(wire, "v2") == nil)
    }
  }

  @Test func versionsThatAreNotServedAreRefused() async throws {
    let old = Self.program([("v1", Self.size)], "example.com.v1.Widget small { spec { size = 1 } }\n")
    try await WireServer.with(project: "live", old) { wire async throws in
      #expect(await wire.kc("apply \(Self.target) -y").status == 0)
      wire.write(
        "main.kc", Self.program([("v1", Self.size)], "example.com.v3.Widget small { spec { size = 2 } }\n"))
      let plan = await wire.kc("plan \(Self.target)")
      #expect(plan.status == 3, "\(plan)")
      #expect(plan.out.contains("does not know objects of kind Widget of example.com/v3"), "\(plan)")
    }
  }

  /// Where the definition stays as it is, the target's word counts, with the object that it is about.
  @Test func fieldsThatAKindDoesNotHaveAreToldOfTheirObject() async throws {
    let old = Self.program([("v1", Self.size)], "")
    try await WireServer.with(project: "defines", old) { wire async throws in
      #expect(await wire.kc("apply \(Self.target) -y").status == 0)
      wire.write("project.kc", "project live { namespace = \"live\" }\n")
      wire.write("main.kc", "example.com.v1.Widget small { spec { size = 1 } }\n")
      #expect(await wire.kc("apply \(Self.target) -y").status == 0)
      wire.write("main.kc", "example.com.v1.Widget small { spec { size = 1; color = \"red\" } }\n")
      let plan = await wire.kc("plan \(Self.target)")
      #expect(plan.status == 3 && plan.out.contains("widget small would be refused"), "\(plan)")
      #expect(plan.out.contains(".spec.color: field not declared in schema"), "\(plan)")
    }
  }
}
