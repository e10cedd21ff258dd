internal import KCData
internal import KCSyntax

/// Records and constructions.
extension Program {
  mutating func compileRecord(_ node: SyntaxNode, _ scope: Int32, _ type: TypeID) -> Int32 {
    let (wanted, isForSecret) = madeType(type)
    if case .schema(let schema) = types[wanted] {
      ensureSchema(schema.index)
      let reports = diagnostics.all.count
      let body = constructionBody(node, schema.index, scope)
      if diagnostics.all.count == reports { checkGiven(code.bodies[Int(body)].statements, schema.index, node) }
      let made = code.emit(.construct, erased(schema.index), body, isForSecret ? 1 : 0, at: code.site(node.span))
      return typed(made, wanted)
    }
    var element = TypeTable.any
    var isMap = false
    if case .map(let inner) = types[types.required(type)] { (element, isMap) = (inner, true) }
    let parts = node.parts
    var statements: [Statement] = []
    statements.reserveCapacity(parts.count)
    var seen = SeenFields()
    for part in parts {
      guard let statement = compileField(part, scope, element, &seen) else { continue }
      statements.append(statement)
    }
    let body = addBody(statements, frameSize: 0, lets: 0..<0, at: node)
    let made = code.emit(.record, body, at: code.site(node.span))
    // Where a map is expected, that is what is known of it from there on.
    guard !isMap, isOwn(file: node.span.file), statements.count == parts.count,
      statements.allSatisfy({ $0.kind == .set })
    else { return typed(made, TypeTable.record) }
    let fields = Dictionary(statements.map { ($0.key, typeOf($0.a)) }, uniquingKeysWith: { first, _ in first })
    return typed(made, shaped(TypeTable.record, .fields(fields)))
  }

  /// The type of a record or construction where a type is expected, and whether that is a secret of it.
  private func madeType(_ type: TypeID) -> (type: TypeID, isForSecret: Bool) {
    let wanted = types.required(type)
    guard case .secret(let inner) = types[wanted] else { return (wanted, false) }
    return (types.required(inner), true)
  }

  private mutating func compileField(
    _ node: SyntaxNode, _ scope: Int32, _ type: TypeID, _ seen: inout SeenFields
  ) -> Statement? {
    guard let value = node.lastPart else { return nil }
    var statement = Statement(kind: .set)
    if node.kind == .recordField, let token = node.firstWord {
      statement.key = key(node.word(token))
      statement.site = code.site(node.tree.span(ofToken: token))
    } else if let name = node.firstPart {
      statement.site = code.site(name.span)
      if let bytes = name.literalBytes {
        statement.key = Int32(bytes.withUnsafeBufferPointer { tree.keys.intern($0) })
      } else if let text = name.plainText {
        statement.key = key(text)
      } else {
        statement.kind = .setNamed
        statement.b = compile(name, in: scope, expecting: TypeTable.string)
      }
    }
    let place = span(statement.site)
    if statement.key >= 0, let other = seen.note(statement.key, place) {
      report(
        "KC0121", "`\(text(statement.key))` is set twice", at: place,
        labels: [Diagnostic.Label(span: other, message: "set here first")])
      return nil
    }
    statement.a = compile(value, in: scope, expecting: type)
    statement.a = checkedConstant(statement.a, type, field: statement.key)
    statement.origin = origin(of: statement.site, in: scope)
    return statement
  }

  /// The body that sets a schema's fields from a record.
  private mutating func constructionBody(_ node: SyntaxNode, _ schema: Int32, _ scope: Int32) -> Int32 {
    if isForeignRecord(node, schema) { return addBody([], frameSize: 0, lets: 0..<0, at: node) }
    var statements: [Statement] = []
    var seen = SeenFields()
    for part in node.parts {
      guard let value = part.parts.last, let (name, span) = fieldName(part, of: schema) else { continue }
      if let statement = fieldStatement(name, span, value, schema, scope, &seen) { statements.append(statement) }
    }
    return addBody(statements, frameSize: 0, lets: 0..<0, at: node)
  }

  /// The name that a record gives a field of a schema, bare or as text; nil where it is computed, which is reported.
  private mutating func fieldName(_ part: SyntaxNode, of schema: Int32) -> (name: String, span: Span)? {
    if part.kind == .recordField, let token = part.firstWord {
      return (part.word(token), part.tree.span(ofToken: token))
    }
    guard let name = part.parts.first, part.parts.count > 1 else { return nil }
    guard let text = name.plainText else {
      report("KC0110", "the fields of \(schemas[Int(schema)].name) are set by their names", at: name.span)
      return nil
    }
    return (text, name.span)
  }

  /// Reports a record that has fields, and none that its schema has or nearly has: it is of another type as a whole.
  private mutating func isForeignRecord(_ node: SyntaxNode, _ schema: Int32) -> Bool {
    let known = fieldNames(schema)
    var names: [String] = []
    for part in node.parts {
      guard part.kind == .recordField, let token = part.firstWord else { return false }
      let name = part.word(token)
      if known.contains(name) || Self.nearest(to: name, among: known) != nil { return false }
      names.append(name)
    }
    guard names.count > 2, let first = node.firstPart, let token = first.firstWord else { return false }
    for name in names { brokenNames.insert(key(name)) }
    report(
      "KC0101", "\(Self.article(schemas[Int(schema)].name)) has no field \(Self.enumerate(names, "or"))",
      at: first.tree.span(ofToken: token), help: known.isEmpty ? nil : "it has \(Self.enumerate(known.sorted()))")
    return true
  }

  /// `Probe(path: "/", every: 5s)`
  mutating func compileConstruction(
    _ schema: Int32, _ arguments: [SyntaxNode], _ scope: Int32, _ node: SyntaxNode, expecting type: TypeID
  ) -> Int32 {
    if isGeneric(schemas[Int(schema)].node), schemas[Int(schema)].generic < 0 {
      return compileGenericConstruction(schema, arguments, scope, node, expecting: type)
    }
    ensureSchema(schema)
    let reports = diagnostics.all.count
    var statements: [Statement] = []
    var seen = SeenFields()
    let site = code.site(node.span)
    for argument in arguments {
      guard let value = argument.firstPart else { continue }
      guard argument.has(.colon), let token = argument.firstWord else {
        let primary = schemas[Int(schema)].primary
        guard primary >= 0 else {
          report("KC0132", "the fields of \(schemas[Int(schema)].name) are given with their names", at: argument.span)
          continue
        }
        let name = text(schemas[Int(schema)].slots[Int(primary)].key)
        if let one = fieldStatement(name, argument.span, value, schema, scope, &seen) { statements.append(one) }
        continue
      }
      let span = argument.tree.span(ofToken: token)
      if let one = fieldStatement(argument.word(token), span, value, schema, scope, &seen) { statements.append(one) }
    }
    let body = addBody(statements, frameSize: 0, lets: 0..<0, at: node)
    if diagnostics.all.count == reports { checkGiven(code.bodies[Int(body)].statements, schema, node) }
    let made = code.emit(.construct, schema, body, madeType(type).isForSecret ? 1 : 0, at: site)
    return typed(made, types.add(.schema(SchemaID(index: schema))))
  }

  /// Reports a field that a new value of a schema needs and does not get, also where nothing makes the value yet.
  private mutating func checkGiven(_ statements: Range<Int32>, _ schema: Int32, _ node: SyntaxNode) {
    let found = schemas[Int(schema)]
    guard isOwn(file: node.span.file), found.state == .compiled else { return }
    let given = Set(statements.map { code.statements[Int($0)].key })
    let lacking = found.slots.filter { isNeeded($0) && !given.contains($0.key) }
    if !lacking.isEmpty { reportMissing(lacking, of: "\(found.name)", at: node.span) }
  }

  mutating func fieldStatement(
    _ name: String, _ place: Span, _ value: SyntaxNode, _ schema: Int32, _ scope: Int32, _ seen: inout SeenFields
  ) -> Statement? {
    fieldStatement(name, place, schema, scope, &seen) { $0.compile(value, in: scope, expecting: $1) }
  }

  /// A statement that sets a field to what `value` compiles to, of the type that it is given.
  mutating func fieldStatement(
    _ name: String, _ place: Span, _ schema: Int32, _ scope: Int32, _ seen: inout SeenFields,
    _ value: (inout Program, TypeID) -> Int32
  ) -> Statement? {
    let key = key(name)
    guard let slot = schemas[Int(schema)].slotOf[key], schemas[Int(schema)].slots[Int(slot)].childSchema < 0 else {
      reportUnknownField(name, schema, at: place)
      return nil
    }
    if let other = seen.note(key, place) {
      report(
        "KC0121", "`\(name)` is set twice", at: place,
        labels: [Diagnostic.Label(span: other, message: "set here first")])
      return nil
    }
    var statement = Statement(kind: .set)
    statement.key = key
    statement.slot = slot
    statement.site = code.site(place)
    let type = schemas[Int(schema)].slots[Int(slot)].type
    statement.a = checkedConstant(apart { value(&$0, type) }, type, field: key)
    statement.origin = origin(of: statement.site, in: scope)
    return statement
  }

  /// Notes that a schema of the project's lacks a field or children of a name, and says whether that was noted before. Where
  /// several blocks say what their schema lacks, that is one mistake, and mostly the schema's.
  mutating func noteLack(of name: Int32, _ schema: Int32) -> Bool {
    let found = schemas[Int(schema)]
    if found.lacksParent {
      brokenNames.insert(name)
      return true
    }
    // A name that is nearly another is a slip, each time.
    guard isOwn(found.site), found.apiType == nil,
      Self.nearest(to: text(name), among: fieldNames(schema)) == nil
    else { return false }
    brokenNames.insert(name)
    // Modules count from 0.
    let place = ChildKey(parent: -2 - (found.generic >= 0 ? found.generic : schema), name: name)
    return !unknownNames.insert(place).inserted
  }

  mutating func reportUnknownField(_ name: String, _ schema: Int32, at span: Span) {
    if noteLack(of: key(name), schema) { return }
    brokenNames.insert(key(name))
    let title = schemas[Int(schema)].isBlock ? Self.article(text(schemas[Int(schema)].kind)) : schemas[Int(schema)].name
    let known = fieldNames(schema)
    // The project's own schemas have whatever fields they like.
    let isLibrary = schemas[Int(schema)].apiType == nil && !isOwn(schemas[Int(schema)].site)
    if isLibrary, reportOtherField(name, of: title, known: known, at: span) { return }
    if let inner = innerPlaces(of: name, schema) {
      return report("KC0101", "\(title) has no field `\(name)`", at: span, help: "it stands in \(inner)")
    }
    guard let guess = Self.nearest(to: name, among: known) else {
      if isLibrary, let help = rawHelp(name, schema) {
        return report("KC0101", "\(title) has no field `\(name)`", at: span, help: help)
      }
      if let map = soleMap(of: schema) {
        return report(
          "KC0101", "\(title) has no field `\(name)`", at: span, help: "a key stands in `\(map) { \(name) = … }`")
      }
      return report(
        "KC0101", "\(title) has no field `\(name)`", at: span,
        help: known.isEmpty ? nil : "it has \(Self.enumerate(known.sorted()))")
    }
    guessedNames.insert(key(guess))
    if let slot = schemas[Int(schema)].slotOf[key(guess)], schemas[Int(schema)].slots[Int(slot)].childSchema >= 0 {
      return report(
        "KC0101", "\(title) has no field `\(name)`", at: span,
        help: "it has blocks: write `\(guess) NAME { … }` for each")
    }
    reportUnknown("KC0101", "\(title) has no field `\(name)`", name, among: known, at: span)
  }

  /// The field that holds the keys of a config or a secret.
  private mutating func soleMap(of schema: Int32) -> String? {
    let found = schemas[Int(schema)]
    guard found.isBlock, !isOwn(found.site), let slot = found.slotOf[key("data")] else { return nil }
    guard case .map = types[types.required(found.slots[Int(slot)].type)] else { return nil }
    return "data"
  }

  /// Where a name that a schema has not is a field one level further in: `container NAME { image = … }`.
  private mutating func innerPlaces(of name: String, _ schema: Int32) -> String? {
    let key = key(name)
    var places: [String] = []
    for slot in schemas[Int(schema)].slots {
      var inner = slot.childSchema
      if inner < 0, case .schema(let record) = types[types.required(slot.type)] { inner = record.index }
      guard inner >= 0, inner != schema else { continue }
      ensureSchema(inner)
      guard let place = schemas[Int(inner)].slotOf[key] else { continue }
      let isChild = schemas[Int(inner)].slots[Int(place)].childSchema >= 0
      let field = isChild ? "\(name) NAME" : name
      places.append("\(text(slot.key))\(slot.childSchema >= 0 ? " NAME" : "") { \(field) = … }")
    }
    return places.isEmpty || places.count > 3 ? nil : Self.enumerate(places, "or")
  }

  /// A constant is checked against its type before anything runs.
  mutating func checkedConstant(_ op: Int32, _ type: TypeID, field: Int32 = -1) -> Int32 {
    let outer = subject
    subject = field
    defer { subject = outer }
    return code.ops[Int(op)].code == .constant ? checked(op, type) : statically(op, type, field: field)
  }

  mutating func addBody(_ statements: [Statement], frameSize: Int32, lets: Range<Int32>, at node: SyntaxNode) -> Int32 {
    let start = Int32(code.statements.count)
    code.statements.append(contentsOf: statements)
    code.bodies.append(
      Body(
        statements: start..<start + Int32(statements.count), frameSize: frameSize, lets: lets,
        site: code.site(node.span)))
    return Int32(code.bodies.count - 1)
  }

  /// The origin of what stands at a site; 0 in the standard library, whose values count as defaults.
  mutating func origin(of site: Int32, in scope: Int32) -> UInt32 {
    let layer = scopes[Int(scope)].layer
    return layer == 0 ? 0 : code.origin(OriginData(site: site, layer: layer))
  }
}
