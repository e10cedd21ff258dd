internal import KCData
internal import KCSyntax

/// Enums: types of a few named values.
extension Program {
  mutating func declareEnum(_ node: SyntaxNode, in scope: Int32) {
    guard let name = declaredName(node) else { return }
    declare(name.key, Scope.Name(kind: .type, span: name.span, node: node), in: scope)
  }

  /// The type of an enum: one of the values of its cases. A case without a value of its own has its name.
  mutating func enumType(_ node: SyntaxNode, in scope: Int32) -> TypeID {
    var members: [TypeID] = []
    var cases: [Int32: TypeID] = [:]
    var seen: [String: Span] = [:]
    for one in node.parts where one.kind == .enumCase {
      guard let token = one.firstWord else { continue }
      let name = one.word(token)
      if let first = seen.updateValue(one.tree.span(ofToken: token), forKey: name) {
        report(
          "KC0120", "the case `\(name)` is declared twice", at: one.tree.span(ofToken: token),
          labels: [.init(span: first, message: "declared here first")])
        continue
      }
      if let parameters = one.child(.parameterList) {
        let member = caseSchema(name, parameters, one.tree.span(ofToken: token), scope)
        members.append(member)
        cases[key(name)] = member
        continue
      }
      let value = one.firstPart.map { evaluateConstant($0, in: scope) } ?? tree.string(name)
      let text = tree.text(of: value) ?? name
      if !value.isPoison, value.tag != .string {
        report("KC0110", "the value of a case is text, and this is \(Self.article(kindName(value)))", at: one.span)
      }
      let member = types.add(.text(text))
      members.append(member)
      cases[key(name)] = member
    }
    let type = types.add(.union(members))
    enums[type] = cases
    return type
  }

  /// The text of an enum's case by its bare name; nil where the type is no enum, or has no such case.
  func enumCase(_ name: Int32, of type: TypeID) -> String? {
    guard let member = enums[types.required(type)]?[name], case .text(let text) = types[member] else { return nil }
    return text
  }

  /// The type of what a case holds: `circle(radius: Int)`.
  private mutating func caseSchema(_ name: String, _ list: SyntaxNode, _ place: Span, _ scope: Int32) -> TypeID {
    var schema = Schema(name: name, kind: -1, site: code.site(place), scope: scope)
    schema.caseName = key(name)
    schema.state = .compiled
    schemas.append(schema)
    let index = Int32(schemas.count - 1)
    schemas[Int(index)].chain = [index]
    for node in list.parts where node.kind == .parameter {
      guard let token = node.firstWord else { continue }
      let type = node.parts.first { $0.isType }.map { compileType($0, in: scope) } ?? TypeTable.any
      let span = node.tree.span(ofToken: token)
      var slot = Slot(key: key(node.word(token)), type: type, owner: index, site: code.site(span))
      if let value = node.parts.first(where: { !$0.isType }) { slot.fallback = lazyOp(value, scope, type) }
      if schemas[Int(index)].slotOf[slot.key] != nil {
        report("KC0120", "`\(node.word(token))` is declared twice", at: span)
        continue
      }
      schemas[Int(index)].slotOf[slot.key] = Int32(schemas[Int(index)].slots.count)
      schemas[Int(index)].slots.append(slot)
    }
    return types.add(.schema(SchemaID(index: index)))
  }

  /// The type of an enum's case, by its bare name.
  func caseType(_ name: Int32, of type: TypeID) -> TypeID? { enums[types.required(type)]?[name] }

  /// The schema of what a case of an enum holds; nil where the type has no such case, or it holds nothing.
  func caseSchema(_ name: Int32, of type: TypeID) -> Int32? {
    guard let member = caseType(name, of: type), case .schema(let schema) = types[member] else { return nil }
    return schema.index
  }

  /// `circle(3)`, `circle(radius: 3)`
  mutating func compileCase(_ schema: Int32, _ arguments: [SyntaxNode], _ scope: Int32, _ node: SyntaxNode) -> Int32 {
    var statements: [Statement] = []
    var seen = SeenFields()
    let name = schemas[Int(schema)].name
    for (place, argument) in arguments.enumerated() {
      guard let value = argument.firstPart else { continue }
      let label = argument.has(.colon) ? argument.firstWord : nil
      if label == nil, place >= schemas[Int(schema)].slots.count {
        report("KC0132", "`\(name)` holds \(Self.count(schemas[Int(schema)].slots.count, "value"))", at: argument.span)
        return poison(node)
      }
      let field = label.map { argument.word($0) } ?? text(schemas[Int(schema)].slots[place].key)
      let span = label.map { argument.tree.span(ofToken: $0) } ?? argument.span
      guard let one = fieldStatement(field, span, value, schema, scope, &seen) else { return poison(node) }
      statements.append(one)
    }
    for slot in schemas[Int(schema)].slots where seen[slot.key] == nil && slot.fallback < 0 {
      if types.isOptional(slot.type) { continue }
      report("KC0131", "`\(name)` needs `\(text(slot.key))`", at: node.span)
      return poison(node)
    }
    let body = addBody(statements, frameSize: 0, lets: 0..<0, at: node)
    let made = code.emit(.construct, schema, body, at: code.site(node.span))
    return typed(made, types.add(.schema(SchemaID(index: schema))))
  }

  /// `circle(r)` in a match: the case, and names for what it holds; nil where the node is no case.
  mutating func compileCasePattern(
    _ node: SyntaxNode, _ coverage: Coverage, _ scope: Int32, isAlone: Bool
  ) -> (pattern: Int32, scope: Int32, type: TypeID)? {
    guard let callee = node.firstPart, let schema = patternSchema(callee, coverage.type, scope) else { return nil }
    let arguments = node.parts.dropFirst().filter { $0.kind == .argument }
    let inner = addScope(.loop, parent: scope, module: scopes[Int(scope)].module, layer: scopes[Int(scope)].layer)
    var slots: [Int32] = []
    for (place, argument) in arguments.enumerated() {
      guard let value = argument.firstPart, value.kind == .nameExpr else {
        report(
          "KC0311", "a case's values are given names here: `\(schemas[Int(schema)].name)(\(names(ofCase: schema)))`",
          at: argument.span, help: "compare the values in an `if` of the arm")
        continue
      }
      var slot: Int32? = place < schemas[Int(schema)].slots.count ? Int32(place) : nil
      if argument.has(.colon), let label = argument.firstWord {
        slot = schemas[Int(schema)].slotOf[key(argument.word(label))]
      }
      guard var slot else {
        report(
          "KC0132", "`\(schemas[Int(schema)].name)` holds \(Self.count(schemas[Int(schema)].slots.count, "value"))",
          at: argument.span)
        continue
      }
      if !argument.has(.colon), value.text != "_", let named = schemas[Int(schema)].slotOf[key(value.text)],
        named != slot
      {
        let (title, field) = (schemas[Int(schema)].name, text(schemas[Int(schema)].slots[Int(slot)].key))
        report(
          "KC0311", "in this place stands `\(field)` of `\(title)`, and `\(value.text)` is another value of it",
          at: argument.span, help: "the order is `\(title)(\(names(ofCase: schema)))`")
        slot = named
      }
      slots.append(value.text == "_" ? -1 : slot)
      if value.text == "_" { continue }
      let type = schemas[Int(schema)].slots[Int(slot)].type
      let name = Scope.Name(kind: .slot, slot: Int32(slots.count - 1), type: type, span: value.span)
      declare(key(value.text), name, in: inner)
    }
    if !isAlone, slots.contains(where: { $0 >= 0 }) {
      report("KC0311", "a case that names its values stands alone: other cases have none of them", at: node.span)
    }
    scopes[Int(inner)].size = Int32(slots.count)
    let pattern = code.emit(.casePattern, schema, Int32(slots.count), code.list(slots), at: code.site(node.span))
    return (pattern, slots.isEmpty ? scope : inner, types.add(.schema(SchemaID(index: schema))))
  }

  private func names(ofCase schema: Int32) -> String {
    schemas[Int(schema)].slots.map { text($0.key) }.joined(separator: ", ")
  }

  /// The schema of a case that a pattern names: of the subject's type, or, where that is not known, of the only enum.
  private mutating func patternSchema(_ callee: SyntaxNode, _ type: TypeID, _ scope: Int32) -> Int32? {
    if let schema = enumCase(callee, scope) { return schema }
    guard callee.kind == .nameExpr else { return nil }
    let name = key(callee.text)
    if let schema = caseSchema(name, of: type) { return schema }
    guard type == TypeTable.any, find(name, in: scope) == nil else { return nil }
    let all = enums.values.compactMap { cases -> Int32? in
      guard let member = cases[name], case .schema(let schema) = types[member] else { return nil }
      return schema.index
    }
    return all.count == 1 ? all[0] : nil
  }
}
