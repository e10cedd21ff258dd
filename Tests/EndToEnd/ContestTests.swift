import KCClient
import KCData
import KCKube
import Testing

/// What an apply meets that one before it, or somebody else, has left: through the command line and over the wire.
@Suite(.serialized, .timeLimit(.minutes(3))) struct ContestTests {
  private func with(_ program: String, _ body: (WireServer) async throws -> Void) async throws {
    try await WireServer.with(project: "live", program, body)
  }

  private static let target = "--kubeconfig kubeconfig"

  @Test func anApplyThatFailedIsNotDoneBecauseNothingIsLeftToChange() async throws {
    try await with("deployment web { container app { image = \"a/b:1\"; port http = 80 } }\n") { wire async throws in
      // Nothing makes pods here: it never becomes healthy.
      let apply = "apply \(Self.target) -y --allow-unplaced --timeout 1"
      let first = await wire.kc(apply)
      #expect(first.status == 4, "\(first)")
      let plan = await wire.kc("plan \(Self.target) --detailed-exitcode")
      #expect(plan.status == 2, "\(plan)")
      #expect(plan.out.contains("! last apply (revision 1) was not finished: deployment web"), "\(plan)")
      #expect(plan.out.contains("Nothing to change"))
      #expect(await wire.kc("plan \(Self.target) --summary").out.contains(" unfinished=1 "))

      let second = await wire.kc(apply)
      #expect(second.status == 4, "\(second)")
      #expect(second.messages.contains("deployment web is not healthy in time"), "\(second)")
      #expect(second.messages.contains("applied, not seen healthy: deployment web"), "\(second)")
      let events = await wire.kc("\(apply) --format json")
      #expect(events.status == 4 && events.out.contains("\"unfinished\":1"), "\(events)")
      #expect(events.out.contains("\"open\":[\"deployment.web\"]"), "\(events)")

      let type = try #require(ResourceTypes.builtin.named("deployments"))
      _ = try await wire.client("controller").patch(
        type, namespace: "live", name: "web",
        [
          "status": [
            "observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1,
          ]
        ], subresource: "status")
      let third = await wire.kc(apply)
      #expect(third.status == 0, "\(third)")
      #expect(await wire.kc("plan \(Self.target) --detailed-exitcode").status == 0)
      let history = await wire.kc("history \(Self.target)")
      #expect(!history.out.contains("failed") && history.out.contains("1"), "\(history)")
    }
  }

  /// A rollback is a plan like any other: what has no place to run is not made by the way.
  @Test func aRollbackIsHeldToItsPlacement() async throws {
    let program = { (count: Int) in
      "deployment web { replicas = \(count); container app { image = \"a/b:1\"; cpu = 2 } }\n"
    }
    try await with(program(1)) { wire async throws in
      wire.control()
      #expect(await wire.kc("apply \(Self.target) -y --allow-unplaced --timeout 1").status == 4)
      wire.write("main.kc", program(0))
      #expect(await wire.kc("apply \(Self.target) -y").status == 0)
      let nodes = try #require(ResourceTypes.builtin.named("nodes"))
      _ = try await wire.client().create(
        ["apiVersion": "v1", "kind": "Node", "metadata": ["name": "small"]], type: nodes)
      _ = try await wire.client().patch(
        nodes, namespace: nil, name: "small",
        ["status": ["allocatable": ["cpu": "1", "memory": "1Gi", "pods": "10"]]], subresource: "status")
      let back = await wire.kc("rollback 1 \(Self.target) -y")
      #expect(back.status == 1 && back.messages.contains("--allow-unplaced"), "\(back)")
      #expect(await wire.kc("rollback 1 \(Self.target) -y --allow-unplaced --timeout 1").status == 4)
    }
  }

  @Test func allThatBelongsToOthersIsToldBeforeAnythingIsDone() async throws {
    let program = { (value: String) in
      "config one { data { MODE = \"\(value)\" } }\nconfig two { data { MODE = \"\(value)\" } }\n"
    }
    try await with(program("plain")) { wire async throws in
      #expect(await wire.kc("apply \(Self.target) -y").status == 0)
      let type = try #require(ResourceTypes.builtin.named("configmaps"))
      for name in ["one", "two"] {
        _ = try await wire.client("kubectl-patch").patch(
          type, namespace: "live", name: name, ["data": ["MODE": "fancy"]])
      }
      wire.write("main.kc", program("plain") + "config three { data { A = \"1\" } }\n")
      let plan = await wire.kc("plan \(Self.target)")
      #expect(plan.status == 0, "\(plan)")
      #expect(plan.out.contains("✗ needs --take-ownership"), "\(plan)")

      let apply = await wire.kc("apply \(Self.target) -y")
      #expect(apply.status == 1, "\(apply)")
      for words in [
        "config one: data.MODE is managed by kubectl-patch", "config two: data.MODE", "--take-ownership data.MODE",
      ] {
        #expect(apply.messages.contains(words), "\(apply)")
      }
      #expect(try await wire.client().find(type, namespace: "live", name: "three") == nil)
      let events = await wire.kc("apply \(Self.target) -y --format json")
      #expect(events.status == 1 && events.out.contains("\"reason\":\"conflict\""), "\(events)")

      let taken = await wire.kc("apply \(Self.target) -y --take-ownership data.MODE")
      #expect(taken.status == 0 && !taken.out.contains("✗"), "\(taken)")
      #expect(await wire.kc("plan \(Self.target) --detailed-exitcode").status == 0)
    }
  }
}
