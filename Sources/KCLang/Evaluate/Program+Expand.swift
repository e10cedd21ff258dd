internal import KCData
internal import KCSyntax

/// Applying layers: from bodies to the equations and children of instances.
extension Program {
  mutating func addInstance(_ instance: Instance) -> Int32 {
    let index = Int32(instances.count)
    instances.append(instance)
    if isResource(index) {
      instances[Int(index)].resource = index
    } else if instance.parent >= 0 {
      instances[Int(index)].resource = instances[Int(instance.parent)].resource
    }
    if instance.schema >= 0, !schemas[Int(instance.schema)].isNamespace {
      let count = schemas[Int(instance.schema)].slots.count
      instances[Int(index)].slots = Int32(memos.count)
      memos.append(contentsOf: repeatElement(Memo(value: .thunk), count: count))
    }
    return index
  }

  mutating func addBody(_ body: Int32, _ frame: Int32, to index: Int32) {
    bodyRefs.append(BodyRef(body: body, frame: frame))
    let ref = Int32(bodyRefs.count - 1)
    if instances[Int(index)].lastBody >= 0 {
      bodyRefs[Int(instances[Int(index)].lastBody)].next = ref
    } else {
      instances[Int(index)].firstBody = ref
    }
    instances[Int(index)].lastBody = ref
  }

  /// Runs an instance's bodies, once: first what holds always, then what depends on conditions.
  mutating func expand(_ index: Int32) {
    guard instances[Int(index)].state == .fresh else { return }
    instances[Int(index)].state = .expanding
    let outer = (insertion, focus)
    insertion = Insertion()
    focus = Focus(block: index, depth: pending.count)
    if instances[Int(index)].base >= 0 { addBase(of: index) }
    var rest = Rest()
    var next = instances[Int(index)].firstBody
    while next >= 0 {
      let ref = bodyRefs[Int(next)]
      run(ref.body, in: index, ref.frame, &rest)
      next = bodyRefs[Int(next)].next
    }
    var position = 0
    while position < rest.conditional.count {
      let item = rest.conditional[position]
      position += 1
      insertion = Insertion(parent: index, after: item.mark)
      decide(code.statements[Int(item.statement)], in: index, item.frame, &rest)
    }
    insertion = outer.0
    for item in rest.amendments {
      let statement = code.statements[Int(item.statement)]
      child(statement, name: statement.key, in: index, item.frame)
    }
    for statement in rest.deletions { deleteLate(code.statements[Int(statement)], in: index) }
    instances[Int(index)].state = .ready
    focus = outer.1
  }

  /// What remains to be done of an instance's bodies when all that holds always was done.
  private struct Rest {
    /// A statement that depends on values, or on what such statements make.
    struct Item {
      var statement: Int32
      var frame: Int32
      /// A child that is none, and keeps the place of what the statement makes; -1 for none.
      var mark: Int32 = -1
    }

    var conditional: [Item] = []
    /// Bodies of higher layers for instances of components that the conditional statements may make.
    var amendments: [Item] = []
    /// Deletions of what may be made by them.
    var deletions: [Int32] = []
    /// The lowest layer with a conditional statement.
    var lowest = Int32.max
  }

  private mutating func putOff(_ statement: Int32, _ frame: Int32, in index: Int32, _ rest: inout Rest) {
    var mark = Instance(schema: -1, parent: index)
    mark.isDeleted = true
    rest.conditional.append(Rest.Item(statement: statement, frame: frame, mark: link(addInstance(mark), to: index)))
    rest.lowest = min(rest.lowest, rank(code.statements[Int(statement)].origin))
  }

  /// Whether a block is to wait for what the conditional statements of lower layers make: an instance of a component may
  /// get its arguments there.
  private mutating func waits(_ statement: Statement, in index: Int32, _ rest: borrowing Rest) -> Bool {
    rest.lowest < rank(statement.origin) && schemas[Int(statement.schema)].isNamespace
      && child(named: statement.key, of: index, kind: statement.slot) == nil
  }

  private mutating func run(
    _ bodyIndex: Int32, in index: Int32, _ outer: Int32, _ rest: inout Rest
  ) {
    let body = code.bodies[Int(bodyIndex)]
    let frame = ownFrame(body, index, outer)
    for position in body.statements {
      let statement = code.statements[Int(position)]
      switch statement.kind {
      case .branch, .each, .match, .setNamed: putOff(position, frame, in: index, &rest)
      case .set: bind(statement, in: index, frame)
      case .open: open(statement, in: index, frame)
      case .child:
        if statement.key < 0 {
          putOff(position, frame, in: index, &rest)
        } else if waits(statement, in: index, rest) {
          rest.amendments.append(Rest.Item(statement: position, frame: frame))
        } else {
          child(statement, name: statement.key, in: index, frame)
        }
      case .delete: if !delete(statement, in: index) { rest.deletions.append(position) }
      case .rule: addRule(statement, in: index, frame)
      case .use: run(affinityGroups[Int(statement.a)].body, in: index, groupFrame(statement, in: index, frame), &rest)
      case .require: continue
      case .namespace:
        if let known = namespaces[index], rank(known.origin) > rank(statement.origin) { continue }
        namespaces[index] = Binding(op: statement.a, frame: frame, origin: statement.origin, below: -1)
      }
    }
  }

  private mutating func ownFrame(_ body: Body, _ index: Int32, _ outer: Int32) -> Int32 {
    guard body.frameSize > 0 else { return outer }
    let frame = addFrame(parent: outer, size: body.frameSize)
    setSlot(frame, 0, TreeValue(.instance, payload: UInt32(bitPattern: index)))
    setLets(body.lets, frame)
    return frame
  }

  mutating func setLets(_ lets: Range<Int32>, _ frame: Int32) {
    var position = lets.lowerBound
    while position < lets.upperBound {
      let slot = code.extra[Int(position)]
      setSlot(frame, slot, TreeValue(.thunk, payload: UInt32(bitPattern: code.extra[Int(position) + 1])))
      position += 2
    }
  }

  /// Runs a statement that depends on values.
  private mutating func decide(
    _ statement: Statement, in index: Int32, _ frame: Int32, _ rest: inout Rest
  ) {
    switch statement.kind {
    case .branch:
      guard let truth = condition(statement.a, frame) else { return }
      let body = truth ? statement.b : statement.c
      if body >= 0 { run(body, in: index, frame, &rest) }
    case .match:
      let subject = evaluate(statement.a, frame)
      if subject.isPoison || reportSecret(subject, "a `match`", at: statement.site) { return }
      for arm in 0..<code.extra[Int(statement.b)] {
        let pattern = code.extra[Int(statement.b + 1 + arm * 2)]
        guard let matches = matches(subject, pattern, frame) else { return }
        if matches {
          let inner = armFrame(pattern, subject, frame)
          return run(code.extra[Int(statement.b + 2 + arm * 2)], in: index, inner, &rest)
        }
      }
    case .each:
      guard let elements = elements(of: evaluate(statement.a, frame), at: statement.site) else {
        loseBlocks(of: index)
        return
      }
      for (place, element) in elements.enumerated() {
        let inner = loopFrame(frame, element, statement.isAppend ? place : nil)
        if statement.b >= 0 {
          guard let isKept = condition(statement.b, inner) else {
            loseBlocks(of: index)
            return
          }
          if !isKept { continue }
        }
        run(statement.c, in: index, inner, &rest)
      }
    case .child:
      guard let name = nameValue(statement.b, frame) else { return }
      child(statement, name: name, in: index, frame)
    case .setNamed:
      guard let name = nameValue(statement.b, frame) else { return }
      var named = statement
      named.kind = .set
      named.key = name
      bind(named, in: index, frame)
    default: return
    }
  }

  private mutating func loseBlocks(of index: Int32) {
    let schema = instances[Int(index)].schema
    if schema >= 0, schemas[Int(schema)].isNamespace { losesBlocks = true }
  }

  /// A name that an expression gives; nil where it is no text, which was reported.
  private mutating func nameValue(_ op: Int32, _ frame: Int32) -> Int32? {
    let value = scalar(evaluate(op, frame))
    if value.isPoison { return nil }
    if value.tag == .deferred {
      _ = undecided("a name", at: siteOf(op))
      return nil
    }
    guard value.tag == .string else {
      report("KC0110", "a name is text, and this is \(Self.article(kindName(value)))", at: siteOf(op))
      return nil
    }
    if value.isSecret {
      report("KC0181", "a name must not depend on a secret", at: siteOf(op))
      return nil
    }
    return key(tree.text(of: value) ?? "")
  }

  /// `kind name { … }`: a child that all layers' bodies of it share.
  private mutating func child(_ statement: Statement, name: Int32, in index: Int32, _ frame: Int32) {
    if isDeleted(name, above: statement, in: index) { return }
    var target = child(named: name, of: index, kind: statement.slot)
    if let found = target {
      let other = instances[Int(found)]
      if layer(other.origin) == layer(statement.origin) {
        return reportDouble(statement, name, other)
      }
      if other.state != .fresh {
        return report("KC0123", "`\(text(name))` is already in use where this decides about it", at: statement.site)
      }
      if rank(other.origin) > rank(statement.origin) { claim(found, statement, in: index) }
      if schemas[Int(statement.schema)].isNamespace, other.frames >= 0 {
        setArguments(
          statement.arguments, of: schemas[Int(statement.schema)].parameters, from: frame, to: other.frames)
        setArgumentSettings(of: found, in: other.frames)
      }
    } else {
      var made = Instance(
        schema: statement.schema, parent: index, kind: statement.slot, name: name, site: statement.site)
      made.origin = statement.origin
      if schemas[Int(statement.schema)].isNamespace, isRecursive(statement.schema, in: index) {
        return report(
          "KC0134", "`\(schemas[Int(statement.schema)].name)` contains itself", at: statement.site,
          notes: ["every program ends: there is no recursion"])
      }
      let added = addChild(made, to: index)
      target = added
      if schemas[Int(statement.schema)].isNamespace { instantiate(added, statement, frame) }
    }
    guard let target else { return }
    if statement.a >= 0 { addBody(statement.a, frame, to: target) }
    if statement.c >= 0 { addBody(statement.c, frame, to: target) }
  }

  private mutating func reportDouble(_ statement: Statement, _ name: Int32, _ other: Instance) {
    let kind = text(statement.slot)
    let isNamed = name != key("")
    if other.origin == statement.origin {
      return report(
        "KC0120", isNamed ? "`\(kind) \(text(name))` is declared more than once" : "two `\(kind)`s have no name",
        at: statement.site, notes: ["a loop declares it, each time with this name"],
        help: "put what differs into the name: `\(kind) \"\(text(name))-\\(…)\"`")
    }
    report(
      "KC0120", isNamed ? "`\(kind) \(text(name))` is declared twice" : "two `\(kind)`s have no name",
      at: statement.site, labels: [.init(span: span(other.site), message: "declared here first")],
      help: isNamed ? "give one of them another name" : "give them names: `\(kind) NAME = …`")
  }

  mutating func addChild(_ instance: Instance, to parent: Int32) -> Int32 {
    let index = addInstance(instance)
    let name = ChildKey(parent: parent, name: instance.name)
    instances[Int(index)].nextNamesake = children[name] ?? -1
    children.set(index, for: name)
    return link(index, to: parent)
  }

  /// Puts a child behind the others. Loops and conditions run last, and what they make stands where they do: the order
  /// of variables matters.
  mutating func link(_ index: Int32, to parent: Int32) -> Int32 {
    let isPlaced = insertion.parent == parent
    let before = isPlaced ? insertion.after : instances[Int(parent)].lastChild
    if before >= 0 {
      instances[Int(index)].nextSibling = instances[Int(before)].nextSibling
      instances[Int(before)].nextSibling = index
    } else {
      instances[Int(index)].nextSibling = instances[Int(parent)].firstChild
      instances[Int(parent)].firstChild = index
    }
    if instances[Int(parent)].lastChild == before { instances[Int(parent)].lastChild = index }
    if isPlaced { insertion.after = index }
    return index
  }

  mutating func addRule(_ statement: Statement, in index: Int32, _ frame: Int32) {
    ruleRefs.append(RuleRef(rule: statement.a, frame: frame, origin: statement.origin))
    let ref = Int32(ruleRefs.count - 1)
    if instances[Int(index)].lastRule >= 0 {
      ruleRefs[Int(instances[Int(index)].lastRule)].next = ref
    } else {
      instances[Int(index)].firstRule = ref
    }
    instances[Int(index)].lastRule = ref
  }
}

/// Finding children.
extension Program {
  /// A child by its name, of one kind or of any keyed kind.
  mutating func child(named name: Int32, of parent: Int32, kind: Int32 = -1) -> Int32? {
    if instances[Int(parent)].state == .fresh { expand(parent) }
    var next = children[ChildKey(parent: parent, name: name)] ?? -1
    while next >= 0 {
      let instance = instances[Int(next)]
      if !instance.isDeleted, kind < 0 || instance.kind == kind { return next }
      next = instance.nextNamesake
    }
    return nil
  }

  /// The children of a kind, or all, in the order of their declaration.
  mutating func children(of parent: Int32, kind: Int32 = -1) -> [Int32] {
    if instances[Int(parent)].state == .fresh { expand(parent) }
    var found: [Int32] = []
    var next = instances[Int(parent)].firstChild
    while next >= 0 {
      let instance = instances[Int(next)]
      if !instance.isDeleted, kind < 0 || instance.kind == kind { found.append(next) }
      next = instance.nextSibling
    }
    return found
  }

  /// The same as a list.
  mutating func childList(of parent: Int32, kind: Int32) -> TreeValue {
    if instances[Int(parent)].state == .fresh { expand(parent) }
    let start = valueStack.count
    defer { valueStack.drop(to: start) }
    var next = instances[Int(parent)].firstChild
    while next >= 0 {
      if !instances[Int(next)].isDeleted, instances[Int(next)].kind == kind {
        valueStack.append(TreeValue(.instance, payload: UInt32(next)))
      }
      next = instances[Int(next)].nextSibling
    }
    return tree.list(valueStack, from: start)
  }

  mutating func childNames(of parent: Int32) -> [String] {
    children(of: parent).map { text(instances[Int($0)].name) }
  }
}
