public import KCData

extension YAML {
  /// A value as block-style YAML, with keys in the value's order; ends in a newline.
  public static func text(_ value: Value) -> String {
    var writer = YAMLWriter()
    writer.document(value)
    return String(decoding: writer.out.bytes, as: UTF8.self)
  }
}

/// Writes block-style YAML into one buffer.
struct YAMLWriter {
  var out = TextBuffer()

  mutating func document(_ value: Value) {
    switch value {
    case .object(let fields) where !fields.isEmpty: map(fields, indent: 0, isFirstInline: false)
    case .array(let elements) where !elements.isEmpty: list(elements, indent: 0)
    default:
      scalar(value, indent: 2)
      newline()
    }
  }

  private mutating func map(_ fields: Fields, indent: Int, isFirstInline: Bool) {
    var isInline = isFirstInline
    for (key, value) in fields {
      if !isInline { spaces(indent) }
      isInline = false
      self.key(key, indent: indent)
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

  /// Readers look for a key's colon within 1,024 characters; keys of more bytes than this say that they are keys.
  static let longKey = 160

  /// A key and its colon.
  private mutating func key(_ key: String, indent: Int) {
    let isLong = key.utf8.count > Self.longKey
    if isLong { out.append("? ") }
    string(key, indent: indent, allowBlock: false)
    if isLong {
      newline()
      spaces(indent)
    }
    out.append(UInt8(ascii: ":"))
  }

  private mutating func list(_ elements: [Value], indent: Int) {
    for element in elements {
      spaces(indent)
      out.append("- ")
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

  mutating func scalar(_ value: Value, indent: Int) {
    switch value {
    case .string(let text): string(text, indent: indent, allowBlock: true)
    case .object: out.append("{}")
    case .array: out.append("[]")
    default: out.append { JSON.append(value, to: &$0) }
    }
  }

  /// Plain where that reads back as the same text, a literal block for several lines, quoted otherwise: in double
  /// quotes what would be read as another type, in single quotes what has characters that mean something.
  mutating func string(_ text: String, indent: Int, allowBlock: Bool) {
    var text = text
    text.withUTF8 { string($0, indent: indent, allowBlock: allowBlock) }
  }

  mutating func string(_ text: UnsafeBufferPointer<UInt8>, indent: Int, allowBlock: Bool) {
    if isWord(text) { return out.append(text) }
    if allowBlock, isBlock(text) { return block(text, indent: indent) }
    switch form(text) {
    case .plain: out.append(text)
    case .single:
      out.append(UInt8(ascii: "'"))
      for byte in text {
        if byte == UInt8(ascii: "'") { out.append(byte) }
        out.append(byte)
      }
      out.append(UInt8(ascii: "'"))
    case .double where text.allSatisfy({ 0x20..<0x7f ~= $0 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }):
      // As most are: numbers, and words for something else.
      out.append(UInt8(ascii: "\""))
      out.append(text)
      out.append(UInt8(ascii: "\""))
    case .double: quoted(String(decoding: text, as: UTF8.self))
    }
  }

  private mutating func quoted(_ text: String) {
    var part = String.UnicodeScalarView()
    out.append(UInt8(ascii: "\""))
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": part.append(contentsOf: "\\\"".unicodeScalars)
      case "\\": part.append(contentsOf: "\\\\".unicodeScalars)
      case "\n": part.append(contentsOf: "\\n".unicodeScalars)
      case "\r": part.append(contentsOf: "\\r".unicodeScalars)
      case "\t": part.append(contentsOf: "\\t".unicodeScalars)
      default:
        if Self.isSpecial(scalar) {
          let digits = String(scalar.value, radix: 16)
          part.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).unicodeScalars)
        } else {
          part.append(scalar)
        }
      }
    }
    out.append(contentsOf: String(part).utf8)
    out.append(UInt8(ascii: "\""))
  }

  /// Characters that YAML does not take as they are.
  private static func isSpecial(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029, 0xfeff, 0xfffe, 0xffff: true
    default: false
    }
  }

  /// Whether a text has several lines, and nothing that a literal block cannot say.
  private func isBlock(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = bytes.first, first != 0x20, first != 0x0a, bytes.contains(0x0a) else { return false }
    var previous: UInt8 = 0
    for byte in bytes {
      if byte < 0x20 && byte != 0x0a || byte == 0x7f { return false }
      if byte == 0x0a, previous == 0x20 { return false }
      previous = byte
    }
    return previous != 0x20 && !Self.hidesSpecial(bytes)
  }

  private mutating func block(_ text: UnsafeBufferPointer<UInt8>, indent: Int) {
    out.append(UInt8(ascii: "|"))
    var lines = text.split(separator: 0x0a, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true {
      lines.removeLast()
      if lines.last?.isEmpty == true { out.append(UInt8(ascii: "+")) }
    } else {
      out.append(UInt8(ascii: "-"))
    }
    for line in lines {
      newline()
      if !line.isEmpty { spaces(indent) }
      out.append(contentsOf: line)
    }
  }

  /// Whether a text is plain beyond doubt, as most are: it begins with a letter or a slash, is no word for something else,
  /// and has no space and nothing that means something.
  private func isWord(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = text.first, text[text.count - 1] != UInt8(ascii: ":") else { return false }
    switch first {
    case UInt8(ascii: "y"), UInt8(ascii: "Y"), UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "t"),
      UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"), UInt8(ascii: "o"), UInt8(ascii: "O"):
      guard text.count > 5 else { return false }
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "/"): break
    default: return false
    }
    // Without a way out of the loop, it takes many bytes at a time.
    var hasOther = false
    for byte in text { hasOther = hasOther || byte &- 0x24 > 0x7e - 0x24 }
    return !hasOther
  }

  private enum Form { case plain, single, double }

  private func form(_ bytes: UnsafeBufferPointer<UInt8>) -> Form {
    let looks = Self.look(bytes)
    guard looks == .plain else { return looks }
    // Most texts cannot be anything else by their first byte.
    guard YAMLScalar.mayBeTyped(bytes) else { return .plain }
    let text = String(decoding: bytes, as: UTF8.self)
    return YAMLScalar.isTyped(text) || looksLikeNumbers(bytes) ? .double : .plain
  }

  /// How a text can be written as far as its characters go.
  private static func look(_ bytes: UnsafeBufferPointer<UInt8>) -> Form {
    guard let first = bytes.first, let last = bytes.last else { return .double }
    // Once: what is static is asked for whether it was made yet.
    let classes = classes
    var isPlain = first != 0x20 && last != 0x20 && last != UInt8(ascii: ":") && !classes[Int(first)].isIndicator
    var previous: UInt8 = 0
    for byte in bytes {
      let kind = classes[Int(byte)]
      if kind.isControl { return .double }
      if kind.isSpecial {
        if byte == 0x20, previous == UInt8(ascii: ":") { isPlain = false }
        if byte == UInt8(ascii: "#"), previous == 0x20 { isPlain = false }
        // The marks of lines and the byte order mark, which begin with these bytes, and C1 controls.
        if byte == 0xc2 || byte == 0xe2 || byte == 0xef { if hidesSpecial(bytes) { return .double } }
      }
      previous = byte
    }
    if first == UInt8(ascii: "-") || first == UInt8(ascii: "?") {
      // A sign before a word is plain, one before a space or alone is not.
      isPlain = isPlain && bytes.count > 1 && bytes[1] != 0x20 && !bytes.starts(with: "---".utf8)
    }
    if bytes.starts(with: "...".utf8) { isPlain = false }
    return isPlain ? .plain : .single
  }

  private static func hidesSpecial(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    String(decoding: bytes, as: UTF8.self).unicodeScalars.contains { $0 != "\n" && isSpecial($0) }
  }

  private struct ByteClass {
    var isIndicator = false
    var isControl = false
    var isSpecial = false
  }

  private static let classes: [ByteClass] = {
    var classes = [ByteClass](repeating: ByteClass(), count: 256)
    for byte in ":,[]{}#&*!|>'\"%@`=<".utf8 { classes[Int(byte)].isIndicator = true }
    for byte in 0..<0x20 { classes[byte].isControl = true }
    classes[0x7f].isControl = true
    for byte in [0x20, 0x23, 0xc2, 0xe2, 0xef] { classes[byte].isSpecial = true }
    return classes
  }()

  /// Dates and `1:30`, which some readers of YAML 1.1 take for times.
  private func looksLikeNumbers(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = bytes.first, (48...57).contains(first) || first == 0x2b || first == 0x2d else { return false }
    if bytes.count > 4, bytes[4] == UInt8(ascii: "-"), bytes[..<4].allSatisfy({ (48...57).contains($0) }) {
      return true
    }
    return bytes.contains(UInt8(ascii: ":")) && bytes.allSatisfy { (48...58).contains($0) || "+-._".utf8.contains($0) }
  }

  mutating func spaces(_ count: Int) { out.append(0x20, times: count) }
  mutating func newline() { out.append(0x0a) }
}
