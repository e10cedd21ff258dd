internal import KCData

/// Operations on values that follow their types. Each stops at `limit` levels and takes what is deeper as one value.
enum Typed {
  static let limit = 256

  /// Whether two values are the same; numbers are compared by what they are worth.
  static func isSame(_ left: Value?, _ right: Value?) -> Bool {
    switch (left, right) {
    case (.int(let a)?, .number(let b)?), (.number(let b)?, .int(let a)?): return Double(a) == b
    case (.array(let a)?, .array(let b)?): return a.count == b.count && zip(a, b).allSatisfy { isSame($0, $1) }
    case (.object(let a)?, .object(let b)?):
      return a.count == b.count && a.allSatisfy { key, value in b[key].map { isSame(value, $0) } ?? false }
    default: return left == right
    }
  }
}

/// What differs between two versions of an object.
struct FieldComparison {
  var added = FieldSet()
  var modified = FieldSet()
  var removed = FieldSet()

  var changed: FieldSet { added.union(modified) }
  var isEmpty: Bool { added.isEmpty && modified.isEmpty && removed.isEmpty }

  init() {}

  init(from old: Value, to new: Value, at position: TypedPosition) {
    self = Self.compare(old, new, position, depth: 0)
  }

  /// Without the fields of a set and all that is below them.
  func excluding(_ ignored: FieldSet) -> FieldComparison {
    if ignored.isEmpty { return self }
    var out = self
    out.added = added.subtractingRecursively(ignored)
    out.modified = modified.subtractingRecursively(ignored)
    out.removed = removed.subtractingRecursively(ignored)
    return out
  }

  private mutating func add(_ below: FieldComparison, at step: String) {
    if !below.added.isEmpty { added.children[step] = below.added }
    if !below.modified.isEmpty { modified.children[step] = below.modified }
    if !below.removed.isEmpty { removed.children[step] = below.removed }
  }

  private static func compare(_ old: Value?, _ new: Value?, _ at: TypedPosition, depth: Int) -> FieldComparison {
    var out = FieldComparison()
    let (before, after) = (at.form(of: old), at.form(of: new))
    let isLeaf: Bool
    if new == nil {
      isLeaf = out.handle(before, old, new, at, depth)
    } else if old == nil || before == after {
      isLeaf = out.handle(after, old, new, at, depth)
    } else {
      // The type leaves it open, and the two are of different forms: what the old one had goes.
      _ = out.handle(before, old, new, at, depth)
      isLeaf = out.handle(after, old, new, at, depth)
    }
    if !isLeaf {
      if old == nil { out.added.isMember = true } else if new == nil { out.removed.isMember = true }
    }
    return out
  }

  /// - Returns: whether the values were taken as one.
  private mutating func handle(
    _ form: TypedPosition.Form, _ old: Value?, _ new: Value?, _ at: TypedPosition, _ depth: Int
  ) -> Bool {
    if at.isTakenWhole(form) || depth >= Typed.limit {
      leaf(old, new)
      return true
    }
    switch form {
    case .scalar: leaf(old, new)
    case .map:
      let (left, right) = (old?.object ?? [:], new?.object ?? [:])
      if !left.isEmpty || !right.isEmpty {
        fields(left, right, at, depth)
        return false
      }
      leaf(old, new)
    case .list:
      let (left, right) = (old?.array ?? [], new?.array ?? [])
      if !left.isEmpty || !right.isEmpty {
        elements(left, right, at, depth)
        return false
      }
      leaf(old, new)
    }
    return true
  }

  private mutating func leaf(_ old: Value?, _ new: Value?) {
    if old == nil {
      added.isMember = true
    } else if new == nil {
      removed.isMember = true
    } else if !Typed.isSame(old, new) {
      modified.isMember = true
    }
  }

  private mutating func fields(_ left: Fields, _ right: Fields, _ at: TypedPosition, _ depth: Int) {
    for (key, value) in left {
      add(Self.compare(value, right[key], at.child(key), depth: depth + 1), at: "f:\(key)")
    }
    for (key, value) in right where left[key] == nil {
      add(Self.compare(nil, value, at.child(key), depth: depth + 1), at: "f:\(key)")
    }
  }

  private mutating func elements(_ left: [Value], _ right: [Value], _ at: TypedPosition, _ depth: Int) {
    let before = Dictionary(grouping: left, by: { at.step(of: $0) })
    let after = Dictionary(grouping: right, by: { at.step(of: $0) })
    for case let step? in Set(before.keys).union(after.keys) {
      let (old, new) = (before[step] ?? [], after[step] ?? [])
      switch (old.count, new.count) {
      case (0...1, 0...1): add(Self.compare(old.first, new.first, at.element, depth: depth + 1), at: step)
      case (2..., 2...):
        if !Typed.isSame(.array(old), .array(new)) { modified.children[step, default: FieldSet()].isMember = true }
      case (2..., _):
        if let only = new.first { add(Self.compare(nil, only, at.element, depth: depth + 1), at: step) }
        removed.children[step, default: FieldSet()].isMember = true
      default:
        if let only = old.first { add(Self.compare(only, nil, at.element, depth: depth + 1), at: step) }
        added.children[step, default: FieldSet()].isMember = true
      }
    }
  }
}
