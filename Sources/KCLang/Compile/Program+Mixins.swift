internal import KCData
internal import KCSyntax

/// What a schema has by `with`.
extension Program {
  /// The mixins that a schema's `with` names, each with the scope that declares it.
  mutating func mixins(
    of node: SyntaxNode, _ index: Int32, _ scope: Int32
  ) -> [(node: SyntaxNode, owner: Int32)] {
    guard let list = node.child(.mixinList), let with = list.firstWord else { return [] }
    var found: [(node: SyntaxNode, owner: Int32)] = []
    for path in list.paths(from: with + 1) {
      if let (owner, _, entry) = find(path.map { list.word($0) }, in: scope), let mixin = entry.node,
        mixin.kind == .mixinDecl
      {
        found.append((mixin, owner))
      } else {
        reportUnknown("KC0103", "mixin", path, in: list, scope) { $0.node?.kind == .mixinDecl }
        schemas[Int(index)].lacksParent = true
      }
    }
    return found
  }

  /// Gives a schema the members of a mixin.
  mutating func mixIn(_ mixin: (node: SyntaxNode, owner: Int32), _ index: Int32, _ scope: Int32) {
    let members = mixin.node.child(.body)?.parts ?? []
    guard mixin.owner != schemas[Int(index)].scope else {
      for member in members where member.kind == .letDecl { declareSlot(member, in: scope) }
      for member in members where !isClash(member, with: index) {
        compileMember(member, of: index, by: index, in: scope)
      }
      return
    }
    // Its names are those of its own file, in whose frame its defaults and conditions are computed.
    var made = Schema(
      name: mixin.node.word(mixin.node.words[1]), kind: -1, site: code.site(mixin.node.span), scope: mixin.owner)
    made.isMixin = true
    made.state = .compiled
    schemas.append(made)
    let own = Int32(schemas.count - 1)
    schemas[Int(own)].chain = [own]
    schemas[Int(index)].chain.append(own)
    let inner = addScope(
      .schema, parent: mixin.owner, module: scopes[Int(mixin.owner)].module, layer: scopes[Int(mixin.owner)].layer)
    scopes[Int(inner)].schema = index
    for member in members where member.kind == .letDecl { declareSlot(member, in: inner) }
    for member in members where !isClash(member, with: index) {
      compileMember(member, of: index, by: own, in: inner)
    }
    let lets = letThunks(inner)
    schemas[Int(own)].lets = lets
    schemas[Int(own)].frameSize = scopes[Int(inner)].size
  }
}
