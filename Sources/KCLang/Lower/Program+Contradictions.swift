internal import KCData
internal import KCSyntax

/// Rules of one workload that no node can satisfy together.
extension Program {
  /// Reports the first contradiction among the required rules of an affinity block.
  mutating func contradicts(_ block: Int32) -> Bool {
    var refs: [RuleRef] = []
    var next = instances[Int(block)].firstRule
    while next >= 0 {
      let ref = ruleRefs[Int(next)]
      if rules[Int(ref.rule)].isRequired, ref.rule >= 0 { refs.append(ref) }
      next = ref.next
    }
    return podsContradict(refs) || nodesContradict(refs)
  }

  private mutating func podsContradict(_ refs: [RuleRef]) -> Bool {
    var seen: [(rule: AffinityRule, target: TreeValue)] = []
    for ref in refs {
      let rule = rules[Int(ref.rule)]
      guard rule.kind == .near || rule.kind == .apart, rule.target >= 0 else { continue }
      var target = evaluate(rule.target, ref.frame)
      if target.tag == .choice { target = tree.item(of: target, 0) }
      if let other = seen.first(where: {
        $0.rule.kind != rule.kind && $0.rule.key == rule.key && $0.target.bits == target.bits
      }) {
        report(
          "KC0150", "no node can satisfy this rule and the one above: near and apart from the same pods", at: rule.site,
          labels: [.init(span: span(other.rule.site), message: "this rule asks for the opposite")],
          help: "remove one of them, or make one `prefer`")
        return true
      }
      seen.append((rule, target))
    }
    return false
  }

  /// What the rules so far leave of a label's values.
  private struct Allowed {
    var values: Set<String>?
    var refused: Set<String> = []
    /// What whole numbers lie above, and below.
    var above: Int64?
    var below: Int64?
    var site: Int32

    /// Whether no value is left.
    var isNone: Bool {
      if let above, let below, above == .max || below <= above + 1 { return true }
      guard let values else { return false }
      return values.subtracting(refused).allSatisfy { value in
        guard above != nil || below != nil else { return false }
        guard let number = Int64(value) else { return true }
        return above.map { number <= $0 } ?? false || below.map { number >= $0 } ?? false
      }
    }
  }

  private mutating func nodesContradict(_ refs: [RuleRef]) -> Bool {
    // One rule alone leaves what it says.
    let predicates = refs.reduce(0) { $0 + rules[Int($1.rule)].predicates.count }
    if predicates < 2 { return false }
    var labels: [String: Allowed] = [:]
    for ref in refs where rules[Int(ref.rule)].kind == .node {
      for predicate in rules[Int(ref.rule)].predicates where predicate.test != .exists {
        let texts = Set(texts(of: predicate, ref.frame))
        var allowed = labels[predicate.key] ?? Allowed(values: nil, site: predicate.site)
        switch predicate.test {
        case .isIn: allowed.values = allowed.values.map { $0.intersection(texts) } ?? texts
        case .notIn: allowed.refused.formUnion(texts)
        case .greater: texts.compactMap { Int64($0) }.forEach { allowed.above = max(allowed.above ?? $0, $0) }
        case .less: texts.compactMap { Int64($0) }.forEach { allowed.below = min(allowed.below ?? $0, $0) }
        case .exists: break
        }
        if allowed.isNone {
          let other = labels[predicate.key]?.site ?? predicate.site
          report(
            "KC0150", "no node can satisfy these rules: they leave no value for `\(predicate.key)`", at: predicate.site,
            labels: other == predicate.site ? [] : [.init(span: span(other), message: "together with this")],
            help: "a node has one value for each label")
          return true
        }
        labels[predicate.key] = allowed
      }
    }
    return false
  }
}
