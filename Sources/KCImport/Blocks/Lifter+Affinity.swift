internal import KCData

/// Where pods run, as rules.
extension Lifter {
  /// Writes `affinity { … }` with the parts of the pod that rules can say.
  mutating func addAffinity(_ pod: inout Remainder) {
    var rules: [SourceLine] = []
    if let affinity = pod.take("affinity") {
      var rest = Remainder(affinity, pod.path("affinity"))
      rules += affinityRules(&rest)
      if !rest.isEmpty { pod.replace(rest.value, at: "affinity") }
    }
    if let spread = pod.peek("topologySpreadConstraints")?.array,
      let lines = all(spread, pod.path("topologySpreadConstraints"), spreadRule)
    {
      pod.take("topologySpreadConstraints")
      rules += lines
    }
    if let tolerations = pod.peek("tolerations")?.array {
      let path = pod.path("tolerations")
      if let lines = all(tolerations, path, Self.tolerationRule) {
        pod.take("tolerations")
        rules += lines
      } else if let records = Self.tolerations(tolerations, path) {
        pod.take("tolerations")
        lines.append(SourceLine(.list("tolerations", records), [path]))
      }
    }
    guard !rules.isEmpty else { return }
    lines.append(.gap)
    lines.append(SourceLine(.block("affinity", rules), []))
  }

  private func all(_ items: [Value], _ path: FieldPath, _ rule: (Value) -> String?) -> [SourceLine]? {
    var out: [SourceLine] = []
    for (place, item) in items.enumerated() {
      guard let text = rule(item) else { return nil }
      out.append(.text(text, path.index(place)))
    }
    return out
  }

  private static let required = "requiredDuringSchedulingIgnoredDuringExecution"
  private static let preferred = "preferredDuringSchedulingIgnoredDuringExecution"

  /// The rules of each list that rules can say as a whole; the other lists are left, for what the API says takes the
  /// place of a list and not of its elements.
  private func affinityRules(_ rest: inout Remainder) -> [SourceLine] {
    var out: [SourceLine] = []
    func add(_ owner: String, _ list: [String], _ rule: (Value) -> [String]?) {
      guard let terms = rest.value.at([owner] + list)?.array, !terms.isEmpty else { return }
      let path = rest.path([owner] + list)
      var lines: [SourceLine] = []
      for (place, term) in terms.enumerated() {
        guard let texts = rule(term) else { return }
        // Several rules of one term are its expressions.
        let expressions = path.index(place).field("matchExpressions")
        lines += texts.enumerated().map { .text($1, texts.count > 1 ? expressions.index($0) : path.index(place)) }
      }
      rest.remove([owner] + list)
      out += lines
    }
    // Several terms are alternatives, which no rules say.
    if rest.peek("nodeAffinity", Self.required, "nodeSelectorTerms")?.array?.count == 1 {
      add("nodeAffinity", [Self.required, "nodeSelectorTerms"], requiredNode)
    }
    add("nodeAffinity", [Self.preferred]) { nodePreference($0).map { [$0] } }
    for (key, relation) in [("podAffinity", "near"), ("podAntiAffinity", "apart from")] {
      add(key, [Self.required]) { term in podTerm(term, relation).map { ["require \($0)"] } }
      add(key, [Self.preferred]) { term in
        guard let weight = term["weight"]?.int, let inner = term["podAffinityTerm"] else { return nil }
        return podTerm(inner, relation).map { ["prefer \($0)\(Self.weight(weight))"] }
      }
    }
    return out
  }

  /// `require node disktype == "ssd"`, for each of the labels that a node has to have.
  private func requiredNode(_ term: Value) -> [String]? {
    guard let expressions = term["matchExpressions"]?.array, term.object?.count == 1, !expressions.isEmpty else {
      return nil
    }
    let texts = expressions.compactMap(predicate)
    return texts.count == expressions.count ? texts.map { "require node \($0)" } : nil
  }

  private static func weight(_ weight: Int64) -> String { weight == 100 ? "" : " weight \(weight)" }

  private func nodePreference(_ term: Value) -> String? {
    guard let weight = term["weight"]?.int, let expressions = term.at("preference", "matchExpressions")?.array,
      term["preference"]?.object?.count == 1
    else { return nil }
    let predicates = expressions.compactMap(predicate)
    guard predicates.count == expressions.count, !predicates.isEmpty else { return nil }
    return "prefer node \(predicates.joined(separator: ", "))\(Self.weight(weight))"
  }

  private func predicate(_ expression: Value) -> String? {
    guard let key = expression["key"]?.string, let test = expression["operator"]?.string else { return nil }
    let values = expression["values"]?.array?.compactMap(\.string) ?? []
    let label = AffinityText.label(key)
    switch (test, values.count) {
    case ("Exists", 0): return "\(label) exists"
    case ("In", 1): return "\(label) == \(SourceText.quoted(values[0]))"
    case ("NotIn", 1): return "\(label) != \(SourceText.quoted(values[0]))"
    case ("In", 2...): return "\(label) in \(list(values))"
    case ("NotIn", 2...): return "\(label) not in \(list(values))"
    case ("Gt", 1) where UInt32(values[0]).map { "\($0)" } == values[0]: return "\(label) > \(values[0])"
    case ("Lt", 1) where UInt32(values[0]).map { "\($0)" } == values[0]: return "\(label) < \(values[0])"
    default: return nil
    }
  }

  /// `near web by zone`
  private func podTerm(_ term: Value, _ relation: String) -> String? {
    guard term.object?.count == 2, let key = term["topologyKey"]?.string, let target = pods(of: term) else {
      return nil
    }
    return "\(relation) \(target) by \(AffinityText.topology(key))"
  }

  /// The workload that a term's selector means, `self` for the own one; else its labels, or tests of them.
  private func pods(of term: Value) -> String? {
    guard let selector = term["labelSelector"] else { return nil }
    guard selector.object?.count == 1, let labels = selector["matchLabels"]?.object else {
      return Self.selector(selector).flatMap { $0 == "{}" ? nil : $0 }
    }
    if WorkloadLabels.selector(of: own.object, own.kind) == labels { return "self" }
    if let known = workload(labels)?.text { return known }
    let pairs = labels.compactMap { key, value in value.string.map { (key: key, text: literal($0)) } }
    return pairs.count == labels.count && !pairs.isEmpty ? SourceText.record(pairs) : nil
  }

  private func spreadRule(_ term: Value) -> String? {
    guard let key = term["topologyKey"]?.string, let skew = term["maxSkew"]?.int,
      let policy = term["whenUnsatisfiable"]?.string, let pods = pods(of: term),
      (term.object?.keys ?? []).allSatisfy({
        ["topologyKey", "maxSkew", "whenUnsatisfiable", "labelSelector", "minDomains"].contains($0)
      })
    else { return nil }
    let target = pods == "self" ? "" : "\(pods) "
    var text = "spread \(target)by \(AffinityText.topology(key))"
    if skew != 1 { text += " maxSkew \(skew)" }
    if let domains = term["minDomains"]?.int { text += " minDomains \(domains)" }
    return text + (policy == "ScheduleAnyway" ? " or best-effort" : "")
  }

  private static func tolerationRule(_ toleration: Value) -> String? {
    guard let test = toleration["operator"]?.string else { return nil }
    let key = toleration["key"]?.string ?? ""
    let value = toleration["value"]?.string ?? ""
    var text = "tolerate \(AffinityText.taint(key.isEmpty ? "*" : key))"
    switch test {
    case "Equal": text += " == \(SourceText.quoted(value))"
    case "Exists": guard value.isEmpty else { return nil }
    default: return nil
    }
    guard !key.isEmpty || test == "Exists" else { return nil }
    if let effect = toleration["effect"]?.string {
      guard ["NoSchedule", "NoExecute", "PreferNoSchedule"].contains(effect) else { return nil }
      text += " \(effect)"
    }
    if let seconds = toleration["tolerationSeconds"]?.int { text += " for \(SourceText.duration(seconds: seconds))" }
    return text
  }

  /// `{ key = "dedicated", value = "web", effect = "NoSchedule" }`: what no rule says exactly, such as no operator.
  private static func tolerations(_ items: [Value], _ path: FieldPath) -> [SourceLine]? {
    var records: [SourceLine] = []
    for (place, item) in items.enumerated() {
      let own = path.index(place)
      var rest = Remainder(item, own)
      var parts: [SourceLine] = []
      for key in ["key", "operator", "value", "effect"] {
        guard let text = rest.text(key) else { continue }
        parts.append(.text("\(key) = \(SourceText.quoted(text))", own.field(key)))
      }
      if let seconds = rest.int("tolerationSeconds") {
        guard seconds >= 0 else { return nil }
        parts.append(.text("time = \(SourceText.duration(seconds: seconds))", own.field("tolerationSeconds")))
      }
      guard rest.isEmpty else { return nil }
      records.append(SourceLine(.record(parts), [own]))
    }
    return records
  }
}
