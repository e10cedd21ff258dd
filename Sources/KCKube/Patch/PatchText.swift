internal import KCData

/// Values as Go's messages name and print them.
enum PatchText {
  /// The kind of a JSON value.
  static func kind(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .bool: "bool"
    case .int, .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }

  /// A value as `%v` prints it: `map[name:app ports:[map[port:80]]]`.
  static func shown(_ value: Value, depth: Int = 0) -> String {
    guard depth < 64 else { return "…" }
    switch value {
    case .null: return "<nil>"
    case .string(let text): return text
    case .array(let elements): return "[\(elements.map { shown($0, depth: depth + 1) }.joined(separator: " "))]"
    case .object(let fields):
      let pairs = fields.sorted { $0.key < $1.key }.map { "\($0.key):\(shown($0.value, depth: depth + 1))" }
      return "map[\(pairs.joined(separator: " "))]"
    default: return CanonicalJSON.text(value)
    }
  }

  /// A value as `%#v` prints it: as Go's source would have it.
  static func source(_ value: Value, depth: Int = 0) -> String {
    guard depth < 64 else { return "…" }
    switch value {
    case .null: return "interface {}(nil)"
    case .string(let text): return CanonicalJSON.quoted(.string(text))
    case .array(let elements):
      return "[]interface {}{\(elements.map { source($0, depth: depth + 1) }.joined(separator: ", "))}"
    case .object(let fields):
      let pairs = fields.sorted { $0.key < $1.key }.map {
        "\(CanonicalJSON.quoted(.string($0.key))):\(source($0.value, depth: depth + 1))"
      }
      return "map[string]interface {}{\(pairs.joined(separator: ", "))}"
    default: return CanonicalJSON.text(value)
    }
  }
}
