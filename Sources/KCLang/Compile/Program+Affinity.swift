internal import KCData
internal import KCSyntax

/// A rule of an `affinity` block.
struct AffinityRule: Sendable {
  enum Kind: Sendable { case node, near, apart, spread, tolerate }
  enum Test: String, Sendable {
    case isIn = "In"
    case notIn = "NotIn"
    case exists = "Exists"
    case less = "Lt"
    case greater = "Gt"

    /// Whether a node whose label has this value (nil: has no such label) passes.
    func holds(_ label: String?, _ values: [String]) -> Bool {
      switch self {
      case .isIn: return label.map(values.contains) ?? false
      case .notIn: return label.map { !values.contains($0) } ?? true
      case .exists: return label != nil
      case .less, .greater:
        guard let left = label.flatMap({ Int64($0) }), let right = values.first.flatMap({ Int64($0) }) else {
          return false
        }
        return self == .less ? left < right : left > right
      }
    }
  }
  struct Predicate: Sendable {
    var key: String
    var test: Test
    /// The op of the value or values; -1 for `exists`.
    var value: Int32
    var site: Int32
  }

  var kind: Kind
  var isRequired = true
  var predicates: [Predicate] = []
  /// The op of the workload; -1 for none.
  var target: Int32 = -1
  /// The label key of the topology, or of the taint.
  var key = ""
  var weight: Int32 = -1
  var maxSkew: Int32 = -1
  var minDomains: Int32 = -1
  var isBestEffort = false
  /// Of a toleration: the op of the value, the effect, the op of the time.
  var value: Int32 = -1
  var effect: String?
  var time: Int32 = -1
  /// As the source says it.
  var text: String
  var site: Int32
}

/// From the syntax of affinity rules to rules.
extension Program {
  mutating func compileAffinity(_ node: SyntaxNode, _ target: BodyTarget, _ scope: Int32) -> [Statement] {
    guard target.schema >= 0, let slot = schemas[Int(target.schema)].slotOf[keys.affinity] else {
      let word = node.firstWord.map { node.tree.span(ofToken: $0) } ?? node.span
      if target.isNamespace {
        report("KC0104", "`affinity` stands in a workload, such as a deployment", at: word)
      } else if target.schema >= 0, !isOwn(schemas[Int(target.schema)].site) {
        report(
          "KC0101", "\(schemas[Int(target.schema)].name) has no field `affinity`", at: word,
          help: "it stands in the workload itself: `deployment NAME { affinity { … } }`")
      } else if target.schema >= 0 {
        reportUnknownField("affinity", target.schema, at: word)
      }
      return []
    }
    let rules = compileRules(node.child(.body), in: scope)
    var statement = Statement(kind: .open)
    statement.key = keys.affinity
    statement.slot = slot
    statement.site = code.site(node.span)
    statement.origin = origin(of: statement.site, in: scope)
    statement.a = addBody(rules, frameSize: 0, lets: 0..<0, at: node)
    return [statement]
  }

  /// The rules of a body, as statements.
  mutating func compileRules(_ body: SyntaxNode?, in scope: Int32) -> [Statement] {
    var rules: [Statement] = []
    for node in body?.parts ?? [] {
      if node.kind == .useRule {
        if let statement = compileUse(node, scope) { rules.append(statement) }
        continue
      }
      let target = BodyTarget(schema: -1, holdsRules: true)
      switch node.kind {
      case .ifStatement: rules += compileIfStatement(node, target, scope)
      case .forStatement: rules += compileForStatement(node, target, scope)
      case .matchStatement: rules += compileMatchStatement(node, target, scope)
      default: break
      }
      guard node.kind == .rule, let made = compileRule(node, scope) else { continue }
      self.rules.append(made)
      var statement = Statement(kind: .rule)
      statement.a = Int32(self.rules.count - 1)
      statement.site = made.site
      let layer = scopes[Int(scope)].layer
      statement.origin = code.origin(OriginData(site: made.site, layer: layer, rule: statement.a))
      rules.append(statement)
    }
    return rules
  }

  private mutating func compileRule(_ node: SyntaxNode, _ scope: Int32) -> AffinityRule? {
    let words = node.words.map { node.word($0) }
    var parts = node.parts.filter { $0.kind != .missing }[...]
    guard let first = words.first else { return nil }
    var rule = AffinityRule(kind: .node, text: node.text, site: code.site(node.span))
    rule.isRequired = first == "require"
    switch (first, words.count > 1 ? words[1] : "") {
    case ("require", "node"), ("prefer", "node"):
      while let part = parts.first, part.kind == .binaryExpr {
        parts.removeFirst()
        if let predicate = compilePredicate(part, scope) { rule.predicates.append(predicate) }
      }
    case ("require", "near"), ("prefer", "near"), ("require", "apart"), ("prefer", "apart"):
      rule.kind = words[1] == "near" ? .near : .apart
      guard let target = parts.popFirst(), let topology = parts.popFirst() else { return nil }
      rule.target = compile(target, in: scope, expecting: workloadType)
      guard let key = topologyKey(topology) else { return nil }
      rule.key = key
    case ("spread", _): return compileSpread(rule, node, words, parts, scope)
    case ("tolerate", _): return compileToleration(rule, node, words, parts, scope)
    default: return nil
    }
    if words.contains("weight"), let weight = parts.popFirst() {
      if rule.isRequired {
        report(
          "KC0153", "a required rule has no weight", at: weight.span, help: "write `prefer`, or leave the weight out")
        return rule
      }
      let type = types.refine(TypeTable.int, by: weightRange())
      rule.weight = checked(compile(weight, in: scope, expecting: type), type)
    }
    return rule
  }

  private mutating func weightRange() -> Refinement {
    var refinement = Refinement()
    refinement.low = tree.int(1)
    refinement.high = tree.int(100)
    return refinement
  }

  private var workloadType: TypeID { TypeTable.any }

  private mutating func compileSpread(
    _ base: AffinityRule, _ node: SyntaxNode, _ words: [String], _ rest: ArraySlice<SyntaxNode>, _ scope: Int32
  ) -> AffinityRule? {
    var rule = base
    var parts = rest
    rule.kind = .spread
    // The pods of the workload itself, unless others are said.
    if let by = node.words.first(where: { node.word($0) == "by" }), let first = parts.first,
      first.span.start < node.tree.span(ofToken: by).start
    {
      parts.removeFirst()
      rule.target = compile(first, in: scope, expecting: workloadType)
    }
    guard let topology = parts.popFirst(), let key = topologyKey(topology) else { return nil }
    rule.key = key
    var positive = Refinement()
    positive.low = tree.int(1)
    let type = types.refine(TypeTable.int, by: positive)
    for token in node.words where ["maxSkew", "minDomains"].contains(node.word(token)) {
      let word = node.word(token)
      if (word == "maxSkew" ? rule.maxSkew : rule.minDomains) >= 0 {
        report("KC0125", "`\(word)` is given twice", at: node.tree.span(ofToken: token), help: "remove one of the two")
      }
      guard let value = parts.popFirst() else { break }
      let op = checked(compile(value, in: scope, expecting: type), type)
      if word == "maxSkew" { rule.maxSkew = op } else { rule.minDomains = op }
    }
    rule.isBestEffort = words.contains("or")
    if rule.isBestEffort, words.last != "best-effort", let last = node.words.last {
      report(
        "KC0152", "after `or` stands `best-effort`", at: node.tree.span(ofToken: last),
        fix: Diagnostic.Fix(span: node.tree.span(ofToken: last), replacement: "best-effort"))
    }
    if rule.isBestEffort, rule.minDomains >= 0 {
      report("KC0152", "`minDomains` has no meaning for a rule that is best effort", at: node.span)
    }
    return rule
  }

  private mutating func compileToleration(
    _ base: AffinityRule, _ node: SyntaxNode, _ words: [String], _ rest: ArraySlice<SyntaxNode>, _ scope: Int32
  ) -> AffinityRule? {
    var rule = base
    var parts = rest
    rule.kind = .tolerate
    guard let key = parts.popFirst() else { return nil }
    rule.key = key.plainText ?? key.text
    if node.has(.equalEqual), let value = parts.popFirst() {
      rule.value = checked(compile(value, in: scope, expecting: TypeTable.string), TypeTable.string)
    }
    let effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"]
    if let token = node.words.dropFirst().first(where: { node.word($0) != "for" }) {
      let effect = node.word(token)
      guard effects.contains(effect) else {
        reportUnknown(
          "KC0152", "`\(effect)` is no effect of a taint: \(Self.enumerate(effects, "or"))", effect, among: effects,
          at: node.tree.span(ofToken: token))
        return nil
      }
      rule.effect = effect
    }
    if words.contains("for"), let time = parts.popFirst() {
      var seconds = Refinement()
      seconds.step = 1000
      let type = types.refine(TypeTable.duration, by: seconds)
      rule.time = checked(compile(time, in: scope, expecting: type), type)
      if rule.effect != "NoExecute" { reportNoTime(rule.effect, node, time) }
    }
    return rule
  }

  /// A toleration has an end only where the taint removes pods that run already.
  private mutating func reportNoTime(_ effect: String?, _ node: SyntaxNode, _ time: SyntaxNode) {
    let token = node.words.dropFirst().first { node.word($0) == effect }
    report(
      "KC0152", "`for` stands behind the effect `NoExecute`, which removes pods that run already", at: time.span,
      help: effect == nil ? "write `NoExecute for \(time.text)`" : "write `NoExecute`, or leave `for \(time.text)` out",
      fix: token.map { Diagnostic.Fix(span: node.tree.span(ofToken: $0), replacement: "NoExecute") })
  }

  private mutating func topologyKey(_ node: SyntaxNode) -> String? {
    if let text = node.plainText { return text }
    if let key = AffinityNames.topologies[node.text] { return key }
    reportUnknown(
      "KC0152", "`\(node.text)` is no topology: there are `hostname`, `zone` and `region`", node.text,
      among: AffinityNames.topologies.keys.sorted(), at: node.span, notes: ["any other label of nodes stands in quotes"]
    )
    return nil
  }

  private mutating func compilePredicate(_ node: SyntaxNode, _ scope: Int32) -> AffinityRule.Predicate? {
    guard let left = node.firstPart else { return nil }
    let key = left.plainText ?? AffinityNames.labels[left.text] ?? left.text
    let site = code.site(node.span)
    let words = node.words.map { node.word($0) }
    let right = node.parts.count > 1 ? node.parts[1] : nil
    let test: AffinityRule.Test
    if words.contains("exists") {
      return AffinityRule.Predicate(key: key, test: .exists, value: -1, site: site)
    } else if words.contains("in") {
      test = words.contains("not") ? .notIn : .isIn
    } else if node.has(.equalEqual) {
      test = .isIn
    } else if node.has(.notEqual) {
      test = .notIn
    } else if node.has(.less) {
      test = .less
    } else if node.has(.greater) {
      test = .greater
    } else {
      return nil
    }
    guard let right, right.kind != .missing else { return nil }
    // The API compares labels by order as whole numbers.
    let type = test == .less || test == .greater ? TypeTable.int : TypeTable.any
    let value = checked(compile(right, in: scope, expecting: type), type)
    return AffinityRule.Predicate(key: key, test: test, value: value, site: site)
  }
}
