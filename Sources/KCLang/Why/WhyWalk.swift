internal import KCData
internal import KCSyntax

/// What is found of the inputs of a value.
struct WhyWalk {
  /// Inputs within inputs.
  static let depthLimit = 12
  /// Inputs altogether.
  static let limit = 200
  /// Expressions within expressions.
  static let nestingLimit = 400

  enum Source: Hashable {
    case field(Int)
    case name(frame: Int32, slot: Int32)
    case call(op: Int32, frame: Int32)
  }

  /// The inputs of the value that is being looked at.
  var found: [WhyAnswer.Input] = []
  var seen: Set<Source> = []
  var depth = 0
  var nesting = 0
  var count = 0
  /// Frames that stand for all rounds of a loop or all calls of a function: their values are nobody's.
  var samples: Set<Int32> = []
}

/// From code to what it reads, with values that are known.
extension Program {
  /// Collects what an expression was computed from.
  mutating func collect(_ index: Int32, _ frame: Int32, _ walk: inout WhyWalk) {
    guard index >= 0, walk.nesting < WhyWalk.nestingLimit else { return }
    walk.nesting += 1
    defer { walk.nesting -= 1 }
    let op = code.ops[Int(index)]
    switch op.code {
    case .constant, .poison, .symbol, .blockRef, .kindScope, .moduleScope, .enclosing, .casePattern, .scope, .apiObject:
      return
    case .lazy: collect(compiled(op.a), frame, &walk)
    case .local: collectLocal(op, frame, &walk)
    case .moduleSlot:
      let module = modules[Int(op.a)]
      collectSlot(module.scope, module.frame, op.b, &walk)
    case .member, .optionalMember: collectMember(op, frame, &walk)
    case .index, .optionalIndex, .add, .subtract, .multiply, .divide, .remainder, .equal, .notEqual, .less, .lessEqual,
      .greater, .greaterEqual, .and, .or, .isIn, .range:
      collect(op.a, frame, &walk)
      collect(op.b, frame, &walk)
    case .coalesce:
      collect(op.a, frame, &walk)
      if evaluate(op.a, frame).isNone { collect(op.b, frame, &walk) }
    case .not, .negate, .check, .parameter: collect(op.a, frame, &walk)
    case .force: collect(op.a, op.b, &walk)
    case .list, .interpolate: for place in 0..<op.b { collect(code.extra[Int(op.a + place)], frame, &walk) }
    case .record: collectStatements(op.a, frame, &walk)
    case .construct: collectStatements(op.b, frame, &walk)
    case .call: collectCall(index, op, frame, &walk)
    case .method: collectMethod(op, frame, &walk)
    case .optionalMethod:
      if evaluate(op.a, frame).isNone { collect(op.a, frame, &walk) } else { collectMethod(op, frame, &walk) }
    case .lambda: collectLambda(op.a, frame, &walk)
    case .branch, .match, .forEach, .forPairs: collectChoice(op, frame, &walk)
    }
  }

  private mutating func collectStatements(_ body: Int32, _ frame: Int32, _ walk: inout WhyWalk) {
    for position in code.bodies[Int(body)].statements {
      let statement = code.statements[Int(position)]
      if statement.kind == .setNamed { collect(statement.b, frame, &walk) }
      collect(statement.a, frame, &walk)
    }
  }

  private mutating func collectChoice(_ op: Op, _ frame: Int32, _ walk: inout WhyWalk) {
    collect(op.a, frame, &walk)
    switch op.code {
    case .branch:
      guard let truth = condition(op.a, frame) else { return }
      collect(truth ? op.b : op.c, frame, &walk)
    case .match:
      let subject = evaluate(op.a, frame)
      for arm in 0..<code.extra[Int(op.b)] {
        let pattern = code.extra[Int(op.b + 1 + arm * 2)]
        guard matches(subject, pattern, frame) ?? false else { continue }
        let inner = armFrame(pattern, subject, frame)
        return collect(code.extra[Int(op.b + 2 + arm * 2)], inner, &walk)
      }
    default:
      guard let first = elements(of: evaluate(op.a, frame), at: op.site)?.first else { return }
      let inner = loopFrame(frame, first, op.code == .forPairs ? 0 : nil)
      walk.samples.insert(inner)
      collect(op.c, inner, &walk)
      collect(op.b, inner, &walk)
    }
  }

  private mutating func collectLocal(_ op: Op, _ frame: Int32, _ walk: inout WhyWalk) {
    guard op.c > 0 else { return }
    var frame = frame
    for _ in 0..<op.a { frame = parent(of: frame) }
    if !walk.samples.contains(frame) { collectSlot(op.c, frame, op.b, &walk) }
  }

  private mutating func collectSlot(_ scope: Int32, _ frame: Int32, _ slot: Int32, _ walk: inout WhyWalk) {
    guard scope >= 0, !isStandard(scope) else { return }
    let found = scopes[Int(scope)].names.first { entry in
      if case .slot = entry.value.kind { entry.value.slot == slot } else { false }
    }
    if let (key, name) = found { collect(name: name, key, scope, frame, &walk) }
  }

  /// A `let`, a parameter or a variable. A function's parameters are what its call gives.
  mutating func collect(
    name: Scope.Name, _ key: Int32, _ scope: Int32, _ frame: Int32, _ walk: inout WhyWalk
  ) {
    guard let node = name.node, node.kind == .letDecl || node.kind == .paramDecl else {
      if scopes[Int(scope)].kind == .function { return }
      return collect(variable: name, key, frame, &walk)
    }
    let op = lazyDeclaration(node, scope)
    let read = code.emit(.local, 0, name.slot, scope, at: code.site(name.span))
    let value = scalar(evaluate(read, frame))
    let isParameter = node.kind == .paramDecl
    let type = node.parts.first { $0.isType }.map { compileType($0, in: scope) } ?? TypeTable.any
    let isSecret = tellsSecret(value) || mayHoldSecret(type)
    let layers =
      isParameter
      ? layers(ofParameter: node, ChildKey(parent: scope, name: key), isSecret: isSecret)
      : [layer(of: node, isSecret: isSecret)]
    add(
      isParameter ? .parameter : .let, text(key), shown(value), layers, .name(frame: frame, slot: name.slot), &walk
    ) { program, walk in
      program.collect(op, frame, &walk)
    }
  }

  /// A loop's variable, or a component's parameter, which is what its instance gives.
  private mutating func collect(variable name: Scope.Name, _ key: Int32, _ frame: Int32, _ walk: inout WhyWalk) {
    let value = scalar(evaluate(code.emit(.local, 0, name.slot, at: code.site(name.span)), frame))
    // Of several layers that give one, the last counts.
    let all = argumentOps.filter { $0.frame == frame && $0.slot == name.slot }.map(\.op)
    let given = all.last
    let isSecret = tellsSecret(value) || mayHoldSecret(name.type)
    let layers = all.map { op in
      let place = expressionSpan(op)
      let isDefault = schemas.contains { $0.isNamespace && $0.parameters.contains { $0.fallback == op } }
      return WhyAnswer.Layer(
        layer: isDefault
          ? "default" : outsideLayer(siteOf(op)) ?? environment(around: place).map { "env \($0)" } ?? "file",
        location: location(of: place), text: sourceText(place, isSecret: isSecret), wins: op == given)
    }
    add(.variable, text(key), shown(value), layers, .name(frame: frame, slot: name.slot), &walk) {
      program, walk in
      if let given { program.collect(given, frame, &walk) }
    }
  }

  /// The environment in whose body a place stands.
  private func environment(around place: Span) -> String? {
    environments.first { one in one.bodies.contains { $0.node.span.holds(place) } }?.name
  }

  private func layer(of node: SyntaxNode, isSecret: Bool) -> WhyAnswer.Layer {
    let expression = node.parts.last { !$0.isType } ?? node
    return WhyAnswer.Layer(
      layer: "file", location: location(of: node.span), text: sourceText(expression.span, isSecret: isSecret),
      wins: true)
  }

  /// The default, the environment, `--params` and `--set`, as far as they say something.
  private func layers(ofParameter node: SyntaxNode, _ place: ChildKey, isSecret: Bool) -> [WhyAnswer.Layer] {
    var layers: [WhyAnswer.Layer] = []
    let key = place.name
    let isOverridden = settingOps[key] != nil || parameterValues[key] != nil
    let environments = environmentParameters[place] ?? []
    // What adds to a value leaves that of the layers below.
    let lowest = environments.lastIndex { !$0.keepsOthers }
    if node.parts.contains(where: { !$0.isType }) {
      var fallback = layer(of: node, isSecret: isSecret)
      fallback.layer = "default"
      fallback.wins = !isOverridden && lowest == nil
      layers.append(fallback)
    }
    for (level, given) in environments.enumerated() {
      let text = sourceText(given.setting.valueSpan, isSecret: isSecret)
      let field = Program.names(in: given.setting.path).dropFirst()
      layers.append(
        WhyAnswer.Layer(
          layer: "env \(given.environment)", location: location(of: given.setting.pathSpan),
          text: given.isPart ? "\(Program.path(field)) = \(text)" : text,
          wins: !isOverridden && level >= lowest ?? 0))
    }
    if let given = parameterValues[key] {
      let file = files.indices.contains(given.span.file) ? files[given.span.file].path : ""
      layers.append(
        WhyAnswer.Layer(
          layer: "--params \(file)", location: location(of: given.span),
          text: sourceText(given.span, isSecret: isSecret), wins: settingOps[key] == nil))
    }
    if let set = settingOps[key] {
      layers.append(
        WhyAnswer.Layer(
          layer: "--set", location: location(of: set.pathSpan),
          text: sourceText(set.valueSpan, isSecret: isSecret), wins: true))
    }
    // Each gives a part of the value, which is what the others give besides.
    for set in outside.parts[key] ?? [] {
      let field = set.path.split(separator: ".").dropFirst().joined(separator: ".")
      let text = sourceText(set.valueSpan, isSecret: isSecret)
      layers.append(
        WhyAnswer.Layer(
          layer: "--set", location: location(of: set.pathSpan), text: "\(field) = \(text)", wins: true))
    }
    return layers
  }
}
