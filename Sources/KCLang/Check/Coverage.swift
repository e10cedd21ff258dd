internal import KCData
internal import KCSyntax

/// Which values of its subject's type a `match` has cases for.
struct Coverage {
  var type: TypeID
  var subject: SyntaxNode
  /// What it consists of, for types of finitely many parts; nil where that is not known.
  let parts: [TypeID]?
  /// Those of them that are left.
  private(set) var left: Set<TypeID>
  var hasDefault = false
  /// Whether a part was left over by a pattern that cannot be decided.
  var isOpen = false
  var isTrueLeft = false
  var isFalseLeft = false
  /// What earlier patterns covered.
  var covered: Set<TypeID> = []
  /// The whole numbers among that.
  var numbers: [ClosedRange<Int64>] = []

  /// Whether the patterns are for all whole numbers of a range.
  func hasNumbers(of range: ClosedRange<Int64>) -> Bool {
    var next = range.lowerBound
    for one in numbers.sorted(by: { $0.lowerBound < $1.lowerBound }) where one.upperBound >= next {
      if one.lowerBound > next { return false }
      if one.upperBound >= range.upperBound { return true }
      next = one.upperBound + 1
    }
    return false
  }

  init(_ type: TypeID, _ subject: SyntaxNode, _ program: borrowing Program) {
    self.type = type
    self.subject = subject
    parts = Self.parts(program.types.base(type), program)
    left = Set(parts ?? [])
  }

  /// What is left, in the order of the type's parts; nil where the type is not told apart.
  var rest: [TypeID]? { parts?.filter { left.contains($0) } }

  mutating func take(_ part: TypeID) { left.remove(part) }

  /// The parts of a type that patterns tell apart; nil for types that are not told apart.
  private static func parts(_ type: TypeID, _ program: borrowing Program) -> [TypeID]? {
    switch program.types[type] {
    case .union(let members): members.flatMap { parts(program.types.base($0), program) ?? [$0] }
    case .optional(let inner): (parts(program.types.base(inner), program) ?? [inner]) + [TypeTable.none]
    case .bool, .text, .number, .none, .schema: [type]
    case .int, .string, .float, .quantity, .duration, .percent: [type]
    default: nil
    }
  }
}

/// `match`: its patterns, and whether they cover everything.
extension Program {
  /// The patterns of an arm, the scope of what it binds, and what is known in it.
  mutating func compilePatterns(
    _ nodes: [SyntaxNode], _ coverage: inout Coverage, _ scope: Int32
  ) -> (patterns: [Int32], scope: Int32, known: [Fact]) {
    var inner = scope
    var patterns: [Int32] = []
    var known: [Fact] = []
    for node in nodes {
      if coverage.hasDefault, isOwn(file: node.span.file) {
        report(
          "KC0309", "`_` before it takes all that is left: this case is never reached", at: node.span,
          help: "`_` stands last")
      }
      if node.kind == .callExpr, let made = compileCasePattern(node, coverage, scope, isAlone: nodes.count == 1) {
        patterns.append(made.pattern)
        inner = made.scope
        cover(made.type, node, &coverage)
        if nodes.count == 1 { known = fact(made.type, coverage, scope) }
        continue
      }
      let (pattern, type) = compilePattern(node, coverage.type, scope)
      patterns.append(pattern)
      if let range = wholeNumbers(pattern) { coverage.numbers.append(range) }
      if pattern == -1 {
        if nodes.count == 1, !coverage.hasDefault { known = factsOfRest(coverage, scope) }
        coverage.hasDefault = true
      }
      if let type {
        cover(type, node, &coverage)
        if nodes.count == 1 { known = fact(type, coverage, scope) }
      } else if pattern != -1 {
        coverage.isOpen = true
        checkPattern(pattern, node, coverage)
      }
    }
    return (patterns, inner, known)
  }

  /// The whole numbers that a pattern matches, where they stand in the source.
  private func wholeNumbers(_ pattern: Int32) -> ClosedRange<Int64>? {
    guard pattern >= 0 else { return nil }
    func number(_ op: Int32) -> Int64? {
      guard code.ops[Int(op)].code == .constant else { return nil }
      return tree.int(of: code.constants[Int(code.ops[Int(op)].a)])
    }
    let op = code.ops[Int(pattern)]
    guard op.code == .range else { return number(pattern).map { $0...$0 } }
    let (low, high) = (op.a < 0 ? Int64.min : number(op.a), op.b < 0 ? Int64.max : number(op.b))
    guard let low, let high, low <= high else { return nil }
    return low...high
  }

  /// The whole numbers that a type has: all, or those within its bounds.
  private func wholeNumbers(of type: TypeID) -> ClosedRange<Int64> {
    var (current, low, high) = (type, Int64.min, Int64.max)
    while true {
      switch types[current] {
      case .optional(let inner): current = inner
      case .refined(let inner, let index):
        let bounds = types.refinements[Int(index)]
        low = max(low, tree.int(of: bounds.low) ?? low)
        high = min(high, tree.int(of: bounds.high) ?? high)
        current = inner
      default: return low <= high ? low...high : Int64.min...Int64.max
      }
    }
  }

  private mutating func fact(_ type: TypeID, _ coverage: Coverage, _ scope: Int32) -> [Fact] {
    guard let path = path(of: coverage.subject, in: scope) else { return [] }
    if type == TypeTable.none { return [Fact(path: path, kind: .absent)] }
    var type = type
    var isOpen = false
    switch types[type] {
    case .list, .map, .range: isOpen = true
    case .schema(let schema):
      isOpen = schemas[Int(schema.index)].generic < 0 && isGeneric(schemas[Int(schema.index)].node)
    default: break
    }
    if isOpen {
      // `List` and `Box` say nothing of what is in them, the subject's type does.
      let known = (coverage.parts ?? []).filter { isCovered($0, by: type) }
      if known.count == 1 { type = known[0] }
    }
    return [Fact(path: path, kind: .present), Fact(path: path, kind: .type(type))]
  }

  /// What is known where `_` takes what earlier cases have left.
  private mutating func factsOfRest(_ coverage: Coverage, _ scope: Int32) -> [Fact] {
    guard let parts = coverage.parts, let path = path(of: coverage.subject, in: scope) else { return [] }
    let gone = parts.filter { !coverage.left.contains($0) }
    return gone.compactMap { part in
      switch types[types.base(part)] {
      case .none: Fact(path: path, kind: .present)
      // An enum without some of its cases would have no cases at all.
      case .text, .number: nil
      default: enums[types.required(coverage.type)] == nil ? Fact(path: path, kind: .not(part)) : nil
      }
    }
  }

  /// A pattern: `_` is -1, a type -2 and below, any other an op whose value the subject equals or lies in.
  ///
  /// - Returns: the pattern, and the type of what it covers in full.
  private mutating func compilePattern(
    _ node: SyntaxNode, _ subject: TypeID, _ scope: Int32
  ) -> (pattern: Int32, covers: TypeID?) {
    let required = types.required(subject)
    let expected = enums[required] != nil ? required : TypeTable.any
    if node.kind == .namedType {
      let type = compileType(node, in: scope)
      // Of values it is not known what a parameter stands for.
      return type == TypeTable.unknown ? (poison(node), nil) : (-2 - substitute(type, [:]).index, type)
    }
    if node.kind == .nameExpr {
      if node.text == "_" { return (-1, nil) }
      let name = key(node.text)
      if let type = caseType(name, of: subject), case .schema = types[type] { return (-2 - type.index, type) }
      // Whatever else has the name of a case of the subject's type, a pattern means the case.
      if let text = enumCase(name, of: subject) {
        let value = code.constant(tree.string(text), at: code.site(node.span))
        return (typed(value, required), caseType(name, of: subject))
      }
      if caseType(name, of: subject) == nil, let type = patternType(node.text, scope) { return (-2 - type.index, type) }
    }
    if let (owner, name, found) = findImported(node, in: scope), let type = patternType(name, owner, found) {
      return (-2 - type.index, type)
    }
    let op = compile(node, in: scope, expecting: expected)
    guard code.ops[Int(op)].code == .constant else { return (op, nil) }
    let value = code.constants[Int(code.ops[Int(op)].a)]
    switch value.tag {
    case .none: return (op, TypeTable.none)
    case .string: return (op, tree.text(of: value).map { types.add(.text($0)) })
    case .int, .wideInt: return (op, tree.int(of: value).map { types.add(.number($0)) })
    case .bool: return (op, TypeTable.bool)
    default: return (op, nil)
    }
  }

  /// Takes what a pattern covers from what is left; reports one that nothing can match.
  private mutating func cover(_ type: TypeID, _ node: SyntaxNode, _ coverage: inout Coverage) {
    guard isOwn(file: node.span.file) else { return }
    let isRepeated = !coverage.covered.insert(type).inserted && type != TypeTable.bool
    guard let all = coverage.parts, !isRepeated else {
      if isRepeated { reportCovered(node) }
      return
    }
    // What covers itself alone is most of what long matches have.
    if coverage.left.contains(type), isCoveredAlone(type) { return coverage.take(type) }
    let truth: Bool? = node.text == "true" ? true : node.text == "false" ? false : nil
    if let truth {
      if truth ? coverage.isTrueLeft : coverage.isFalseLeft { return reportCovered(node) }
      if truth { coverage.isTrueLeft = true } else { coverage.isFalseLeft = true }
      if coverage.isTrueLeft, coverage.isFalseLeft { coverage.take(TypeTable.bool) }
      if !all.contains(TypeTable.bool) { reportImpossible(node, coverage) }
      return
    }
    let taken = all.filter { coverage.left.contains($0) && isCovered($0, by: type) }
    for part in taken { coverage.take(part) }
    if !taken.isEmpty { return }
    if all.contains(where: { isCovered($0, by: type) }) {
      reportCovered(node)
    } else if !all.contains(where: { !mismatches(type, $0) }) {
      reportImpossible(node, coverage)
    }
  }

  private mutating func reportCovered(_ node: SyntaxNode) {
    report("KC0309", "`\(node.text)` was matched before: this case is never reached", at: node.span)
  }

  /// Whether a part of a type covers no other: a text, a number, a case of an enum.
  private func isCoveredAlone(_ part: TypeID) -> Bool {
    switch types[part] {
    case .text, .number, .none: true
    case .schema(let schema): schemas[Int(schema.index)].caseName >= 0 && schemas[Int(schema.index)].generic < 0
    default: false
    }
  }

  private func isCovered(_ part: TypeID, by type: TypeID) -> Bool {
    if part == type { return true }
    switch (types[types.base(part)], types[type]) {
    case (.schema(let one), .schema(let other)): return isSchema(one.index, other.index)
    case (.text, .string), (.number, .int): return true
    case (.list(let one), .list(let other)), (.map(let one), .map(let other)), (.range(let one), .range(let other)):
      return other == TypeTable.any || isCovered(one, by: other)
    case (_, .union(let members)): return members.contains { isCovered(part, by: $0) }
    default: return types.base(part) == type
    }
  }

  private mutating func reportImpossible(_ node: SyntaxNode, _ coverage: Coverage) {
    let known = (coverage.parts ?? []).map { patternText($0, coverage.type) }
    let guess = node.kind == .regexExpr ? nil : Self.nearest(to: node.text, among: known)
    let isPattern = node.kind == .regexExpr && mask(coverage.type).contains(.string)
    report(
      "KC0310",
      "`\(node.text)` can never match: `\(coverage.subject.text)` is \(Self.article(describe(coverage.type)))",
      at: node.span,
      help: isPattern
        ? "a `match` compares values: ask `if \(coverage.subject.text).matches(\(node.text)) { … } else { … }`"
        : guess.map { "did you mean `\($0)`?" },
      fix: guess.flatMap { Self.isSlip(node.text, $0) ? Diagnostic.Fix(span: node.span, replacement: $0) : nil })
  }

  /// A pattern whose value is not known yet, of a type that nothing can match.
  private mutating func checkPattern(_ op: Int32, _ node: SyntaxNode, _ coverage: Coverage) {
    guard op >= 0, coverage.parts != nil, isOwn(code.ops[Int(op)].site) else { return }
    var type = typeOf(op)
    if case .range(let inner) = types[type] { type = inner }
    if type != TypeTable.unknown, mismatches(type, coverage.type), mismatches(coverage.type, type) {
      reportImpossible(node, coverage)
    }
  }

  /// Reports values that no case of a `match` is for.
  ///
  /// - Returns: whether there are any.
  @discardableResult
  mutating func reportMissing(_ coverage: Coverage, _ node: SyntaxNode) -> Bool {
    guard var rest = coverage.rest, !rest.isEmpty, !coverage.hasDefault, isOwn(file: node.span.file) else {
      return false
    }
    if coverage.hasNumbers(of: wholeNumbers(of: coverage.type)) {
      rest.removeAll { types.base($0) == TypeTable.int }
      if rest.isEmpty { return false }
    }
    // Enums whose declaration was reported have no cases.
    if coverage.type == TypeTable.unknown { return false }
    let isFinite = rest.allSatisfy { part in
      switch types[types.base(part)] {
      case .int, .string, .float, .quantity, .duration, .percent: false
      default: true
      }
    }
    let names = rest.flatMap { part -> [String] in
      guard part == TypeTable.bool else { return [patternText(part, coverage.type)] }
      return (coverage.isTrueLeft ? [] : ["true"]) + (coverage.isFalseLeft ? [] : ["false"])
    }
    let place = node.firstWord.map { node.tree.span(ofToken: $0) } ?? node.span
    report(
      "KC0308",
      isFinite
        ? "this `match` has no case for \(Self.enumerate(names))"
        : "this `match` over \(Self.article(describe(coverage.type))) needs a case for all other values", at: place,
      help: isFinite ? "add it, or `_ -> …` for all the rest" : "add `_ -> …`")
    return true
  }

  /// A part of a type as a pattern would say it.
  private func patternText(_ part: TypeID, _ type: TypeID) -> String {
    if let cases = enums[types.required(type)], let name = cases.first(where: { $0.value == part })?.key {
      return text(name)
    }
    return describe(part)
  }
}
