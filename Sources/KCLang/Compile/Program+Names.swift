internal import KCData
internal import KCSyntax

/// Names, members and calls.
extension Program {
  mutating func compileName(_ node: SyntaxNode, _ scope: Int32, _ type: TypeID) -> Int32 {
    let site = code.site(node.span)
    let name = key(node.text)
    switch name {
    case keys.true: return code.constant(.bool(true), at: site)
    case keys.false: return code.constant(.bool(false), at: site)
    case keys.none: return code.constant(.none, at: site)
    case keys.null: return code.constant(.null, at: site)
    case keys.ownSelf where find(name, in: scope) == nil: return compileSelf(scope, site)
    default: break
    }
    if let (owner, found) = find(name, in: scope), !isHidden(found, name, where: type) {
      markUsed(name, owner)
      let op = reference(found, name, owner, scope, site)
      if case .function(let function) = found.kind, code.functions[Int(function)].isGeneric {
        return typed(op, instantiate(signature: typeOf(op), expecting: type))
      }
      return facts.isEmpty ? op : typed(op, narrowed(typeOf(op), node, in: scope))
    }
    return compileUndeclared(name, node, scope, type, site)
  }

  /// A name that nothing around declares: its meaning comes from the type that is expected.
  // Apart from the above, whose frame is on the stack once for each name that another one is made from.
  @inline(never)
  private mutating func compileUndeclared(
    _ name: Int32, _ node: SyntaxNode, _ scope: Int32, _ type: TypeID, _ site: Int32
  ) -> Int32 {
    if let text = enumCase(name, of: type) {
      return typed(code.constant(tree.string(text), at: site), types.required(type))
    }
    if let schema = caseSchema(name, of: type) { return caseNeedsValues(schema, site) }
    if let cases = enums[types.required(type)] {
      let known = cases.keys.map { text($0) }.sorted()
      reportUnknown(
        "KC0107", "`\(describe(types.required(type)))` has no case `\(text(name))`; it has \(Self.enumerate(known))",
        text(name),
        among: known, at: node.span)
      return poison(node)
    }
    if acceptsChild(type) {
      // Where plain values fit, too, it may be the name of one with a mistake, if it turns out to be no child's.
      let isMixed =
        if case .union(let members) = types[types.required(type)] { !members.allSatisfy { acceptsChild($0) } } else {
          false
        }
      return code.emit(.symbol, name, max(selfDepth(scope), -1), isMixed ? scope : -1, at: site)
    }
    if let schema = enclosingSchema(name, scope) { return code.emit(.enclosing, schema, selfDepth(scope), at: site) }
    if !hasManyMistakes, let (owner, _) = enumCase(named: name, in: scope) {
      report(
        "KC0100", "there is no `\(text(name))` here", at: node.span,
        help: "as a case of `\(owner)` it is `\(owner).\(text(name))`")
      return poison(node)
    }
    reportUnknownName(node.text, node.span, scope, type)
    return poison(node)
  }

  /// An enum in scope with a case of a name, and whether the case has values.
  func enumCase(named name: Int32, in scope: Int32) -> (owner: String, hasValues: Bool)? {
    var current = scope
    while current >= 0 {
      let enums = scopes[Int(current)].names.filter { $0.value.node?.kind == .enumDecl }
      for (key, found) in enums.sorted(by: { $0.key < $1.key }) {
        guard let node = found.node else { continue }
        for one in node.parts where one.kind == .enumCase {
          guard let token = one.firstWord, one.word(token) == text(name) else { continue }
          return (text(key), one.child(.parameterList) != nil)
        }
      }
      current = scopes[Int(current)].parent
    }
    return nil
  }

  private mutating func compileSelf(_ scope: Int32, _ site: Int32) -> Int32 {
    let depth = selfDepth(scope)
    guard depth >= 0 else {
      report("KC0100", "there is no `self` here: it is the block around", at: site)
      return code.emit(.poison, at: site)
    }
    let op = code.emit(.local, depth, 0, at: site)
    guard let block = selfScope(of: scope), scopes[Int(block)].kind == .schema, scopes[Int(block)].schema > 0,
      !isStandard(block)
    else {
      return op
    }
    return typed(op, types.add(.schema(SchemaID(index: scopes[Int(block)].schema))))
  }

  /// How many frames out the nearest `self` is; -1 where there is none.
  mutating func selfDepth(_ scope: Int32) -> Int32 {
    selfScope(of: scope).map { depth(from: scope, to: $0) } ?? -1
  }

  private mutating func reference(
    _ found: Scope.Name, _ name: Int32, _ owner: Int32, _ scope: Int32, _ site: Int32
  ) -> Int32 {
    switch found.kind {
    case .slot:
      let op = code.emit(.local, depth(from: scope, to: owner), found.slot, owner, at: site)
      return typed(op, slotType(found, name, owner))
    case .block:
      let op = code.emit(.blockRef, depth(from: scope, to: owner), name, at: site)
      return scopes[Int(owner)].kind == .module && isOwn(site) ? typed(op, blockType(name)) : op
    case .module(let module): return code.emit(.moduleScope, module, at: site)
    case .function(let function):
      ensureSignature(function)
      return typed(code.constant(code.functions[Int(function)].value, at: site), signature(of: function))
    case .broken: return code.emit(.poison, at: site)
    case .schema, .type, .mixin, .affinity:
      report(
        "KC0110", "`\(text(name))` is a declaration, not a value", at: site,
        help: found.node?.kind == .enumDecl
          ? "its cases are `\(text(name)).NAME`, and have parentheses only where they hold values" : nil)
      return code.emit(.poison, at: site)
    }
  }

  /// Whether a resource's name means a child of the block around instead, because only children fit: a `volume data` is
  /// mounted as `data` where there is a `claim data`, too. Functions and modules never fit where a child does.
  private func isHidden(_ found: Scope.Name, _ name: Int32, where type: TypeID) -> Bool {
    // Where an enum is expected, a case's bare name is the case: no block of that name is one.
    var isCase: Bool { enums[types.required(type)]?[name] != nil }
    switch found.kind {
    case .function, .module: return isCase || acceptsChild(type)
    case .block where isCase, .schema where isCase: return true
    case .block: break
    default: return false
    }
    if case .union(let members) = types[types.required(type)] { return members.allSatisfy { acceptsChild($0) } }
    return acceptsChild(type)
  }

  /// Whether a type gives bare names a meaning: children of a block around.
  private func acceptsChild(_ type: TypeID) -> Bool {
    switch types[types.base(type)] {
    case .schema(let schema): isKeyed(schema.index)
    case .optional(let inner), .secret(let inner): acceptsChild(inner)
    case .union(let members): members.contains(where: { acceptsChild($0) })
    default: false
    }
  }

  /// The schema that a bare name like `workload` means: the block around that is one.
  private mutating func enclosingSchema(_ name: Int32, _ scope: Int32) -> Int32? {
    guard selfDepth(scope) >= 0, let schema = kind(name, in: scope), !schemas[Int(schema)].isBlock else { return nil }
    return schema
  }

  mutating func reportUnknownName(_ name: String, _ place: Span, _ scope: Int32, _ type: TypeID = TypeTable.unknown) {
    // A name that is unknown once is unknown in all its places.
    guard unknownNames.insert(ChildKey(parent: scopes[Int(scope)].module, name: key(name))).inserted else { return }
    // It is unknown in all instances, whichever asks first.
    let outer = focus
    focus = Focus(block: -1, depth: pending.count)
    defer { focus = outer }
    if hasManyMistakes { return report("KC0100", "there is no `\(name)` here", at: place) }
    if files.indices.contains(place.file), files[place.file].path == Compilation.commandLine {
      guard files[place.file].text(place.range) == name else {
        return report(
          "KC0100", "this is no value: a name has no meaning here", at: place,
          help: "text in lists and records stands in double quotes, all in single ones for the shell")
      }
      return report(
        "KC0100", "there is no `\(name)` here", at: place,
        help: "text in lists and records stands in double quotes, all in single ones for the shell: `\"\(name)\"`")
    }
    // What is being defined is not what is meant by a name in it.
    let others = names(in: scope) { found in
      switch found.kind {
      // What has no value of its own is not meant by a name that has to have one.
      case .schema, .mixin, .affinity: return false
      case .type where found.node?.kind != .enumDecl: return false
      default: break
      }
      guard let span = found.node?.span else { return true }
      return span.file != place.file || span.start > place.start || span.end < place.end
    }
    let known = others + ["self", "true", "false"] + (types.isOptional(type) ? ["none"] : [])
    if ["nil", "None", "NULL", "undefined", "nullptr"].contains(name) {
      return report(
        "KC0100", "there is no `\(name)` here", at: place, help: "what is absent is `none`",
        fix: Diagnostic.Fix(span: place, replacement: "none"))
    }
    if Parser.isTypographicQuote(name.first) {
      let inside = name.filter { !Parser.isTypographicQuote($0) }
      return report(
        "KC0100", "there is no `\(name)` here", at: place, help: "text stands in plain quotes: `\"\(inside)\"`",
        fix: Diagnostic.Fix(span: place, replacement: "\"\(inside)\""))
    }
    if let environment = environment(withLet: name, around: place) {
      return report(
        "KC0100", "there is no `\(name)` here", at: place,
        help: "a `let` in `env \(environment)` is known to the blocks in it, not to the parameters that it sets: "
          + "write it at the top of the file")
    }
    if let help = Self.otherValues[name], !others.contains(name) {
      return report("KC0100", "there is no `\(name)` here", at: place, help: help)
    }
    if reportAlias(of: name, at: place, scope) { return }
    if Self.importedModules.contains(name), StandardFunctions.modules.contains(name) {
      return report(
        "KC0100", "there is no `\(name)` here", at: place,
        help: "it is a module of the library: `import std.\(name)` at the top of the file")
    }
    // A guess looks at all names, which may be many: once.
    let isNear = Self.nearest(to: name, among: known) != nil
    if name.contains("-"), !isNear {
      let parts = name.split(separator: "-").map(String.init)
      if parts.allSatisfy({ find(key($0), in: scope) != nil || Int($0) != nil }) {
        let spaced = parts.joined(separator: " - ")
        return report(
          "KC0100", "there is no `\(name)`: names may hold dashes", at: place,
          help: "to subtract, put spaces around the dash: `\(spaced)`",
          fix: Diagnostic.Fix(span: place, replacement: spaced))
      }
    }
    if let block = selfScope(of: scope), scopes[Int(block)].schema >= 0,
      schemas[Int(scopes[Int(block)].schema)].slotOf[key(name)] != nil
    {
      return report(
        "KC0100", "there is no `\(name)` here", at: place, help: "the block's own field is `self.\(name)`",
        fix: Diagnostic.Fix(span: place, replacement: "self.\(name)"))
    }
    if let help = otherPlace(of: name, at: place, in: scope, unless: isNear) {
      return report("KC0100", "there is no `\(name)` here", at: place, help: help)
    }
    if !isNear, kind(key(name), in: Self.prelude) != nil {
      return report(
        "KC0100", "there is no `\(name)` here", at: place,
        help: "it is the keyword of blocks, of which one is `\(name).NAME`; there is no list of all of them")
    }
    if !isNear, let (help, isSure) = quotesHelp(name, type) {
      return report(
        "KC0100", "there is no `\(name)` here", at: place, help: help,
        fix: isSure ? Diagnostic.Fix(span: place, replacement: "\"\(name)\"") : nil)
    }
    reportUnknown("KC0100", "there is no `\(name)` here", name, among: known, at: place)
  }

  mutating func compileMember(_ node: SyntaxNode, _ scope: Int32) -> Int32 {
    guard let base = node.firstPart, let token = node.words.last else { return poison(node) }
    let member = key(node.word(token))
    let site = code.site(node.tree.span(ofToken: token))
    if base.kind == .nameExpr {
      let name = key(base.text)
      if let (owner, found) = find(name, in: scope) {
        if case .module(let module) = found.kind {
          markUsed(name, owner)
          // `pod` is a module, with `pod.field`, and a kind.
          if modules[Int(module)].isStandard, blockKind(name, in: scope) != nil,
            scopes[Int(modules[Int(module)].scope)].names[member] == nil
          {
            return kindMember(name, member, base, site, scope)
          }
          return moduleMember(module, member, site, scope)
        }
        if case .type = found.kind, let node = found.node, node.kind == .enumDecl {
          markUsed(name, owner)
          return enumMember(alias(name, owner, found), member, site)
        }
        if isComponent(found) { return kindMember(name, member, base, site, scope) }
      } else if blockKind(name, in: scope) != nil {
        return kindMember(name, member, base, site, scope)
      }
    }
    if let (owner, name, found) = findImported(base, in: scope) {
      if found.node?.kind == .enumDecl { return enumMember(alias(name, owner, found), member, site) }
      if isComponent(found) { return kindMember(name, member, base, site, scope) }
    }
    let isOptional = node.has(.questionDot)
    var op = compile(base, in: scope, expecting: TypeTable.any)
    if isOptional { op = mayBeMissing(op) }
    checkMember(op, base, member, scope, site)
    let isLink = !isOptional && isLinked(op, base)
    let whole = uncutType(op, isLinked: isLink)
    let type = memberType(op, whole, member, isOptional: isOptional, at: site)
    if type == TypeTable.unknown { return code.emit(.poison, at: site) }
    let (known, isPromised) = promised(type, member, of: whole, at: site)
    let about = (isPromised ? MemberRead.promised : 0) | (isLink ? MemberRead.linked : 0)
    let read = code.emit(isOptional || isLink ? .optionalMember : .member, op, member, about, at: site)
    let found = narrowed(known, node, in: scope)
    return isOptional || isLink ? linked(read, found, behind: op) : typed(read, found)
  }

  /// `service.web`
  private mutating func kindMember(
    _ kind: Int32, _ member: Int32, _ base: SyntaxNode, _ site: Int32, _ scope: Int32
  ) -> Int32 {
    let space = namespace(of: scope).map { depth(from: scope, to: $0) } ?? 0
    let op = code.emit(.kindScope, space, kind, at: code.site(base.span))
    let read = code.emit(.member, op, member, at: site)
    let isTop = namespace(of: scope).map { scopes[Int($0)].kind == .module } ?? false
    return isTop && isOwn(site) ? typed(read, blockType(member, kind: kind)) : read
  }

  /// Whether a name is a component's: as a kind it has the instances.
  private func isComponent(_ found: Scope.Name) -> Bool {
    if case .schema(let schema) = found.kind { return schemas[Int(schema)].isNamespace }
    return false
  }

  private mutating func caseNeedsValues(_ schema: Int32, _ site: Int32) -> Int32 {
    let found = schemas[Int(schema)]
    let names = found.slots.map { "\(text($0.key)): …" }.joined(separator: ", ")
    report("KC0131", "the case `\(found.name)` holds values", at: site, help: "write `\(found.name)(\(names))`")
    return code.emit(.poison, at: site)
  }

  /// The case in `Shape.circle(…)`.
  mutating func enumCase(_ node: SyntaxNode, _ scope: Int32) -> Int32? {
    guard node.kind == .memberExpr, let base = node.firstPart, let token = node.words.last else { return nil }
    let declared = base.kind == .nameExpr ? find([base.text], in: scope) : findImported(base, in: scope)
    guard let (owner, name, found) = declared, found.node?.kind == .enumDecl else { return nil }
    return caseSchema(key(node.word(token)), of: alias(name, owner, found))
  }

  /// `Tier.front`
  private mutating func enumMember(_ type: TypeID, _ member: Int32, _ site: Int32) -> Int32 {
    if let text = enumCase(member, of: type) { return typed(code.constant(tree.string(text), at: site), type) }
    if let schema = caseSchema(member, of: type) { return caseNeedsValues(schema, site) }
    let known = (enums[type] ?? [:]).keys.map { text($0) }.sorted()
    reportUnknown(
      "KC0107", "`\(describe(type))` has no case `\(text(member))`", text(member), among: known, at: span(site))
    return code.emit(.poison, at: site)
  }

  /// Reports a member of `self` that its schema does not have, where that is known before evaluation.
  private mutating func checkMember(_ op: Int32, _ base: SyntaxNode, _ member: Int32, _ scope: Int32, _ site: Int32) {
    guard base.text == "self", let block = selfScope(of: scope) else { return }
    let schema = scopes[Int(block)].schema
    guard schema > 0, schemas[Int(schema)].state == .compiled, !schemas[Int(schema)].isNamespace else { return }
    if schemas[Int(schema)].slotOf[member] != nil || noteLack(of: member, schema) { return }
    let known = fieldNames(schema)
    reportUnknown(
      "KC0101", "\(schemas[Int(schema)].name) has no field `\(text(member))`", text(member), among: known,
      at: span(site))
  }

  private mutating func moduleMember(_ module: Int32, _ member: Int32, _ site: Int32, _ scope: Int32) -> Int32 {
    let inner = modules[Int(module)].scope
    guard inner >= 0, let found = scopes[Int(inner)].names[member] else {
      let known = inner >= 0 ? scopes[Int(inner)].names.keys.map { text($0) }.sorted() : []
      reportUnknown(
        "KC0100", "`\(modules[Int(module)].path)` declares no `\(text(member))`", text(member), among: known,
        at: span(site))
      return code.emit(.poison, at: site)
    }
    switch found.kind {
    case .slot:
      return typed(code.emit(.moduleSlot, module, found.slot, at: site), slotType(found, member, inner))
    case .block:
      let space = namespace(of: scope).map { depth(from: scope, to: $0) } ?? 0
      let op = code.emit(.blockRef, space, member, at: site)
      return isOwn(site) ? typed(op, blockType(member)) : op
    default: return reference(found, member, inner, scope, site)
    }
  }

  mutating func compileIndex(_ node: SyntaxNode, _ scope: Int32) -> Int32 {
    let parts = node.parts
    guard parts.count == 2 else { return poison(node) }
    let site = code.site(parts[1].span)
    let index = compile(parts[1], in: scope, expecting: TypeTable.any)
    if parts[0].kind == .nameExpr {
      let name = key(parts[0].text)
      let found = find(name, in: scope)?.name
      let isKind = if let found { isComponent(found) } else { blockKind(name, in: scope) != nil }
      if isKind {
        let space = namespace(of: scope).map { depth(from: scope, to: $0) } ?? 0
        return code.emit(.index, code.emit(.kindScope, space, name, at: site), index, at: site)
      }
    }
    if let (_, name, found) = findImported(parts[0], in: scope), isComponent(found) {
      let space = namespace(of: scope).map { depth(from: scope, to: $0) } ?? 0
      return code.emit(.index, code.emit(.kindScope, space, name, at: site), index, at: site)
    }
    let base = compile(parts[0], in: scope, expecting: TypeTable.any)
    return checkedIndex(
      code.emit(.index, base, index, isLinked(base, parts[0]) ? MemberRead.linked : 0, at: site))
  }
}
