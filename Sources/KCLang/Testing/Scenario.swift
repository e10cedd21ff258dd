internal import KCData
internal import KCSyntax

/// What a test changes in the program: the nodes from the `test` inwards to the `with` or `expect` that is being run.
struct Scenario: Sendable {
  /// The file of the test.
  var path: String
  var nodes: [SyntaxNode]

  /// Their bodies.
  var bodies: [SyntaxNode] { nodes.compactMap { $0.child(.body) } }

  /// What the bodies declare, which is then part of the module.
  var declarations: [SyntaxNode] { bodies.flatMap(\.parts).filter { $0.kind == .block || $0.kind == .letDecl } }

  /// The `env` that the innermost `with` names.
  var environment: String? { nodes.compactMap { $0.environmentName.map($0.word) }.last }
}

extension SyntaxNode {
  /// Of a `with`: the token of the env's name.
  var environmentName: Int? {
    guard kind == .withStatement, let at = words.firstIndex(where: { word($0) == "env" }), at > 0 else { return nil }
    return words.indices.contains(at + 1) ? words[at + 1] : nil
  }

  /// Whether a test, or part of one, changes the program that it is in.
  var changesProgram: Bool {
    kind != .testDecl || (child(.body)?.parts ?? []).contains { !$0.isCheck && $0.kind != .withStatement }
  }

  /// Whether this is a statement that only tests have.
  var isCheck: Bool {
    kind == .assertStatement || kind == .expectStatement || kind == .snapshotStatement || kind == .withStatement
      || holdsAssertions
  }
}

/// Compiling a program as a test changes it.
extension Program {
  /// What the scenario's `with`s set, as `--set` would.
  mutating func scenarioSettings() -> [Setting] {
    guard let scenario = options.scenario else { return [] }
    let scope = modules.first { $0.path == scenario.path }?.scope ?? Self.prelude
    let changes = scenario.nodes.filter { $0.kind == .withStatement }.flatMap {
      $0.parts.filter { $0.kind == .setting }
    }
    // What is set further inwards holds there.
    let paths = changes.map { $0.firstPart?.text }
    return changes.enumerated().compactMap { place, node in
      let parts = node.parts
      guard parts.count == 2, !paths[(place + 1)...].contains(parts[0].text) else { return nil }
      return Setting(
        path: parts[0].text, value: parts[1].text, pathSpan: parts[0].span, valueSpan: parts[1].span,
        expression: (parts[1], scope))
    }
  }

  /// What the scenario's bodies make and change, as a layer over those of the files and the env.
  mutating func scenarioBodies() -> [(body: Int32, frame: Int32)] {
    guard let scenario = options.scenario, let module = modules.first(where: { $0.path == scenario.path }) else {
      return []
    }
    layers.append(Layer(name: "test", rank: Layer.test))
    let layer = Int32(layers.count - 1)
    return scenario.bodies.map { node in
      let target = BodyTarget(schema: root, isNamespace: true)
      return (compileBody(node, for: target, in: module.scope, layer: layer), module.frame)
    }
  }

  /// Resolves what the tests of a module say, so that mistakes in them are found without running them.
  mutating func checkTests(of module: Module) {
    guard options.scenario == nil, module.scope >= 0 else { return }
    for node in trees[module.file].root.parts where node.kind == .testDecl { checkTest(node, in: module.scope) }
  }

  private mutating func checkTest(_ node: SyntaxNode, in outer: Int32) {
    guard let body = node.child(.body) else { return }
    let scope = addScope(
      .body, parent: outer, module: scopes[Int(outer)].module, layer: scopes[Int(outer)].layer)
    scopes[Int(scope)].schema = root
    scopes[Int(scope)].isNamespace = true
    checkEnvironment(of: node)
    checkSettings(of: node, outer)
    for statement in body.parts {
      if statement.kind == .letDecl { declareSlot(statement, in: scope) }
      declareNested(statement, in: scope)
    }
    for statement in body.parts {
      switch statement.kind {
      case .assertStatement:
        for (part, type) in zip(statement.parts, [TypeTable.bool, TypeTable.string]) {
          _ = checkedConstant(compile(part, in: scope, expecting: type), type)
        }
      case .snapshotStatement:
        for part in statement.parts { _ = compile(part, in: scope, expecting: TypeTable.any) }
      case .letDecl: _ = compiled(code.ops[Int(lazyDeclaration(statement, scope))].a)
      case .withStatement: checkTest(statement, in: scope)
      case .expectStatement: checkExpectation(statement)
      case .ifStatement, .forStatement, .matchStatement:
        if statement.holdsAssertions { _ = compileChecks(statement, in: scope) }
      default: continue
      }
    }
  }

  private mutating func checkEnvironment(of node: SyntaxNode) {
    guard let token = node.environmentName else { return }
    let name = node.word(token)
    let known = environments.map(\.name)
    guard !known.contains(name) else { return }
    reportUnknown("KC0108", "there is no env `\(name)`", name, among: known, at: node.tree.span(ofToken: token))
  }

  /// Reports parameters that a `with` sets and nobody declares, twice, or besides a second env.
  private mutating func checkSettings(of node: SyntaxNode, _ scope: Int32) {
    guard node.kind == .withStatement else { return }
    if let second = node.words.dropFirst().filter({ node.word($0) == "env" }).dropFirst().first {
      report(
        "KC0109", "a `with` has one env", at: node.tree.span(ofToken: second),
        help: "an env that `extends` another has both")
    }
    var seen: Set<String> = []
    for setting in node.parts where setting.kind == .setting {
      guard let path = setting.firstPart else { continue }
      if !seen.insert(path.text).inserted {
        report("KC0121", "`\(path.text)` is set twice", at: path.span, help: "remove one of the two")
      } else if path.kind == .nameExpr, !isParameter(path.text), find(key(path.text), in: scope) == nil {
        reportUnknown(
          "KC0190", "there is no parameter `\(path.text)`", path.text, among: parameters(), at: path.span)
      }
    }
  }

  private mutating func checkExpectation(_ node: SyntaxNode) {
    guard let token = node.words.dropFirst().first else { return }
    let code = node.word(token)
    let known = DiagnosticCatalogue.all.map(\.code)
    if !known.contains(code) {
      report(
        "KC0210", "there is no diagnostic `\(code)`", at: node.tree.span(ofToken: token),
        help: "`kc explain --list` lists them")
    }
    for check in node.child(.body)?.parts ?? [] where check.isCheck {
      report(
        "KC0211", "nothing is checked in an `expect`: what it holds is wrong", at: check.span,
        help: "put the check beside it")
    }
  }
}
