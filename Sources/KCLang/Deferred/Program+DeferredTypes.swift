internal import KCData
internal import KCKube
internal import KCSyntax

/// Types of values that are known only after apply, from the schemas of the API.
extension Program {
  func isDeferred(_ type: TypeID) -> Bool {
    switch types[types.required(type)] {
    case .deferred, .live: true
    default: false
    }
  }

  /// The type of a field of the objects that blocks of a schema become.
  mutating func liveType(_ path: FieldPath, of schema: Int32) -> TypeID {
    let open = types.add(.deferred(TypeTable.any))
    guard let (apiVersion, kind) = apiType(of: schema),
      let index = kube.type(apiVersion: apiVersion, kind: kind)
    else { return open }
    var shape = KubeSchema.Shape.type(index)
    for element in path.elements {
      switch (element, shape) {
      case (.field(let name), .type(let inner)):
        guard let field = kube.types[inner].field(name) else { return open }
        shape = field.shape
      case (.index, .list(let element)): shape = element
      default: return open
      }
    }
    return type(of: shape)
  }

  /// The type of the API that a schema's `object` says: `apiVersion` and `kind`, where both are plain text.
  mutating func apiType(of schema: Int32) -> (apiVersion: String, kind: String)? {
    guard schema >= 0 else { return nil }
    ensureSchema(schema)
    if let type = schemas[Int(schema)].apiType { return type }
    guard case let object = schemas[Int(schema)].object, object >= 0 else { return nil }
    var op = code.ops[Int(object)]
    while op.code == .lazy || op.code == .check { op = code.ops[Int(op.code == .lazy ? compiled(op.a) : op.a)] }
    guard op.code == .record else { return nil }
    var found: [String: String] = [:]
    for position in code.bodies[Int(op.a)].statements {
      let statement = code.statements[Int(position)]
      guard statement.kind == .set, ["apiVersion", "kind"].contains(text(statement.key)),
        case let value = code.ops[Int(statement.a)], value.code == .constant
      else { continue }
      found[text(statement.key)] = tree.text(of: code.constants[Int(value.a)])
    }
    guard let apiVersion = found["apiVersion"], let kind = found["kind"] else { return nil }
    return (apiVersion, kind)
  }

  /// What a shape of the API is in the language.
  private mutating func type(of shape: KubeSchema.Shape) -> TypeID {
    switch shape {
    case .string, .time, .microTime, .bytes: return types.add(.deferred(TypeTable.string))
    case .integer, .long: return types.add(.deferred(TypeTable.int))
    case .number: return types.add(.deferred(TypeTable.float))
    case .bool: return types.add(.deferred(TypeTable.bool))
    case .quantity: return types.add(.deferred(TypeTable.quantity))
    case .intOrString: return types.add(.deferred(types.add(.union([TypeTable.int, TypeTable.string]))))
    case .any: return types.add(.deferred(TypeTable.any))
    case .type, .list, .map:
      if let known = liveShapes.firstIndex(of: shape) { return types.add(.live(Int32(known))) }
      liveShapes.append(shape)
      return types.add(.live(Int32(liveShapes.count - 1)))
    }
  }

  /// The type of a member of a live object's part; `unknown` where there is none, which was reported.
  mutating func liveMember(
    _ shape: KubeSchema.Shape, _ member: Int32, at site: Int32, _ isChecked: Bool
  ) -> TypeID {
    let name = text(member)
    var known: [String] = []
    switch shape {
    case .type(let index):
      let found = kube.types[index]
      if let field = found.field(name) { return type(of: field.shape) }
      if found.fields.isEmpty || found.undeclared != nil { return types.add(.deferred(TypeTable.any)) }
      known = found.fields.map(\.name)
    case .map(let element): return type(of: element)
    case .list(let element):
      if name == "first" || name == "last" { return type(of: element) }
      if name == "count" { return types.add(.deferred(TypeTable.int)) }
      known = ["count", "first", "last"]
    default: return types.add(.deferred(TypeTable.any))
    }
    guard isChecked else { return TypeTable.any }
    reportUnknown(
      "KC0107", "\(Self.article(kube.describe(shape))) of the API has no `\(name)`", name, among: known,
      at: span(site), notes: known.count > 30 ? [] : ["it has \(Self.enumerate(known.sorted()))"])
    return TypeTable.unknown
  }

  /// The type of a member of what will be of a type.
  mutating func deferredMember(of inner: TypeID, _ member: Int32, at site: Int32, _ isChecked: Bool) -> TypeID {
    switch (types[types.base(inner)], text(member)) {
    case (.any, _), (.unknown, _), (.map, _), (.record, _): return types.add(.deferred(TypeTable.any))
    case (.string, "count"), (.list, "count"): return types.add(.deferred(TypeTable.int))
    case (.list(let element), "first"), (.list(let element), "last"): return types.add(.deferred(element))
    default:
      guard isChecked else { return TypeTable.any }
      report(
        "KC0107", "\(Self.article(describe(inner))) that is known only after apply has no `\(text(member))`", at: site)
      return TypeTable.unknown
    }
  }

  /// The type of an element.
  mutating func deferredElement(_ type: TypeID) -> TypeID {
    switch types[types.required(type)] {
    case .live(let index):
      switch liveShapes[Int(index)] {
      case .list(let element), .map(let element): return self.type(of: element)
      default: return types.add(.deferred(TypeTable.any))
      }
    case .deferred(let inner):
      if case .list(let element) = types[types.base(inner)] { return types.add(.deferred(element)) }
      return types.add(.deferred(TypeTable.any))
    default: return types.add(.deferred(TypeTable.any))
    }
  }
}

/// Mistakes that are found before evaluation.
extension Program {
  mutating func undecided(_ op: Int32, _ what: String) -> Int32 {
    let site = code.ops[Int(op)].site
    _ = undecided(what, at: site)
    return code.emit(.poison, at: site)
  }

  mutating func uncomputed(_ op: Int32, _ what: String) -> Int32 {
    let site = code.ops[Int(op)].site
    _ = uncomputed(what, at: site)
    return code.emit(.poison, at: site)
  }

  /// A binary operation of which an operand is not known yet.
  mutating func deferredOperation(_ op: Int32, _ left: TypeID, _ right: TypeID) -> Int32 {
    let found = code.ops[Int(op)]
    switch found.code {
    case .add, .subtract, .multiply, .divide, .remainder:
      return typed(op, types.add(.deferred(resultType(found.code, left, right))))
    case .coalesce:
      let isKnown = left != TypeTable.any && right != TypeTable.any
      return typed(op, types.add(.deferred(isKnown ? join(present(left), right) : TypeTable.any)))
    case .equal, .notEqual:
      if left == TypeTable.none || right == TypeTable.none { return typed(op, TypeTable.bool) }
      return isChecked(op) ? undecided(op, "a comparison") : op
    default: return isChecked(op) ? undecided(op, "`\(Self.symbols[found.code] ?? "")`") : op
    }
  }

  /// `receiver.name(arguments)` where the receiver is not known yet.
  mutating func compileDeferredMethod(
    _ receiver: Int32, _ name: String, _ arguments: [SyntaxNode], _ place: Span, _ scope: Int32
  ) -> Int32 {
    let site = code.site(place)
    let able = ["upper", "lower", "trim", "replace", "split", "join"]
    guard able.contains(name) else {
      let decides = ["contains", "startsWith", "endsWith", "matches", "has", "get", "indexOf"].contains(name)
      _ = decides ? undecided("`\(name)`", at: site) : uncomputed(name, at: site)
      return code.emit(.poison, at: site)
    }
    var list: [Int32] = [Int32(arguments.count)]
    for argument in arguments { list += compileArgument(argument, scope, TypeTable.string) }
    let op = code.emit(.method, receiver, key(name), code.list(list), at: site)
    let result = name == "split" ? types.add(.list(TypeTable.string)) : TypeTable.string
    return typed(op, types.add(.deferred(result)))
  }
}
