/// Whether bytes are JSON, without reading what they say.
enum JSONSyntax {
  /// Whether the bytes are one JSON object (or null), with nothing after it.
  static func isObject(_ bytes: [UInt8]) -> Bool {
    var scanner = Scanner(bytes: bytes)
    scanner.skipSpace()
    guard scanner.peek == UInt8(ascii: "{") || scanner.peek == UInt8(ascii: "n") else { return false }
    guard scanner.value(depth: 0) else { return false }
    scanner.skipSpace()
    return scanner.position == bytes.count
  }

  private struct Scanner {
    let bytes: [UInt8]
    var position = 0

    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipSpace() {
      while let byte = peek, byte == 32 || byte == 9 || byte == 10 || byte == 13 { position += 1 }
    }

    mutating func take(_ byte: UInt8) -> Bool {
      guard peek == byte else { return false }
      position += 1
      return true
    }

    mutating func value(depth: Int) -> Bool {
      guard depth < 1000 else { return false }
      skipSpace()
      switch peek {
      case UInt8(ascii: "{")?: return list(close: UInt8(ascii: "}"), isObject: true, depth: depth)
      case UInt8(ascii: "[")?: return list(close: UInt8(ascii: "]"), isObject: false, depth: depth)
      case UInt8(ascii: "\"")?: return string()
      case UInt8(ascii: "t")?: return word("true")
      case UInt8(ascii: "f")?: return word("false")
      case UInt8(ascii: "n")?: return word("null")
      default: return number()
      }
    }

    mutating func list(close: UInt8, isObject: Bool, depth: Int) -> Bool {
      position += 1
      skipSpace()
      if take(close) { return true }
      while true {
        if isObject {
          skipSpace()
          guard string() else { return false }
          skipSpace()
          guard take(UInt8(ascii: ":")) else { return false }
        }
        guard value(depth: depth + 1) else { return false }
        skipSpace()
        if take(close) { return true }
        guard take(UInt8(ascii: ",")) else { return false }
      }
    }

    mutating func string() -> Bool {
      guard take(UInt8(ascii: "\"")) else { return false }
      while let byte = peek {
        position += 1
        if byte == UInt8(ascii: "\"") { return true }
        if byte < 32 { return false }
        if byte == UInt8(ascii: "\\") { position += 1 }
      }
      return false
    }

    mutating func word(_ text: String) -> Bool {
      for byte in text.utf8 where !take(byte) { return false }
      return true
    }

    mutating func number() -> Bool {
      let start = position
      while let byte = peek, (48...57).contains(byte) || "+-.eE".utf8.contains(byte) { position += 1 }
      return position > start && bytes[position - 1] >= 48 && bytes[position - 1] <= 57
    }
  }
}
