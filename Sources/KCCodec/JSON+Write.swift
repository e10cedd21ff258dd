public import KCData

extension JSON {
  public static func text(_ value: Value, pretty: Bool = false, sorted: Bool = false) -> String {
    String(decoding: bytes(value, pretty: pretty, sorted: sorted), as: UTF8.self)
  }

  /// JSON text.
  ///
  /// - Parameters:
  ///   - pretty: over several lines, indented by two spaces.
  ///   - sorted: with keys in the order of their bytes, so that equal values give equal text.
  public static func bytes(_ value: Value, pretty: Bool = false, sorted: Bool = false) -> [UInt8] {
    var writer = JSONWriter(pretty: pretty, sorted: sorted)
    writer.write(value, depth: 0)
    return writer.out
  }

  /// Adds compact JSON text to a buffer, for a stream of values that one buffer carries.
  public static func append(_ value: Value, to buffer: inout [UInt8]) {
    var writer = JSONWriter(pretty: false, sorted: false)
    swap(&writer.out, &buffer)
    writer.write(value, depth: 0)
    swap(&writer.out, &buffer)
  }

  /// A number as Go's encoder writes it: whole ones without a fraction, exponents from 1e21 up and below 1e-6. JSON
  /// has no infinities; they become null.
  static func numberText(_ number: Double) -> String {
    guard number.isFinite else { return "null" }
    if number == number.rounded(), abs(number) < 1e15 {
      return number.sign == .minus && number == 0 ? "-0" : String(Int64(number))
    }
    return ShortestDigits(number).text
  }
}

/// The shortest decimal digits that read back as a number.
private struct ShortestDigits {
  private var isNegative: Bool
  private var digits: [UInt8] = []
  /// Where the point stands, counted from before the first digit.
  private var point = 0

  init(_ number: Double) {
    isNegative = number.sign == .minus
    var exponent = 0
    var seenPoint = false
    // Swift prints the shortest digits, in forms of its own: `1.5`, `1e+16`, `5e-324`.
    let parts = number.magnitude.description.split(separator: "e")
    for byte in parts[0].utf8 {
      if byte == UInt8(ascii: ".") {
        seenPoint = true
      } else {
        digits.append(byte)
        if !seenPoint { point += 1 }
      }
    }
    if parts.count > 1 { exponent = Int(parts[1]) ?? 0 }
    point += exponent
    while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
    while digits.count > 1, digits.first == UInt8(ascii: "0") {
      digits.removeFirst()
      point -= 1
    }
  }

  var text: String {
    var out: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
    if point > 21 || point < -5 {
      out.append(digits[0])
      if digits.count > 1 {
        out.append(UInt8(ascii: "."))
        out += digits.dropFirst()
      }
      let exponent = point - 1
      out += (exponent < 0 ? "e-" : "e+").utf8
      out += String(abs(exponent)).utf8
    } else if point <= 0 {
      out += "0.".utf8
      out += repeatElement(UInt8(ascii: "0"), count: -point)
      out += digits
    } else if digits.count <= point {
      out += digits
      out += repeatElement(UInt8(ascii: "0"), count: point - digits.count)
    } else {
      out += digits[..<point]
      out.append(UInt8(ascii: "."))
      out += digits[point...]
    }
    return String(decoding: out, as: UTF8.self)
  }
}

/// Writes JSON into one buffer.
struct JSONWriter {
  var out: [UInt8] = []
  private let pretty: Bool
  private let sorted: Bool

  init(pretty: Bool, sorted: Bool) {
    self.pretty = pretty
    self.sorted = sorted
  }

  mutating func write(_ value: Value, depth: Int) {
    switch value {
    case .null: out += "null".utf8
    case .bool(let truth): out += (truth ? "true" : "false").utf8
    case .int(let number): integer(number)
    case .number(let number): out += JSON.numberText(number).utf8
    case .string(let text): string(text)
    case .array(let elements): list(elements, depth)
    case .object(let fields): object(fields, depth)
    }
  }

  private mutating func integer(_ number: Int64) {
    if (0..<10).contains(number) { return out.append(UInt8(ascii: "0") + UInt8(number)) }
    out += String(number).utf8
  }

  private mutating func list(_ elements: [Value], _ depth: Int) {
    out.append(UInt8(ascii: "["))
    var isFirst = true
    for element in elements {
      if !isFirst { out.append(UInt8(ascii: ",")) }
      isFirst = false
      newline(depth + 1)
      write(element, depth: depth + 1)
    }
    if !isFirst { newline(depth) }
    out.append(UInt8(ascii: "]"))
  }

  private mutating func object(_ fields: Fields, _ depth: Int) {
    out.append(UInt8(ascii: "{"))
    var isFirst = true
    if sorted {
      for (key, value) in fields.sorted(by: { $0.key < $1.key }) { field(key, value, depth, &isFirst) }
    } else {
      for (key, value) in fields { field(key, value, depth, &isFirst) }
    }
    if !isFirst { newline(depth) }
    out.append(UInt8(ascii: "}"))
  }

  private mutating func field(_ key: String, _ value: Value, _ depth: Int, _ isFirst: inout Bool) {
    if !isFirst { out.append(UInt8(ascii: ",")) }
    isFirst = false
    newline(depth + 1)
    string(key)
    out.append(UInt8(ascii: ":"))
    if pretty { out.append(UInt8(ascii: " ")) }
    write(value, depth: depth + 1)
  }

  private mutating func newline(_ depth: Int) {
    guard pretty else { return }
    out.append(UInt8(ascii: "\n"))
    out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
  }

  private mutating func string(_ text: String) {
    out.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { bytes in
      if let first = bytes.firstIndex(where: Self.isEscaped) {
        out.append(contentsOf: bytes[..<first])
        for byte in bytes[first...] { escape(byte) }
      } else {
        out.append(contentsOf: bytes)
      }
    }
    out.append(UInt8(ascii: "\""))
  }

  private static func isEscaped(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): out += "\\\"".utf8
    case UInt8(ascii: "\\"): out += "\\\\".utf8
    case UInt8(ascii: "\n"): out += "\\n".utf8
    case UInt8(ascii: "\r"): out += "\\r".utf8
    case UInt8(ascii: "\t"): out += "\\t".utf8
    case 0..<0x20:
      out += "\\u00".utf8
      for half in [byte >> 4, byte & 15] { out.append(half < 10 ? 48 + half : 87 + half) }
    default: out.append(byte)
    }
  }
}
