import KCApply
import KCClient
import KCCodec
import KCData
import KCKube
import KCPlan
import Synchronization
import Testing

/// Values that are known only after apply: planned as such, put in when they are known, and no change after that.
@Suite struct DeferredTests {
  static let source = """
    claim files { size = 1Gi }

    service lb { type = "LoadBalancer"; select = web; port http = 80 -> web.app.http }

    config settings {
      data {
        URL = "http://\\(lb.address):\\(lb.status.loadBalancer.ingress.count + 8080)"
        HOST = lb.address.upper()
        PLAIN = "plain"
      }
    }

    deployment web {
      container app {
        image = "registry.local/web:v1"
        port http = 8080
        env URL = settings.data.URL
      }
    }
    """

  private static func deployed(_ desired: [DesiredObject]) -> [DesiredObject] {
    // Nothing runs pods here, so that no deployment would become healthy.
    desired.filter { $0.object.kind != "Deployment" && $0.object.kind != "PersistentVolumeClaim" }
  }

  private func give(_ address: String, _ bench: Bench) async throws {
    let type = try #require(ResourceTypes.builtin.find(apiVersion: "v1", kind: "Service"))
    _ = try await bench.client().patch(
      type, namespace: Bench.namespace, name: "lb",
      ["status": ["loadBalancer": ["ingress": [["ip": .string(address)]]]]], subresource: "status")
  }

  @Test func aPlanSaysWhatIsNotKnownAndWhatComesFirst() throws {
    let desired = try Declared.objects(Self.source)
    let plan = Planner().plan(
      project: "shop", namespace: "shop", environment: nil, desired: desired,
      live: Offline.state(
        desired: desired, objects: [], inventory: [], cluster: LiveState.Cluster(), target: "nothing"))
    let waves = Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.address, $0.wave) })
    let (service, config) = (try #require(waves["service.lb"]), try #require(waves["config.settings"]))
    #expect(service < config)
    #expect(try #require(waves["deployment.web"]) > config, "what refers to the config comes after it")
    let step = try #require(plan.steps.first { $0.address == "config.settings" })
    #expect(step.deferred.map(\.path.description) == ["data.URL", "data.HOST"])
    let text = PlanText(plan, style: TextStyle(color: false, width: 100)).render()
    #expect(text.contains("(known after apply)"))
    #expect(plan.refusals.isEmpty)
  }

  @Test func anApplyPutsThemIn() async throws {
    let bench = try await Bench()
    let desired = Self.deployed(try Declared.objects(Self.source))
    let plan = try await bench.plan(desired)
    let isGiven = Mutex(false)
    let (asked, ask) = AsyncStream<Void>.makeStream()
    let applier = Applier(client: bench.client(), options: Bench.options) { event in
      guard case .waiting(let step, let state, _) = event, step.address == "config.settings" else { return }
      #expect(state == "service.lb has no status.loadBalancer.ingress[0].hostname yet")
      if !isGiven.withLock({ given in
        defer { given = true }; return given
      }) {
        ask.yield()
      }
    }
    let task = Task { try await applier.apply(plan, namespace: Bench.namespace) }
    for await _ in asked { break }
    try await give("192.0.2.7", bench)
    try await task.value
    let config = try #require(try await bench.objects("configmaps")["settings"])
    #expect(config["data"] == ["URL": "http://192.0.2.7:8081", "HOST": "192.0.2.7", "PLAIN": "plain"])
    let again = try await bench.plan(desired)
    #expect(again.isEmpty, "\(again.changes.map { "\($0.address): \($0.changes.map(\.field))" })")
  }

  @Test func whatComesFromSomethingThatChangesIsNotKnownAgain() async throws {
    let bench = try await Bench()
    let desired = Self.deployed(try Declared.objects(Self.source))
    try await bench.apply(desired.filter { $0.address == "service.lb" })
    try await give("192.0.2.7", bench)
    try await bench.apply(desired)
    #expect(try await bench.plan(desired).isEmpty)
    // Another address is told by the target itself: known at once.
    try await give("192.0.2.8", bench)
    let moved = try await bench.plan(desired)
    #expect(moved.changes.map(\.address) == ["config.settings"])
    #expect(moved.changes.first?.changes.map(\.field.new) == ["http://192.0.2.8:8081", "192.0.2.8"])
    var changed = desired
    let service = try #require(changed.firstIndex { $0.address == "service.lb" })
    changed[service].object.set("Local", at: "spec", "externalTrafficPolicy")
    let plan = try await bench.plan(changed)
    let step = try #require(plan.changes.first { $0.address == "config.settings" })
    #expect(step.deferred.count == 2)
    #expect(step.changes.allSatisfy { $0.field.new == .string(DeferredExpression.placeholder) })
    try await bench.apply(changed)
    #expect(try await bench.objects("configmaps")["settings"]?.at("data", "HOST") == "192.0.2.8")
    #expect(try await bench.plan(changed).isEmpty)
  }

  @Test func aSavedPlanHasThem() async throws {
    let bench = try await Bench()
    let desired = Self.deployed(try Declared.objects(Self.source))
    let plan = try await bench.plan(desired)
    let file = try JSON.parse(Array(JSON.text(try PlanFile.encode(plan, server: "test")).utf8))
    let read = try PlanFile.decode(file).plan
    #expect(read.steps.map(\.deferred) == plan.steps.map(\.deferred))
    #expect(read.steps.contains { !$0.deferred.isEmpty })
  }

  @Test func whatNobodyGivesEndsTheApplyInTime() async throws {
    let bench = try await Bench()
    let desired = Self.deployed(try Declared.objects(Self.source))
    var options = Bench.options
    options.timeout = .milliseconds(300)
    let failure = await #expect(throws: ApplyFailure.self) { try await bench.apply(desired, options) }
    guard case .timedOut(let step, let state)? = failure else {
      Issue.record("\(failure as Any)")
      return
    }
    #expect(step.address == "config.settings")
    #expect(state.contains("service.lb has no"))
  }
}
