internal import KCData

/// The operators and functions of rules.
enum RuleFunctions {
  static let functions: Set<String> = ["size", "string", "int", "double", "uint", "bool", "type", "dyn"]
  static let methods: Set<String> = [
    "size", "startsWith", "endsWith", "contains", "matches", "lowerAscii", "upperAscii", "trim", "replace", "split",
    "join", "substring", "indexOf", "lastIndexOf", "charAt", "min", "max", "sum", "isSorted",
  ]

  static func negative(_ value: Value) throws(RuleFailure) -> Value {
    switch value {
    case .int(let number) where number != .min: return .int(-number)
    case .number(let number): return .number(-number)
    default: throw RuleFailure(why: "a number was expected")
    }
  }

  static func binary(_ symbol: String, _ left: Value, _ right: Value) throws(RuleFailure) -> Value {
    switch symbol {
    case "==": return .bool(Typed.isSame(left, right))
    case "!=": return .bool(!Typed.isSame(left, right))
    case "in":
      switch right {
      case .array(let elements): return .bool(elements.contains { Typed.isSame($0, left) })
      case .object(let fields): return .bool(left.string.map { fields[$0] != nil } ?? false)
      default: throw RuleFailure(why: "in is for lists and maps")
      }
    case "<": return .bool(try isLess(left, right))
    case ">": return .bool(try isLess(right, left))
    case "<=": return .bool(!(try isLess(right, left)))
    case ">=": return .bool(!(try isLess(left, right)))
    case "+": return try sum(left, right)
    default: return try arithmetic(symbol, left, right)
    }
  }

  static func isLess(_ left: Value, _ right: Value) throws(RuleFailure) -> Bool {
    switch (left, right) {
    case (.int(let a), .int(let b)): return a < b
    case (.string(let a), .string(let b)): return Array(a.utf8).lexicographicallyPrecedes(Array(b.utf8))
    case (.bool(let a), .bool(let b)): return !a && b
    default:
      guard let a = left.double, let b = right.double else { throw RuleFailure(why: "the two cannot be compared") }
      return a < b
    }
  }

  private static func sum(_ left: Value, _ right: Value) throws(RuleFailure) -> Value {
    switch (left, right) {
    case (.string(let a), .string(let b)):
      guard a.utf8.count + b.utf8.count < 1 << 20 else { throw RuleFailure(why: "the text gets too long") }
      return .string(a + b)
    case (.array(let a), .array(let b)):
      guard a.count + b.count < 1 << 16 else { throw RuleFailure(why: "the list gets too long") }
      return .array(a + b)
    default: return try arithmetic("+", left, right)
    }
  }

  private static func arithmetic(_ symbol: String, _ left: Value, _ right: Value) throws(RuleFailure) -> Value {
    if case .int(let a) = left, case .int(let b) = right {
      if b == 0, symbol == "/" || symbol == "%" { throw RuleFailure(why: "divide by zero") }
      let result =
        switch symbol {
        case "+": a.addingReportingOverflow(b)
        case "-": a.subtractingReportingOverflow(b)
        case "*": a.multipliedReportingOverflow(by: b)
        case "/": a.dividedReportingOverflow(by: b)
        default: a.remainderReportingOverflow(dividingBy: b)
        }
      guard !result.overflow else { throw RuleFailure(why: "integer overflow") }
      return .int(result.partialValue)
    }
    guard let a = left.double, let b = right.double, symbol != "%" else {
      throw RuleFailure(why: "numbers were expected")
    }
    switch symbol {
    case "+": return .number(a + b)
    case "-": return .number(a - b)
    case "*": return .number(a * b)
    default: return .number(a / b)
    }
  }

  static func call(_ name: String, _ values: [Value]) throws(RuleFailure) -> Value {
    guard let first = values.first else { throw RuleFailure(why: "\(name) takes a value") }
    switch (name, first) {
    case ("dyn", _): return first
    case ("size", .string(let text)): return .int(Int64(text.unicodeScalars.count))
    case ("size", .array(let elements)): return .int(Int64(elements.count))
    case ("size", .object(let fields)): return .int(Int64(fields.count))
    case ("string", _): return .string(CustomText.shown(first))
    case ("int", _), ("uint", _):
      if let number = first.int ?? first.string.flatMap({ Int64($0) }) { return .int(number) }
      if let number = first.double.flatMap({ Int64(exactly: $0.rounded(.towardZero)) }) { return .int(number) }
    case ("double", _): if let number = first.double ?? first.string.flatMap({ Double($0) }) { return .number(number) }
    case ("bool", .string("true")), ("bool", true): return true
    case ("bool", .string("false")), ("bool", false): return false
    case (_, .string(let text)): return try RuleTexts.call(name, text, Array(values.dropFirst()))
    case (_, .array(let elements)): return try list(name, elements, Array(values.dropFirst()))
    default: break
    }
    throw RuleFailure(why: "\(name) does not take this")
  }

  private static func list(_ name: String, _ list: [Value], _ arguments: [Value]) throws(RuleFailure) -> Value {
    switch (name, arguments.first) {
    case ("contains", let wanted?): return .bool(list.contains { Typed.isSame($0, wanted) })
    case ("indexOf", let wanted?): return .int(Int64(list.firstIndex { Typed.isSame($0, wanted) } ?? -1))
    case ("lastIndexOf", let wanted?): return .int(Int64(list.lastIndex { Typed.isSame($0, wanted) } ?? -1))
    case ("join", let separator): return .string(list.map(CustomText.shown).joined(separator: separator?.string ?? ""))
    case ("sum", nil):
      var total: Value = 0
      for element in list { total = try binary("+", total, element) }
      return total
    case ("isSorted", nil):
      for (left, right) in zip(list, list.dropFirst()) where try isLess(right, left) { return false }
      return true
    case ("min", nil), ("max", nil):
      guard var best = list.first else { throw RuleFailure(why: "\(name) of an empty list") }
      for element in list.dropFirst() where try name == "min" ? isLess(element, best) : isLess(best, element) {
        best = element
      }
      return best
    default: throw RuleFailure(why: "\(name) does not take this")
    }
  }
}

/// The functions on texts.
enum RuleTexts {
  static func call(_ name: String, _ text: String, _ arguments: [Value]) throws(RuleFailure) -> Value {
    let scalars = Array(text.unicodeScalars)
    // Looking for a part takes time as both are long.
    if let part = arguments.first?.string,
      text.utf8.count.multipliedReportingOverflow(by: part.utf8.count).partialValue > 1 << 22
    {
      throw RuleFailure(why: "the texts are too long for \(name)")
    }
    switch (name, arguments.first?.string, arguments.first?.int) {
    case ("startsWith", let part?, _): return .bool(text.utf8.starts(with: part.utf8))
    case ("endsWith", let part?, _): return .bool(text.utf8.reversed().starts(with: part.utf8.reversed()))
    case ("contains", let part?, _): return .bool(part.isEmpty || text.contains(part))
    case ("lowerAscii", nil, _): return .string(ascii(text, 65...90, adding: 32))
    case ("upperAscii", nil, _): return .string(ascii(text, 97...122, adding: -32))
    case ("trim", nil, _): return .string(trimmed(scalars))
    case ("split", let separator?, _):
      if separator.isEmpty { return .array(scalars.map { .string(String(Character($0))) }) }
      return .array(text.split(separator: separator, omittingEmptySubsequences: false).map { .string(String($0)) })
    case ("replace", let part?, _):
      guard arguments.count == 2, let other = arguments[1].string, text.utf8.count < 1 << 16, other.utf8.count < 1 << 8
      else { break }
      return .string(text.replacing(part, with: other))
    case ("indexOf", let part?, _): return .int(position(part, in: scalars))
    case ("lastIndexOf", let part?, _):
      let back = position(String(part.unicodeScalars.reversed().map(Character.init)), in: scalars.reversed())
      return .int(back < 0 ? -1 : Int64(scalars.count - part.unicodeScalars.count) - back)
    case ("charAt", _, let at?):
      guard (0...scalars.count).contains(Int(clamping: at)) else { break }
      return .string(at == scalars.count ? "" : String(Character(scalars[Int(at)])))
    case ("substring", _, let start?):
      let end = arguments.count > 1 ? arguments[1].int ?? -1 : Int64(scalars.count)
      guard start >= 0, start <= end, end <= scalars.count else { throw RuleFailure(why: "index out of range") }
      var out = String.UnicodeScalarView()
      out.append(contentsOf: scalars[Int(start)..<Int(end)])
      return .string(String(out))
    default: break
    }
    throw RuleFailure(why: "\(name) does not take this")
  }

  private static func ascii(_ text: String, _ range: ClosedRange<UInt8>, adding: Int8) -> String {
    String(
      decoding: text.utf8.map { range.contains($0) ? UInt8(bitPattern: Int8(bitPattern: $0) &+ adding) : $0 },
      as: UTF8.self)
  }

  private static func trimmed(_ scalars: [Unicode.Scalar]) -> String {
    let isSpace = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
    var out = String.UnicodeScalarView()
    if let first = scalars.firstIndex(where: { !isSpace($0) }), let last = scalars.lastIndex(where: { !isSpace($0) }) {
      out.append(contentsOf: scalars[first...last])
    }
    return String(out)
  }

  private static func position(_ part: String, in scalars: [Unicode.Scalar]) -> Int64 {
    let wanted = Array(part.unicodeScalars)
    guard scalars.count >= wanted.count else { return -1 }
    for start in 0...(scalars.count - wanted.count) where scalars[start...].starts(with: wanted) { return Int64(start) }
    return -1
  }
}
