internal import KCData
internal import KCLang

/// Scalars and names as kc writes them.
enum SourceText {
  /// Whether a text is a DNS label, as names of namespaces are.
  static func isLabel(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard (1...63).contains(bytes.count), bytes.first != UInt8(ascii: "-"), bytes.last != UInt8(ascii: "-") else {
      return false
    }
    return bytes.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") }
  }

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
  static func isFieldName(_ text: String) -> Bool { isName(text) && !SourceWords.unsettable.contains(text) }

  /// Whether a field of this name can be opened as a block.
  static func isBlockName(_ text: String) -> Bool { isFieldName(text) && !SourceWords.unopenable.contains(text) }

  /// Whether a text can stand in an expression as the name of a block or a part of one.
  static func isBare(_ text: String) -> Bool { isName(text) && !SourceWords.unreadable.contains(text) }

  /// Whether the library has something of that name, which a program's own would hide.
  static func isStandardName(_ text: String) -> Bool { StandardNames.all.contains(text) }

  /// The name of a block, or of one within another, `port http`: quoted where it is none.
  static func blockName(_ text: String) -> String {
    isName(text) && !SourceWords.unnamable.contains(text) ? text : quoted(text)
  }

  /// The name of a field in a body: quoted where it is none.
  static func fieldName(_ text: String) -> String { isFieldName(text) ? text : "\"\(escaped(text))\"" }

  /// How a record's keys stand before their values: `name = `, `"any key": `, and all with `=` where there are both.
  static func recordKeys(_ keys: some Sequence<String>) -> [String] {
    let keys = keys.map { ($0, isFieldName($0)) }
    let hasNames = keys.contains { $0.1 }
    return keys.map { $1 ? "\($0) = " : hasNames ? "\"\(escaped($0))\" = " : "\"\(escaped($0))\": " }
  }

  /// `{ name = value, "any key" = value }`
  static func record(_ pairs: some Collection<(key: String, text: String)>) -> String {
    if pairs.isEmpty { return "{}" }
    let parts = zip(recordKeys(pairs.map(\.key)), pairs).map { $0 + $1.text }
    return "{ \(parts.joined(separator: ", ")) }"
  }

  /// `["a", "b"]`
  static func list(_ texts: some Sequence<String>) -> String { "[\(texts.map(quoted).joined(separator: ", "))]" }

  /// `90s`, `5min`, `2h`, `7d`
  static func duration(seconds: Int64) -> String {
    if seconds >= 86_400, seconds % 86_400 == 0 { return "\(seconds / 86_400)d" }
    if seconds >= 3600, seconds % 3600 == 0 { return "\(seconds / 3600)h" }
    if seconds >= 120, seconds % 60 == 0 { return "\(seconds / 60)min" }
    return "\(seconds)s"
  }

  /// An amount as kc writes it and the API server reads it: `100m`, `2`, `64Mi`; nil for what is none.
  static func amount(_ value: Value) -> String? {
    var text = value.string
    if case .int(let number) = value { text = String(number) }
    if case .number(let number) = value { text = Self.number(number) }
    guard let text, let amount = Quantity(text) else { return nil }
    let written = "\(amount)"
    if let whole = Int64(written), whole >= 0 { return written }
    return quantity(written)
  }

  /// A string on one line; raw where that spares escapes.
  static func quoted(_ text: String) -> String { quoted(text, isRaw: false) }

  /// - Parameter isRaw: whether it is raw where it spares none, too: then `${NAME}` does not look like a value that is
  ///   meant.
  static func quoted(_ text: String, isRaw: Bool) -> String {
    let hasMarks = text.utf8.contains { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
    if hasMarks || isRaw, !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }), !text.contains("\"#"),
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
    // Most texts need none.
    if !text.utf8.contains(where: { $0 == 0x5c || $0 == 0x22 || $0 < 0x20 || $0 >= 0x7f }) { return String(text) }
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
  static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x7f...0x9f, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x2069, 0xfeff: true
    default: false
    }
  }

  /// A variable's value as it can stand without quotes, and comes out the same: `8080`, `true`; nil where it needs them.
  static func plainVariable(_ text: String) -> String? {
    if text == "true" || text == "false" { return text }
    return text.first != "-" && Int64(text).map { "\($0)" } == text ? text : nil
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
