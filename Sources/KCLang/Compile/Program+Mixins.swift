internal import KCData
internal import KCSyntax

/// What a schema has by `with`.
extension Program {
  /// A mixin as a schema has it.
  struct Mixin {
    var node: SyntaxNode
    /// The scope that declares it.
    var owner: Int32
    /// Where `with` names it.
    var place: Span
  }

  /// The mixins that a schema's `with` names.
  mutating func mixins(of node: SyntaxNode, _ index: Int32, _ scope: Int32) -> [Mixin] {
    guard let list = node.child(.mixinList), let with = list.firstWord else { return [] }
    var found: [Mixin] = []
    for path in list.paths(from: with + 1) {
      if let (owner, name, entry) = find(path.map { list.word($0) }, in: scope), let mixin = entry.node,
        mixin.kind == .mixinDecl
      {
        markUsed(name, owner)
        let first = list.tree.span(ofToken: path[0])
        let last = list.tree.span(ofToken: path[path.count - 1])
        found.append(
          Mixin(node: mixin, owner: owner, place: Span(file: first.file, range: first.start..<last.end)))
      } else if case .schema? = find(path.map({ list.word($0) }), in: scope)?.name.kind {
        let written = path.map { list.word($0) }.joined(separator: ".")
        report(
          "KC0103", "`\(written)` is a schema, not a mixin", at: list.tree.span(ofToken: path[path.count - 1]),
          help: "a schema is extended, by one at a time: `schema NAME extends \(written) { … }`")
        schemas[Int(index)].lacksParent = true
      } else {
        reportUnknown("KC0103", "mixin", path, in: list, scope) { $0.node?.kind == .mixinDecl }
        schemas[Int(index)].lacksParent = true
      }
    }
    return found
  }

  /// Gives a schema the members of a mixin.
  mutating func mixIn(_ mixin: Mixin, _ index: Int32, _ scope: Int32) {
    let members = mixin.node.child(.body)?.parts ?? []
    guard mixin.owner != schemas[Int(index)].scope else {
      for member in members where member.kind == .letDecl { declareSlot(member, in: scope) }
      for member in members where !isClash(member, of: mixin, with: index) {
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
    for member in members where !isClash(member, of: mixin, with: index) {
      compileMember(member, of: index, by: own, in: inner)
    }
    let lets = letThunks(inner)
    schemas[Int(own)].lets = lets
    schemas[Int(own)].frameSize = scopes[Int(inner)].size
  }

  /// Reports a member of a mixin that the schema has from its parent, or from another mixin: which of the two counts
  /// would depend on the order.
  private mutating func isClash(_ member: SyntaxNode, of mixin: Mixin, with index: Int32) -> Bool {
    guard [.fieldDecl, .keyedDecl].contains(member.kind) else { return false }
    let words = member.words
    guard let token = member.kind == .keyedDecl ? words.dropFirst().first : words.last,
      let place = schemas[Int(index)].slotOf[key(member.word(token))]
    else { return false }
    let other = schemas[Int(index)].slots[Int(place)]
    let declared = member.tree.span(ofToken: token)
    if reportRepeated(other, declared, mixin, index) { return true }
    if isOwn(other, of: index) {
      report(
        "KC0120",
        "`\(schemas[Int(index)].name)` has the field `\(text(other.key))` by two mixins", at: mixin.place,
        labels: [
          Diagnostic.Label(span: span(other.site), message: "declared here first"),
          Diagnostic.Label(span: declared, message: "and here"),
        ],
        help: "rename one of them, or leave one of the mixins out")
      return true
    }
    report(
      "KC0120",
      "`\(text(other.key))` of this mixin clashes with the field that `\(schemas[Int(index)].name)` has from "
        + "`\(schemas[Int(other.owner)].name)`", at: declared,
      labels: [Diagnostic.Label(span: span(other.site), message: "declared here first")],
      help: "rename one of them, or leave it out of the mixin")
    return true
  }

  /// Reports a field that a mixin itself has twice, or has because it is named twice.
  private mutating func reportRepeated(_ other: Slot, _ declared: Span, _ mixin: Mixin, _ index: Int32) -> Bool {
    let first = span(other.site)
    if first == declared, isOwn(other, of: index) {
      let name = declaredName(mixin.node).map { text($0.key) } ?? ""
      report("KC0120", "`\(schemas[Int(index)].name)` has the mixin `\(name)` twice", at: mixin.place)
      return true
    }
    guard mixin.node.span.holds(first), first != declared else { return false }
    report(
      "KC0120", "`\(text(other.key))` is declared twice", at: declared,
      labels: [Diagnostic.Label(span: first, message: "declared here first")])
    return true
  }

  /// Whether a field is the schema's own, or that of a mixin which it names itself.
  func isOwn(_ slot: Slot, of index: Int32) -> Bool {
    if slot.owner == index { return true }
    let parent = schemas[Int(index)].parent
    return schemas[Int(slot.owner)].isMixin && (parent < 0 || !schemas[Int(parent)].chain.contains(slot.owner))
  }

  /// Compiles the mixins that no schema has, so that mistakes in them are found; and reports them where no other program
  /// can have them either, since their file makes blocks of its own.
  mutating func checkUnusedMixins(of module: Module) {
    guard module.scope >= 0 else { return }
    let unused = scopes[Int(module.scope)].names.filter { $0.value.node?.kind == .mixinDecl && !$0.value.isUsed }
    for (name, found) in unused.sorted(by: { $0.value.span.start < $1.value.span.start }) {
      guard let node = found.node else { continue }
      checkMembers(of: Mixin(node: node, owner: module.scope, place: found.span))
      guard module.package < 0, !module.blocks.isEmpty, trees.allSatisfy(\.diagnostics.isEmpty) else { continue }
      report(
        "KC0149", "no schema has the mixin `\(text(name))`", at: found.span, severity: .warning,
        help: "a schema has it by `schema NAME with \(text(name)) { … }`; else remove it")
    }
  }

  private mutating func checkMembers(of mixin: Mixin) {
    var made = Schema(
      name: mixin.node.word(mixin.node.words[1]), kind: -1, site: code.site(mixin.node.span), scope: mixin.owner)
    made.state = .compiled
    // What else a schema has that would have it is not known.
    made.lacksParent = true
    schemas.append(made)
    let index = Int32(schemas.count - 1)
    schemas[Int(index)].chain = [index]
    let scope = addScope(
      .schema, parent: mixin.owner, module: scopes[Int(mixin.owner)].module, layer: scopes[Int(mixin.owner)].layer)
    scopes[Int(scope)].schema = index
    mixIn(mixin, index, scope)
    schemas[Int(index)].lets = letThunks(scope)
    schemas[Int(index)].frameSize = scopes[Int(scope)].size
  }
}
