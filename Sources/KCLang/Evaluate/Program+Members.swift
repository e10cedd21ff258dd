internal import KCData
internal import KCSyntax

/// Members, elements and calls.
extension Program {
  mutating func evaluateMember(_ op: Op, _ frame: Int32) -> TreeValue {
    if let value = knownField(op, frame) { return value }
    let base = evaluate(op.a, frame)
    if base.isNone {
      if op.code == .optionalMember { return .none }
      report(
        "KC0164", "this has no value, so it has no `\(text(op.b))`", at: siteOf(op.a),
        help: "use `?.` where a value may be absent")
      return .poison
    }
    if readsObjects, base.tag == .record { return objectMember(op, of: base) }
    // What is not clear is which block the name means, not what of it is read.
    if base.tag == .choice { return member(op.b, ofChoice: base, at: op.site, name: siteOf(op.a)) }
    let value = member(op.b, of: base, at: op.site)
    guard base.isSecret else { return value }
    return mayLack(op.b, base) ? part(ofSecret: value) : tainted(value)
  }

  /// Whether a value has a member that others of its type may lack.
  private func mayLack(_ key: Int32, _ base: TreeValue) -> Bool {
    guard base.tag == .instance, case let schema = instances[Int(base.payload)].schema, schema >= 0,
      let slot = schemas[Int(schema)].slotOf[key]
    else { return Builtins.isOptionalProperty(text(key), of: base.tag) }
    return types.isOptional(schemas[Int(schema)].slots[Int(slot)].type)
  }

  mutating func member(_ key: Int32, of base: TreeValue, at site: Int32) -> TreeValue {
    switch base.tag {
    case .poison: return .poison
    case .instance: return member(key, ofInstance: Int32(bitPattern: base.payload), at: site)
    case .choice: return member(key, ofChoice: base, at: site)
    case .scope: return block(key, in: base, at: site)
    case .record:
      if let field = tree.field(UInt32(key), of: base) {
        if field.origin != 0 { trace.origin = field.origin }
        return field.value
      }
    case .key:
      if text(key) == "key" { return tree.item(of: base, 2) }
      if text(key) == "owner" { return tree.item(of: base, 0) }
      return member(key, of: dereference(base), at: site)
    case .symbol: return unresolved(base)
    case .deferred: return deferredMember(key, of: base, at: site)
    case .list:
      // The children of a kind by their names: `cache.port.client`.
      for element in tree.items(of: base) where element.tag == .instance {
        if instances[Int(element.payload)].name == key { return element }
      }
      if let owner = keyedOwner(of: base), !isListMember(key) {
        reportNoChild(key, [instances[Int(tree.item(of: base, 0).payload)].kind], of: owner, at: site)
        return .poison
      }
    default: break
    }
    if !base.isSecret, let value = frequentProperty(key, of: base) { return value }
    if var value = Builtins.property(text(key), of: base, &self) {
      if base.isSecret { value.isSecret = true }
      return value
    }
    reportNoMember(key, of: base, at: site)
    return .poison
  }

  private mutating func reportNoMember(_ key: Int32, of base: TreeValue, at site: Int32) {
    let name = text(key)
    if base.tag == .record {
      return reportNoMember(name, ofRecordWith: tree.fields(of: base).map { tree.keys.text($0.key) }, at: site)
    }
    let known = Builtins.properties(of: base.tag) + Builtins.methods(of: base.tag)
    reportUnknown(
      "KC0107", "\(Self.article(kindName(base))) has no `\(name)`", name, among: known, at: span(site))
  }

  private mutating func member(_ key: Int32, ofInstance index: Int32, at site: Int32) -> TreeValue {
    let schema = instances[Int(index)].schema
    if schema < 0 { return entry(key, of: index, at: site) }
    if instances[Int(index)].isDeleted, reportDeleted(index, at: site) { return .poison }
    reference(to: index)
    if schemas[Int(schema)].isNamespace { return namespaceMember(key, index, site) }
    if let slot = schemas[Int(schema)].slotOf[key] {
      let value = read(index, slot: slot, at: site)
      if key == keys.name, trace.origin == 0, owner >= 0, resource(of: index) == resource(of: owner) {
        // A block's name stands where the block is declared.
        trace.origin = instances[Int(index)].origin
      }
      return value
    }
    if let child = child(named: key, of: index) { return TreeValue(.instance, payload: UInt32(child)) }
    if isResource(index), let paths = livePaths(of: schema, key) { return liveField(of: index, paths, at: site) }
    if key == keys.name, instances[Int(index)].name >= 0 { return tree.string(text(instances[Int(index)].name)) }
    if brokenNames.contains(key) || schemas[Int(schema)].lacksParent { return .poison }
    let children = childNames(of: index).filter { !$0.isEmpty }
    if reportNamelessChild(key, of: index, at: site) { return .poison }
    if let near = Self.nearest(to: text(key), among: children), let child = child(named: self.key(near), of: index) {
      reportNoChild(key, [instances[Int(child)].kind], of: index, at: site)
      return .poison
    }
    let title = title(of: index)
    reportUnknown(
      "KC0107", "`\(title)` has no `\(text(key))`", text(key),
      among: fieldNames(schema) + children + liveNames(of: schema),
      at: span(site),
      notes: children.isEmpty ? [] : ["it declares \(Self.enumerate(children))"])
    return .poison
  }

  private mutating func namespaceMember(_ key: Int32, _ index: Int32, _ site: Int32) -> TreeValue {
    expand(index)
    var found: [TreeValue] = []
    var next = children[ChildKey(parent: index, name: key)] ?? -1
    while next >= 0 {
      if !instances[Int(next)].isDeleted { found.append(TreeValue(.instance, payload: UInt32(next))) }
      next = instances[Int(next)].nextNamesake
    }
    if found.count == 1 { return found[0] }
    if !found.isEmpty {
      let list = tree.list(found)
      return TreeValue(.choice, payload: list.payload, length: list.length)
    }
    let isKind =
      instances[Int(index)].firstChild >= 0 && children(of: index).contains { instances[Int($0)].kind == key }
    if isKind { return TreeValue(.scope, payload: UInt32(bitPattern: key), length: Int(index)) }
    if brokenNames.contains(key) { return .poison }
    reportUnknown(
      "KC0107", "`\(title(of: index))` has no `\(text(key))`", text(key), among: childNames(of: index), at: span(site))
    return .poison
  }

  /// The one of several blocks with the same name that has a member.
  private mutating func member(
    _ key: Int32, ofChoice base: TreeValue, at site: Int32, name: Int32? = nil
  ) -> TreeValue {
    let all = Array(tree.items(of: base))
    let able = living(all.filter { has(key, Int32(bitPattern: $0.payload)) })
    if able.count == 1 { return member(key, of: able[0], at: site) }
    let titles = all.map { title(of: Int32(bitPattern: $0.payload)) }
    if able.isEmpty {
      let names = all.flatMap { value -> [String] in
        let index = Int32(bitPattern: value.payload)
        let schema = instances[Int(index)].schema
        return childNames(of: index) + (schema >= 0 ? fieldNames(schema) : [])
      }
      reportUnknown(
        "KC0107", "neither \(Self.enumerate(titles, "nor")) has `\(text(key))`", text(key), among: names, at: span(site)
      )
    } else {
      reportAmbiguous(able, at: name ?? site)
    }
    return .poison
  }

  mutating func reportAmbiguous(_ values: [TreeValue], at site: Int32) {
    let names = values.map { value in
      let instance = instances[Int(value.payload)]
      return "\(text(instance.kind)).\(text(instance.name))"
    }
    report(
      "KC0160", "this name means several blocks", at: site, help: "write \(Self.enumerate(names, "or"))")
  }

  mutating func has(_ key: Int32, _ index: Int32) -> Bool {
    let schema = instances[Int(index)].schema
    guard schema >= 0 else { return false }
    if schemas[Int(schema)].slotOf[key] != nil || child(named: key, of: index) != nil { return true }
    return isResource(index) && livePaths(of: schema, key) != nil
  }

  /// A field of a map; of a map that a resource holds it is a reference to the entry.
  mutating func entry(_ key: Int32, of index: Int32, at site: Int32) -> TreeValue {
    expand(index)
    guard let place = mapIndex[ChildKey(parent: index, name: key)] else {
      if Builtins.properties(of: .record).contains(text(key)) {
        let record = materialize(TreeValue(.instance, payload: UInt32(index)))
        return record.isPoison ? record : Builtins.property(text(key), of: record, &self) ?? .poison
      }
      var known: [String] = []
      var next = instances[Int(index)].firstField
      while next >= 0 {
        known.append(text(mapFields[Int(next)].key))
        next = mapFields[Int(next)].next
      }
      let owner = instances[Int(index)].parent
      let title = owner >= 0 ? "`\(self.title(of: owner))`" : "this map"
      let notes = known.isEmpty ? [] : ["its keys: \(Self.enumerate(known))"]
      reportUnknown(
        "KC0106", "\(title) has no key `\(text(key))`", text(key), among: known, at: span(site), notes: notes)
      return .poison
    }
    let value = readMap(index, place, at: site)
    let owner = instances[Int(index)].parent
    guard owner >= 0, isResource(owner), !value.isPoison else { return value }
    reference(to: owner)
    let name = tree.string(text(key))
    return tree.tuple(
      .key, TreeValue(.instance, payload: UInt32(owner)), tree.string(text(instances[Int(index)].kind)), name, value)
  }

  /// Whether an instance is a block that becomes an object.
  func isResource(_ index: Int32) -> Bool {
    let schema = instances[Int(index)].schema
    return schema >= 0 && schemas[Int(schema)].isBlock && !schemas[Int(schema)].isNamespace
  }

  /// Notes that the resource being evaluated refers to another.
  mutating func reference(to index: Int32) {
    guard owner >= 0 else { return }
    let target = resource(of: index)
    let source = resource(of: owner)
    if target >= 0, source >= 0, source != target { edges.insert(Edge(from: source, to: target)) }
  }

  /// The resource that an instance is or belongs to, or -1.
  func resource(of index: Int32) -> Int32 { index < 0 ? -1 : instances[Int(index)].resource }

  /// A block of a kind: `deployment.web`, `deployment["web-1"]`.
  mutating func block(_ name: Int32, in scope: TreeValue, at site: Int32) -> TreeValue {
    let space = Int32(scope.length)
    let kind = Int32(bitPattern: scope.payload)
    expand(space)
    if let found = child(named: name, of: space, kind: kind) { return TreeValue(.instance, payload: UInt32(found)) }
    let known = children(of: space, kind: kind).map { text(instances[Int($0)].name) }
    let message = "there is no \(text(kind)) `\(text(name))`"
    if let inner = addressInInstance(kind, name) {
      report("KC0100", message, at: site, help: "that of an instance is `\(inner)`")
    } else {
      reportUnknown("KC0100", message, text(name), among: known, at: span(site))
    }
    return .poison
  }

  mutating func evaluateCall(_ op: Op, _ frame: Int32) -> TreeValue {
    let callee = evaluate(op.a, frame)
    if callee.isPoison { return .poison }
    guard callee.tag == .function else {
      report("KC0133", "\(Self.article(kindName(callee))) cannot be called", at: op.site)
      return .poison
    }
    if op.b == 1, code.functions[Int(closures[Int(callee.payload)].function)].dropsEmpty {
      return nonEmpty(callee, op, frame)
    }
    return call(callee, count: Int(op.b), arguments: op.c, frame, at: op.site)
  }

  mutating func evaluateMethod(_ op: Op, _ frame: Int32) -> TreeValue {
    let receiver = evaluate(op.a, frame)
    if receiver.isPoison || op.code == .optionalMethod && receiver.isNone { return receiver }
    let count = Int(code.extra[Int(op.c)])
    if receiver.tag == .list, op.b == keys.map, count == 1, !receiver.isSecret, !isOwn(op.site) {
      return mapped(receiver, op, frame)
    }
    if receiver.tag == .record || receiver.tag == .instance || receiver.tag == .scope,
      hasField(op.b, receiver) || Builtins.method(text(op.b), of: receiver.tag == .scope ? .list : receiver.tag) == nil
    {
      let callee = member(op.b, of: receiver, at: op.site)
      if callee.isPoison { return .poison }
      if callee.tag == .function { return call(callee, count: count, arguments: op.c + 1, frame, at: op.site) }
    }
    var arguments: [TreeValue] = []
    var sites: [Int32] = []
    let isOwn = isOwn(op.site)
    for index in 0..<count {
      let argument = code.extra[Int(op.c) + 2 + index * 2]
      let value = evaluate(argument, frame)
      if value.isPoison { return .poison }
      arguments.append(value)
      if isOwn { sites.append(siteOf(argument)) }
    }
    return Builtins.call(text(op.b), on: receiver, arguments, sites: sites, at: op.site, &self)
  }

  /// Calls a function with arguments that stand in the code as pairs of label and op.
  private mutating func call(
    _ callee: TreeValue, count: Int, arguments: Int32, _ frame: Int32, at site: Int32
  ) -> TreeValue {
    let closure = closures[Int(callee.payload)]
    let function = Int(closure.function)
    let total = code.functions[function].parameters.count
    let start = valueStack.count
    defer { valueStack.drop(to: start) }
    valueStack.append(.thunk, times: total)
    let builtin = Builtins.ID(rawValue: code.functions[function].builtin)
    let isCallOfUser = isOwn(site)
    // Only what may report something of an argument needs to know where that stands.
    let asks = isCallOfUser || builtin.map(\.asksForSites) ?? false
    var sites: [Int32] = asks ? Array(repeating: callSite ?? site, count: total) : []
    var next = 0
    for index in 0..<count {
      let label = code.extra[Int(arguments) + index * 2]
      let place = label >= 0 ? code.functions[function].parameters.firstIndex { $0.key == label } : next
      guard let place, place < total else {
        report("KC0132", "`\(code.functions[function].name)` takes \(total) arguments", at: site)
        return .poison
      }
      let value = evaluate(code.extra[Int(arguments) + index * 2 + 1], frame)
      if value.isPoison { return .poison }
      valueStack[start + place] = value
      if !sites.isEmpty { sites[place] = userSite(ofArgument: code.extra[Int(arguments) + index * 2 + 1], site) }
      next = place + 1
    }
    if let builtin {
      let arguments = valueStack.withElements(from: start) { $0.map { $0.tag == .thunk ? .none : $0 } }
      return Builtins.call(builtin, arguments, sites: sites, at: site, &self)
    }
    let outer = callSite
    guard isCallOfUser else { return apply(callee, stacked: start, at: site) }
    let outerSites = argumentSites
    (callSite, argumentSites) = (site, sites)
    defer { (callSite, argumentSites) = (outer, outerSites) }
    return apply(callee, stacked: start, at: site)
  }

  /// Where an argument stands in the user's files: what a function of the standard library passes on is its caller's.
  private mutating func userSite(ofArgument op: Int32, _ site: Int32) -> Int32 {
    var found = code.ops[Int(op)]
    if isOwn(found.site) { return found.site }
    while found.code == .check { found = code.ops[Int(found.a)] }
    if found.code == .local, found.a == 0, argumentSites.indices.contains(Int(found.b)) {
      return argumentSites[Int(found.b)]
    }
    return callSite ?? site
  }

  /// Whether a place is in a file of the user's, not the standard library's.
  func isOwn(_ site: Int32) -> Bool {
    site != 0 && isOwn(file: Int(code.sites[Int(site)].file))
  }

  func isOwn(file: Int) -> Bool { file >= standardFiles.count || !standardFiles[file] }

  /// Calls a function with values in the order of its parameters; `thunk` where none was given.
  mutating func apply(_ callee: TreeValue, _ arguments: [TreeValue], at site: Int32) -> TreeValue {
    let start = valueStack.count
    defer { valueStack.drop(to: start) }
    valueStack.append(contentsOf: arguments)
    return apply(callee, stacked: start, at: site)
  }

  /// Calls a function with a value.
  mutating func apply(_ callee: TreeValue, to argument: TreeValue, at site: Int32) -> TreeValue {
    let start = valueStack.count
    valueStack.append(argument)
    defer { valueStack.drop(to: start) }
    return apply(callee, stacked: start, at: site)
  }

  /// Calls a function with the values on the stack from a place on.
  private mutating func apply(_ callee: TreeValue, stacked start: Int, at site: Int32) -> TreeValue {
    let closure = closures[Int(callee.payload)]
    ensureFunction(closure.function)
    let index = Int(closure.function)
    if code.functions[index].builtin >= 0, let builtin = Builtins.ID(rawValue: code.functions[index].builtin) {
      let arguments = valueStack.withElements(from: start) { $0.map { $0.tag == .thunk ? .none : $0 } }
      let sites = [Int32](repeating: callSite ?? site, count: arguments.count)
      return Builtins.call(builtin, arguments, sites: sites, at: site, &self)
    }
    if code.functions[index].isActive, !code.functions[index].name.isEmpty {
      report(
        "KC0134", "`\(code.functions[index].name)` calls itself", at: site,
        notes: ["every program ends: there is no recursion"])
      return .poison
    }
    guard depth < Limits.depth else {
      report("KC0170", "values depend on each other more than \(Limits.depth) levels deep", at: site)
      return .poison
    }
    let count = code.functions[index].parameters.count
    let frame = addFrame(parent: closure.frame, size: Int32(count))
    for place in 0..<count {
      if start + place < valueStack.count, valueStack[start + place].tag != .thunk {
        setSlot(frame, Int32(place), valueStack[start + place])
      } else {
        setDefault(code.functions[index].parameters[place], frame, Int32(place))
      }
    }
    code.functions[index].isActive = true
    depth += 1
    let mark = mark(over: frame)
    let result = evaluate(code.functions[index].body, frame)
    release(mark)
    depth -= 1
    code.functions[index].isActive = false
    return result
  }

  private mutating func setDefault(_ parameter: Parameter, _ frame: Int32, _ place: Int32) {
    guard parameter.fallback >= 0 else { return }
    let value = evaluate(parameter.fallback, frame)
    setSlot(frame, place, coerce(value, to: parameter.type, at: parameter.site))
  }
}

extension TreeValue {
  /// Stands for an argument that was not given.
  static var thunk: TreeValue { TreeValue(.thunk) }
}
