import KCData
import KCKube
import KCPlan
import Testing

/// Objects for plans.
enum Make {
  static func deployment(_ name: String, image: String = "shop/web:v1", replicas: Int64 = 2, cpu: String = "100m")
    -> Value
  {
    [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": .string(name), "namespace": "shop"],
      "spec": [
        "replicas": .int(replicas), "selector": ["matchLabels": ["app": .string(name)]],
        "template": [
          "metadata": ["labels": ["app": .string(name)]],
          "spec": [
            "containers": [["name": "app", "image": .string(image), "resources": ["requests": ["cpu": .string(cpu)]]]]
          ],
        ],
      ],
    ]
  }

  static func config(_ name: String, _ data: Value) -> Value {
    ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name), "namespace": "shop"], "data": data]
  }

  static func node(_ name: String, cpu: String = "2", zone: String = "a") -> Value {
    [
      "apiVersion": "v1", "kind": "Node",
      "metadata": [
        "name": .string(name),
        "labels": ["kubernetes.io/hostname": .string(name), "topology.kubernetes.io/zone": .string(zone)],
      ],
      "status": ["allocatable": ["cpu": .string(cpu), "memory": "4Gi", "pods": "110"]],
    ]
  }

  static func desired(_ object: Value, dependencies: [String] = [], origins: [FieldPath: Origin] = [:]) -> DesiredObject
  {
    let kind = object.kind?.lowercased() ?? ""
    return DesiredObject(
      address: "\(kind).\(object.name ?? "")", sourceKind: kind, object: object,
      origin: Origin(file: "shop.kc", line: 10), origins: origins, dependencies: dependencies)
  }

  /// An object as it is on a target after kc applied it.
  static func applied(_ object: Value) throws -> Value {
    let type = try #require(ResourceTypes.builtin.find((object.apiVersion, object.kind)))
    var live = try ServerSideApply.apply(
      object, to: nil, manager: "kc", force: false, type: type, now: Timestamp(seconds: 0))
    Defaulting.apply(to: &live, type: type)
    live.set("uid-1", at: "metadata", "uid")
    live.set("7", at: "metadata", "resourceVersion")
    return live
  }

  static func plan(_ desired: [DesiredObject], _ live: LiveState = LiveState(target: "test")) -> Plan {
    Planner().plan(project: "shop", namespace: "shop", environment: "prod", desired: desired, live: live)
  }
}

@Suite struct PlannerTests {
  @Test func whatIsAppliedIsNoChange() throws {
    let objects = [Make.deployment("web"), Make.config("settings", ["A": "1"])]
    var live = LiveState(target: "test")
    for object in objects { live.objects[ObjectKey(object)] = try Make.applied(object) }
    let plan = Make.plan(objects.map { Make.desired($0) }, live)
    #expect(plan.isEmpty, "\(plan.changes)")
    #expect(plan.count(.keep) == 2)
  }

  @Test func anObjectIsTheSameInEachVersionOfItsGroup() throws {
    func scaler(_ version: String) -> Value {
      [
        "apiVersion": .string("autoscaling/\(version)"), "kind": "HorizontalPodAutoscaler",
        "metadata": ["name": "web", "namespace": "shop"],
        "spec": [
          "maxReplicas": 3, "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "web"],
        ],
      ]
    }
    #expect(ObjectKey(scaler("v1")) == ObjectKey(scaler("v2")))
    var other = ObjectKey(scaler("v1"))
    other.apiVersion = "autoscaling.example.com/v1"
    #expect(other != ObjectKey(scaler("v1")))
    var live = LiveState(target: "test")
    live.inventory = [InventoryEntry(address: "horizontalpodautoscaler.web", key: ObjectKey(scaler("v1")))]
    live.objects[ObjectKey(scaler("v1"))] = try Make.applied(scaler("v2"))
    let plan = Make.plan([Make.desired(scaler("v2"))], live)
    #expect(plan.isEmpty, "\(plan.changes)")
    #expect(plan.steps.first?.key.apiVersion == "autoscaling/v2")
  }

  @Test func oneFieldIsOneChangeWithItsPlace() throws {
    let old = Make.deployment("web")
    var live = LiveState(target: "test")
    live.objects[ObjectKey(old)] = try Make.applied(old)
    let origins = [FieldPath("spec", "replicas"): Origin(file: "prod.kc", line: 4, layer: "env prod")]
    let plan = Make.plan([Make.desired(Make.deployment("web", replicas: 6), origins: origins)], live)
    #expect(plan.changes.count == 1)
    let change = try #require(plan.changes.first?.changes.first)
    #expect(change.field.path.description == "spec.replicas")
    #expect(change.origin?.place == "prod.kc:4")
    #expect(plan.changes.first?.effect == "scales 2 → 6")
  }

  @Test func aNewImageRollsThePods() throws {
    let old = Make.deployment("web", replicas: 6)
    var live = LiveState(target: "test")
    live.objects[ObjectKey(old)] = try Make.applied(old)
    let plan = Make.plan([Make.desired(Make.deployment("web", image: "shop/web:v2", replicas: 6))], live)
    let step = try #require(plan.changes.first)
    #expect(step.changes.map(\.field.path.description) == ["spec.template.spec.containers[app].image"])
    #expect(FieldLabel.label(try #require(step.changes.first).field.path) == "app.image")
    #expect(step.effect == "rolls out, 6 pods, at most 1 unavailable")
  }

  @Test func whatCannotBeChangedIsReplaced() throws {
    let old = Make.deployment("web")
    var live = LiveState(target: "test")
    let key = ObjectKey(old)
    live.objects[key] = try Make.applied(old)
    live.predicted[key] = .failure(APIStatus(code: 422, reason: "Invalid", message: "field is immutable"))
    var new = old
    new.set(["matchLabels": ["app": "other"]], at: "spec", "selector")
    let plan = Make.plan([Make.desired(new)], live)
    #expect(plan.changes.first?.action == .replace)
    #expect(plan.changes.first?.effect.contains("selector") == true)
  }

  @Test func whatIsNoLongerDeclaredGoes() throws {
    let old = Make.config("old", ["A": "1"])
    var live = LiveState(target: "test")
    live.objects[ObjectKey(old)] = try Make.applied(old)
    live.inventory = [InventoryEntry(address: "config.old", key: ObjectKey(old))]
    let plan = Make.plan([], live)
    #expect(plan.changes.map(\.action) == [.remove])
    #expect(plan.changes.first?.liveUID == "uid-1")
  }

  @Test func dependenciesComeFirst() {
    let plan = Make.plan([
      Make.desired(Make.deployment("a-web"), dependencies: ["deployment.z-api", "configmap.settings"]),
      Make.desired(Make.deployment("z-api")), Make.desired(Make.config("settings", ["A": "1"])),
    ])
    #expect(plan.steps.map(\.address) == ["configmap.settings", "deployment.z-api", "deployment.a-web"])
    #expect(plan.steps.map(\.wave) == [0, 1, 2])
  }

  /// Services and workloads that name one another are no cycle of the plan.
  @Test func cyclesOfNamesEnd() {
    let plan = Make.plan([
      Make.desired(Make.deployment("a"), dependencies: ["deployment.b"]),
      Make.desired(Make.deployment("b"), dependencies: ["deployment.a"]),
    ])
    #expect(plan.steps.count == 2)
  }

  @Test func longChainsAreNoRecursion() {
    let chain = (0..<2_000).map { index in
      Make.desired(Make.config("c\(index)", [:]), dependencies: index == 0 ? [] : ["configmap.c\(index - 1)"])
    }
    #expect(Make.plan(chain).steps.count == 2_000)
  }
}

@Suite struct ForecastTests {
  private func live(_ nodes: [Value]) -> LiveState {
    LiveState(cluster: .init(nodes: nodes), target: "test")
  }

  @Test func podsAreSpreadOverNodes() throws {
    let plan = Make.plan([Make.desired(Make.deployment("web", replicas: 4))], live([Make.node("n1"), Make.node("n2")]))
    let placement = try #require(plan.placements.first)
    #expect(placement.nodes == [.init(node: "n1", pods: 2), .init(node: "n2", pods: 2)])
    #expect(!plan.hasUnplaced)
  }

  @Test func whatFitsNowhereIsExplained() throws {
    let plan = Make.plan(
      [Make.desired(Make.deployment("web", replicas: 3, cpu: "1500m"))], live([Make.node("n1"), Make.node("n2")]))
    let placement = try #require(plan.placements.first)
    #expect(placement.unplaced == 1)
    #expect(placement.obstacles.map(\.reason) == ["1 cpu short", "1 cpu short"])
    #expect(plan.hasUnplaced)
    let text = PlanText(plan, style: TextStyle()).render()
    #expect(text.contains("1 fits nowhere"))
    #expect(text.contains("✗ n1, n2: 1 cpu short"))
  }

  @Test func theRuleThatBarsANodeIsNamed() throws {
    var object = Make.deployment("web", replicas: 2)
    object.set(
      [
        "podAntiAffinity": [
          "requiredDuringSchedulingIgnoredDuringExecution": [
            ["labelSelector": ["matchLabels": ["app": "web"]], "topologyKey": "kubernetes.io/hostname"]
          ]
        ]
      ],
      at: "spec", "template", "spec", "affinity")
    var desired = Make.desired(object)
    let path: FieldPath = [
      .field("spec"), .field("template"), .field("spec"), .field("affinity"), .field("podAntiAffinity"),
      .field("requiredDuringSchedulingIgnoredDuringExecution"), .index(0),
    ]
    desired.rules = [
      .init(path: path, origin: Origin(file: "shop.kc", line: 31), text: "require apart from self by hostname")
    ]
    let plan = Make.plan([desired], live([Make.node("n1")]))
    #expect(plan.placements.first?.obstacles.first?.rule?.origin.line == 31)
  }

  @Test func aRolloutNeedsRoomForItsSurge() throws {
    // Two pods fill the node but for less than one pod: the new one fits only when an old one goes, and none may.
    let old = Make.deployment("web", replicas: 2, cpu: "900m")
    let applied = try Make.applied(old)
    var state = live([Make.node("n1")])
    state.objects[ObjectKey(old)] = applied
    let set: Value = [
      "apiVersion": "apps/v1", "kind": "ReplicaSet",
      "metadata": [
        "name": "web-1", "namespace": "shop", "uid": "rs-1", "ownerReferences": [["uid": "uid-1", "controller": true]],
      ],
    ]
    state.cluster.others = [set]
    state.cluster.pods = (0..<2).map { index in
      [
        "apiVersion": "v1", "kind": "Pod",
        "metadata": [
          "name": "web-\(index)", "namespace": "shop", "labels": ["app": "web"],
          "ownerReferences": [["uid": "rs-1", "controller": true]],
        ],
        "spec": [
          "nodeName": "n1", "containers": [["name": "app", "image": "i", "resources": ["requests": ["cpu": "900m"]]]],
        ], "status": ["phase": "Running"],
      ]
    }
    let plan = Make.plan([Make.desired(Make.deployment("web", image: "shop/web:v2", replicas: 2, cpu: "900m"))], state)
    let placement = try #require(plan.placements.first)
    #expect(placement.unplaced > 0)
    #expect(placement.onlyDuringRollout)
  }
}

@Suite struct PlanFileTests {
  private func sample() -> Plan {
    Make.plan(
      [Make.desired(Make.deployment("web")), Make.desired(Make.config("settings", ["A": "1"]))],
      LiveState(cluster: .init(nodes: [Make.node("n1")]), target: "test"))
  }

  @Test func aPlanSurvivesItsFile() throws {
    let plan = sample()
    let file = try PlanFile.decode(PlanFile.encode(plan, server: "https://x"))
    #expect(file.server == "https://x")
    let read = file.plan
    #expect(read.digest == plan.digest)
    #expect(read.steps.map(\.object) == plan.steps.map(\.object))
    #expect(read.steps.map(\.wave) == plan.steps.map(\.wave))
    #expect(read.placements == plan.placements)
    #expect(read.recordNamespace == "shop")
  }

  @Test func alteredFilesAreRefused() throws {
    var file = try PlanFile.encode(sample(), server: "https://x")
    file.set("other", at: "plan", "project")
    #expect(throws: PlanFile.Failure.altered) { try PlanFile.decode(file) }
    #expect(throws: PlanFile.Failure.notAPlan("it has no \"schema\"")) { try PlanFile.decode([:]) }
    #expect(throws: PlanFile.Failure.otherVersion("kc.dev/plan-file/v9")) {
      try PlanFile.decode(["schema": "kc.dev/plan-file/v9"])
    }
  }

  @Test func secretsAreNotWritten() throws {
    let secret: Value = ["apiVersion": "v1", "kind": "Secret", "metadata": ["name": "db"], "data": ["P": "eA=="]]
    #expect(throws: PlanFile.Failure.holdsSecrets(address: "secret.db")) {
      try PlanFile.encode(Make.plan([Make.desired(secret)]), server: "x")
    }
  }
}
