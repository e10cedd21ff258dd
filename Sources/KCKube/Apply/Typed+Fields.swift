internal import KCData

extension Typed {
  /// The fields that a value sets.
  static func fields(of value: Value, at position: TypedPosition) -> FieldSet {
    fields(value, position, depth: 0)
  }

  private static func fields(_ value: Value, _ at: TypedPosition, depth: Int) -> FieldSet {
    var set = FieldSet()
    let form = at.form(of: value)
    if at.isTakenWhole(form) || form == .scalar || depth >= limit {
      set.isMember = true
      return set
    }
    switch (form, value) {
    case (.map, .object(let fields)):
      for (key, child) in fields {
        var below = self.fields(child, at.child(key), depth: depth + 1)
        if child == .null || child == [:] || !at.declares(key) { below.isMember = true }
        if !below.isEmpty { set.children["f:\(key)"] = below }
      }
    case (.list, .array(let elements)):
      for (step, same) in Dictionary(grouping: elements, by: { at.step(of: $0) }) {
        guard let step, let only = same.first else { continue }
        var below = same.count == 1 ? fields(only, at.element, depth: depth + 1) : FieldSet()
        below.isMember = true
        set.children[step] = below
      }
    default: break
    }
    return set
  }

  /// Adds the declared fields of structs that have members below them.
  static func withNamedFields(_ set: FieldSet, at position: TypedPosition) -> FieldSet {
    var out = set
    for (step, below) in set.children {
      var child = withNamedFields(below, at: position.below(step))
      if step.hasPrefix("f:"), position.declares(String(step.dropFirst(2))) { child.isMember = true }
      out.children[step] = child
    }
    return out
  }

  /// A set as the types of today have it: who managed parts of what is now taken as one value manages the whole.
  static func reconciled(_ set: FieldSet, at position: TypedPosition) -> FieldSet {
    if position.isDeduced || set.children.isEmpty { return set }
    var out = set
    if position.isAtomic {
      out.children = [:]
      out.isMember = true
      return out
    }
    for (step, below) in set.children { out.children[step] = reconciled(below, at: position.below(step)) }
    return out
  }
}
