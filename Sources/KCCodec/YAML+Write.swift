public import KCData

extension YAML {
  /// A value as block-style YAML, with keys in the value's order; ends in a newline.
  public static func text(_ value: Value) -> String {
    var writer = YAMLWriter()
    writer.document(value)
    return String(decoding: writer.out, as: UTF8.self)
  }
}

/// Writes block-style YAML into one buffer.
struct YAMLWriter {
  var out: [UInt8] = []

  mutating func document(_ value: Value) {
    switch value {
    case .object(let fields) where !fields.isEmpty: map(fields, indent: 0, isFirstInline: false)
    case .array(let elements) where !elements.isEmpty: list(elements, indent: 0)
    default:
      scalar(value, indent: 0)
      newline()
    }
  }

  private mutating func map(_ fields: Fields, indent: Int, isFirstInline: Bool) {
    var isInline = isFirstInline
    for (key, value) in fields {
      if !isInline { spaces(indent) }
      isInline = false
      string(key, indent: indent, allowBlock: false)
      out.append(UInt8(ascii: ":"))
      switch value {
      case .object(let inner) where !inner.isEmpty:
        newline()
        map(inner, indent: indent + 2, isFirstInline: false)
      case .array(let inner) where !inner.isEmpty:
        newline()
        list(inner, indent: indent)
      default:
        out.append(UInt8(ascii: " "))
        scalar(value, indent: indent + 2)
        newline()
      }
    }
  }

  private mutating func list(_ elements: [Value], indent: Int) {
    for element in elements {
      spaces(indent)
      out += "- ".utf8
      switch element {
      case .object(let inner) where !inner.isEmpty: map(inner, indent: indent + 2, isFirstInline: true)
      case .array(let inner) where !inner.isEmpty:
        out.removeLast()
        newline()
        list(inner, indent: indent + 2)
      default:
        scalar(element, indent: indent + 2)
        newline()
      }
    }
  }

  private mutating func scalar(_ value: Value, indent: Int) {
    switch value {
    case .string(let text): string(text, indent: indent, allowBlock: true)
    case .object: out += "{}".utf8
    case .array: out += "[]".utf8
    default: JSON.append(value, to: &out)
    }
  }

  /// Plain where that reads back as the same text, a literal block for several lines, quoted otherwise.
  private mutating func string(_ text: String, indent: Int, allowBlock: Bool) {
    if allowBlock, isBlock(text) {
      block(text, indent: indent)
    } else if isPlain(text) {
      out += text.utf8
    } else if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) {
      out.append(UInt8(ascii: "'"))
      for byte in text.utf8 {
        if byte == UInt8(ascii: "'") { out.append(byte) }
        out.append(byte)
      }
      out.append(UInt8(ascii: "'"))
    } else {
      JSON.append(.string(text), to: &out)
    }
  }

  private func isBlock(_ text: String) -> Bool {
    guard text.utf8.contains(UInt8(ascii: "\n")), let first = text.utf8.first, first != 0x20, first != 0x0a
    else { return false }
    return text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x0a }
      && !text.split(separator: "\n", omittingEmptySubsequences: false).contains { $0.hasSuffix(" ") }
  }

  private mutating func block(_ text: String, indent: Int) {
    out.append(UInt8(ascii: "|"))
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true {
      lines.removeLast()
      if lines.last?.isEmpty == true { out.append(UInt8(ascii: "+")) }
    } else {
      out.append(UInt8(ascii: "-"))
    }
    for line in lines {
      newline()
      if !line.isEmpty { spaces(indent) }
      out += line.utf8
    }
  }

  private func isPlain(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    guard first != 0x20, last != 0x20, last != UInt8(ascii: ":"), !Self.indicators.contains(first) else { return false }
    var previous: UInt8 = 0
    for byte in text.utf8 {
      if byte < 0x20 || byte == 0x7f { return false }
      if byte == 0x20, previous == UInt8(ascii: ":") { return false }
      if byte == UInt8(ascii: "#"), previous == 0x20 { return false }
      previous = byte
    }
    if first == UInt8(ascii: "-") || first == UInt8(ascii: "=") || first == UInt8(ascii: "<") { return false }
    guard case .string = YAMLScalar.resolve(text) else { return false }
    return !looksLikeDate(text)
  }

  /// YAML 1.1 readers take `2026-11-25` for a date.
  private func looksLikeDate(_ text: String) -> Bool {
    let bytes = Array(text.utf8.prefix(5))
    return bytes.count == 5 && bytes[4] == UInt8(ascii: "-") && bytes[..<4].allSatisfy { (48...57).contains($0) }
  }

  private static let indicators = Set("?:,[]{}#&*!|>'\"%@`\u{FEFF}".utf8)

  private mutating func spaces(_ count: Int) { out.append(contentsOf: repeatElement(0x20, count: count)) }
  private mutating func newline() { out.append(0x0a) }
}
