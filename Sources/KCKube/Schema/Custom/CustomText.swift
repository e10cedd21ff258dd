internal import KCData

/// Values and formats as messages about custom resources name them.
enum CustomText {
  /// A scalar without quotes.
  static func shown(_ value: Value) -> String { value.string ?? CanonicalJSON.text(value) }

  static func typeName(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .bool: "boolean"
    case .int: "integer"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }

  /// Whether a text is of a format; nil for formats that are not checked.
  static func hasFormat(_ text: String, _ format: String) -> Bool? {
    switch format {
    case "date-time": Timestamp(text) != nil
    case "date": Timestamp(text + "T00:00:00Z") != nil
    case "byte": Base64.decode(text) != nil
    case "uuid": isUUID(text)
    case "ipv4": isIPv4(text[...])
    default: nil
    }
  }

  private static func isUUID(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.map(\.utf8.count) == [8, 4, 4, 4, 12]
      && parts.allSatisfy { $0.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0 | 32) } }
  }

  private static func isIPv4(_ text: Substring) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        guard let number = UInt8(part), part == String(number) else { return false }
        return true
      }
  }
}
