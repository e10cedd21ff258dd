internal import KCData
internal import KCSyntax

/// Calls of methods and of functions that are values.
extension Program {
  /// Reports `app.with(replicas: 3)` and the like of a schema's value.
  private mutating func reportAmendment(_ name: String, of type: TypeID, at place: Span) -> Bool {
    guard ["with", "copy", "copyWith", "amend", "merge", "extend"].contains(name),
      case .schema(let schema) = types[type], case let found = schemas[Int(schema.index)], !found.isBlock,
      found.slotOf[key(name)] == nil
    else { return false }
    report(
      "KC0107", "\(Self.article(found.name)) has no `\(name)`", at: place,
      help: "values do not change: `value + { field = value }` is another")
    return true
  }

  /// `receiver.name(arguments)`, and `receiver?.name(arguments)`, which is absent where the receiver is.
  mutating func compileMethod(
    _ receiver: Int32, _ name: String, _ arguments: [SyntaxNode], _ place: Span, _ scope: Int32, link: ChainLink
  ) -> Int32 {
    let site = code.site(place)
    let receiver = link == .cut ? mayBeMissing(receiver) : receiver
    let uncut = uncutType(receiver, isLinked: link == .linked)
    let whole = link == .cut && mayBeAbsent(uncut) ? present(uncut) : uncut
    if mayBeAbsent(whole), isOwn(site), code.ops[Int(receiver)].code != .constant {
      let type = memberType(receiver, whole, key(name), isOptional: false, at: site)
      if type == TypeTable.unknown { return code.emit(.poison, at: site) }
    }
    if isDeferred(whole), isOwn(site) { return compileDeferredMethod(receiver, name, arguments, place, scope) }
    let type = types.base(whole)
    if link == .plain, isOwn(site), let field = functionField(name, of: type) {
      let read = typed(code.emit(.member, receiver, key(name), at: site), field)
      return compileCall(ofValue: read, arguments, scope, site)
    }
    let tag = tag(of: type)
    let method = tag.flatMap { Builtins.method(name, of: $0) }
    if isOwn(site), reportAmendment(name, of: type, at: place) { return code.emit(.poison, at: site) }
    if isOwn(site), let tag, tag != .record, method == nil {
      let known = Builtins.methods(of: tag) + Builtins.properties(of: tag)
      if let help = Self.otherMethod(name, known: known) {
        report("KC0102", "\(Self.article(describe(type))) has no function `\(name)`", at: place, help: help)
        return code.emit(.poison, at: site)
      }
      reportUnknown(
        "KC0102", "\(Self.article(describe(type))) has no function `\(name)`", name, among: Builtins.methods(of: tag),
        at: place)
      return code.emit(.poison, at: site)
    }
    if isOwn(site), let method, tag != .record, !checkArguments(of: method.signature, arguments, place) {
      return code.emit(.poison, at: site)
    }
    let element = elements(of: type)
    var list: [Int32] = [Int32(arguments.count)]
    var given: [TypeID] = []
    for (place, argument) in arguments.enumerated() {
      var expected = TypeTable.any
      if let parameters = method?.signature.parameters, place < parameters.count {
        expected = self.type(parameters[place].type, element: element)
      }
      var pair = compileArgument(argument, scope, expected)
      let isTaken = takesSecrets(expected) || isCompared(typeOf(pair[1]), expected, method, place)
      pair[1] = isTaken ? pair[1] : statically(pair[1], expected)
      given.append(typeOf(pair[1]))
      list += pair
    }
    let op = code.emit(link == .plain ? .method : .optionalMethod, receiver, key(name), code.list(list), at: site)
    let found = method.map { result(of: $0.signature, type, element, given) } ?? TypeTable.any
    return link == .plain ? typed(op, found) : linked(op, found, behind: receiver)
  }

  /// Whether the arguments are as many, and are called, as a signature says.
  private mutating func checkArguments(of signature: Signature, _ arguments: [SyntaxNode], _ place: Span) -> Bool {
    let parameters = signature.parameters
    if arguments.count > parameters.count {
      report(
        "KC0132", "`\(signature.name)` takes \(Self.count(parameters.count, "argument"))",
        at: arguments[parameters.count].span)
      return false
    }
    if arguments.count < signature.required {
      report("KC0131", "`\(signature.name)` needs `\(parameters[arguments.count].name)`", at: place)
      return false
    }
    for (index, argument) in arguments.enumerated() {
      guard argument.has(.colon), let token = argument.firstWord, case let label = argument.word(token),
        label != parameters[index].name
      else { continue }
      reportUnknown(
        "KC0130", "`\(signature.name)` takes `\(parameters[index].name)` here, not `\(label)`", label,
        among: [parameters[index].name], at: argument.tree.span(ofToken: token))
      return false
    }
    return true
  }

  /// What a list or map has in it.
  private func elements(of type: TypeID) -> TypeID {
    switch types[type] {
    case .list(let element), .map(let element), .range(let element): element
    default: TypeTable.any
    }
  }

  /// Whether an argument is compared with elements that are numbers, and is one: amounts and numbers can be equal.
  private func isCompared(_ given: TypeID, _ element: TypeID, _ method: Method?, _ place: Int) -> Bool {
    let numbers: TypeMask = [.int, .float, .quantity]
    guard let parameters = method?.signature.parameters, place < parameters.count,
      case .element = parameters[place].type, given != TypeTable.any, !mayBeAbsent(given)
    else { return false }
    return numbers.contains(mask(given)) && numbers.contains(mask(element))
  }

  /// Whether an argument's value is taken as it is, so that it may be secret too.
  private func takesSecrets(_ type: TypeID) -> Bool {
    switch types[type] {
    case .list, .map: true
    default: false
    }
  }

  private mutating func result(
    of signature: Signature, _ receiver: TypeID, _ element: TypeID, _ given: [TypeID]
  ) -> TypeID {
    var value = TypeTable.any
    for type in given {
      if case .signature(_, let result) = types[type] { value = present(types.base(result)) }
    }
    if signature.name == "flatMap" {
      if case .list(let inner) = types[value] { value = inner } else { value = TypeTable.any }
    }
    // What a list of a refined type gives is a list of that.
    if case .list(.element) = signature.result, case .list = types[receiver] { return receiver }
    return type(signature.result, element: element, result: value)
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
          at: isMissing ? span(site) : arguments[parameters.count].span,
          notes: ["it is \(Self.article(describe(type)))"])
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
