internal import KCData
internal import KCSyntax

/// A component's parameter: a slot of its body's frame.
struct ComponentParameter: Sendable {
  var key: Int32
  var slot: Int32
  var type: TypeID
  /// The op of the default, evaluated in the component's own frame; -1 for none.
  var fallback: Int32
  var site: Int32
}

/// What an instance of a component gives for a parameter, or the default: the slot of its frame, and the op.
struct ArgumentOp: Sendable {
  var frame: Int32
  var slot: Int32
  var op: Int32
}

/// Components: blocks that are made anew for each instance.
extension Program {
  /// Declares a component: its name is the keyword of its instances.
  mutating func declareComponent(_ node: SyntaxNode, in scope: Int32) {
    guard let name = declaredName(node) else { return }
    var schema = Schema(
      name: text(name.key), kind: name.key, site: code.site(name.span), documentation: node.documentation, scope: scope)
    schema.node = node
    schema.isBlock = true
    schema.isNamespace = true
    schemas.append(schema)
    let index = Int32(schemas.count - 1)
    declare(name.key, Scope.Name(kind: .schema(index), span: name.span, node: node), in: scope)
    // A schema of values makes no blocks: `App` may stand beside the component `app`.
    guard let other = scopes[Int(scope)].kinds[name.key], schemas[Int(other)].isBlock else {
      scopes[Int(scope)].kinds[name.key] = index
      return
    }
  }

  /// Compiles a component's parameters and body.
  mutating func compileComponent(_ index: Int32, _ node: SyntaxNode) {
    let outer = schemas[Int(index)].scope
    layers.append(Layer(name: layers[1].name, rank: layers[1].rank))
    let layer = Int32(layers.count - 1)
    let scope = addScope(.body, parent: outer, module: scopes[Int(outer)].module, layer: layer)
    scopes[Int(scope)].schema = index
    scopes[Int(scope)].isNamespace = true
    schemas[Int(index)].inner = scope
    for parameter in node.child(.parameterList)?.parts ?? [] where parameter.kind == .parameter {
      addParameter(parameter, to: index, scope)
    }
    guard let body = node.child(.body) else { return }
    for statement in body.parts {
      if statement.kind == .letDecl { declareSlot(statement, in: scope) }
      declareNested(statement, in: scope)
    }
    schemas[Int(index)].state = .compiled
    let target = BodyTarget(schema: index, isNamespace: true)
    let statements = body.parts.flatMap { compile(statement: $0, for: target, in: scope) }
    schemas[Int(index)].lets = letThunks(scope)
    schemas[Int(index)].frameSize = scopes[Int(scope)].size
    schemas[Int(index)].body = addBody(statements, frameSize: 0, lets: 0..<0, at: body)
  }

  private mutating func addParameter(_ node: SyntaxNode, to index: Int32, _ scope: Int32) {
    guard let token = node.firstWord else { return }
    let parts = node.parts
    let type = parts.first { $0.isType }.map { compileType($0, in: scope) } ?? TypeTable.any
    let span = node.tree.span(ofToken: token)
    let slot = scopes[Int(scope)].size
    scopes[Int(scope)].size += 1
    let key = key(node.word(token))
    declare(key, Scope.Name(kind: .slot, slot: slot, type: type, span: span), in: scope)
    let fallback = parts.first { !$0.isType }.map { lazyOp($0, scope, type) } ?? -1
    schemas[Int(index)].parameters.append(
      ComponentParameter(key: key, slot: slot, type: type, fallback: fallback, site: code.site(span)))
  }

  /// Pairs of a parameter's index and the op of its argument, after checking labels and number; nil after a report.
  mutating func compileArguments(
    _ arguments: [SyntaxNode], of parameters: [ComponentParameter], named name: String, in scope: Int32, at place: Span?
  ) -> [Int32]? {
    var pairs: [Int32] = []
    pairs.reserveCapacity(arguments.count * 2)
    var given = [Bool](repeating: false, count: parameters.count)
    for (position, argument) in arguments.enumerated() {
      guard let value = argument.firstPart else { continue }
      var index: Int? = position < parameters.count ? position : nil
      if argument.has(.colon), let token = argument.firstWord {
        let key = argument.tree.utf8(ofToken: token).withUnsafeBufferPointer { tree.keys.find($0) }.map { Int32($0) }
        index = parameters.firstIndex { $0.key == key }
        if index == nil {
          let label = argument.word(token)
          let known = parameters.map { text($0.key) }
          reportUnknown(
            "KC0130", "`\(name)` has no parameter `\(label)`", label, among: known,
            at: argument.tree.span(ofToken: token),
            notes: known.isEmpty ? [] : ["its parameters: \(Self.enumerate(known))"])
          return nil
        }
      }
      guard let index else {
        report(
          "KC0132", "`\(name)` takes \(parameters.count == 1 ? "one argument" : "\(parameters.count) arguments")",
          at: argument.span)
        return nil
      }
      guard !given[index] else {
        report("KC0125", "`\(text(parameters[index].key))` is given twice", at: argument.span)
        return nil
      }
      given[index] = true
      let type = parameters[index].type
      pairs.append(Int32(index))
      pairs.append(checkedConstant(compile(value, in: scope, expecting: type), type, field: parameters[index].key))
    }
    guard let place else { return pairs }
    for (index, parameter) in parameters.enumerated() where !given[index] && parameter.fallback < 0 {
      if types.isOptional(parameter.type), parameter.type != TypeTable.any { continue }
      report("KC0131", "`\(name)` needs the argument `\(text(parameter.key))`", at: place)
      return nil
    }
    return pairs
  }
}

/// Instances of components.
extension Program {
  /// Gives an instance its component's body, in a frame with the parameters.
  mutating func instantiate(_ index: Int32, _ statement: Statement, _ frame: Int32) {
    let schema = schemas[Int(statement.schema)]
    guard schema.body >= 0 else { return }
    let module = scopes[Int(schema.scope)].module
    let own = addFrame(parent: module >= 0 ? modules[Int(module)].frame : 0, size: schema.frameSize)
    setSlot(own, 0, TreeValue(.instance, payload: UInt32(bitPattern: index)))
    setLets(schema.lets, own)
    instances[Int(index)].frames = own
    setDefaults(of: schema.parameters, in: own)
    setArguments(statement.arguments, of: schema.parameters, from: frame, to: own)
    setArgumentSettings(of: index, in: own)
    for parameter in schema.parameters where frames[Int(own + 1 + parameter.slot)].isNone {
      if types.isOptional(parameter.type), parameter.type != TypeTable.any { continue }
      setSlot(own, parameter.slot, .poison)
      // It was set in the body, which was reported.
      if guessedNames.contains(parameter.key), statement.c >= 0, hasReports(in: code.bodies[Int(statement.c)].site) {
        continue
      }
      report(
        "KC0131", "`\(schema.name)` needs the argument `\(text(parameter.key))`", at: statement.site,
        help: "write `\(schema.name) \(text(instances[Int(index)].name))(\(text(parameter.key)): …)`")
    }
    addBody(schema.body, own, to: index)
  }

  /// Sets the parameters that have a default to it.
  mutating func setDefaults(of parameters: [ComponentParameter], in own: Int32) {
    for parameter in parameters where parameter.fallback >= 0 {
      argumentOps.append(ArgumentOp(frame: own, slot: parameter.slot, op: parameter.fallback))
      setSlot(own, parameter.slot, thunk(checked(parameter.fallback, parameter.type)))
    }
  }

  /// Sets parameters in a frame to what is given in another.
  mutating func setArguments(
    _ arguments: Int32, of parameters: [ComponentParameter], from frame: Int32, to own: Int32
  ) {
    guard arguments >= 0 else { return }
    for number in 0..<code.extra[Int(arguments)] {
      let parameter = parameters[Int(code.extra[Int(arguments + 1 + number * 2)])]
      let op = code.extra[Int(arguments + 2 + number * 2)]
      if let value = given(op, parameter.type) {
        argumentOps.append(ArgumentOp(frame: own, slot: parameter.slot, op: op))
        setSlot(own, parameter.slot, value)
        continue
      }
      let given = code.emit(.force, op, frame, at: siteOf(op))
      argumentOps.append(ArgumentOp(frame: own, slot: parameter.slot, op: given))
      setSlot(own, parameter.slot, thunk(checked(given, parameter.type)))
    }
  }

  /// The value of an argument that is one of the parameter's type as it is written: most are, and need no code.
  private func given(_ op: Int32, _ type: TypeID) -> TreeValue? {
    guard code.ops[Int(op)].code == .constant, case let value = code.constants[Int(code.ops[Int(op)].a)],
      !value.isNone, types.takes(value, type)
    else { return nil }
    return value
  }

  private func thunk(_ op: Int32) -> TreeValue { TreeValue(.thunk, payload: UInt32(bitPattern: op)) }

  /// Whether an instance of a component would stand in itself.
  func isRecursive(_ schema: Int32, in parent: Int32) -> Bool {
    var current = parent
    while current >= 0 {
      if instances[Int(current)].schema == schema { return true }
      current = instances[Int(current)].parent
    }
    return false
  }
}
