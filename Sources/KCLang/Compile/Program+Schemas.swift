internal import KCData
internal import KCSyntax

/// From the syntax of schemas to slots.
extension Program {
  /// Compiles a schema's fields, once.
  mutating func ensureSchema(_ index: Int32) {
    guard schemas[Int(index)].state == .declared, let node = schemas[Int(index)].node else { return }
    schemas[Int(index)].state = .compiling
    let around = focus
    focus = Focus(block: -1, depth: pending.count)
    defer { focus = around }
    schemas[Int(index)].chain = [index]
    if node.kind == .componentDecl { return compileComponent(index, node) }
    if schemas[Int(index)].isBlock, let generic = node.child(.typeParameters) {
      report(
        "KC0195", "a resource has no type parameters: its blocks could not say what they stand for", at: generic.span)
    }
    if schemas[Int(index)].generic >= 0 { schemas[Int(index)].chain.append(schemas[Int(index)].generic) }
    let outer = schemas[Int(index)].scope
    let scope = addScope(
      .schema, parent: outer, module: scopes[Int(outer)].module, layer: scopes[Int(outer)].layer)
    scopes[Int(scope)].schema = index
    let bindings = bindings(of: index, node)
    bind(Array(bindings.keys), to: Array(bindings.values), in: scope, at: node.span)
    extend(index, node, scope)
    let members = node.kind == .recordType ? node.parts : node.child(.body)?.parts ?? []
    for member in members where member.kind == .letDecl { declareSlot(member, in: scope) }
    for mixin in mixins(of: node, index, scope) { mixIn(mixin, index, scope) }
    for member in members { compileMember(member, of: index, by: index, in: scope) }
    let lets = letThunks(scope)
    schemas[Int(index)].lets = lets
    schemas[Int(index)].frameSize = scopes[Int(scope)].size
    schemas[Int(index)].state = .compiled
    checkMakesObjects(index, node)
  }

  /// Reports a schema of resources whose blocks would make nothing.
  private mutating func checkMakesObjects(_ index: Int32, _ node: SyntaxNode) {
    let schema = schemas[Int(index)]
    // Of what extends a schema that is not known, it is not known either.
    guard schema.isBlock, schema.object < 0, schema.parent >= 0 || !node.hasWord("extends"),
      node.child(.typeParameters) == nil
    else { return }
    report(
      "KC0122", "`\(schema.name)` is a schema of resources, and needs `object`: its blocks make nothing",
      at: schema.site,
      help: "say what they make, `object = { apiVersion = …, kind = … }`, or leave out `resource`")
  }

  /// The thunks of a scope's lets as pairs of slot and op in `code.extra`.
  mutating func letThunks(_ scope: Int32) -> Range<Int32> {
    var pairs: [Int32] = []
    for name in scopes[Int(scope)].names.values.sorted(by: { $0.slot < $1.slot }) {
      if case .slot = name.kind, let node = name.node { pairs += [name.slot, lazyDeclaration(node, scope)] }
    }
    let start = code.list(pairs)
    return start..<start + Int32(pairs.count)
  }

  private mutating func extend(_ index: Int32, _ node: SyntaxNode, _ scope: Int32) {
    let path = node.extendedPath
    guard let first = path.first else { return }
    guard let parent = schema(named: path, in: node, scope) else {
      schemas[Int(index)].lacksParent = true
      return
    }
    let place = node.tree.span(ofToken: first)
    if schemas[Int(parent)].state == .compiling {
      return report("KC0123", "`\(schemas[Int(index)].name)` extends itself", at: place)
    }
    ensureSchema(parent)
    let base = schemas[Int(parent)]
    if base.chain.count >= Limits.schemas {
      return report("KC0170", "more than \(Limits.schemas) schemas extend each other", at: place)
    }
    schemas[Int(index)].parent = parent
    schemas[Int(index)].lacksParent = base.lacksParent
    schemas[Int(index)].slots = base.slots
    schemas[Int(index)].slotOf = base.slotOf
    schemas[Int(index)].requirements = base.requirements
    schemas[Int(index)].promises = base.promises
    schemas[Int(index)].object = base.object
    schemas[Int(index)].objectOwner = base.objectOwner
    schemas[Int(index)].primary = base.primary
    schemas[Int(index)].chain += base.chain
  }

  /// The schema that a path names, made of the types that follow it where it is generic; nil after a report.
  private mutating func schema(named path: [Int], in node: SyntaxNode, _ scope: Int32) -> Int32? {
    guard let (owner, name, found) = find(path.map { node.word($0) }, in: scope), case .schema(let schema) = found.kind
    else {
      if let found = find(path.map { node.word($0) }, in: scope)?.name, found.node?.kind == .mixinDecl {
        let written = path.map { node.word($0) }.joined(separator: ".")
        report(
          "KC0103", "`\(written)` is a mixin, not a schema", at: node.tree.span(ofToken: path[path.count - 1]),
          help: "what a mixin has is mixed in: `schema NAME with \(written) { … }`")
        return nil
      }
      reportUnknown("KC0103", "schema", path, in: node, scope) {
        if case .schema = $0.kind { $0.node?.span != node.span } else { false }
      }
      return nil
    }
    let arguments = node.child(.typeArguments)?.parts.filter(\.isType) ?? []
    guard isGeneric(found.node) || !arguments.isEmpty else { return schema }
    let span = path.last.map { node.tree.span(ofToken: $0) } ?? node.span
    let type = genericType(name, owner, found, arguments, scope, at: span)
    guard case .schema(let made) = types[type] else { return nil }
    return made.index
  }

  /// Compiles a member of a schema.
  ///
  /// - Parameter owner: the schema of the chain that declares it, where that is another: a mixin of another file.
  mutating func compileMember(_ node: SyntaxNode, of index: Int32, by owner: Int32, in scope: Int32) {
    switch node.kind {
    case .fieldDecl: compileField(node, of: index, by: owner, in: scope)
    case .keyedDecl: compileKeyed(node, of: index, by: owner, in: scope)
    case .requireDecl:
      let parts = node.parts
      guard let condition = parts.first else { return }
      let requirement = Requirement(
        condition: lazyOp(condition, scope, TypeTable.bool),
        message: parts.count > 1 ? lazyOp(parts[1], scope, TypeTable.string) : -1, owner: owner,
        text: condition.text, site: code.site(condition.span))
      for field in promisedFields(condition, in: scope) where schemas[Int(index)].promises[field] == nil {
        schemas[Int(index)].promises[field] = schemas[Int(index)].requirements.count
      }
      schemas[Int(index)].requirements.append(requirement)
    case .objectDecl:
      guard let value = node.firstPart else { return }
      schemas[Int(index)].object = lazyOp(value, scope, TypeTable.record)
      schemas[Int(index)].objectOwner = owner
    case .letDecl: return
    default:
      report(
        "KC0109", "a schema holds fields, `keyed` children, `let`, `require` and `object`", at: node.span,
        help: "a field is `name: Type` or `name: Type = default`")
    }
  }

  private mutating func compileField(_ node: SyntaxNode, of index: Int32, by owner: Int32, in scope: Int32) {
    guard let token = node.words.last else { return }
    let parts = node.parts
    let type = parts.first { $0.isType }.map { compileType($0, in: scope) } ?? TypeTable.unknown
    let fallback = parts.first { !$0.isType && $0.kind != .missing }
    var slot = Slot(
      key: key(node.word(token)), type: type, owner: owner, site: code.site(node.tree.span(ofToken: token)))
    slot.documentation = node.documentation
    if let fallback { slot.fallback = lazyOp(fallback, scope, type) }
    let modifiers = node.words.dropLast().map { node.word($0) }
    slot.isFinal = modifiers.contains("final")
    if slot.isFinal, fallback == nil {
      report(
        "KC0124", "`\(text(slot.key))` is final and has no value: nobody could ever set it",
        at: node.tree.span(ofToken: token), help: "give it one: `final \(text(slot.key)): TYPE = VALUE`")
      slot.fallback = poison(node)
    }
    let place = add(slot, to: index)
    if modifiers.contains("primary") {
      reportOtherPrimary(of: index, by: owner, slot)
      schemas[Int(index)].primary = place
    }
  }

  /// Reports a second field that `NAME = value` would set; instead of a parent's there may be another.
  private mutating func reportOtherPrimary(of index: Int32, by owner: Int32, _ slot: Slot) {
    guard case let primary = schemas[Int(index)].primary, primary >= 0,
      case let other = schemas[Int(index)].slots[Int(primary)], other.owner == owner, other.key != slot.key
    else { return }
    report(
      "KC0120", "`\(text(slot.key))` is primary, and so is `\(text(other.key))`", at: span(slot.site),
      labels: [Diagnostic.Label(span: span(other.site), message: "declared here first")],
      help: "leave out one `primary`: it names the field that `kind name = value` sets")
  }

  private mutating func compileKeyed(_ node: SyntaxNode, of index: Int32, by owner: Int32, in scope: Int32) {
    let words = node.words
    guard words.count >= 3, let path = node.paths(from: words[2]).first,
      let child = schema(named: path, in: node, scope)
    else {
      schemas[Int(index)].lacksParent = true
      return
    }
    var slot = Slot(
      key: key(node.word(words[1])), type: types.add(.children(SchemaID(index: child))), owner: owner,
      site: code.site(node.tree.span(ofToken: words[1])))
    slot.childSchema = child
    slot.documentation = node.documentation
    _ = add(slot, to: index)
  }

  /// Adds a field; one that the parent has is narrowed: its type and default are replaced.
  private mutating func add(_ slot: Slot, to index: Int32) -> Int32 {
    if let place = schemas[Int(index)].slotOf[slot.key] {
      let other = schemas[Int(index)].slots[Int(place)]
      if isOwn(other, of: index) {
        report(
          "KC0120", "`\(text(slot.key))` is declared twice", at: slot.site,
          labels: [Diagnostic.Label(span: span(other.site), message: "declared here first")])
      } else {
        checkOverride(of: other, by: slot)
      }
      schemas[Int(index)].slots[Int(place)] = slot
      return place
    }
    let place = Int32(schemas[Int(index)].slots.count)
    schemas[Int(index)].slots.append(slot)
    schemas[Int(index)].slotOf[slot.key] = place
    return place
  }

  /// Whether a schema is another or extends it.
  func isSchema(_ schema: Int32, _ other: Int32) -> Bool {
    schema == other || schemas[Int(schema)].chain.contains { $0 == other || isSameGeneric($0, other) }
      || isSameGeneric(schema, other) || isSameRecord(schema, other)
  }

  /// The names of a schema's fields and keyed children.
  func fieldNames(_ schema: Int32, keyed: Bool? = nil) -> [String] {
    schemas[Int(schema)].slots.filter { keyed == nil || ($0.childSchema >= 0) == keyed }.map { text($0.key) }
  }
}

/// Schemas of which there can be no value.
extension Program {
  /// Reports schemas whose values hold another value of the same schema, which holds one in turn: none can be made.
  mutating func reportEndlessSchemas() {
    var known: Set<Int32> = []
    for index in schemas.indices.map(Int32.init) where isOwn(schemas[Int(index)].site) && !known.contains(index) {
      guard let way = endlessWay(from: index) else { continue }
      known.formUnion(way.map(\.schema))
      let (first, name) = (way[0], schemas[Int(index)].name)
      let field = text(first.slot.key)
      report(
        "KC0123",
        way.count == 1
          ? "no `\(name)` can be made: each holds another in `\(field)`"
          : "no `\(name)` can be made: what it holds in `\(field)` holds another", at: first.slot.site,
        notes: way.count == 1
          ? [] : [(way.map { "`\(schemas[Int($0.schema)].name)`" } + ["`\(name)`"]).joined(separator: " → ")],
        help: "let the field be absent, `\(field): \(describe(first.slot.type))?`, or a list of them")
    }
  }

  /// The fields that lead from a schema to itself and that each value has.
  private func endlessWay(from start: Int32) -> [(schema: Int32, slot: Slot)]? {
    var seen: Set<Int32> = [start]
    func follow(_ schema: Int32) -> [(schema: Int32, slot: Slot)]? {
      for slot in schemas[Int(schema)].slots where slot.fallback < 0 && slot.childSchema < 0 {
        guard case .schema(let inner) = types[slot.type], inner.index >= 0, !schemas[Int(inner.index)].isBlock
        else { continue }
        if inner.index == start { return [(schema, slot)] }
        guard seen.count < Limits.schemas, seen.insert(inner.index).inserted, let rest = follow(inner.index) else {
          continue
        }
        return [(schema, slot)] + rest
      }
      return nil
    }
    return follow(start)
  }
}
