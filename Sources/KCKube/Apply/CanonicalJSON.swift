internal import KCData

/// Values as the compact JSON that names list elements in field sets.
enum CanonicalJSON {
  /// With `<`, `>` and `&` escaped, as Go's encoder does.
  static func text(_ value: Value) -> String {
    switch value {
    case .null: return "null"
    case .bool(let truth): return truth ? "true" : "false"
    case .int(let number): return String(number)
    case .number(let number): return Int64(exactly: number).map { String($0) } ?? String(number)
    case .array(let elements): return "[" + elements.map(text).joined(separator: ",") + "]"
    case .object(let fields):
      let pairs = fields.sorted { $0.key < $1.key }.map { "\(text(.string($0.key))):\(text($0.value))" }
      return "{" + pairs.joined(separator: ",") + "}"
    case .string(let string): return escaped(string, html: true)
    }
  }

  /// A scalar as Go's `%q` and `%v` print it, in messages.
  static func quoted(_ value: Value) -> String {
    if case .string(let string) = value { escaped(string, html: false) } else { text(value) }
  }

  private static func escaped(_ string: String, html: Bool) -> String {
    var out = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case "\r": out += "\\r"
      case "<" where html, ">" where html, "&" where html: out += unicode(scalar)
      case "\u{2028}", "\u{2029}": out += unicode(scalar)
      default:
        if scalar.value < 0x20 { out += unicode(scalar) } else { out.unicodeScalars.append(scalar) }
      }
    }
    return out + "\""
  }

  private static func unicode(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
