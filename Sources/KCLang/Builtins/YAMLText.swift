internal import KCData

/// Values as YAML text, for embedding: block style, fields in their order, text quoted wherever a reader could take it for
/// something else.
enum YAMLText {
  static func write(_ value: Value) -> String {
    var out = ""
    switch value {
    case .object(let fields) where !fields.isEmpty: write(fields, 0, &out)
    case .array(let elements) where !elements.isEmpty: write(elements, 0, &out)
    default: out = scalar(value, 0) + "\n"
    }
    return out
  }

  private static func write(_ fields: Fields, _ depth: Int, _ out: inout String) {
    for (place, field) in fields.enumerated() {
      // The first field of an element stands behind its dash.
      if place > 0 || out.isEmpty || out.hasSuffix("\n") { out += spaces(depth) }
      out += key(field.key) + ":"
      writeValue(field.value, depth, &out, isField: true)
    }
  }

  private static func write(_ elements: [Value], _ depth: Int, _ out: inout String) {
    for element in elements {
      out += spaces(depth) + "-"
      writeValue(element, depth, &out, isField: false)
    }
  }

  private static func writeValue(_ value: Value, _ depth: Int, _ out: inout String, isField: Bool) {
    switch value {
    case .object(let fields) where !fields.isEmpty:
      out += isField ? "\n" : " "
      write(fields, depth + 1, &out)
    case .array(let elements) where !elements.isEmpty:
      out += "\n"
      write(elements, isField ? depth : depth + 1, &out)
    default: out += " " + scalar(value, depth + 1) + "\n"
    }
  }

  private static func spaces(_ depth: Int) -> String { String(repeating: "  ", count: depth) }

  private static func key(_ text: String) -> String { isPlain(text) ? text : Value.string(text).canonicalJSON }

  private static func scalar(_ value: Value, _ depth: Int) -> String {
    switch value {
    case .object: return "{}"
    case .array: return "[]"
    case .string(let text): return string(text, depth)
    default: return value.canonicalJSON
    }
  }

  /// Text of several lines as a block where it can be one.
  private static func string(_ text: String, _ depth: Int) -> String {
    let isBlock =
      text.contains("\n") && text.first != " " && text.first != "\n"
      && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f || $0 == "\n" || $0 == "\t" }
      && !text.split(separator: "\n", omittingEmptySubsequences: false).contains {
        $0.hasSuffix(" ") || $0.hasPrefix("\t")
      }
    guard isBlock else { return isPlain(text) ? text : Value.string(text).canonicalJSON }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var mark = "|-"
    if lines.last?.isEmpty == true {
      lines.removeLast()
      mark = lines.last?.isEmpty == true ? "|+" : "|"
    }
    return ([mark] + lines.map { $0.isEmpty ? "" : spaces(depth) + $0 }).joined(separator: "\n")
  }

  /// Whether text may stand without quotes: letters first, and nothing that YAML 1.1 or 1.2 reads as something else.
  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.utf8.first, (65...90).contains(first) || (97...122).contains(first) || first == 47,
      text.utf8.count <= 200, text.utf8.last != 32, text.utf8.last != 58
    else { return false }
    let isSimple = text.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || " -_./+()=@,".utf8.contains(byte)
        || byte == 58
    }
    guard isSimple, !text.contains(": ") else { return false }
    return !["true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf"].contains(text.lowercased())
  }
}
