internal import KCData
internal import KCSyntax

/// Elements of lists, ranges, maps and kinds of blocks.
extension Program {
  mutating func evaluateIndex(_ op: Op, _ frame: Int32) -> TreeValue {
    let base = evaluate(op.a, frame)
    if base.isNone, op.c & MemberRead.linked != 0 { return base }
    let index = scalar(evaluate(op.b, frame))
    if base.isPoison || index.isPoison { return .poison }
    let collection = dereference(base)
    if collection.tag == .deferred { return deferredElement(index, of: collection, at: siteOf(op.b)) }
    if index.tag == .deferred { return undecided("an index", at: siteOf(op.b)) }
    if index.isSecret {
      report("KC0181", "an index must not depend on a secret", at: siteOf(op.b))
      return .poison
    }
    switch (collection.tag, index.tag) {
    case (.list, .int):
      let place = index.inlineNumber
      if place >= 0, place < collection.length {
        let item = tree.item(of: collection, Int(place))
        return taken(item, from: collection, op)
      }
      if collection.isSecret, hasAssumedInputs { return assumed(.element) }
      if op.code == .optionalIndex, place >= 0 { return taken(.none, from: collection, op) }
      report("KC0112", "the list has \(collection.length) elements, counted from 0", at: siteOf(op.b))
      return .poison
    case (.record, .string), (.instance, .string), (.scope, .string), (.choice, .string):
      let name = key(tree.text(of: index) ?? "")
      if op.code == .optionalIndex, lacks(name, collection) { return taken(.none, from: collection, op) }
      let value = member(name, of: collection, at: siteOf(op.b))
      return taken(value, from: collection, op)
    default:
      report(
        "KC0163", "\(Self.article(kindName(collection))) has no elements by \(Self.article(kindName(index)))",
        at: siteOf(op.b))
      return .poison
    }
  }

  /// An element, secret where it is one of a secret; where it may be missing, that it is there tells of the secret, too.
  private func taken(_ element: TreeValue, from collection: TreeValue, _ op: Op) -> TreeValue {
    guard collection.isSecret else { return element }
    return op.code == .optionalIndex ? part(ofSecret: element) : tainted(element)
  }

  /// Whether a map has no entry of a name.
  private mutating func lacks(_ name: Int32, _ map: TreeValue) -> Bool {
    if map.tag == .record { return tree.field(UInt32(name), of: map) == nil }
    guard map.tag == .instance, case let index = Int32(bitPattern: map.payload), instances[Int(index)].schema < 0 else {
      return false
    }
    expand(index)
    return mapIndex[ChildKey(parent: index, name: name)] == nil
  }

  /// What a loop runs over: elements of a list, numbers of a range, entries of a map, blocks of a kind; nil where it is
  /// no collection, which was reported.
  mutating func elements(of collection: TreeValue, at site: Int32) -> [TreeValue]? {
    let value = dereference(collection)
    if reportSecret(value, "a `for`", at: site) { return nil }
    switch value.tag {
    case .poison: return nil
    case .none: return []
    case .list: return Array(tree.items(of: value))
    case .range where (0..<2).contains(where: { tree.item(of: value, $0).tag == .deferred }):
      _ = undecided("a `for`", at: site)
      return nil
    case .range:
      guard let low = tree.int(of: tree.item(of: value, 0)), let high = tree.int(of: tree.item(of: value, 1)) else {
        report("KC0110", "a loop needs a range of whole numbers with two ends", at: site)
        return nil
      }
      if high < low { return [] }
      let (count, overflow) = high.subtractingReportingOverflow(low)
      guard !overflow, count < Int64(Limits.elements) else {
        report("KC0172", "a list may have up to \(Limits.elements) elements", at: site)
        return nil
      }
      return (low...high).map { tree.int($0) }
    case .record, .instance: return entries(of: value)
    case .scope: return blocks(of: value)
    case .deferred:
      _ = undecided("a `for`", at: site)
      return nil
    default:
      report("KC0110", "`for` runs over lists, ranges and maps, and this is \(Self.article(kindName(value)))", at: site)
      return nil
    }
  }

  /// The entries of a map as records of `key` and `value`.
  mutating func entries(of value: TreeValue) -> [TreeValue] {
    let record = value.tag == .instance ? materialize(value) : value
    guard record.tag == .record else { return [] }
    return Array(tree.fields(of: record)).map { field in
      let name = tree.string(tree.keys.text(field.key))
      return tree.record([
        TreeField(key: UInt32(keys.entryKey), origin: 0, value: name),
        TreeField(key: UInt32(keys.value), origin: field.origin, value: field.value),
      ])
    }
  }

  /// The blocks of a kind in a namespace.
  mutating func blocks(of scope: TreeValue) -> [TreeValue] {
    let space = Int32(scope.length)
    expand(space)
    return children(of: space, kind: Int32(bitPattern: scope.payload)).map { TreeValue(.instance, payload: UInt32($0)) }
  }
}

/// Children of a kind as a list.
extension Program {
  /// The block whose children of one kind a list holds; nil for other lists.
  func keyedOwner(of list: TreeValue) -> Int32? {
    guard list.length > 0, case let first = tree.item(of: list, 0), first.tag == .instance else { return nil }
    let child = instances[Int(first.payload)]
    guard child.parent >= 0, child.name >= 0, child.kind >= 0, !isResource(Int32(bitPattern: first.payload)) else {
      return nil
    }
    return child.parent
  }

  /// Whether lists have a property or function of a name.
  func isListMember(_ key: Int32) -> Bool { Builtins.isListMember(text(key)) }
}

/// What is read through a secret.
extension Program {
  /// A part of a secret, which is one.
  func tainted(_ value: TreeValue) -> TreeValue {
    if value.isPoison || value.isNone { return value }
    var part = value
    part.isSecret = true
    return part
  }

  /// What a secret holds or gives where it may hold none, which tells of it, too.
  func part(ofSecret value: TreeValue) -> TreeValue {
    if value.isPoison { return value }
    var part = value
    part.isSecret = true
    part.hidesPresence = true
    return part
  }

  /// What was made of a value, with its mark.
  func keepingTaint(of value: TreeValue, _ made: TreeValue) -> TreeValue {
    value.isSecret ? tainted(made) : made
  }

  /// Reports that something depends on a secret, which would show what it is; of the library, where it was called.
  ///
  /// - Returns: whether it does.
  mutating func reportSecret(_ value: TreeValue, _ what: String, at site: Int32) -> Bool {
    let ends = value.tag == .range ? [tree.item(of: value, 0), tree.item(of: value, 1)] : []
    guard value.isSecret || ends.contains(where: \.isSecret) else { return false }
    report("KC0181", "\(what) must not depend on a secret", at: isOwn(site) ? site : callSite ?? site)
    return true
  }
}
