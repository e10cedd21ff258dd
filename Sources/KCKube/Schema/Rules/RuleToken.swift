internal import KCData

/// A word of a rule.
enum RuleToken: Equatable {
  case literal(Value)
  case name(String)
  case symbol(String)

  var text: String {
    switch self {
    case .literal(let value): CanonicalJSON.text(value)
    case .name(let text), .symbol(let text): text
    }
  }

  static func all(in text: String) throws(RuleExpression.Unreadable) -> [RuleToken] {
    var scanner = Scanner(bytes: Array(text.utf8))
    return try scanner.all()
  }

  private struct Scanner {
    let bytes: [UInt8]
    var position = 0

    private func byte(_ ahead: Int = 0) -> UInt8 { position + ahead < bytes.count ? bytes[position + ahead] : 0 }
    private static func isLetter(_ byte: UInt8) -> Bool {
      (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "_")
    }
    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    mutating func all() throws(RuleExpression.Unreadable) -> [RuleToken] {
      var out: [RuleToken] = []
      while position < bytes.count {
        let first = byte()
        if first <= 0x20 {
          position += 1
        } else if first == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "/") {
          while position < bytes.count, byte() != 0x0a { position += 1 }
        } else if first == UInt8(ascii: "'") || first == UInt8(ascii: "\"") {
          out.append(.literal(.string(try string(isRaw: false))))
        } else if first | 32 == UInt8(ascii: "r"), byte(1) == UInt8(ascii: "'") || byte(1) == UInt8(ascii: "\"") {
          position += 1
          out.append(.literal(.string(try string(isRaw: true))))
        } else if Self.isLetter(first) {
          out.append(word())
        } else if Self.isDigit(first) {
          out.append(.literal(try number()))
        } else {
          out.append(try symbol())
        }
      }
      return out
    }

    private mutating func word() -> RuleToken {
      let start = position
      while Self.isLetter(byte()) || Self.isDigit(byte()) { position += 1 }
      let text = String(decoding: bytes[start..<position], as: UTF8.self)
      switch text {
      case "true": return .literal(true)
      case "false": return .literal(false)
      case "null": return .literal(.null)
      default: return .name(text)
      }
    }

    private mutating func number() throws(RuleExpression.Unreadable) -> Value {
      let start = position
      while Self.isDigit(byte()) || Self.isLetter(byte())
        || (byte() == UInt8(ascii: ".") && Self.isDigit(byte(1)))
        || ("+-".utf8.contains(byte()) && position > start && bytes[position - 1] | 32 == UInt8(ascii: "e"))
      {
        position += 1
      }
      var text = String(decoding: bytes[start..<position], as: UTF8.self)
      if text.hasSuffix("u") { text.removeLast() }
      if text.hasPrefix("0x"), let number = Int64(text.dropFirst(2), radix: 16) { return .int(number) }
      if let number = Int64(text) { return .int(number) }
      if let number = Double(text), number.isFinite { return .number(number) }
      throw RuleExpression.Unreadable(why: "\(text) is no number")
    }

    private mutating func string(isRaw: Bool) throws(RuleExpression.Unreadable) -> String {
      let quote = byte()
      let isTriple = byte(1) == quote && byte(2) == quote
      position += isTriple ? 3 : 1
      var out: [UInt8] = []
      while position < bytes.count {
        if byte() == quote, !isTriple || (byte(1) == quote && byte(2) == quote) {
          position += isTriple ? 3 : 1
          return String(decoding: out, as: UTF8.self)
        }
        if byte() == UInt8(ascii: "\\"), !isRaw {
          position += 1
          try escape(&out)
        } else {
          out.append(byte())
          position += 1
        }
      }
      throw RuleExpression.Unreadable(why: "a text is not closed")
    }

    private mutating func escape(_ out: inout [UInt8]) throws(RuleExpression.Unreadable) {
      let mark = byte()
      position += 1
      switch mark {
      case UInt8(ascii: "n"): out.append(0x0a)
      case UInt8(ascii: "t"): out.append(0x09)
      case UInt8(ascii: "r"): out.append(0x0d)
      case UInt8(ascii: "u"), UInt8(ascii: "x"):
        let count = mark == UInt8(ascii: "u") ? 4 : 2
        let digits = String(decoding: bytes[position..<min(bytes.count, position + count)], as: UTF8.self)
        position += count
        guard let code = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(code) else {
          throw RuleExpression.Unreadable(why: "\\\(digits) is no character")
        }
        out += String(Character(scalar)).utf8
      default: out.append(mark)
      }
    }

    private mutating func symbol() throws(RuleExpression.Unreadable) -> RuleToken {
      let pair = String(decoding: bytes[position..<min(bytes.count, position + 2)], as: UTF8.self)
      if ["&&", "||", "==", "!=", "<=", ">="].contains(pair) {
        position += 2
        return .symbol(pair)
      }
      guard "()[]{}.,?:+-*/%!<>".utf8.contains(byte()) else {
        throw RuleExpression.Unreadable(why: "\(pair) was not expected")
      }
      position += 1
      return .symbol(String(pair.prefix(1)))
    }
  }
}

/// Names of fields that are no names in rules are written with escapes: `x__dash__y`.
enum RuleNames {
  private static let escapes = [
    ("__dot__", "."), ("__dash__", "-"), ("__slash__", "/"), ("__underscores__", "__"),
  ]
  private static let reserved: Set<String> = [
    "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let",
    "loop", "package", "namespace", "return", "var", "void", "while",
  ]

  static func unescaped(_ name: String) -> String {
    guard name.contains("__") else { return name }
    if name.hasPrefix("__"), name.hasSuffix("__"), reserved.contains(String(name.dropFirst(2).dropLast(2))) {
      return String(name.dropFirst(2).dropLast(2))
    }
    return escapes.reduce(name) { $0.replacing($1.0, with: $1.1) }
  }
}
