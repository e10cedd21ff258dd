import KCData
import KCKube
import Testing

@testable import KCPlan

/// What a plan for people leaves out, and how it fits its lines.
@Suite struct NoiseTests {
  private func changed(_ old: Value, _ new: Value) throws -> Plan {
    var live = LiveState(target: "test")
    live.objects[ObjectKey(old)] = try Make.applied(old)
    return Make.plan([Make.desired(new)], live)
  }

  @Test func whatControllersCountIsNoChange() {
    var old = Make.deployment("web")
    old.set("4", at: "metadata", "annotations", "deployment.kubernetes.io/revision")
    var new = old
    new.set("5", at: "metadata", "annotations", "deployment.kubernetes.io/revision")
    #expect(ObjectDiff.changes(from: old, to: new).isEmpty)
    #expect(ObjectDiff.fingerprint(old) == ObjectDiff.fingerprint(new))
    new.set("mine", at: "metadata", "annotations", "note")
    #expect(ObjectDiff.changes(from: old, to: new).count == 1)
  }

  @Test func theDigestOfConfigurationIsInTheEffectAlone() throws {
    let path = ["spec", "template", "metadata", "annotations", Planner.configHashAnnotation]
    var old = Make.deployment("web")
    old.set("aaaa", at: path[...])
    var new = old
    new.set("bbbb", at: path[...])
    let plan = try changed(old, new)
    for text in [
      PlanText(plan, style: TextStyle()).render(), PlanMarkdown(plan).render(), PlanHTML(plan).render(),
    ] {
      #expect(!text.contains("config-hash"))
      #expect(text.contains("restarts because config changed"))
    }
    #expect(PlanJSON.value(plan).at("changes")?[0]?["fields"]?.array?.count == 1)
  }

  @Test func longValuesStandBelowEachOther() throws {
    let long = "registry.example.com/team/shop/web-frontend"
    let plan = try changed(
      Make.deployment("web", image: "\(long):v1"), Make.deployment("web", image: "\(long):v2"))
    let text = PlanText(plan, style: TextStyle(width: 80)).render()
    let lines = text.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(text)")
    #expect(lines.contains { $0.contains("app.image") && $0.hasSuffix(":v1") }, "\(text)")
    #expect(lines.contains { $0.contains("→ ") && $0.hasSuffix(":v2") }, "\(text)")
    let wide = PlanText(plan, style: TextStyle(width: 100)).render()
    #expect(wide.split(separator: "\n").contains { $0.contains("→ ") && $0.hasSuffix("shop.kc:10") }, "\(wide)")
  }

  @Test func objectsOfTheAPIGoByTheirKind() {
    let widget: Value = [
      "apiVersion": "example.com/v1", "kind": "Widget", "metadata": ["name": "small", "namespace": "shop"],
    ]
    for (kind, title) in [("object", "widget small"), ("k8s.core.v1.Pod", "widget small"), ("thing", "thing small")] {
      let item = DesiredObject(
        address: "\(kind).small", sourceKind: kind, object: widget, origin: Origin(file: "a.kc", line: 1))
      #expect(item.title == title)
    }
    let key = ObjectKey(Make.config("settings", [:]))
    #expect(InventoryEntry(address: "eu.config.settings", key: key).title == "config settings")
    #expect(InventoryEntry(address: "object.settings", key: key).title == "configmap settings")
  }

  @Test func aRenamedWorkloadIsNoDowntime() throws {
    let old = Make.deployment("web")
    var live = LiveState(target: "test")
    live.objects[ObjectKey(old)] = try Make.applied(old)
    live.inventory = [InventoryEntry(address: "deployment.web", key: ObjectKey(old))]
    let plan = Planner(options: .init(moves: ["deployment.web": "deployment.front"])).plan(
      project: "shop", namespace: "shop", environment: nil, desired: [Make.desired(Make.deployment("front"))],
      live: live)
    #expect(plan.changes.last?.action == .remove)
    #expect(plan.changes.last?.risks == [])
  }
}
