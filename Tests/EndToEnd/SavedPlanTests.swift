import KCClient
import KCData
import KCKube
import Testing

/// Saved plans with the real cipher, through the command line and over the wire.
@Suite(.serialized, .timeLimit(.minutes(3))) struct SavedPlanTests {
  private static let program = """
    param level: String = "info"
    config settings { data { LEVEL = level } }
    secret db { data { PASSWORD = input.env("DBPASS") } }

    """

  private func with(_ program: String = Self.program, _ body: (WireServer) async throws -> Void) async throws {
    try await WireServer.with(project: "saved", program, body)
  }

  private static let key = "KC_PLAN_KEY=0123456789abcdef0123456789abcdef DBPASS=hunter2-hunter2"
  private static let where_ = "--kubeconfig kubeconfig"

  private func save(_ wire: WireServer, _ more: String = "") async {
    let outcome = await wire.kc("plan \(Self.where_) -o p.plan \(more)", environment: Self.key)
    #expect(outcome.status == 0, "\(outcome.messages)")
  }

  private func refused(
    _ wire: WireServer, _ more: String = "", environment: String = Self.key, saying words: String...,
    location: SourceLocation = #_sourceLocation
  ) async {
    let outcome = await wire.kc("apply p.plan \(Self.where_) -y \(more)", environment: environment)
    #expect(outcome.status == 1, "\(outcome.out)\(outcome.messages)", sourceLocation: location)
    for word in words {
      #expect(outcome.messages.contains(word), "\(outcome.messages)", sourceLocation: location)
    }
  }

  @Test(arguments: ["--set level=debug", "--params given.json"])
  func parametersNeedNotBeGivenAgain(_ given: String) async throws {
    try await with { wire async throws in
      wire.write("given.json", "{\"level\": \"debug\"}")
      await save(wire, given)
      let applied = await wire.kc("apply p.plan \(Self.where_) -y", environment: Self.key)
      #expect(applied.status == 0, "\(applied.messages)")
      let maps = try #require(ResourceTypes.builtin.named("configmaps"))
      let settings = try await wire.client().get(maps, namespace: "saved", name: "settings")
      #expect(settings.at("data", "LEVEL") == "debug")
    }
  }

  /// What is given again must be what was given, also where the program is out of reach.
  @Test func parametersAreComparedAwayFromTheProject() async throws {
    try await with { wire async throws in
      await save(wire, "--set level=debug")
      let away =
        "mkdir -p away; cd away; \(Self.key) \(WireServer.program) apply ../p.plan --kubeconfig ../kubeconfig -y"
      let other = await wire.run("\(away) --set level=warn")
      #expect(other.status == 1 && other.messages.contains("--set says something else"), "\(other)")
      let env = await wire.run("\(away) --env prod")
      #expect(env.status == 1 && env.messages.contains("--env says prod"), "\(env)")
      #expect(await wire.run("\(away) --set level=debug").status == 0)
    }
  }

  @Test func aPlanIsDoneExactlyAndOnce() async throws {
    try await with { wire async throws in
      await save(wire)
      let bytes = await wire.run("cat p.plan; stat -c %a p.plan")
      #expect(!bytes.out.contains("hunter2"))
      #expect(!bytes.out.contains("aHVudGVyMi1odW50ZXIy"))
      #expect(bytes.out.hasSuffix("600\n"))
      // The program may be out of reach, and the secret's variable unset.
      let applied = await wire.run(
        "mkdir away; cd away; \(Self.key.split(separator: " ")[0]) \(WireServer.program) apply ../p.plan "
          + "--kubeconfig ../kubeconfig -y")
      #expect(applied.status == 0, "\(applied.messages)")
      let secrets = try #require(ResourceTypes.builtin.named("secrets"))
      let secret = try await wire.client().get(secrets, namespace: "saved", name: "db")
      #expect(secret.at("data", "PASSWORD") == "aHVudGVyMi1odW50ZXIy")
      let again = await wire.kc("plan \(Self.where_) --detailed-exitcode", environment: Self.key)
      #expect(again.status == 0, "\(again.out)")
      await refused(wire, saying: "a plan is applied once")
    }
  }

  @Test func whatMovedIsListed() async throws {
    try await with { wire async throws in
      let first = await wire.kc("apply \(Self.where_) -y", environment: Self.key)
      #expect(first.status == 0, "\(first.messages)")
      await save(wire, "--set level=warn")
      let maps = try #require(ResourceTypes.builtin.named("configmaps"))
      _ = try await wire.client("kubectl-edit").patch(
        maps, namespace: "saved", name: "settings", ["data": ["MORE": "x"]])
      wire.write("main.kc", Self.program + "config extra { data { A = \"1\" } }\n")
      wire.write("new.kc", "let unused = 1\n")
      await refused(
        wire, "--set level=debug", saying: "config settings has been changed since", "main.kc has changed since",
        "new.kc has come since", "--set says something else")
      #expect(
        try await wire.client().get(maps, namespace: "saved", name: "settings").at("data", "LEVEL") == "info")
    }
  }

  @Test func aNodeAndParametersCount() async throws {
    let program = """
      param level: String = "info"
      deployment web { replicas = 0; container app { image = "a/b:1"; env LEVEL = level } }

      """
    try await with(program) { wire async throws in
      let nodes = try #require(ResourceTypes.builtin.named("nodes"))
      func node(_ name: String) async throws {
        _ = try await wire.client().create(
          ["apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(name)]], type: nodes)
        _ = try await wire.client().patch(
          nodes, namespace: nil, name: name,
          ["status": ["allocatable": ["cpu": "4", "memory": "4Gi", "pods": "10"]]], subresource: "status")
      }
      try await node("n1")
      wire.write("main.kc", program.replacing("replicas = 0", with: "replicas = 1"))
      wire.write("p.yaml", "level: warn\n")
      await save(wire, "--params p.yaml --allow-unplaced")
      try await node("n2")
      wire.write("p.yaml", "level: debug\n")
      await refused(
        wire, "--params p.yaml", saying: "node n2 has come since", "the parameters in p.yaml have changed since")
    }
  }

  @Test func damagedFilesAreRefused() async throws {
    try await with { wire async throws in
      await save(wire)
      await wire.run("cp p.plan whole")
      let damages: [(String, String)] = [
        ("head -c 300 whole > p.plan", "is no plan"),
        ("echo 'not json' > p.plan", "is no plan"),
        ("sed 's/\"project\": \"saved\"/\"project\": \"other\"/' whole > p.plan", "was altered after it was saved"),
        ("sed 's/\"LEVEL\": \"info\"/\"LEVEL\": \"off\"/' whole > p.plan", "was altered after it was saved"),
        ("sed 's#plan-file/v1#plan-file/v9#' whole > p.plan", "was made by another version of kc"),
        // Another first letter, whichever it has.
        (
          "sed 's/\"seal\": \"x/\"seal\": \"y/; t; s/\"seal\": \"./\"seal\": \"x/' whole > p.plan",
          "was sealed with another key, or altered"
        ),
        ("sed 's/\"sealedBy\"/\"sealedWith\"/' whole > p.plan", "not sealed"),
      ]
      for (damage, words) in damages {
        await wire.run(damage)
        await refused(wire, saying: words)
      }
      await wire.run("cp whole p.plan")
      await refused(
        wire, environment: "KC_PLAN_KEY=another-key-of-enough-characters", saying: "was sealed with another key")
      await refused(wire, environment: "", saying: "is sealed with the key")
      await refused(wire, environment: "KC_PLAN_KEY=short", saying: "too short")
      // Another target than it was made for.
      await wire.run("sed 's/127.0.0.1/localhost/' kubeconfig > other")
      let elsewhere = await wire.kc("apply p.plan --kubeconfig other -y", environment: Self.key)
      #expect(elsewhere.status == 1)
      #expect(elsewhere.messages.contains("the plan was made for"), "\(elsewhere.messages)")
      let fine = await wire.kc("apply p.plan \(Self.where_) -y", environment: Self.key)
      #expect(fine.status == 0, "\(fine.messages)")
    }
  }

  /// A full disk leaves the plan that was there before, and no half of a new one.
  @Test func aFullDiskIsSaid() async throws {
    try await with { wire async throws in
      wire.write("p.plan", "before")
      let outcome = await wire.run(
        "ulimit -f 1; \(Self.key) \(WireServer.program) plan \(Self.where_) -o p.plan; echo code $?; cat p.plan; ls")
      #expect(outcome.out.contains("code 1"), "\(outcome)")
      #expect(outcome.out.contains("before"))
      #expect(!outcome.out.contains("kc-new"))
      #expect(outcome.messages.contains("the plan cannot be written to p.plan: File too large"), "\(outcome.messages)")
    }
  }
}
