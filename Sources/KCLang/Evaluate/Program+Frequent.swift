internal import KCData

/// Short ways for what the standard library asks of nearly each block.
extension Program {
  /// `c.field` where `c` is a block that a name of this frame stands for and the field was read before: most of what the
  /// standard library asks, and there is nothing to evaluate.
  mutating func knownField(_ op: Op, _ frame: Int32) -> TreeValue? {
    let base = code.ops[Int(op.a)]
    guard base.code == .local, base.a == 0, op.b != keys.name, case let place = Int(frame + 1 + base.b),
      case let block = frames[place], block.tag == .instance, !block.isSecret, frameTraces[place] == 0
    else { return nil }
    let index = Int(block.payload)
    guard instances[index].schema >= 0, instances[index].state == .ready,
      case let schema = Int(instances[index].schema), !schemas[schema].isNamespace,
      let slot = schemas[schema].slotOf[op.b], case let memo = memos[Int(instances[index].slots + slot)],
      memo.value.tag != .thunk, memo.value.tag != .busy
    else { return nil }
    reference(to: Int32(index))
    note(memo.origin)
    return memo.value
  }

  /// What the standard library asks of nearly each block, without a look at the property's name.
  mutating func frequentProperty(_ key: Int32, of base: TreeValue) -> TreeValue? {
    switch base.tag {
    case .list, .record: key == keys.isEmpty ? .bool(base.length == 0) : nil
    case .range where key == keys.low: tree.item(of: base, 0)
    case .range where key == keys.high: tree.item(of: base, 1)
    case .duration where key == keys.seconds: tree.int(base.inlineNumber / 1000)
    case .quantity where key == keys.isBinary: tree.quantity(of: base).map { .bool($0.format == .binarySI) }
    case .quantity where key == keys.isWhole: tree.quantity(of: base).map { .bool($0.nano % 1_000_000_000 == 0) }
    default: nil
    }
  }

  /// The library's `present(collection)`, which it says of most fields: what it gives for plain collections is clear.
  mutating func nonEmpty(_ callee: TreeValue, _ op: Op, _ frame: Int32) -> TreeValue {
    let collection = evaluate(code.extra[Int(op.c) + 1], frame)
    if collection.isPoison { return .poison }
    guard collection.tag == .list || collection.tag == .record, !collection.isSecret else {
      return apply(callee, to: collection, at: op.site)
    }
    return collection.length == 0 ? .none : collection
  }
}
