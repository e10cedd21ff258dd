internal import KCData

extension Typed {
  /// `value` without the members of `set`. A map or list that loses all it had stays, empty.
  static func remove(_ set: FieldSet, from value: Value, at position: TypedPosition) -> Value {
    remove(set, value, position, depth: 0)
  }

  private static func remove(_ set: FieldSet, _ value: Value, _ at: TypedPosition, depth: Int) -> Value {
    let form = at.form(of: value)
    if form == .scalar || depth >= limit { return value }
    switch (form, value) {
    case (.map, .object(let fields)) where !fields.isEmpty && !at.isTakenWhole(form):
      return removeFields(set, fields, at, depth)
    case (.list, .array(let elements)) where !elements.isEmpty && !at.isTakenWhole(form):
      return removeElements(set, elements, at, depth)
    default: return .null
    }
  }

  private static func removeFields(_ set: FieldSet, _ fields: Fields, _ at: TypedPosition, _ depth: Int) -> Value {
    var out = Fields(minimumCapacity: fields.count)
    var hadMatches = false
    for (key, child) in fields {
      guard let below = set.children["f:\(key)"] else {
        out[key] = child
        continue
      }
      if below.isMember { continue }
      hadMatches = true
      out[key] = keepingContainer(remove(below, child, at.child(key), depth: depth + 1), child)
    }
    return out.isEmpty && !hadMatches ? .null : .object(out)
  }

  private static func removeElements(_ set: FieldSet, _ list: [Value], _ at: TypedPosition, _ depth: Int) -> Value {
    var out: [Value] = []
    var hadMatches = false
    for element in list {
      guard let step = at.step(of: element), let below = set.children[step] else {
        out.append(element)
        continue
      }
      if below.isMember { continue }
      hadMatches = true
      out.append(keepingContainer(remove(below, element, at.element, depth: depth + 1), element))
    }
    return out.isEmpty && !hadMatches ? .null : .array(out)
  }

  private static func keepingContainer(_ rest: Value, _ original: Value) -> Value {
    switch (rest, original) {
    case (.null, .object): [:]
    case (.null, .array): []
    default: rest
    }
  }
}
