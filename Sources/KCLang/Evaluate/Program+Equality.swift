internal import KCData
internal import KCSyntax

/// Whether values are equal.
extension Program {
  /// What a comparison has found.
  struct Equality {
    var holds = true
    /// Whether it tells something of a secret.
    var isSecret = false
    /// Whether it looked at what is known only after apply.
    var isUndecided = false
  }

  /// A comparison under way.
  private struct Comparison {
    var found = Equality()
    /// How many values of schemas are being compared, each in the one before.
    var level = 0
    /// The pairs of such values that were looked at: what is shared by many is compared once.
    var pairs: Set<UInt64> = []
  }

  /// Whether two values are equal: a block only to itself, and what no block declares to what has the same fields.
  mutating func equality(_ left: TreeValue, _ right: TreeValue, at site: Int32) -> Equality {
    var comparison = Comparison()
    compareParts(left, right, &comparison)
    if steps >= options.stepLimit {
      report("KC0171", "this program takes more than \(options.stepLimit) steps", at: site)
    }
    if comparison.level > Limits.levels {
      report("KC0170", "values that are compared stand in each other more than \(Limits.levels) levels deep", at: site)
    }
    return comparison.found
  }

  /// Whether two values are equal, as a value; `poison` after a report.
  mutating func equal(_ left: TreeValue, _ right: TreeValue, is expected: Bool, at site: Int32) -> TreeValue {
    let found = equality(left, right, at: site)
    if found.isUndecided { return undecided("a comparison", at: site) }
    var result = TreeValue.bool(found.holds == expected)
    result.isSecret = found.isSecret
    return result
  }

  private mutating func compareParts(_ first: TreeValue, _ second: TreeValue, _ comparison: inout Comparison) {
    // Comparing is work like any other: who compares without end is stopped by the next step.
    steps += 1
    let (left, right) = (dereference(first), dereference(second))
    if left.isPoison || right.isPoison || steps > options.stepLimit { return comparison.found.holds = false }
    if left.isSecret || right.isSecret { comparison.found.isSecret = true }
    if left.bits == right.bits { return }
    switch (left.tag, right.tag) {
    // What is known only later is there, then.
    case (.deferred, .none), (.none, .deferred): comparison.found.holds = false
    case (.deferred, _), (_, .deferred):
      comparison.found.isUndecided = true
      comparison.found.holds = false
    case (.instance, .instance):
      compareParts(Int32(bitPattern: left.payload), Int32(bitPattern: right.payload), &comparison)
    case (.list, .list):
      guard left.length == right.length else { return comparison.found.holds = false }
      for place in 0..<left.length where comparison.found.holds {
        compareParts(tree.item(of: left, place), tree.item(of: right, place), &comparison)
      }
    case (.record, .record):
      guard left.length == right.length else { return comparison.found.holds = false }
      for place in 0..<left.length where comparison.found.holds {
        let one = tree.field(of: left, place)
        guard let other = tree.field(one.key, of: right) else { return comparison.found.holds = false }
        compareParts(one.value, other.value, &comparison)
      }
    // What a field is opened with, `data { … }`, and what a schema made are equal to a record that holds the same.
    case (.instance, .record) where isPlainValue(left): compareParts(materialize(left), right, &comparison)
    case (.record, .instance) where isPlainValue(right): compareParts(left, materialize(right), &comparison)
    default: comparison.found.holds = tree.equal(left, right)
    }
  }

  /// Whether a value is an instance that is no block: a map or record whose fields stand in bodies, or made by a schema.
  func isPlainValue(_ value: TreeValue) -> Bool {
    guard value.tag == .instance, case let index = Int32(bitPattern: value.payload), index != root else { return false }
    return instances[Int(index)].schema < 0 || !isDeclared(index)
  }

  private mutating func compareParts(_ left: Int32, _ right: Int32, _ comparison: inout Comparison) {
    if left == right { return }
    let schema = instances[Int(left)].schema
    guard schema == instances[Int(right)].schema, schema < 0 || !isDeclared(left) && !isDeclared(right) else {
      return comparison.found.holds = false
    }
    guard comparison.pairs.insert(UInt64(UInt32(left)) << 32 | UInt64(UInt32(right))).inserted else { return }
    comparison.level += 1
    // Beyond the limit it stays, for who reports it.
    guard comparison.level <= Limits.levels else { return comparison.found.holds = false }
    if schema < 0 {
      let one = materialize(TreeValue(.instance, payload: UInt32(left)))
      compareParts(one, materialize(TreeValue(.instance, payload: UInt32(right))), &comparison)
    } else {
      for slot in schemas[Int(schema)].slots.indices where comparison.found.holds {
        let one = read(left, slot: Int32(slot), at: 0)
        compareParts(one, read(right, slot: Int32(slot), at: 0), &comparison)
      }
    }
    if comparison.level <= Limits.levels { comparison.level -= 1 }
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

/// Values by what they are equal to: looking one up costs the same among few and among many.
struct EqualValues {
  private var buckets: [Int: [TreeValue]] = [:]

  /// Whether one of them is equal to a value.
  func contains(_ value: TreeValue, _ program: inout Program, at site: Int32) -> Bool {
    let value = Self.plain(value, &program)
    guard let bucket = buckets[Self.bucket(value, program, depth: 0)] else { return false }
    return bucket.contains { program.equality($0, value, at: site).holds }
  }

  mutating func insert(_ value: TreeValue, _ program: inout Program) {
    let value = Self.plain(value, &program)
    buckets[Self.bucket(value, program, depth: 0), default: []].append(value)
  }

  private static func plain(_ value: TreeValue, _ program: inout Program) -> TreeValue {
    program.isPlainValue(value) ? program.materialize(value) : value
  }

  /// A number that values have in common if they are equal; mostly others have another.
  private static func bucket(_ first: TreeValue, _ program: borrowing Program, depth: Int) -> Int {
    let value = program.dereference(first)
    var hasher = Hasher()
    switch value.tag {
    case .string: hasher.combine(program.tree.text(of: value))
    case .int, .wideInt, .float, .quantity:
      // Numbers of any kind are equal where they say the same. What is too large for each kind to be exact has one bucket.
      hasher.combine(TreeValue.Tag.int)
      let nano = program.tree.quantity(of: value)?.nano ?? 0
      let number = program.tree.double(of: value) ?? Double(nano) / 1e9
      if abs(number) < 1e15 { hasher.combine(Int64((number * 1000).rounded())) }
    case .list:
      hasher.combine(value.tag)
      hasher.combine(value.length)
      for place in 0..<(depth < 2 ? min(value.length, 8) : 0) {
        hasher.combine(bucket(program.tree.item(of: value, place), program, depth: depth + 1))
      }
    case .record:
      hasher.combine(value.tag)
      hasher.combine(value.length)
      // Fields are in no order.
      var sum = 0
      for place in 0..<(depth < 2 && value.length <= 32 ? value.length : 0) {
        let field = program.tree.field(of: value, place)
        var one = Hasher()
        one.combine(field.key)
        one.combine(bucket(field.value, program, depth: depth + 1))
        sum &+= one.finalize()
      }
      hasher.combine(sum)
    default: hasher.combine(value.tag)
    }
    return hasher.finalize()
  }
}
