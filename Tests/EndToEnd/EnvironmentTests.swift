import KCClient
import KCData
import KCKube
import Testing

/// Environments that share a target, over the wire.
@Suite(.serialized, .timeLimit(.minutes(3))) struct EnvironmentTests {
  private static let target = "--kubeconfig kubeconfig"

  /// Each owns what is in its own namespace: what one does is nothing to the other.
  @Test func namespacesOfTheirOwnKeepEnvironmentsApart() async throws {
    let program = """
      config a { data { A = "1" } }
      env staging { namespace = "shop-staging" }
      env prod {
        namespace = "shop-prod"
        config b { data { B = "1" } }
      }

      """
    try await WireServer.with(project: "shop", program) { wire async throws in
      wire.control()
      #expect(await wire.kc("apply \(Self.target) -y --env staging").status == 0)
      let prod = await wire.kc("apply \(Self.target) -y --env prod")
      #expect(prod.status == 0 && !prod.out.contains("  - "), "\(prod)")
      for name in ["staging", "prod"] {
        let plan = await wire.kc("plan \(Self.target) --detailed-exitcode --env \(name)")
        #expect(plan.status == 0, "\(plan.out)")
        #expect(await wire.kc("status \(Self.target) --env \(name)").out.contains("namespace shop-\(name)"))
      }
      // None of them needs the project's namespace, where nothing is.
      let namespaces = try #require(ResourceTypes.builtin.named("namespaces"))
      #expect(try await wire.client().find(namespaces, namespace: nil, name: "shop") == nil)
      let none = await wire.kc("status \(Self.target)")
      #expect(
        none.out.contains("But it owns objects in shop-prod (--env prod), shop-staging (--env staging)."), "\(none)")
      #expect(await wire.kc("destroy \(Self.target) -y --env staging").status == 0)
      #expect(await wire.kc("plan \(Self.target) --detailed-exitcode --env prod").status == 0)
    }
  }

  /// Without one, the same objects are another environment's next: that is said before anything goes.
  @Test func anotherEnvironmentOfTheSameObjectsIsTold() async throws {
    let program = "config a { data { A = \"1\" } }\nenv prod { config b { data { B = \"1\" } } }\n"
    try await WireServer.with(project: "shop", program) { wire async throws in
      #expect(await wire.kc("apply \(Self.target) -y --env prod").status == 0)
      let plan = await wire.kc("plan \(Self.target)")
      #expect(plan.out.contains("! was last applied as env prod, and this plan is for no env"), "\(plan)")
      #expect(await wire.kc("apply \(Self.target) -y").status == 0)
      #expect(!(await wire.kc("plan \(Self.target)").out.contains("was last applied")))
      let back = await wire.kc("plan \(Self.target) --env prod")
      #expect(back.out.contains("! was last applied as no env, and this plan is for env prod"), "\(back)")
    }
  }

  /// Where the file that says the namespace cannot be read, nobody knows where the record is.
  @Test func aDamagedEnvironmentIsNotGuessed() async throws {
    try await WireServer.with(project: "shop", "config a { data { A = \"1\" } }\n") { wire async throws in
      wire.write("prod.kc", "env prod { namespace = \"shop-prod\" }\n")
      #expect(await wire.kc("apply \(Self.target) -y --env prod").status == 0)
      wire.write("prod.kc", "env prod { namespace = \"shop-prod }\n")
      let status = await wire.kc("status \(Self.target) --env prod")
      #expect(status.status == 1 && status.messages.contains("prod.kc:"), "\(status)")
      // A mistake elsewhere hides nothing.
      wire.write("prod.kc", "env prod { namespace = \"shop-prod\" }\n")
      wire.write("other.kc", "config b {\n")
      #expect(await wire.kc("status \(Self.target) --env prod").out.contains("namespace shop-prod"))
    }
  }
}
