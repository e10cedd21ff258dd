internal import KCData

/// Scalars and names as kc writes them.
enum SourceText {
  /// Words that begin statements of their own.
  private static let statements: Set<String> = ["delete", "for", "if", "let", "match", "moved"]
  /// Words that say something else before a body or a name.
  private static let reserved: Set<String> = [
    "affinity", "assert", "component", "enum", "env", "expect", "false", "func", "import", "mixin", "none", "null",
    "object", "param", "policy", "project", "require", "schema", "self", "snapshot", "test", "true", "type", "waive",
    "with",
  ]

  /// Whether a text can stand as a name: a letter or `_`, then letters, digits and single dashes inside.
  static func isName(_ text: String) -> Bool {
    var last = UInt8(ascii: "-")
    for byte in text.utf8 {
      switch byte {
      case 97...122, 65...90, UInt8(ascii: "_"): break
      case 48...57: if last == UInt8(ascii: "-"), text.utf8.first == byte { return false }
      case UInt8(ascii: "-"): if last == UInt8(ascii: "-") { return false }
      default: return false
      }
      last = byte
    }
    return last != UInt8(ascii: "-") && !(48...57).contains(text.utf8.first ?? 48)
  }

  /// Whether a field of this name can be set without quotes.
  static func isFieldName(_ text: String) -> Bool { isName(text) && !statements.contains(text) }

  /// Whether a field of this name can be opened as a block.
  static func isBlockName(_ text: String) -> Bool { isFieldName(text) && !reserved.contains(text) }

  /// Names that mean something else where a value is expected.
  static let expressionWords: Set<String> = [
    "if", "for", "match", "else", "in", "true", "false", "none", "null", "self", "workload", "let", "delete", "import",
    "param", "func", "type", "schema", "mixin", "enum", "component", "policy", "waive", "resource", "moved", "affinity",
  ]

  /// What the standard library gives names to, in all files.
  static let libraryNames: Set<String> = [
    "access", "cluster", "configs", "containers", "exact", "external", "gateways", "hook", "input", "networking", "pod",
    "policy", "prelude", "probe", "project", "scaling", "services", "volumes", "workloads", "placement", "hash",
    "base64", "json", "min", "max", "abs", "parent", "metadata", "present", "env",
  ]

  /// Whether a text can stand in an expression as the name of a block or a part of one.
  static func isBare(_ text: String) -> Bool { isName(text) && !expressionWords.contains(text) }

  /// The name of a block within another, `port http`: quoted where it is none.
  static func childName(_ text: String) -> String { isName(text) ? text : quoted(text) }

  /// What stands before a value in a record: `name = ` or `"any key": `.
  static func recordKey(_ key: String) -> String {
    isFieldName(key) ? "\(key) = " : "\"\(escaped(key))\": "
  }

  /// `90s`, `5min`, `2h`
  static func duration(seconds: Int64) -> String {
    if seconds >= 3600, seconds % 3600 == 0 { return "\(seconds / 3600)h" }
    if seconds >= 120, seconds % 60 == 0 { return "\(seconds / 60)min" }
    return "\(seconds)s"
  }

  /// An amount as kc writes it and the API server reads it: `100m`, `2`, `64Mi`; nil for what is none.
  static func amount(_ value: Value) -> String? {
    guard let text = value.string ?? value.int.map({ String($0) }), let amount = Quantity(text) else { return nil }
    let written = "\(amount)"
    if let whole = Int64(written), whole >= 0 { return written }
    return quantity(written)
  }

  /// The name of a block: quoted where it is none.
  static func blockName(_ text: String) -> String { isBlockName(text) ? text : quoted(text) }

  /// A string on one line; raw where that spares escapes.
  static func quoted(_ text: String) -> String {
    let hasMarks = text.utf8.contains { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
    if hasMarks, !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }), !text.contains("\"#"),
      !text.hasPrefix("\""), !text.unicodeScalars.contains(where: isHidden)
    {
      return "#\"\(text)\"#"
    }
    return "\"\(escaped(text))\""
  }

  /// The text with what cannot stand in a string as it is escaped.
  ///
  /// - Parameter isBlock: whether it is for a line of a block, where quotes and tabs can stand.
  static func escaped(_ text: some StringProtocol, isBlock: Bool = false) -> String {
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": out.append(contentsOf: "\\\\".unicodeScalars)
      case "\"" where !isBlock: out.append(contentsOf: "\\\"".unicodeScalars)
      case "\n": out.append(contentsOf: "\\n".unicodeScalars)
      case "\r": out.append(contentsOf: "\\r".unicodeScalars)
      case "\t" where isBlock: out.append(scalar)
      case "\t": out.append(contentsOf: "\\t".unicodeScalars)
      default:
        if scalar.value < 0x20 || isHidden(scalar) {
          out.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
        } else {
          out.append(scalar)
        }
      }
    }
    return String(out)
  }

  /// Scalars that a reader would not see, or that turn the text around.
  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x7f...0x9f, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x2069, 0xfeff: true
    default: false
    }
  }

  /// A text of several lines as a block, whose lines are indented by `indent`; nil where one line serves better.
  static func block(_ text: String, indent: String) -> String? {
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { Substring($0) }
    guard lines.count > 2 || (lines.count == 2 && text.utf8.count > 60) else { return nil }
    let isRaw = text.utf8.contains(UInt8(ascii: "\\")) && !text.contains("\"\"\"#") && canBeRaw(text)
    var out = isRaw ? "#\"\"\"\n" : "\"\"\"\n"
    for line in lines {
      // What joins with the space before it would not be taken for the line's start.
      guard (" " + line).first == " " else { return nil }
      if !line.isEmpty { out += indent + (isRaw ? String(line) : escapedInBlock(line)) }
      out += "\n"
    }
    return out + indent + (isRaw ? "\"\"\"#" : "\"\"\"")
  }

  private static func canBeRaw(_ text: String) -> Bool {
    !text.unicodeScalars.contains { ($0.value < 0x20 && $0 != "\n" && $0 != "\t") || isHidden($0) }
  }

  private static func escapedInBlock(_ line: Substring) -> String {
    guard line.utf8.contains(where: { $0 == 0x5c || $0 == 0x22 || $0 < 0x20 || $0 >= 0x7f }) else {
      return String(line)
    }
    return escaped(line, isBlock: true).replacing("\"\"\"", with: "\\\"\"\"")
  }

  static func number(_ number: Double) -> String {
    var text = "\(number.magnitude)"
    if let mark = text.firstIndex(of: "e") {
      let power = Int(text[text.index(after: mark)...]) ?? 0
      text = power < 0 ? decimal(String(text[..<mark]), power) : "\(text[..<mark])e\(power)"
    }
    return number < 0 ? "-\(text)" : text
  }

  /// `1.5e-7` as `0.00000015`: a minus cannot stand in a number.
  private static func decimal(_ digits: String, _ power: Int) -> String {
    "0." + String(repeating: "0", count: -power - 1) + digits.replacing(".", with: "")
  }

  static func integer(_ number: Int64) -> String {
    number == .min ? "-9223372036854775807 - 1" : String(number)
  }

  /// An amount with a unit that kc reads as the same: `100m`, `64Mi`; nil where it has to be a text.
  static func quantity(_ text: String) -> String? {
    let digits = text.utf8.prefix { (48...57).contains($0) || $0 == UInt8(ascii: ".") }
    guard let first = digits.first, first != UInt8(ascii: "."), digits.last != UInt8(ascii: "."), digits.count < 16,
      digits.count(where: { $0 == UInt8(ascii: ".") }) <= 1, let amount = Quantity(text)
    else { return nil }
    let units: Set<String> = ["m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
    guard units.contains(String(text.dropFirst(digits.count))), "\(amount)" == text else { return nil }
    return text
  }
}
