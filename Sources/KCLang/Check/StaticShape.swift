internal import KCData
internal import KCSyntax

/// A block as the sources declare it: what it may have in any environment and under any condition.
struct StaticBlock: Sendable {
  /// Its schema, or -1 where that is known only later.
  var schema: Int32
  /// The keyword that it was declared with.
  var kind: Int32
  var name: Int32
  /// The bodies of all declarations of it.
  var bodies: [SyntaxNode] = []
}

/// What is known of a value before evaluation, besides its type.
enum StaticShape: Sendable {
  /// One of these blocks.
  case blocks([StaticBlock])
  /// A record of just these fields.
  case fields([Int32: TypeID])
}

/// Types of references to blocks, and of records that are written out.
extension Program {
  /// A type with what is known of its values besides. It counts as the type itself wherever it is not asked for that.
  mutating func shaped(_ base: TypeID, _ shape: StaticShape) -> TypeID {
    let type = types.refine(base, by: Refinement())
    if case .refined(_, let index) = types[type] { staticShapes[index] = shape }
    return type
  }

  func staticShape(of type: TypeID) -> StaticShape? {
    if staticShapes.isEmpty { return nil }
    if case .refined(_, let index) = types[type] { return staticShapes[index] }
    return nil
  }

  /// The type of a reference to a block of the program; `any` where not all of it is known.
  mutating func blockType(_ name: Int32, kind: Int32 = -1) -> TypeID {
    let all = staticBlocks ?? collectBlocks()
    staticBlocks = all
    let found = (all[name] ?? []).filter { kind < 0 || $0.kind == kind }
    return blockType(found)
  }

  /// The blocks of a name whose kinds are known.
  mutating func declaredBlocks(_ name: Int32) -> [StaticBlock] {
    _ = blockType(name)
    return (staticBlocks?[name] ?? []).filter { $0.schema >= 0 }
  }

  private mutating func blockType(_ found: [StaticBlock]) -> TypeID {
    guard let first = found.first, found.allSatisfy({ $0.schema >= 0 && !schemas[Int($0.schema)].isNamespace }) else {
      return TypeTable.any
    }
    let base = found.count == 1 ? types.add(.schema(SchemaID(index: first.schema))) : TypeTable.any
    return shaped(base, .blocks(found))
  }

  /// The blocks at the top of the program, by name: those of files, environments and tests are one.
  private mutating func collectBlocks() -> [Int32: [StaticBlock]] {
    var found: [Int32: [StaticBlock]] = [:]
    for module in modules where !module.isStandard && module.scope >= 0 {
      for node in trees[module.file].root.parts { collect(node, in: module.scope, 0, &found) }
    }
    return found
  }

  private mutating func collect(
    _ node: SyntaxNode, in scope: Int32, _ depth: Int, _ found: inout [Int32: [StaticBlock]]
  ) {
    guard depth < 64 else { return }
    switch node.kind {
    case .block:
      guard let shape = BlockShape(node) else { return }
      if shape.kind.text == "env" {
        for inner in shape.body?.parts ?? [] { collect(inner, in: scope, depth + 1, &found) }
        return
      }
      guard let name = shape.name(node) else { return }
      let kindText = shape.kind.text
      let kind = key(kindText.split(separator: ".").last.map(String.init) ?? kindText)
      // What is named in full may be a type of the API or of another module.
      let schema = kindText.contains(".") ? -1 : self.kind(kind, in: scope) ?? -1
      add(StaticBlock(schema: schema, kind: kind, name: key(name), bodies: shape.body.map { [$0] } ?? []), &found)
    case .ifStatement, .forStatement, .matchStatement, .matchArm, .body, .testDecl, .withStatement, .expectStatement:
      for inner in node.parts { collect(inner, in: scope, depth + 1, &found) }
    default: return
    }
  }

  private func add(_ block: StaticBlock, _ found: inout [Int32: [StaticBlock]]) {
    var all = found[block.name] ?? []
    if let place = all.firstIndex(where: { $0.kind == block.kind && $0.schema == block.schema }) {
      all[place].bodies += block.bodies
    } else {
      all.append(block)
    }
    found[block.name] = all
  }

  /// The children that a block's sources declare, and whether some have names that are known only later.
  private mutating func children(of block: StaticBlock) -> (found: [Int32: [StaticBlock]], isOpen: Bool) {
    var found: [Int32: [StaticBlock]] = [:]
    var isOpen = false
    for body in block.bodies { collectChildren(body, block.schema, 0, &found, &isOpen) }
    return (found, isOpen)
  }

  private mutating func collectChildren(
    _ node: SyntaxNode, _ schema: Int32, _ depth: Int, _ found: inout [Int32: [StaticBlock]], _ isOpen: inout Bool
  ) {
    guard depth < 64 else { return }
    switch node.kind {
    case .block:
      guard let shape = BlockShape(node) else { return }
      guard let name = shape.name(node) else {
        isOpen = true
        return
      }
      let kind = key(shape.kind.text)
      guard let slot = schemas[Int(schema)].slotOf[kind],
        case let child = schemas[Int(schema)].slots[Int(slot)].childSchema, child >= 0
      else { return }
      add(StaticBlock(schema: child, kind: kind, name: key(name), bodies: shape.body.map { [$0] } ?? []), &found)
    case .ifStatement, .forStatement, .matchStatement, .matchArm, .body:
      for inner in node.parts { collectChildren(inner, schema, depth + 1, &found, &isOpen) }
    default: return
    }
  }
}

/// Members of references and records.
extension Program {
  /// The type of a member of what has a known shape; nil where the type itself decides, `unknown` after a report.
  mutating func memberType(
    _ member: Int32, of shape: StaticShape, _ type: TypeID, at site: Int32, _ isChecked: Bool
  ) -> TypeID? {
    switch shape {
    case .fields(let fields): return fieldType(member, of: fields, at: site, isChecked)
    case .blocks(let blocks):
      var able: [TypeID] = []
      var isOpen = false
      for block in blocks {
        let (found, open) = memberType(member, of: block)
        if let found { able.append(found) }
        isOpen = isOpen || open
      }
      if able.count == 1, !isOpen || blocks.count == 1 { return able[0] }
      if !able.isEmpty || isOpen || !isChecked || brokenNames.contains(member) { return TypeTable.any }
      reportNoMember(member, of: blocks, at: site)
      return TypeTable.unknown
    }
  }

  private mutating func memberType(_ member: Int32, of block: StaticBlock) -> (type: TypeID?, isOpen: Bool) {
    ensureSchema(block.schema)
    let schema = schemas[Int(block.schema)]
    guard schema.state == .compiled else { return (nil, true) }
    if let slot = schema.slotOf[member] {
      let field = schema.slots[Int(slot)]
      if field.childSchema >= 0 {
        return (types.add(.list(types.add(.schema(SchemaID(index: field.childSchema))))), false)
      }
      // What a block may leave out it may well have set.
      let type = present(field.type)
      return (isStandard(schema.scope) ? opened(type) : type, false)
    }
    let (own, isOpen) = children(of: block)
    if let found = own[member] { return (blockType(found), false) }
    if let paths = livePaths(of: block.schema, member), schema.isBlock, let path = paths.first {
      return (liveType(path, of: block.schema), false)
    }
    return (nil, isOpen || member == keys.name)
  }

  /// Types of fields of the standard library that references give in another form: an entry of a map, say.
  private func opened(_ type: TypeID) -> TypeID {
    switch types[types.base(type)] {
    case .string, .int, .bool, .float, .quantity, .duration, .percent: type
    default: TypeTable.any
    }
  }

  private mutating func reportNoMember(_ member: Int32, of blocks: [StaticBlock], at site: Int32) {
    let name = text(member)
    if let place = innerPlace(of: member, in: blocks) {
      let titles = blocks.map { "`\(text($0.kind)) \(text($0.name))`" }
      return report(
        "KC0107",
        titles.count == 1
          ? "\(titles[0]) itself has no `\(name)`"
          : "neither \(titles.joined(separator: " nor ")) itself has `\(name)`", at: site, help: "it is `\(place)`")
    }
    guard blocks.count == 1, let block = blocks.first else {
      let titles = blocks.map { "\(text($0.kind)) \(text($0.name))" }
      let known = blocks.flatMap { block in
        children(of: block).found.keys.map { text($0) } + fieldNames(block.schema) + liveNames(of: block.schema)
      }
      return reportUnknown(
        "KC0107", "neither \(Self.enumerate(titles, "nor")) has `\(name)`", name, among: known.sorted(), at: span(site))
    }
    let own = children(of: block).found
    let names = own.keys.map { text($0) }.sorted()
    if let near = Self.nearest(to: name, among: names), let kind = own[key(near)]?.first?.kind {
      let same = own.values.flatMap { $0 }.filter { $0.kind == kind }.map { text($0.name) }.sorted()
      let verb = text(kind) == "port" ? "opens" : "has"
      return reportUnknown(
        "KC0105",
        "`\(text(block.name))` \(verb) no \(text(kind)) named `\(name)`; it \(verb) \(Self.enumerate(same))", name,
        among: same, at: span(site))
    }
    if reportEntry(name, of: block, at: site) || reportNameless(name, block, at: site) { return }
    reportUnknown(
      "KC0107", "`\(text(block.kind)) \(text(block.name))` has no `\(name)`", name,
      among: fieldNames(block.schema) + names + liveNames(of: block.schema), at: span(site),
      notes: names.isEmpty ? [] : ["it declares \(Self.enumerate(names))"])
  }

  /// Where a name is that one child of the blocks has: `web.app.http`; nil where none or several have it.
  private mutating func innerPlace(of member: Int32, in blocks: [StaticBlock]) -> String? {
    var places: [String] = []
    for block in blocks {
      for child in children(of: block).found.values.joined() where child.schema >= 0 && child.name >= 0 {
        guard children(of: child).found[member] != nil else { continue }
        places.append([block.name, child.name, member].map { text($0) }.joined(separator: "."))
      }
    }
    return places.count == 1 ? places[0] : nil
  }

  /// Reports a name that a child without one could have: `port = 80`.
  private mutating func reportNameless(_ name: String, _ block: StaticBlock, at site: Int32) -> Bool {
    for body in block.bodies {
      for part in body.parts where part.kind == .setting || part.kind == .nested {
        guard let head = part.firstPart, head.kind == .nameExpr,
          let slot = schemas[Int(block.schema)].slotOf[key(head.text)],
          schemas[Int(block.schema)].slots[Int(slot)].childSchema >= 0,
          Self.nearest(to: name, among: fieldNames(block.schema)) == nil
        else { continue }
        report(
          "KC0107", "`\(text(block.kind)) \(text(block.name))` has no `\(name)`", at: site,
          labels: [.init(span: head.span, message: "this \(head.text) has no name")],
          help: "give it one: `\(head.text) \(name) = …`")
        return true
      }
    }
    return false
  }

  private mutating func fieldType(
    _ member: Int32, of fields: [Int32: TypeID], at site: Int32, _ isChecked: Bool
  ) -> TypeID? {
    // A field without a value is left out.
    if let type = fields[member] { return mayBeAbsent(type) ? TypeTable.any : type }
    if Builtins.properties(of: .record).contains(text(member)) { return nil }
    guard isChecked else { return TypeTable.any }
    let known = fields.keys.map { text($0) }.sorted()
    reportNoMember(
      text(member), ofRecordWith: known, at: site, notes: known.isEmpty ? [] : ["it has \(Self.enumerate(known))"])
    return TypeTable.unknown
  }
}
