import KCData
import KCKube
import KCScheduler
import Testing

@testable import KCPlan

/// What a plan foretells of what comes of it, and what it calls certain.
@Suite struct ForetoldTests {
  /// A deployment that runs: a pod per name of a node.
  private func running(_ deployment: Value, on nodes: [String], cpu: String = "100m") throws -> LiveState {
    var state = LiveState(
      cluster: .init(nodes: Set(nodes).sorted().map { Make.node($0) }), target: "test")
    state.objects[ObjectKey(deployment)] = try Make.applied(deployment)
    state.now = Timestamp(seconds: 10_000)
    let name = deployment.name ?? ""
    state.cluster.others = [
      [
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": [
          "name": .string("\(name)-1"), "namespace": "shop", "uid": "rs-1",
          "ownerReferences": [["uid": "uid-1", "controller": true]],
        ],
        "spec": ["selector": ["matchLabels": ["app": .string(name), "pod-template-hash": "1"]]],
      ]
    ]
    state.cluster.pods = nodes.enumerated().map { index, node in
      [
        "apiVersion": "v1", "kind": "Pod",
        "metadata": [
          "name": .string("\(name)-1-\(index)"), "namespace": "shop", "uid": .string("pod-\(index)"),
          "labels": ["app": .string(name), "pod-template-hash": "1"],
          "ownerReferences": [
            [
              "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": .string("\(name)-1"), "uid": "rs-1",
              "controller": true,
            ]
          ],
        ],
        "spec": [
          "nodeName": .string(node), "priority": 0,
          "containers": [["name": "app", "image": "i", "resources": ["requests": ["cpu": .string(cpu)]]]],
        ], "status": ["phase": "Running", "conditions": [["type": "Ready", "status": "True"]]],
      ]
    }
    return state
  }

  private func roll(_ replicas: Int64, on nodes: [String], _ edit: (inout Value) -> Void = { _ in }) throws -> Placement
  {
    var old = Make.deployment("web", replicas: replicas)
    var new = Make.deployment("web", image: "shop/web:v2", replicas: replicas)
    edit(&old)
    edit(&new)
    return try #require(Make.plan([Make.desired(new)], running(old, on: nodes)).placements.first)
  }

  @Test func aRolloutThatMayEndOtherwiseSaysSo() throws {
    let open = try roll(4, on: ["n1", "n2", "n3", "n1"])
    #expect(open.total == 4 && open.unplaced == 0)
    #expect(!open.isCertain)
    // With a pod on each node, and one after the other, every order ends the same.
    let closed = try roll(2, on: ["n1", "n2"]) { object in
      object.set(
        [
          "podAntiAffinity": [
            "requiredDuringSchedulingIgnoredDuringExecution": [
              ["labelSelector": ["matchLabels": ["app": "web"]], "topologyKey": "kubernetes.io/hostname"]
            ]
          ]
        ], at: "spec", "template", "spec", "affinity")
      object.set(["maxSurge": 0, "maxUnavailable": 1], at: "spec", "strategy", "rollingUpdate")
    }
    #expect(closed.isCertain && closed.nodes.map(\.pods) == [1, 1])
    // What is new is placed as it comes.
    let new = Make.plan(
      [Make.desired(Make.deployment("web", replicas: 5))],
      LiveState(cluster: .init(nodes: ["n1", "n2"].map { Make.node($0) }), target: "test"))
    #expect(new.placements.first?.isCertain == true)
    #expect(PlacementText([open], style: TextStyle()).lines().contains { $0.contains("≈ may come out otherwise") })
    #expect(!PlacementText([closed], style: TextStyle()).lines().contains { $0.contains("≈") })
  }

  @Test func nodesThatAreFullAreEmptiedPodByPod() throws {
    // Four of 900m on two nodes of 2: none fits beside them, so that one must go before one comes.
    let old = Make.deployment("web", replicas: 4, cpu: "900m")
    let new = Make.deployment("web", image: "shop/web:v2", replicas: 4, cpu: "900m")
    let state = try running(old, on: ["n1", "n1", "n2", "n2"], cpu: "900m")
    let placement = try #require(Make.plan([Make.desired(new)], state).placements.first)
    #expect(placement.unplaced == 0 && placement.obstacles.isEmpty, "\(placement)")
    #expect(placement.nodes.map(\.pods) == [2, 2])
  }

  @Test func whoMakesRoomAndFitsNowhereIsTold() throws {
    let urgent: Value = [
      "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": ["name": "urgent"], "value": 1000,
    ]
    let low = Make.deployment("low", replicas: 2, cpu: "900m")
    var state = try running(low, on: ["n1", "n1"], cpu: "900m")
    state.cluster.others.append(urgent)
    var high = Make.deployment("high", replicas: 1, cpu: "1500m")
    high.set("urgent", at: "spec", "template", "spec", "priorityClassName")
    let plan = Make.plan([Make.desired(high), Make.desired(low)], state)
    let placement = try #require(plan.placements.first { $0.name == "high" })
    #expect(placement.evicts.count == 2 && placement.homeless == placement.evicts)
    #expect(plan.hasUnplaced && plan.displaced == placement.homeless)
    #expect(plan.endangered.map(\.address) == ["deployment.low"])
    // With room elsewhere they come up there.
    state.cluster.nodes.append(Make.node("n2"))
    #expect(!Make.plan([Make.desired(high), Make.desired(low)], state).hasUnplaced)
  }

  /// What this plan makes itself may have to make room, too: it is counted where it ends up.
  @Test func newPodsMayMakeRoom() throws {
    let urgent: Value = [
      "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": ["name": "urgent"], "value": 1000,
    ]
    var high = Make.deployment("z-high", replicas: 1, cpu: "1500m")
    high.set("urgent", at: "spec", "template", "spec", "priorityClassName")
    let low = Make.deployment("a-low", replicas: 1, cpu: "900m")
    let plan = Make.plan(
      [Make.desired(low), Make.desired(high), Make.desired(urgent)],
      LiveState(cluster: .init(nodes: [Make.node("n1")]), target: "test"))
    #expect(plan.placements.first { $0.name == "a-low" }?.unplaced == 1)
    #expect(plan.placements.first { $0.name == "z-high" }?.evicts == ["a new pod of deployment a-low"])
  }

  private func service(_ app: String, _ spec: Value = [:]) -> Value {
    var object: Value = [
      "apiVersion": "v1", "kind": "Service", "metadata": ["name": "web", "namespace": "shop"],
      "spec": ["selector": ["app": .string(app)], "ports": [["port": 80, "protocol": "TCP"]]],
    ]
    for (name, value) in spec.object ?? [:] { object.set(value, at: "spec", name) }
    return object
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
    live.environment = "prod"
    #expect(Make.plan([], live).environmentWords == nil)
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
    #expect(text.contains("Left alone") && text.contains("is left to somebody-else"), "\(text)")
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
