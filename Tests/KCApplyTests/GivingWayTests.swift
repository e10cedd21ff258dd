import KCClient
import KCData
import KCKube
import KCPlan
import Synchronization
import Testing

@testable import KCApply

/// What comes before what: removals that are in the way, and workloads that services turn to.
@Suite(.timeLimit(.minutes(2))) struct GivingWayTests {
  private static func desired(_ kind: String, _ apiVersion: String, _ name: String, _ spec: Value) -> DesiredObject {
    DesiredObject(
      address: "\(kind.lowercased()).\(name)", sourceKind: kind.lowercased(),
      object: [
        "apiVersion": .string(apiVersion), "kind": .string(kind),
        "metadata": ["name": .string(name), "namespace": .string(Bench.namespace)], "spec": spec,
      ], origin: Origin(file: "shop.kc", line: 1))
  }

  private static func service(_ name: String, nodePort: Int64? = nil, address: String? = nil) -> DesiredObject {
    var port: Value = ["port": 80]
    port["nodePort"] = nodePort.map { .int($0) }
    var spec: Value = ["selector": ["app": "web"], "ports": [port]]
    spec["type"] = nodePort == nil ? "ClusterIP" : "NodePort"
    spec["clusterIP"] = address.map { .string($0) }
    return desired("Service", "v1", name, spec)
  }

  /// Applies, and gives the steps in the order in which they were done: `applied service.t`.
  private func order(_ bench: Bench, _ desired: [DesiredObject]) async throws -> [String] {
    let order = Mutex<[String]>([])
    let plan = try await bench.plan(desired)
    #expect(plan.refusals.isEmpty, "\(plan.refusals.map(\.refusal))")
    // As from a file: what comes before what is in it.
    let saved = try PlanFile.decode(PlanFile.encode(plan, server: "x")).plan
    let applier = Applier(client: bench.client(), options: Bench.options) { event in
      switch event {
      case .applied(let step): order.withLock { $0.append("applied \(step.address)") }
      case .removed(let step): order.withLock { $0.append("removed \(step.address)") }
      default: break
      }
    }
    try await applier.apply(saved, namespace: Bench.namespace)
    #expect(try await bench.plan(desired).isEmpty)
    return order.withLock { $0 }
  }

  @Test func whoeverHasAPortOfTheNodesGoesBeforeWhoTakesIt() async throws {
    let bench = try await Bench()
    try await bench.apply([Self.service("s", nodePort: 30123)])
    let plan = try await bench.plan([Self.service("t", nodePort: 30123)])
    #expect(
      plan.changes.map(\.effect)
        == ["new", "no longer declared; goes before service t, which takes its port 30123 of the nodes"])
    #expect(
      try await order(bench, [Self.service("t", nodePort: 30123)]) == ["removed service.s", "applied service.t"])
    // What gives up its port is changed before what takes it, in whatever order they stand.
    try await bench.apply([Self.service("a", nodePort: 30201), Self.service("b", nodePort: 30202)])
    #expect(
      try await order(bench, [Self.service("a", nodePort: 30202), Self.service("b", nodePort: 30203)])
        == ["applied service.b", "applied service.a"])
    // Two that swap theirs cannot be: the plan says so.
    let swap = try await bench.plan([Self.service("a", nodePort: 30203), Self.service("b", nodePort: 30202)])
    #expect(
      swap.refusals.first?.refusal?.message.hasPrefix(
        "port 30203 of the nodes is that of service b, which takes port 30202 of the nodes of service a") == true)
    try await bench.apply([Self.service("t", nodePort: 30123)])
    // Another port is no reason.
    #expect(
      try await order(bench, [Self.service("u", nodePort: 30124)]) == ["applied service.u", "removed service.t"])
  }

  @Test func anAddressGoesFromOneToTheOtherAsWell() async throws {
    let bench = try await Bench()
    try await bench.apply([Self.service("s", address: "10.96.7.7")])
    #expect(
      try await order(bench, [Self.service("t", address: "10.96.7.7")]) == ["removed service.s", "applied service.t"])
  }

  @Test func aServiceThatIsThereTakesThePortOfOneThatGoes() async throws {
    let bench = try await Bench()
    try await bench.apply([Self.service("s", nodePort: 30123), Self.service("t", nodePort: 30124)])
    #expect(
      try await order(bench, [Self.service("t", nodePort: 30123)]) == ["removed service.s", "applied service.t"])
  }

  /// Also before the namespace is there, where the target cannot be asked.
  @Test func whatAnotherProjectHasIsTold() async throws {
    let bench = try await Bench()
    let other = APIClient(transport: FaultyTransport(bench.server), fieldManager: "ops")
    let types = ResourceTypes.builtin
    _ = try await other.create(
      ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "else"]],
      type: try #require(types.named("namespaces")))
    var theirs = Self.service("theirs", nodePort: 30123).object
    theirs.set("else", at: "metadata", "namespace")
    _ = try await other.create(theirs, type: try #require(types.named("services")))
    let plan = try await bench.plan([Self.service("t", nodePort: 30123)])
    #expect(plan.refusals.first?.refusal?.message == "port 30123 of the nodes is taken by service theirs in else")
  }

  /// They hold for what is made as long as they are there.
  @Test(arguments: ["ResourceQuota", "LimitRange"]) func quotasAndLimitsGoFirst(_ kind: String) async throws {
    let bench = try await Bench()
    let spec: Value = kind == "LimitRange" ? ["limits": [["type": "Pod", "max": ["cpu": "1"]]]] : ["hard": ["pods": 1]]
    let bounds = Self.desired(kind, "v1", "small", spec)
    try await bench.apply([bounds, Bench.config("a", "1")])
    #expect(
      try await order(bench, [Bench.config("a", "2")]) == ["removed \(bounds.address)", "applied config.a"])
    // Where nothing is made, it is a removal like others.
    try await bench.apply([bounds, Bench.config("a", "2")])
    let plan = try await bench.plan([Bench.config("a", "2")])
    #expect(plan.changes.map(\.effect) == ["no longer declared"])
  }

  /// A service that turns to a workload which stays as it is: that it is ready has to be looked at, though the plan has no
  /// workload to wait for.
  @Test func aServiceTurnsToWhatIsReadyAlready() async throws {
    let bench = try await Bench()
    func workload(_ name: String) -> DesiredObject {
      Self.desired(
        "Deployment", "apps/v1", name,
        [
          "replicas": 0, "selector": ["matchLabels": ["app": .string(name)]],
          "template": [
            "metadata": ["labels": ["app": .string(name)]],
            "spec": ["containers": [["name": "app", "image": "shop/web:v9"]]],
          ],
        ])
    }
    var service = Self.service("s")
    service.object.set("blue", at: "spec", "selector", "app")
    var options = Bench.options
    options.timeout = .milliseconds(200)
    do {
      try await bench.apply([workload("blue"), workload("green"), service], options)
    } catch ApplyFailure.timedOut {}
    // As the controller would say that it has seen them.
    let type = try #require(ResourceTypes.builtin.named("deployments"))
    for object in try await bench.objects("deployments").values {
      var seen = object
      seen.set(.int(object.generation ?? 1), at: "status", "observedGeneration")
      _ = try await bench.client().update(seen, type: type, subresource: "status")
    }
    try await bench.apply([workload("blue"), workload("green"), service], options)
    service.object.set("green", at: "spec", "selector", "app")
    try await bench.apply([workload("blue"), workload("green"), service], options)
    #expect(try await bench.objects("services")["s"]?.at("spec", "selector", "app") == "green")
  }
}
