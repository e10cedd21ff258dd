internal import KCData
internal import KCSyntax

/// Refinements, and tests without reports.
extension Program {
  /// The value, after checking it against a type's conditions.
  mutating func check(_ value: TreeValue, _ type: TypeID, _ index: Int, at site: Int32, isName: Bool) -> TreeValue {
    if hasAssumedInputs, hidden > 0 || holdsSecret(value) { return value }
    // Part by part: a refinement as a whole is large, and most have one part.
    let (low, high) = (types.refinements[index].low, types.refinements[index].high)
    if !low.isNone || !high.isNone {
      let below = !low.isNone && (compare(value, low) ?? 0) < 0
      let above = !high.isNone && (compare(value, high) ?? 0) > 0
      if below || above {
        let range = "\(display(low))...\(display(high))"
        let nearest = types.refinements[index].step == nil ? nil : "write `\(display(below ? low : high))`"
        report("KC0112", "`\(display(value))` is out of range: it must lie in \(range)", at: site, help: nearest)
        return .poison
      }
    }
    if let step = types.refinements[index].step, let number = steps(value), number % step != 0 {
      reportStep(value, number, types.refinements[index], at: site)
      return .poison
    }
    if let pattern = types.refinements[index].pattern, !tree.withUTF8(of: value, { pattern.matches($0) }) {
      if isName { return badName(value, pattern, at: site) }
      if let name = types.names[type], pattern.source.count > 60, let meaning = documentation(ofType: name) {
        report(
          "KC0113", "\(display(value)) is no \(name)", at: site, notes: [meaning])
        return .poison
      }
      report(
        "KC0113", "\(display(value)) does not match /\(pattern.source)/", at: site,
        notes: types.names[type].map { ["\(Self.article($0)) is text that matches it"] } ?? [])
      return .poison
    }
    if let problem = lengthProblem(value, types.refinements[index].min, types.refinements[index].max) {
      if isName {
        report("KC0118", "the name `\(tree.text(of: value) ?? "")` \(problem)", at: site)
      } else {
        report("KC0114", "\(display(value)) \(problem)", at: site)
      }
      return .poison
    }
    if let predicate = types.refinements[index].predicate {
      closures.append(Closure(function: predicate.lambda, frame: predicate.frame))
      let holds = scalar(apply(TreeValue(.function, payload: UInt32(closures.count - 1)), [value], at: site))
      if holds.isPoison { return .poison }
      if !holds.isTrue {
        let text = types.refinements[index].predicateText
        let isRecord = value.tag == .record || value.tag == .instance && instances[Int(value.payload)].name < 0
        let shown = isRecord ? "this record" : display(value)
        report("KC0115", "\(shown) is refused: `\(text)` does not hold for it", at: site)
        return .poison
      }
    }
    return value
  }

  /// What the source says of a type, in a line: a long pattern says less.
  private func documentation(ofType name: String) -> String? {
    guard let key = tree.keys.find(name) else { return nil }
    for module in modules where module.scope >= 0 {
      guard let found = scopes[Int(module.scope)].names[Int32(key)], case .type = found.kind,
        let text = found.node?.documentation, !text.isEmpty
      else { continue }
      return text.split(separator: "\n").joined(separator: " ")
    }
    return nil
  }

  /// What a step counts: an Int, or a duration's milliseconds.
  func steps(_ value: TreeValue) -> Int64? {
    switch value.tag {
    case .int, .wideInt: tree.int(of: value)
    case .duration: value.inlineNumber
    default: nil
    }
  }

  /// Reports a value that lies between two steps, and names those two.
  private mutating func reportStep(_ value: TreeValue, _ number: Int64, _ refinement: Refinement, at site: Int32) {
    guard let step = refinement.step else { return }
    let rest = (number % step + step) % step
    let near = [number.subtractingReportingOverflow(rest), number.addingReportingOverflow(step - rest)]
    let (low, high) = (steps(refinement.low), steps(refinement.high))
    let values = near.filter { !$0.overflow && $0.partialValue >= low ?? .min && $0.partialValue <= high ?? .max }
    let isTime = value.tag == .duration
    func text(_ number: Int64) -> String { isTime ? Tree.durationText(number) : "\(number)" }
    report(
      "KC0112", "`\(display(value))` is no multiple of `\(text(step))`", at: site,
      notes: isTime && step == 1000 ? ["it counts in whole seconds"] : [],
      help: values.isEmpty
        ? nil : "write \(Self.enumerate(values.map { text($0.partialValue) }, "or"))")
  }

  private func lengthProblem(_ value: TreeValue, _ min: Int64?, _ max: Int64?) -> String? {
    guard min != nil || max != nil else { return nil }
    // A text has at most as many characters as bytes: short ones need no counting.
    if value.tag == .string, Int64(value.length) <= max ?? .max, min ?? 0 <= 1, value.length >= min ?? 0 {
      return nil
    }
    let count: Int
    let unit: String
    switch value.tag {
    case .string: (count, unit) = (tree.text(of: value)?.count ?? 0, "character")
    case .list, .record: (count, unit) = (value.length, "element")
    default: return nil
    }
    let has = "has \(count) \(unit)\(count == 1 ? "" : "s")"
    if let min, Int64(count) < min { return "\(has), and must have at least \(min)" }
    if let max, Int64(count) > max { return "\(has), and may have at most \(max)" }
    return nil
  }

  private mutating func badName(_ value: TreeValue, _ pattern: Pattern, at site: Int32) -> TreeValue {
    let name = tree.text(of: value) ?? ""
    if let host = Self.host(of: name), pattern.matches(host.utf8) {
      report(
        "KC0118", "`\(name)` is not a valid name", at: site,
        notes: ["a host has no scheme, no port and no path"], help: "call it `\(host)`",
        fix: edit(of: "\"\(name)\"", to: "\"\(host)\"", at: site))
      return .poison
    }
    let guess = Self.guesses(name).first { !$0.isEmpty && pattern.matches($0.utf8) }
    report(
      "KC0118", "`\(name)` is not a valid name", at: site, notes: [Self.rule(of: pattern)],
      help: guess.map { "call it `\($0)`" },
      fix: guess.flatMap {
        edit(of: name, to: $0, at: site) ?? edit(of: "\"\(name)\"", to: "\"\($0)\"", at: site)
      })
    return .poison
  }

  /// What names of a pattern are made of, in words where that is possible.
  private static func rule(of pattern: Pattern) -> String {
    func takes(_ text: String) -> Bool { pattern.matches(text.utf8) }
    if takes("/a"), !takes("a") { return "a path begins with `/`" }
    if takes("A_b-c.d1") { return "such a name is letters, digits, `_`, `-` and `.`" }
    if takes("a"), takes("b1-c"), !takes("A"), !takes("a_b") {
      let dots = takes("a.b") ? ", dashes and dots" : " and dashes"
      return "such a name is lower-case letters, digits\(dots)"
    }
    return "a name here matches /\(pattern.source)/"
  }

  /// The host of a URL that has no path worth keeping; nil for other texts.
  private static func host(of name: String) -> String? {
    guard let scheme = name.firstRange(of: "://") else { return nil }
    let rest = name[scheme.upperBound...]
    return String(rest.prefix { $0 != "/" && $0 != ":" && $0 != "?" })
  }

  /// Names like one that is not valid, the nearest first.
  private static func guesses(_ name: String) -> [String] {
    var lower = ""
    for scalar in name.unicodeScalars {
      switch scalar {
      case "A"..."Z": lower.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value + 32)))
      case "a"..."z", "0"..."9", "-", ".": lower.unicodeScalars.append(scalar)
      default: lower += "-"
      }
    }
    lower = String(lower.drop { $0 == "-" || $0 == "." })
    while lower.hasSuffix("-") || lower.hasSuffix(".") { lower.removeLast() }
    let kept = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) ? $0 : "_" })
    return [kept, lower, "/" + name]
  }

  /// Whether a value is of a type as it is, without conversion.
  func fits(_ value: TreeValue, _ type: TypeID) -> Bool {
    if types.takes(value, type) { return true }
    return switch (types[type], value.tag) {
    case (.deferred(let inner), _): value.tag == .deferred || fits(value, inner)
    case (.any, _), (.unknown, _), (.variable, _), (.signature, .function): true
    case (.refined(let base, let index), _): fits(value, base) && holds(value, Int(index))
    case (.optional(let inner), _): value.isNone || fits(value, inner)
    case (.union(let members), _): members.contains { fits(value, $0) }
    case (.secret(let inner), _): value.isSecret || fits(value, inner)
    case (.none, .none): true
    case (.bool, .bool), (.int, .int), (.int, .wideInt), (.float, .float), (.string, .string), (.quantity, .quantity),
      (.duration, .duration), (.percent, .percent), (.regex, .regex), (.function, .function), (.range, .range),
      (.record, .record):
      !value.isSecret
    case (.list(let element), .list): tree.items(of: value).allSatisfy { fits($0, element) }
    case (.map(let element), .record): tree.fields(of: value).allSatisfy { fits($0.value, element) }
    case (.map, .instance), (.record, .instance): instances[Int(value.payload)].schema < 0
    case (.text(let text), .string): !value.isSecret && tree.says(text, value)
    case (.number(let number), .int), (.number(let number), .wideInt): tree.int(of: value) == number
    case (.schema(let schema), .instance):
      instances[Int(value.payload)].schema >= 0 && isSchema(instances[Int(value.payload)].schema, schema.index)
    case (.schema, .choice): tree.items(of: value).contains { fits($0, type) }
    case (.key(let schema), .key): fitsKey(value, schema)
    default: false
    }
  }

  private func fitsKey(_ value: TreeValue, _ schema: SchemaID?) -> Bool {
    guard let schema else { return true }
    let owner = instances[Int(tree.item(of: value, 0).payload)].schema
    return owner >= 0 && isSchema(owner, schema.index)
  }

  private func holds(_ value: TreeValue, _ index: Int) -> Bool {
    let (low, high) = (types.refinements[index].low, types.refinements[index].high)
    if !low.isNone, (compare(value, low) ?? -1) < 0 { return false }
    if !high.isNone, (compare(value, high) ?? 1) > 0 { return false }
    if let step = types.refinements[index].step, let number = steps(value), number % step != 0 { return false }
    if let pattern = types.refinements[index].pattern, !tree.withUTF8(of: value, { pattern.matches($0) }) {
      return false
    }
    return lengthProblem(value, types.refinements[index].min, types.refinements[index].max) == nil
  }
}
