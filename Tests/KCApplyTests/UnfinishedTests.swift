import KCClient
import KCData
import KCKube
import KCPlan
import Testing

@testable import KCApply

/// What an apply that failed, was stopped or was killed has left: the next one does not call it done.
@Suite(.timeLimit(.minutes(2))) struct UnfinishedTests {
  private static var options: Applier.Options {
    var options = Bench.options
    options.timeout = .milliseconds(600)
    return options
  }

  private static func workload(_ kind: String, _ version: String, _ name: String, _ spec: Value) -> DesiredObject {
    var spec = spec
    spec["template"] = [
      "metadata": ["labels": ["app": .string(name)]],
      "spec": [
        "restartPolicy": .string(kind == "Job" ? "Never" : "Always"),
        "containers": [["name": "app", "image": "shop/web:v9"]],
      ],
    ]
    return DesiredObject(
      address: "\(kind.lowercased()).\(name)", sourceKind: kind.lowercased(),
      object: [
        "apiVersion": .string(version), "kind": .string(kind),
        "metadata": ["name": .string(name), "namespace": .string(Bench.namespace)], "spec": spec,
      ], origin: Origin(file: "shop.kc", line: 1))
  }

  private static let web = workload("Deployment", "apps/v1", "web", ["selector": ["matchLabels": ["app": "web"]]])
  private static let migrate = workload("Job", "batch/v1", "migrate", [:])

  private func history(_ bench: Bench) -> History {
    History(client: bench.client(), project: "shop", namespace: Bench.namespace)
  }

  private func failure(_ bench: Bench, _ desired: [DesiredObject]) async throws -> ApplyFailure? {
    do {
      try await bench.apply(desired, Self.options)
      return nil
    } catch let error as ApplyFailure {
      return error
    }
  }

  /// Says as its controller that all pods of the deployment are there.
  private func heal(_ bench: Bench, _ name: String = "web") async throws {
    let type = try #require(ResourceTypes.builtin.named("deployments"))
    let controller = APIClient(transport: FaultyTransport(bench.server), fieldManager: "controller")
    let object = try await controller.get(type, namespace: Bench.namespace, name: name)
    _ = try await controller.patch(
      type, namespace: Bench.namespace, name: name,
      [
        "status": [
          "observedGeneration": object.at("metadata", "generation") ?? 1, "replicas": 1, "updatedReplicas": 1,
          "readyReplicas": 1, "availableReplicas": 1,
        ]
      ], subresource: "status")
  }

  @Test func afterAFailureTheNextApplyWaitsForWhatWasLeft() async throws {
    let bench = try await Bench()
    guard case .timedOut? = try await failure(bench, [Self.web]) else {
      Issue.record("it did not run out of time")
      return
    }
    let plan = try await bench.plan([Self.web])
    #expect(plan.isEmpty && !plan.isDone)
    #expect(plan.unfinishedWords == "last apply (revision 1) was not finished: deployment web")
    #expect(PlanText(plan, style: TextStyle()).render().contains("! last apply (revision 1) was not finished"))
    // Nothing was mended: it fails again, for the same cause.
    guard case .timedOut(let step, _)? = try await failure(bench, [Self.web]) else {
      Issue.record("it did not run out of time")
      return
    }
    #expect(step.address == "deployment.web")
    #expect(try await history(bench).list().map(\.outcome) == [.failed])

    try await heal(bench)
    #expect(try await failure(bench, [Self.web]) == nil)
    let all = try await history(bench).list()
    #expect(all.map(\.outcome) == [.applied] && all[0].open == nil && all[0].note == nil)
    #expect(try await bench.plan([Self.web]).isDone)
  }

  /// Killed between two requests: nobody wrote down how it ended.
  @Test func afterADeathTheNextApplyWaitsForAllThatItHadTakenOn() async throws {
    let bench = try await Bench()
    try await bench.apply([Bench.config("a", "1")])
    let desired = [Bench.config("a", "1"), Self.web]
    let plan = try await bench.plan(desired)
    _ = try await history(bench).begin(
      plan, after: try await history(bench).list(), author: "test", open: ["deployment.web"])
    let type = try #require(ResourceTypes.builtin.named("deployments"))
    _ = try await bench.client().apply(Self.web.object, type: type)

    #expect(try await bench.plan(desired).unfinished == Unfinished(revision: 2, open: ["deployment.web"]))
    #expect(try await failure(bench, desired) != nil)
    try await heal(bench)
    #expect(try await failure(bench, desired) == nil)
    #expect(try await history(bench).list().map(\.outcome) == [.applied, .applied])
    // What is applied now is a good revision: going back means the one before it.
    #expect(try await history(bench).content(nil).revision.number == 1)
  }

  /// A program that went back to what stood before is no finished revision of what failed.
  @Test func onlyTheSameProgramFinishesARevision() async throws {
    let bench = try await Bench()
    try await bench.apply([Bench.config("a", "1")])
    let plan = try await bench.plan([Bench.config("a", "2")])
    _ = try await history(bench).begin(
      plan, after: try await history(bench).list(), author: "test", open: ["config.a"])
    try await bench.apply([Bench.config("a", "1")])
    let all = try await history(bench).list()
    #expect(all.map(\.outcome) == [.applied, .pending, .applied])
    #expect(try await history(bench).content(3).objects[0].object.at("data", "value") == "1")
  }

  /// What is open stays open through an apply that changes something else.
  @Test func anotherChangeDoesNotHideWhatWasLeft() async throws {
    let bench = try await Bench()
    #expect(try await failure(bench, [Self.web, Bench.config("a", "1")]) != nil)
    guard case .timedOut(let step, _)? = try await failure(bench, [Self.web, Bench.config("a", "2")]) else {

      Issue.record("it did not run out of time")
      return

    }
    #expect(step.address == "deployment.web")
    #expect(try await history(bench).list().first?.open == ["deployment.web"])
    #expect(try await bench.objects("configmaps")["a"]?.at("data", "value") == "2")
  }

  /// A job that must be done before something else is waited for before that is made.
  @Test func whatComesAfterAnOpenJobIsNotMadeBeforeIt() async throws {
    let bench = try await Bench()
    #expect(try await failure(bench, [Self.migrate]) != nil)
    let web = DesiredObject(
      address: Self.web.address, sourceKind: "deployment", object: Self.web.object, origin: Self.web.origin,
      dependencies: ["job.migrate"])
    guard case .timedOut(let step, _)? = try await failure(bench, [Self.migrate, web]) else {

      Issue.record("it did not run out of time")
      return

    }
    #expect(step.address == "job.migrate")
    #expect(try await bench.objects("deployments").isEmpty)
  }

  /// Two rollouts may need each other: the second begins although the first is not done.
  @Test func aRolloutHasItsTurnAndNoMore() async throws {
    let bench = try await Bench()
    func both(_ image: String) -> [DesiredObject] {
      ["one", "two"].map { name in
        var item = Self.workload("Deployment", "apps/v1", name, ["selector": ["matchLabels": ["app": .string(name)]]])
        item.object.set(
          [["name": "app", "image": .string(image)]], at: "spec", "template", "spec", "containers")
        return item
      }
    }
    #expect(try await failure(bench, both("shop/web:v1")) != nil)
    var options = Self.options
    options.turn = .milliseconds(100)
    await #expect(throws: ApplyFailure.self) { try await bench.apply(both("shop/web:v2"), options) }
    for deployment in try await bench.objects("deployments").values {
      let containers = deployment.at("spec", "template", "spec", "containers")?.array
      #expect(containers?.first?["image"] == "shop/web:v2")
    }
  }

  /// What an apply never came to was not removed by anybody.
  @Test func whatWasNeverMadeIsNew() async throws {
    let bench = try await Bench()
    let web = DesiredObject(
      address: Self.web.address, sourceKind: "deployment", object: Self.web.object, origin: Self.web.origin,
      dependencies: ["job.migrate"])
    #expect(try await failure(bench, [Self.migrate, web]) != nil)
    let step = try #require(try await bench.plan([Self.migrate, web]).steps.first { $0.address == web.address })
    #expect(step.effect == "new, 1 pod")
  }
}
