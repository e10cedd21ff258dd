internal import KCData
internal import KCSyntax

/// A generic declaration with types for its parameters.
struct GenericKey: Sendable, Hashable {
  var owner: Int32
  var name: Int32
  var arguments: [TypeID]
}

/// A record type with what the type parameters around it stand for.
struct RecordTypeKey: Sendable, Hashable {
  var span: Span
  var bindings: [Int32: TypeID]
}

/// Types and schemas with type parameters: each use with other types is a type of its own.
extension Program {
  func isGeneric(_ node: SyntaxNode?) -> Bool { node?.child(.typeParameters) != nil }

  /// The type that a type parameter stands for; nil for other names.
  mutating func typeParameter(_ name: Int32, _ owner: Int32, _ entry: Scope.Name) -> TypeID? {
    guard case .type = entry.kind else { return nil }
    let place = ChildKey(parent: owner, name: name)
    if let bound = boundTypes[place] { return bound }
    return anyTypes.contains(place) ? types.add(.variable(place)) : nil
  }

  /// The names of a declaration's type parameters.
  mutating func typeParameters(of node: SyntaxNode?) -> [Int32] {
    guard let list = node?.child(.typeParameters) else { return [] }
    return list.words.map { key(list.word($0)) }
  }

  /// Reports type parameters of one name: `func f<T, T>`.
  mutating func reportRepeatedTypes(_ node: SyntaxNode) {
    guard let list = node.child(.typeParameters) else { return }
    var seen: [String: Span] = [:]
    for token in list.words {
      let span = list.tree.span(ofToken: token)
      guard let first = seen.updateValue(span, forKey: list.word(token)) else { continue }
      report(
        "KC0120", "`\(list.word(token))` is declared twice", at: span,
        labels: [Diagnostic.Label(span: first, message: "declared here first")], help: "give one of them another name")
    }
  }

  /// `Pair<Int, String>`
  mutating func genericType(
    _ name: Int32, _ owner: Int32, _ entry: Scope.Name, _ arguments: [SyntaxNode], _ scope: Int32, at span: Span
  ) -> TypeID {
    let parameters = typeParameters(of: entry.node)
    guard arguments.count == parameters.count else {
      let shown = parameters.map { text($0) }.joined(separator: ", ")
      let help =
        parameters.isEmpty ? "write `\(text(name))`" : "write `\(text(name))<\(shown)>` with types for \(shown)"
      report(
        arguments.count < parameters.count ? "KC0131" : "KC0132",
        parameters.isEmpty
          ? "`\(text(name))` takes no types" : "`\(text(name))` takes \(Self.count(parameters.count, "type"))",
        at: span, help: help)
      return TypeTable.unknown
    }
    let given = arguments.map { compileType($0, in: scope) }
    if given.contains(TypeTable.unknown) { return TypeTable.unknown }
    return instantiate(name, owner, entry, given, at: span)
  }

  /// A generic type or schema with types for its parameters.
  mutating func instantiate(
    _ name: Int32, _ owner: Int32, _ entry: Scope.Name, _ given: [TypeID], at span: Span
  ) -> TypeID {
    let place = GenericKey(owner: owner, name: name, arguments: given)
    if let known = genericTypes[place] {
      if known != TypeTable.any { return known }
      report("KC0123", "the type `\(text(name))` is defined by itself", at: entry.span)
      return TypeTable.unknown
    }
    guard genericTypes.count < Limits.genericTypes else {
      report("KC0170", "more than \(Limits.genericTypes) types are made of types with parameters", at: span)
      return TypeTable.unknown
    }
    let shown = "\(text(name))<\(given.map { describe($0) }.joined(separator: ", "))>"
    let parameters = typeParameters(of: entry.node)
    if case .schema(let schema) = entry.kind {
      let type = addSchema(of: schema, parameters, given, named: shown)
      genericTypes[place] = type
      return type
    }
    genericTypes[place] = TypeTable.any
    let inner = addScope(.function, parent: owner, module: scopes[Int(owner)].module, layer: scopes[Int(owner)].layer)
    bind(parameters, to: given, in: inner, at: entry.span)
    let type = entry.node?.parts.last.map { compileType($0, in: inner) } ?? TypeTable.unknown
    // `any` stands for what is being compiled.
    genericTypes[place] = type == TypeTable.any ? nil : type
    types.name(type, shown)
    self.name(recordType: type, shown)
    if case .schema(let schema) = types[type], schemas[Int(schema.index)].node?.kind == .recordType {
      recordArguments[type] = place
    }
    return type
  }

  /// A record type, with what the type parameters around it stand for.
  mutating func recordType(_ node: SyntaxNode, _ bindings: [Int32: TypeID], in module: Int32) -> TypeID {
    let place = RecordTypeKey(span: node.span, bindings: bindings)
    if let known = recordTypes[place] { return known }
    guard recordTypes.count < Limits.genericTypes || bindings.isEmpty else {
      report("KC0170", "more than \(Limits.genericTypes) types are made of types with parameters", at: node.span)
      return TypeTable.unknown
    }
    var schema = Schema(name: shown(node, bindings), kind: -1, site: code.site(node.span), scope: module)
    schema.node = node
    schema.bindings = bindings
    schemas.append(schema)
    let type = types.add(.schema(SchemaID(index: Int32(schemas.count - 1))))
    recordTypes[place] = type
    return type
  }

  /// A record type as the source would write it without type parameters.
  private func shown(_ node: SyntaxNode, _ bindings: [Int32: TypeID]) -> String {
    if bindings.isEmpty { return node.text }
    var parameters: [String: String] = [:]
    for (parameter, type) in bindings { parameters[text(parameter)] = describe(type) }
    var shown = ""
    var end = node.range.lowerBound
    for token in node.tokenRange {
      let found = node.tree.tokens[token]
      shown += node.tree.file.text(end..<found.range.lowerBound)
      let word = node.word(token)
      let isField = token + 1 < node.tokenRange.upperBound && node.tree.tokens[token + 1].kind == .colon
      shown += isField ? word : parameters[word] ?? word
      end = found.range.upperBound
    }
    return shown
  }

  /// A record type within a generic declaration, with what the parameters of that stand for.
  mutating func substitute(record index: Int32, _ type: TypeID, _ bindings: [TypeID: TypeID]) -> TypeID {
    guard let node = schemas[Int(index)].node, !schemas[Int(index)].bindings.isEmpty else { return type }
    let found = schemas[Int(index)].bindings
    var given = found
    for (parameter, bound) in found { given[parameter] = substitute(bound, bindings) }
    return given == found ? type : recordType(node, given, in: schemas[Int(index)].scope)
  }

  /// Finds what type parameters stand for by a record of the same type with others; false where it is of another one.
  mutating func unify(record pattern: Int32, _ actual: Int32, _ bindings: inout [TypeID: TypeID]) -> Bool {
    guard let node = schemas[Int(pattern)].node, node.kind == .recordType,
      let other = schemas[Int(actual)].node, other.kind == .recordType, other.span == node.span
    else { return false }
    let given = schemas[Int(actual)].bindings
    for (parameter, bound) in schemas[Int(pattern)].bindings.sorted(by: { $0.key < $1.key }) {
      if let type = given[parameter] { unify(bound, type, &bindings) }
    }
    return true
  }

  /// A generic function's type where a value is expected: its parameters stand for what that says.
  mutating func instantiate(signature type: TypeID, expecting wanted: TypeID) -> TypeID {
    guard case .signature(let own, let result) = types[type] else { return type }
    var bindings: [TypeID: TypeID] = [:]
    if case .signature(let given, let expected) = types[types.required(wanted)], given.count == own.count {
      for (one, two) in zip(own, given) { unify(one, two, &bindings) }
      unify(result, expected, &bindings)
    }
    return substitute(type, bindings)
  }

  /// A record type is called by the first name that it is given.
  mutating func name(recordType type: TypeID, _ name: String) {
    guard case .schema(let schema) = types[type], case let found = schemas[Int(schema.index)],
      found.node?.kind == .recordType, found.name.hasPrefix("{")
    else { return }
    schemas[Int(schema.index)].name = name
  }

  private mutating func addSchema(
    of generic: Int32, _ parameters: [Int32], _ given: [TypeID], named name: String
  ) -> TypeID {
    let found = schemas[Int(generic)]
    var schema = Schema(name: name, kind: -1, site: found.site, documentation: found.documentation, scope: found.scope)
    schema.node = found.node
    schema.generic = generic
    schema.arguments = given
    for (parameter, type) in zip(parameters, given) { schema.bindings[parameter] = type }
    schemas.append(schema)
    return types.add(.schema(SchemaID(index: Int32(schemas.count - 1))))
  }

  /// Declares type parameters in a scope.
  mutating func bind(_ parameters: [Int32], to given: [TypeID], in scope: Int32, at span: Span) {
    for (parameter, type) in zip(parameters, given) {
      scopes[Int(scope)].names[parameter] = Scope.Name(kind: .type, span: span, isUsed: true)
      boundTypes[ChildKey(parent: scope, name: parameter)] = type
    }
  }

  /// What the type parameters of a schema stand for; variables where it is the generic one itself.
  mutating func bindings(of index: Int32, _ node: SyntaxNode) -> [Int32: TypeID] {
    let schema = schemas[Int(index)]
    if schema.generic >= 0 || node.kind == .recordType { return schema.bindings }
    var bindings: [Int32: TypeID] = [:]
    for parameter in typeParameters(of: node) {
      bindings[parameter] = types.add(.variable(ChildKey(parent: -2 - index, name: parameter)))
    }
    return bindings
  }

  /// The schema's name, without the types that it was made of.
  func plainName(_ schema: Int32) -> String {
    let found = schemas[Int(schema)]
    return found.generic >= 0 ? schemas[Int(found.generic)].name : found.name
  }

  /// Whether blocks have children of a schema, so that their bare names mean something where it is expected.
  func isKeyed(_ schema: Int32) -> Bool { keyedSchemas.contains(plainName(schema)) }

  /// Whether one schema is made of the same generic one as another, of types that fit.
  func isSameGeneric(_ schema: Int32, _ other: Int32) -> Bool {
    // Field by field: a schema as a whole is large, and most are not generic.
    let generic = schemas[Int(schema)].generic
    if generic < 0 || generic == other { return generic >= 0 }
    guard generic == schemas[Int(other)].generic else { return false }
    return zip(schemas[Int(schema)].arguments, schemas[Int(other)].arguments).allSatisfy { !mismatches($0, $1) }
  }

  /// `Box(value: 3)`: what the parameters stand for is found from the values.
  mutating func compileGenericConstruction(
    _ schema: Int32, _ arguments: [SyntaxNode], _ scope: Int32, _ node: SyntaxNode, expecting type: TypeID
  ) -> Int32 {
    ensureSchema(schema)
    let parameters = typeParameters(of: schemas[Int(schema)].node)
    var bindings: [TypeID: TypeID] = [:]
    if case .schema(let wanted) = types[types.required(type)], schemas[Int(wanted.index)].generic == schema {
      for (parameter, given) in zip(parameters, schemas[Int(wanted.index)].arguments) {
        bindings[types.add(.variable(ChildKey(parent: -2 - schema, name: parameter)))] = given
      }
    }
    var values: [(name: String, place: Span, op: Int32)] = []
    for argument in arguments {
      guard let value = argument.firstPart else { continue }
      let token = argument.has(.colon) ? argument.firstWord : nil
      let primary = schemas[Int(schema)].primary
      guard token != nil || primary >= 0 else {
        report("KC0132", "the fields of \(schemas[Int(schema)].name) are given with their names", at: argument.span)
        continue
      }
      let name = token.map { argument.word($0) } ?? text(schemas[Int(schema)].slots[Int(primary)].key)
      let slot = schemas[Int(schema)].slotOf[key(name)].map { schemas[Int(schema)].slots[Int($0)].type }
      let wanted = slot.map { substitute($0, bindings) } ?? TypeTable.any
      let op = compile(value, in: scope, expecting: wanted)
      if let slot { unify(slot, typeOf(op), &bindings) }
      values.append((name, token.map { argument.tree.span(ofToken: $0) } ?? argument.span, op))
    }
    let given = parameters.map { parameter in
      bindings[types.add(.variable(ChildKey(parent: -2 - schema, name: parameter)))] ?? TypeTable.any
    }
    let type = instantiate(schema, given, at: node.span)
    guard case .schema(let made) = types[type] else { return poison(node) }
    ensureSchema(made.index)
    var seen = SeenFields()
    let statements = values.compactMap { name, place, op in
      fieldStatement(name, place, made.index, scope, &seen) { _, _ in op }
    }
    let body = addBody(statements, frameSize: 0, lets: 0..<0, at: node)
    let construct = code.emit(.construct, erased(made.index), body, at: code.site(node.span))
    return typed(construct, types.add(.schema(SchemaID(index: made.index))))
  }

  /// A generic schema with types for its parameters.
  mutating func instantiate(_ schema: Int32, _ given: [TypeID], at span: Span) -> TypeID {
    let found = schemas[Int(schema)]
    let name = key(found.name)
    let entry = Scope.Name(kind: .schema(schema), span: self.span(found.site), node: found.node)
    return instantiate(name, found.scope, entry, given, at: span)
  }
}
