/// Values as JSON in one way only, so that equal values have equal text: no space, keys sorted by their bytes, what is
/// absent left out.

extension Value {
  /// The value as canonical JSON; a text's is the text in quotes.
  public var canonicalJSON: String {
    var out: [UInt8] = []
    append(to: &out)
    return String(decoding: out, as: UTF8.self)
  }

  private func append(to out: inout [UInt8]) {
    switch self {
    case .null: out += "null".utf8
    case .bool(let truth): out += (truth ? "true" : "false").utf8
    case .int(let number): out += String(number).utf8
    case .number(let number): out += "\(number)".utf8
    case .string(let text): Self.append(quoted: text, to: &out)
    case .array(let elements):
      out.append(UInt8(ascii: "["))
      for (place, element) in elements.enumerated() {
        if place > 0 { out.append(UInt8(ascii: ",")) }
        element.append(to: &out)
      }
      out.append(UInt8(ascii: "]"))
    case .object(let fields):
      out.append(UInt8(ascii: "{"))
      let sorted = fields.map { ($0.key, $0.value) }.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
      for (place, field) in sorted.enumerated() {
        if place > 0 { out.append(UInt8(ascii: ",")) }
        Self.append(quoted: field.0, to: &out)
        out.append(UInt8(ascii: ":"))
        field.1.append(to: &out)
      }
      out.append(UInt8(ascii: "}"))
    }
  }

  private static func append(quoted text: String, to out: inout [UInt8]) {
    var text = text
    text.withUTF8 { appendQuoted($0, to: &out) }
  }
}

extension Tree {
  /// A plain value as canonical JSON, the same as its API value's; nil where there is nothing to write.
  public func canonicalJSON(of value: TreeValue) -> [UInt8]? {
    guard value.tag != .none, value.tag != .poison else { return nil }
    var out: [UInt8] = []
    append(value, to: &out)
    return out
  }

  private func append(_ value: TreeValue, to out: inout [UInt8]) {
    switch value.tag {
    case .bool: out += (value.isTrue ? "true" : "false").utf8
    case .int, .wideInt: out += String(int(of: value) ?? 0).utf8
    case .float: out += "\(double(of: value) ?? 0)".utf8
    case .string: withUTF8(of: value) { appendQuoted($0, to: &out) }
    case .list: append(list: value, to: &out)
    case .record: append(record: value, to: &out)
    // Amounts are text in the API, too.
    default: out += (self.value(of: value) ?? .null).canonicalJSON.utf8
    }
  }

  private func append(list: TreeValue, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "["))
    var isFirst = true
    for place in 0..<list.length {
      let element = item(of: list, place)
      if element.tag == .none || element.tag == .poison { continue }
      if !isFirst { out.append(UInt8(ascii: ",")) }
      isFirst = false
      append(element, to: &out)
    }
    out.append(UInt8(ascii: "]"))
  }

  private func append(record: TreeValue, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "{"))
    let sorted = fields(of: record).filter { $0.value.tag != .none && $0.value.tag != .poison }
      .sorted { keys.utf8($0.key).lexicographicallyPrecedes(keys.utf8($1.key)) }
    for (place, field) in sorted.enumerated() {
      if place > 0 { out.append(UInt8(ascii: ",")) }
      keys.withUTF8(field.key) { appendQuoted($0, to: &out) }
      out.append(UInt8(ascii: ":"))
      append(field.value, to: &out)
    }
    out.append(UInt8(ascii: "}"))
  }
}

/// Appends a text in quotes, what JSON cannot hold as it is escaped.
private func appendQuoted(_ text: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) {
  out.append(UInt8(ascii: "\""))
  for byte in text {
    switch byte {
    case UInt8(ascii: "\""): out += "\\\"".utf8
    case UInt8(ascii: "\\"): out += "\\\\".utf8
    case 0x0a: out += "\\n".utf8
    case 0x09: out += "\\t".utf8
    case 0x0d: out += "\\r".utf8
    case 0..<0x20:
      let digits = String(byte, radix: 16)
      out += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8
    default: out.append(byte)
    }
  }
  out.append(UInt8(ascii: "\""))
}
