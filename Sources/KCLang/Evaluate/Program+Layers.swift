internal import KCData
internal import KCSyntax

/// What sets fields: the defaults, components, files, envs and arguments.
struct Layer: Sendable, Equatable {
  /// What `kc why` calls it.
  var name: String
  /// A layer wins over those of lower ranks. A component stands above those whose instances it makes.
  var rank: Int32

  static let file: Int32 = 1 << 20
  static let test: Int32 = 1 << 24
  static let settings = Layer(name: "--set", rank: 1 << 25)
}

/// Layers, and the equations that they give a field, from the highest down.
extension Program {
  func layer(_ origin: UInt32) -> Int32 { code.origins[Int(origin)].layer }

  func rank(_ origin: UInt32) -> Int32 { layers[Int(code.origins[Int(origin)].layer)].rank }

  /// Puts the layer of a component's body above that of a component of which it makes an instance.
  mutating func raise(_ layer: Int32, over schema: Int32) {
    guard layers[Int(layer)].rank < Layer.file, case let scope = schemas[Int(schema)].inner, scope >= 0 else { return }
    let below = layers[Int(scopes[Int(scope)].layer)].rank
    layers[Int(layer)].rank = max(layers[Int(layer)].rank, min(below + 1, Layer.file - 1))
  }

  mutating func bind(_ statement: Statement, in index: Int32, _ frame: Int32) {
    let place = place(statement, in: index)
    add(
      Binding(op: statement.a, frame: frame, origin: statement.origin, isAppend: statement.isAppend, below: -1),
      statement, at: place, in: index)
  }

  /// Sets a field of an instance whose bodies were run already.
  mutating func bindNow(_ statement: Statement, in index: Int32) {
    expand(index)
    bind(statement, in: index, 0)
  }

  /// Opens a nested record of an instance whose bodies were run already; nil where the field is a plain value.
  mutating func openNow(_ statement: Statement, in index: Int32) -> Int32? {
    expand(index)
    let place = place(statement, in: index)
    // What an argument has opened before stands open: each next one sets its own field of it.
    if let known = opened(at: place), instances[Int(known)].state == .ready { return known }
    open(statement, in: index, 0)
    return opened(at: place)
  }

  /// The nested record that a field's topmost layer is.
  private func opened(at place: Int) -> Int32? {
    let head = memos[place].head
    return head >= 0 && bindings[Int(head)].instance >= 0 ? bindings[Int(head)].instance : nil
  }

  /// The memo and head of a field.
  private mutating func place(_ statement: Statement, in index: Int32) -> Int {
    if instances[Int(index)].schema >= 0 { return Int(instances[Int(index)].slots + statement.slot) }
    let name = ChildKey(parent: index, name: statement.key)
    if let known = mapIndex[name] { return Int(known) }
    memos.append(Memo(value: .thunk))
    let slot = Int32(memos.count - 1)
    mapIndex.set(slot, for: name)
    mapFields.append(MapField(key: statement.key, slot: slot))
    let field = Int32(mapFields.count - 1)
    if instances[Int(index)].lastField >= 0 {
      mapFields[Int(instances[Int(index)].lastField)].next = field
    } else {
      instances[Int(index)].firstField = field
    }
    instances[Int(index)].lastField = field
    return Int(slot)
  }

  /// Where an equation of an origin stands among those of a field: the ones right above and below it, or -1.
  private func neighbours(_ origin: UInt32, at place: Int) -> (above: Int32, below: Int32) {
    var (above, below) = (Int32(-1), memos[place].head)
    if below < 0 { return (above, below) }
    // Conditions are decided last, and what they set does not win for that.
    let rank = rank(origin)
    while below >= 0, self.rank(bindings[Int(below)].origin) > rank {
      above = below
      below = bindings[Int(below)].below
    }
    return (above, below)
  }

  /// Adds an equation to a field's, after checking that its layer set the field only once.
  private mutating func add(_ binding: Binding, _ statement: Statement, at place: Int, in index: Int32) {
    if memos[place].value.tag != .thunk {
      report(
        "KC0123", "whether `\(text(statement.key))` is set here depends on `\(text(statement.key))` itself",
        at: statement.site)
      return
    }
    let (above, below) = neighbours(binding.origin, at: place)
    if below >= 0, !binding.isAppend {
      let other = bindings[Int(below)]
      let isNested = other.op < 0 && binding.op < 0
      if !isNested, layer(other.origin) == layer(binding.origin), !other.isAppend {
        if other.origin == binding.origin {
          return report(
            "KC0121", "`\(text(statement.key))` is set more than once", at: statement.site,
            notes: ["a loop sets it, each time anew; within one layer a field is set once"],
            help: "set it outside of the loop, or add to it with `+=`")
        }
        return report(
          "KC0121", "`\(text(statement.key))` is set twice", at: statement.site,
          labels: [.init(span: span(code.origins[Int(other.origin)].site), message: "set here first")],
          notes: ["within one layer a field is set once"],
          help: "remove one of the two")
      }
    }
    if let final = finalSite(statement, index, binding, below) {
      return report(
        "KC0124", "`\(text(statement.key))` is final", at: statement.site,
        labels: [.init(span: span(final), message: "declared here")])
    }
    bindings.append(binding)
    let added = bindings.count - 1
    bindings[added].below = below
    if above >= 0 { bindings[Int(above)].below = Int32(added) } else { memos[place].head = Int32(added) }
  }

  private func finalSite(_ statement: Statement, _ index: Int32, _ binding: Binding, _ below: Int32) -> Int32? {
    let schema = instances[Int(index)].schema
    guard schema >= 0, statement.slot >= 0 else { return nil }
    let slot = schemas[Int(schema)].slots[Int(statement.slot)]
    return slot.isFinal && slot.fallback >= 0 ? slot.site : nil
  }

  /// `field { … }`: an instance that all layers' bodies of the field share.
  mutating func open(_ statement: Statement, in index: Int32, _ frame: Int32) {
    let place = place(statement, in: index)
    let (above, below) = neighbours(statement.origin, at: place)
    for near in [below, above] where near >= 0 && bindings[Int(near)].instance >= 0 {
      let shared = bindings[Int(near)].instance
      guard instances[Int(shared)].state == .fresh else {
        return report(
          "KC0123", "`\(text(statement.key))` is already in use where this decides about it", at: statement.site)
      }
      return addBody(statement.a, frame, to: shared)
    }
    var nested = Instance(schema: -1, parent: index, kind: statement.key, site: statement.site)
    nested.origin = statement.origin
    let type = fieldType(statement, index)
    switch types[types.required(type)] {
    case .schema(let schema): nested.schema = schema.index
    case .map(let element): nested.element = element
    case .union(let members):
      for member in members {
        if case .schema(let schema) = types[types.required(member)] {
          nested.schema = schema.index
          break
        }
      }
    default: break
    }
    if nested.schema >= 0 { ensureSchema(nested.schema) } else { nested.base = below }
    let inner = addInstance(nested)
    addBody(statement.a, frame, to: inner)
    add(
      Binding(op: -1, frame: frame, origin: statement.origin, instance: inner, below: -1), statement, at: place,
      in: index)
  }

  /// Gives a map what lower layers set in its place as a whole, or added with `+=`: each of it can be set anew.
  mutating func addBase(of index: Int32) {
    let parent = instances[Int(index)].parent
    let value = materialize(value(of: instances[Int(index)].base, of: parent, field: instances[Int(index)].kind))
    guard value.tag == .record else { return }
    let lowest = bindings[Int(instances[Int(index)].base)].origin
    for field in Array(tree.fields(of: value)) {
      var statement = Statement(kind: .set)
      statement.key = Int32(bitPattern: field.key)
      statement.origin = field.origin != 0 ? field.origin : lowest
      statement.site = code.origins[Int(statement.origin)].site
      statement.a = code.constant(field.value, at: statement.site)
      bind(statement, in: index, 0)
    }
  }

  private func fieldType(_ statement: Statement, _ index: Int32) -> TypeID {
    let instance = instances[Int(index)]
    guard instance.schema >= 0 else { return instance.element }
    return schemas[Int(instance.schema)].slots[Int(statement.slot)].type
  }
}

/// Children that several layers declare, amend or delete.
extension Program {
  /// Makes a lower layer's statement the declaration of a child that a higher one has amended before: what depends on
  /// values is decided last.
  mutating func claim(_ child: Int32, _ statement: Statement, in parent: Int32) {
    instances[Int(child)].origin = statement.origin
    instances[Int(child)].site = statement.site
    var before: Int32 = -1
    var next = instances[Int(parent)].firstChild
    while next >= 0, next != child { (before, next) = (next, instances[Int(next)].nextSibling) }
    guard next == child, insertion.parent == parent else { return }
    if before >= 0 {
      instances[Int(before)].nextSibling = instances[Int(child)].nextSibling
    } else {
      instances[Int(parent)].firstChild = instances[Int(child)].nextSibling
    }
    if instances[Int(parent)].lastChild == child { instances[Int(parent)].lastChild = before }
    _ = link(child, to: parent)
  }

  /// Whether a layer above that of a statement has deleted the child which it declares.
  func isDeleted(_ name: Int32, above statement: Statement, in parent: Int32) -> Bool {
    var next = children[ChildKey(parent: parent, name: name)] ?? -1
    while next >= 0 {
      let instance = instances[Int(next)]
      if instance.isDeleted, instance.kind == statement.slot, rank(instance.deletion) > rank(statement.origin) {
        return true
      }
      next = instance.nextNamesake
    }
    return false
  }

  /// Deletes a child.
  ///
  /// - Returns: whether it is there.
  mutating func delete(_ statement: Statement, in index: Int32) -> Bool {
    guard let found = child(named: statement.key, of: index, kind: statement.slot) else { return false }
    // What a higher layer declares anew is another one.
    guard rank(instances[Int(found)].origin) <= rank(statement.origin) else { return true }
    instances[Int(found)].isDeleted = true
    instances[Int(found)].deletion = statement.origin
    return true
  }

  /// Deletes a child that a conditional statement may have made.
  mutating func deleteLate(_ statement: Statement, in index: Int32) {
    if delete(statement, in: index) { return }
    let known = children(of: index, kind: statement.slot).map { text(instances[Int($0)].name) }
    reportUnknown(
      "KC0100", "there is no \(text(statement.slot)) `\(text(statement.key))` to delete", text(statement.key),
      among: known, at: span(statement.site))
  }
}
