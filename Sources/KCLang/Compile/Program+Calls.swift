internal import KCData
internal import KCSyntax

/// Calls, and which parameter each argument is for.
extension Program {
  mutating func compileCall(_ node: SyntaxNode, _ scope: Int32, _ type: TypeID) -> Int32 {
    let site = code.site(node.span)
    guard let callee = node.firstPart else { return poison(node) }
    let arguments = node.parts.dropFirst().filter { $0.kind == .argument }
    if callee.kind == .nameExpr {
      let name = key(callee.text)
      if find(name, in: scope) == nil {
        if let schema = caseSchema(name, of: type) { return compileCase(schema, Array(arguments), scope, node) }
        if let help = Self.otherFunction(callee.text) {
          report("KC0102", "there is no function `\(callee.text)`", at: callee.span, help: help)
          return poison(node)
        }
        if let (owner, hasValues) = enumCase(named: name, in: scope), hasValues {
          report(
            "KC0102", "there is no function `\(callee.text)`", at: callee.span,
            help: "as a case of `\(owner)` it is `\(owner).\(callee.text)(…)`")
          return poison(node)
        }
        let place = otherFile(of: callee.text, scope) { name in
          switch name.kind {
          case .function, .schema: true
          default: false
          }
        }
        if let place {
          report("KC0102", "there is no function `\(callee.text)`", at: callee.span, help: place)
          return poison(node)
        }
        let known = names(in: scope) { if case .function = $0.kind { true } else { false } }
        reportUnknown(
          "KC0102", "there is no function `\(callee.text)`", callee.text, among: known, at: callee.span)
        return poison(node)
      }
      if let (_, found) = find(name, in: scope), case .schema(let schema) = found.kind {
        if schemas[Int(schema)].isNamespace { return reportInstance(callee) }
        return compileConstruction(schema, Array(arguments), scope, node, expecting: type)
      }
    }
    if let (_, _, found) = findImported(callee, in: scope), case .schema(let schema) = found.kind {
      if schemas[Int(schema)].isNamespace { return reportInstance(callee) }
      return compileConstruction(schema, Array(arguments), scope, node, expecting: type)
    }
    if let schema = enumCase(callee, scope) { return compileCase(schema, Array(arguments), scope, node) }
    if callee.kind == .memberExpr, let function = moduleFunction(callee, scope) {
      guard function >= 0 else { return poison(node) }
      return compileCall(of: function, arguments, scope, node)
    }
    if callee.kind == .memberExpr, let base = callee.firstPart, let token = callee.words.last {
      let receiver = compile(base, in: scope, expecting: TypeTable.any)
      return compileMethod(
        receiver, callee.word(token), arguments, callee.tree.span(ofToken: token), scope,
        link: callee.has(.questionDot) ? .cut : isLinked(receiver, base) ? .linked : .plain)
    }
    if callee.kind == .nameExpr, let (owner, found) = find(key(callee.text), in: scope),
      case .function(let function) = found.kind
    {
      markUsed(key(callee.text), owner)
      return compileCall(of: function, arguments, scope, node)
    }
    let op = compile(callee, in: scope, expecting: TypeTable.any)
    return compileCall(ofValue: op, arguments, scope, site)
  }

  /// Reports a component that is called as a function is.
  private mutating func reportInstance(_ callee: SyntaxNode) -> Int32 {
    report(
      "KC0110", "`\(callee.text)` is a component, and an instance of it is no value", at: callee.span,
      help: "an instance is a block with a name, at the top of a file or in a component: `\(callee.text) NAME(…)`")
    return poison(callee)
  }

  /// The function that `module.name` means; nil where it is no module's member, -1 where that was reported.
  private mutating func moduleFunction(_ node: SyntaxNode, _ scope: Int32) -> Int32? {
    guard let base = node.firstPart, base.kind == .nameExpr, let token = node.words.last,
      let (owner, found) = find(key(base.text), in: scope), case .module(let module) = found.kind
    else { return nil }
    markUsed(key(base.text), owner)
    let inner = modules[Int(module)].scope
    let member = node.word(token)
    if inner >= 0, let name = scopes[Int(inner)].names[key(member)] {
      if case .function(let function) = name.kind { return function }
      return nil
    }
    let known =
      inner >= 0
      ? scopes[Int(inner)].names.filter { if case .function = $0.value.kind { true } else { false } }
        .keys.map { text($0) }.sorted() : []
    reportUnknown(
      "KC0102", "there is no function `\(base.text).\(member)`", member, among: known,
      at: node.tree.span(ofToken: token))
    return -1
  }

  mutating func compileArgument(_ node: SyntaxNode, _ scope: Int32, _ type: TypeID) -> [Int32] {
    let label = node.has(.colon) ? node.firstWord.map { key(node.word($0)) } ?? -1 : -1
    guard let value = node.firstPart else { return [label, poison(node)] }
    return [label, compile(value, in: scope, expecting: type)]
  }

  /// A call of a function that is known: its labels and their number are checked now.
  private mutating func compileCall(
    of function: Int32, _ arguments: [SyntaxNode], _ scope: Int32, _ node: SyntaxNode
  ) -> Int32 {
    ensureSignature(function)
    let site = code.site(node.span)
    let parameters = code.functions[Int(function)].parameters
    let name = code.functions[Int(function)].name
    guard let places = places(of: arguments, parameters, name) else { return poison(node) }
    for (place, parameter) in parameters.enumerated() where parameter.fallback == -1 && !places.contains(place) {
      if types.isOptional(parameter.type), parameter.type != TypeTable.any { continue }
      report("KC0131", "`\(name)` needs the argument `\(text(parameter.key))`", at: site)
      return poison(node)
    }
    var list: [Int32] = []
    var bindings: [TypeID: TypeID] = [:]
    let isGeneric = code.functions[Int(function)].isGeneric
    var isBroken = false
    for (argument, place) in zip(arguments, places) {
      let type = parameters[place].type
      var pair = compileArgument(argument, scope, isGeneric ? substitute(type, bindings) : type)
      pair[0] = parameters[place].key
      if isGeneric { unify(type, typeOf(pair[1]), &bindings) }
      pair[1] = checked(pair[1], isGeneric ? substitute(type, bindings) : type)
      isBroken = isBroken || code.ops[Int(pair[1])].code == .poison || typeOf(pair[1]) == TypeTable.unknown
      list += pair
    }
    noteCall(of: function, at: site)
    let callee = code.constant(code.functions[Int(function)].value, at: site)
    let result = code.functions[Int(function)].result
    let call = code.emit(.call, callee, Int32(list.count / 2), code.list(list), at: site)
    // What a parameter stands for is not known where an argument is wrong.
    if isGeneric, isBroken { return typed(call, TypeTable.unknown) }
    return typed(call, isGeneric ? substitute(result, bindings) : result)
  }

  /// Which parameter each argument is for; nil after a report.
  private mutating func places(of arguments: [SyntaxNode], _ parameters: [Parameter], _ name: String) -> [Int]? {
    var places: [Int] = []
    var next = 0
    for argument in arguments {
      var place: Int?
      if argument.has(.colon), let token = argument.firstWord {
        let label = argument.word(token)
        place = parameters.firstIndex { text($0.key) == label }
        if place == nil {
          let known = parameters.map { text($0.key) }
          reportUnknown(
            "KC0130", "`\(name)` has no parameter `\(label)`", label, among: known,
            at: argument.tree.span(ofToken: token),
            notes: known.isEmpty ? [] : ["its parameters: " + Self.enumerate(known)])
          return nil
        }
      } else {
        while places.contains(next) { next += 1 }
        place = next < parameters.count ? next : nil
        next += 1
      }
      guard let place else {
        let count = parameters.count == 1 ? "one argument" : "\(parameters.count) arguments"
        report("KC0132", "`\(name)` takes \(count)", at: argument.span)
        return nil
      }
      if places.contains(place) {
        report("KC0125", "`\(text(parameters[place].key))` is given twice", at: argument.span)
        return nil
      }
      places.append(place)
    }
    return places
  }
}
