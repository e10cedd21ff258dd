import KCClient
import KCData
import KCKube
import Testing

/// Commands that remove or look at what a project owns must be certain which project that is, and where.
@Suite(.serialized, .timeLimit(.minutes(3))) struct KnownProjectTests {
  private static let target = "--kubeconfig kubeconfig"
  private static let commands = ["destroy -y", "status", "history", "rollback -y", "get cm", "logs x"]

  @Test func anEnvironmentThatIsNotThereIsRefused() async throws {
    try await WireServer.with(project: "live", "config a { data { A = \"1\" } }\nenv prod {}\n") { wire async throws in
      #expect(await wire.kc("apply \(Self.target) -y --env prod").status == 0)
      for command in Self.commands {
        let outcome = await wire.kc("\(command) \(Self.target) --env prodd")
        #expect(outcome.status == 1 && outcome.messages.contains("KC0108"), "\(command): \(outcome)")
      }
      let type = try #require(ResourceTypes.builtin.named("configmaps"))
      #expect(try await wire.client().find(type, namespace: "live", name: "a") != nil)
      #expect(await wire.kc("status \(Self.target) --env prod").status == 0)
    }
  }

  @Test func mistakesElsewhereDoNotHideTheProject() async throws {
    try await WireServer.with(project: "live", "config a { data { A = \"1\" } }\n") { wire async throws in
      #expect(await wire.kc("apply \(Self.target) -y").status == 0)
      // A syntax error, and a file that is not there, which stops the program as a whole.
      for mistake in ["config b {\n", "import \"./nowhere.kc\" as x\n"] {
        wire.write("other.kc", mistake)
        let status = await wire.kc("status \(Self.target)")
        #expect(status.status == 0 && status.out.contains("config a"), "\(status)")
        #expect(await wire.kc("history \(Self.target)").out.hasPrefix("live on"))
      }
      // Where the mistake is in project.kc, nobody knows.
      wire.write("project.kc", "project live { namespace = \"li\n }\n")
      for command in Self.commands {
        let outcome = await wire.kc("\(command) \(Self.target)")
        #expect(outcome.status == 1 && outcome.messages.contains("project.kc:"), "\(command): \(outcome)")
      }
      wire.write("other.kc", "")
      wire.write("project.kc", "project live { namespace = \"live\" }\n")
      // The controllers end namespaces.
      wire.control()
      #expect(await wire.kc("destroy \(Self.target) -y").status == 0)
      let again = await wire.kc("destroy \(Self.target) -y")
      #expect(again.status == 0 && again.out.contains("owns nothing"), "\(again)")
    }
  }
}
