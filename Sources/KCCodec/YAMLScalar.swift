internal import KCData

/// The types of plain scalars, by YAML 1.1 as Kubernetes' reader has it.
enum YAMLScalar {
  static func resolve(_ text: String) -> Value {
    guard let first = text.utf8.first else { return .null }
    switch text {
    case "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y": return .bool(true)
    case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N": return .bool(false)
    default: break
    }
    guard first == 43 || first == 45 || first == 46 || (48...57).contains(first) else { return .string(text) }
    if let number = integer(text) { return .int(number) }
    if let number = float(text) { return .number(number) }
    return .string(text)
  }

  private static func integer(_ text: String) -> Int64? {
    var digits = text.replacing("_", with: "")
    var isNegative = false
    if digits.hasPrefix("-") || digits.hasPrefix("+") {
      isNegative = digits.hasPrefix("-")
      digits.removeFirst()
    }
    guard let first = digits.utf8.first, (48...57).contains(first) else { return nil }
    let magnitude: Int64?
    if digits.hasPrefix("0x") {
      magnitude = Int64(digits.dropFirst(2), radix: 16)
    } else if digits.hasPrefix("0b") {
      magnitude = Int64(digits.dropFirst(2), radix: 2)
    } else if digits.hasPrefix("0o") {
      magnitude = Int64(digits.dropFirst(2), radix: 8)
    } else if digits.count > 1, digits.hasPrefix("0") {
      magnitude = Int64(digits.dropFirst(), radix: 8)
    } else {
      return Int64((isNegative ? "-" : "") + digits)
    }
    return magnitude.map { isNegative ? -$0 : $0 }
  }

  private static func float(_ text: String) -> Double? {
    switch text {
    case ".inf", ".Inf", ".INF", "+.inf", "-.inf", ".nan", ".NaN", ".NAN": return nil
    default: break
    }
    var hasDigit = false
    for byte in text.utf8 {
      switch byte {
      case 48...57: hasDigit = true
      case 43, 45, 46, 69, 101, 95: break
      default: return nil
      }
    }
    guard hasDigit, let number = Double(text.replacing("_", with: "")), number.isFinite else { return nil }
    return number
  }
}
