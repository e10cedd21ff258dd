internal import KCData
internal import KCSyntax

/// From the syntax of expressions to code.
extension Program {
  /// The op of an expression. `type` is what is expected there: it gives bare names of children a meaning.
  mutating func compile(_ node: SyntaxNode, in scope: Int32, expecting type: TypeID) -> Int32 {
    switch node.kind {
    case .nameExpr: return compileName(node, scope, type)
    case .numberExpr, .quantityExpr: return compileNumber(node)
    case .stringExpr: return compileString(node, scope)
    case .regexExpr: return compileRegex(node)
    case .parenExpr: return node.firstPart.map { compile($0, in: scope, expecting: type) } ?? poison(node)
    case .listExpr: return compileList(node, scope, type)
    case .recordExpr: return compileRecord(node, scope, type)
    case .memberExpr: return compileMember(node, scope)
    case .indexExpr: return compileIndex(node, scope)
    case .callExpr: return compileCall(node, scope, type)
    case .unaryExpr: return compileUnary(node, scope)
    case .binaryExpr: return compileBinary(node, scope, type)
    case .rangeExpr: return compileRange(node, scope, type)
    case .ifExpr: return compileIf(node, scope, type)
    case .forExpr: return compileFor(node, scope, type)
    case .matchExpr: return compileMatch(node, scope, type)
    case .lambdaExpr: return compileLambda(node, scope, type)
    default: return poison(node)
    }
  }

  mutating func poison(_ node: SyntaxNode) -> Int32 { code.emit(.poison, at: code.site(node.span)) }

  private mutating func compileString(_ node: SyntaxNode, _ scope: Int32) -> Int32 {
    let site = code.site(node.span)
    if let bytes = node.literalBytes {
      if bytes.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "$") }) {
        checkTextHabits(node, in: scope)
      }
      return code.constant(tree.string(utf8: bytes), at: site)
    }
    let parts = StringText(node).parts
    checkTextHabits(node, in: scope)
    let isPlain = parts.allSatisfy { if case .text = $0 { true } else { false } }
    if isPlain { return code.constant(tree.string(parts.map(\.text).joined()), at: site) }
    var ops: [Int32] = []
    for part in parts {
      switch part {
      case .text(let text): ops.append(code.constant(tree.string(text), at: site))
      case .expression(let inner): ops.append(checkedPart(compile(inner, in: scope, expecting: TypeTable.any)))
      }
    }
    let type = ops.contains { isDeferred(typeOf($0)) } ? types.add(.deferred(TypeTable.string)) : TypeTable.string
    return typed(code.emit(.interpolate, code.list(ops), Int32(ops.count), at: site), type)
  }

  private mutating func compileRegex(_ node: SyntaxNode) -> Int32 {
    let site = code.site(node.span)
    let source = String(node.text.dropFirst().dropLast()).replacing("\\/", with: "/")
    do {
      patterns.append(try Pattern(source))
    } catch {
      report("KC0165", "this regular expression cannot be used: \(error.message)", at: site)
      return poison(node)
    }
    return code.constant(TreeValue(.regex, payload: UInt32(patterns.count - 1)), at: site)
  }

  private mutating func compileList(_ node: SyntaxNode, _ scope: Int32, _ type: TypeID) -> Int32 {
    var element = TypeTable.any
    if case .list(let inner) = types[types.required(type)] { element = inner }
    let ops = node.parts.map { part in
      let op = compile(part, in: scope, expecting: element)
      // What is absent is no element, whatever the others are.
      guard isOwn(file: part.span.file), code.ops[Int(op)].code == .constant || isSignature(element),
        typeOf(op) != TypeTable.none
      else { return op }
      // What is wrong with one element is told there, not where the list begins.
      return checked(op, element)
    }
    var type: TypeID?
    for op in ops where typeOf(op) != TypeTable.none {
      let one = present(types.base(typeOf(op)))
      type = type.map { join($0, one) } ?? one
    }
    let op = code.emit(.list, code.list(ops), Int32(ops.count), at: code.site(node.span))
    return typed(op, types.add(.list(type ?? TypeTable.any)))
  }

  private mutating func compileUnary(_ node: SyntaxNode, _ scope: Int32) -> Int32 {
    guard let inner = node.firstPart else { return poison(node) }
    let op = compile(inner, in: scope, expecting: TypeTable.any)
    let site = code.site(node.span)
    let unary = code.emit(node.has(.minus) ? .negate : .not, op, at: site)
    if code.ops[Int(op)].code == .constant { return code.constant(evaluate(unary, 0), at: site) }
    return checkedUnary(unary)
  }

  private mutating func compileBinary(_ node: SyntaxNode, _ scope: Int32, _ type: TypeID) -> Int32 {
    let parts = node.parts
    guard parts.count == 2, let token = node.childTokens.first else { return poison(node) }
    let kind = node.tree.tokens[token].kind
    if kind == .minus, reportTightDifference(node, token) { return poison(node) }
    let operand = kind == .coalesce ? type : TypeTable.any
    var left = compile(parts[0], in: scope, expecting: operand)
    if kind == .coalesce { left = absentWhereMissing(left) }
    var known: [Fact] = []
    if kind == .andAnd || kind == .orOr { known = facts(parts[0], is: kind == .andAnd, in: scope) }
    let expected = kind == .coalesce ? type : expectedBeside(left, kind)
    let right = assuming(known) { $0.compile(parts[1], in: scope, expecting: expected) }
    guard let operation = Self.operations[kind] else { return poison(node) }
    return checkedOperation(code.emit(operation, left, right, at: code.site(node.span)))
  }

  /// What stands left of `?.`, as left of `??`.
  mutating func mayBeMissing(_ op: Int32) -> Int32 {
    let found = absentWhereMissing(op)
    guard code.ops[Int(found)].code == .optionalIndex, case let type = typeOf(found), type != TypeTable.any else {
      return found
    }
    return typed(found, optional(type))
  }

  /// The left side of `??`: an element or a key that is not there is absent, and no mistake.
  private mutating func absentWhereMissing(_ op: Int32) -> Int32 {
    let found = code.ops[Int(op)]
    switch found.code {
    case .index:
      code.ops[Int(op)].code = .optionalIndex
      return op
    case .coalesce:
      code.ops[Int(op)].b = absentWhereMissing(found.b)
      return op
    case .member:
      guard case .map = types[types.base(typeOf(found.a))], !Builtins.properties(of: .record).contains(text(found.b))
      else { return op }
      let name = code.constant(tree.string(text(found.b)), at: found.site)
      return typed(code.emit(.optionalIndex, found.a, name, at: found.site), typeOf(op))
    default: return op
    }
  }

  /// What the right side of a comparison is expected to be: beside an enum's value its cases have their bare names.
  private mutating func expectedBeside(_ left: Int32, _ kind: SyntaxKind) -> TypeID {
    let type = types.required(typeOf(left))
    guard enums[type] != nil else { return TypeTable.any }
    switch kind {
    case .equalEqual, .notEqual: return type
    case .name: return types.add(.list(type))
    default: return TypeTable.any
    }
  }

  private static let operations: [SyntaxKind: OpCode] = [
    .plus: .add, .minus: .subtract, .star: .multiply, .slash: .divide, .percent: .remainder, .equalEqual: .equal,
    .notEqual: .notEqual, .less: .less, .lessEqual: .lessEqual, .greater: .greater, .greaterEqual: .greaterEqual,
    .andAnd: .and, .orOr: .or, .coalesce: .coalesce, .name: .isIn,
  ]

  private mutating func compileRange(_ node: SyntaxNode, _ scope: Int32, _ type: TypeID) -> Int32 {
    guard let ellipsis = node.token(.ellipsis) else { return poison(node) }
    let middle = node.tree.tokens[ellipsis].range.lowerBound
    var (low, high) = (Int32(-1), Int32(-1))
    var inner: TypeID?
    for part in node.parts {
      let end = compile(part, in: scope, expecting: TypeTable.any)
      if part.range.lowerBound < middle { low = end } else { high = end }
    }
    for end in [low, high] where end >= 0 {
      let type = scalarType(typeOf(end))
      inner = inner.map { join($0, type) } ?? type
      let ends: TypeMask = [.int, .float, .quantity, .duration, .percent, .none]
      if isOwn(code.site(node.span)), mask(type).isDisjoint(with: ends), type != TypeTable.unknown {
        let isList = mask(type) == .list
        report(
          "KC0110", "a range runs from a number to a number, and this is \(Self.article(describe(type)))",
          at: code.ops[Int(end)].site, help: isList ? "lists are joined with `+`: `a + [b]`" : nil)
        return poison(node)
      }
    }
    let type = types.add(.range(inner ?? TypeTable.any))
    return typed(code.emit(.range, low, high, at: code.site(node.span)), type)
  }

  private mutating func compileIf(_ node: SyntaxNode, _ scope: Int32, _ type: TypeID) -> Int32 {
    let parts = node.parts
    guard parts.count >= 2 else { return poison(node) }
    let condition = checkedCondition(compile(parts[0], in: scope, expecting: TypeTable.bool))
    let holds = facts(parts[0], is: true, in: scope)
    let then = assuming(holds) { $0.compile(parts[1], in: scope, expecting: type) }
    var other: Int32 = -1
    if parts.count > 2 {
      let fails = facts(parts[0], is: false, in: scope)
      other = assuming(fails) { $0.compile(parts[2], in: scope, expecting: type) }
    }
    let result = join(typeOf(then), other >= 0 ? typeOf(other) : TypeTable.none)
    return typed(code.emit(.branch, condition, then, other, at: code.site(node.span)), result)
  }

  private mutating func compileFor(_ node: SyntaxNode, _ scope: Int32, _ type: TypeID) -> Int32 {
    let parts = node.parts
    guard parts.count >= 2, let last = parts.last else { return poison(node) }
    let collection = checkedCollection(compile(parts[0], in: scope, expecting: TypeTable.any))
    reportBackwards(collection, parts[0])
    let inner = loopScope(node, scope, over: typeOf(collection))
    var element = TypeTable.any
    if case .list(let one) = types[types.required(type)] { element = one }
    let filter = parts.count > 2 ? checkedCondition(compile(parts[1], in: inner, expecting: TypeTable.bool)) : -1
    let known = parts.count > 2 ? facts(parts[1], is: true, in: inner) : []
    let body = assuming(known) { $0.compile(last, in: inner, expecting: element) }
    let operation: OpCode = pairLoops.contains(inner) ? .forPairs : .forEach
    let result = types.add(.list(present(types.base(typeOf(body)))))
    return typed(code.emit(operation, collection, body, filter, at: code.site(node.span)), result)
  }

  /// Warns of a loop over a range that is written backwards: it has no round.
  mutating func reportBackwards(_ op: Int32, _ node: SyntaxNode) {
    let range = code.ops[Int(op)]
    guard range.code == .range, range.a >= 0, range.b >= 0, isOwn(file: node.span.file) else { return }
    let ends = [range.a, range.b].map { code.ops[Int($0)] }
    guard ends.allSatisfy({ $0.code == .constant }) else { return }
    let values = ends.map { code.constants[Int($0.a)] }
    guard let order = compare(values[0], values[1]), order > 0 else { return }
    let meant = "\(display(values[1]))...\(display(values[0]))"
    report(
      "KC0117", "the range `\(display(values[0]))...\(display(values[1]))` runs backwards: the loop has no round",
      at: node.span, severity: .warning,
      help: "write `\(meant)`, or `(for i in \(meant) { i }).reversed()` to count down",
      fix: Diagnostic.Fix(span: node.span, replacement: meant))
  }

  /// The scope of a loop's variable.
  mutating func loopScope(_ node: SyntaxNode, _ scope: Int32, over collection: TypeID) -> Int32 {
    let inner = addScope(.loop, parent: scope, module: scopes[Int(scope)].module, layer: scopes[Int(scope)].layer)
    // The words before `in`: one variable, or two for the key and the value of entries.
    let variables = node.words.dropFirst().prefix { node.word($0) != "in" }.prefix(2)
    for (slot, token) in variables.enumerated() {
      let type = loopVariable(slot, of: variables.count, collection)
      let name = Scope.Name(kind: .slot, slot: Int32(slot), type: type, span: node.tree.span(ofToken: token))
      declare(key(node.word(token)), name, in: inner)
    }
    scopes[Int(inner)].size = 2
    if variables.count == 2 { pairLoops.insert(inner) }
    return inner
  }

  /// The type of a loop's variable: the element, or with two variables the place or the key, then the element.
  private mutating func loopVariable(_ slot: Int, of count: Int, _ collection: TypeID) -> TypeID {
    if count == 1 { return elementType(collection) }
    switch types[types.required(collection)] {
    case .map(let element): return slot == 0 ? TypeTable.string : element
    // A list of entries gives their keys and values.
    case .list(let element) where mask(element).isDisjoint(with: [.record, .instance]):
      return slot == 0 ? TypeTable.int : element
    default: return TypeTable.any
    }
  }

  private mutating func compileMatch(_ node: SyntaxNode, _ scope: Int32, _ type: TypeID) -> Int32 {
    let parts = node.parts
    guard let subject = parts.first else { return poison(node) }
    let op = compile(subject, in: scope, expecting: TypeTable.any)
    var coverage = Coverage(typeOf(op), subject, self)
    var arms: [Int32] = []
    var result: TypeID?
    for arm in parts.dropFirst() where arm.kind == .matchArm {
      guard let value = arm.parts.last else { continue }
      let patterns = Array(arm.parts.dropLast())
      let (compiled, inner, known) = compilePatterns(patterns, &coverage, scope)
      let body = assuming(known) { $0.compile(value, in: inner, expecting: type) }
      result = result.map { join($0, typeOf(body)) } ?? typeOf(body)
      for pattern in compiled { arms += [pattern, body] }
    }
    if reportMissing(coverage, node) { return poison(node) }
    let match = code.emit(.match, op, code.list([Int32(arms.count / 2)] + arms), at: code.site(node.span))
    return typed(match, result ?? TypeTable.any)
  }

  mutating func patternType(_ name: String, _ scope: Int32) -> TypeID? {
    switch name {
    case "Bool": return TypeTable.bool
    case "Int": return TypeTable.int
    case "Float": return TypeTable.float
    case "String": return TypeTable.string
    case "Quantity": return TypeTable.quantity
    case "Duration": return TypeTable.duration
    case "Percent": return TypeTable.percent
    case "List": return types.add(.list(TypeTable.any))
    case "Map": return types.add(.map(TypeTable.any))
    case "Range": return types.add(.range(TypeTable.any))
    case "Record": return TypeTable.record
    case "Key": return types.add(.key(nil))
    default: break
    }
    guard let (owner, found) = find(key(name), in: scope) else { return nil }
    return patternType(key(name), owner, found)
  }

  /// The type that a declaration is as a pattern; nil where it is none.
  mutating func patternType(_ name: Int32, _ owner: Int32, _ found: Scope.Name) -> TypeID? {
    switch found.kind {
    case .schema(let schema): types.add(.schema(SchemaID(index: schema)))
    case .type: alias(name, owner, found)
    default: nil
    }
  }
}
