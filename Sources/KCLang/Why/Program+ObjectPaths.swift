internal import KCData

/// Paths in objects, as users write them.
extension Program {
  /// A path as users write it: `spec.template.spec.containers[0].image`, `data[a.b]`.
  static func parse(path: String) -> FieldPath {
    var result = FieldPath()
    var word = ""
    var isBracket = false
    func flush() {
      if !word.isEmpty { result = result.field(word) }
      word = ""
    }
    for character in path {
      switch character {
      case "." where !isBracket: flush()
      case "[":
        flush()
        isBracket = true
      case "]":
        result = Int(word).map { result.index($0) } ?? result.field(word)
        word = ""
        isBracket = false
      default: word.append(character)
      }
    }
    flush()
    return result
  }

  static func value(at path: FieldPath, in object: Value) -> Value? {
    var current = object
    for element in path.elements {
      switch element {
      case .field(let name), .key(let name):
        if let next = current[name] {
          current = next
        } else if let named = current.array?.first(where: { $0["name"]?.string == name }) {
          current = named
        } else {
          return nil
        }
      case .index(let place):
        guard let next = current[place] else { return nil }
        current = next
      }
    }
    return current
  }

  static func show(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .bool(let truth): truth ? "true" : "false"
    case .int(let number): String(number)
    case .number(let number): "\(number)"
    case .string(let text): "\"\(text)\""
    case .array(let elements): "[" + elements.map { show($0) }.joined(separator: ", ") + "]"
    case .object(let fields): "{ " + fields.map { "\($0.key) = \(show($0.value))" }.joined(separator: ", ") + " }"
    }
  }
}
