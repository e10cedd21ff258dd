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
    var writer = Writer(pretty: pretty, sorted: sorted)
    writer.write(value, depth: 0)
    return writer.out
  }

  /// Adds compact JSON text to a buffer.
  public static func append(_ value: Value, to buffer: inout [UInt8]) {
    var writer = Writer(pretty: false, sorted: false)
    swap(&writer.out, &buffer)
    writer.write(value, depth: 0)
    swap(&writer.out, &buffer)
  }

  private struct Writer {
    var out: [UInt8] = []
    let pretty: Bool
    let sorted: Bool

    init(pretty: Bool, sorted: Bool) {
      self.pretty = pretty
      self.sorted = sorted
    }

    mutating func write(_ value: Value, depth: Int) {
      switch value {
      case .null: out += "null".utf8
      case .bool(let truth): out += (truth ? "true" : "false").utf8
      case .int(let number): out += String(number).utf8
      case .number(let number): out += JSON.numberText(number).utf8
      case .string(let text): string(text)
      case .array(let elements): list(elements, depth)
      case .object(let fields): object(fields, depth)
      }
    }

    private mutating func list(_ elements: [Value], _ depth: Int) {
      out.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        newline(depth + 1)
        write(element, depth: depth + 1)
      }
      if !elements.isEmpty { newline(depth) }
      out.append(UInt8(ascii: "]"))
    }

    private mutating func object(_ fields: Fields, _ depth: Int) {
      var fields = fields
      if sorted { fields.sort() }
      out.append(UInt8(ascii: "{"))
      var isFirst = true
      for (key, value) in fields {
        if !isFirst { out.append(UInt8(ascii: ",")) }
        isFirst = false
        newline(depth + 1)
        string(key)
        out.append(UInt8(ascii: ":"))
        if pretty { out.append(UInt8(ascii: " ")) }
        write(value, depth: depth + 1)
      }
      if !isFirst { newline(depth) }
      out.append(UInt8(ascii: "}"))
    }

    private mutating func newline(_ depth: Int) {
      guard pretty else { return }
      out.append(UInt8(ascii: "\n"))
      out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
    }

    private mutating func string(_ text: String) {
      out.append(UInt8(ascii: "\""))
      for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "\""): out += "\\\"".utf8
        case UInt8(ascii: "\\"): out += "\\\\".utf8
        case UInt8(ascii: "\n"): out += "\\n".utf8
        case UInt8(ascii: "\r"): out += "\\r".utf8
        case UInt8(ascii: "\t"): out += "\\t".utf8
        case 0..<0x20:
          let digits = Array("0123456789abcdef".utf8)
          out += "\\u00".utf8
          out.append(digits[Int(byte >> 4)])
          out.append(digits[Int(byte & 15)])
        default: out.append(byte)
        }
      }
      out.append(UInt8(ascii: "\""))
    }
  }

  /// A number as Go's encoder writes it: whole ones without a fraction. JSON has no infinities; they become null.
  static func numberText(_ number: Double) -> String {
    guard number.isFinite else { return "null" }
    if number == number.rounded(), abs(number) < 1e15 { return String(Int64(number)) }
    return number.description
  }
}
