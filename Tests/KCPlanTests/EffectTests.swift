import KCData
import KCKube
import KCPlan
import Testing

/// What a change of a workload does, where it does not simply roll.
@Suite struct EffectTests {
  private func change(_ kind: String, _ spec: Value = [:]) throws -> Step {
    func object(_ image: String) -> Value {
      var object = Make.deployment("web", image: image)
      object["kind"] = .string(kind)
      for (name, value) in spec.object ?? [:] { object.set(value, at: "spec", name) }
      if kind == "DaemonSet" { object.set(nil, at: "spec", "replicas") }
      return object
    }
    var live = LiveState(cluster: .init(nodes: [Make.node("n1")]), target: "test")
    live.objects[ObjectKey(object("a:1"))] = try Make.applied(object("a:1"))
    let plan = Make.plan([Make.desired(object("a:2"))], live)
    #expect(plan.placements.isEmpty)
    return try #require(plan.changes.first)
  }

  @Test func whatWaitsForDeletionDoesNotRoll() throws {
    for (kind, spec) in [
      ("DaemonSet", ["updateStrategy": ["type": "OnDelete"]] as Value),
      ("StatefulSet", ["replicas": 1, "updateStrategy": ["type": "OnDelete"]]), ("ReplicaSet", [:]),
    ] {
      let step = try change(kind, spec)
      #expect(step.effect == "changed in place; takes effect as pods are deleted", "\(kind)")
      #expect(step.risks.isEmpty, "\(kind)")
    }
  }

  @Test func aPausedDeploymentWaits() throws {
    let step = try change("Deployment", ["paused": true, "strategy": ["type": "Recreate"]])
    #expect(step.effect == "waits: it is paused")
    #expect(step.risks.isEmpty)
    var new = Make.deployment("web")
    new.set(true, at: "spec", "paused")
    #expect(Make.plan([Make.desired(new)]).changes.first?.effect == "new, and makes no pods: it is paused")
  }

  private func job(_ spec: Value) -> Value {
    var object = Make.deployment("once")
    object["apiVersion"] = "batch/v1"
    object["kind"] = "Job"
    object["spec"] = ["template": object.at("spec", "template") ?? .null]
    object.set("Never", at: "spec", "template", "spec", "restartPolicy")
    for (name, value) in spec.object ?? [:] { object.set(value, at: "spec", name) }
    return object
  }

  /// - Parameter done: how many of its pods have done their work.
  private func change(_ old: Value, _ new: Value, done: Int64 = 0) throws -> (effect: String?, pods: Int) {
    var live = LiveState(cluster: .init(nodes: [Make.node("n1")]), target: "test")
    var current = try Make.applied(job(old))
    current.set(["succeeded": .int(done)], at: "status")
    live.objects[ObjectKey(current)] = current
    let plan = Make.plan([Make.desired(job(new))], live)
    return (plan.changes.first?.effect, plan.placements.reduce(0) { $0 + $1.total })
  }

  @Test func jobsBeginAndWait() throws {
    let new = { (spec: Value) in
      Make.plan(
        [Make.desired(job(spec))], LiveState(cluster: .init(nodes: [Make.node("n1")]), target: "test"))
    }
    #expect(new(["suspend": true]).changes.first?.effect == "new, and makes no pods: it is suspended")
    #expect(new(["suspend": true]).placements.isEmpty)
    #expect(new(["parallelism": 5, "completions": 2]).changes.first?.effect == "new, 2 pods")
    var told = try change(["suspend": true], ["suspend": false])
    #expect(told.effect == "begins: 1 pod" && told.pods == 1, "\(told)")
    told = try change(["suspend": false], ["suspend": true])
    #expect(told.effect == "suspended: its pods stop" && told.pods == 0, "\(told)")
    told = try change(["parallelism": 1, "completions": 9], ["parallelism": 4, "completions": 9], done: 6)
    #expect(told.effect == "1 → 4 pods at once" && told.pods == 3, "\(told)")
  }

  @Test func daemonsThatGoAreTold() throws {
    var daemons = Make.deployment("agent")
    daemons["kind"] = "DaemonSet"
    daemons.set(nil, at: "spec", "replicas")
    var current = try Make.applied(daemons)
    current.set(["currentNumberScheduled": 3], at: "status")
    var live = LiveState(target: "test")
    live.objects[ObjectKey(current)] = current
    live.inventory = [InventoryEntry(address: "daemonset.agent", key: ObjectKey(current))]
    #expect(Make.plan([], live).changes.first?.risks == [Risk(.downtime, "3 pods stop")])
  }

  private let scaler: Value = [
    "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
    "metadata": ["name": "web", "namespace": "shop"],
    "spec": [
      "minReplicas": 2, "maxReplicas": 5,
      "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "web"],
    ],
  ]

  /// A deployment of two pods that kc made, and that something else has scaled since.
  private func scaled(to count: Int64, by manager: String) throws -> Value {
    let type = try #require(ResourceTypes.builtin.find(apiVersion: "apps/v1", kind: "Deployment"))
    var declared = Make.deployment("web")
    declared.set(nil, at: "spec", "replicas")
    let part: Value = [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "namespace": "shop"],
      "spec": ["replicas": .int(count)],
    ]
    return try ServerSideApply.apply(
      part, to: Make.applied(declared), manager: manager, force: true, type: type, now: Timestamp(seconds: 0))
  }

  @Test func podsThatAnAutoscalerMadeCount() throws {
    var live = LiveState(target: "test")
    for object in [try scaled(to: 4, by: "autoscaler"), scaler] { live.objects[ObjectKey(object)] = object }
    let new = Make.deployment("web", image: "shop/web:v2")
    let plan = Make.plan([Make.desired(new), Make.desired(scaler)], live)
    let step = try #require(plan.changes.first { $0.address == "deployment.web" })
    #expect(step.effect.hasPrefix("rolls out, 4 pods"), "\(step.effect)")
  }

  @Test func replicasThatAnAutoscalerOverridesAreTold() throws {
    for manager in ["kc", "autoscaler"] {
      var live = LiveState(target: "test")
      let current = manager == "kc" ? try Make.applied(Make.deployment("web")) : try scaled(to: 4, by: manager)
      for object in [current, scaler] { live.objects[ObjectKey(object)] = object }
      let plan = Make.plan([Make.desired(Make.deployment("web", replicas: 3)), Make.desired(scaler)], live)
      let step = try #require(plan.steps.first { $0.address == "deployment.web" })
      #expect(step.action == .keep)
      let count = manager == "kc" ? 2 : 4
      let path = FieldPath("spec", "replicas")
      #expect(step.leftAlone == [ForeignField(path: path, manager: "autoscaler web", value: Value(count), declared: 3)])
      let words = "managed by autoscaler web; the declared 3 counts when that is gone"
      #expect(PlanText(plan, style: TextStyle()).render().contains("deployment web: replicas = \(count), \(words)"))
      #expect(PlanMarkdown(plan).render().contains(words) && PlanHTML(plan).render().contains(words))
      #expect(PlanJSON.value(plan).at("leftAlone")?.array?.first?["fields"]?.array?.first?["declared"] == 3)
    }
  }

  @Test func replicasCountWhereTheAutoscalerGoes() throws {
    var live = LiveState(target: "test")
    for object in [try Make.applied(Make.deployment("web")), scaler] { live.objects[ObjectKey(object)] = object }
    live.inventory = live.objects.keys.map { InventoryEntry(address: "\($0.kind.lowercased()).web", key: $0) }
    let plan = Make.plan([Make.desired(Make.deployment("web", replicas: 3))], live)
    #expect(plan.changes.map(\.action) == [.change, .remove])
    #expect(plan.changes.first?.effect == "scales 2 → 3")
  }

  @Test func aQuotaThatIsTooSmallIsForetold() throws {
    func quota(_ pods: String) -> Value {
      [
        "apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": "small", "namespace": "shop"],
        "spec": ["hard": ["pods": .string(pods)]],
      ]
    }
    let desired = [Make.desired(Make.deployment("a")), Make.desired(Make.deployment("b"))]
    func risks(_ live: LiveState, _ more: [DesiredObject] = []) -> [String] {
      Make.plan(desired + more, live).changes.filter { $0.key.kind == "Deployment" }.flatMap { $0.risks.map(\.reason) }
    }
    var live = LiveState(cluster: .init(others: [quota("3")]), target: "test")
    let told = "quota small allows 3 pods in shop, and 4 are declared"
    #expect(risks(live) == [told, told])
    // What is declared counts, and not what it was.
    #expect(risks(live, [Make.desired(quota("4"))]).isEmpty)
    live.cluster.others = [quota("4")]
    #expect(risks(live).isEmpty)
  }

  @Test func whatSteersTerminalsIsShown() throws {
    #expect(Printable.text("a\u{1b}[2Jb\u{7}\u{202e}\tc\n") == "a\\u{1b}[2Jb\\u{7}\\u{202e}\tc\n")
    let old = Make.config("a", ["A": "1"])
    var live = LiveState(target: "test")
    live.objects[ObjectKey(old)] = try Make.applied(old)
    let plan = Make.plan([Make.desired(Make.config("a", ["A": "\u{1b}]0;x\u{7}"]))], live)
    #expect(!PlanText(plan, style: TextStyle()).render().contains { $0 == "\u{1b}" || $0 == "\u{7}" })
  }
}
