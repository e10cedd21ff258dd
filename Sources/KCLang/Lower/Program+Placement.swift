internal import KCData
internal import KCSyntax

/// From affinity rules to the pod's `affinity`, `topologySpreadConstraints` and `tolerations`.
extension Program {
  /// The terms that rules lowered to, each an object of the API.
  private struct Terms {
    var nodeExpressions: [TreeValue] = []
    var nodePreferred: [TreeValue] = []
    var near: [TreeValue] = []
    var nearPreferred: [TreeValue] = []
    var apart: [TreeValue] = []
    var apartPreferred: [TreeValue] = []
    var spread: [TreeValue] = []
    var tolerations: [TreeValue] = []
  }

  /// A record of `affinity`, `topologySpreadConstraints` and `tolerations`, as far as a workload's rules give them.
  mutating func placement(of workload: TreeValue) -> TreeValue {
    guard workload.tag == .instance else { return tree.record([]) }
    let index = Int32(bitPattern: workload.payload)
    let field = member(keys.affinity, of: workload, at: 0)
    guard field.tag == .instance else { return field.isPoison ? field : tree.record([]) }
    let block = Int32(bitPattern: field.payload)
    expand(block)
    var terms = Terms()
    var isSound = true
    var next = instances[Int(block)].firstRule
    while next >= 0 {
      let ref = ruleRefs[Int(next)]
      if !lower(ref, of: index, into: &terms) { isSound = false }
      next = ref.next
    }
    guard isSound, !contradicts(block), !findsNoDeclaredNode(block) else { return .poison }
    return assemble(terms)
  }

  private mutating func record(_ fields: [(String, TreeValue)], _ origin: UInt32) -> TreeValue {
    let start = fieldStack.count
    defer { fieldStack.drop(to: start) }
    for (name, value) in fields where !value.isNone {
      fieldStack.append(TreeField(key: UInt32(key(name)), origin: origin, value: value))
    }
    return tree.record(fieldStack, from: start)
  }

  private mutating func lower(_ ref: RuleRef, of workload: Int32, into terms: inout Terms) -> Bool {
    let rule = rules[Int(ref.rule)]
    switch rule.kind {
    case .node: return lowerNode(rule, ref, &terms)
    case .near, .apart: return lowerPods(rule, ref, workload, &terms)
    case .spread: return lowerSpread(rule, ref, workload, &terms)
    case .tolerate: return lowerToleration(rule, ref, &terms)
    }
  }

  private mutating func weight(_ rule: AffinityRule, _ frame: Int32) -> TreeValue {
    rule.weight >= 0 ? evaluate(rule.weight, frame) : tree.int(100)
  }

  private mutating func lowerNode(_ rule: AffinityRule, _ ref: RuleRef, _ terms: inout Terms) -> Bool {
    var expressions: [TreeValue] = []
    for predicate in rule.predicates {
      guard let values = values(of: predicate, ref.frame) else { return false }
      let list = predicate.value >= 0 ? tree.list(values) : .none
      expressions.append(
        record(
          [("key", tree.string(predicate.key)), ("operator", tree.string(predicate.test.rawValue)), ("values", list)],
          ref.origin))
    }
    if rule.isRequired {
      terms.nodeExpressions += expressions
      return true
    }
    let weight = weight(rule, ref.frame)
    let preference = record([("matchExpressions", tree.list(expressions))], ref.origin)
    terms.nodePreferred.append(record([("weight", weight), ("preference", preference)], ref.origin))
    return !weight.isPoison
  }

  /// The values a predicate compares with, as text; nil after a report.
  private mutating func values(of predicate: AffinityRule.Predicate, _ frame: Int32) -> [TreeValue]? {
    guard predicate.value >= 0 else { return [] }
    let value = scalar(evaluate(predicate.value, frame))
    if value.isPoison { return nil }
    let items = value.tag == .list ? Array(tree.items(of: value)) : [value]
    var texts: [TreeValue] = []
    for item in items {
      let plain = scalar(item)
      switch plain.tag {
      case .string: texts.append(plain)
      case .int, .wideInt, .bool: texts.append(tree.string(display(plain)))
      case .poison: return nil
      case .deferred:
        _ = undecided("an affinity rule", at: siteOf(predicate.value))
        return nil
      default:
        report(
          "KC0110", "a label's value is text, and this is \(Self.article(kindName(plain)))", at: siteOf(predicate.value)
        )
        return nil
      }
    }
    if texts.isEmpty {
      report("KC0151", "this rule allows no value, so no node satisfies it", at: predicate.site)
      return nil
    }
    return texts
  }

  /// The selector of the pods that a rule is about: by the labels of a workload, by those that it says, or by tests of them.
  private mutating func selector(_ rule: AffinityRule, _ ref: RuleRef, _ workload: Int32) -> TreeValue? {
    let outer = owner
    owner = -1  // Where pods should run is no order in which objects are made.
    defer { owner = outer }
    var target = TreeValue(.instance, payload: UInt32(workload))
    if rule.target >= 0 {
      target = evaluate(rule.target, ref.frame)
      if target.tag == .choice {
        let able = Array(tree.items(of: target)).filter { isWorkload($0) }
        if able.count == 1 { target = able[0] }
      }
    }
    if target.isPoison { return nil }
    if target.tag == .record {
      return labels(target, rule).map { record([("matchLabels", $0)], ref.origin) }
    }
    let isTests = has(target, "selector", "oneOf")
    guard isTests || isWorkload(target) else {
      report(
        "KC0154",
        "`near`, `apart` and `spread` relate to a workload or to labels of pods, and this is \(Self.article(kindName(target)))",
        at: siteOf(rule.target))
      return nil
    }
    let found = member(key("selector"), of: target, at: rule.site)
    if found.isPoison { return nil }
    return isTests ? materialize(found) : record([("matchLabels", materialize(found))], ref.origin)
  }

  /// The labels of pods that a rule says itself.
  private mutating func labels(_ given: TreeValue, _ rule: AffinityRule) -> TreeValue? {
    let labels = materialize(given)
    guard let wrong = tree.fields(of: labels).first(where: { !$0.value.isNone && $0.value.tag != .string }) else {
      return labels
    }
    if !wrong.value.isPoison {
      report(
        "KC0110", "a label's value is text, and this is \(Self.article(kindName(wrong.value)))", at: siteOf(rule.target)
      )
    }
    return nil
  }

  private func isWorkload(_ value: TreeValue) -> Bool { has(value, "selector", "affinity") }

  /// Whether a value is a record of a schema with both fields.
  private func has(_ value: TreeValue, _ fields: String...) -> Bool {
    guard value.tag == .instance else { return false }
    let schema = instances[Int(value.payload)].schema
    guard schema >= 0 else { return false }
    return fields.allSatisfy { name in
      tree.keys.find(name).map { schemas[Int(schema)].slotOf[Int32($0)] != nil } ?? false
    }
  }

  private mutating func lowerPods(_ rule: AffinityRule, _ ref: RuleRef, _ workload: Int32, _ terms: inout Terms) -> Bool
  {
    guard let selector = selector(rule, ref, workload) else { return false }
    var term = record([("labelSelector", selector), ("topologyKey", tree.string(rule.key))], ref.origin)
    if !rule.isRequired {
      let weight = weight(rule, ref.frame)
      if weight.isPoison { return false }
      term = record([("weight", weight), ("podAffinityTerm", term)], ref.origin)
    }
    switch (rule.kind, rule.isRequired) {
    case (.near, true): terms.near.append(term)
    case (.near, false): terms.nearPreferred.append(term)
    case (_, true): terms.apart.append(term)
    default: terms.apartPreferred.append(term)
    }
    return true
  }

  private mutating func lowerSpread(_ rule: AffinityRule, _ ref: RuleRef, _ workload: Int32, _ terms: inout Terms)
    -> Bool
  {
    guard let selector = selector(rule, ref, workload) else { return false }
    let skew = rule.maxSkew >= 0 ? evaluate(rule.maxSkew, ref.frame) : tree.int(1)
    let domains = rule.minDomains >= 0 ? evaluate(rule.minDomains, ref.frame) : .none
    if skew.isPoison || domains.isPoison { return false }
    let policy = tree.string(rule.isBestEffort ? "ScheduleAnyway" : "DoNotSchedule")
    terms.spread.append(
      record(
        [
          ("maxSkew", skew), ("minDomains", domains), ("topologyKey", tree.string(rule.key)),
          ("whenUnsatisfiable", policy), ("labelSelector", selector),
        ], ref.origin))
    return true
  }

  private mutating func lowerToleration(_ rule: AffinityRule, _ ref: RuleRef, _ terms: inout Terms) -> Bool {
    let value = rule.value >= 0 ? evaluate(rule.value, ref.frame) : .none
    let time = rule.time >= 0 ? evaluate(rule.time, ref.frame) : .none
    if value.isPoison || time.isPoison { return false }
    let seconds = time.isNone ? TreeValue.none : tree.int(time.inlineNumber / 1000)
    terms.tolerations.append(
      record(
        [
          // `*` stands for all taints, which the API says by no key.
          ("key", rule.key == "*" ? .none : tree.string(rule.key)),
          ("operator", tree.string(value.isNone ? "Exists" : "Equal")),
          ("value", value), ("effect", rule.effect.map { tree.string($0) } ?? .none), ("tolerationSeconds", seconds),
        ], ref.origin))
    return true
  }

  private mutating func assemble(_ terms: Terms) -> TreeValue {
    func list(_ values: [TreeValue], _ program: inout Program) -> TreeValue {
      values.isEmpty ? .none : program.tree.list(values)
    }
    var node = TreeValue.none
    if !terms.nodeExpressions.isEmpty || !terms.nodePreferred.isEmpty {
      var required = TreeValue.none
      if !terms.nodeExpressions.isEmpty {
        let term = record([("matchExpressions", tree.list(terms.nodeExpressions))], 0)
        required = record([("nodeSelectorTerms", tree.list([term]))], 0)
      }
      node = record(
        [
          ("requiredDuringSchedulingIgnoredDuringExecution", required),
          ("preferredDuringSchedulingIgnoredDuringExecution", list(terms.nodePreferred, &self)),
        ], 0)
    }
    let pods = podTerms(list(terms.near, &self), list(terms.nearPreferred, &self))
    let anti = podTerms(list(terms.apart, &self), list(terms.apartPreferred, &self))
    let hasAffinity = !(node.isNone && pods.isNone && anti.isNone)
    let affinity =
      hasAffinity ? record([("nodeAffinity", node), ("podAffinity", pods), ("podAntiAffinity", anti)], 0) : .none
    return record(
      [
        ("affinity", affinity), ("topologySpreadConstraints", list(terms.spread, &self)),
        ("tolerations", list(terms.tolerations, &self)),
      ], 0)
  }

  private mutating func podTerms(_ required: TreeValue, _ preferred: TreeValue) -> TreeValue {
    if required.isNone, preferred.isNone { return .none }
    return record(
      [
        ("requiredDuringSchedulingIgnoredDuringExecution", required),
        ("preferredDuringSchedulingIgnoredDuringExecution", preferred),
      ], 0)
  }
}
