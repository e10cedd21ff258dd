import KCData
import KCKube
import Testing

@testable import KCPlan

/// What a plan foretells of what comes of it.
@Suite struct ForetoldTests {
  private func service(_ app: String, _ spec: Value = [:]) -> Value {
    var object: Value = [
      "apiVersion": "v1", "kind": "Service", "metadata": ["name": "web", "namespace": "shop"],
      "spec": ["selector": ["app": .string(app)], "ports": [["port": 80, "protocol": "TCP"]]],
    ]
    for (name, value) in spec.object ?? [:] { object.set(value, at: "spec", name) }
    return object
  }

  @Test func whatGoesIsCalledAsItsBlockWas() {
    func title(_ address: String, _ kind: String, _ name: String) -> String {
      InventoryEntry(address: address, key: ObjectKey(apiVersion: "v1", kind: kind, namespace: "", name: name)).title
    }
    #expect(title("config.settings", "ConfigMap", "settings") == "config settings")
    #expect(title("shop.eu.config.settings", "ConfigMap", "eu-settings") == "config eu-settings")
    let definition = "k8s.apiextensions.v1.CustomResourceDefinition.planets.shop.example.com"
    #expect(
      title(definition, "CustomResourceDefinition", "planets.shop.example.com")
        == "customresourcedefinition planets.shop.example.com")
    #expect(title("config.app.conf", "ConfigMap", "app.conf") == "config app.conf")
  }

  @Test func aServiceTurnsToNewPodsWhenTheyAreReady() throws {
    var live = LiveState(target: "test")
    for object in [service("old"), Make.deployment("old")] {
      live.objects[ObjectKey(object)] = try Make.applied(object)
    }
    live.inventory = live.objects.keys.map { InventoryEntry(address: "\($0.kind.lowercased()).\($0.name)", key: $0) }
    let desired = [Make.desired(service("new")), Make.desired(Make.deployment("new"))]
    let plan = Make.plan(desired, live)
    #expect(plan.changes.map(\.address) == ["deployment.new", "service.web", "deployment.old"])
    let step = try #require(plan.changes.first { $0.key.kind == "Service" })
    #expect(step.effect.hasSuffix("turns to deployment new when that is ready"), "\(step.effect)")
    #expect(step.risks.isEmpty)
    // Pods that need the service to start cannot come first: then that it stands still is said.
    let needing = [
      Make.desired(service("new")), Make.desired(Make.deployment("new"), dependencies: ["service.web"]),
    ]
    let other = try #require(Make.plan(needing, live).changes.first { $0.key.kind == "Service" })
    #expect(other.risks.map(\.kind) == [.downtime], "\(other)")
  }

  /// Of a pod's tolerations some can be added in place. Where the target refuses it, a new pod does.
  @Test func aPodThatCannotBeChangedIsReplaced() throws {
    func pod(_ spec: Value) -> Value {
      var pod: Value = [
        "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "web", "namespace": "shop"],
        "spec": ["containers": [["name": "app", "image": "shop/web:v1"]]],
      ]
      for (name, value) in spec.object ?? [:] { pod.set(value, at: "spec", name) }
      return pod
    }
    let refusal = APIStatus(code: 422, reason: "Invalid", message: "pod updates may not change fields")
    for (spec, label) in [
      (["terminationGracePeriodSeconds": 1] as Value, "terminationGracePeriodSeconds"),
      (["tolerations": [["key": "a", "operator": "Exists"]]], "tolerations"),
    ] {
      let old = pod(spec)
      var live = LiveState(target: "test")
      live.objects[ObjectKey(old)] = try Make.applied(old)
      live.predicted[ObjectKey(old)] = .failure(refusal)
      let step = try #require(Make.plan([Make.desired(pod([:]))], live).steps.first)
      #expect(step.action == .replace && step.effect == "replaced: \(label) is immutable", "\(step)")
    }
  }

  /// A volume is held while a claim has it, and a custom resource may need the workload that is its controller.
  @Test func whatHoldsOthersGoesFirst() throws {
    func object(_ apiVersion: String, _ kind: String, _ name: String, _ namespace: String? = "shop") -> Value {
      var object: Value = [
        "apiVersion": .string(apiVersion), "kind": .string(kind), "metadata": ["name": .string(name)],
      ]
      object.set(namespace.map { .string($0) }, at: "metadata", "namespace")
      return object
    }
    let objects = [
      object("v1", "PersistentVolume", "disk", nil), object("v1", "PersistentVolumeClaim", "files"),
      object("apps/v1", "Deployment", "controller"), object("example.com/v1", "Widget", "blue"),
      object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "widgets.example.com", nil),
    ]
    var live = LiveState(target: "test")
    for object in objects {
      live.objects[ObjectKey(object)] = object
      live.inventory.append(
        InventoryEntry(address: "\(object.kind?.lowercased() ?? "").\(object.name ?? "")", key: ObjectKey(object)))
    }
    let plan = Planner(options: .init(allowDelete: ["ALL"])).planRemoval(
      project: "shop", namespace: "shop", environment: nil, live: live)
    let kinds = ["Widget", "Deployment", "PersistentVolumeClaim", "PersistentVolume", "CustomResourceDefinition"]
    #expect(plan.steps.map(\.key.kind) == kinds)
    #expect(OrderGraph(plan).stages.map { stage in stage.map { plan.steps[$0].key.kind } } == kinds.map { [$0] })
  }

  /// Of two that are both declared, the one goes when the service has turned to the other.
  @Test func theOldOnesGoWhenTheServiceHasTurnedAway() throws {
    var live = LiveState(target: "test")
    let (blue, green) = (Make.deployment("blue"), Make.deployment("green", replicas: 0))
    for object in [service("blue"), blue, green] { live.objects[ObjectKey(object)] = try Make.applied(object) }
    let desired = [
      Make.desired(service("green")), Make.desired(Make.deployment("blue", replicas: 0)),
      Make.desired(Make.deployment("green")),
    ]
    let plan = Make.plan(desired, live)
    #expect(plan.changes.map(\.address) == ["deployment.green", "service.web", "deployment.blue"])
    #expect(plan.changes.allSatisfy { $0.risks.isEmpty }, "\(plan.changes.map(\.risks))")
    #expect(plan.changes.last?.effect == "scales 2 → 0; when service web has turned away")
    // One that is there as declared may not be ready all the same: the apply has to look.
    live.objects[ObjectKey(green)] = try Make.applied(Make.deployment("green"))
    let kept = try #require(Make.plan(desired, live).changes.first { $0.key.kind == "Service" })
    #expect(kept.turnsTo == ["deployment.green"])
    let read = try PlanFile.decode(PlanFile.encode(Make.plan(desired, live), server: "x")).plan
    #expect(read.steps.map(\.turnsTo) == Make.plan(desired, live).steps.map(\.turnsTo))
  }

  private func statefulSet(_ name: String) -> Value {
    var object = Make.deployment(name)
    object["kind"] = "StatefulSet"
    object.set(
      [["metadata": ["name": "data"], "spec": ["resources": ["requests": ["storage": "1Gi"]]]]],
      at: "spec", "volumeClaimTemplates")
    return object
  }

  @Test func aNewNameOfAStatefulSetCostsItsData() throws {
    let old = statefulSet("db")
    var live = LiveState(target: "test")
    live.objects[ObjectKey(old)] = try Make.applied(old)
    live.inventory = [InventoryEntry(address: "statefulset.db", key: ObjectKey(old))]
    let options = Planner.Options(moves: ["statefulset.db": "statefulset.store"])
    func plan(_ options: Planner.Options) -> Plan {
      Planner(options: options).plan(
        project: "shop", namespace: "shop", environment: nil, desired: [Make.desired(statefulSet("store"))], live: live)
    }
    #expect(plan(options).changes.first?.risks.map(\.kind) == [.dataLoss])
    #expect(plan(options).guarded.map(\.address) == ["statefulset.db"])
    #expect(plan(.init(moves: options.moves, allowDelete: ["statefulset.db"])).guarded.isEmpty)
    // Where it is no longer declared, its claims are.
    let removal = try #require(Make.plan([], live).changes.first)
    #expect(removal.effect == "no longer declared; its claims stay")
  }

  @Test func whatAnAutoscalerGaveGoesWithTheName() throws {
    let old = Make.deployment("old", replicas: 4)
    let scaler: Value = [
      "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
      "metadata": ["name": "new", "namespace": "shop"],
      "spec": ["maxReplicas": 5, "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "new"]],
    ]
    var live = LiveState(target: "test")
    live.objects[ObjectKey(old)] = try Make.applied(old)
    live.inventory = [InventoryEntry(address: "deployment.old", key: ObjectKey(old))]
    let plan = Planner(options: .init(moves: ["deployment.old": "deployment.new"])).plan(
      project: "shop", namespace: "shop", environment: nil,
      desired: [Make.desired(Make.deployment("new")), Make.desired(scaler)], live: live)
    #expect(plan.changes.first { $0.address == "deployment.new" }?.object?.at("spec", "replicas") == 4)
  }

  @Test func quotasCountWhatPodsAskFor() throws {
    func quota(_ hard: Value) -> Value {
      [
        "apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": "small", "namespace": "shop"],
        "spec": ["hard": hard],
      ]
    }
    func risks(_ desired: Value, _ live: LiveState) -> [String] {
      Make.plan([Make.desired(desired)], live).changes.flatMap(\.risks).map(\.reason)
    }
    let web = Make.deployment("web", replicas: 3, cpu: "50m")
    var live = LiveState(cluster: .init(others: [quota(["requests.cpu": "100m"])]), target: "test")
    #expect(risks(web, live) == ["quota small allows 100m of requests.cpu in shop, and 150m are declared"])
    live.cluster.others = [quota(["cpu": "150m", "limits.memory": "1"])]
    #expect(risks(web, live).isEmpty)
    // A rollout that keeps all the old ones needs room for one more.
    live.objects[ObjectKey(web)] = try Make.applied(web)
    live.cluster.others = [quota(["pods": "3"])]
    let new = Make.deployment("web", image: "shop/web:v2", replicas: 3, cpu: "50m")
    #expect(
      risks(new, live) == [
        "quota small allows 3 pods in shop: there is no room for a new pod beside the old ones while it rolls out"
      ])
    live.refusedPods[ObjectKey(web)] = "maximum memory usage per Container is 64Mi"
    live.cluster.others = []
    #expect(risks(new, live) == ["its pods would be refused: maximum memory usage per Container is 64Mi"])
  }

  @Test func whatIsAllocatedIsKnownAfterApply() throws {
    let old = service("web")
    var live = LiveState(target: "test")
    live.objects[ObjectKey(old)] = try Make.applied(old)
    var result = try Make.applied(service("web", ["type": "NodePort"]))
    result.set([["port": 80, "protocol": "TCP", "targetPort": 80, "nodePort": 31234]], at: "spec", "ports")
    live.predicted[ObjectKey(old)] = .success(result)
    let plan = Make.plan([Make.desired(service("web", ["type": "NodePort"]))], live)
    #expect(plan.changes.count == 1)
    #expect(!PlanText(plan, style: TextStyle()).render().contains("31234"))
    #expect(plan.changes.first?.changes.contains { $0.field.new == "(known after apply)" } == true)
    // A number that is declared is known.
    let said: Value = ["type": "NodePort", "ports": [["port": 80, "protocol": "TCP", "nodePort": 31234]]]
    #expect(
      PlanText(Make.plan([Make.desired(service("web", said))], live), style: TextStyle()).render().contains("31234"))
  }

  @Test func whatIsMissingIsTold() throws {
    var object = Make.deployment("web")
    object.set("gold", at: "spec", "template", "spec", "priorityClassName")
    object.set("deployer", at: "spec", "template", "spec", "serviceAccountName")
    object.set(
      [
        ["name": "a", "secret": ["secretName": "certificate"]],
        ["name": "b", "configMap": ["name": "maybe", "optional": true]],
      ], at: "spec", "template", "spec", "volumes")
    let needed = Requirements.of(object)
    #expect(needed.map(\.name).sorted() == ["certificate", "deployer", "gold"])
    var live = LiveState(target: "test")
    live.lacking = needed
    let plan = Make.plan([Make.desired(object)], live)
    #expect(
      Set(plan.changes.flatMap(\.risks).map(\.reason)) == [
        "there is no priority class gold on the target", "there is no service account deployer in shop",
        "there is no secret certificate in shop",
      ])
    #expect(PlanText(plan, style: TextStyle()).render().contains("! does not come up: there is no secret certificate"))
  }

  @Test func aJobThatIsDoneMayBeGone() throws {
    let job: Value = [
      "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": "migrate", "namespace": "shop"],
      "spec": ["ttlSecondsAfterFinished": 60, "template": ["spec": ["containers": [["name": "a", "image": "i:1"]]]]],
    ]
    let step = try #require(Make.plan([Make.desired(job)]).changes.first)
    var live = LiveState(target: "test")
    let done = try #require(InventoryEntry.mark(ofPassing: step))
    live.inventory = [InventoryEntry(address: "job.migrate", key: ObjectKey(job), done: done)]
    #expect(Make.plan([Make.desired(job)], live).isEmpty)
    // What is declared anew runs, and so does one that was removed before it was done.
    var other = job
    other.set(30, at: "spec", "backoffLimit")
    #expect(Make.plan([Make.desired(other)], live).changes.map(\.action) == [.add])
    live.inventory[0].done = nil
    #expect(Make.plan([Make.desired(job)], live).changes.first?.effect.hasPrefix("made again") == true)
  }

  @Test func anotherEnvironmentIsTold() throws {
    let old = Make.config("only-staging", ["A": "1"])
    var live = LiveState(target: "test")
    live.objects[ObjectKey(old)] = try Make.applied(old)
    live.inventory = [InventoryEntry(address: "config.only-staging", key: ObjectKey(old))]
    live.environment = "staging"
    let plan = Make.plan([], live)
    let words = "was last applied as env staging, and this plan is for env prod: what only that declares is removed"
    #expect(plan.environmentWords == words)
    #expect(PlanMarkdown(plan).render().contains(words))
    #expect(PlanHTML(plan).render().contains(words))
    live.environment = "prod"
    #expect(Make.plan([], live).environmentWords == nil)
  }

  /// A project whose namespace has changed finds nothing of its own, and leaves what it had.
  @Test func whatAProjectHasElsewhereIsTold() throws {
    var live = LiveState(target: "test")
    live.elsewhere = [("old", "prod"), ("staging", "staging"), ("plain", nil)]
    let plan = Make.plan([Make.desired(Make.config("a", [:]))], live)
    #expect(plan.environmentWords == "owns objects in old, too: this plan makes others, and those stay")
    live.elsewhere.removeFirst()
    #expect(Make.plan([Make.desired(Make.config("a", [:]))], live).environmentWords == nil)
  }

  /// What the last apply sent and is gone was taken away; what it did not send is the program's news.
  @Test func whatWasTakenAwayIsDrift() throws {
    let object = Make.config("settings", ["A": "1", "B": "2"])
    var live = LiveState(target: "test")
    live.objects[ObjectKey(object)] = try Make.applied(Make.config("settings", ["A": "1"]))
    let current = try #require(live.objects[ObjectKey(object)])
    #expect(Planner.mayLack(current, to: object))
    #expect(Make.plan([Make.desired(object)], live).drifted.isEmpty)
    live.lastApplied[ObjectKey(object)] = object
    live.predicted[ObjectKey(object)] = .success(try Make.applied(object))
    let change = try #require(Make.plan([Make.desired(object)], live).drifted.first?.changes.first)
    #expect(change.field.path.description == "data.B" && change.driftedBy == "somebody")
  }

  @Test func secretsThatOthersWroteAreNamedAndNotShown() throws {
    let type = try #require(ResourceTypes.builtin.find(apiVersion: "v1", kind: "Secret"))
    func secret(_ value: String) -> Value {
      [
        "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "db", "namespace": "shop"],
        "data": ["PASSWORD": .string(value)],
      ]
    }
    let applied = try Make.applied(secret("YQ=="))
    #expect(Planner.takenOver(applied).isEmpty)
    let changed = try ServerSideApply.apply(
      secret("Yg=="), to: applied, manager: "kubectl-edit", force: true, type: type, now: Timestamp(seconds: 1))
    #expect(Planner.takenOver(changed).map(\.key) == ["PASSWORD"])
    #expect(Planner.takenOver(changed).map(\.manager) == ["kubectl-edit"])
  }

  @Test func aDefinitionDoesNotGoBeforeItsObjects() throws {
    let definition: Value = [
      "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
      "metadata": ["name": "things.example.com"],
      "spec": ["group": "example.com", "names": ["kind": "Thing", "plural": "things"], "scope": "Namespaced"],
    ]
    let thing: Value = [
      "apiVersion": "example.com/v1", "kind": "Thing", "metadata": ["name": "t", "namespace": "shop"],
    ]
    var live = LiveState(target: "test")
    live.objects = [ObjectKey(definition): definition, ObjectKey(thing): thing]
    live.inventory = [InventoryEntry(address: "customresourcedefinition.things", key: ObjectKey(definition))]
    let refused = try #require(Make.plan([Make.desired(thing)], live).refusals.first?.refusal)
    #expect(refused.message.contains("is no longer declared, and all objects of its kind would go with it"))
    #expect(Make.plan([Make.desired(thing), Make.desired(definition)], live).refusals.isEmpty)
    // One that is replaced takes them along, though nothing of them changes.
    var other = definition
    other.set("Cluster", at: "spec", "scope")
    live.settled = [ObjectKey(thing)]
    live.predicted[ObjectKey(other)] = .failure(APIStatus(code: 422, reason: "Invalid", message: "scope"))
    let plan = Make.plan([Make.desired(thing), Make.desired(other)], live)
    #expect(plan.steps.map(\.action) == [.replace, .replace])
    #expect(plan.steps.last?.effect == "made again: it goes with customresourcedefinition things.example.com")
    // It would be made where nobody looks for it.
    #expect(
      plan.refusals.first?.refusal?.message
        == "by customresourcedefinition things.example.com, an object of its kind has no namespace: leave it out")
  }

  @Test func whatIsLeftAloneStandsInCommentsToo() throws {
    let object = Make.deployment("web")
    var live = LiveState(target: "test")
    let type = try #require(ResourceTypes.builtin.find(apiVersion: "apps/v1", kind: "Deployment"))
    let part: Value = [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "namespace": "shop"],
      "spec": ["minReadySeconds": 7],
    ]
    live.objects[ObjectKey(object)] = try ServerSideApply.apply(
      part, to: Make.applied(object), manager: "somebody-else", force: true, type: type, now: Timestamp(seconds: 1))
    let text = PlanMarkdown(Make.plan([Make.desired(object)], live)).render()
    #expect(text.contains("Left alone") && text.contains("managed by somebody-else"), "\(text)")
  }

  /// A file need not hold all that is there.
  @Test func aFileThatLacksAnObjectDoesNotSayThatItIsGone() {
    let object = Make.config("a", ["A": "1"])
    var live = LiveState(inventory: [InventoryEntry(address: "configmap.a", key: ObjectKey(object))], target: "a file")
    live.isPartial = true
    #expect(
      Make.plan([Make.desired(object)], live).changes.first?.effect.hasPrefix("the file does not have it") == true)
  }

  @Test func anAutoscalerThatGoesGivesReplicasBack() throws {
    let scaler: Value = [
      "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
      "metadata": ["name": "web", "namespace": "shop"],
      "spec": ["maxReplicas": 5, "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "web"]],
    ]
    let object = Make.deployment("web", replicas: 3)
    var live = LiveState(target: "test")
    live.objects = [ObjectKey(object): try Make.applied(Make.deployment("web")), ObjectKey(scaler): scaler]
    live.conflicts[ObjectKey(object)] = [ConflictingField(field: "spec.replicas", owner: "autoscaler")]
    let inventory = [InventoryEntry(address: "autoscaler.web", key: ObjectKey(scaler))]
    live.inventory = inventory
    let plan = Make.plan([Make.desired(object)], live)
    #expect(plan.conflicting.isEmpty)
    let step = try #require(plan.changes.first { $0.key.kind == "Deployment" })
    #expect(step.takes == ["spec.replicas"])
    let read = try PlanFile.decode(PlanFile.encode(plan, server: "x")).plan
    #expect(read.steps.map(\.takes) == plan.steps.map(\.takes))
  }
}
