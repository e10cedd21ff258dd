internal import KCData
internal import KCSyntax

/// From the syntax of functions, and of what is compiled when needed, to code.
extension Program {
  /// An op that stands for an expression which is compiled when it is first evaluated.
  mutating func lazyOp(_ node: SyntaxNode, _ scope: Int32, _ type: TypeID) -> Int32 {
    lazies.append(Lazy(node: node, scope: scope, type: type))
    return code.emit(.lazy, Int32(lazies.count - 1), at: 0)
  }

  /// The op of a `let` or `param` declaration.
  mutating func lazyDeclaration(_ node: SyntaxNode, _ scope: Int32) -> Int32 {
    guard let name = declaredName(node) else { return lazyOp(node, scope, TypeTable.any) }
    let place = ChildKey(parent: scope, name: name.key)
    if let known = letOps[place] { return known }
    let op = lazyOp(node, scope, TypeTable.any)
    letOps[place] = op
    return op
  }

  /// The code of a lazy expression, compiled now if it was not.
  mutating func compiled(_ index: Int32) -> Int32 {
    let lazy = lazies[Int(index)]
    if lazy.compiled >= 0 { return lazy.compiled }
    let op: Int32
    // What is known where a name is used need not hold where it is declared.
    let outer = (facts, focus, callingFunction)
    (facts, focus, callingFunction) = ([], Focus(block: -1, depth: pending.count), -1)
    defer { (facts, focus, callingFunction) = outer }
    lazies[Int(index)].isCompiling = true
    defer { lazies[Int(index)].isCompiling = false }
    switch lazy.node.kind {
    case .letDecl: op = compileLet(lazy.node, lazy.scope)
    case .paramDecl: op = compileParam(lazy.node, lazy.scope)
    default: op = checkedDefault(compile(lazy.node, in: lazy.scope, expecting: lazy.type), lazy.type)
    }
    lazies[Int(index)].compiled = op
    return op
  }

  /// A default, or a condition: constants are checked when they are used, unless they cannot fit at all.
  private mutating func checkedDefault(_ op: Int32, _ type: TypeID) -> Int32 {
    guard code.ops[Int(op)].code == .constant, isOwn(code.ops[Int(op)].site) else { return statically(op, type) }
    return checked(op, type)
  }

  private mutating func compileLet(_ node: SyntaxNode, _ scope: Int32) -> Int32 {
    let parts = node.parts
    let type = parts.first { $0.isType }.map { compileType($0, in: scope) }
    guard let value = parts.first(where: { !$0.isType }) else { return code.emit(.poison, at: 0) }
    let op = compile(value, in: scope, expecting: type ?? TypeTable.any)
    guard let type else { return op }
    let made = checked(op, type)
    guard code.ops[Int(made)].code == .constant, isOwn(code.ops[Int(made)].site) else { return made }
    // Of a type with several, the value at hand is one: that it is there is known, the rest is what the type says.
    return typed(made, code.constants[Int(code.ops[Int(made)].a)].isNone ? type : present(type))
  }

  /// A parameter: what `--set` gives, else what `--params`, else what the environment, else its default.
  private mutating func compileParam(_ node: SyntaxNode, _ scope: Int32) -> Int32 {
    guard let name = declaredName(node) else { return code.emit(.poison, at: 0) }
    let site = code.site(name.span)
    let parts = node.parts
    let type = parts.first { $0.isType }.map { compileType($0, in: scope) } ?? TypeTable.any
    if type == TypeTable.any, let value = parts.first(where: { !$0.isType }) { hideGiven(name.key, value, scope) }
    var op: Int32
    if let set = settingOps[name.key] {
      op = literalSetting(set, type, in: scope)
    } else if let value = parameterValues[name.key] {
      op = given(value, type)
    } else if let given = given(ChildKey(parent: scope, name: name.key), node, scope, type) {
      op = given
    } else if let value = parts.first(where: { !$0.isType }) {
      op = compile(value, in: scope, expecting: type)
    } else if types.isOptional(type) {
      op = code.constant(.none, at: site)
    } else {
      // What its type is was not understood: it may be one that needs none.
      if type == TypeTable.unknown { return code.emit(.poison, at: site) }
      report(
        "KC0192", "the parameter `\(text(name.key))` has no value", at: name.span,
        help: "give it a default, or pass `--set \(text(name.key))=…` or a file with `--params`")
      return code.emit(.poison, at: site)
    }
    if let parts = outside.parts[name.key] { op = withParts(op, type, parts, in: scope) }
    parameterNames.append(text(name.key))
    let value = checked(op, type)
    // What it is here, it need not be elsewhere: its type is the declared one.
    let known = type == TypeTable.any ? typeOf(value) : type
    return typed(code.emit(.parameter, value, Int32(parameterNames.count - 1), at: site), known)
  }

  /// What the environment, and those that it extends, give for a parameter; nil for nothing.
  private mutating func given(_ place: ChildKey, _ node: SyntaxNode, _ scope: Int32, _ type: TypeID) -> Int32? {
    guard let layers = environmentParameters[place],
      let first = layers.lastIndex(where: { !$0.keepsOthers }) ?? layers.indices.first
    else { return nil }
    var op: Int32?
    if layers[first].keepsOthers, let fallback = node.parts.first(where: { !$0.isType }) {
      op = compile(fallback, in: scope, expecting: type)
    }
    for layer in layers[first...] {
      if layer.isPart {
        let whole = op ?? code.constant(.none, at: code.site(layer.setting.pathSpan))
        op = withParts(whole, type, [layer.setting], in: scope)
        continue
      }
      let next = literalSetting(layer.setting, type)
      guard layer.isAppend else {
        op = next
        continue
      }
      let site = code.site(layer.setting.pathSpan)
      guard takesMore(type) else {
        report(
          "KC0110", "`+=` extends a list or a map, and `\(text(place.name))` is \(Self.article(describe(type)))",
          at: site,
          help: "write `\(text(place.name)) = …`")
        return code.emit(.poison, at: site)
      }
      op = op.map { checkedOperation(code.emit(.add, $0, next, at: site)) } ?? next
    }
    return op
  }

  /// Whether values of a type can be extended by `+=`.
  private func takesMore(_ type: TypeID) -> Bool {
    switch types[types.required(type)] {
    case .list, .map, .record, .any, .unknown: true
    default: false
    }
  }

  /// Hides what is given for a parameter that has no type but that of its default, where that may be a secret.
  private mutating func hideGiven(_ name: Int32, _ fallback: SyntaxNode, _ scope: Int32) {
    let (setting, value) = (settingOps[name], parameterValues[name])
    guard setting != nil || value != nil else { return }
    let op = compile(fallback, in: scope, expecting: TypeTable.any)
    guard mayHoldSecret(typeOf(op)) else { return }
    if let setting, setting.expression == nil { hide(setting.valueSpan) }
    if let value { hide(value.extent) }
  }

  /// An op whose value is checked against a type: now, where it is constant.
  mutating func checked(_ op: Int32, _ type: TypeID) -> Int32 {
    if type == TypeTable.any { return op }
    let op = statically(op, type)
    let site = code.ops[Int(op)].site
    if code.ops[Int(op)].code == .constant {
      let value = code.constants[Int(code.ops[Int(op)].a)]
      return code.constant(coerce(value, to: erased(type), at: site), at: site)
    }
    return typed(code.emit(.check, op, erased(type).index, at: site), type)
  }

  /// Compiles a function's parameters and result type, once; gives the scope of its body.
  mutating func ensureSignature(_ index: Int32) {
    guard let source = functionSources[index], !source.isSignatureCompiled else { return }
    functionSources[index]?.isSignatureCompiled = true
    let inner = addScope(
      .function, parent: source.scope, module: scopes[Int(source.scope)].module, layer: scopes[Int(source.scope)].layer)
    scopes[Int(inner)].size = 0
    functionSources[index]?.inner = inner
    let types = addScope(
      .function, parent: source.scope, module: scopes[Int(source.scope)].module, layer: scopes[Int(source.scope)].layer)
    if let generic = source.node.child(.typeParameters) {
      code.functions[Int(index)].isGeneric = true
      for token in generic.words {
        let name = key(generic.word(token))
        scopes[Int(types)].names[name] = Scope.Name(kind: .type, span: generic.tree.span(ofToken: token))
        anyTypes.insert(ChildKey(parent: types, name: name))
      }
    }
    var parameters: [Parameter] = []
    for node in source.node.child(.parameterList)?.parts ?? [] where node.kind == .parameter {
      guard let token = node.firstWord else { continue }
      let parts = node.parts
      let type = parts.first { $0.isType }.map { compileType($0, in: types) } ?? TypeTable.any
      let fallback = parts.first { !$0.isType }.map { lazyOp($0, inner, type) } ?? -1
      let key = key(node.word(token))
      let span = node.tree.span(ofToken: token)
      declare(key, Scope.Name(kind: .slot, slot: scopes[Int(inner)].size, type: type, span: span), in: inner)
      scopes[Int(inner)].size += 1
      parameters.append(Parameter(key: key, type: type, fallback: fallback, site: code.site(span)))
    }
    code.functions[Int(index)].parameters = parameters
    // The cases of a `match` in the body name the parameters, too.
    for (name, found) in scopes[Int(types)].names where scopes[Int(inner)].names[name] == nil {
      bind([name], to: [self.types.add(.variable(ChildKey(parent: types, name: name)))], in: inner, at: found.span)
    }
    if let result = source.node.parts.first(where: { $0.isType }) {
      code.functions[Int(index)].result = compileType(result, in: types)
    }
  }

  /// Compiles a function's body, once.
  mutating func ensureFunction(_ index: Int32) {
    guard code.functions[Int(index)].body < 0, code.functions[Int(index)].builtin < 0 else { return }
    ensureSignature(index)
    guard let source = functionSources[index], source.inner >= 0 else { return }
    let outer = (focus, callingFunction)
    (focus, callingFunction) = (Focus(block: -1, depth: pending.count), index)
    defer { (focus, callingFunction) = outer }
    let result = code.functions[Int(index)].result
    guard let body = source.node.parts.last, !body.isType, body.kind != .parameterList else {
      code.functions[Int(index)].body = code.emit(.poison, at: code.functions[Int(index)].site)
      return
    }
    let op = compile(body, in: source.inner, expecting: result)
    code.functions[Int(index)].body = checked(op, result)
  }

  mutating func compileLambda(_ node: SyntaxNode, _ scope: Int32, _ type: TypeID) -> Int32 {
    let site = code.site(node.span)
    guard !node.words.isEmpty, let body = node.parts.last else { return code.emit(.poison, at: site) }
    let inner = addScope(
      .function, parent: scope, module: scopes[Int(scope)].module, layer: scopes[Int(scope)].layer)
    var parameters: [Parameter] = []
    var (wanted, result): ([TypeID], TypeID) = ([], TypeTable.any)
    if case .signature(let own, let expected) = types[types.required(type)] { (wanted, result) = (own, expected) }
    for (slot, token) in node.words.enumerated() {
      let span = node.tree.span(ofToken: token)
      let key = key(node.word(token))
      let type = slot < wanted.count ? wanted[slot] : TypeTable.any
      declare(key, Scope.Name(kind: .slot, slot: Int32(slot), type: type, span: span), in: inner)
      parameters.append(Parameter(key: key, type: TypeTable.any, fallback: -1, site: code.site(span)))
    }
    var function = Function(name: "", parameters: [], result: TypeTable.any, body: -1, site: site)
    function.parameters = parameters
    // The parameters may hide names of which something is known: paths begin with the scope of their name.
    function.body = apart { $0.statically($0.compile(body, in: inner, expecting: result), result) }
    code.functions.append(function)
    let own = parameters.indices.map { $0 < wanted.count ? wanted[$0] : TypeTable.any }
    let signature = types.add(.signature(own, typeOf(function.body)))
    return typed(code.emit(.lambda, Int32(code.functions.count - 1), at: site), signature)
  }
}
