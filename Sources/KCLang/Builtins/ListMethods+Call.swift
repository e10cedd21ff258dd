internal import KCData

/// Methods of lists.
extension Builtins {
  static func list(_ call: MethodCall, _ program: inout Program) -> TreeValue? {
    let elements = Array(program.tree.items(of: call.receiver))
    switch call.name {
    case "map", "flatMap", "filter", "any", "all", "find": return applied(call, elements, &program)
    case "sortedBy", "groupBy", "keyBy", "minBy", "maxBy": return keyed(call, elements, &program)
    case "fold":
      var result = call[0]
      for element in elements {
        result = program.apply(call[1], [result, element], at: call.site)
        if result.isPoison { return .poison }
      }
      return result
    case "flat": return flat(elements, call, &program)
    case "join": return join(elements, call, &program)
    case "contains", "indexOf": return position(call, elements, &program)
    case "unique": return unique(elements, at: call.site, &program)
    case "without", "intersect":
      var others = EqualValues()
      for other in Array(program.tree.items(of: call[0])) { others.insert(program.scalar(other), &program) }
      let keeps = call.name == "intersect"
      return program.tree.list(
        elements.filter { others.contains(program.scalar($0), &program, at: call.site) == keeps })
    case "reversed": return program.tree.list(elements.reversed())
    case "sum": return sum(elements, call, &program)
    case "toMap": return map(elements, call, &program)
    case "zip":
      let pairs = zip(elements, Array(program.tree.items(of: call[0])))
      return program.tree.list(pairs.map { program.tree.list([$0, $1]) })
    case "enumerated":
      let (index, value) = (UInt32(program.key("index")), UInt32(program.keys.value))
      return program.tree.list(
        elements.enumerated().map { place, element in
          let number = program.tree.int(Int64(place))
          return program.tree.record([
            TreeField(key: index, origin: 0, value: number), TreeField(key: value, origin: 0, value: element),
          ])
        })
    case "take", "drop", "chunks": return cut(call, elements, &program)
    case "sorted", "min", "max":
      let plain = elements.map { program.scalar($0) }
      if call.name == "sorted" {
        return ordered(elements, by: plain, call, &program).map { program.tree.list($0) } ?? .poison
      }
      return best(elements, by: plain, call, isLeast: call.name == "min", &program)
    default: return nil
    }
  }

  /// What calls a function for each element.
  private static func applied(_ call: MethodCall, _ elements: [TreeValue], _ program: inout Program) -> TreeValue? {
    var results: [TreeValue] = []
    let decides = call.name != "map" && call.name != "flatMap"
    for element in elements {
      let result = program.apply(call[0], to: element, at: call.site)
      if result.isPoison { return .poison }
      guard decides else {
        if !result.isNone { results.append(result) }
        continue
      }
      guard let isSo = program.decision(result, call) else { return .poison }
      switch (call.name, isSo) {
      case ("find", true): return element
      case ("any", true): return .bool(true)
      case ("all", false): return .bool(false)
      case ("filter", true): results.append(element)
      default: continue
      }
    }
    switch call.name {
    case "find": return TreeValue.none
    case "any": return .bool(false)
    case "all": return .bool(true)
    case "flatMap": return flat(results, call, &program)
    default: return program.tree.list(results)
    }
  }

  private static func flat(_ elements: [TreeValue], _ call: MethodCall, _ program: inout Program) -> TreeValue {
    var all: [TreeValue] = []
    for element in elements {
      if element.tag == .list { all += program.tree.items(of: element) } else { all.append(element) }
      if all.count > Limits.elements { return program.listTooLong(call.site) }
    }
    return program.tree.list(all)
  }

  private static func join(_ elements: [TreeValue], _ call: MethodCall, _ program: inout Program) -> TreeValue {
    let between = program.tree.text(of: call[0]) ?? ""
    var out = ""
    var isSecret = false
    for (place, element) in elements.enumerated() {
      var plain = program.scalar(element)
      if plain.isPoison { return .poison }
      isSecret = isSecret || plain.isSecret
      plain.isSecret = false
      if place > 0 { out += between }
      out += program.tree.text(of: plain) ?? program.display(plain)
      guard out.utf8.count <= Limits.text else { return program.textTooLong(call.site) }
    }
    var result = program.tree.string(out)
    result.isSecret = isSecret
    return result
  }

  private static func position(_ call: MethodCall, _ elements: [TreeValue], _ program: inout Program) -> TreeValue {
    let wanted = call[0]
    // Blocks are the same when they are one, not when their primary fields say the same.
    let isOfBlocks = wanted.tag == .instance && elements.contains { $0.tag == .instance }
    let (plain, sought) =
      isOfBlocks ? (elements, wanted) : (elements.map { program.scalar($0) }, program.scalar(wanted))
    var isSecret = false
    let place = plain.firstIndex { element in
      let found = program.equality(element, sought, at: call.site)
      isSecret = isSecret || found.isSecret
      return found.holds
    }
    var result =
      call.name == "contains" ? .bool(place != nil) : place.map { program.tree.int(Int64($0)) } ?? TreeValue.none
    if isSecret, !result.isNone { result.isSecret = true }
    return result
  }

  private static func unique(_ elements: [TreeValue], at site: Int32, _ program: inout Program) -> TreeValue {
    var unique: [TreeValue] = []
    var seen = EqualValues()
    for element in elements where !seen.contains(element, &program, at: site) {
      unique.append(element)
      seen.insert(element, &program)
    }
    return program.tree.list(unique)
  }

  private static func cut(_ call: MethodCall, _ elements: [TreeValue], _ program: inout Program) -> TreeValue {
    let number = program.tree.int(of: call[0]) ?? 0
    let least: Int64 = call.name == "chunks" ? 1 : 0
    guard number >= least else { return program.argument(call, 0, isBelow: least) }
    let count = Int(min(number, Int64(max(1, elements.count))))
    switch call.name {
    case "take": return program.tree.list(Array(elements.prefix(count)))
    case "drop": return program.tree.list(Array(elements.dropFirst(count)))
    default:
      let starts = stride(from: 0, to: elements.count, by: count)
      return program.tree.list(starts.map { program.tree.list(Array(elements[$0..<min($0 + count, elements.count)])) })
    }
  }

  private static func sum(_ elements: [TreeValue], _ call: MethodCall, _ program: inout Program) -> TreeValue {
    guard let first = elements.first else { return program.tree.int(0) }
    var total = program.scalar(first)
    for element in elements.dropFirst() {
      total = program.add(total, program.scalar(element), at: call.site)
      if total.isPoison { return .poison }
    }
    return total
  }

  /// A map from entries: records of `key` and `value`.
  private static func map(_ elements: [TreeValue], _ call: MethodCall, _ program: inout Program) -> TreeValue {
    var fields = KeyedFields()
    for element in elements {
      guard let name = program.tree.field(UInt32(program.keys.entryKey), of: element),
        let value = program.tree.field(UInt32(program.keys.value), of: element),
        case let plain = program.scalar(name.value), let text = program.tree.text(of: plain)
      else {
        program.report("KC0110", "`toMap` wants records of `key`, which is text, and `value`", at: call.site)
        return .poison
      }
      if plain.isSecret { return program.secretDecides(call) }
      fields.set(TreeField(key: UInt32(program.key(text)), origin: value.origin, value: value.value))
    }
    return program.tree.record(fields.all)
  }

  /// What orders or groups by what a function gives.
  private static func keyed(_ call: MethodCall, _ elements: [TreeValue], _ program: inout Program) -> TreeValue {
    var keys: [TreeValue] = []
    for element in elements {
      let key = program.scalar(program.apply(call[0], to: element, at: call.site))
      if key.isPoison { return .poison }
      if key.isSecret { return program.secretDecides(call) }
      keys.append(key)
    }
    switch call.name {
    case "sortedBy": return ordered(elements, by: keys, call, &program).map { program.tree.list($0) } ?? .poison
    case "minBy", "maxBy": return best(elements, by: keys, call, isLeast: call.name == "minBy", &program)
    default: break
    }
    var names: [UInt32] = []
    var groups: [UInt32: [TreeValue]] = [:]
    for (element, key) in zip(elements, keys) {
      guard let text = program.tree.text(of: key) else {
        return program.mismatch(key, TypeTable.string, at: call.site(of: 0))
      }
      let name = UInt32(program.key(text))
      if groups[name] == nil { names.append(name) }
      groups[name, default: []].append(element)
    }
    let isGrouped = call.name == "groupBy"
    return program.tree.record(
      names.map { name in
        let group = groups[name] ?? []
        return TreeField(key: name, origin: 0, value: isGrouped ? program.tree.list(group) : group.last ?? .none)
      })
  }

  private static func ordered(
    _ elements: [TreeValue], by keys: [TreeValue], _ call: MethodCall, _ program: inout Program
  ) -> [TreeValue]? {
    for key in keys.dropFirst() where program.compare(keys[0], key) == nil {
      program.incomparable(keys[0], key, call)
      return nil
    }
    let order = elements.indices.sorted { (program.compare(keys[$0], keys[$1]) ?? 0, $0) < (0, $1) }
    return order.map { elements[$0] }
  }

  private static func best(
    _ elements: [TreeValue], by keys: [TreeValue], _ call: MethodCall, isLeast: Bool, _ program: inout Program
  ) -> TreeValue {
    guard !elements.isEmpty else { return .none }
    var place = 0
    for other in elements.indices.dropFirst() {
      guard let order = program.compare(keys[other], keys[place]) else {
        program.incomparable(keys[place], keys[other], call)
        return .poison
      }
      if isLeast ? order < 0 : order > 0 { place = other }
    }
    return elements[place]
  }
}

/// Fields by their keys, in the order in which they were first set.
struct KeyedFields {
  private(set) var all: [TreeField] = []
  private var places: [UInt32: Int] = [:]

  mutating func set(_ field: TreeField) {
    if let place = places[field.key] {
      all[place] = field
    } else {
      places[field.key] = all.count
      all.append(field)
    }
  }
}

extension Program {
  /// What a function decides; nil after a report, where it is no Bool or depends on a secret.
  mutating func decision(_ value: TreeValue, _ call: MethodCall) -> Bool? {
    let plain = scalar(value)
    if plain.isPoison { return nil }
    if plain.tag == .deferred {
      _ = undecided("what `\(call.name)` decides", at: call.site)
      return nil
    }
    guard plain.tag == .bool else {
      _ = mismatch(plain, TypeTable.bool, at: call.site(of: 0))
      return nil
    }
    guard !plain.isSecret else {
      _ = secretDecides(call)
      return nil
    }
    return plain.isTrue
  }

  /// Reports that what a call gives would tell of a secret.
  mutating func secretDecides(_ call: MethodCall) -> TreeValue {
    report(
      "KC0181", "`\(call.name)` cannot decide by a secret: its result would show what the secret is",
      at: call.site(of: 0))
    return .poison
  }

  fileprivate mutating func incomparable(_ one: TreeValue, _ other: TreeValue, _ call: MethodCall) {
    report(
      "KC0163",
      "`\(call.name)` orders, and \(Self.article(kindName(one))) and \(Self.article(kindName(other))) do not compare",
      at: call.site)
  }
}
