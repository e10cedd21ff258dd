internal import KCData

/// Operations on values that follow their types: merging, comparing, removing.
enum TypedValue {
  /// The fields that a configuration sets.
  static func fields(of value: Value, at position: TypedPosition) -> FieldSet {
    var set = FieldSet()
    guard position.isGranular(value) else {
      set.isMember = true
      return set
    }
    switch value {
    case .object(let fields):
      if fields.isEmpty { set.isMember = true }
      for (key, child) in fields { set.children["f:\(key)"] = self.fields(of: child, at: position.child(key)) }
    case .array(let elements):
      if elements.isEmpty { set.isMember = true }
      for element in elements {
        var below = self.fields(of: element, at: position.element)
        below.isMember = true
        set.children[position.step(of: element), default: FieldSet()] =
          set.children[position.step(of: element)].map { $0.union(below) } ?? below
      }
    default: set.isMember = true
    }
    return set
  }

  /// `live` with all that `config` sets.
  static func merge(_ live: Value?, _ config: Value, at position: TypedPosition) -> Value {
    guard let live, position.isGranular(config), position.isGranular(live) else { return config }
    switch (live, config) {
    case (.object(var fields), .object(let changes)):
      for (key, value) in changes { fields[key] = merge(fields[key], value, at: position.child(key)) }
      return .object(fields)
    case (.array(let old), .array(let new)): return .array(mergeLists(old, new, at: position))
    default: return config
    }
  }

  /// The configuration's elements keep their order; those that only `old` has stay after the one they followed.
  private static func mergeLists(_ old: [Value], _ new: [Value], at position: TypedPosition) -> [Value] {
    var before: [String: Value] = [:]
    for element in old { before[position.step(of: element)] = element }
    let newSteps = new.map { position.step(of: $0) }
    let wanted = Set(newSteps)
    var result: [Value] = []
    var nextOld = 0
    let oldSteps = old.map { position.step(of: $0) }
    var placed: Set<String> = []
    for (step, element) in zip(newSteps, new) {
      // Elements that only the live list has and that come before this one there stay before it.
      if let at = oldSteps.firstIndex(of: step), at >= nextOld {
        for index in nextOld..<at where !wanted.contains(oldSteps[index]) { result.append(old[index]) }
        nextOld = at + 1
      }
      if placed.insert(step).inserted { result.append(merge(before[step], element, at: position.element)) }
    }
    for index in nextOld..<max(nextOld, old.count) where !wanted.contains(oldSteps[index]) { result.append(old[index]) }
    return result
  }

  /// `value` without the members of `set`; an element or field goes whole when it is a member itself.
  static func remove(_ set: FieldSet, from value: Value, at position: TypedPosition) -> Value? {
    if set.isMember { return nil }
    if set.children.isEmpty { return value }
    switch value {
    case .object(let fields):
      var result = fields
      for (step, below) in set.children where step.hasPrefix("f:") {
        let key = String(step.dropFirst(2))
        guard let child = fields[key] else { continue }
        result[key] = remove(below, from: child, at: position.child(key))
      }
      return .object(result)
    case .array(let elements):
      return .array(
        elements.compactMap { element in
          guard let below = set.children[position.step(of: element)] else { return element }
          return remove(below, from: element, at: position.element)
        })
    default: return value
    }
  }
}

/// What differs between two versions of an object.
struct FieldComparison {
  var added = FieldSet()
  var modified = FieldSet()
  var removed = FieldSet()

  var changed: FieldSet { added.union(modified) }

  init(from old: Value?, to new: Value, at position: TypedPosition) {
    compare(old, new, position, [], isParentThere: true)
  }

  /// - Parameter isParentThere: whether what holds this place was there before; then structs of the kind that is
  ///   always there were too.
  private mutating func compare(
    _ old: Value?, _ new: Value?, _ position: TypedPosition, _ path: [String], isParentThere: Bool
  ) {
    let isGranular = (old.map(position.isGranular) ?? true) && (new.map(position.isGranular) ?? true)
    guard isGranular, old != nil || new != nil else {
      leaf(old, new, path)
      return
    }
    let isThere = old != nil || path.isEmpty || (position.isAlwaysPresent && isParentThere)
    if !isThere { added.insert(path) }
    if new == nil { removed.insert(path) }
    switch old ?? new ?? .null {
    case .object:
      let left = old?.object ?? Fields()
      let right = new?.object ?? Fields()
      for key in Set(left.keys).union(right.keys) {
        compare(left[key], right[key], position.child(key), path + ["f:\(key)"], isParentThere: isThere)
      }
    case .array:
      let left = elements(old, position)
      let right = elements(new, position)
      for step in Set(left.keys).union(right.keys) {
        compare(left[step], right[step], position.element, path + [step], isParentThere: isThere)
      }
    default: leaf(old, new, path)
    }
  }

  private func elements(_ list: Value?, _ position: TypedPosition) -> [String: Value] {
    Dictionary((list?.array ?? []).map { (position.step(of: $0), $0) }, uniquingKeysWith: { $1 })
  }

  private mutating func leaf(_ old: Value?, _ new: Value?, _ path: [String]) {
    if old == new { return }
    if old == nil {
      added.insert(path)
    } else if new == nil {
      removed.insert(path)
    } else {
      modified.insert(path)
    }
  }
}
