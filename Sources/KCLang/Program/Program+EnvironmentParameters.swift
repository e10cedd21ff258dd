internal import KCData
internal import KCSyntax

/// What an `env` gives a parameter of its file.
struct EnvironmentParameter: Sendable {
  var environment: String
  /// The setting, whose value is an expression of the file.
  var setting: Setting
  /// Whether it adds to what the layers below give.
  var isAppend = false
  /// Whether it gives a field of the parameter's record or map: `image.tag = "v2"`.
  var isPart = false

  /// Whether what the layers below give is the rest of the value.
  var keepsOthers: Bool { isAppend || isPart }
}

/// Parameters that environments set: `env prod { tag = "v2" }`.
extension Program {
  /// Finds which parameters environments set. What the environment asked for says counts, before what it extends.
  mutating func readEnvironmentParameters() {
    activeEnvironments = environmentChain()
    for index in environments.indices where !activeEnvironments.contains(index) { _ = readParameters(of: index) }
    for index in activeEnvironments {
      for (place, found) in readParameters(of: index) { environmentParameters[place, default: []].append(found) }
    }
  }

  private mutating func readParameters(of index: Int) -> [(place: ChildKey, given: EnvironmentParameter)] {
    var found: [(place: ChildKey, given: EnvironmentParameter)] = []
    for (body, scope) in environments[index].bodies {
      for statement in body.parts where statement.kind == .setting || statement.kind == .nested {
        // `namespace` is that of the objects.
        guard let head = statement.firstPart, let name = head.dottedNames?.first, name != "namespace",
          let place = parameter(name, in: scope)
        else { continue }
        var settings: [EnvironmentParameter] = []
        collect(statement, [], in: scope, of: environments[index].name, &settings)
        parameterSettings.insert(head.span)
        for one in settings {
          reportTwice(one, place, found)
          found.append((place, one))
        }
      }
    }
    // What an environment gives as a whole comes before what it gives of it.
    return found.filter { !$0.given.isPart } + found.filter(\.given.isPart)
  }

  /// The values that a statement gives a parameter, or the fields in it: `image { tag = "v2" }`.
  private mutating func collect(
    _ statement: SyntaxNode, _ outer: [String], in scope: Int32, of environment: String,
    _ settings: inout [EnvironmentParameter]
  ) {
    let parts = statement.parts
    guard parts.count == 2, let names = parts[0].dottedNames ?? parts[0].plainText.map({ [$0] }) else { return }
    let path = outer + names
    if statement.kind == .nested {
      for inner in parts[1].parts {
        if inner.kind == .setting || inner.kind == .nested {
          collect(inner, path, in: scope, of: environment, &settings)
        } else {
          report(
            "KC0109", "this does not stand in a parameter's value", at: inner.span,
            help: "its fields are set: `\(Self.path(path)).NAME = …`")
        }
      }
      return
    }
    let isAppend = statement.has(.plusEqual)
    if path.count > 1, isAppend {
      return report(
        "KC0110", "`+=` extends a parameter as a whole, not what is in it", at: parts[0].span,
        help: "write `\(Self.path(path)) = …`, with all that it is to hold")
    }
    let setting = Setting(
      path: Self.path(path), value: parts[1].text, pathSpan: parts[0].span, valueSpan: parts[1].span,
      expression: (parts[1], scope))
    settings.append(
      EnvironmentParameter(environment: environment, setting: setting, isAppend: isAppend, isPart: path.count > 1))
  }

  /// Reports what an environment gives twice.
  private mutating func reportTwice(
    _ one: EnvironmentParameter, _ place: ChildKey, _ found: [(place: ChildKey, given: EnvironmentParameter)]
  ) {
    let other = found.first { $0.place == place && $0.given.setting.path == one.setting.path }
    guard let other else { return }
    report(
      "KC0121", "`\(one.setting.path)` is set twice", at: one.setting.pathSpan,
      labels: [.init(span: other.given.setting.pathSpan, message: "set here first")],
      notes: ["within one layer a parameter is set once"], help: "remove one of the two")
  }

  /// The parameter that a file declares by a name.
  private func parameter(_ name: String, in scope: Int32) -> ChildKey? {
    guard let key = tree.keys.find(name).map({ Int32($0) }),
      scopes[Int(scope)].names[key]?.node?.kind == .paramDecl
    else { return nil }
    return ChildKey(parent: scope, name: key)
  }

  /// Compiles what an environment gives a parameter where that is not what the parameter has, so that it is checked too.
  ///
  /// - Returns: whether the setting is one of a parameter.
  mutating func checkEnvironmentParameter(_ path: SyntaxNode, _ value: SyntaxNode, in scope: Int32) -> Bool {
    guard parameterSettings.contains(path.span) else { return false }
    // What it gives a field is checked with the parameter, in the environment itself.
    if path.kind != .nameExpr { return true }
    let module = modules[Int(scopes[Int(scope)].module)].scope
    guard let place = parameter(path.text, in: module), let node = scopes[Int(module)].names[place.name]?.node else {
      return false
    }
    let counts = environmentParameters[place]?.last?.setting.pathSpan == path.span
    if counts, settingOps[place.name] == nil, parameterValues[place.name] == nil { return true }
    let type = node.parts.first { $0.isType }.map { compileType($0, in: module) } ?? TypeTable.any
    _ = checked(compile(value, in: module, expecting: type), type)
    return true
  }

  /// The environment in whose body a place stands, if that has a `let` of a name.
  func environment(withLet name: String, around place: Span) -> String? {
    environments.first { one in
      one.bodies.contains { body in
        body.node.span.holds(place) && body.node.parts.contains { $0.kind == .letDecl && declaredText($0) == name }
      }
    }?.name
  }

  private func declaredText(_ node: SyntaxNode) -> String? { Self.nameToken(of: node).map { node.word($0) } }
}
