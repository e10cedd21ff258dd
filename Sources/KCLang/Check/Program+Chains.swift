internal import KCData
internal import KCSyntax

/// Chains with a `?.` in them: `a?.b.c` is absent where `a` is, and what stands behind `b` is not asked then.
extension Program {
  /// Whether what follows an op goes on with a chain that a `?.` may have cut: parentheses end one.
  func isLinked(_ op: Int32, _ node: SyntaxNode) -> Bool { node.kind != .parenExpr && chainTypes[op] != nil }

  /// The type of an op where the chain that it ends was not cut.
  func uncutType(_ op: Int32, isLinked: Bool) -> TypeID { isLinked ? chainTypes[op] ?? typeOf(op) : typeOf(op) }

  /// Notes the type of a link of a chain, which is absent where what stands before it is.
  mutating func linked(_ op: Int32, _ type: TypeID, behind base: Int32) -> Int32 {
    chainTypes[op] = type
    guard mayBeAbsent(typeOf(base)), type != TypeTable.any, type != TypeTable.unknown else { return typed(op, type) }
    return typed(op, optional(type))
  }
}

/// How a call of a method stands in a chain: by itself, behind a `?.`, or behind a link that a `?.` may have cut.
enum ChainLink: Sendable { case plain, cut, linked }

/// What is known of the read of a member besides which one it is, as bits of `Op.c`.
enum MemberRead {
  /// A condition of the schema says that the member is there.
  static let promised: Int32 = 1
  /// It goes on with a chain that a `?.` before may have cut.
  static let linked: Int32 = 2
}

extension Program {
  /// Whether a value of a schema has a field of a name: what a schema declares hides what all records can do.
  func hasField(_ key: Int32, _ value: TreeValue) -> Bool {
    guard value.tag == .instance, case let schema = instances[Int(value.payload)].schema, schema >= 0 else {
      return false
    }
    return schemas[Int(schema)].slotOf[key] != nil
  }

  /// The type of a schema's field that is a function; nil for others.
  mutating func functionField(_ name: String, of type: TypeID) -> TypeID? {
    guard case .schema(let schema) = types[type] else { return nil }
    ensureSchema(schema.index)
    guard let slot = schemas[Int(schema.index)].slotOf[key(name)],
      case let field = schemas[Int(schema.index)].slots[Int(slot)].type, isSignature(field), !types.isOptional(field)
    else { return nil }
    return field
  }
}

/// Fields that may be absent by their type, and are there by a condition: `require self.owner != none`.
extension Program {
  /// The fields that are there where a condition on `self` holds. Only what the condition asks first counts: what
  /// stands behind another question is asked of values that the first may have refused.
  mutating func promisedFields(_ condition: SyntaxNode, in scope: Int32) -> [Int32] {
    var fields: [Int32] = []
    _ = promise(condition, in: scope, &fields)
    return fields
  }

  /// Whether a condition asks for nothing but presence.
  private mutating func promise(_ node: SyntaxNode, in scope: Int32, _ fields: inout [Int32]) -> Bool {
    let parts = node.parts
    switch node.kind {
    case .parenExpr: return parts.first.map { promise($0, in: scope, &fields) } ?? false
    case .binaryExpr where parts.count == 2 && node.has(.andAnd):
      return promise(parts[0], in: scope, &fields) && promise(parts[1], in: scope, &fields)
    case .binaryExpr where node.has(.notEqual) || node.has(.equalEqual):
      let known = facts(node, is: true, in: scope)
      let prefix = "\(scope)/self."
      for fact in known {
        guard case .present = fact.kind, fact.path.hasPrefix(prefix) else { continue }
        let name = fact.path.dropFirst(prefix.utf8.count)
        if !name.contains(".") { fields.append(key(String(name))) }
      }
      return !known.isEmpty
    default: return false
    }
  }

  /// The type of a member of a value, after the conditions that the value keeps; and whether that is the promise of a
  /// schema, which is looked at when the member is read: the conditions of blocks are asked last.
  mutating func promised(
    _ type: TypeID, _ member: Int32, of whole: TypeID, at site: Int32
  ) -> (type: TypeID, isOfSchema: Bool) {
    guard mayBeAbsent(type) else { return (type, false) }
    var base = whole
    while true {
      switch types[base] {
      case .optional(let inner): base = inner
      case .refined(let inner, let index):
        if types.refinements[Int(index)].present.contains(member) { return (present(type), false) }
        base = inner
      case .schema(let schema):
        guard let place = schemas[Int(schema.index)].promises[member],
          !isAsked(schemas[Int(schema.index)].requirements[...place], at: span(site))
        else { return (type, false) }
        return (present(type), true)
      default: return (type, false)
      }
    }
  }

  /// Whether a place is within conditions.
  private func isAsked(_ requirements: ArraySlice<Requirement>, at place: Span) -> Bool {
    requirements.contains { span($0.site).holds(place) }
  }

  /// A member that a condition of its schema says to be there; where it is not, the condition is what is reported.
  mutating func promisedMember(_ op: Op, _ frame: Int32) -> TreeValue {
    let value = evaluateMember(op, frame)
    guard value.isNone, case let owner = evaluate(op.a, frame), owner.tag == .instance,
      case let index = Int32(bitPattern: owner.payload), case let schema = instances[Int(index)].schema, schema >= 0,
      let place = schemas[Int(schema)].promises[op.b]
    else { return value }
    reportUnmet(schemas[Int(schema)].requirements[place], index, schema)
    return .poison
  }
}
