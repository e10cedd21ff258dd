internal import KCData
internal import KCSyntax

/// Rules about nodes, held to the nodes that `project.kc` declares.
extension Program {
  /// Reports the first required rule of an affinity block that leaves none of the declared nodes.
  mutating func findsNoDeclaredNode(_ block: Int32) -> Bool {
    var left = declaredNodes
    if left.isEmpty { return false }
    var next = instances[Int(block)].firstRule
    while next >= 0 {
      let ref = ruleRefs[Int(next)]
      next = ref.next
      guard ref.rule >= 0, rules[Int(ref.rule)].isRequired, rules[Int(ref.rule)].kind == .node else { continue }
      for predicate in rules[Int(ref.rule)].predicates {
        let before = left
        let texts = texts(of: predicate, ref.frame)
        left = left.filter { predicate.test.holds($0.labels[predicate.key], texts) }
        if left.isEmpty {
          report(predicate, texts, before)
          return true
        }
      }
    }
    return false
  }

  /// The values that a rule compares a label with.
  mutating func texts(of predicate: AffinityRule.Predicate, _ frame: Int32) -> [String] {
    guard predicate.value >= 0 else { return [] }
    let value = scalar(evaluate(predicate.value, frame))
    var out: [String] = []
    for item in value.tag == .list ? Array(tree.items(of: value)) : [value] {
      let plain = scalar(item)
      out.append(tree.text(of: plain) ?? display(plain))
    }
    return out
  }

  private mutating func report(_ predicate: AffinityRule.Predicate, _ texts: [String], _ nodes: [DeclaredNode]) {
    let key = predicate.key
    let every =
      nodes.count < declaredNodes.count ? "none of the declared nodes that the rules above leave" : "no declared node"
    report(
      "KC0155", "\(every) satisfies this rule about `\(key)`", at: predicate.site,
      notes: [Self.labels(named: key, of: nodes)],
      help: "change the rule, or let a `node` of the project say `\(Self.setting(key, texts.first ?? "yes"))`")
  }

  /// What some nodes have as a label.
  static func labels(named key: String, of nodes: [DeclaredNode]) -> String {
    let shown = nodes.prefix(5).map { node in
      node.labels[key].map { "`\(node.name)` has `\($0)`" } ?? "`\(node.name)` has no `\(key)`"
    }
    return shown.joined(separator: ", ") + (nodes.count > 5 ? ", and \(nodes.count - 5) more" : "")
  }

  /// How a project's node gets a label.
  static func setting(_ key: String, _ value: String) -> String {
    switch key {
    case "topology.kubernetes.io/zone": "zone = \"\(value)\""
    case "topology.kubernetes.io/region": "region = \"\(value)\""
    default: "labels { \"\(key)\" = \"\(value)\" }"
    }
  }
}

/// What rules can ask of a node of the project.
struct DeclaredNode: Sendable {
  var name: String
  var labels: [String: String]

  init(_ node: Value) {
    name = node.at("metadata", "name")?.string ?? ""
    labels = (node.at("metadata", "labels")?.object ?? [:]).reduce(into: [:]) { $0[$1.key] = $1.value.string }
  }
}
