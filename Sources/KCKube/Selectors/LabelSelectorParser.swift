internal import KCData

/// Reads the text form of label selectors.
struct LabelSelectorParser {
  private enum Token: Equatable {
    case word(String)
    /// `in`, `notin`: operators only where one is expected.
    case keyword(String)
    case symbol(String)
    case end

    var text: String {
      switch self {
      case .word(let text), .keyword(let text), .symbol(let text): text
      case .end: ""
      }
    }

    /// The text of a word or keyword where a key or value is expected.
    var name: String? {
      switch self {
      case .word(let text), .keyword(let text): text
      default: nil
      }
    }
  }

  private let tokens: [Token]
  private var position = 0

  init(_ text: String) { tokens = Self.tokens(Array(text.utf8)) }

  private static func isSymbol(_ byte: UInt8) -> Bool { "=!(),><".utf8.contains(byte) }
  private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0a, 0x0d].contains(byte) }

  private static func tokens(_ bytes: [UInt8]) -> [Token] {
    var out: [Token] = []
    var position = 0
    while position < bytes.count {
      let byte = bytes[position]
      if isSpace(byte) {
        position += 1
      } else if isSymbol(byte) {
        let isLong = position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "=") && "=!".utf8.contains(byte)
        let length = isLong ? 2 : 1
        out.append(.symbol(String(decoding: bytes[position..<position + length], as: UTF8.self)))
        position += length
      } else {
        let start = position
        while position < bytes.count, !isSymbol(bytes[position]), !isSpace(bytes[position]) { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        out.append(text == "in" || text == "notin" ? .keyword(text) : .word(text))
      }
    }
    return out
  }

  private var next: Token { position < tokens.count ? tokens[position] : .end }

  private mutating func take() -> Token {
    defer { position += 1 }
    return next
  }

  private func failure(_ why: String) -> APIStatus { LabelSelector.refuse(why) }

  private func inRequirement(_ why: String) -> APIStatus { failure("unable to parse requirement: \(why)") }

  private static let comma = Token.symbol(",")

  mutating func requirements() throws(APIStatus) -> [LabelSelector.Requirement] {
    var out: [LabelSelector.Requirement] = []
    while next != .end {
      guard next.name != nil || next == .symbol("!") else {
        throw failure("found '\(next.text)', expected: !, identifier, or 'end of string'")
      }
      out.append(try requirement())
      if next == .end { break }
      let separator = take()
      guard separator == Self.comma else {
        throw failure("found '\(separator.text)', expected: ',' or 'end of string'")
      }
      guard next.name != nil || next == .symbol("!") else {
        throw failure("found '\(next.text)', expected: identifier after ','")
      }
    }
    return out
  }

  private mutating func requirement() throws(APIStatus) -> LabelSelector.Requirement {
    let isNegated = next == .symbol("!")
    if isNegated { position += 1 }
    let token = take()
    guard let key = token.name else { throw inRequirement("found '\(token.text)', expected: identifier") }
    if let problem = LabelSyntax.problem(key: key) {
      throw inRequirement("<nil>: Invalid value: \(CanonicalJSON.quoted(.string(key))): \(problem)")
    }
    if isNegated || next == .end || next == Self.comma {
      // What follows a negated key is looked at by the caller.
      return .init(key: key, operation: isNegated ? .doesNotExist : .exists)
    }
    return try comparison(key)
  }

  private mutating func comparison(_ key: String) throws(APIStatus) -> LabelSelector.Requirement {
    let operation = take()
    var requirement = LabelSelector.Requirement(key: key, operation: .in)
    switch operation {
    case .keyword("in"): requirement.values = try list()
    case .keyword("notin"):
      requirement.operation = .notIn
      requirement.values = try list()
    case .symbol("="), .symbol("=="): requirement.values = [try value()]
    case .symbol("!="):
      requirement.operation = .notIn
      requirement.values = [try value()]
    case .symbol(">"), .symbol("<"):
      requirement.operation = operation == .symbol(">") ? .greaterThan : .lessThan
      requirement.values = [try value()]
      try checkInteger(requirement.values[0])
    default: throw inRequirement("found '\(operation.text)', expected: in, notin, =, ==, !=, gt, lt")
    }
    for (index, value) in requirement.values.enumerated() {
      guard let problem = LabelSyntax.problem(value: value) else { continue }
      throw inRequirement(
        "values[\(index)][\(key)]: Invalid value: \(CanonicalJSON.quoted(.string(value))): \(problem)")
    }
    return requirement
  }

  private func checkInteger(_ text: String) throws(APIStatus) {
    guard Int64(text) == nil else { return }
    throw inRequirement(
      "values[0]: Invalid value: \(CanonicalJSON.quoted(.string(text))): "
        + "for 'Gt', 'Lt' operators, the value must be an integer")
  }

  /// The one value of a comparison; none is the empty text.
  private mutating func value() throws(APIStatus) -> String {
    if next == .end || next == Self.comma { return "" }
    let token = take()
    guard let text = token.name else { throw inRequirement("found '\(token.text)', expected: identifier") }
    return text
  }

  /// `(a,b)`; nothing before or after a comma is the empty text.
  private mutating func list() throws(APIStatus) -> [String] {
    let open = take()
    guard open == .symbol("(") else { throw inRequirement("found '\(open.text)' expected: '('") }
    var values: Set<String> = []
    var isExpectingValue = true
    while true {
      let token = take()
      if let text = token.name {
        guard isExpectingValue else { throw inRequirement("found '\(text)', expected: ',' or ')'") }
        values.insert(text)
        isExpectingValue = false
      } else if token == Self.comma {
        if isExpectingValue { values.insert("") }
        isExpectingValue = true
      } else if token == .symbol(")") {
        if isExpectingValue { values.insert("") }
        return values.sorted()
      } else {
        throw inRequirement("found '\(token.text)', expected: ',', ')' or identifier")
      }
    }
  }
}
