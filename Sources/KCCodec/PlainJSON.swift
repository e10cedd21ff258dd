internal import KCData

/// Reads the JSON that programs write to one another, in one pass.
///
/// It takes only what is certainly right. Of all else, be it wrong or only rare, it says nothing: then jansson reads the
/// text, and tells what is wrong with it.
struct PlainJSON {
  private let bytes: [UInt8]
  private var position = 0

  /// What is nested deeper is rare.
  private static let depthLimit = 200
  /// So many digits are certainly an `Int64`.
  private static let digitLimit = 18

  /// - Returns: nil where the text is not plain.
  static func value(_ bytes: [UInt8]) -> Value? {
    var reader = PlainJSON(bytes: bytes)
    guard let value = reader.value(depth: 0), reader.next == nil else { return nil }
    return value
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// The next byte that is no space; it is not taken.
  private var next: UInt8? {
    mutating get {
      while position < bytes.count {
        let byte = bytes[position]
        guard byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { return byte }
        position += 1
      }
      return nil
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) -> Value? {
    guard depth < Self.depthLimit, let first = next else { return nil }
    switch first {
    case UInt8(ascii: "\""): return text().map { .string($0) }
    case UInt8(ascii: "{"): return object(depth)
    case UInt8(ascii: "["): return array(depth)
    case UInt8(ascii: "-"), 0x30...0x39: return number()
    case UInt8(ascii: "t"): return word("true", .bool(true))
    case UInt8(ascii: "f"): return word("false", .bool(false))
    case UInt8(ascii: "n"): return word("null", .null)
    default: return nil
    }
  }

  private mutating func word(_ word: StaticString, _ value: Value) -> Value? {
    let end = position + word.utf8CodeUnitCount
    guard end <= bytes.count else { return nil }
    for index in 0..<word.utf8CodeUnitCount where bytes[position + index] != word.utf8Start[index] { return nil }
    position = end
    return value
  }

  private mutating func object(_ depth: Int) -> Value? {
    position += 1
    var fields = Fields()
    if take(UInt8(ascii: "}")) { return .object(fields) }
    while true {
      guard next == UInt8(ascii: "\""), let key = text(), take(UInt8(ascii: ":")), let value = value(depth: depth + 1),
        fields.insert(key, value)
      else { return nil }
      if take(UInt8(ascii: ",")) { continue }
      return take(UInt8(ascii: "}")) ? .object(fields) : nil
    }
  }

  private mutating func array(_ depth: Int) -> Value? {
    position += 1
    var elements: [Value] = []
    if take(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      guard let element = value(depth: depth + 1) else { return nil }
      elements.append(element)
      if take(UInt8(ascii: ",")) { continue }
      return take(UInt8(ascii: "]")) ? .array(elements) : nil
    }
  }

  /// A text between quotes; nil where it is no UTF-8, or has escapes by number.
  private mutating func text() -> String? {
    position += 1
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        defer { position += 1 }
        return String(validating: bytes[start..<position], as: UTF8.self)
      }
      if byte == UInt8(ascii: "\\") { return escapedText(from: start) }
      if byte < 0x20 { return nil }
      position += 1
    }
    return nil
  }

  private mutating func escapedText(from start: Int) -> String? {
    var out = Array(bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(validating: out, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard position < bytes.count, let meant = Self.escaped(bytes[position]) else { return nil }
        out.append(meant)
        position += 1
      case 0..<0x20: return nil
      default: out.append(byte)
      }
    }
    return nil
  }

  private static func escaped(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
    case UInt8(ascii: "n"): 0x0a
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "r"): 0x0d
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0c
    default: nil
    }
  }

  /// A whole number that 64 bits certainly hold; nil for all others.
  private mutating func number() -> Value? {
    let isNegative = bytes[position] == UInt8(ascii: "-")
    if isNegative { position += 1 }
    let start = position
    var number: Int64 = 0
    while position < bytes.count, (0x30...0x39).contains(bytes[position]), position - start < Self.digitLimit {
      number = number * 10 + Int64(bytes[position] - 0x30)
      position += 1
    }
    let count = position - start
    guard (1...Self.digitLimit).contains(count), count == 1 || bytes[start] != 0x30 else { return nil }
    // What comes after it is looked at: more digits, a fraction and an exponent are not taken.
    return .int(isNegative ? -number : number)
  }
}
