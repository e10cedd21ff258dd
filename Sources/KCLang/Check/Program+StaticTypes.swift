internal import KCData
internal import KCSyntax

/// Types of expressions as far as they are known before evaluation.
extension Program {
  /// The type of an op's value; `any` where it is not known.
  func typeOf(_ op: Int32) -> TypeID {
    let type = code.types[Int(op)]
    if type != TypeTable.any { return type }
    let found = code.ops[Int(op)]
    guard found.code == .constant else { return type }
    switch code.constants[Int(found.a)].tag {
    case .none: return TypeTable.none
    case .bool: return TypeTable.bool
    case .int, .wideInt: return TypeTable.int
    case .float: return TypeTable.float
    case .string: return TypeTable.string
    case .quantity: return TypeTable.quantity
    case .duration: return TypeTable.duration
    case .percent: return TypeTable.percent
    case .regex: return TypeTable.regex
    case .function: return TypeTable.function
    case .deferred: return deferreds[Int(code.constants[Int(found.a)].payload)].type
    case .poison: return TypeTable.unknown
    default: return TypeTable.any
    }
  }

  /// The op, with its type noted.
  mutating func typed(_ op: Int32, _ type: TypeID) -> Int32 {
    code.types[Int(op)] = type
    return op
  }

  /// The type of values that are of one type or the other.
  mutating func join(_ left: TypeID, _ right: TypeID) -> TypeID {
    if left == right { return left }
    switch (types[left], types[right]) {
    case (.any, _), (_, .any), (.variable, _), (_, .variable): return TypeTable.any
    case (.unknown, _): return right
    case (_, .unknown): return left
    case (.none, _): return types.isOptional(right) ? right : types.add(.optional(right))
    case (_, .none): return types.isOptional(left) ? left : types.add(.optional(left))
    case (.optional(let inner), _): return optional(join(inner, types.required(right)))
    case (_, .optional(let inner)): return optional(join(left, inner))
    case (.list(let one), .list(let other)): return types.add(.list(join(one, other)))
    case (.refined(let base, _), _): return join(base, right)
    case (_, .refined(let base, _)): return join(left, base)
    default: break
    }
    var members: [TypeID] = []
    for type in [left, right] {
      if case .union(let inner) = types[type] { members += inner } else { members.append(type) }
    }
    var unique: [TypeID] = []
    for member in members where !unique.contains(member) { unique.append(member) }
    return unique.count > 16 ? TypeTable.any : types.add(.union(unique))
  }

  mutating func optional(_ type: TypeID) -> TypeID {
    types.isOptional(type) ? type : types.add(.optional(type))
  }

  /// The type without what may be absent in it.
  mutating func present(_ type: TypeID) -> TypeID {
    switch types[types.base(type)] {
    case .optional(let inner): return present(inner)
    case .union(let members) where members.contains(where: types.isOptional):
      let rest = members.filter { $0 != TypeTable.none }.map { present($0) }
      return rest.count == 1 ? rest[0] : types.add(.union(rest))
    default: return type
    }
  }

  /// Whether values of the type may be absent, as its declaration says.
  func mayBeAbsent(_ type: TypeID) -> Bool {
    switch types[types.base(type)] {
    case .optional: true
    case .union(let members): members.contains { $0 == TypeTable.none || mayBeAbsent($0) }
    default: false
    }
  }

  /// The type of what a value is as an operand: of a block with a primary field, that field's.
  func scalarType(_ type: TypeID) -> TypeID {
    let base = types.base(type)
    switch types[base] {
    case .secret(let inner), .deferred(let inner): return scalarType(inner)
    case .schema(let schema):
      let found = schemas[Int(schema.index)]
      guard found.state == .compiled, found.primary >= 0, !found.isBlock else { return type }
      return scalarType(found.slots[Int(found.primary)].type)
    default: return base
    }
  }

  /// What a loop over values of the type gives.
  func elementType(_ type: TypeID) -> TypeID {
    switch types[types.required(type)] {
    case .list(let element): element
    case .range(let inner): types.base(inner) == TypeTable.int ? inner : TypeTable.any
    default: TypeTable.any
    }
  }
}

/// Type parameters.
extension Program {
  /// Finds what type parameters stand for, where a value of a type is given for a parameter.
  mutating func unify(_ pattern: TypeID, _ actual: TypeID, _ bindings: inout [TypeID: TypeID]) {
    switch (types[pattern], types[actual]) {
    case (.variable, _):
      if actual == TypeTable.any || actual == TypeTable.unknown { return }
      guard let known = bindings[pattern] else {
        bindings[pattern] = types.base(actual)
        return
      }
      if known == TypeTable.none { bindings[pattern] = optional(actual) }
    case (.optional(let inner), .optional(let other)), (.list(let inner), .list(let other)),
      (.map(let inner), .map(let other)), (.range(let inner), .range(let other)),
      (.secret(let inner), .secret(let other)):
      unify(inner, other, &bindings)
    case (.optional(let inner), _): if actual != TypeTable.none { unify(inner, actual, &bindings) }
    case (.signature(let own, let result), .signature(let given, let other)):
      for (one, two) in zip(own, given) { unify(one, two, &bindings) }
      unify(result, other, &bindings)
    case (.schema(let one), .schema(let other)):
      if let wanted = recordArguments[pattern], let given = recordArguments[actual] {
        guard wanted.owner == given.owner, wanted.name == given.name else { return }
        for (one, two) in zip(wanted.arguments, given.arguments) { unify(one, two, &bindings) }
        return
      }
      if unify(record: one.index, other.index, &bindings) { return }
      ensureSchema(other.index)
      let wanted = schemas[Int(one.index)]
      // Of what extends a schema made of the generic one, that says the types.
      let chain = [other.index] + schemas[Int(other.index)].chain
      guard wanted.generic >= 0, let place = chain.first(where: { schemas[Int($0)].generic == wanted.generic }),
        case let given = schemas[Int(place)]
      else { return }
      for (one, two) in zip(wanted.arguments, given.arguments) { unify(one, two, &bindings) }
    case (.deferred(let inner), .deferred(let other)): unify(inner, other, &bindings)
    // What is of any type says nothing of a parameter beside others.
    case (.union(let members), .union(let others)):
      for member in members where !isVariable(member) { for other in others { unify(member, other, &bindings) } }
    case (.union(let members), _): for member in members where !isVariable(member) { unify(member, actual, &bindings) }
    case (_, .refined(let base, _)): unify(pattern, base, &bindings)
    case (.refined(let base, _), _): unify(base, actual, &bindings)
    default: return
    }
  }

  /// The type with what its parameters stand for; `any` for those of which nothing is known.
  mutating func substitute(_ type: TypeID, _ bindings: [TypeID: TypeID]) -> TypeID {
    switch types[type] {
    case .variable: return bindings[type] ?? TypeTable.any
    case .optional(let inner): return optional(substitute(inner, bindings))
    case .list(let inner): return types.add(.list(substitute(inner, bindings)))
    case .map(let inner): return types.add(.map(substitute(inner, bindings)))
    case .range(let inner): return types.add(.range(substitute(inner, bindings)))
    case .secret(let inner): return types.add(.secret(substitute(inner, bindings)))
    case .deferred(let inner): return types.add(.deferred(substitute(inner, bindings)))
    case .union(let members): return types.add(.union(members.map { substitute($0, bindings) }))
    case .schema(let schema):
      if let record = recordArguments[type], let entry = scopes[Int(record.owner)].names[record.name] {
        let given = record.arguments.map { substitute($0, bindings) }
        return given == record.arguments ? type : instantiate(record.name, record.owner, entry, given, at: entry.span)
      }
      let found = schemas[Int(schema.index)]
      if found.node?.kind == .recordType { return substitute(record: schema.index, type, bindings) }
      guard found.generic >= 0 else { return type }
      let given = found.arguments.map { substitute($0, bindings) }
      return given == found.arguments ? type : instantiate(found.generic, given, at: span(found.site))
    case .signature(let parameters, let result):
      return types.add(.signature(parameters.map { substitute($0, bindings) }, substitute(result, bindings)))
    default: return type
    }
  }

  /// The type as values have it: what the parameters of the function around stand for is known of types, not of values.
  mutating func erased(_ type: TypeID) -> TypeID { mentionsParameter(type) ? substitute(type, [:]) : type }

  /// The schema that a value is made of where its type is one.
  mutating func erased(_ schema: Int32) -> Int32 {
    guard mentionsParameter(schema: schema) else { return schema }
    let type = substitute(types.add(.schema(SchemaID(index: schema))), [:])
    guard case .schema(let made) = types[type] else { return schema }
    ensureSchema(made.index)
    return made.index
  }

  private func mentionsParameter(_ type: TypeID) -> Bool {
    if anyTypes.isEmpty { return false }
    switch types[type] {
    case .variable: return true
    case .optional(let inner), .list(let inner), .map(let inner), .range(let inner), .secret(let inner),
      .deferred(let inner):
      return mentionsParameter(inner)
    case .union(let members): return members.contains { mentionsParameter($0) }
    case .schema(let schema): return mentionsParameter(schema: schema.index)
    case .signature(let parameters, let result):
      return mentionsParameter(result) || parameters.contains { mentionsParameter($0) }
    default: return false
    }
  }

  private func mentionsParameter(schema: Int32) -> Bool {
    if anyTypes.isEmpty { return false }
    return schemas[Int(schema)].arguments.contains { mentionsParameter($0) }
      || schemas[Int(schema)].bindings.contains { mentionsParameter($0.value) }
  }
}
