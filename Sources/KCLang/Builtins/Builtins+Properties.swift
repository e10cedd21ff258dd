internal import KCData

extension Builtins {
  /// A property; nil where the value has none of that name.
  static func property(_ name: String, of value: TreeValue, _ program: inout Program) -> TreeValue? {
    let count = { (number: Int, program: inout Program) in program.tree.int(Int64(number)) }
    switch (value.tag, name) {
    case (.string, "count"): return count(program.tree.text(of: value)?.count ?? 0, &program)
    case (.list, "count"), (.record, "count"): return count(value.length, &program)
    case (.scope, "count"): return count(program.blocks(of: value).count, &program)
    case (.string, "isEmpty"), (.list, "isEmpty"), (.record, "isEmpty"): return .bool(value.length == 0)
    case (.list, "first"): return value.length > 0 ? program.tree.item(of: value, 0) : TreeValue.none
    case (.list, "last"): return value.length > 0 ? program.tree.item(of: value, value.length - 1) : TreeValue.none
    case (.range, "low"): return program.tree.item(of: value, 0)
    case (.range, "high"): return program.tree.item(of: value, 1)
    case (.record, "keys"):
      let names = Array(program.tree.fields(of: value)).map { program.tree.string(program.text(Int32($0.key))) }
      return program.tree.list(names)
    case (.record, "values"): return program.tree.list(Array(program.tree.fields(of: value)).map(\.value))
    case (.record, "entries"): return program.tree.list(program.entries(of: value))
    case (.duration, _): return duration(name, value.inlineNumber, &program)
    case (.percent, "whole"): return program.tree.int(value.inlineNumber / 1000)
    case (.percent, "fraction"): return program.tree.float(Double(value.inlineNumber) / 100_000)
    case (.quantity, _): return program.tree.quantity(of: value).flatMap { quantity(name, $0, &program) }
    default: return nil
    }
  }

  private static func quantity(_ name: String, _ amount: Quantity, _ program: inout Program) -> TreeValue? {
    switch name {
    case "isBinary": .bool(amount.format == .binarySI)
    case "isWhole": .bool(amount.nano % 1_000_000_000 == 0)
    case "whole": program.tree.int(amount.value)
    case "milli": program.tree.int(amount.milliValue)
    case "mebi": program.tree.int(Int64(clamping: amount.nano / 1_000_000_000 / 1_048_576))
    default: nil
    }
  }

  private static func duration(_ name: String, _ milliseconds: Int64, _ program: inout Program) -> TreeValue? {
    switch name {
    case "milliseconds": program.tree.int(milliseconds)
    case "seconds": program.tree.int(milliseconds / 1000)
    case "minutes": program.tree.int(milliseconds / 60_000)
    case "hours": program.tree.int(milliseconds / 3_600_000)
    case "days": program.tree.int(milliseconds / 86_400_000)
    case "go": program.tree.string(goText(milliseconds))
    default: nil
    }
  }

  /// A duration as Go writes it: `1h30m0s`, `1.5s`, `250ms`.
  private static func goText(_ milliseconds: Int64) -> String {
    let sign = milliseconds < 0 ? "-" : ""
    let rest = milliseconds.magnitude
    if rest == 0 { return "0s" }
    if rest < 1000 { return "\(sign)\(rest)ms" }
    let (hours, minutes) = (rest / 3_600_000, rest / 60_000 % 60)
    var seconds = "\(rest / 1000 % 60)"
    if rest % 1000 > 0 {
      var digits = String(String(rest % 1000 + 1000).dropFirst())
      while digits.hasSuffix("0") { digits.removeLast() }
      seconds += ".\(digits)"
    }
    return sign + (hours > 0 ? "\(hours)h" : "") + (hours > 0 || minutes > 0 ? "\(minutes)m" : "") + "\(seconds)s"
  }
}
