import KCCodec
import KCData
import KCKube
import KCPlan
import KCTestSupport
import Testing

/// A plan with one of everything that a plan can say, and text that means something to HTML and Markdown.
enum Sample {
  static let nasty = "<script>alert('x')</script> & \"q\" `tick` | pipe"

  static func plan() -> Plan {
    let origin = Origin(file: "shop<1>.kc", line: 24, layer: "env prod", parameter: "tag")
    var change = Step(
      action: .change, address: "deployment.web", title: "deployment web",
      key: ObjectKey(apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "web"), object: [:],
      origin: origin,
      changes: [
        .init(field: field("spec", "replicas", old: 3, new: 6), origin: origin),
        .init(field: field("spec", "note", old: .string(nasty), new: "b"), origin: nil, driftedBy: "kubectl-edit"),
        .init(field: field("data", "PASSWORD", old: "hunter1", new: "hunter2"), origin: nil, isSecret: true),
      ], effect: "rolls out, 6 pods", after: ["service.web"], wave: 1)
    change.risks = [Risk(.downtime, "all pods stop")]
    change.leftAlone = [ForeignField(path: FieldPath("spec", "paused"), manager: "argo", value: true)]
    change.conflicts = [ConflictingField(field: "spec.replicas", owner: "kubectl")]
    change.movedFrom = "deployment.old"
    change.refusal = APIStatus(code: 422, reason: "Invalid", message: nasty)
    var keep = Step(
      action: .keep, address: "service.web", title: "service web",
      key: ObjectKey(apiVersion: "v1", kind: "Service", namespace: "shop", name: "web"), wave: 0)
    keep.leftAlone = [
      ForeignField(path: FieldPath("spec", "sessionAffinity"), manager: "ops", value: "None", declared: "ClientIP")
    ]
    var remove = Step(
      action: .remove, address: "claim.data", title: "persistentvolumeclaim data",
      key: ObjectKey(apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: "", name: "data"),
      effect: "no longer declared")
    remove.guardReason = "it holds data"
    change.deferred = [
      DeferredField(
        path: FieldPath("data", "URL"),
        expression: .text([.constant("http://"), .field(address: "service.lb", path: FieldPath("status"))]))
    ]
    let rule = DesiredObject.Rule(path: FieldPath(), origin: origin, text: "require apart from self by hostname")
    let placement = Placement(
      address: "deployment.web", name: "web", nodes: [.init(node: "node-a", pods: 3), .init(node: "<b>", pods: 2)],
      unplaced: 1,
      obstacles: [
        .init(node: "node-a", reason: "350m cpu short", plugin: "NodeResourcesFit"),
        .init(node: "<b>", reason: "is barred", rule: rule, plugin: "InterPodAffinity"),
      ], remedies: ["350m cpu less, on node-a"],
      displaced: [
        .init(pod: "shop/low-1", address: "deployment.low", fate: .moves(to: "node-b")),
        .init(pod: "shop/low-2", address: "deployment.low", fate: .fitsNowhere),
        .init(pod: "shop/low", fate: .ends), .init(pod: "other/own", fate: .unknown),
        .init(pod: "a new pod of deployment new", address: "deployment.new", fate: .moves(to: "node-b"), isNew: true),
      ])
    var plan = Plan(
      project: "shop", environment: "prod", target: "engine <local>", steps: [keep, change, remove],
      placements: [placement], digest: "7c1e9a0123456789", recordNamespace: "shop")
    plan.unforeseen = "not foretold"
    plan.unfinished = Unfinished(revision: 3, open: ["deployment.web"], removesAll: true, backTo: 2)
    plan.unfinished?.runBy = "anna@laptop"
    plan.appliedAs = "env staging"
    plan.alsoIn = ["old"]
    return plan
  }

  private static func field(_ names: String..., old: Value, new: Value) -> FieldChange {
    let path = FieldPath(names.map { .field($0) })
    return FieldChange(path: path, position: path, old: old, new: new)
  }
}

@Suite struct RenderingTests {
  @Test func theSchemaIsWhatIsPrinted() throws {
    let bytes = try #require(Oracle.run("cat '\(Oracle.projectRoot)/docs/reference/plan.schema.json'"))
    var check = SchemaCheck(try JSON.parse(bytes))
    check.check(PlanJSON.value(Sample.plan()))
    check.check(
      PlanJSON.value(
        Make.plan(
          [Make.desired(Make.deployment("web"))], LiveState(cluster: .init(nodes: [Make.node("n1")]), target: "t"))))
    #expect(check.problems.isEmpty, "\(check.problems)")
    // Whatever is published is printed by the sample: a name that nobody writes any more is found.
    #expect(check.declared.subtracting(check.seen).isEmpty, "\(check.declared.subtracting(check.seen))")
  }

  @Test func noFormPrintsSecrets() {
    let plan = Sample.plan()
    for text in [
      PlanText(plan, style: TextStyle()).render(), PlanMarkdown(plan).render(), PlanHTML(plan).render(),
      JSON.text(PlanJSON.value(plan)), PlanSummary.line(plan),
    ] { #expect(!text.contains("hunter")) }
  }

  @Test func thePageIsWellFormedAndEscaped() throws {
    let page = PlanHTML(Sample.plan()).render()
    #expect(!page.contains("<script"))
    #expect(!page.contains("src=") && !page.contains("href="))
    #expect(page.contains("&lt;script&gt;alert(&#39;x&#39;)"))
    for part in ["id=\"changes\"", "id=\"nodes\"", "id=\"graph\"", "<svg", "node-a", "fits nowhere", "shop/low"] {
      #expect(page.contains(part), "\(part)")
    }
    #expect(Self.unbalanced(page) == nil)
    // A mark for each pod: 3 on one node, 2 on the other, 1 without.
    #expect(page.split(separator: "<span class=\"pod\">").count - 1 == 6)
  }

  @Test func namesDoNotEscapeMarkdown() {
    let text = PlanMarkdown(Sample.plan()).render()
    // It may stand in code, where it means nothing: fenced by more backticks than it has.
    for line in text.split(separator: "\n") where line.contains("<script") { #expect(line.contains("``<")) }
    #expect(text.contains("would be refused: &lt;script&gt;"))
    #expect(text.contains("<details>"))
    let table = text.split(separator: "\n").filter { $0.hasPrefix("| `") }
    #expect(table.count == 2)
  }

  @Test func commentsStayWithinTheirLimit() {
    var plan = Sample.plan()
    plan.steps = (0..<3000).map { index in
      var step = plan.steps[1]
      step.address = "deployment.web\(index)"
      return step
    }
    #expect(PlanMarkdown(plan).render().utf8.count < 65_536)
    #expect(PlanMarkdown(plan).render().contains("do not fit here"))
  }

  @Test func theSummaryIsOneLine() {
    let line = PlanSummary.line(Sample.plan())
    #expect(line.hasPrefix("kc-plan project=shop env=prod add=0 change=1 replace=0 remove=1 keep=1 drifted=1"))
    #expect(!line.contains("\n"))
  }

  @Test func driftStandsApart() {
    let text = PlanText(Sample.plan(), style: TextStyle()).render()
    #expect(text.contains("changed on the cluster since the last apply, by kubectl-edit"))
    #expect(text.contains("Left alone"))
    #expect(text.contains("--allow-delete 'persistentvolumeclaim data'"))
  }

  @Test(arguments: [60, 80, 120]) func longLinesWrap(width: Int) {
    let style = TextStyle(color: true, width: width)
    let text = String(repeating: "word ", count: 100)
    for line in style.wrap(style.paint("x", .bad) + text, indent: "  ", hanging: "    ") {
      #expect(line.count <= width + 12)
    }
  }

  /// The first tag of a page that does not close as it opened; nil where all do.
  static func unbalanced(_ page: String) -> String? {
    let void: Set = ["meta", "path", "rect", "!DOCTYPE"]
    var open: [String] = []
    for piece in page.split(separator: "<").dropFirst(page.hasPrefix("<") ? 0 : 1) {
      guard let end = piece.firstIndex(of: ">") else { return String(piece) }
      let tag = piece[..<end]
      let name = String(tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber || $0 == "!" })
      if void.contains(name) { continue }
      if tag.hasPrefix("/") {
        if open.popLast() != name { return String(tag) }
      } else if !tag.hasSuffix("/") {
        open.append(name)
      }
    }
    return open.last
  }
}

@Suite struct OrderGraphTests {
  private func plan() -> Plan {
    var state = LiveState(target: "test")
    let old = [Make.config("old", [:]), Make.deployment("gone")]
    for object in old { state.objects[ObjectKey(object)] = object }
    state.inventory = old.map { InventoryEntry(address: "x.\($0.name ?? "")", key: ObjectKey($0)) }
    let namespace: Value = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "shop"]]
    let definition: Value = [
      "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
      "metadata": ["name": "lamps.example.com"], "spec": ["group": "example.com", "names": ["kind": "Lamp"]],
    ]
    let lamp: Value = [
      "apiVersion": "example.com/v1", "kind": "Lamp", "metadata": ["name": "hall", "namespace": "shop"],
    ]
    return Make.plan(
      [
        Make.desired(lamp), Make.desired(definition), Make.desired(namespace),
        Make.desired(Make.deployment("web"), dependencies: ["configmap.settings"]),
        Make.desired(Make.config("settings", [:])),
      ], state)
  }

  @Test func everyArrowLeadsOn() {
    let graph = OrderGraph(plan())
    #expect(graph.nodes.count == 7)
    #expect(graph.edges.allSatisfy { graph.nodes[$0.from].wave < graph.nodes[$0.to].wave })
  }

  @Test func definitionsAndNamespacesComeFirst() {
    let graph = OrderGraph(plan())
    let pairs = Set(graph.edges.map { "\(graph.nodes[$0.from].address) > \(graph.nodes[$0.to].address)" })
    #expect(pairs.contains("customresourcedefinition.lamps.example.com > lamp.hall"))
    #expect(pairs.contains("namespace.shop > lamp.hall"))
    #expect(pairs.contains("configmap.settings > deployment.web"))
  }

  @Test func removalsGoBackwards() {
    let graph = OrderGraph(plan())
    let removed = graph.nodes.filter { $0.action == .remove }.sorted { $0.wave < $1.wave }.map(\.address)
    #expect(removed == ["x.gone", "x.old"])
    #expect(graph.stages.last?.count == 1)
  }

  @Test func drawingsAreWellFormed() {
    let graph = OrderGraph(plan())
    #expect(RenderingTests.unbalanced(GraphSVG(graph).render()) == nil)
    #expect(GraphText.dot(graph).split(separator: "\n").count { $0.contains("->") } == graph.edges.count)
    #expect(GraphText.text(graph, style: TextStyle()).contains("lamp hall  after"))
  }
}
