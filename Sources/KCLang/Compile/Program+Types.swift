internal import KCData
internal import KCKube
internal import KCSyntax

/// From the syntax of types to types.
extension Program {
  /// The types of the language.
  static let builtinTypes = [
    "Any", "Bool", "Int", "Float", "String", "Quantity", "Duration", "Percent", "List", "Map", "Range", "Secret",
    "Deferred", "Key", "Regex", "Record",
  ]

  /// The type that a node names; `unknown` where that was reported.
  mutating func compileType(_ node: SyntaxNode, in scope: Int32) -> TypeID {
    switch node.kind {
    case .namedType: return namedType(node, scope)
    case .optionalType:
      guard let inner = node.firstPart else { return TypeTable.unknown }
      return types.add(.optional(compileType(inner, in: scope)))
    case .unionType:
      let members = node.parts.map { compileType($0, in: scope) }
      // Of what may be something unknown, too, nothing is known.
      return members.contains(TypeTable.unknown) ? TypeTable.unknown : types.add(.union(members))
    case .literalType: return literalType(node)
    case .whereType: return predicateType(node, scope)
    case .parenType: return node.firstPart.map { compileType($0, in: scope) } ?? TypeTable.unknown
    case .functionType:
      var parts = node.parts.filter(\.isType).map { compileType($0, in: scope) }
      guard let result = parts.popLast() else { return TypeTable.function }
      return types.add(.signature(parts, result))
    case .recordType: return recordType(node, scope)
    default: return TypeTable.unknown
    }
  }

  private mutating func literalType(_ node: SyntaxNode) -> TypeID {
    if let string = node.child(.stringExpr) {
      guard let text = string.plainText else {
        report("KC0103", "a literal type is plain text", at: string.span)
        return TypeTable.unknown
      }
      return types.add(.text(text))
    }
    guard let number = Int64(node.text.replacing("_", with: "")) else {
      report("KC0103", "`\(node.text)` is no type: text and whole numbers can stand as types", at: node.span)
      return TypeTable.unknown
    }
    return types.add(.number(number))
  }

  /// `{ a: Int, b: String? }`: a schema without a name.
  private mutating func recordType(_ node: SyntaxNode, _ scope: Int32) -> TypeID {
    // Its fields are compiled later, in the module: what its type parameters stand for comes along.
    var module = scope
    var bindings: [Int32: TypeID] = [:]
    while scopes[Int(module)].kind != .module, scopes[Int(module)].parent >= 0 {
      for (key, name) in scopes[Int(module)].names where bindings[key] == nil {
        if let type = typeParameter(key, module, name) { bindings[key] = type }
      }
      module = scopes[Int(module)].parent
    }
    if recordTypes[RecordTypeKey(span: node.span, bindings: bindings)] == nil, let meant = mapOfTypes(node, scope) {
      report(
        "KC0046", "a map's type is `\(meant)`", at: node.span, help: "write `\(meant)`",
        fix: Diagnostic.Fix(span: node.span, replacement: meant))
      return TypeTable.unknown
    }
    return recordType(node, bindings, in: module)
  }

  /// What `{str: str}` is here: a field that is called like a type, and has one that there is only elsewhere.
  private mutating func mapOfTypes(_ node: SyntaxNode, _ scope: Int32) -> String? {
    guard node.parts.count == 1, let field = node.parts.first, let name = field.firstWord.map({ field.word($0) }),
      field.parts.count == 1, let type = field.parts.first, type.kind == .namedType,
      let value = Parser.otherTypes[type.text], find(key(type.text), in: scope) == nil,
      let key = Parser.otherTypes[name] ?? (Self.builtinTypes.contains(name) ? name : nil)
    else { return nil }
    return "Map<\(key), \(value)>"
  }

  private mutating func namedType(_ node: SyntaxNode, _ scope: Int32) -> TypeID {
    let words = node.words
    guard let first = words.first else { return TypeTable.unknown }
    let arguments = node.child(.typeArguments)?.parts.filter(\.isType) ?? []
    // What is missing between the brackets was reported; without it the name may mean something else.
    if arguments.isEmpty, node.child(.typeArguments) != nil { return TypeTable.unknown }
    var type: TypeID
    if words.count == 1, let builtin = builtinType(node.word(first), arguments, scope) {
      type = builtin
      reportMissingTypes(node.word(first), arguments.count, at: node.span)
      let most = Self.builtinParameters[node.word(first)] ?? 0
      if arguments.count > most {
        let what = most == 0 ? "no types" : Self.count(most, "type")
        report("KC0132", "`\(node.word(first))` takes \(what)", at: arguments[most].span)
      }
    } else {
      type = declaredType(node, words.map { node.word($0) }, arguments, scope)
    }
    guard type != TypeTable.unknown, let refinement = node.child(.refinement) else { return type }
    return refinedType(type, refinement, scope)
  }

  /// Reports a list or a map that does not say of what.
  private mutating func reportMissingTypes(_ name: String, _ count: Int, at span: Span) {
    guard isOwn(code.site(span)) else { return }
    switch (name, count) {
    case ("List", 0):
      report(
        "KC0131", "`List` needs the type of its elements", at: span,
        help: "write `List<String>`, say, or `List<Any>` where they are of any type")
    case ("Map", 0):
      report(
        "KC0131", "`Map` needs the types of its keys and its values", at: span,
        help: "write `Map<String, Int>`, say, or `Map<String, Any>` where the values are of any type")
    case ("Map", 1):
      report(
        "KC0131", "`Map` needs the type of its values, too", at: span,
        help: "write `Map<String, \(valueType(at: span))>`")
    default: return
    }
  }

  /// What stands within the angle brackets of a type, where it is the type of a map's values and not that of its keys.
  private func valueType(at span: Span) -> String {
    let text = files[span.file].text(span.range)
    guard let open = text.firstIndex(of: "<"), text.hasSuffix(">") else { return "…" }
    let inner = text[text.index(after: open)...].dropLast()
    return inner == "String" ? "…" : String(inner)
  }

  /// How many types a builtin one is made of at most.
  private static let builtinParameters = ["List": 1, "Map": 2, "Range": 1, "Secret": 1, "Deferred": 1, "Key": 1]

  private mutating func builtinType(_ name: String, _ arguments: [SyntaxNode], _ scope: Int32) -> TypeID? {
    func argument(_ index: Int) -> SyntaxNode? { index < arguments.count ? arguments[index] : nil }
    func inner(_ index: Int, _ program: inout Program) -> TypeID {
      argument(index).map { program.compileType($0, in: scope) } ?? TypeTable.any
    }
    switch name {
    case "Any": return TypeTable.any
    case "None": return TypeTable.none
    case "Bool": return TypeTable.bool
    case "Int": return TypeTable.int
    case "Float": return TypeTable.float
    case "String": return TypeTable.string
    case "Quantity": return TypeTable.quantity
    case "Duration": return TypeTable.duration
    case "Percent": return TypeTable.percent
    case "Regex": return TypeTable.regex
    case "Record": return TypeTable.record
    case "Function": return TypeTable.function
    case "List": return types.add(.list(inner(0, &self)))
    case "Map":
      if arguments.count > 1, let key = argument(0), !isText(key, scope) { return TypeTable.unknown }
      return types.add(.map(inner(arguments.count > 1 ? 1 : 0, &self)))
    case "Range": return types.add(.range(inner(0, &self)))
    // Without the type of its value it is the block's: what refers to a secret.
    case "Secret" where arguments.isEmpty: return nil
    case "Secret": return types.add(.secret(inner(0, &self)))
    case "Deferred": return types.add(.deferred(inner(0, &self)))
    case "Key":
      guard argument(0) != nil else { return types.add(.key(nil)) }
      let owner = inner(0, &self)
      if case .schema(let schema) = types[owner] { return types.add(.key(schema)) }
      return types.add(.key(nil))
    default: return nil
    }
  }

  private mutating func declaredType(
    _ node: SyntaxNode, _ path: [String], _ arguments: [SyntaxNode], _ scope: Int32
  ) -> TypeID {
    if path.first == "k8s", find(key("k8s"), in: scope) == nil { return apiType(path, at: node.span) }
    var place = scope
    for (index, word) in path.enumerated() {
      let last = index == path.count - 1
      guard let (owner, name) = find(key(word), in: place) else { break }
      markUsed(key(word), owner)
      switch name.kind {
      case .module(let module) where !last: place = modules[Int(module)].scope
      case .schema(let schema) where last:
        if isGeneric(name.node) || !arguments.isEmpty {
          return genericType(key(word), owner, name, arguments, scope, at: node.span)
        }
        return types.add(.schema(SchemaID(index: schema)))
      case .type where last:
        if isGeneric(name.node) || !arguments.isEmpty {
          return genericType(key(word), owner, name, arguments, scope, at: node.span)
        }
        return alias(key(word), owner, name)
      default: break
      }
    }
    func isType(_ name: Scope.Name) -> Bool {
      switch name.kind {
      case .schema, .type: true
      default: false
      }
    }
    var known = Self.builtinTypes
    known += names(in: scope, where: isType)
    if place != scope, let first = path.first {
      known = scopes[Int(place)].names.filter { isType($0.value) }.keys.map { "\(first).\(text($0))" }.sorted()
    } else if path.count == 1, let help = otherFile(of: path[0], scope, where: isType) {
      report("KC0103", "there is no type `\(path[0])`", at: node.span, help: help)
      return TypeTable.unknown
    }
    let full = path.joined(separator: ".")
    let pending = aliases.filter { $0.value == TypeTable.any }.map { text($0.key.name) }
    known.removeAll { pending.contains($0) }
    if full == "none" {
      report(
        "KC0103", "there is no type `none`", at: node.span,
        help: "the type of what is absent is `None`, and `T?` is a T or absent",
        fix: Diagnostic.Fix(span: node.span, replacement: "None"))
      return TypeTable.unknown
    }
    if let (help, replacement) = Self.otherType(full) {
      report(
        "KC0103", "there is no type `\(full)`", at: node.span, help: help,
        fix: arguments.isEmpty ? replacement.map { Diagnostic.Fix(span: node.span, replacement: $0) } : nil)
      return TypeTable.unknown
    }
    reportUnknown("KC0103", "there is no type `\(full)`", full, among: known, at: node.span)
    return TypeTable.unknown
  }

  mutating func alias(_ name: Int32, _ owner: Int32, _ entry: Scope.Name) -> TypeID {
    // A type is the same where its name stands in a value from outside.
    let owner = outside.fileScopes[owner] ?? owner
    if let parameter = typeParameter(name, owner, entry) { return parameter }
    if isGeneric(entry.node) {
      // By itself it is checked with its parameters as they are.
      let given = typeParameters(of: entry.node).map { types.add(.variable(ChildKey(parent: -2 - owner, name: $0))) }
      return instantiate(name, owner, entry, given, at: entry.span)
    }
    if let known = aliases[ChildKey(parent: owner, name: name)] {
      if known == TypeTable.any {
        report("KC0123", "the type `\(text(name))` is defined by itself", at: entry.span)
        return TypeTable.unknown
      }
      return known
    }
    aliases[ChildKey(parent: owner, name: name)] = TypeTable.any
    var type: TypeID
    if let node = entry.node, node.kind == .enumDecl {
      type = enumType(node, in: owner)
    } else {
      type = entry.node?.parts.last.map { compileType($0, in: owner) } ?? TypeTable.unknown
    }
    // Unions of the same members are one type: each is called by the name that it was declared with.
    if case .union = types[type], let other = types.names[type], other != text(name), enums[type] == nil {
      type = types.refine(type, by: Refinement())
    }
    aliases[ChildKey(parent: owner, name: name)] = type
    types.name(type, text(name))
    self.name(recordType: type, text(name))
    return type
  }

  /// Evaluates an expression where the program is still being compiled: in its module's frame.
  mutating func evaluateConstant(_ node: SyntaxNode, in scope: Int32) -> TreeValue {
    let module = scopes[Int(scope)].module
    let outer = module >= 0 ? modules[Int(module)].scope : Self.prelude
    let op = compile(node, in: outer, expecting: TypeTable.any)
    return evaluate(op, module >= 0 ? max(modules[Int(module)].frame, 0) : 0)
  }
}

/// Describing types to users.
extension Program {
  /// The type as the source would write it.
  func describe(_ type: TypeID) -> String {
    if let name = types.names[type] { return name }
    switch types[type] {
    case .any, .unknown: return "Any"
    case .none: return "none"
    case .bool: return "Bool"
    case .int: return "Int"
    case .float: return "Float"
    case .string: return "String"
    case .quantity: return "Quantity"
    case .duration: return "Duration"
    case .percent: return "Percent"
    case .regex: return "Regex"
    case .list(let inner): return "List<\(describe(inner))>"
    case .map(let inner): return "Map<String, \(describe(inner))>"
    case .record: return "Record"
    case .optional(let inner): return grouped(inner) + "?"
    case .union(let members):
      // The type of `none` is `None`; of the value, messages say its own name.
      return members.map { $0 == TypeTable.none ? "None" : grouped($0) }.joined(separator: " | ")
    case .text(let text): return "\"\(text)\""
    case .number(let number): return String(number)
    case .schema(let schema): return schemas[Int(schema.index)].name
    case .children(let schema): return "the \(text(schemas[Int(schema.index)].kind)) blocks"
    case .range(let inner): return "Range<\(describe(inner))>"
    case .secret(let inner): return "Secret<\(describe(inner))>"
    case .deferred(let inner): return "Deferred<\(describe(inner))>"
    case .live(let index): return "Deferred<\(kube.describe(liveShapes[Int(index)]))>"
    case .key(let schema): return schema.map { "Key<\(schemas[Int($0.index)].name)>" } ?? "Key"
    case .function: return "Function"
    case .signature(let parameters, let result):
      return "(\(parameters.map { describe($0) }.joined(separator: ", "))) -> \(describe(result))"
    case .variable(let name): return text(name.name)
    case .refined(let inner, let index):
      return staticShapes[index] != nil ? describe(inner) : describe(inner, refinements: Int(index))
    }
  }

  /// The type as a part of another one, where what is behind a `->` would go on.
  private func grouped(_ type: TypeID) -> String {
    let text = describe(type)
    return types.names[type] == nil && isSignature(type) && !types.isOptional(type) ? "(\(text))" : text
  }

  private func describe(_ base: TypeID, refinements index: Int) -> String {
    let refinement = types.refinements[index]
    var parts: [String] = []
    if !refinement.low.isNone || !refinement.high.isNone {
      parts.append("\(display(refinement.low))...\(display(refinement.high))")
    }
    if let step = refinement.step {
      parts.append("step: \(types[types.required(base)] == .duration ? Tree.durationText(step) : "\(step)")")
    }
    if let pattern = refinement.pattern { parts.append("matching: /\(pattern.source)/") }
    if let min = refinement.min { parts.append("min: \(min)") }
    if let max = refinement.max { parts.append("max: \(max)") }
    let narrowed = describe(base) + (parts.isEmpty ? "" : "(\(parts.joined(separator: ", ")))")
    return refinement.predicateText.isEmpty ? narrowed : "\(narrowed) where \(refinement.predicateText)"
  }

  /// A value as the source would write it; secrets are not shown.
  func display(_ value: TreeValue) -> String {
    if value.isSecret || hidden > 0 { return Tree.secretText }
    switch value.tag {
    case .none: return ""
    case .string:
      let text = tree.text(of: value) ?? ""
      return text.utf8.count > 60 ? "\"\(text.prefix(57))…\"" : "\"\(text)\""
    case .int, .wideInt: return tree.int(of: value).map(String.init) ?? ""
    case .float: return tree.double(of: value).map { "\($0)" } ?? ""
    case .bool: return value.isTrue ? "true" : "false"
    case .quantity: return tree.quantity(of: value).map(\.description) ?? ""
    case .duration: return Tree.durationText(value.inlineNumber)
    case .percent: return Tree.percentText(value.inlineNumber)
    case .range: return "\(display(tree.item(of: value, 0)))...\(display(tree.item(of: value, 1)))"
    case .null: return "null"
    case .list:
      return "[" + tree.items(of: value).prefix(5).map { display($0) }.joined(separator: ", ")
        + (value.length > 5 ? ", …]" : "]")
    case .instance: return title(of: Int32(value.payload))
    case .record: return "{…}"
    case .key: return display(tree.item(of: value, 3))
    case .deferred: return DeferredExpression.placeholder
    default: return kindName(value)
    }
  }

  /// What kind of value it is, in the words of the language.
  func kindName(_ value: TreeValue) -> String {
    switch value.tag {
    case .none: "none"
    case .poison: "unknown"
    case .null: "null"
    case .bool: "Bool"
    case .int, .wideInt: "Int"
    case .float: "Float"
    case .string: "String"
    case .quantity: "Quantity"
    case .duration: "Duration"
    case .percent: "Percent"
    case .range: "range"
    case .list: "list"
    case .record: "record"
    case .instance, .choice: value.tag == .choice ? "reference" : instanceKind(Int32(value.payload))
    case .function: "function"
    case .type: "type"
    case .key: "key"
    case .symbol: "name"
    case .regex: "Regex"
    case .scope, .thunk, .busy: "namespace"
    case .deferred: "value known only after apply"
    }
  }

  private func instanceKind(_ index: Int32) -> String {
    let instance = instances[Int(index)]
    return instance.schema < 0 ? "map" : schemas[Int(instance.schema)].name
  }

  /// `deployment web`, `port http`; for a nested record its field.
  func title(of index: Int32) -> String {
    let instance = instances[Int(index)]
    let kind =
      instance.kind >= 0 ? text(instance.kind) : instance.schema >= 0 ? schemas[Int(instance.schema)].name : "map"
    return instance.name >= 0 ? "\(kind) \(text(instance.name))" : kind
  }
}
