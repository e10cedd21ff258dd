internal import KCData
internal import KCSyntax

/// Whether values are equal.
extension Program {
  /// What a comparison has found.
  struct Equality {
    var holds: Bool
    /// Whether it tells something of a secret.
    var isSecret = false
    /// Whether it looked at what is known only after apply.
    var isUndecided = false

    mutating func join(_ other: Equality) {
      holds = holds && other.holds
      isSecret = isSecret || other.isSecret
      isUndecided = isUndecided || other.isUndecided
    }
  }

  /// Whether two values are equal: a block only to itself, and what no block declares to what has the same fields.
  mutating func equality(_ left: TreeValue, _ right: TreeValue) -> Equality {
    if tree.equal(left, right) { return Equality(holds: true) }
    return isMadeOf(left) && isMadeOf(right) ? fieldEquality(left, right) : Equality(holds: false)
  }

  /// Whether two values are equal, as a value; `poison` after a report.
  mutating func equal(_ left: TreeValue, _ right: TreeValue, is expected: Bool, at site: Int32) -> TreeValue {
    let found = equality(left, right)
    if found.isUndecided { return undecided("a comparison", at: site) }
    var result = TreeValue.bool(found.holds == expected)
    result.isSecret = found.isSecret
    return result
  }

  private func isMadeOf(_ value: TreeValue) -> Bool {
    value.tag == .instance || value.tag == .list || value.tag == .record
  }

  private mutating func fieldEquality(_ left: TreeValue, _ right: TreeValue) -> Equality {
    switch (left.tag, right.tag) {
    case (.instance, .instance): return equality(Int32(bitPattern: left.payload), Int32(bitPattern: right.payload))
    case (.list, .list):
      guard left.length == right.length else { return Equality(holds: false) }
      var result = Equality(holds: true)
      for place in 0..<left.length where result.holds {
        result.join(part(tree.item(of: left, place), tree.item(of: right, place)))
      }
      return result
    case (.record, .record):
      guard left.length == right.length else { return Equality(holds: false) }
      var result = Equality(holds: true)
      for place in 0..<left.length where result.holds {
        let one = tree.field(of: left, place)
        guard let other = tree.field(one.key, of: right) else { return Equality(holds: false) }
        result.join(part(one.value, other.value))
      }
      return result
    default: return Equality(holds: false)
    }
  }

  private mutating func part(_ left: TreeValue, _ right: TreeValue) -> Equality {
    if left.isPoison || right.isPoison { return Equality(holds: false) }
    var result = equality(left, right)
    result.isSecret = result.isSecret || left.isSecret || right.isSecret
    result.isUndecided = result.isUndecided || holdsDeferred(left) || holdsDeferred(right)
    return result
  }

  private mutating func equality(_ left: Int32, _ right: Int32) -> Equality {
    let schema = instances[Int(left)].schema
    if left == right { return Equality(holds: true) }
    guard schema == instances[Int(right)].schema, !isDeclared(left), !isDeclared(right), depth < Limits.depth else {
      return Equality(holds: false)
    }
    depth += 1
    defer { depth -= 1 }
    if schema < 0 {
      let one = materialize(TreeValue(.instance, payload: UInt32(left)))
      return part(one, materialize(TreeValue(.instance, payload: UInt32(right))))
    }
    var result = Equality(holds: true)
    for slot in schemas[Int(schema)].slots.indices where result.holds {
      let one = read(left, slot: Int32(slot), at: 0)
      result.join(part(one, read(right, slot: Int32(slot), at: 0)))
    }
    return result
  }

  /// Whether an instance is a block, which is itself alone; others are values or the fields of a nested record.
  private func isDeclared(_ index: Int32) -> Bool {
    let instance = instances[Int(index)]
    guard instance.kind >= 0 else { return false }
    guard instance.name < 0, instance.parent >= 0, case let outer = instances[Int(instance.parent)].schema, outer >= 0
    else { return true }
    guard let slot = schemas[Int(outer)].slotOf[instance.kind] else { return true }
    return schemas[Int(outer)].slots[Int(slot)].childSchema >= 0
  }
}
