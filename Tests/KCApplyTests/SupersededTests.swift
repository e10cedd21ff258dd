import KCClient
import KCData
import KCKube
import KCPlan
import Testing

@testable import KCApply

/// What the API server keeps or fills in although the program says otherwise now.
@Suite(.timeLimit(.minutes(2))) struct SupersededTests {
  private static func desired(_ kind: String, _ apiVersion: String, _ spec: Value) -> DesiredObject {
    DesiredObject(
      address: "\(kind.lowercased()).web", sourceKind: kind.lowercased(),
      object: [
        "apiVersion": .string(apiVersion), "kind": .string(kind),
        "metadata": ["name": "web", "namespace": .string(Bench.namespace)], "spec": spec,
      ], origin: Origin(file: "shop.kc", line: 1))
  }

  private static func workload(_ kind: String, _ strategy: String, _ value: Value?) -> DesiredObject {
    var spec: Value = [
      // Without pods it is healthy as soon as it is seen.
      "replicas": 0, "selector": ["matchLabels": ["app": "web"]],
      "template": [
        "metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "app", "image": "shop/web:v9"]]],
      ],
    ]
    spec[strategy] = value
    return desired(kind, "apps/v1", spec)
  }

  /// Applies without waiting for controllers, of which there are none here.
  private func make(_ bench: Bench, _ desired: [DesiredObject]) async throws {
    var options = Bench.options
    options.timeout = .milliseconds(200)
    do {
      try await bench.apply(desired, options)
    } catch ApplyFailure.timedOut {}
  }

  @Test(arguments: [
    ("Deployment", "deployments", "strategy", "Recreate"),
    ("StatefulSet", "statefulsets", "updateStrategy", "OnDelete"),
  ])
  func limitsOfAnotherStrategyGo(_ kind: String, _ plural: String, _ field: String, _ type: String) async throws {
    let bench = try await Bench()
    try await make(bench, [Self.workload(kind, field, nil)])
    let before = try #require(try await bench.objects(plural)["web"])
    #expect(before.at("spec", field, "rollingUpdate") != nil)

    let other = [Self.workload(kind, field, ["type": .string(type)])]
    let plan = try await bench.plan(other)
    #expect(plan.refusals.isEmpty && plan.count(.change) == 1)
    #expect(
      plan.steps[0].changes.map(\.field.path.description).sorted()
        == ["spec.\(field).rollingUpdate", "spec.\(field).type"])
    #expect(try await bench.objects(plural)["web"] == before)

    try await make(bench, other)
    let after = try #require(try await bench.objects(plural)["web"])
    #expect(after.at("spec", field) == ["type": .string(type)])
    #expect(after.uid == before.uid)
    #expect(try await bench.plan(other).isEmpty)

    // And back again.
    try await make(bench, [Self.workload(kind, field, nil)])
    #expect(try await bench.objects(plural)["web"]?.at("spec", field) == before.at("spec", field))
  }

  /// What somebody else set stays, and so does the refusal.
  @Test func limitsOfOthersStay() async throws {
    let bench = try await Bench()
    try await make(bench, [Self.workload("Deployment", "strategy", nil)])
    let other = APIClient(transport: FaultyTransport(bench.server), fieldManager: "ops")
    let type = try #require(ResourceTypes.builtin.named("deployments"))
    _ = try await other.patch(
      type, namespace: Bench.namespace, name: "web", ["spec": ["strategy": ["rollingUpdate": ["maxSurge": 3]]]])
    let plan = try await bench.plan([Self.workload("Deployment", "strategy", ["type": "Recreate"])])
    #expect(plan.refusals.count == 1)
  }

  private static func set(size: String) -> DesiredObject {
    var set = workload("StatefulSet", "updateStrategy", nil)
    set.object.set(
      [
        [
          "metadata": ["name": "data"],
          "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": .string(size)]]],
        ]
      ], at: "spec", "volumeClaimTemplates")
    return set
  }

  @Test func claimsThatAreThereKeepTheirSize() async throws {
    let bench = try await Bench()
    try await make(bench, [Self.set(size: "16Mi")])
    let effect = { () async throws -> String? in try await bench.plan([Self.set(size: "32Mi")]).steps.first?.effect }
    // Without a claim there is nothing to say.
    #expect(try await effect() == "replaced: volumeClaimTemplates is immutable")
    let controller = APIClient(transport: FaultyTransport(bench.server), fieldManager: "controller")
    let type = try #require(ResourceTypes.builtin.named("persistentvolumeclaims"))
    for (name, told) in [
      ("data-web-0", "; the claim that is there keeps its size"),
      ("data-web-1", "; the 2 claims that are there keep their size"),
      // Of another set.
      ("data-web-old-0", "; the 2 claims that are there keep their size"),
    ] {
      _ = try await controller.create(
        [
          "apiVersion": "v1", "kind": "PersistentVolumeClaim",
          "metadata": ["name": .string(name), "namespace": .string(Bench.namespace)],
          "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "16Mi"]]],
        ], type: type)
      #expect(try await effect() == "replaced: volumeClaimTemplates is immutable" + told)
    }
    // The same size in other words is no other size.
    #expect(try await bench.plan([Self.set(size: "16384Ki")]).steps.first?.effect.contains("claim that") != true)
  }

  private static func service(headless: Bool) -> DesiredObject {
    var spec: Value = ["selector": ["app": "web"], "ports": [["port": 80]]]
    if headless { spec["clusterIP"] = "None" }
    return desired("Service", "v1", spec)
  }

  @Test func aServiceThatStopsBeingHeadlessIsReplaced() async throws {
    let bench = try await Bench()
    try await bench.apply([Self.service(headless: false)])
    try await bench.apply([Self.service(headless: true)])
    let plan = try await bench.plan([Self.service(headless: false)])
    #expect(plan.steps.map(\.action) == [.replace])
    #expect(plan.steps[0].effect == "replaced: clusterIP is immutable")
    #expect(plan.steps[0].changes.map(\.field.path.description) == ["spec.clusterIP"])

    // A rollback sees the same.
    let content = try await History(client: bench.client(), project: "shop", namespace: Bench.namespace).content(nil)
    try await bench.apply(content.objects)
    let address = try #require(try await bench.objects("services")["web"]?.at("spec", "clusterIP")?.string)
    #expect(address != "None" && !address.isEmpty)
    #expect(try await bench.plan([Self.service(headless: false)]).isEmpty)
  }

  /// Somebody else made it so: that is left alone.
  @Test func aServiceThatOthersMadeHeadlessStaysSo() async throws {
    let bench = try await Bench()
    let other = APIClient(transport: FaultyTransport(bench.server), fieldManager: "ops")
    let type = try #require(ResourceTypes.builtin.named("services"))
    let namespaces = try #require(ResourceTypes.builtin.named("namespaces"))
    _ = try await other.create(
      ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(Bench.namespace)]], type: namespaces)
    _ = try await other.create(Self.service(headless: true).object, type: type)
    #expect(try await bench.plan([Self.service(headless: false)]).count(.replace) == 0)
  }
}
