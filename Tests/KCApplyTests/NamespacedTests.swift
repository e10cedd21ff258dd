import KCClient
import KCData
import KCKube
import KCPlan
import Testing

@testable import KCApply

/// Applies of who may work in some namespaces only.
@Suite(.timeLimit(.minutes(1))) struct NamespacedTests {
  private static let workload = DesiredObject(
    address: "deployment.web", sourceKind: "deployment",
    object: [
      "apiVersion": "apps/v1", "kind": "Deployment",
      "metadata": ["name": "web", "namespace": .string(Bench.namespace)],
      "spec": [
        "replicas": 0, "selector": ["matchLabels": ["app": "web"]],
        "template": [
          "metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "app", "image": "shop/web:v9"]]],
        ],
      ],
    ], origin: Origin(file: "shop.kc", line: 1))

  private static let quota = DesiredObject(
    address: "resourcequota.small", sourceKind: "resourcequota",
    object: [
      "apiVersion": "v1", "kind": "ResourceQuota",
      "metadata": ["name": "small", "namespace": .string(Bench.namespace)], "spec": ["hard": ["pods": 9]],
    ], origin: Origin(file: "shop.kc", line: 9))

  /// Whether a request is for what is in other namespaces, or in none, but the namespace itself.
  private static func isElsewhere(_ request: APIRequest) -> Bool {
    request.path != "/apis" && !(request.path + "/").contains("/namespaces/\(Bench.namespace)/")
  }

  /// Says, as the controller would, that it has seen the deployment.
  private func observe(_ bench: Bench) async throws {
    let type = try #require(ResourceTypes.builtin.named("deployments"))
    while !Task.isCancelled {
      if var found = try await bench.objects("deployments")["web"] {
        found.set(.int(found.generation ?? 1), at: "status", "observedGeneration")
        _ = try await bench.client().update(found, type: type, subresource: "status")
        return
      }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  @Test func whatRunsInTheNamespaceIsSeen() async throws {
    let bench = try await Bench()
    let client = bench.client { _, request in Self.isElsewhere(request) ? .refused(403) : .none }
    let first = try await bench.plan([Self.workload, Self.quota], client: client)
    let words = "Placement   not foretold: you may not list the nodes of this target"
    #expect(PlanText(first, style: TextStyle()).render().contains(words))
    #expect(try PlanFile.decode(PlanFile.encode(first, server: "x")).plan.unforeseen == first.unforeseen)
    async let seen: Void = observe(bench)
    try await bench.apply([Self.workload], client: client)
    try await seen
    #expect(try await bench.plan([Self.workload], client: client).isDone)
    let report = try await StatusReader(client: client).read(project: "shop", namespace: Bench.namespace)
    #expect(report.isHealthy && report.rows.map(\.address) == ["deployment.web"])
    // What limits the namespace is seen, too: in it the target is asked what it would refuse.
    try await bench.apply([Self.workload, Self.quota], client: client)
    let cluster = try await LiveReader(client: client, target: "test").cluster(in: [Bench.namespace])
    #expect(cluster.nodes.isEmpty && cluster.others.contains { $0.kind == "ResourceQuota" })
  }

  @Test func whoSeesNothingIsToldAtOnce() async throws {
    let bench = try await Bench()
    let client = bench.client { _, request in
      request.method == "GET" && request.path.hasSuffix("replicasets") ? .refused(403) : .none
    }
    do {
      try await bench.apply([Self.workload], client: client)
      Issue.record("nothing was said")
    } catch ApplyFailure.blind(let why) {
      #expect(why == "not now")
    }
    #expect(try await bench.objects("deployments").isEmpty)
  }
}
