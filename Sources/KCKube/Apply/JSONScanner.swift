internal import KCData

/// Reads JSON: the names of list elements in field sets, and what `kubectl apply` notes in an annotation. (Objects come
/// to this module parsed.)
struct JSONScanner {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  mutating func take(_ character: Character) -> Bool {
    skipSpaces()
    guard position < bytes.count, bytes[position] == character.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func skipSpaces() {
    while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) { position += 1 }
  }

  var isAtEnd: Bool {
    mutating get {
      skipSpaces()
      return position >= bytes.count
    }
  }

  /// The value that stands next; nil where there is none, and for nesting deeper than `Typed.limit`.
  mutating func value(depth: Int = 0) -> Value? {
    skipSpaces()
    guard position < bytes.count, depth <= Typed.limit else { return nil }
    switch bytes[position] {
    case UInt8(ascii: "\""): return string().map { .string($0) }
    case UInt8(ascii: "{"): return object(depth: depth)
    case UInt8(ascii: "["): return array(depth: depth)
    default: return word()
    }
  }

  private mutating func object(depth: Int) -> Value? {
    position += 1
    var fields = Fields()
    if take("}") { return .object(fields) }
    repeat {
      guard case .string(let key)? = value(depth: depth + 1), take(":"), let child = value(depth: depth + 1)
      else { return nil }
      fields[key] = child
    } while take(",")
    return take("}") ? .object(fields) : nil
  }

  private mutating func array(depth: Int) -> Value? {
    position += 1
    var elements: [Value] = []
    if take("]") { return .array(elements) }
    repeat {
      guard let element = value(depth: depth + 1) else { return nil }
      elements.append(element)
    } while take(",")
    return take("]") ? .array(elements) : nil
  }

  private mutating func word() -> Value? {
    let start = position
    while position < bytes.count, !",:}] ".utf8.contains(bytes[position]) { position += 1 }
    let word = String(decoding: bytes[start..<position], as: UTF8.self)
    switch word {
    case "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    default:
      if let number = Int64(word) { return .int(number) }
      return Double(word).map { .number($0) }
    }
  }

  private mutating func string() -> String? {
    position += 1
    var out: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: out, as: UTF8.self)
      case UInt8(ascii: "\\"): guard escape(&out) else { return nil }
      default: out.append(byte)
      }
    }
    return nil
  }

  private mutating func escape(_ out: inout [UInt8]) -> Bool {
    guard position < bytes.count else { return false }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "n"): out.append(0x0a)
    case UInt8(ascii: "t"): out.append(0x09)
    case UInt8(ascii: "r"): out.append(0x0d)
    case UInt8(ascii: "b"): out.append(0x08)
    case UInt8(ascii: "f"): out.append(0x0c)
    case UInt8(ascii: "u"):
      guard let unit = hex() else { return false }
      var code = UInt32(unit)
      if (0xd800..<0xdc00).contains(unit), bytes[position...].starts(with: [0x5c, 0x75]) {
        position += 2
        guard let low = hex(), (0xdc00..<0xe000).contains(low) else { return false }
        code = 0x10000 + (UInt32(unit) - 0xd800) << 10 + (UInt32(low) - 0xdc00)
      }
      guard let scalar = Unicode.Scalar(code) else { return false }
      out += String(Character(scalar)).utf8
    default: out.append(byte)
    }
    return true
  }

  private mutating func hex() -> UInt16? {
    guard position + 4 <= bytes.count else { return nil }
    defer { position += 4 }
    return UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
  }
}
