internal import KCData
internal import KCStdlib
internal import KCSyntax

/// Finding what modules declare.
extension Program {
  static let prelude: Int32 = 0

  /// Makes the scope that all modules are within: built-in functions, and the standard library's names.
  mutating func declarePrelude() {
    scopes.append(Scope(kind: .module, parent: -1, module: -1, layer: 0))
    // The frame of no parent, and that of the prelude; there is room for more already.
    frames.append(.none)
    frameTraces.append(0)
    addRootSchema()
    for builtin in Builtins.functions { declareBuiltin(builtin) }
    for name in StandardLibrary.names {
      let stem = String(name.dropLast(3))
      if Self.importedModules.contains(stem), module(path: name, isStandard: true) == nil { continue }
      guard let index = standardModule(stem) else { continue }
      declare(index)
      let scope = scopes[Int(modules[Int(index)].scope)]
      for (key, value) in scope.names {
        switch value.kind {
        case .schema, .type: scopes[0].names[key] = value
        case .function where stem == "prelude": scopes[0].names[key] = value
        default: continue
        }
      }
      scopes[0].kinds.merge(scope.kinds) { first, _ in first }
      let isFunctional = scope.names.values.contains { if case .function = $0.kind { true } else { false } }
      if let kind = scopes[0].kinds[key(stem)], schemas[Int(kind)].isBlock, !isFunctional { continue }
      // These are called by the name that the import gives them, and by none where there is no import.
      if Self.importedModules.contains(stem) { continue }
      scopes[0].names[key(stem)] = Scope.Name(kind: .module(index), span: Span(file: 0, range: 0..<0))
    }
  }

  /// Modules that count only where they are imported: policies hold a program only where it asks for them.
  static let importedModules: Set<String> = ["exact", "net", "policy", "semver"]

  /// The schema of the program itself: it holds blocks of all kinds.
  private mutating func addRootSchema() {
    var schema = Schema(name: "project", kind: keys.project, site: 0, scope: 0)
    schema.isNamespace = true
    schema.state = .compiled
    schemas.append(schema)
    instances.append(Instance(schema: 0))
    root = 0
  }

  private mutating func declareBuiltin(_ builtin: Builtins.Function) {
    var function = Function(name: builtin.name, parameters: [], result: TypeTable.any, body: -1, site: 0)
    function.builtin = builtin.id.rawValue
    function.parameters = builtin.parameters.map {
      Parameter(key: key($0.name), type: TypeTable.any, fallback: $0.isOptional ? -2 : -1, site: 0)
    }
    code.functions.append(function)
    let index = Int32(code.functions.count - 1)
    bindFunction(index, 0)
    scopes[0].names[key(builtin.name)] = Scope.Name(kind: .function(index), span: Span(file: 0, range: 0..<0))
  }

  /// Gives a module its scope and its frame, and declares its names.
  mutating func declare(_ index: Int32) {
    let layer: Int32 = modules[Int(index)].isStandard ? 0 : 2
    let scope = addScope(.module, parent: Self.prelude, module: index, layer: layer)
    scopes[Int(scope)].isNamespace = true
    scopes[Int(scope)].schema = root
    modules[Int(index)].scope = scope
    for one in modules[Int(index)].imports {
      declare(one.name, Scope.Name(kind: .module(one.module), span: one.span), in: scope)
    }
    let node = trees[modules[Int(index)].file].root
    for statement in node.parts { declare(statement, in: scope) }
    if let scenario = options.scenario, scenario.path == modules[Int(index)].path {
      for statement in scenario.declarations { declare(statement, in: scope) }
    }
    let frame = addFrame(parent: 0, size: scopes[Int(scope)].size)
    modules[Int(index)].frame = frame
    setSlot(frame, 0, TreeValue(.instance, payload: UInt32(root)))
    // In the order of the source: what is found first must not depend on the order of a dictionary.
    for name in scopes[Int(scope)].names.values.sorted(by: { $0.span.start < $1.span.start }) {
      if case .slot = name.kind, let node = name.node { setThunk(frame, name.slot, declaration: node, scope: scope) }
      if case .function(let function) = name.kind { bindFunction(function, frame) }
    }
  }

  mutating func addScope(_ kind: Scope.Kind, parent: Int32, module: Int32, layer: Int32) -> Int32 {
    scopes.append(Scope(kind: kind, parent: parent, module: module, layer: layer))
    return Int32(scopes.count - 1)
  }

  /// Reports a type with the name of one of the language's, which would be meant wherever the name stands.
  private mutating func reportBuiltin(_ key: Int32, _ name: Scope.Name, in scope: Int32) {
    switch name.kind {
    case .schema, .type: break
    default: return
    }
    let module = scopes[Int(scope)].module
    guard scopes[Int(scope)].kind == .module, module >= 0, !modules[Int(module)].isStandard,
      case let text = text(key), text != "Secret", Self.builtinTypes.contains(text)
    else { return }
    report(
      "KC0120", "`\(text)` is a type of the language", at: name.span,
      help: "give it another name: its own would always mean the language's")
  }

  /// Declares a name, unless the scope has it already.
  mutating func declare(_ key: Int32, _ name: Scope.Name, in scope: Int32) {
    reportBuiltin(key, name, in: scope)
    if let other = scopes[Int(scope)].names[key] {
      if case .block = other.kind, case .block = name.kind { return }
      if case .broken = other.kind { return }
      return report(
        "KC0120", "`\(text(key))` is declared twice", at: name.span,
        labels: [Diagnostic.Label(span: other.span, message: "declared here first")],
        help: "give one of them another name")
    }
    scopes[Int(scope)].names[key] = name
  }

  private mutating func declare(_ node: SyntaxNode, in scope: Int32) {
    switch node.kind {
    case .paramDecl, .letDecl: declareSlot(node, in: scope)
    case .funcDecl:
      reportRepeatedTypes(node)
      declareFunction(node, in: scope)
    case .schemaDecl:
      reportRepeatedTypes(node)
      declareSchema(node, in: scope)
    case .typeDecl:
      reportRepeatedTypes(node)
      if let name = declaredName(node) {
        declare(name.key, Scope.Name(kind: .type, span: name.span, node: node), in: scope)
      }
    case .componentDecl: declareComponent(node, in: scope)
    case .enumDecl: declareEnum(node, in: scope)
    case .mixinDecl:
      if let name = declaredName(node) {
        declare(name.key, Scope.Name(kind: .mixin, span: name.span, node: node), in: scope)
      }
    case .affinityDecl: declareAffinity(node, in: scope)
    case .policyDecl: declarePolicy(node, in: scope)
    case .waiverDecl: declareWaiver(node, in: scope)
    case .testDecl: break
    case .movedDecl: moveNodes.append(node)
    case .block: declareBlock(node, in: scope)
    case .setting, .nested:
      // A keyword was forgotten, which is reported elsewhere: the name is known for all that.
      if let name = node.firstPart, name.kind == .nameExpr {
        scopes[Int(scope)].names[key(name.text)] = Scope.Name(kind: .broken, span: name.span)
      }
    case .matchStatement:
      for arm in node.parts where arm.kind == .matchArm {
        for inner in arm.child(.body)?.parts ?? [] where [.block, .ifStatement, .forStatement].contains(inner.kind) {
          declare(inner, in: scope)
        }
      }
    case .ifStatement, .forStatement:
      for body in node.parts where body.kind == .body || body.kind == .ifStatement {
        if body.kind == .ifStatement { declare(body, in: scope) }
        for inner in body.parts where [.block, .ifStatement, .forStatement].contains(inner.kind) {
          declare(inner, in: scope)
        }
      }
    default: return
    }
  }

  /// The name of `let`, `param`, `func`, `type` and `schema`: the word after the keyword.
  static func nameToken(of node: SyntaxNode) -> Int? {
    let words = node.words
    let skip = node.kind == .schemaDecl && words.first.map { node.word($0) } == "resource" ? 2 : 1
    return words.count > skip ? words[skip] : nil
  }

  mutating func declaredName(_ node: SyntaxNode) -> (key: Int32, span: Span)? {
    guard let token = Self.nameToken(of: node) else { return nil }
    return (key(node.word(token)), node.tree.span(ofToken: token))
  }

  mutating func declareSlot(_ node: SyntaxNode, in scope: Int32) {
    guard let name = declaredName(node) else { return }
    let slot = scopes[Int(scope)].size
    scopes[Int(scope)].size += 1
    declare(name.key, Scope.Name(kind: .slot, slot: slot, span: name.span, node: node), in: scope)
  }

  private mutating func declareFunction(_ node: SyntaxNode, in scope: Int32) {
    guard let name = declaredName(node) else { return }
    var function = Function(
      name: text(name.key), parameters: [], result: TypeTable.any, body: -1, site: code.site(name.span))
    function.dropsEmpty = function.name == "present" && isPrelude(scopes[Int(scope)].module)
    code.functions.append(function)
    let index = Int32(code.functions.count - 1)
    functionSources[index] = FunctionSource(node: node, scope: scope)
    declare(name.key, Scope.Name(kind: .function(index), span: name.span, node: node), in: scope)
  }

  private func isPrelude(_ module: Int32) -> Bool {
    module >= 0 && modules[Int(module)].isStandard && modules[Int(module)].path == "prelude.kc"
  }

  private mutating func declareSchema(_ node: SyntaxNode, in scope: Int32) {
    guard let name = declaredName(node) else { return }
    let kind = key(text(name.key).lowercased())
    var schema = Schema(
      name: text(name.key), kind: kind, site: code.site(name.span), documentation: node.documentation, scope: scope)
    if let module = apiModuleName(of: scope) { schema.name = "k8s.\(module).\(schema.name)" }
    schema.node = node
    schema.isBlock = node.hasWord("resource")
    for member in node.child(.body)?.parts ?? [] where member.kind == .keyedDecl {
      if let name = member.words.last { keyedSchemas.insert(member.word(name)) }
    }
    schemas.append(schema)
    let index = Int32(schemas.count - 1)
    declare(name.key, Scope.Name(kind: .schema(index), span: name.span, node: node), in: scope)
    if scopes[Int(scope)].kinds[kind] == nil { scopes[Int(scope)].kinds[kind] = index }
  }

  /// A block's name is found in the namespace that the scope's `self` is.
  private mutating func declareBlock(_ node: SyntaxNode, in scope: Int32) {
    guard let shape = BlockShape(node), let name = shape.name(node) else { return }
    if shape.kind.text == "env" { return declareEnvironment(node, shape, in: scope) }
    if shape.kind.text == "project" { return }
    let key = key(name)
    let module = scopes[Int(scope)].module
    if module >= 0 { modules[Int(module)].blocks.insert(key) }
    declare(key, Scope.Name(kind: .block, span: shape.nameSpan(node), node: node), in: scope)
  }

  private mutating func declareEnvironment(_ node: SyntaxNode, _ shape: BlockShape, in scope: Int32) {
    guard let name = shape.name(node), let body = shape.body else { return }
    let parent = shape.parent.map { node.word($0) }
    if let index = environments.firstIndex(where: { $0.name == name }) {
      environments[index].bodies.append((body, scope))
      if environments[index].parent == nil { environments[index].parent = parent }
      return
    }
    var environment = Environment(name: name, parent: parent, span: shape.nameSpan(node))
    environment.parentSpan = shape.parent.map { node.tree.span(ofToken: $0) }
    environment.bodies = [(body, scope)]
    environments.append(environment)
  }
}

/// Where a function was declared, until it is compiled.
struct FunctionSource: Sendable {
  var node: SyntaxNode
  var scope: Int32
  var isSignatureCompiled = false
  /// The scope of its parameters.
  var inner: Int32 = -1
}

/// Frames.
extension Program {
  mutating func addFrame(parent: Int32, size: Int32) -> Int32 {
    let frame = Int32(frames.count)
    frames.append(TreeValue(.none, payload: UInt32(bitPattern: parent)))
    frames.append(.none, times: Int(size))
    frameTraces.append(0, times: Int(size) + 1)
    return frame
  }

  /// What a frame must outlive, as it stood when the frame was made.
  struct FrameMark {
    var frame: Int
    var end: Int
    var closures: Int
    var bodies: Int
  }

  /// To be taken right after a frame was made, and released when what it was made for is done.
  mutating func mark(over frame: Int32) -> FrameMark {
    FrameMark(frame: Int(frame), end: frames.count, closures: closures.count, bodies: bodyRefs.count)
  }

  /// Gives up a frame that nothing refers to any more: no closure and no instance was made in it, and no frame is left
  /// above it.
  mutating func release(_ mark: FrameMark) {
    guard frames.count == mark.end, closures.count == mark.closures, bodyRefs.count == mark.bodies else { return }
    frames.drop(to: mark.frame)
    frameTraces.drop(to: mark.frame)
  }

  mutating func setSlot(_ frame: Int32, _ slot: Int32, _ value: TreeValue) { frames[Int(frame + 1 + slot)] = value }

  func parent(of frame: Int32) -> Int32 { Int32(bitPattern: frames[Int(frame)].payload) }

  /// The value of `let` and `param`, to be evaluated when first read.
  mutating func setThunk(_ frame: Int32, _ slot: Int32, declaration: SyntaxNode, scope: Int32) {
    setSlot(frame, slot, TreeValue(.thunk, payload: UInt32(bitPattern: lazyDeclaration(declaration, scope))))
  }

  mutating func bindFunction(_ function: Int32, _ frame: Int32) {
    closures.append(Closure(function: function, frame: frame))
    let value = TreeValue(.function, payload: UInt32(closures.count - 1))
    code.functions[Int(function)].value = value
  }
}
