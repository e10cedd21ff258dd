internal import KCData
internal import KCSyntax

/// What an `env` gives a parameter of its file.
struct EnvironmentParameter: Sendable {
  var environment: String
  /// The setting, whose value is an expression of the file.
  var setting: Setting
  /// Whether it adds to what the layers below give.
  var isAppend = false
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

  private mutating func readParameters(of index: Int) -> [ChildKey: EnvironmentParameter] {
    let name = environments[index].name
    var found: [ChildKey: EnvironmentParameter] = [:]
    for (body, scope) in environments[index].bodies {
      for statement in body.parts where statement.kind == .setting {
        let parts = statement.parts
        // `namespace` is that of the objects.
        guard parts.count == 2, parts[0].kind == .nameExpr, parts[0].text != "namespace",
          let place = parameter(parts[0].text, in: scope)
        else {
          continue
        }
        parameterSettings.insert(parts[0].span)
        let setting = Setting(
          path: parts[0].text, value: parts[1].text, pathSpan: parts[0].span, valueSpan: parts[1].span,
          expression: (parts[1], scope))
        let one = EnvironmentParameter(environment: name, setting: setting, isAppend: statement.has(.plusEqual))
        guard let other = found.updateValue(one, forKey: place)
        else { continue }
        report(
          "KC0121", "`\(setting.path)` is set twice", at: setting.pathSpan,
          labels: [.init(span: other.setting.pathSpan, message: "set here first")],
          notes: ["within one layer a parameter is set once"], help: "remove one of the two")
      }
    }
    return found
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
}
