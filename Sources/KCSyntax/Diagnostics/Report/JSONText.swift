/// JSON to be written. This layer has no codec, and needs no more than this.
indirect enum JSONText {
  case string(String)
  case number(Int)
  case array([JSONText])
  case object([(String, JSONText)])

  /// With an indentation of two spaces a level.
  var text: String {
    var out = ""
    write(to: &out, indent: 0)
    return out
  }

  private func write(to out: inout String, indent: Int) {
    let margin = String(repeating: "  ", count: indent + 1)
    switch self {
    case .string(let text): out += Self.quoted(text)
    case .number(let number): out += String(number)
    case .array(let items):
      if items.isEmpty { return out += "[]" }
      for (index, item) in items.enumerated() {
        out += (index == 0 ? "[\n" : ",\n") + margin
        item.write(to: &out, indent: indent + 1)
      }
      out += "\n\(margin.dropLast(2))]"
    case .object(let fields):
      if fields.isEmpty { return out += "{}" }
      for (index, field) in fields.enumerated() {
        out += (index == 0 ? "{\n" : ",\n") + margin + Self.quoted(field.0) + ": "
        field.1.write(to: &out, indent: indent + 1)
      }
      out += "\n\(margin.dropLast(2))}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case "\u{0}"..."\u{1f}", "\u{7f}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
