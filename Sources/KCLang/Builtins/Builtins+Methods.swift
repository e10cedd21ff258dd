internal import KCData

extension Builtins {
  /// Names of the methods of a value.
  static func methods(of tag: TreeValue.Tag) -> [String] {
    switch tag {
    case .string:
      ["contains", "startsWith", "endsWith", "split", "replace", "trim", "upper", "lower", "matches", "lines"]
    case .list:
      [
        "map", "filter", "flat", "join", "contains", "any", "all", "unique", "sorted", "reversed", "toMap", "sum",
        "flatMap", "indexOf",
      ]
    case .record, .instance: ["mapValues", "has", "get"]
    default: []
    }
  }

  /// Calls a method.
  static func call(
    _ name: String, on receiver: TreeValue, _ arguments: [TreeValue], at site: Int32, _ program: inout Program
  ) -> TreeValue {
    let value = receiver.tag == .scope ? program.tree.list(program.blocks(of: receiver)) : program.dereference(receiver)
    var result: TreeValue?
    switch value.tag {
    case .string: result = text(name, value, arguments, at: site, &program)
    case .list: result = list(name, value, arguments, at: site, &program)
    case .record: result = record(name, value, arguments, at: site, &program)
    case .instance:
      let plain = program.materialize(value)
      if plain.isPoison { return .poison }
      result = record(name, plain, arguments, at: site, &program)
    case .symbol: return program.unresolved(value)
    default: break
    }
    if var result {
      if value.isSecret, !result.isPoison { result.isSecret = true }
      return result
    }
    let known = methods(of: value.tag)
    program.reportUnknown(
      "KC0102", "\(Program.article(program.kindName(value))) has no function `\(name)`", name, among: known,
      at: program.span(site))
    return .poison
  }

  private static func argument(_ arguments: [TreeValue], _ index: Int, _ program: inout Program) -> TreeValue {
    index < arguments.count ? program.scalar(arguments[index]) : .none
  }

  private static func wrongArguments(_ name: String, _ wanted: String, at site: Int32, _ program: inout Program)
    -> TreeValue
  {
    program.report("KC0110", "`\(name)` wants \(wanted)", at: site)
    return .poison
  }

  private static func text(
    _ name: String, _ value: TreeValue, _ arguments: [TreeValue], at site: Int32, _ program: inout Program
  ) -> TreeValue? {
    let text = program.tree.text(of: value) ?? ""
    let first = argument(arguments, 0, &program)
    let operand = program.tree.text(of: first)
    switch name {
    case "upper": return program.tree.string(text.uppercased())
    case "lower": return program.tree.string(text.lowercased())
    case "trim":
      let trimmed = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
      return program.tree.string(String(trimmed))
    case "lines":
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { program.tree.string($0) }
      return program.tree.list(lines)
    case "matches":
      guard first.tag == .regex else { return wrongArguments(name, "a regex", at: site, &program) }
      return .bool(program.patterns[Int(first.payload)].matches(text.utf8))
    case "contains", "startsWith", "endsWith", "split", "replace":
      guard let operand else { return wrongArguments(name, "text", at: site, &program) }
      switch name {
      case "contains": return .bool(operand.isEmpty || text.contains(operand))
      case "startsWith": return .bool(text.hasPrefix(operand))
      case "endsWith": return .bool(text.hasSuffix(operand))
      case "split":
        if operand.isEmpty { return wrongArguments(name, "text that is not empty", at: site, &program) }
        let parts = text.split(separator: operand, omittingEmptySubsequences: false).map { program.tree.string($0) }
        return program.tree.list(parts)
      default:
        let second = argument(arguments, 1, &program)
        guard let other = program.tree.text(of: second), !operand.isEmpty else {
          return wrongArguments(name, "two texts", at: site, &program)
        }
        return program.tree.string(text.replacing(operand, with: other))
      }
    default: return nil
    }
  }

  /// Calls a function for each element; nil after a report.
  private static func each(
    _ value: TreeValue, _ arguments: [TreeValue], _ name: String, at site: Int32, _ program: inout Program
  ) -> [TreeValue]? {
    guard let function = arguments.first, function.tag == .function else {
      _ = wrongArguments(name, "a function: `\(name)(x => …)`", at: site, &program)
      return nil
    }
    var results: [TreeValue] = []
    for element in Array(program.tree.items(of: value)) {
      let result = program.apply(function, [element], at: site)
      if result.isPoison { return nil }
      results.append(result)
    }
    return results
  }

  private static func list(
    _ name: String, _ value: TreeValue, _ arguments: [TreeValue], at site: Int32, _ program: inout Program
  ) -> TreeValue? {
    let elements = Array(program.tree.items(of: value))
    switch name {
    case "map":
      guard let results = each(value, arguments, name, at: site, &program) else { return .poison }
      return program.tree.list(results.filter { !$0.isNone })
    case "flatMap":
      guard let results = each(value, arguments, name, at: site, &program) else { return .poison }
      return flat(program.tree.list(results.filter { !$0.isNone }), at: site, &program)
    case "filter", "any", "all":
      guard let results = each(value, arguments, name, at: site, &program) else { return .poison }
      if name == "any" { return .bool(results.contains { program.scalar($0).isTrue }) }
      if name == "all" { return .bool(results.allSatisfy { program.scalar($0).isTrue }) }
      return program.tree.list(zip(elements, results).filter { program.scalar($0.1).isTrue }.map(\.0))
    case "flat": return flat(value, at: site, &program)
    case "join": return join(elements, argument(arguments, 0, &program), at: site, &program)
    case "contains", "indexOf":
      // Blocks are the same when they are one, not when they say the same.
      if let block = arguments.first, block.tag == .instance {
        let place = elements.firstIndex { $0.bits == block.bits }
        return name == "contains" ? .bool(place != nil) : place.map { program.tree.int(Int64($0)) } ?? TreeValue.none
      }
      let wanted = argument(arguments, 0, &program)
      let plain = elements.map { program.scalar($0) }
      let place = plain.firstIndex { program.tree.equal($0, wanted) }
      return name == "contains" ? .bool(place != nil) : place.map { program.tree.int(Int64($0)) } ?? TreeValue.none
    case "unique":
      var unique: [TreeValue] = []
      for element in elements where !unique.contains(where: { program.tree.equal($0, element) }) {
        unique.append(element)
      }
      return program.tree.list(unique)
    case "reversed": return program.tree.list(elements.reversed())
    case "sorted": return sorted(elements, at: site, &program)
    case "sum": return sum(elements, at: site, &program)
    case "toMap": return map(elements, at: site, &program)
    default: return nil
    }
  }

  private static func flat(_ value: TreeValue, at site: Int32, _ program: inout Program) -> TreeValue {
    var all: [TreeValue] = []
    for element in program.tree.items(of: value) {
      if element.tag == .list { all += program.tree.items(of: element) } else { all.append(element) }
    }
    return all.count > Limits.elements ? program.listTooLong(site) : program.tree.list(all)
  }

  private static func join(
    _ elements: [TreeValue], _ separator: TreeValue, at site: Int32, _ program: inout Program
  ) -> TreeValue {
    let between = program.tree.text(of: separator) ?? ""
    var out = ""
    var isSecret = false
    for (place, element) in elements.enumerated() {
      var plain = program.scalar(element)
      if plain.isPoison { return .poison }
      isSecret = isSecret || plain.isSecret
      plain.isSecret = false
      if place > 0 { out += between }
      out += program.tree.text(of: plain) ?? program.display(plain)
      guard out.utf8.count <= Limits.text else { return program.textTooLong(site) }
    }
    var result = program.tree.string(out)
    result.isSecret = isSecret
    return result
  }

  private static func sorted(_ elements: [TreeValue], at site: Int32, _ program: inout Program) -> TreeValue {
    let plain = elements.map { program.scalar($0) }
    for value in plain.dropFirst() where program.compare(plain[0], value) == nil {
      return wrongArguments("sorted", "elements that compare with each other", at: site, &program)
    }
    let order = elements.indices.sorted { (program.compare(plain[$0], plain[$1]) ?? 0, $0) < (0, $1) }
    return program.tree.list(order.map { elements[$0] })
  }

  private static func sum(_ elements: [TreeValue], at site: Int32, _ program: inout Program) -> TreeValue {
    var total = program.tree.int(0)
    var isFirst = true
    for element in elements {
      let plain = program.scalar(element)
      total = isFirst ? plain : program.add(total, plain, at: site)
      isFirst = false
      if total.isPoison { return .poison }
    }
    return total
  }

  /// A map from entries: records of `key` and `value`.
  private static func map(_ elements: [TreeValue], at site: Int32, _ program: inout Program) -> TreeValue {
    var fields: [TreeField] = []
    for element in elements {
      guard let name = program.tree.field(UInt32(program.keys.entryKey), of: element),
        let value = program.tree.field(UInt32(program.keys.value), of: element),
        case let plain = program.scalar(name.value), let text = program.tree.text(of: plain)
      else { return wrongArguments("toMap", "records of `key` and `value`", at: site, &program) }
      let key = UInt32(program.key(text))
      fields.removeAll { $0.key == key }
      fields.append(TreeField(key: key, origin: value.origin, value: value.value))
    }
    return program.tree.record(fields)
  }

  private static func record(
    _ name: String, _ value: TreeValue, _ arguments: [TreeValue], at site: Int32, _ program: inout Program
  ) -> TreeValue? {
    switch name {
    case "mapValues":
      guard let function = arguments.first, function.tag == .function else {
        return wrongArguments(name, "a function: `mapValues(x => …)`", at: site, &program)
      }
      var fields: [TreeField] = []
      for var field in Array(program.tree.fields(of: value)) {
        field.value = program.apply(function, [field.value], at: site)
        if field.value.isPoison { return .poison }
        if !field.value.isNone { fields.append(field) }
      }
      return program.tree.record(fields)
    case "has", "get":
      let wanted = argument(arguments, 0, &program)
      let key = program.tree.text(of: wanted).flatMap { program.tree.keys.find($0) }
      let field = key.flatMap { program.tree.field($0, of: value) }
      return name == "has" ? .bool(field != nil) : field?.value ?? TreeValue.none
    default: return nil
    }
  }
}
