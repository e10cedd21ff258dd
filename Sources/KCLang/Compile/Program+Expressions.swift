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
    case .parenExpr: return node.parts.first.map { compile($0, in: scope, expecting: type) } ?? poison(node)
    case .listExpr: return compileList(node, scope, type)
    case .recordExpr: return compileRecord(node, scope, type)
    case .memberExpr: return compileMember(node, scope)
    case .indexExpr: return compileIndex(node, scope)
    case .callExpr: return compileCall(node, scope)
    case .unaryExpr: return compileUnary(node, scope)
    case .binaryExpr: return compileBinary(node, scope, type)
    case .rangeExpr: return compileRange(node, scope, type)
    case .ifExpr: return compileIf(node, scope, type)
    case .forExpr: return compileFor(node, scope, type)
    case .matchExpr: return compileMatch(node, scope, type)
    case .lambdaExpr: return compileLambda(node, scope)
    default: return poison(node)
    }
  }

  mutating func poison(_ node: SyntaxNode) -> Int32 { code.emit(.poison, at: code.site(node.span)) }

  private mutating func compileString(_ node: SyntaxNode, _ scope: Int32) -> Int32 {
    let site = code.site(node.span)
    let parts = StringText(node).parts
    let isPlain = parts.allSatisfy { if case .text = $0 { true } else { false } }
    if isPlain { return code.constant(tree.string(parts.map(\.text).joined()), at: site) }
    var ops: [Int32] = []
    for part in parts {
      switch part {
      case .text(let text): ops.append(code.constant(tree.string(text), at: site))
      case .expression(let inner): ops.append(compile(inner, in: scope, expecting: TypeTable.any))
      }
    }
    return code.emit(.interpolate, code.list(ops), Int32(ops.count), at: site)
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
    let ops = node.parts.map { compile($0, in: scope, expecting: element) }
    return code.emit(.list, code.list(ops), Int32(ops.count), at: code.site(node.span))
  }

  private mutating func compileUnary(_ node: SyntaxNode, _ scope: Int32) -> Int32 {
    guard let inner = node.parts.first else { return poison(node) }
    let op = compile(inner, in: scope, expecting: TypeTable.any)
    let site = code.site(node.span)
    let unary = code.emit(node.has(.minus) ? .negate : .not, op, at: site)
    if code.ops[Int(op)].code == .constant { return code.constant(evaluate(unary, 0), at: site) }
    return unary
  }

  private mutating func compileBinary(_ node: SyntaxNode, _ scope: Int32, _ type: TypeID) -> Int32 {
    let parts = node.parts
    guard parts.count == 2, let token = node.childTokens.first else { return poison(node) }
    let kind = node.tree.tokens[token].kind
    let operand = kind == .coalesce ? type : TypeTable.any
    let left = compile(parts[0], in: scope, expecting: operand)
    let right = compile(parts[1], in: scope, expecting: operand)
    guard let operation = Self.operations[kind] else { return poison(node) }
    return code.emit(operation, left, right, at: code.site(node.span))
  }

  private static let operations: [SyntaxKind: OpCode] = [
    .plus: .add, .minus: .subtract, .star: .multiply, .slash: .divide, .percent: .remainder, .equalEqual: .equal,
    .notEqual: .notEqual, .less: .less, .lessEqual: .lessEqual, .greater: .greater, .greaterEqual: .greaterEqual,
    .andAnd: .and, .orOr: .or, .coalesce: .coalesce, .name: .isIn,
  ]

  private mutating func compileRange(_ node: SyntaxNode, _ scope: Int32, _ type: TypeID) -> Int32 {
    guard let ellipsis = node.token(.ellipsis) else { return poison(node) }
    let middle = node.tree.tokens[ellipsis].range.lowerBound
    var ends: [Int32] = [-1, -1]
    for part in node.parts {
      ends[part.range.lowerBound < middle ? 0 : 1] = compile(part, in: scope, expecting: TypeTable.any)
    }
    return code.emit(.range, ends[0], ends[1], at: code.site(node.span))
  }

  private mutating func compileIf(_ node: SyntaxNode, _ scope: Int32, _ type: TypeID) -> Int32 {
    let parts = node.parts
    guard parts.count >= 2 else { return poison(node) }
    let condition = compile(parts[0], in: scope, expecting: TypeTable.bool)
    let then = compile(parts[1], in: scope, expecting: type)
    let other = parts.count > 2 ? compile(parts[2], in: scope, expecting: type) : -1
    return code.emit(.branch, condition, then, other, at: code.site(node.span))
  }

  private mutating func compileFor(_ node: SyntaxNode, _ scope: Int32, _ type: TypeID) -> Int32 {
    let parts = node.parts
    guard parts.count >= 2, let last = parts.last else { return poison(node) }
    let collection = compile(parts[0], in: scope, expecting: TypeTable.any)
    let inner = loopScope(node, scope)
    var element = TypeTable.any
    if case .list(let one) = types[types.required(type)] { element = one }
    let filter = parts.count > 2 ? compile(parts[1], in: inner, expecting: TypeTable.bool) : -1
    let body = compile(last, in: inner, expecting: element)
    let operation: OpCode = pairLoops.contains(inner) ? .forPairs : .forEach
    return code.emit(operation, collection, body, filter, at: code.site(node.span))
  }

  /// The scope of a loop's variable.
  mutating func loopScope(_ node: SyntaxNode, _ scope: Int32) -> Int32 {
    let inner = addScope(.loop, parent: scope, module: scopes[Int(scope)].module, layer: scopes[Int(scope)].layer)
    // The words before `in`: one variable, or two for the key and the value of entries.
    let variables = node.words.dropFirst().prefix { node.word($0) != "in" }.prefix(2)
    for (slot, token) in variables.enumerated() {
      let name = Scope.Name(kind: .slot, slot: Int32(slot), span: node.tree.span(ofToken: token))
      declare(key(node.word(token)), name, in: inner)
    }
    scopes[Int(inner)].size = 2
    if variables.count == 2 { pairLoops.insert(inner) }
    return inner
  }

  private mutating func compileMatch(_ node: SyntaxNode, _ scope: Int32, _ type: TypeID) -> Int32 {
    let parts = node.parts
    guard let subject = parts.first else { return poison(node) }
    let op = compile(subject, in: scope, expecting: TypeTable.any)
    var arms: [Int32] = []
    for arm in parts.dropFirst() where arm.kind == .matchArm {
      guard let value = arm.parts.last else { continue }
      let body = compile(value, in: scope, expecting: type)
      for pattern in arm.parts.dropLast() { arms += [compilePattern(pattern, scope), body] }
    }
    return code.emit(.match, op, code.list([Int32(arms.count / 2)] + arms), at: code.site(node.span))
  }

  /// A pattern: `_` is -1, a type -2 and below, any other an op whose value the subject equals or lies in.
  mutating func compilePattern(_ node: SyntaxNode, _ scope: Int32) -> Int32 {
    guard node.kind == .nameExpr else { return compile(node, in: scope, expecting: TypeTable.any) }
    let name = node.text
    if name == "_" { return -1 }
    if let type = patternType(name, scope) { return -2 - type.index }
    return compile(node, in: scope, expecting: TypeTable.any)
  }

  private mutating func patternType(_ name: String, _ scope: Int32) -> TypeID? {
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
    switch found.kind {
    case .schema(let schema): return types.add(.schema(SchemaID(index: schema)))
    case .type:
      return alias(key(name), owner, found)
    default: return nil
    }
  }
}
