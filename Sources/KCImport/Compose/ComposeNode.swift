internal import KCData

/// A part of a Compose file and where it stands.
struct ComposeNode {
  indirect enum Content {
    case scalar(Value)
    case list([ComposeNode])
    case map([Entry])
  }

  struct Entry {
    var key: String
    var node: ComposeNode
  }

  /// How a part of a file that comes later takes the place of one before.
  enum Override { case merge, replace, reset }

  var content: Content
  var file: Int
  /// 1-based.
  var line: Int
  var override = Override.merge

  static func text(_ text: String, at other: ComposeNode) -> ComposeNode {
    ComposeNode(content: .scalar(.string(text)), file: other.file, line: other.line)
  }

  var isNull: Bool { if case .scalar(.null) = content { true } else { false } }
  var entries: [Entry]? { if case .map(let entries) = content { entries } else { nil } }
  var items: [ComposeNode]? { if case .list(let items) = content { items } else { nil } }
  var isScalar: Bool { if case .scalar = content { true } else { false } }
  /// The truth value of a scalar, also in the words of YAML 1.1.
  var bool: Bool? {
    guard case .scalar(let value) = content else { return nil }
    switch value.string?.lowercased() {
    case "yes", "on", "y", "true": return true
    case "no", "off", "n", "false": return false
    default: return value.bool
    }
  }

  /// What a scalar reads as; nil for null, lists and maps.
  var text: String? {
    guard case .scalar(let value) = content else { return nil }
    switch value {
    case .string(let text): return text
    case .int(let number): return String(number)
    case .number(let number): return String(number)
    case .bool(let truth): return truth ? "true" : "false"
    default: return nil
    }
  }

  /// The field of a map.
  subscript(key: String) -> ComposeNode? { entries?.first { $0.key == key }?.node }
}
