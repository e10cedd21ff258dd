internal import KCData

/// The types of plain scalars, by YAML 1.1 as Kubernetes' reader has it.
enum YAMLScalar {
  /// A scalar that JSON has no counterpart for: `.nan` and the infinities.
  struct NoJSON: Error {}

  static func resolve(_ text: String) throws(NoJSON) -> Value {
    guard let first = text.utf8.first else { return .null }
    switch kinds[Int(first)] {
    case .word: return word(text)
    case .number:
      if let number = integer(text) { return number }
      if let number = try float(text) { return number }
      return .string(text)
    case .point:
      switch text {
      case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF": throw NoJSON()
      default: return try float(text) ?? .string(text)
      }
    case .other: return .string(text)
    }
  }

  /// As Compose reads it: of words, only those of YAML 1.2 are typed, and numbers keep the digits that 64 bits hold.
  static func modern(_ text: String) throws(NoJSON) -> Value {
    let value = try resolve(text)
    switch value {
    case .bool where !["true", "false"].contains(text.lowercased()): return .string(text)
    case .number where UInt64(text) != nil: return .string(text)
    default: return value
    }
  }

  /// Whether a text would be read as something other than a string.
  static func isTyped(_ text: String) -> Bool {
    do {
      if case .string = try resolve(text) { return false }
      return true
    } catch { return true }
  }

  /// Whether a text might be read as something other than a string, by its first byte, its length and the bytes that
  /// numbers and the words for them have.
  static func mayBeTyped(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = bytes.first else { return true }
    switch kinds[Int(first)] {
    case .word: return bytes.count <= 5
    case .number, .point:
      let numeric = numeric
      return bytes.allSatisfy { numeric[Int($0)] }
    case .other: return false
    }
  }

  /// Bytes of numbers in any base, of dates and times, and of `.inf` and `.nan`.
  private static let numeric: [Bool] = {
    var numeric = [Bool](repeating: false, count: 256)
    for byte in "+-._:0123456789abcdefABCDEFxXoOiInNtTzZ ".utf8 { numeric[Int(byte)] = true }
    return numeric
  }()

  private enum Kind { case word, number, point, other }

  /// What a scalar may be, by its first byte.
  private static let kinds: [Kind] = {
    var kinds = [Kind](repeating: .other, count: 256)
    for byte in "yYnNtTfFoO~".utf8 { kinds[Int(byte)] = .word }
    for byte in "+-0123456789".utf8 { kinds[Int(byte)] = .number }
    kinds[Int(UInt8(ascii: "."))] = .point
    return kinds
  }()

  private static func word(_ text: String) -> Value {
    switch text {
    case "~", "null", "Null", "NULL": .null
    case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y": .bool(true)
    case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N": .bool(false)
    default: .string(text)
    }
  }

  /// Digits of base 2, 8, 10 or 16 with a sign, and with underscores anywhere.
  private static func integer(_ text: String) -> Value? {
    var digits = text.utf8.contains(UInt8(ascii: "_")) ? text.replacing("_", with: "")[...] : text[...]
    var isNegative = false
    if let sign = digits.utf8.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      isNegative = sign == UInt8(ascii: "-")
      digits.removeFirst()
    }
    guard let first = digits.utf8.first, (48...57).contains(first) else { return nil }
    var radix = 10
    if first == UInt8(ascii: "0"), digits.utf8.count > 1 {
      switch digits.utf8.dropFirst().first.map({ $0 | 32 }) {
      case UInt8(ascii: "x")?: radix = 16
      case UInt8(ascii: "b")?: radix = 2
      case UInt8(ascii: "o")?: radix = 8
      default: radix = 0
      }
      digits = digits.dropFirst(radix == 0 ? 1 : 2)
      if radix == 0 { radix = 8 }
      guard let next = digits.utf8.first, next != UInt8(ascii: "+"), next != UInt8(ascii: "-") else { return nil }
    }
    guard let magnitude = UInt64(digits, radix: radix) else { return nil }
    if isNegative {
      return magnitude <= UInt64(Int64.max) + 1 ? .int(Int64(truncatingIfNeeded: 0 &- magnitude)) : nil
    }
    return Int64(exactly: magnitude).map { .int($0) } ?? .number(Double(magnitude))
  }

  /// `[-+]? digits with a point, and an exponent`. What is whole ends up as an integer, as JSON writes it.
  private static func float(_ text: String) throws(NoJSON) -> Value? {
    if ["inf", "Inf", "INF"].contains(where: { text == "-.\($0)" || text == "+.\($0)" }) { throw NoJSON() }
    let plain = text.utf8.contains(UInt8(ascii: "_")) ? text.replacing("_", with: "") : text
    guard isFloat(Array(plain.utf8)), let number = Double(plain.hasSuffix(".") ? plain + "0" : plain) else {
      return nil
    }
    guard number.isFinite else { return nil }
    if number == number.rounded(), abs(number) < 1e21, let whole = Int64(exactly: number) { return .int(whole) }
    return .number(number)
  }

  private static func isFloat(_ bytes: [UInt8]) -> Bool {
    var position = 0
    func isDigit() -> Bool { position < bytes.count && (48...57).contains(bytes[position]) }
    if position < bytes.count, "+-".utf8.contains(bytes[position]) { position += 1 }
    var digits = 0
    while isDigit() { (position, digits) = (position + 1, digits + 1) }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      while isDigit() { (position, digits) = (position + 1, digits + 1) }
    }
    guard digits > 0 else { return false }
    if position < bytes.count, bytes[position] | 32 == UInt8(ascii: "e") {
      position += 1
      if position < bytes.count, "+-".utf8.contains(bytes[position]) { position += 1 }
      guard isDigit() else { return false }
      while isDigit() { position += 1 }
    }
    return position == bytes.count
  }
}
