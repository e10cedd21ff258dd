internal import KCData
internal import KCSyntax

/// Calls of methods and of functions that are values.
extension Program {
  /// `receiver.name(arguments)`
  mutating func compileMethod(
    _ receiver: Int32, _ name: String, _ arguments: [SyntaxNode], _ place: Span, _ scope: Int32
  ) -> Int32 {
    let site = code.site(place)
    let whole = typeOf(receiver)
    if mayBeAbsent(whole), isOwn(site), code.ops[Int(receiver)].code != .constant {
      let type = memberType(receiver, key(name), isOptional: false, at: site)
      if type == TypeTable.unknown { return code.emit(.poison, at: site) }
    }
    let type = types.base(whole)
    let wanted = methodParameters(type, name)
    var list: [Int32] = [Int32(arguments.count)]
    var given: [TypeID] = []
    for (place, argument) in arguments.enumerated() {
      let expected = place < wanted.count ? wanted[place] : TypeTable.any
      var pair = compileArgument(argument, scope, expected)
      pair[1] = statically(pair[1], expected)
      given.append(typeOf(pair[1]))
      list += pair
    }
    if isOwn(site), let tag = tag(of: type), tag != .record, !Builtins.methods(of: tag).contains(name) {
      reportUnknown(
        "KC0102", "\(Self.article(describe(type))) has no function `\(name)`", name, among: Builtins.methods(of: tag),
        at: place)
      return code.emit(.poison, at: site)
    }
    let op = code.emit(.method, receiver, key(name), code.list(list), at: site)
    return typed(op, methodResult(type, name, given))
  }

  /// What a method's arguments are expected to be.
  private mutating func methodParameters(_ type: TypeID, _ name: String) -> [TypeID] {
    switch (types[type], name) {
    case (.list(let element), "map"), (.list(let element), "flatMap"):
      return [types.add(.signature([element], TypeTable.any))]
    case (.list(let element), "filter"), (.list(let element), "any"), (.list(let element), "all"):
      return [types.add(.signature([element], TypeTable.bool))]
    case (.list, "join"): return [TypeTable.string]
    case (.map(let element), "mapValues"): return [types.add(.signature([element], TypeTable.any))]
    case (.map, "get"), (.map, "has"): return [TypeTable.string]
    case (.string, "contains"), (.string, "startsWith"), (.string, "endsWith"), (.string, "split"):
      return [TypeTable.string]
    case (.string, "replace"): return [TypeTable.string, TypeTable.string]
    case (.string, "matches"): return [TypeTable.regex]
    default: return []
    }
  }

  private mutating func methodResult(_ type: TypeID, _ name: String, _ given: [TypeID]) -> TypeID {
    func result(_ program: inout Program) -> TypeID {
      guard let first = given.first, case .signature(_, let result) = program.types[first] else { return TypeTable.any }
      return program.present(program.types.base(result))
    }
    switch (types[type], name) {
    case (.list, "map"): return types.add(.list(result(&self)))
    case (.list, "flatMap"):
      let inner = result(&self)
      if case .list = types[inner] { return inner }
      return types.add(.list(TypeTable.any))
    case (.list, "filter"), (.list, "unique"), (.list, "reversed"), (.list, "sorted"): return type
    case (.list, "any"), (.list, "all"), (.list, "contains"), (.map, "has"), (.string, "contains"),
      (.string, "startsWith"), (.string, "endsWith"), (.string, "matches"):
      return TypeTable.bool
    case (.list, "join"), (.string, "upper"), (.string, "lower"), (.string, "trim"), (.string, "replace"):
      return TypeTable.string
    case (.list, "indexOf"): return types.add(.optional(TypeTable.int))
    case (.string, "split"), (.string, "lines"): return types.add(.list(TypeTable.string))
    case (.map(let element), "get"): return element == TypeTable.any ? element : optional(element)
    case (.map, "mapValues"): return types.add(.map(result(&self)))
    default: return TypeTable.any
    }
  }

  /// A call of a value: of a parameter that is a function, or of a lambda.
  mutating func compileCall(ofValue op: Int32, _ arguments: [SyntaxNode], _ scope: Int32, _ site: Int32) -> Int32 {
    let type = types.base(typeOf(op))
    if isOwn(site), mask(type).isDisjoint(with: .function) {
      report("KC0133", "\(Self.article(describe(type))) cannot be called", at: site)
      return code.emit(.poison, at: site)
    }
    var wanted: [TypeID] = []
    var result = TypeTable.any
    if case .signature(let parameters, let value) = types[type] {
      (wanted, result) = (parameters, value)
      if isOwn(site), arguments.count != parameters.count {
        let isMissing = arguments.count < parameters.count
        report(
          isMissing ? "KC0131" : "KC0132", "this function takes \(Self.count(parameters.count, "argument"))",
          at: isMissing ? span(site) : arguments[parameters.count].span, notes: ["it is a \(describe(type))"])
        return code.emit(.poison, at: site)
      }
    }
    var list: [Int32] = []
    for (place, argument) in arguments.enumerated() {
      let expected = place < wanted.count ? wanted[place] : TypeTable.any
      var pair = compileArgument(argument, scope, expected)
      pair[1] = checkedConstant(pair[1], expected)
      list += pair
    }
    return typed(code.emit(.call, op, Int32(arguments.count), code.list(list), at: site), result)
  }
}
