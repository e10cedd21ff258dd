internal import KCData
internal import KCSyntax

/// Checks across the objects of a program: what they refer to is there, and fits.
///
/// They read the objects as they are applied, so that what `raw` and the API's own form say is held to the same rules. What
/// the program does not declare may well be on the cluster: a name that leads nowhere is reported only where it is almost
/// that of something declared.
struct CrossChecks: ~Copyable {
  /// A value of an object, and where it was written.
  struct Node {
    var value: TreeValue
    var site: Int32
  }

  /// An object with what most checks ask for.
  struct Object {
    var instance: Int32
    var root: Node
    var kind: String
    var name: String
    var namespace: String
    /// The pod's spec and labels, of what runs pods.
    var pod: Node?
    var podLabels: Node?
  }

  let program: Program
  let names: ObjectNames
  /// What was found, each with the block of its object.
  private(set) var found: [(diagnostic: Diagnostic, block: Int32)] = []
  /// Whether the object being checked is written in the API's own form: then only what the API itself refuses is an
  /// error, because what it refers to may be elsewhere.
  private(set) var isPlain = false
  /// The block of the object that is checked.
  private var held: Int32 = -1
  /// Whether it is of a kind that the API of this version does not have, so that nobody knows what would be refused.
  private var isUntyped = false
  private static let refused: Set<String> = [
    "KC0401", "KC0402", "KC0404", "KC0407", "KC0408", "KC0415", "KC0416", "KC0481", "KC0483",
  ]
  /// What is told because something is not there, or not seen to be: what could not be made may be it.
  fileprivate static let ofAbsence: Set<String> = [
    "KC0411", "KC0413", "KC0420", "KC0421", "KC0425", "KC0430", "KC0432", "KC0433", "KC0434", "KC0440", "KC0450",
    "KC0470",
  ]
  var objects: [Object] = []
  /// By workload, as places among the objects: the first autoscaler that scales it, and the first budget, of those that
  /// were checked, that guards its pods.
  private(set) var scalers: [Int32: Int] = [:]
  var guards: [Int32: Int] = [:]
  /// Where they are among `objects`.
  private var index: ObjectIndex

  init(_ program: consuming Program, _ resources: [Resource]) {
    names = ObjectNames(program.tree.keys)
    self.program = program
    index = ObjectIndex(count: resources.count)
    objects.reserveCapacity(resources.count)
    for resource in resources { add(resource) }
  }

  /// All that is wrong.
  mutating func run() -> [(diagnostic: Diagnostic, block: Int32)] {
    scalers = findScalers()
    for place in objects.indices {
      let object = objects[place]
      hold(object)
      if isUntyped { checkVersion(object) }
      if object.pod != nil { checkPods(object) }
      switch object.kind {
      case "Service": checkService(object)
      case "Ingress": checkIngress(object)
      case "HTTPRoute": checkRoute(object)
      case "HorizontalPodAutoscaler": checkAutoscaler(object)
      case "PodDisruptionBudget": checkBudget(object, place)
      case "RoleBinding", "ClusterRoleBinding": checkBinding(object)
      case "Role", "ClusterRole": checkRole(object)
      case "PersistentVolumeClaim": checkSize(object.root, title(object))
      case "NetworkPolicy": checkNetworkPolicy(object)
      case "StatefulSet": checkStatefulSet(object)
      case "CronJob": checkSchedule(object)
      case "Secret": checkSecret(object)
      default: break
      }
    }
    checkClaims()
    checkExposure()
    checkRouteExposure()
    return found
  }

  /// Gives the program back.
  consuming func end() -> Program { program }

  /// Takes account of how the object that is checked next is written.
  mutating func hold(_ object: Object) {
    let schema = Int(program.instances[Int(object.instance)].schema)
    isUntyped = program.schemas[schema].slotOf[program.keys.apiVersion] != nil
    isPlain = program.schemas[schema].apiType != nil || isUntyped
    held = object.instance
  }

  private mutating func add(_ resource: Resource) {
    let root = Node(value: resource.tree, site: program.instances[Int(resource.instance)].site)
    guard let kind = text(root, names.kind), let metadata = child(root, names.metadata),
      let name = text(metadata, names.name)
    else { return }
    var object = Object(
      instance: resource.instance, root: root, kind: kind, name: name, namespace: text(metadata, names.namespace) ?? "")
    if let spec = child(root, names.spec) {
      let outer = child(spec, names.jobTemplate).flatMap { child($0, names.spec) } ?? spec
      if let template = child(outer, names.template), let pod = child(template, names.spec) {
        object.pod = pod
        object.podLabels = child(template, names.metadata).flatMap { child($0, names.labels) }
      } else if kind == "Pod" {
        object.pod = spec
        object.podLabels = child(metadata, names.labels)
      }
    }
    let place = objects.count
    objects.append(object)
    let apiVersion = text(root, names.apiVersion) ?? ""
    let group = apiVersion.utf8.firstIndex(of: UInt8(ascii: "/")).map { apiVersion[..<$0] } ?? ""
    if let other = index.add(place, kind, object.namespace, name, group: group) {
      hold(object)
      report(
        "KC0423", "\(kind) `\(name)` is declared by two blocks", at: root.site,
        labels: [(objects[other].root.site, "the other one")],
        help: "names of one kind are unique in a namespace: give one of them another `name`")
    }
    if let labels = object.podLabels, labels.value.tag == .record {
      for field in program.tree.fields(of: labels.value) where field.value.tag == .string {
        program.tree.withUTF8(of: field.value) { index.add(place, object.namespace, label: field.key, $0) }
      }
    }
  }
}

/// Reading objects.
extension CrossChecks {
  /// A field that has a value, and the place where the user wrote it.
  func child(_ node: Node, _ key: UInt32) -> Node? {
    guard let field = program.tree.field(key, of: node.value), !field.value.isNone else { return nil }
    return Node(value: field.value, site: site(field.origin) ?? node.site)
  }

  private func site(_ origin: UInt32) -> Int32? {
    guard origin != 0, case let site = program.code.origins[Int(origin)].site, program.isOwn(site) else { return nil }
    return site
  }

  /// The elements of a list, each at the place of its name where that is known.
  func elements(_ node: Node?, _ key: UInt32) -> [Node] {
    guard let list = node.flatMap({ child($0, key) }), list.value.tag == .list else { return [] }
    return program.tree.items(of: list.value).map { element in
      let field = program.tree.field(names.name, of: element)
      return Node(value: element, site: field.flatMap { site($0.origin) } ?? list.site)
    }
  }

  func fields(_ node: Node?) -> [(key: UInt32, node: Node)] {
    guard let node, node.value.tag == .record else { return [] }
    var found: [(key: UInt32, node: Node)] = []
    found.reserveCapacity(node.value.length)
    for place in 0..<node.value.length {
      let field = program.tree.field(of: node.value, place)
      if field.value.isNone { continue }
      found.append((field.key, Node(value: field.value, site: site(field.origin) ?? node.site)))
    }
    return found
  }

  func text(_ node: Node, _ key: UInt32) -> String? {
    program.tree.field(key, of: node.value).flatMap { program.tree.text(of: $0.value) }
  }

  func int(_ node: Node, _ key: UInt32) -> Int64? {
    program.tree.field(key, of: node.value).flatMap { program.tree.int(of: $0.value) }
  }

  func quantity(_ value: TreeValue) -> Quantity? {
    program.amount(value) ?? program.tree.text(of: value).flatMap { Quantity($0) }
  }

  func title(_ object: Object) -> String { "`\(program.title(of: object.instance))`" }

  /// The object of a kind, namespace and name; nil where the program declares none.
  func object(_ kind: String, _ namespace: String, _ name: String, group: String = "") -> Object? {
    index.find(kind, namespace, name, group: group).map { objects[$0] }
  }

  func all(_ kind: String) -> [Object] { index.all(kind).map { objects[$0] } }

  /// The same, as places among the objects.
  func places(of kind: String) -> [Int] { index.all(kind) }

  /// What runs pods with all labels of a selector, in a namespace.
  func pods(_ selector: Node, in namespace: String) -> [Object] {
    let wanted = fields(selector)
    guard let first = wanted.first, let value = program.tree.text(of: first.node.value) else {
      return objects.filter { $0.pod != nil && $0.namespace == namespace }
    }
    return index.labelled(first.key, value, in: namespace).map { objects[$0] }.filter { object in
      wanted.allSatisfy { one in
        program.tree.field(one.key, of: object.podLabels?.value ?? .none).map {
          program.tree.equal($0.value, one.node.value)
        } ?? false
      }
    }
  }
}

/// Reporting.
extension CrossChecks {
  /// Whether the object is written in the API's terms or taken over as it was: what it refers to may well stand elsewhere.
  private var isTakenOver: Bool {
    isPlain || held >= 0 && program.isExact(TreeValue(.instance, payload: UInt32(held)))
  }

  mutating func report(
    _ code: String, _ message: String, at site: Int32, isWarning: Bool = false,
    labels: [(site: Int32, text: String)] = [],
    notes: [String] = [], help: String? = nil
  ) {
    let marks = labels.filter { $0.site != site }.map {
      Diagnostic.Label(span: program.span($0.site), message: $0.text)
    }
    let diagnostic = Diagnostic(
      code, message, at: program.span(site),
      severity: isWarning || isUntyped || (isTakenOver && !Self.refused.contains(code)) ? .warning : .error,
      labels: marks, notes: notes, help: help)
    found.append((diagnostic, held))
  }

  /// A name of something that the program does not declare, but almost does.
  mutating func checkName(
    _ name: String?, _ kind: String, _ word: String, _ object: Object, at site: Int32, namespace: String? = nil,
    group: String = ""
  ) {
    guard let name, self.object(kind, namespace ?? object.namespace, name, group: group) == nil else { return }
    let places = places(of: kind)
    let elsewhere = places.first { objects[$0].name == name && objects[$0].namespace != object.namespace }
    if namespace == nil, let other = elsewhere.map({ objects[$0] }) {
      return report(
        "KC0413",
        "\(title(object)) names the \(word) `\(name)` of its namespace, and the program has it in another", at: site,
        isWarning: true, labels: [(other.root.site, "this is in `\(other.namespace)`")],
        notes: ["\(title(object)) is in `\(object.namespace)`, and sees nothing of other namespaces there"],
        help: "declare both in one namespace; a \(word) that is on the cluster already may have any name")
    }
    let known = places.filter { objects[$0].namespace == namespace ?? object.namespace }
    guard let near = Program.nearest(to: name, among: known.map { objects[$0].name }),
      let other = known.first(where: { objects[$0].name == near }).map({ objects[$0] })
    else { return }
    report(
      "KC0413", "\(title(object)) names the \(word) `\(name)`, and the program has `\(near)`", at: site,
      isWarning: true,
      labels: [(other.root.site, "declared here")],
      help: "did you mean `\(near)`? A \(word) that is on the cluster already may have any name")
  }
}

extension Program {
  /// Holds the objects against each other.
  ///
  /// - Parameter isWhole: whether all objects could be made: what is told of those that are not there may be wrong, else.
  mutating func checkAcross(_ resources: [Resource], isWhole: Bool) {
    var checks = CrossChecks(self, resources)
    let found = checks.run()
    self = checks.end()
    // What is wrong with a block by itself is told first.
    for (one, block) in found where !violations.contains(block) {
      if !isWhole, CrossChecks.ofAbsence.contains(one.code) { continue }
      diagnostics.add(one, about: reportPlace(of: one.span, about: block))
    }
  }
}
