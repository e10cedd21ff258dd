internal import KCData
internal import KCSyntax

/// Blocks, and the statements that decide about them.
extension Program {
  mutating func compileBlock(_ node: SyntaxNode, _ target: BodyTarget, _ scope: Int32) -> [Statement] {
    guard let shape = BlockShape(node) else { return [] }
    let kindText = shape.kind.text
    if target.isNamespace, kindText == "env" || kindText == "project" {
      if scopes[Int(scope)].kind != .module || !(node.isTopLevel) {
        report("KC0109", "`\(kindText)` blocks stand at the top of a file", at: shape.kind.span)
      } else if kindText == "env", let value = shape.value {
        report(
          "KC0109", "`env` at the top of a file is an environment, which has a body", at: value.span,
          help: "variables stand in a container: `container app { env NAME = \"…\" }`")
      }
      return []
    }
    guard let schema = childSchema(kindText, shape.kind, target, scope) else {
      if let name = shape.name(node) {
        brokenNames.insert(key(name))
        if target.isNamespace { brokenBlocks.insert(key(name)) }
      }
      return []
    }
    ensureSchema(schema)
    if isCustom(schema), let body = shape.body { openFields(of: schema, for: body) }
    var statement = Statement(kind: .child)
    let isAPI = schemas[Int(schema)].apiType != nil
    let isPath = !isAPI && kindText.utf8.contains(UInt8(ascii: "."))
    statement.slot = key(isPath ? kindText.split(separator: ".").last.map(String.init) ?? kindText : kindText)
    statement.schema = schema
    statement.site = code.site(shape.nameSpan(node))
    statement.origin = origin(of: statement.site, in: scope)
    if let name = shape.name(node) {
      if shape.nameToken != nil, reportLoopVariable(name, kindText, shape.nameSpan(node), target, scope) { return [] }
      statement.key = key(name)
    } else if let name = shape.nameNode {
      statement.b = compile(name, in: scope, expecting: TypeTable.string)
    } else {
      return []
    }
    if schemas[Int(schema)].isNamespace {
      raise(scopes[Int(scope)].layer, over: schema)
      guard
        let pairs = compileArguments(
          shape.arguments, of: schemas[Int(schema)].parameters, named: kindText, in: scope, at: nil)
      else {
        if let name = shape.name(node) { brokenNames.insert(key(name)) }
        return []
      }
      statement.arguments = code.list([Int32(pairs.count / 2)])
      _ = code.list(pairs)
      if let value = shape.value {
        report("KC0110", "an instance of `\(kindText)` takes a body, not a value", at: value.span)
      }
      if let body = shape.body {
        let target = BodyTarget(schema: schema, isNamespace: true)
        statement.c = compileBody(body, for: target, in: scope)
      }
      return [statement]
    }
    if !shape.arguments.isEmpty, let first = shape.arguments.first {
      report("KC0132", "\(schemas[Int(schema)].name) takes no arguments", at: first.span)
    }
    if let meant = reportSwapped(node, shape, schema) {
      statement.key = key(meant)
      statement.a = addBody([poisoned(schema, at: statement.site)], frameSize: 0, lets: 0..<0, at: node)
      return [statement]
    }
    if let value = shape.value { statement.a = compileShort(node, value, shape.target, schema, scope) }
    if let body = shape.body { statement.c = compileBody(body, for: BodyTarget(schema: schema), in: scope) }
    return [statement]
  }

  /// Reports `for z in zones { config z { … } }`: each would be called `z`.
  ///
  /// - Returns: whether the name is that of a loop's variable, and the block stands in the loop itself.
  private mutating func reportLoopVariable(
    _ name: String, _ kind: String, _ place: Span, _ target: BodyTarget, _ scope: Int32
  ) -> Bool {
    var current = scope
    while current >= 0 {
      if scopes[Int(current)].kind == .loop {
        if scopes[Int(current)].names[key(name)] != nil { break }
      } else if scopes[Int(current)].kind != .body || scopes[Int(current)].schema != target.schema {
        return false
      }
      current = scopes[Int(current)].parent
    }
    guard current >= 0 else { return false }
    report(
      "KC0120", "`\(name)` is the block's name here, and not the loop's variable", at: place,
      notes: ["each round of the loop declares a `\(kind)` of this name"],
      help: "write `\(kind) \"\\(\(name))\"`", fix: Diagnostic.Fix(span: place, replacement: "\"\\(\(name))\""))
    brokenNames.insert(key(name))
    if target.isNamespace { brokenBlocks.insert(key(name)) }
    return true
  }

  /// `kind name = value -> target`: a body that sets the primary field and `to`.
  mutating func compileShort(
    _ node: SyntaxNode, _ value: SyntaxNode, _ to: SyntaxNode?, _ schema: Int32, _ scope: Int32,
    after first: [Statement] = []
  ) -> Int32 {
    var statements = first
    let primary = schemas[Int(schema)].primary
    if value.kind == .recordExpr, to == nil,
      primary < 0 || !acceptsRecord(schemas[Int(schema)].slots[Int(primary)].type), let equal = node.token(.equal)
    {
      reportSetBody(node, equal, value)
      for field in value.parts where field.kind == .recordField && field.parts.count == 1 {
        let slot = field.firstWord.flatMap { schemas[Int(schema)].slotOf[key(field.word($0))] }
        guard let slot, schemas[Int(schema)].slots[Int(slot)].childSchema < 0 else { continue }
        statements.append(setting(slot, field.parts[0], schema, scope))
      }
      return addBody(statements, frameSize: 0, lets: 0..<0, at: node)
    }
    if primary >= 0 {
      statements.append(setting(primary, value, schema, scope))
    } else {
      let name = Self.article(schemas[Int(schema)].name)
      report(
        "KC0110", "\(name) takes a body, not a value", at: value.span, notes: ["none of its fields is `primary`"])
    }
    if let to {
      if let slot = schemas[Int(schema)].slotOf[keys.to] {
        statements.append(setting(slot, to, schema, scope))
      } else {
        report(
          "KC0110", "\(Self.article(schemas[Int(schema)].name)) leads nowhere: `->` has no meaning here", at: to.span)
      }
    }
    return addBody(statements, frameSize: 0, lets: 0..<0, at: node)
  }

  /// Sets the primary field to what is not known, and the name to one that is not asked about.
  private mutating func poisoned(_ schema: Int32, at site: Int32) -> Statement {
    let field = schemas[Int(schema)].slots[Int(schemas[Int(schema)].primary)]
    var statement = Statement(kind: .set)
    statement.key = field.key
    statement.slot = schemas[Int(schema)].primary
    statement.site = site
    statement.a = code.emit(.poison, at: site)
    return statement
  }

  /// `deployment web = { replicas = 2 }`
  private mutating func reportSetBody(_ node: SyntaxNode, _ equal: Int, _ value: SyntaxNode) {
    let tree = node.tree
    let head = node.range.lowerBound..<tree.tokens[equal - 1].range.upperBound
    let gap = Span(file: tree.file.id, range: head.upperBound..<value.range.lowerBound)
    report(
      "KC0062", "no `=` stands before a block's body", at: tree.span(ofToken: equal),
      help: "write `\(tree.file.text(head)) { … }`", fix: Diagnostic.Fix(span: gap, replacement: " "))
  }

  private mutating func setting(_ slot: Int32, _ value: SyntaxNode, _ schema: Int32, _ scope: Int32) -> Statement {
    let field = schemas[Int(schema)].slots[Int(slot)]
    var statement = Statement(kind: .set)
    statement.key = field.key
    statement.slot = slot
    statement.site = code.site(value.span)
    statement.origin = origin(of: statement.site, in: scope)
    statement.a = checkedConstant(compile(value, in: scope, expecting: field.type), field.type, field: field.key)
    return statement
  }

  /// The schema of a block by its keyword; nil where there is none, which was reported.
  private mutating func childSchema(
    _ name: String, _ node: SyntaxNode, _ target: BodyTarget, _ scope: Int32
  ) -> Int32? {
    if target.isNamespace {
      if CustomKind.isBuiltin(name) { return apiSchema(name, at: node.span) }
      let path = name.utf8.contains(UInt8(ascii: ".")) ? name.split(separator: ".").map(String.init) : [name]
      var place = scope
      if path.count == 2, let (owner, found) = find(key(path[0]), in: scope), case .module(let module) = found.kind {
        markUsed(key(path[0]), owner)
        place = modules[Int(module)].scope
      }
      if let schema = blockKind(key(path.last ?? name), in: place) { return schema }
      if let custom = CustomKind(name) {
        return reportBuiltinGroup(name, custom, at: node.span) ? nil : customSchema(custom, name)
      }
      if reportHiddenKind(target, "KC0104", "\(Self.article("`\(name)`")) block does not stand here", at: node.span) {
        return nil
      }
      if reportOtherKind(name, at: node.span) { return nil }
      if let place = placeOfChildren(name, scope) {
        report("KC0104", "\(Self.article("`\(name)`")) block does not stand here", at: node.span, help: place)
        return nil
      }
      if place != scope {
        let known = scopes[Int(place)].kinds.keys.map { "\(path[0]).\(text($0))" }.sorted()
        reportUnknown("KC0104", "there is no kind of block `\(name)`", name, among: known, at: node.span)
        return nil
      }
      if let help = schemaOfValues(ofKind: name, scope) ?? otherFile(ofKind: name, scope) {
        report("KC0104", "there is no kind of block `\(name)`", at: node.span, help: help)
        return nil
      }
      let words = kindNames(in: scope) + ["component", "schema", "test", "enum", "mixin", "policy"]
      reportUnknown("KC0104", "there is no kind of block `\(name)`", name, among: words, at: node.span)
      return nil
    }
    guard target.schema >= 0 else {
      report("KC0104", "a map holds `key = value`, not blocks", at: node.span)
      return nil
    }
    if let slot = schemas[Int(target.schema)].slotOf[key(name)] {
      let child = schemas[Int(target.schema)].slots[Int(slot)].childSchema
      if child >= 0 { return child }
      report("KC0110", "`\(name)` is a field, and has no name of its own", at: node.span, help: "write `\(name) = …`")
      guessedNames.insert(key(name))
      return nil
    }
    if noteLack(of: key(name), target.schema) { return nil }
    let schema = schemas[Int(target.schema)]
    let title = schema.isBlock ? Self.article(text(schema.kind)) : schema.name
    let known = fieldNames(target.schema, keyed: true)
    if let other = Self.otherBlocks[name], known.contains(other) {
      report(
        "KC0104", "\(title) has no `\(name)` blocks", at: node.span, help: "write `\(other)`",
        fix: Diagnostic.Fix(span: node.span, replacement: other))
    } else if let place = placeOfBlocks(name, in: target.schema, scope) {
      report("KC0104", "\(title) has no `\(name)` blocks", at: node.span, help: place)
    } else if known.isEmpty || Self.nearest(to: name, among: known) != nil {
      reportUnknown("KC0104", "\(title) has no `\(name)` blocks", name, among: known, at: node.span)
    } else {
      report(
        "KC0104", "\(title) has no `\(name)` blocks", at: node.span, help: "it has \(Self.enumerate(known.sorted()))")
    }
    return nil
  }

  mutating func compileIfStatement(_ node: SyntaxNode, _ target: BodyTarget, _ scope: Int32) -> [Statement] {
    let parts = node.parts
    guard parts.count >= 2 else { return [] }
    var statement = Statement(kind: .branch)
    statement.site = code.site(parts[0].span)
    statement.origin = origin(of: statement.site, in: scope)
    statement.a = checkedCondition(compile(parts[0], in: scope, expecting: TypeTable.bool))
    let holds = facts(parts[0], is: true, in: scope)
    statement.b = assuming(holds) { $0.compileBody(parts[1], for: target, in: scope) }
    if parts.count > 2 {
      let fails = facts(parts[0], is: false, in: scope)
      statement.c = assuming(fails) { program in
        guard parts[2].kind == .ifStatement else { return program.compileBody(parts[2], for: target, in: scope) }
        let inner = program.compileIfStatement(parts[2], target, scope)
        return program.addBody(inner, frameSize: 0, lets: 0..<0, at: parts[2])
      }
    }
    return [statement]
  }

  mutating func compileForStatement(_ node: SyntaxNode, _ target: BodyTarget, _ scope: Int32) -> [Statement] {
    let parts = node.parts
    guard parts.count >= 2 else { return [] }
    var statement = Statement(kind: .each)
    statement.site = code.site(parts[0].span)
    statement.origin = origin(of: statement.site, in: scope)
    statement.a = checkedCollection(compile(parts[0], in: scope, expecting: TypeTable.any))
    reportBackwards(statement.a, parts[0])
    let inner = loopScope(node, scope, over: typeOf(statement.a))
    statement.isAppend = pairLoops.contains(inner)
    guard let body = parts.last, body.kind == .body else { return [] }
    let filter = parts.count > 2 ? parts[1] : nil
    if let filter { statement.b = checkedCondition(compile(filter, in: inner, expecting: TypeTable.bool)) }
    let known = filter.map { facts($0, is: true, in: inner) } ?? []
    statement.c = assuming(known) { $0.compileBody(body, for: target, in: inner) }
    return [statement]
  }

  mutating func compileMatchStatement(_ node: SyntaxNode, _ target: BodyTarget, _ scope: Int32) -> [Statement] {
    guard let subject = node.firstPart else { return [] }
    var statement = Statement(kind: .match)
    statement.site = code.site(subject.span)
    statement.origin = origin(of: statement.site, in: scope)
    statement.a = compile(subject, in: scope, expecting: TypeTable.any)
    var coverage = Coverage(typeOf(statement.a), subject, self)
    var arms: [Int32] = []
    for arm in node.parts where arm.kind == .matchArm {
      guard let body = arm.child(.body) else { continue }
      let (patterns, inner, known) = compilePatterns(arm.parts.filter { $0.kind != .body }, &coverage, scope)
      let compiled = assuming(known) { $0.compileBody(body, for: target, in: inner) }
      for pattern in patterns { arms += [pattern, compiled] }
    }
    reportMissing(coverage, node)
    statement.b = code.list([Int32(arms.count / 2)] + arms)
    return [statement]
  }

  mutating func compileDelete(_ node: SyntaxNode, _ target: BodyTarget, _ scope: Int32) -> [Statement] {
    let words = node.words
    guard words.count > 1 else { return [] }
    var statement = Statement(kind: .delete)
    let kinds = node.child(.stringExpr) == nil && words.count > 2 ? words.dropLast() : words[...]
    guard let kind = kinds.last else { return [] }
    statement.slot = key(node.word(kind))
    if let name = node.child(.stringExpr) {
      statement.site = code.site(name.span)
      guard let text = name.plainText else { return [] }
      statement.key = key(text)
    } else if words.count > 2, let name = words.last {
      statement.site = code.site(node.tree.span(ofToken: name))
      statement.key = key(node.word(name))
    } else {
      return []
    }
    statement.origin = origin(of: statement.site, in: scope)
    return [statement]
  }
}

extension SyntaxNode {
  /// Whether the node is a statement of the file itself.
  var isTopLevel: Bool { tree.root.childNodes.contains { $0.index == index } }
}
