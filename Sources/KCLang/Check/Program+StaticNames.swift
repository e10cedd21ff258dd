internal import KCData
internal import KCSyntax

/// Types of names, members and elements.
extension Program {
  /// How far the types of names are followed from one to the next; what is further away is checked when it is evaluated.
  private static let nameDepth = 8

  /// The type of a parameter, a loop's variable, a `let` or a `param`.
  mutating func slotType(_ name: Scope.Name, _ key: Int32, _ owner: Int32) -> TypeID {
    if isStandard(owner) { return TypeTable.any }
    guard let node = name.node, node.kind == .letDecl || node.kind == .paramDecl else { return name.type }
    guard let declared = declaredName(node), declared.key == key else { return TypeTable.any }
    let lazy = Int(code.ops[Int(lazyDeclaration(node, owner))].a)
    if lazies[lazy].compiled >= 0 { return typeOf(lazies[lazy].compiled) }
    if lazies[lazy].isCompiling || letDepth >= Self.nameDepth { return TypeTable.any }
    letDepth += 1
    defer { letDepth -= 1 }
    let op = compiled(Int32(lazy))
    return typeOf(op)
  }

  /// Whether a scope is the standard library's: its files are not checked each time, so types in it are not followed.
  func isStandard(_ scope: Int32) -> Bool {
    let module = scopes[Int(scope)].module
    return module < 0 || modules[Int(module)].isStandard
  }

  /// The type of a function by its declaration.
  mutating func signature(of function: Int32) -> TypeID {
    let found = code.functions[Int(function)]
    if found.builtin >= 0 || found.parameters.contains(where: { $0.fallback != -1 }) { return TypeTable.function }
    return types.add(.signature(found.parameters.map(\.type), found.result))
  }

  /// The type of a member; `unknown` where there cannot be one, which was reported.
  ///
  /// - Parameter whole: the type of what it is a member of, behind a `?.` where that did not cut the chain.
  mutating func memberType(
    _ op: Int32, _ whole: TypeID, _ member: Int32, isOptional: Bool, at site: Int32
  ) -> TypeID {
    if whole == TypeTable.any || whole == TypeTable.unknown { return TypeTable.any }
    let isChecked = isOwn(site)
    if mayBeAbsent(whole), !isOptional, isChecked {
      let name = shown(op)
      report(
        "KC0164", "`\(name)` may be absent, so it need not have a `\(text(member))`", at: site,
        notes: ["its type is \(describe(whole))"],
        help: "write `?.\(text(member))`, or ask first: `if \(name) != none { … }`")
      return TypeTable.unknown
    }
    if types.base(whole) == TypeTable.none, !isOptional, isChecked {
      let name = shown(op)
      report(
        "KC0164", "\(name.isEmpty ? "this" : "`\(name)`") has no value here, so it has no `\(text(member))`", at: site)
      return TypeTable.unknown
    }
    if let shape = staticShape(of: whole),
      let type = memberType(member, of: shape, whole, at: site, isChecked)
    {
      return type
    }
    return memberType(of: present(whole), member, at: site, isChecked)
  }

  /// What an op reads, as the source says it: `self.image`.
  func shown(_ op: Int32) -> String {
    let found = code.ops[Int(op)]
    switch found.code {
    case .member: return "\(shown(found.a)).\(text(found.b))"
    case .optionalMember:
      let dot = found.c & MemberRead.linked == 0 ? "?." : "."
      return "\(shown(found.a))\(dot)\(text(found.b))"
    case .method, .optionalMethod:
      let dot = found.code == .optionalMethod && chainTypes[found.a] == nil ? "?." : "."
      return "\(shown(found.a))\(dot)\(text(found.b))(\(code.extra[Int(found.c)] > 0 ? "…" : ""))"
    case .index, .optionalIndex: return "\(shown(found.a))[\(shown(found.b))]"
    case .check: return shown(found.a)
    case .branch, .match, .coalesce, .forEach, .forPairs: return ""
    default:
      let read = span(found.site)
      return files.indices.contains(read.file) ? files[read.file].text(read.range) : ""
    }
  }

  private mutating func memberType(of whole: TypeID, _ member: Int32, at site: Int32, _ isChecked: Bool) -> TypeID {
    let type = types.base(whole)
    switch types[type] {
    case .schema(let schema): return fieldType(schema.index, member, at: site, isChecked)
    case .map(let element):
      return Builtins.properties(of: .record).contains(text(member)) ? property(type, member) : element
    case .secret(let inner):
      let found = memberType(of: inner, member, at: site, isChecked)
      return found == TypeTable.any || found == TypeTable.unknown ? found : types.add(.secret(found))
    case .deferred(let inner):
      return deferredMember(of: inner, member, at: site, isChecked)
    case .live(let index): return liveMember(liveShapes[Int(index)], member, at: site, isChecked)
    case .variable:
      guard isChecked else { return TypeTable.any }
      report(
        "KC0304", "`\(describe(type))` may be any type, so it need not have a `\(text(member))`", at: site,
        help: "take what reads it as a parameter: a function")
      return TypeTable.unknown
    case .union(let members): return unionMember(type, members, member, at: site, isChecked)
    case .string, .text, .list, .range, .percent, .quantity, .duration, .int, .number, .float, .bool, .regex, .function,
      .signature:
      let found = property(type, member)
      if found != TypeTable.unknown || !isChecked { return found == TypeTable.unknown ? TypeTable.any : found }
      let known = tag(of: type).map { Builtins.properties(of: $0) + Builtins.methods(of: $0) } ?? []
      if let here = Self.members[text(member)], known.contains(here) {
        report(
          "KC0107", "\(Self.article(describe(type))) has no `\(text(member))`", at: site, help: "it is `\(here)`")
        return TypeTable.unknown
      }
      if let tag = tag(of: type), let help = Self.methodHelp(text(member), of: tag, known: known) {
        report(
          "KC0107", "\(Self.article(describe(type))) has no `\(text(member))`", at: site, help: help)
        return TypeTable.unknown
      }
      reportUnknown(
        "KC0107", "\(Self.article(describe(type))) has no `\(text(member))`", text(member), among: known, at: span(site)
      )
      return TypeTable.unknown
    default: return TypeTable.any
    }
  }

  private mutating func fieldType(_ schema: Int32, _ member: Int32, at site: Int32, _ isChecked: Bool) -> TypeID {
    ensureSchema(schema)
    let found = schemas[Int(schema)]
    guard found.state == .compiled, !found.isNamespace else { return TypeTable.any }
    if let slot = found.slotOf[member] {
      let field = found.slots[Int(slot)]
      return field.childSchema >= 0
        ? types.add(.list(types.add(.schema(SchemaID(index: field.childSchema))))) : field.type
    }
    if found.isBlock, let paths = livePaths(of: schema, member), let path = paths.first {
      return liveType(path, of: schema)
    }
    // A child may have any name, and one that extends the schema has more fields.
    let isOpen =
      found.slots.contains { $0.childSchema >= 0 } || member == keys.name || found.lacksParent || isExtended(schema)
    guard isChecked, !isOpen else { return TypeTable.any }
    let known = found.slots.map { text($0.key) }
    reportUnknown(
      "KC0107", "\(Self.article(found.name)) has no `\(text(member))`", text(member), among: known, at: span(site),
      notes: known.isEmpty ? [] : ["it has \(Self.enumerate(known.sorted()))"])
    return TypeTable.unknown
  }

  /// Whether some schema extends another, by its source.
  private func isExtended(_ schema: Int32) -> Bool {
    let name = plainName(schema)
    return schemas.contains { other in
      if other.parent == schema { return true }
      guard other.state == .declared, let node = other.node, node.kind == .schemaDecl else { return false }
      return node.extendedPath.last.map { node.word($0) } == name
    }
  }

  /// A member that all of a union's members have.
  private mutating func unionMember(
    _ type: TypeID, _ members: [TypeID], _ member: Int32, at site: Int32, _ isChecked: Bool
  ) -> TypeID {
    var result: TypeID?
    for one in members {
      guard case .schema(let schema) = types[types.base(one)] else {
        let kinds = Set(members.map { mask($0).rawValue })
        if kinds.count == 1 { return memberType(of: one, member, at: site, isChecked) }
        return isChecked ? mixedMember(type, members, member, at: site) : TypeTable.any
      }
      ensureSchema(schema.index)
      let found = schemas[Int(schema.index)]
      if found.slotOf[member] == nil, isChecked, found.state == .compiled,
        !found.slots.contains(where: { $0.childSchema >= 0 }),
        members.allSatisfy({ if case .schema = types[types.base($0)] { true } else { false } })
      {
        report(
          "KC0307", "`\(describe(one))` has no `\(text(member))`, and this may be one", at: site,
          notes: ["its type is \(describe(type))"], help: "use `match` to tell them apart first")
        return TypeTable.unknown
      }
      let own = fieldType(schema.index, member, at: site, false)
      result = result.map { join($0, own) } ?? own
    }
    return result ?? TypeTable.any
  }

  /// A member of values of several kinds: all must have it.
  private mutating func mixedMember(_ type: TypeID, _ members: [TypeID], _ member: Int32, at site: Int32) -> TypeID {
    for one in members where one != TypeTable.none {
      switch types[types.base(one)] {
      case .string, .text, .list, .range, .percent, .quantity, .duration, .int, .number, .float, .bool, .regex:
        guard property(one, member) == TypeTable.unknown else { continue }
        report(
          "KC0307", "`\(describe(one))` has no `\(text(member))`, and this may be one", at: site,
          notes: ["its type is \(describe(type))"], help: "use `match` to tell them apart first")
        return TypeTable.unknown
      default: continue
      }
    }
    return TypeTable.any
  }

  /// The type of a property of a builtin type; `unknown` where it has none of that name.
  private mutating func property(_ type: TypeID, _ member: Int32) -> TypeID {
    let name = text(member)
    guard let tag = tag(of: type) else { return TypeTable.any }
    guard Builtins.properties(of: tag).contains(name) else {
      // The children of a kind are reached by their names.
      if case .list(let element) = types[type], !mask(element).isDisjoint(with: .instance) { return element }
      return TypeTable.unknown
    }
    switch (types[type], name) {
    case (.list(let element), "first"), (.list(let element), "last"): return optional(element)
    case (.range, _), (_, "entries"): return TypeTable.any
    case (.map(let element), "values"): return types.add(.list(element))
    default: break
    }
    let found = Builtins.table(of: tag).first { $0.isProperty && $0.name == name }
    return found.map { self.type($0.signature.result, element: TypeTable.any) } ?? TypeTable.any
  }

  /// The kind of values of a builtin type; nil for others.
  func tag(of type: TypeID) -> TreeValue.Tag? {
    switch types[types.base(type)] {
    case .string, .text: .string
    case .list: .list
    case .map, .record: .record
    case .range: .range
    case .percent: .percent
    case .quantity: .quantity
    case .duration: .duration
    case .int, .number: .int
    case .float: .float
    case .bool: .bool
    case .regex: .regex
    case .function, .signature: .function
    default: nil
    }
  }

  /// `a[b]`
  mutating func checkedIndex(_ op: Int32) -> Int32 {
    let found = code.ops[Int(op)]
    let isLinked = found.c & MemberRead.linked != 0
    let base = uncutType(found.a, isLinked: isLinked)
    let index = scalarType(typeOf(found.b))
    guard isOwn(found.site), base != TypeTable.any else { return isLinked ? linked(op, base, behind: found.a) : op }
    if isDeferred(base) { return typed(op, deferredElement(base)) }
    if mayBeAbsent(base) {
      _ = presentOperand(found.a, "it has elements only where it is there")
      return code.emit(.poison, at: found.site)
    }
    let (bases, indices) = (mask(base), mask(index))
    let isList = bases.contains(.list) && indices.contains(.int)
    let isMap = !bases.isDisjoint(with: [.record, .instance]) && indices.contains(.string)
    guard isList || isMap else {
      report(
        "KC0163", "\(Self.article(describe(base))) has no elements by \(Self.article(describe(index)))", at: found.site,
        help: bases == .string ? "characters are `text.slice(0, 1)`, or `text.characters()`" : nil)
      return code.emit(.poison, at: found.site)
    }
    switch types[types.base(base)] {
    case .list(let element), .map(let element):
      return isLinked ? linked(op, element, behind: found.a) : typed(op, element)
    default: return isLinked ? linked(op, TypeTable.any, behind: found.a) : op
    }
  }

  /// `-a`, `!a`
  mutating func checkedUnary(_ op: Int32) -> Int32 {
    let found = code.ops[Int(op)]
    let type = scalarType(typeOf(found.a))
    guard isOwn(found.site) else { return op }
    if isDeferred(typeOf(found.a)) { return uncomputed(op, found.code == .not ? "!" : "-") }
    let wanted: TypeMask = found.code == .not ? .bool : .numbers
    if mask(type).isDisjoint(with: wanted), mask(type) != .none {
      let sign = found.code == .not ? "!" : "-"
      report("KC0163", "`\(sign)` cannot be applied to \(Self.article(describe(type)))", at: found.site)
      return code.emit(.poison, at: found.site)
    }
    let operand = presentOperand(found.a, "`\(found.code == .not ? "!" : "-")` wants a value")
    if operand != found.a { return code.emit(.poison, at: found.site) }
    return typed(op, found.code == .not ? TypeTable.bool : type)
  }
}
