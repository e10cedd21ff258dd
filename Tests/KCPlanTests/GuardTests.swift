import KCCodec
import KCData
import KCKube
import KCPlan
import Testing

/// What a plan does only when it is told to, what it calls by another name, and what it seals.
@Suite struct GuardTests {
  private func removal(_ object: Value, _ options: Planner.Options = .init()) -> Plan {
    var live = LiveState(target: "test")
    live.objects[ObjectKey(object)] = object
    live.inventory = [InventoryEntry(address: "x.old", key: ObjectKey(object))]
    return Planner(options: options).plan(
      project: "shop", namespace: "shop", environment: nil, desired: [], live: live)
  }

  private let claim: Value = [
    "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": ["name": "old", "namespace": "shop"],
  ]

  @Test func dataIsNotRemovedByAccident() throws {
    let plan = removal(claim)
    #expect(plan.guarded.map(\.address) == ["x.old"])
    #expect(plan.changes.first?.risks.map(\.kind) == [.dataLoss])
    #expect(removal(claim, .init(allowDelete: ["x.old"])).guarded.isEmpty)
    #expect(removal(claim, .init(allowDelete: ["ALL"])).guarded.isEmpty)
    #expect(removal(claim, .init(allowDelete: ["x.other"])).guarded.count == 1)
  }

  /// What the plan shows is what the command line takes, also where two objects would be called the same.
  @Test func objectsAreNamedAsThePlanCallsThem() {
    var live = LiveState(target: "test")
    func plan(_ words: Set<String>) -> Plan {
      Planner(options: .init(allowDelete: words)).planRemoval(
        project: "shop", namespace: "shop", environment: nil, live: live)
    }
    func own(_ address: String, in namespace: String) {
      var object = claim
      object.set(.string(namespace), at: "metadata", "namespace")
      live.objects[ObjectKey(object)] = object
      live.inventory.append(InventoryEntry(address: address, key: ObjectKey(object)))
    }
    own("eu.claim.mine", in: "shop")
    for word in ["claim old", "claim/old", "claim.old", "eu.claim.mine"] {
      #expect(plan([word]).guarded.isEmpty, "\(word)")
    }
    #expect(PlanText(plan([]), style: TextStyle()).render().contains("--allow-delete 'claim old' allows it"))
    own("claim.old", in: "team")
    #expect(plan([]).guarded.map(\.title).sorted() == ["claim old in shop", "claim old in team"])
    #expect(plan(["claim old"]).guarded.count == 2)
    #expect(plan(["claim old in shop"]).guarded.map(\.title) == ["claim old in team"])
  }

  /// The later of two would undo the other at each apply, and no plan would be empty.
  @Test func anObjectIsDeclaredOnce() throws {
    var other = Make.desired(Make.config("settings", ["X": "2"]))
    other.address = "z.settings"
    let plan = Make.plan([Make.desired(Make.config("settings", ["X": "1"])), other])
    let refused = try #require(plan.refusals.first)
    #expect(plan.refusals.count == 1 && refused.address == "z.settings")
    #expect(refused.refusal?.message.hasPrefix("ConfigMap settings is declared at ") == true)
    #expect(Make.plan([Make.desired(Make.config("a", [:])), Make.desired(Make.config("b", [:]))]).refusals.isEmpty)
  }

  @Test func whatHasNoNameIsRefusedForThat() {
    func job(_ address: String) -> DesiredObject {
      var item = Make.desired([
        "apiVersion": "batch/v1", "kind": "Job", "metadata": ["generateName": "run-", "namespace": "shop"],
      ])
      item.address = address
      return item
    }
    let plan = Make.plan([job("job.a"), job("job.b")])
    #expect(
      plan.refusals.compactMap(\.refusal?.message).sorted() == [
        "job.a has a `generateName` alone, and would be another object each time: give it a name",
        "job.b has a `generateName` alone, and would be another object each time: give it a name",
      ])
  }

  @Test func protectionOutlivesItsBlock() {
    var object = Make.config("old", [:])
    #expect(removal(object).guarded.isEmpty)
    object.set("true", at: "metadata", "annotations", Planner.protectAnnotation)
    #expect(removal(object).guarded.count == 1)
  }

  @Test func aNewProtectionHoldsAtOnce() throws {
    var old = Make.config("fixed", ["A": "1"])
    old["immutable"] = true
    var new = Make.config("fixed", ["A": "3"])
    new["immutable"] = true
    let plan = { (object: Value) in
      let state = Offline.state(
        desired: [Make.desired(object)], objects: [try Make.applied(old)], inventory: [], cluster: .init(), target: "t")
      return Make.plan([Make.desired(object)], state)
    }
    #expect(try plan(new).guarded.isEmpty)
    new.set("true", at: "metadata", "annotations", Planner.protectAnnotation)
    #expect(try plan(new).guarded.count == 1)
  }

  @Test func destroyedNamespacesTellWhatElseGoesWithThem() {
    let namespace: Value = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "shop"]]
    var live = LiveState(target: "test")
    live.objects[ObjectKey(namespace)] = namespace
    live.inventory = [InventoryEntry(address: "namespace.shop", key: ObjectKey(namespace))]
    func plan(_ options: Planner.Options = .init()) -> Plan {
      Planner(options: options).planRemoval(project: "shop", namespace: "shop", environment: nil, live: live)
    }
    #expect(plan().guarded.isEmpty)
    live.held = ["shop": .init(left: ["claim data-db-0", "claim data-db-1"])]
    #expect(plan().guarded.first?.guardReason == "claim data-db-0 and claim data-db-1 go with it")
    #expect(plan(.init(allowDelete: ["namespace.shop"])).guarded.isEmpty)
    live.held = ["shop": .init(left: (1...9).map { "claim c\($0)" })]
    #expect(plan().guarded.first?.guardReason == "claim c1, claim c2, claim c3, claim c4 and 5 others go with it")
  }

  @Test func namespacesThatOthersUseStay() throws {
    let namespace: Value = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "team"]]
    let config = Make.config("own", [:])
    var live = LiveState(target: "test")
    for object in [namespace, config] { live.objects[ObjectKey(object)] = object }
    live.inventory = [
      InventoryEntry(address: "namespace.team", key: ObjectKey(namespace)),
      InventoryEntry(address: "config.own", key: ObjectKey(config)),
    ]
    live.held = ["team": .init(left: ["claim data-db-0"], others: ["deployment a"])]
    func plan(_ options: Planner.Options = .init()) -> Plan {
      Planner(options: options).planRemoval(project: "shop", namespace: "team", environment: nil, live: live)
    }
    #expect(plan().steps.map(\.address) == ["config.own"] && plan().guarded.isEmpty)
    #expect(PlanText(plan(), style: TextStyle()).render().contains("namespace team stays: deployment a is in it"))
    let forced = plan(.init(allowDelete: ["namespace.team"]))
    #expect(forced.steps.map(\.address) == ["config.own", "namespace.team"] && forced.stays.isEmpty)
    #expect(forced.steps.last?.risks.first?.reason == "claim data-db-0 and deployment a go with it")

    live.held = [:]
    live.inventory[0].isFound = true
    #expect(plan().stays.map(\.reason) == ["it was there before the project"])
    // Nor is it removed when the project moves away from it.
    let moved = Planner().plan(
      project: "shop", namespace: "other", environment: nil, desired: [Make.desired(config)], live: live)
    #expect(moved.isEmpty && moved.stays.map(\.title) == ["namespace team"])
  }

  @Test func whatAnotherProjectHasIsNotTaken() throws {
    let config = Make.config("shared", ["A": "1"])
    var live = LiveState(target: "test")
    live.objects[ObjectKey(config)] = try Make.applied(config)
    live.owners = [ObjectKey(config): .init(project: "other", namespace: "other")]
    let plan = Make.plan([Make.desired(config)], live)
    #expect(plan.conflicting.first?.conflicts.first?.description == "it belongs to project other")
    // One that both have recorded is whose it says.
    live.inventory = [InventoryEntry(address: "config.shared", key: ObjectKey(config))]
    #expect(Make.plan([Make.desired(config)], live).conflicting.isEmpty)
    live.objects[ObjectKey(config)]?.set("other", at: "metadata", "labels", Planner.projectLabel)
    #expect(Make.plan([Make.desired(config)], live).conflicting.count == 1)
    let removal = Planner().planRemoval(project: "shop", namespace: "shop", environment: nil, live: live)
    #expect(removal.isEmpty && removal.stays.first?.reason == "project other has it, too")
  }

  @Test func podsOfTheirOwnAreNotMadeAnew() throws {
    var old: Value = ["apiVersion": "v1", "kind": "Pod", "metadata": ["name": "one", "namespace": "shop"]]
    old.set([["name": "app", "image": "shop/web:v1"]], at: "spec", "containers")
    var new = old
    new.set([["name": "app", "image": "shop/web:v2"]], at: "spec", "containers")
    var live = LiveState(target: "test")
    live.objects[ObjectKey(old)] = try Make.applied(old)
    #expect(Make.plan([Make.desired(new)], live).changes.first?.effect == "changed in place, its container restarts")
  }

  @Test func aMovedBlockOfTheSameNameChangesNothing() throws {
    let object = Make.config("settings", ["A": "1"])
    var live = LiveState(target: "test")
    live.objects[ObjectKey(object)] = try Make.applied(object)
    live.inventory = [InventoryEntry(address: "config.settings", key: ObjectKey(object))]
    var desired = Make.desired(object)
    desired.address = "eu.config.settings"
    let plan = Planner(options: .init(moves: ["config.settings": "eu.config.settings"])).plan(
      project: "shop", namespace: "shop", environment: nil, desired: [desired], live: live)
    #expect(plan.isEmpty)
    #expect(plan.steps.first?.movedFrom == "config.settings")
  }

  @Test func aRenamedObjectIsMadeBeforeTheOldOneGoes() throws {
    let old = Make.deployment("web")
    var live = LiveState(target: "test")
    live.objects[ObjectKey(old)] = try Make.applied(old)
    live.inventory = [InventoryEntry(address: "deployment.web", key: ObjectKey(old))]
    let plan = Planner(options: .init(moves: ["deployment.web": "deployment.front"])).plan(
      project: "shop", namespace: "shop", environment: nil, desired: [Make.desired(Make.deployment("front"))],
      live: live)
    #expect(plan.changes.map(\.action) == [.add, .remove])
    #expect(plan.changes.first?.effect.contains("renamed from deployment.web") == true)
    #expect(plan.changes.last?.effect.contains("renamed to deployment.front") == true)
  }

  @Test func restartsBecauseOfConfigurationSaySo() throws {
    var old = Make.deployment("web")
    let path = ["spec", "template", "metadata", "annotations", Planner.configHashAnnotation]
    old.set("aaaa", at: path[...])
    var new = old
    new.set("bbbb", at: path[...])
    var live = LiveState(target: "test")
    live.objects[ObjectKey(old)] = try Make.applied(old)
    let plan = Make.plan([Make.desired(new)], live)
    #expect(plan.changes.first?.effect == "restarts because config changed, 2 pods, none unavailable")
  }

  @Test func stoppingAllPodsIsDowntime() throws {
    var old = Make.deployment("web")
    old.set(["type": "Recreate"], at: "spec", "strategy")
    var new = old
    new.set(.array([["name": "app", "image": "shop/web:v2"]]), at: "spec", "template", "spec", "containers")
    var live = LiveState(target: "test")
    live.objects[ObjectKey(old)] = try Make.applied(old)
    #expect(Make.plan([Make.desired(new)], live).changes.first?.risks.map(\.kind) == [.downtime])
  }

  @Test func offlineRefusesWhatTheServerWould() {
    let bad = Make.desired(Make.config("Not A Name", [:]))
    let state = Offline.state(
      desired: [bad, Make.desired(Make.config("fine", [:]))], objects: [], inventory: [], cluster: .init(), target: "t")
    #expect(Make.plan([bad], state).refusals.count == 1)
    #expect(state.refused.count == 1)
  }

  @Test func namespacesThatTheFileHasObjectsOfAreThere() throws {
    let config = Make.config("own", [:])
    let desired = ["shop", "other"].map { name -> DesiredObject in
      Make.desired(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]])
    }
    let state = Offline.state(
      desired: desired + [Make.desired(config)], objects: [try Make.applied(config)], inventory: [], cluster: .init(),
      target: "t")
    let plan = Make.plan(desired + [Make.desired(config)], state)
    #expect(plan.changes.map(\.address) == ["namespace.other"], "\(plan.changes)")
  }

  @Test func offlineFindsWhatIsImmutable() throws {
    let old = Make.deployment("web")
    var new = old
    new.set(["matchLabels": ["app": "other"]], at: "spec", "selector")
    new.set(["app": "other"], at: "spec", "template", "metadata", "labels")
    let state = Offline.state(
      desired: [Make.desired(new)], objects: [try Make.applied(old)], inventory: [], cluster: .init(), target: "t")
    #expect(Make.plan([Make.desired(new)], state).changes.first?.action == .replace)
  }

  @Test func offlineKnowsTheKindsOfDefinitionsAtHand() throws {
    let definition: Value = [
      "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
      "metadata": ["name": "widgets.example.com"],
      "spec": [
        "group": "example.com", "names": ["kind": "Widget", "plural": "widgets"], "scope": "Namespaced",
        "versions": [
          [
            "name": "v1", "served": true, "storage": true,
            "schema": [
              "openAPIV3Schema": [
                "type": "object",
                "properties": [
                  "spec": [
                    "type": "object",
                    "properties": [
                      "size": ["type": "integer", "minimum": 1], "color": ["type": "string", "default": "red"],
                      "note": ["type": "string"],
                    ],
                  ]
                ],
              ]
            ],
          ]
        ],
      ],
    ]
    func widget(_ spec: Value) -> Value {
      [
        "apiVersion": "example.com/v1", "kind": "Widget", "metadata": ["name": "small", "namespace": "shop"],
        "spec": spec,
      ]
    }
    let kinds = KnownKinds(definedBy: [definition])
    func plan(_ spec: Value) -> Plan {
      // Another manager's note stays; a default is no change.
      let live = widget(["size": 2, "color": "red", "note": "kept"])
      let desired = [Make.desired(widget(spec))]
      let state = Offline.state(
        desired: desired, objects: [live], inventory: [], cluster: .init(), kinds: kinds, target: "t")
      return Planner(types: kinds.types, schema: kinds.schema).plan(
        project: "shop", namespace: "shop", environment: nil, desired: desired, live: state)
    }
    #expect(plan(["size": 2]).isEmpty, "\(plan(["size": 2]).changes)")
    #expect(plan(["size": 3]).changes.first?.changes.map(\.field.path.description) == ["spec.size"])
    #expect(plan(["size": 0]).refusals.count == 1)
  }

  @Test func nodesThatMovedAreTold() {
    let nodes = [Make.node("n1"), Make.node("n2")]
    let plan = Make.plan(
      [Make.desired(Make.deployment("web"))], LiveState(cluster: .init(nodes: nodes), target: "test"))
    #expect(plan.movedNodes(.init(nodes: nodes)).isEmpty)
    let now = [Make.node("n1", cpu: "1"), Make.node("n3")]
    #expect(
      plan.movedNodes(.init(nodes: now)) == [
        "node n1 has other labels, taints or room", "node n2 has gone since", "node n3 has come since",
      ])
  }
}

@Suite struct SealingTests {
  /// Not a cipher: it shows what is sealed, and refuses what another key sealed.
  private func sealing(_ key: String, isRequired: Bool = false) -> PlanSealing {
    PlanSealing(
      name: key, isRequired: isRequired,
      seal: { value in
        let bytes = JSON.bytes(value).map { $0 ^ 0x55 }
        return "\(key):\(bytes.map(String.init).joined(separator: ","))"
      },
      open: { text in
        guard text.hasPrefix("\(key):") else { return nil }
        let bytes = text.dropFirst(key.count + 1).split(separator: ",").compactMap { UInt8($0) }.map { $0 ^ 0x55 }
        return try? JSON.parse(bytes)
      })
  }

  private let plan = Make.plan([
    Make.desired([
      "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "db", "namespace": "shop"], "data": ["P": "aHVudGVy"],
    ])
  ])

  @Test func secretsAreSealed() throws {
    let file = try PlanFile.encode(plan, server: "x", sealing: sealing("k1"))
    #expect(!JSON.text(file).contains("aHVudGVy"))
    #expect(file["sealedBy"] == "k1")
    let read = try PlanFile.decode(file, sealing: sealing("k1")).plan
    #expect(read.steps.map(\.object) == plan.steps.map(\.object))
    #expect(throws: PlanFile.Failure.needsKey("k1")) { try PlanFile.decode(file) }
    #expect(throws: PlanFile.Failure.wrongKey) { try PlanFile.decode(file, sealing: sealing("k2")) }
  }

  @Test func whoHasNoKeyCannotAlterASealedPlan() throws {
    var file = try PlanFile.encode(plan, server: "x", sealing: sealing("k1"))
    file.set("other", at: "plan", "project")
    #expect(throws: PlanFile.Failure.altered) { try PlanFile.decode(file, sealing: sealing("k1")) }
    // Nor by leaving the seal off, where plans are to be sealed.
    let plain = try PlanFile.encode(Make.plan([Make.desired(Make.config("a", [:]))]), server: "x")
    #expect(throws: PlanFile.Failure.unsealed) {
      try PlanFile.decode(plain, sealing: sealing("k1", isRequired: true))
    }
  }

  /// Whatever byte of a file is changed, it is refused or says the same.
  @Test func noAlteredByteGoesUnnoticed() throws {
    let text = JSON.bytes(
      try PlanFile.encode(Make.plan([Make.desired(Make.deployment("web"))]), server: "https://x"))
    let whole = try JSON.parse(text)
    for index in stride(from: 0, to: text.count, by: 7) {
      var altered = text
      altered[index] ^= 0x01
      guard let value = try? JSON.parse(altered), value != whole else { continue }
      #expect(throws: PlanFile.Failure.self) { try PlanFile.decode(value) }
    }
  }
}
