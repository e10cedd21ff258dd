import KCData
import KCKube
import Testing

@testable import KCPlan

/// What a saved plan knows of what it was made from.
@Suite struct PlanInputsTests {
  private func inputs(_ files: [String: String], sets: [String] = [], environment: String? = nil) -> PlanInputs {
    var out = PlanInputs()
    out.sources = files.map { .init(name: $0.key, bytes: $0.value.utf8) }
    out.sets = PlanInputs.digest(sets: sets)
    out.environment = environment
    return out
  }

  @Test func whatMovedIsNamed() {
    let then = inputs(["main.kc": "a", "old.kc": "b", "same.kc": "c"], sets: ["tag=1"], environment: "prod")
    let now = inputs(["main.kc": "x", "new.kc": "b", "same.kc": "c"])
    #expect(then.moved(now) == ["main.kc has changed since", "new.kc has come since", "old.kc has gone since"])
    #expect(then.moved(then) == [])
    let other = inputs(
      ["main.kc": "a", "old.kc": "b", "same.kc": "c"], sets: ["tag=2"], environment: "dev")
    #expect(
      then.moved(other) == [
        "--set says something else than when the plan was made", "--env says dev, and the plan was made for prod",
      ])
  }

  @Test func filesOfParametersCountByTheirContent() {
    var then = inputs([:])
    then.parameterFiles = [.init(name: "prod.yaml", bytes: "a: 1".utf8)]
    var now = then
    #expect(then.moved(now) == [])
    // Whoever applies need not name it again.
    #expect(then.moved(inputs([:])) == [])
    now.parameterFiles = [.init(name: "prod.yaml", bytes: "a: 2".utf8)]
    #expect(then.moved(now) == ["the parameters in prod.yaml have changed since"])
  }

  @Test func kindsThatTheTargetNoLongerServesAreNamed() throws {
    let plan = Make.plan([Make.desired(Make.config("a", [:])), Make.desired(Make.deployment("web"))])
    var then = PlanInputs()
    then.kinds = PlanInputs.kinds(of: plan.steps, .builtin)
    #expect(then.kinds.map(\.name) == ["ConfigMap of v1", "Deployment of apps/v1"])
    #expect(then.movedKinds(PlanInputs.kinds(of: plan.steps, .builtin)) == [])
    #expect(
      then.movedKinds([then.kinds[0]]) == ["Deployment of apps/v1 is not served by the target any more"])
  }

  /// Sources, parameters, the texts of `--set` and the environment all show in the plan's digest.
  @Test func theDigestCoversAllThatAPlanDependsOn() {
    var parameters = inputs(["main.kc": "a"])
    parameters.parameterFiles = [.init(name: "p.yaml", bytes: "a: 1".utf8)]
    let all = [
      inputs(["main.kc": "a"]), inputs(["main.kc": "b"]), inputs(["main.kc": "a"], sets: ["tag=1"]),
      inputs(["main.kc": "a"], sets: ["tag=2"]), inputs(["main.kc": "a"], environment: "prod"), parameters,
    ]
    let digests = all.map { inputs in
      Planner().plan(
        project: "shop", namespace: "shop", environment: nil, desired: [], live: LiveState(target: "t"),
        sources: inputs.bytes
      ).digest
    }
    #expect(Set(digests).count == all.count)
  }

  @Test func aFileKeepsThem() throws {
    var given = inputs(["main.kc": "a"], sets: ["x=1"], environment: "prod")
    given.id = "abc-1"
    let plan = Make.plan([Make.desired(Make.config("a", [:]))])
    let file = try PlanFile.encode(plan, server: "https://x", inputs: given, version: "0.1.0")
    let read = try PlanFile.decode(file, version: "0.1.0")
    #expect(read.inputs == given)
    #expect(read.plan.id == "abc-1")
    #expect(throws: PlanFile.Failure.otherVersion("kc 0.1.0")) { try PlanFile.decode(file, version: "0.2.0") }
  }
}
