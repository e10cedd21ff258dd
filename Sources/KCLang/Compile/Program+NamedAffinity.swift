internal import KCData
internal import KCSyntax

/// `affinity NAME(parameters) { … }`: rules that workloads `use`.
struct AffinityGroup: Sendable {
  var node: SyntaxNode
  var scope: Int32
  var parameters: [ComponentParameter] = []
  /// The rules, once compiled.
  var body: Int32 = -1
  var frameSize: Int32 = 1
  var isCompiled = false
  /// Whether it is being compiled: groups do not use themselves.
  var isActive = false
}

extension Program {
  mutating func declareAffinity(_ node: SyntaxNode, in scope: Int32) {
    guard let name = declaredName(node) else { return }
    affinityGroups.append(AffinityGroup(node: node, scope: scope))
    let index = Int32(affinityGroups.count - 1)
    declare(name.key, Scope.Name(kind: .affinity(index), span: name.span, node: node), in: scope)
  }

  /// Compiles a group's parameters and rules, once.
  mutating func ensureAffinity(_ index: Int32) {
    guard !affinityGroups[Int(index)].isCompiled else { return }
    affinityGroups[Int(index)].isCompiled = true
    let group = affinityGroups[Int(index)]
    let inner = addScope(
      .body, parent: group.scope, module: scopes[Int(group.scope)].module, layer: scopes[Int(group.scope)].layer)
    var parameters: [ComponentParameter] = []
    for node in group.node.child(.parameterList)?.parts ?? [] where node.kind == .parameter {
      guard let token = node.firstWord else { continue }
      let parts = node.parts
      let type = parts.first { $0.isType }.map { compileType($0, in: group.scope) } ?? TypeTable.any
      let span = node.tree.span(ofToken: token)
      let slot = scopes[Int(inner)].size
      scopes[Int(inner)].size += 1
      let key = key(node.word(token))
      declare(key, Scope.Name(kind: .slot, slot: slot, type: type, span: span), in: inner)
      let fallback = parts.first { !$0.isType }.map { lazyOp($0, inner, type) } ?? -1
      parameters.append(ComponentParameter(key: key, slot: slot, type: type, fallback: fallback, site: code.site(span)))
    }
    affinityGroups[Int(index)].parameters = parameters
    affinityGroups[Int(index)].isActive = true
    let rules = compileRules(group.node.child(.body), in: inner)
    affinityGroups[Int(index)].isActive = false
    affinityGroups[Int(index)].body = addBody(rules, frameSize: 0, lets: 0..<0, at: group.node)
    affinityGroups[Int(index)].frameSize = scopes[Int(inner)].size
  }

  /// `use NAME(arguments)`
  mutating func compileUse(_ node: SyntaxNode, _ scope: Int32) -> Statement? {
    guard let call = node.firstPart else { return nil }
    let callee = call.kind == .callExpr ? call.firstPart : call
    guard let callee, let path = callee.dottedNames else {
      report("KC0102", "after `use` stands the name of a group of rules", at: call.span)
      return nil
    }
    guard let (_, _, found) = find(path, in: scope), case .affinity(let group) = found.kind else {
      // The names and dots of the path are the tokens of the callee.
      let tokens = callee.tokenRange.filter { callee.tree.tokens[$0].kind == .name }
      reportUnknown("KC0102", "affinity", tokens, in: callee, scope) {
        if case .affinity = $0.kind { true } else { false }
      }
      return nil
    }
    if affinityGroups[Int(group)].isActive {
      report("KC0134", "these rules use themselves", at: node.span)
      return nil
    }
    ensureAffinity(group)
    let arguments = call.kind == .callExpr ? call.parts.filter { $0.kind == .argument } : []
    let parameters = affinityGroups[Int(group)].parameters
    guard let pairs = compileArguments(arguments, of: parameters, named: callee.text, in: scope, at: callee.span) else {
      return nil
    }
    var statement = Statement(kind: .use)
    statement.a = group
    statement.arguments = code.list([Int32(pairs.count / 2)] + pairs)
    statement.site = code.site(node.span)
    statement.origin = origin(of: statement.site, in: scope)
    return statement
  }

  /// The frame of a group's rules, for one `use` of it in an affinity block.
  mutating func groupFrame(_ statement: Statement, in index: Int32, _ frame: Int32) -> Int32 {
    let group = affinityGroups[Int(statement.a)]
    let module = scopes[Int(group.scope)].module
    let own = addFrame(parent: module >= 0 ? modules[Int(module)].frame : 0, size: group.frameSize)
    setSlot(own, 0, TreeValue(.instance, payload: UInt32(bitPattern: instances[Int(index)].parent)))
    setDefaults(of: group.parameters, in: own)
    setArguments(statement.arguments, of: group.parameters, from: frame, to: own)
    return own
  }
}
