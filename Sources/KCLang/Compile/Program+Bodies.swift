internal import KCData
internal import KCSyntax

/// What a body's statements are checked against.
struct BodyTarget {
  /// The schema of the instance, or -1 for a map.
  var schema: Int32
  var isNamespace = false
  /// Whether it is an `affinity`.
  var holdsRules = false
  /// For a map: the type of its values.
  var element = TypeTable.any
}

/// From the syntax of bodies to statements.
extension Program {
  /// Compiles the statements between braces. A body has a frame of its own: `self`, then its lets.
  mutating func compileBody(_ node: SyntaxNode, for target: BodyTarget, in outer: Int32, layer: Int32? = nil) -> Int32 {
    if target.holdsRules { return addBody(compileRules(node, in: outer), frameSize: 0, lets: 0..<0, at: node) }
    let scope = addScope(
      .body, parent: outer, module: scopes[Int(outer)].module, layer: layer ?? scopes[Int(outer)].layer)
    scopes[Int(scope)].schema = target.schema
    scopes[Int(scope)].isNamespace = target.isNamespace
    for statement in node.parts {
      if statement.kind == .letDecl { declareSlot(statement, in: scope) }
      if target.isNamespace { declareNested(statement, in: scope) }
    }
    if target.isNamespace, target.schema > 0 { importBlocks(of: target.schema, to: scope) }
    let statements = node.parts.flatMap { compile(statement: $0, for: target, in: scope) }
    let lets = letThunks(scope)
    return addBody(statements, frameSize: scopes[Int(scope)].size, lets: lets, at: node)
  }

  /// The names of a component's blocks are known where an instance of it is amended.
  private mutating func importBlocks(of component: Int32, to scope: Int32) {
    ensureSchema(component)
    let inner = schemas[Int(component)].inner
    guard inner >= 0 else { return }
    for (key, name) in scopes[Int(inner)].names {
      if case .block = name.kind, scopes[Int(scope)].names[key] == nil { scopes[Int(scope)].names[key] = name }
    }
  }

  /// Names of blocks in an `env` or a component, so that they can be referred to in it.
  mutating func declareNested(_ node: SyntaxNode, in scope: Int32) {
    if node.kind == .ifStatement || node.kind == .forStatement {
      for body in node.parts where body.kind == .body { for inner in body.parts { declareNested(inner, in: scope) } }
      for other in node.parts where other.kind == .ifStatement { declareNested(other, in: scope) }
    }
    guard node.kind == .block, let shape = BlockShape(node), let name = shape.name(node) else { return }
    let key = key(name)
    let isComponent = scopes[Int(scope)].schema > 0
    if isComponent ? scopes[Int(scope)].names[key] == nil : find(key, in: scope) == nil {
      scopes[Int(scope)].names[key] = Scope.Name(kind: .block, span: shape.nameSpan(node), node: node)
    }
  }

  /// The statements of a module that make blocks, as a body whose frame is the module's own.
  mutating func compileModuleBody(_ index: Int32) -> Int32 {
    let module = modules[Int(index)]
    let node = trees[module.file].root
    let target = BodyTarget(schema: root, isNamespace: true)
    let statements = node.parts.flatMap { compile(statement: $0, for: target, in: module.scope) }
    return addBody(statements, frameSize: 0, lets: 0..<0, at: node)
  }

  mutating func compile(statement node: SyntaxNode, for target: BodyTarget, in scope: Int32) -> [Statement] {
    // What a test asserts under a condition changes nothing.
    if options.scenario != nil, node.holdsAssertions { return [] }
    switch node.kind {
    case .letDecl, .paramDecl, .funcDecl, .typeDecl, .schemaDecl, .importDecl, .componentDecl, .enumDecl, .mixinDecl,
      .affinityDecl, .policyDecl, .waiverDecl, .testDecl:
      return []
    case .movedDecl:
      if scopes[Int(scope)].kind != .module {
        report("KC0109", "`moved` stands at the top of a file", at: node.span, help: "its addresses are whole ones")
      }
      return []
    case .matchStatement: return compileMatchStatement(node, target, scope)
    case .setting: return compileSetting(node, target, scope)
    case .nested: return compileNested(node, target, scope)
    case .block: return compileBlock(node, target, scope)
    case .ifStatement: return compileIfStatement(node, target, scope)
    case .forStatement: return compileForStatement(node, target, scope)
    case .deleteStatement: return compileDelete(node, target, scope)
    case .affinity: return compileAffinity(node, target, scope)
    case .requireDecl, .fieldDecl, .keyedDecl, .objectDecl:
      report("KC0109", "this belongs into a schema", at: node.span)
      return []
    default: return []
    }
  }

  /// The names in `a.b.c`, or the one of a string.
  private func path(_ node: SyntaxNode) -> [(text: String, span: Span)] {
    switch node.kind {
    case .nameExpr: return [(node.text, node.span)]
    case .memberExpr:
      let base = node.firstPart.map { path($0) } ?? []
      return base + node.words.map { (node.word($0), node.tree.span(ofToken: $0)) }
    case .stringExpr: return node.plainText.map { [($0, node.span)] } ?? []
    default: return []
    }
  }

  private mutating func compileSetting(_ node: SyntaxNode, _ target: BodyTarget, _ scope: Int32) -> [Statement] {
    let parts = node.parts
    guard parts.count >= 2 else { return [] }
    let names = path(parts[0])
    let isAppend = node.has(.plusEqual)
    if names.count == 1, !isAppend, let child = unnamedChild(names[0].text, target) {
      return [unnamed(names[0], child, parts[1], to: parts.count > 2 ? parts[2] : nil, node, scope)]
    }
    let isField =
      target.schema < 0 || names.first.map { schemas[Int(target.schema)].slotOf[key($0.text)] != nil } ?? true
    if parts.count > 2, isField {
      report("KC0110", "`->` has no meaning here", at: parts[2].span, help: "it stands behind the number of a port")
    }
    guard let first = names.first else {
      guard parts[0].kind == .stringExpr, target.schema < 0 else { return [] }
      var statement = Statement(kind: .setNamed)
      statement.site = code.site(parts[0].span)
      statement.b = compile(parts[0], in: scope, expecting: TypeTable.string)
      statement.a = compile(parts[1], in: scope, expecting: target.element)
      statement.origin = origin(of: statement.site, in: scope)
      return [statement]
    }
    if target.isNamespace, first.text == "namespace", names.count == 1, scopes[Int(scope)].kind != .module {
      var statement = Statement(kind: .namespace)
      statement.key = key("namespace")
      statement.site = code.site(first.span)
      statement.origin = origin(of: statement.site, in: scope)
      statement.a = checkedConstant(
        compile(parts[1], in: scope, expecting: TypeTable.string), TypeTable.string, field: statement.key)
      return [statement]
    }
    if target.isNamespace, checkEnvironmentParameter(parts[0], parts[1], in: scope) { return [] }
    if target.isNamespace, reportAmendment(names, parts[1], in: scope) { return [] }
    guard let (slot, inner) = field(first, target, at: first.span) else { return [] }
    var statement = Statement(kind: .set, isAppend: isAppend)
    statement.key = key(first.text)
    statement.slot = slot
    statement.site = code.site(first.span)
    statement.origin = origin(of: statement.site, in: scope)
    if names.count > 1 {
      if !holdsFields(first, inner) { return [] }
      statement.kind = .open
      statement.isAppend = false
      statement.a = compilePath(Array(names.dropFirst()), parts[1], isAppend, innerTarget(inner), scope, node)
      return [statement]
    }
    statement.a = checkedConstant(
      compile(parts[1], in: scope, expecting: inner), isAppend ? TypeTable.any : inner, field: statement.key)
    return [statement]
  }

  /// `a.b = x` is `a { b = x }`.
  private mutating func compilePath(
    _ names: [(text: String, span: Span)], _ value: SyntaxNode, _ isAppend: Bool, _ target: BodyTarget, _ scope: Int32,
    _ node: SyntaxNode
  ) -> Int32 {
    guard let first = names.first, let (slot, inner) = field(first, target, at: first.span),
      names.count == 1 || holdsFields(first, inner)
    else {
      return addBody([], frameSize: 0, lets: 0..<0, at: node)
    }
    var statement = Statement(kind: .set, isAppend: isAppend)
    statement.key = key(first.text)
    statement.slot = slot
    statement.site = code.site(first.span)
    statement.origin = origin(of: statement.site, in: scope)
    if names.count > 1 {
      statement.kind = .open
      statement.isAppend = false
      statement.a = compilePath(Array(names.dropFirst()), value, isAppend, innerTarget(inner), scope, node)
    } else {
      statement.a = checkedConstant(
        compile(value, in: scope, expecting: inner), isAppend ? TypeTable.any : inner, field: statement.key)
    }
    return addBody([statement], frameSize: 0, lets: 0..<0, at: node)
  }

  /// Reports that something is set where only blocks and, at the top of an `env`, parameters stand.
  private mutating func reportNoParameter(_ name: String, _ target: BodyTarget, at span: Span) {
    let known = parameters()
    let component = schemas[max(0, Int(target.schema))]
    if component.isNamespace, target.schema > 0, component.parameters.contains(where: { text($0.key) == name }) {
      guessedNames.insert(key(name))
      return report(
        "KC0101", "`\(name)` cannot be set here: it is an argument", at: span,
        help: "write `\(argument(name, of: component.name, at: span))`")
    }
    if reportHiddenKind(target, "KC0101", "`\(name)` cannot be set here: blocks stand here", at: span) { return }
    if known.contains(name) {
      return report(
        "KC0101", "the parameter `\(name)` cannot be set here", at: span,
        help: "`env NAME { \(name) = … }` in its file sets it, under no condition; so do `--set` and `--params`")
    }
    if ["apiVersion", "kind", "metadata", "spec"].contains(name) {
      return report(
        "KC0101", "`\(name)` cannot be set here: blocks stand here", at: span,
        help: "an object of the API is a block: `k8s.apps.v1.Deployment web { spec { … } }`")
    }
    if Self.nearest(to: name, among: ["let", "param"] + known) == nil {
      return report(
        "KC0101", "`\(name)` cannot be set here: blocks stand here", at: span,
        help: "a value gets a name with `let \(name) = …`, and is given from outside where it is a `param`")
    }
    let isParameter = Self.nearest(to: name, among: ["let", "param"] + known).map { known.contains($0) } ?? false
    reportUnknown(
      "KC0101", isParameter ? "there is no parameter `\(name)`" : "`\(name)` cannot be set here: blocks stand here",
      name, among: ["let", "param"] + known, at: span)
  }

  /// The slot and the type of a field; nil where there is none, which was reported.
  private mutating func field(
    _ name: (text: String, span: Span), _ target: BodyTarget, at span: Span
  ) -> (Int32, TypeID)? {
    if target.isNamespace {
      reportNoParameter(name.text, target, at: span)
      return nil
    }
    guard target.schema >= 0 else { return (-1, target.element) }
    let key = key(name.text)
    guard let slot = schemas[Int(target.schema)].slotOf[key] else {
      reportUnknownField(name.text, target.schema, at: span)
      return nil
    }
    let found = schemas[Int(target.schema)].slots[Int(slot)]
    if found.childSchema >= 0 {
      report(
        "KC0110", "`\(name.text)` blocks have names", at: span,
        help: "write `\(name.text) NAME = …` or `\(name.text) NAME { … }`")
      return nil
    }
    return (slot, found.type)
  }

  /// What a nested record's statements are checked against.
  private mutating func innerTarget(_ type: TypeID) -> BodyTarget {
    switch types[types.required(type)] {
    case .schema(let schema):
      ensureSchema(schema.index)
      return BodyTarget(schema: schema.index)
    case .map(let element): return BodyTarget(schema: -1, element: element)
    case .union(let members):
      for member in members {
        let inner = innerTarget(member)
        if inner.schema >= 0 || types[types.required(member)] == .record { return inner }
      }
      return BodyTarget(schema: -1)
    default: return BodyTarget(schema: -1)
    }
  }

  /// Reports `web { … }` where blocks stand: of a block that is declared, its kind is missing, of others a name.
  private mutating func reportNameless(
    _ name: (text: String, span: Span), _ target: BodyTarget, _ scope: Int32
  ) {
    if name.text == "project" {
      return report(
        "KC0109", "a project has a name, and stands in `project.kc`", at: name.span,
        help: "write `project NAME { … }` there")
    }
    if reportHiddenKind(
      target, "KC0109", "\(Self.article("`\(name.text)`")) block needs a name", at: name.span)
    {
      return
    }
    guard case .block? = find(key(name.text), in: scope)?.name.kind,
      let kind = find(key(name.text), in: scope)?.name.node.flatMap({ BlockShape($0) })?.kind.text
    else {
      if ["locals", "variables", "vars", "values", "parameters", "params", "constants"].contains(name.text) {
        return report(
          "KC0109", "there are no `\(name.text)` blocks", at: name.span,
          help: "each value gets a name by itself, `let x = 1`, and what is given from outside is a `param`")
      }
      if reportKindless(name, in: scope) { return }
      return report(
        "KC0109", "\(Self.article("`\(name.text)`")) block needs a name", at: name.span,
        help: "write `\(name.text) NAME { … }`")
    }
    report(
      "KC0109", "a block begins with its kind", at: name.span, help: "write `\(kind) \(name.text) { … }`",
      fix: Diagnostic.Fix(span: name.span, replacement: "\(kind) \(name.text)"))
  }

  /// Notes what may be declared in a block that has no meaning: that these are not found is no second mistake.
  private mutating func loseNames(of node: SyntaxNode) {
    for token in node.tree.tokens[node.tokenRange] where token.kind == .name {
      lostNames.insert(node.tree.file.text(token.range))
    }
  }

  private mutating func compileNested(_ node: SyntaxNode, _ target: BodyTarget, _ scope: Int32) -> [Statement] {
    let parts = node.parts
    guard parts.count == 2, let name = path(parts[0]).first else { return [] }
    if target.isNamespace {
      // What an environment gives of a parameter's value.
      if parameterSettings.contains(parts[0].span) { return [] }
      hasNamelessBlock = true
      reportNameless(name, target, scope)
      return []
    }
    if let child = unnamedChild(name.text, target) { return [unnamed(name, child, body: parts[1], node, scope)] }
    guard let (slot, type) = field(name, target, at: name.span) else {
      loseNames(of: node)
      return []
    }
    let inner = innerTarget(type)
    if inner.schema < 0, !acceptsRecord(type) {
      guessedNames.insert(key(name.text))
      report(
        "KC0110", "`\(name.text)` is \(Self.article(describe(type))), not a record", at: name.span,
        help: "write `\(valueHelp(of: name.text, parts[1], type))`")
      return []
    }
    if reportProbe(name, parts[1], inner.schema) { return [] }
    var statement = Statement(kind: .open)
    statement.key = key(name.text)
    statement.slot = slot
    statement.site = code.site(name.span)
    statement.origin = origin(of: statement.site, in: scope)
    statement.a = compileBody(parts[1], for: inner, in: scope)
    return [statement]
  }

  /// Whether a field of a type has fields; reports it where not.
  private mutating func holdsFields(_ name: (text: String, span: Span), _ type: TypeID) -> Bool {
    if acceptsRecord(type) { return true }
    brokenNames.insert(key(name.text))
    guessedNames.insert(key(name.text))
    var takesRange = false
    if case .range = types[types.required(type)] { takesRange = true }
    if case .union(let members) = types[types.required(type)] {
      takesRange = members.contains { if case .range = types[types.required($0)] { true } else { false } }
    }
    report(
      "KC0110", "`\(name.text)` is \(Self.article(describe(types.required(type)))): it has no fields", at: name.span,
      help: takesRange
        ? "write `\(name.text) = least...most`, or one of the two: `least...`" : "write `\(name.text) = …`")
    return false
  }

  /// Whether a record can stand where a type is expected.
  func acceptsRecord(_ type: TypeID) -> Bool {
    switch types[types.required(type)] {
    case .any, .unknown, .record, .map, .schema: true
    case .union(let members): members.contains(where: { acceptsRecord($0) })
    default: false
    }
  }
}
