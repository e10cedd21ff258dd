internal import KCData

extension Builtins {
  /// Names of what a value has besides its fields.
  static func properties(of tag: TreeValue.Tag) -> [String] {
    switch tag {
    case .string: ["count", "isEmpty"]
    case .list: ["count", "isEmpty", "first", "last"]
    case .record, .instance: ["count", "keys", "values", "entries", "isEmpty"]
    case .scope: ["count"]
    case .range: ["low", "high"]
    case .percent: ["whole"]
    case .quantity: ["isBinary", "isWhole"]
    case .duration: ["seconds", "milliseconds"]
    case .key: ["owner", "key"]
    default: []
    }
  }

  /// A property; nil where the value has none of that name.
  static func property(_ name: String, of value: TreeValue, _ program: inout Program) -> TreeValue? {
    let count = { (number: Int, program: inout Program) in program.tree.int(Int64(number)) }
    switch (value.tag, name) {
    case (.string, "count"): return count(program.tree.text(of: value)?.count ?? 0, &program)
    case (.list, "count"): return count(value.length, &program)
    case (.scope, "count"): return count(program.blocks(of: value).count, &program)
    case (.string, "isEmpty"), (.list, "isEmpty"): return .bool(value.length == 0)
    case (.list, "first"): return value.length > 0 ? program.tree.item(of: value, 0) : TreeValue.none
    case (.list, "last"): return value.length > 0 ? program.tree.item(of: value, value.length - 1) : TreeValue.none
    case (.range, "low"): return program.tree.item(of: value, 0)
    case (.range, "high"): return program.tree.item(of: value, 1)
    case (.duration, "seconds"): return program.tree.int(value.inlineNumber / 1000)
    case (.quantity, "isBinary"): return .bool(program.tree.quantity(of: value)?.format == .binarySI)
    case (.quantity, "isWhole"):
      return .bool(program.tree.quantity(of: value).map { $0.nano % 1_000_000_000 == 0 } ?? false)
    case (.percent, "whole"): return program.tree.int(value.inlineNumber / 1000)
    case (.duration, "milliseconds"): return program.tree.int(value.inlineNumber)
    case (.record, "count"): return count(value.length, &program)
    case (.record, "isEmpty"): return .bool(value.length == 0)
    case (.record, "keys"):
      let names = Array(program.tree.fields(of: value)).map { program.tree.string(program.text(Int32($0.key))) }
      return program.tree.list(names)
    case (.record, "values"): return program.tree.list(Array(program.tree.fields(of: value)).map(\.value))
    case (.record, "entries"): return program.tree.list(program.entries(of: value))
    default: return nil
    }
  }
}
