internal import KCSyntax

/// What is being expanded or compiled, for reports.
struct Focus: Sendable {
  /// The block; -1 while code is compiled, which all blocks share; -2 where it is what is evaluated.
  var block: Int32 = -2
  /// How many fields and names were being evaluated when that began.
  var depth = 0
}

/// Which instance of a component a report is about.
extension Program {
  /// The innermost instance of a component that a report at a place is about: none where what is wrong stands in the
  /// instance itself, or is the same for all.
  ///
  /// - Parameter block: what the report is about, where that is known better than from what is being evaluated.
  func reportPlace(of place: Span, about block: Int32? = nil) -> ReportPlace {
    let evaluated = block ?? evaluatedBlock
    guard evaluated >= 0, files.indices.contains(place.file), files[place.file].path != "command line" else {
      return ReportPlace()
    }
    var current = evaluated
    while current >= 0, current != root {
      let schema = instances[Int(current)].schema
      if schema >= 0, schemas[Int(schema)].isNamespace, !isWithin(place, instance: current) {
        let resource = resource(of: evaluated)
        return ReportPlace(instance: current, block: resource >= 0 ? resource : current)
      }
      current = instances[Int(current)].parent
    }
    return ReportPlace()
  }

  /// The block whose field is being evaluated, or that is being expanded; -1 for none.
  private var evaluatedBlock: Int32 {
    for one in pending[min(focus.depth, pending.count)...].reversed() {
      if one.instance >= 0 { return one.instance }
      // A name of a file is one for all that use it.
      let op = code.ops[Int(one.key)]
      if op.code == .lazy, scopes[Int(lazies[Int(op.a)].scope)].kind == .module { return -1 }
    }
    return focus.block == -2 ? owner : focus.block
  }

  /// Whether a place stands in the statement that makes an instance, or in a body that amends it.
  private func isWithin(_ place: Span, instance index: Int32) -> Bool {
    let instance = instances[Int(index)]
    // What stands in the component stands in none of its instances; that need not be looked for.
    if let node = schemas[Int(instance.schema)].node, node.span.holds(place) { return false }
    if let statement = statement(around: span(instance.site)), statement.holds(place) { return true }
    let own = schemas[Int(instance.schema)].body
    var next = instance.firstBody
    while next >= 0 {
      let body = bodyRefs[Int(next)].body
      if body != own, span(code.bodies[Int(body)].site).holds(place) { return true }
      next = bodyRefs[Int(next)].next
    }
    return false
  }

  /// The block statement that a name stands in.
  private func statement(around place: Span) -> Span? {
    guard trees.indices.contains(place.file) else { return nil }
    var node = trees[place.file].root
    var found: Span?
    while let inner = node.parts.first(where: { $0.span.holds(place) }) {
      if inner.kind == .block { found = inner.span }
      node = inner
    }
    return found
  }

  /// Says in the reports about instances of components which these are. What is wrong with all of a component is wrong
  /// with that, and told once.
  mutating func nameInstances() {
    var counts: [Int32: Int] = [:]
    for instance in instances where instance.schema > 0 && !instance.isDeleted && instance.name >= 0 {
      if schemas[Int(instance.schema)].isNamespace { counts[instance.schema, default: 0] += 1 }
    }
    diagnostics.replaceAll(
      with: diagnostics.all.map { one in
        let places = diagnostics.instances(of: one)
        guard let first = places.first else { return one }
        var named = one
        let others =
          switch places.count {
          case 1: ""
          case 2: " and `\(title(at: places[1]))`"
          default: " and \(places.count - 1) others"
          }
        named.message = "in `\(title(at: first))`\(others): \(one.message)"
        let all = counts[instances[Int(first.instance)].schema] ?? 0
        if places.count > 1, places.count >= all { return named }
        for place in places.prefix(3) {
          let span = span(instances[Int(place.instance)].site)
          if span != one.span { named.labels.append(.init(span: span, message: "in this instance")) }
        }
        return named
      })
  }

  private func title(at place: ReportPlace) -> String {
    if place.block != place.instance { return address(of: place.block) }
    var names: [String] = []
    var current = place.instance
    while current >= 0, current != root {
      names.insert(text(instances[Int(current)].name), at: 0)
      current = instances[Int(current)].parent
    }
    return names.joined(separator: ".")
  }
}

extension Span {
  /// Whether another place lies in this one.
  func holds(_ other: Span) -> Bool { file == other.file && start <= other.start && other.end <= end }
}
