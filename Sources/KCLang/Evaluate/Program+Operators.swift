internal import KCData
internal import KCSyntax

/// Operators.
extension Program {
  /// The value itself of a reference: an entry's value, a block's primary field.
  mutating func scalar(_ value: TreeValue) -> TreeValue {
    switch value.tag {
    case .key: return tree.item(of: value, 3)
    case .instance:
      let index = Int32(bitPattern: value.payload)
      let schema = instances[Int(index)].schema
      guard schema >= 0, schemas[Int(schema)].primary >= 0, !schemas[Int(schema)].isBlock else { return value }
      var primary = scalar(read(index, slot: schemas[Int(schema)].primary, at: 0))
      if value.isSecret, !primary.isPoison { primary.isSecret = true }
      return primary
    case .symbol: return unresolved(value)
    default: return value
    }
  }

  /// An entry's value; other values stay.
  func dereference(_ value: TreeValue) -> TreeValue { value.tag == .key ? tree.item(of: value, 3) : value }

  /// A bare name that nothing gave a meaning.
  mutating func unresolved(_ value: TreeValue) -> TreeValue {
    reportNothing(named: symbols[Int(value.payload)])
    return .poison
  }

  mutating func reportNothing(named symbol: Symbol) {
    if symbol.scope >= 0 { return reportUnknownName(text(symbol.key), span(symbol.site), symbol.scope) }
    report("KC0100", "there is no `\(text(symbol.key))` here", at: symbol.site)
  }

  mutating func evaluateUnary(_ op: Op, _ frame: Int32) -> TreeValue {
    let value = scalar(evaluate(op.a, frame))
    if value.isPoison { return .poison }
    var result: TreeValue
    switch (op.code, value.tag) {
    case (.not, .bool): result = .bool(!value.isTrue)
    case (.negate, .int), (.negate, .wideInt):
      result = wholeArithmetic(Op(code: .subtract, site: op.site), 0, tree.int(of: value) ?? 0)
      if result.isPoison { return result }
    case (.negate, .float): result = tree.float(-(tree.double(of: value) ?? 0))
    case (.negate, .duration), (.negate, .percent):
      result = TreeValue.inline(value.tag, -value.inlineNumber) ?? .poison
    case (.negate, .quantity):
      let quantity = tree.quantity(of: value) ?? Quantity(0)
      result = tree.quantity(Quantity(nano: -quantity.nano, format: quantity.format))
    case (_, .deferred): return uncomputed(op.code == .not ? "!" : "-", at: op.site)
    default:
      let sign = op.code == .not ? "!" : "-"
      report("KC0163", "`\(sign)` cannot be applied to \(Self.article(kindName(value)))", at: op.site)
      return .poison
    }
    result.isSecret = value.isSecret
    return result
  }

  mutating func evaluateLogic(_ op: Op, _ frame: Int32) -> TreeValue {
    let left = scalar(evaluate(op.a, frame))
    if left.isPoison { return .poison }
    guard left.tag == .bool else { return operandProblem(op, left, "a Bool") }
    if left.isTrue == (op.code == .or) { return left }
    let right = scalar(evaluate(op.b, frame))
    if right.isPoison { return .poison }
    guard right.tag == .bool else { return operandProblem(op, right, "a Bool") }
    var result = right
    result.isSecret = left.isSecret || right.isSecret
    return result
  }

  private mutating func operandProblem(_ op: Op, _ value: TreeValue, _ wanted: String) -> TreeValue {
    if value.tag == .deferred { return undecided("`\(Self.symbols[op.code] ?? "")`", at: op.site) }
    report(
      "KC0163", "`\(Self.symbols[op.code] ?? "")` wants \(wanted), and this is \(Self.article(kindName(value)))",
      at: op.site)
    return .poison
  }

  static let symbols: [OpCode: String] = [
    .add: "+", .subtract: "-", .multiply: "*", .divide: "/", .remainder: "%", .equal: "==", .notEqual: "!=",
    .less: "<", .lessEqual: "<=", .greater: ">", .greaterEqual: ">=", .and: "&&", .or: "||", .isIn: "in",
  ]

  mutating func evaluateArithmetic(_ op: Op, _ frame: Int32) -> TreeValue {
    let left = scalar(evaluate(op.a, frame))
    let right = scalar(evaluate(op.b, frame))
    if left.isPoison || right.isPoison { return .poison }
    var result = arithmetic(op, left, right)
    if !result.isPoison { result.isSecret = left.isSecret || right.isSecret }
    return result
  }

  /// The sum of two values.
  mutating func add(_ left: TreeValue, _ right: TreeValue, at site: Int32) -> TreeValue {
    if left.isPoison || right.isPoison { return .poison }
    var result = arithmetic(Op(code: .add, site: site), left, right)
    if !result.isPoison { result.isSecret = left.isSecret || right.isSecret }
    return result
  }

  private mutating func arithmetic(_ op: Op, _ left: TreeValue, _ right: TreeValue) -> TreeValue {
    switch (left.tag, right.tag) {
    case (.int, .int), (.int, .wideInt), (.wideInt, .int), (.wideInt, .wideInt):
      return wholeArithmetic(op, tree.int(of: left) ?? 0, tree.int(of: right) ?? 0)
    case (.int, .float), (.float, .int), (.float, .float), (.wideInt, .float), (.float, .wideInt):
      return floatArithmetic(op, tree.double(of: left) ?? 0, tree.double(of: right) ?? 0)
    case (.string, .string) where op.code == .add:
      guard left.length + right.length <= Limits.text else { return textTooLong(op.site) }
      return tree.concatenation(left, right)
    case (.list, .list) where op.code == .add:
      // The library adds many lists of which one is empty.
      if left.length == 0 { return right }
      if right.length == 0 { return left }
      guard left.length + right.length <= Limits.elements else { return listTooLong(op.site) }
      return tree.list(Array(tree.items(of: left)) + Array(tree.items(of: right)))
    case (.record, .record) where op.code == .add: return merge(left, right)
    case (.instance, .record) where op.code == .add: return merge(materialize(left), right)
    case (.record, .instance) where op.code == .add: return merge(left, materialize(right))
    case (.instance, .instance) where op.code == .add: return merge(materialize(left), materialize(right))
    case (.duration, .duration), (.percent, .percent): return inlineArithmetic(op, left, right)
    case (.duration, .int), (.percent, .int): return inlineArithmetic(op, left, right)
    case (.int, .duration), (.int, .percent):
      return op.code == .multiply ? inlineArithmetic(op, left, right) : operandsProblem(op, left, right)
    case (.quantity, _), (_, .quantity): return quantityArithmetic(op, left, right)
    default: return operandsProblem(op, left, right)
    }
  }

  mutating func textTooLong(_ site: Int32) -> TreeValue {
    report("KC0172", "a string may have up to \(Limits.text) bytes", at: site)
    return .poison
  }

  mutating func listTooLong(_ site: Int32) -> TreeValue {
    report("KC0172", "a list may have up to \(Limits.elements) elements", at: site)
    return .poison
  }

  private mutating func operandsProblem(_ op: Op, _ left: TreeValue, _ right: TreeValue) -> TreeValue {
    let sign = Self.symbols[op.code] ?? ""
    if left.tag == .deferred || right.tag == .deferred { return deferredOperation(op, left, right) }
    var help: String?
    if op.code == .add, left.tag == .string || right.tag == .string {
      help = "to put values into text, interpolate: `\"\\(a)\\(b)\"`"
    }
    report(
      "KC0163", "`\(sign)` cannot be applied to \(Self.article(kindName(left))) and \(Self.article(kindName(right)))",
      at: op.site, help: help)
    return .poison
  }

  private mutating func wholeArithmetic(_ op: Op, _ left: Int64, _ right: Int64) -> TreeValue {
    let (result, overflow): (Int64, Bool)
    switch op.code {
    case .add: (result, overflow) = left.addingReportingOverflow(right)
    case .subtract: (result, overflow) = left.subtractingReportingOverflow(right)
    case .multiply: (result, overflow) = left.multipliedReportingOverflow(by: right)
    default:
      if right == 0 {
        report("KC0162", "division by zero", at: op.site)
        return .poison
      }
      (result, overflow) =
        op.code == .divide
        ? left.dividedReportingOverflow(by: right) : left.remainderReportingOverflow(dividingBy: right)
    }
    if overflow {
      report("KC0161", "the result is too large for an Int", at: op.site, notes: ["Int has 64 bits"])
      return .poison
    }
    return tree.int(result)
  }

  private mutating func floatArithmetic(_ op: Op, _ left: Double, _ right: Double) -> TreeValue {
    let result: Double
    switch op.code {
    case .add: result = left + right
    case .subtract: result = left - right
    case .multiply: result = left * right
    default:
      if right == 0 {
        report("KC0162", "division by zero", at: op.site)
        return .poison
      }
      result = op.code == .divide ? left / right : left.truncatingRemainder(dividingBy: right)
    }
    // Infinity is no value: JSON cannot say it.
    guard result.isFinite else {
      report("KC0161", "the result is too large for a Float", at: op.site)
      return .poison
    }
    return tree.float(result)
  }

  private mutating func inlineArithmetic(_ op: Op, _ left: TreeValue, _ right: TreeValue) -> TreeValue {
    let tag = left.tag == .int ? right.tag : left.tag
    let sameKind = left.tag == right.tag
    switch op.code {
    case .add, .subtract: if !sameKind { return operandsProblem(op, left, right) }
    case .multiply: if sameKind { return operandsProblem(op, left, right) }
    default: break
    }
    let plain = wholeArithmetic(op, left.inlineNumber, right.inlineNumber)
    guard let number = tree.int(of: plain) else { return .poison }
    if op.code == .divide, sameKind { return plain }
    guard let result = TreeValue.inline(tag, number) else {
      report("KC0161", "the result is too large", at: op.site)
      return .poison
    }
    return result
  }

  private mutating func quantityArithmetic(_ op: Op, _ left: TreeValue, _ right: TreeValue) -> TreeValue {
    let isSum = op.code == .add || op.code == .subtract
    let one = isSum ? amount(left) : tree.quantity(of: left)
    let other = isSum ? amount(right) : tree.quantity(of: right)
    let factor = tree.int(of: one == nil ? left : right)
    let (nano, overflow): (Int128, Bool)
    switch (op.code, one, other) {
    case (.add, let one?, let other?): (nano, overflow) = one.nano.addingReportingOverflow(other.nano)
    case (.subtract, let one?, let other?): (nano, overflow) = one.nano.subtractingReportingOverflow(other.nano)
    case (.multiply, let quantity?, nil), (.multiply, nil, let quantity?):
      guard let factor else { return operandsProblem(op, left, right) }
      (nano, overflow) = quantity.nano.multipliedReportingOverflow(by: Int128(factor))
    case (.divide, let quantity?, nil):
      guard let factor else { return operandsProblem(op, left, right) }
      if factor == 0 {
        report("KC0162", "division by zero", at: op.site)
        return .poison
      }
      (nano, overflow) = (quantity.nano / Int128(factor), false)
    case (.divide, let one?, let other?):
      // As of times: how often the one has room for the other.
      if other.nano == 0 {
        report("KC0162", "division by zero", at: op.site)
        return .poison
      }
      return tree.int(Int64(clamping: one.nano / other.nano))
    default: return operandsProblem(op, left, right)
    }
    let limit = Int128(Int64.max) * 1_000_000_000
    if overflow || nano > limit || nano < -limit {
      report("KC0161", "the result is too large for a Quantity", at: op.site)
      return .poison
    }
    return tree.quantity(Quantity(nano: nano, format: (one ?? other)?.format ?? .decimalSI))
  }

  mutating func evaluateComparison(_ op: Op, _ frame: Int32) -> TreeValue {
    let left = scalar(evaluate(op.a, frame))
    let right = scalar(evaluate(op.b, frame))
    if left.isPoison || right.isPoison { return .poison }
    if !left.isNone, !right.isNone, holdsDeferred(left) || holdsDeferred(right) {
      return undecided("a comparison", at: op.site)
    }
    var result: TreeValue
    switch op.code {
    case .equal where left.isNone || right.isNone: return presence(left, right, is: true)
    case .notEqual where left.isNone || right.isNone: return presence(left, right, is: false)
    case .equal, .notEqual:
      result = equal(left, right, is: op.code == .equal, at: op.site)
      if result.isPoison { return result }
    default:
      guard let order = compare(left, right) else { return operandsProblem(op, left, right) }
      switch op.code {
      case .less: result = .bool(order < 0)
      case .lessEqual: result = .bool(order <= 0)
      case .greater: result = .bool(order > 0)
      default: result = .bool(order >= 0)
      }
    }
    result.isSecret = result.isSecret || left.isSecret || right.isSecret
    return result
  }

  /// Whether two values, at least one of which is absent, both are. That a parameter has a secret is no secret.
  private func presence(_ left: TreeValue, _ right: TreeValue, is expected: Bool) -> TreeValue {
    var result = TreeValue.bool((left.isNone && right.isNone) == expected)
    result.isSecret = left.hidesPresence || right.hidesPresence
    return result
  }

  /// Negative, zero or positive as `left` is less than, equal to or greater than `right`; nil where they do not compare.
  func compare(_ left: TreeValue, _ right: TreeValue) -> Int? {
    func order<T: Comparable>(_ one: T, _ other: T) -> Int { one < other ? -1 : one > other ? 1 : 0 }
    switch (left.tag, right.tag) {
    case (.string, .string): return order(tree.text(of: left) ?? "", tree.text(of: right) ?? "")
    case (.duration, .duration), (.percent, .percent): return order(left.inlineNumber, right.inlineNumber)
    case (.quantity, _), (_, .quantity):
      guard let one = amount(left), let other = amount(right) else { return nil }
      return order(one, other)
    default:
      if let one = tree.int(of: left), let other = tree.int(of: right) { return order(one, other) }
      guard let one = tree.double(of: left), let other = tree.double(of: right) else { return nil }
      return order(one, other)
    }
  }

  /// A quantity, or a whole number as one.
  func amount(_ value: TreeValue) -> Quantity? { tree.amount(of: value) }

  /// Whether a value lies within a range.
  func isWithin(_ value: TreeValue, _ range: TreeValue) -> Bool {
    let low = tree.item(of: range, 0)
    let high = tree.item(of: range, 1)
    return (low.isNone || (compare(value, low) ?? -1) >= 0) && (high.isNone || (compare(value, high) ?? 1) <= 0)
  }

  mutating func evaluateIn(_ op: Op, _ frame: Int32) -> TreeValue {
    let value = scalar(evaluate(op.a, frame))
    let collection = dereference(evaluate(op.b, frame))
    if value.isPoison || collection.isPoison { return .poison }
    if holdsDeferred(value) || holdsDeferred(collection) { return undecided("`in`", at: op.site) }
    var result = isIn(value, collection, siteOf(op.b))
    if !result.isPoison { result.isSecret = result.isSecret || value.isSecret || holdsSecret(collection) }
    return result
  }

  private mutating func isIn(_ value: TreeValue, _ collection: TreeValue, _ site: Int32) -> TreeValue {
    switch collection.tag {
    case .list:
      var (isThere, isSecret) = (false, false)
      for place in 0..<collection.length where !isThere {
        let found = equality(tree.item(of: collection, place), value, at: site)
        (isThere, isSecret) = (found.holds, isSecret || found.isSecret)
      }
      var result = TreeValue.bool(isThere)
      result.isSecret = isSecret
      return result
    case .range: return .bool(isWithin(value, collection))
    case .record, .instance:
      let record = collection.tag == .instance ? materialize(collection) : collection
      guard let name = tree.text(of: value), let key = tree.keys.find(name) else { return .bool(false) }
      return .bool(tree.field(key, of: record) != nil)
    case .string:
      return .bool(Builtins.holds(tree.text(of: collection) ?? "", tree.text(of: value) ?? "\u{0}"))
    default:
      report(
        "KC0163", "`in` wants a list, a range or a map, and this is \(Self.article(kindName(collection)))",
        at: site)
      return .poison
    }
  }

  mutating func evaluateInterpolation(_ op: Op, _ frame: Int32) -> TreeValue {
    var isSecret = false
    var parts: [TreeValue] = []
    // The text is put together at the end of what was put together around it.
    let start = textStack.count
    defer { textStack.removeSubrange(start...) }
    for offset in 0..<op.b {
      let part = code.extra[Int(op.a + offset)]
      let value = scalar(evaluate(part, frame))
      isSecret = isSecret || value.isSecret
      switch value.tag {
      case .string: tree.appendText(of: value, to: &textStack)
      case .int, .wideInt, .float, .bool, .quantity, .duration, .percent:
        var plain = value
        plain.isSecret = false
        textStack += display(plain).utf8
      case .poison: return .poison
      case .deferred:
        if textStack.count > start { parts.append(tree.string(utf8: textStack[start...])) }
        parts.append(value)
        textStack.removeSubrange(start...)
      case .none:
        report("KC0164", "this has no value, so it cannot be put into text", at: siteOf(part))
        return .poison
      default:
        report("KC0110", "\(Self.article(kindName(value))) cannot be put into text", at: siteOf(part))
        return .poison
      }
      guard textStack.count - start <= Limits.text else { return textTooLong(op.site) }
    }
    var result = tree.string(utf8: textStack[start...])
    if !parts.isEmpty { result = deferredText(parts + (textStack.count > start ? [result] : []), at: op.site) }
    result.isSecret = isSecret
    return result
  }

  /// The fields of both records; those of the second win.
  mutating func merge(_ left: TreeValue, _ right: TreeValue) -> TreeValue { tree.merge(left, right) }
}
