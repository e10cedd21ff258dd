internal import KCData
internal import KCSyntax

/// Mistakes that are found before evaluation: also in functions that nothing calls and components without an instance.
extension Program {
  /// Whether what stands at a site is checked: the standard library's files have tests of their own.
  func isChecked(_ op: Int32) -> Bool {
    let site = code.ops[Int(op)].site
    return site > 0 && isOwn(site)
  }

  /// The op, or `poison` where its value cannot be of the type, which is then reported.
  mutating func statically(_ op: Int32, _ type: TypeID, field: Int32 = -1) -> Int32 {
    if type == TypeTable.any { return op }
    if isChecked(op) { checkArms(of: op, type, field: field) }
    let from = typeOf(op)
    if from == TypeTable.any || from == TypeTable.unknown { return op }
    // Constants are checked with their values, which says more: but of no value it is known whether it is a `T`.
    if code.ops[Int(op)].code == .constant, mask(from) != .function, !isVariable(type) { return op }
    guard isChecked(op) else { return op }
    let site = code.ops[Int(op)].site
    for one in [from, type] {
      if case .schema(let schema) = types[types.required(one)] { ensureSchema(schema.index) }
    }
    if mismatches(from, type) {
      if reportOtherArity(from, type, at: site) { return code.emit(.poison, at: site) }
      if from == TypeTable.none {
        report("KC0164", "this has no value, and \(Self.article(describe(type))) is expected", at: site)
      } else {
        let wanted = Self.article(describe(type))
        let message = field >= 0 ? "`\(text(field))` is \(wanted)" : "\(wanted) is expected here"
        let (help, fix) = isVariable(type) || isVariable(from) ? (nil, nil) : typeHint(op, from, type)
        let notes = [from, type].filter { isVariable($0) }.map { "`\(describe(types.required($0)))` may be any type" }
        report(
          "KC0110", "\(message), and this is \(Self.article(describe(from)))", at: site, notes: notes, help: help,
          fix: fix)
      }
      return code.emit(.poison, at: site)
    }
    if mayBeAbsent(from), !acceptsAbsence(type) {
      reportAbsent(op, "\(Self.article(describe(present(type)))) is expected here")
      return code.emit(.poison, at: site)
    }
    return op
  }

  /// Reports a function with more or fewer parameters than what calls it gives.
  private mutating func reportOtherArity(_ from: TypeID, _ type: TypeID, at site: Int32) -> Bool {
    guard case .signature(let own, _) = types[types.required(from)],
      case .signature(let wanted, _) = types[types.required(type)], own.count != wanted.count
    else { return false }
    report(
      "KC0306",
      "a function of \(Self.count(wanted.count, "parameter")) is expected here, and this one has \(own.count)",
      at: site, notes: ["expected: \(describe(type))"])
    return true
  }

  /// Whether a type is that of a type parameter, or one that may be absent.
  func isVariable(_ type: TypeID) -> Bool {
    if case .variable = types[types.required(type)] { return true }
    return false
  }

  /// Checks what an `if`, a `match` or a `??` gives, each by itself: of one that may be a text and may be a number, it is
  /// known which is wrong.
  private mutating func checkArms(of op: Int32, _ type: TypeID, field: Int32) {
    let found = code.ops[Int(op)]
    switch found.code {
    case .branch:
      code.ops[Int(op)].b = arm(found.b, type, field)
      if found.c >= 0 { code.ops[Int(op)].c = arm(found.c, type, field) }
    case .coalesce: code.ops[Int(op)].b = arm(found.b, type, field)
    case .match:
      for number in 0..<code.extra[Int(found.b)] {
        let place = Int(found.b + 2 + number * 2)
        code.extra[place] = arm(code.extra[place], type, field)
      }
    default: return
    }
    // What is wrong with an arm was told there.
    if typeOf(op) != TypeTable.any, armsAreBroken(code.ops[Int(op)]) { code.types[Int(op)] = TypeTable.unknown }
  }

  private mutating func arm(_ op: Int32, _ type: TypeID, _ field: Int32) -> Int32 {
    guard code.ops[Int(op)].code == .constant else { return statically(op, type, field: field) }
    return code.constants[Int(code.ops[Int(op)].a)].isNone ? op : checked(op, type)
  }

  private func armsAreBroken(_ op: Op) -> Bool {
    let arms: [Int32] =
      op.code == .match
      ? (0..<code.extra[Int(op.b)]).map { code.extra[Int(op.b + 2 + $0 * 2)] } : [op.b] + (op.c >= 0 ? [op.c] : [])
    return arms.contains { arm in
      let found = code.ops[Int(arm)]
      return found.code == .poison || found.code == .constant && code.constants[Int(found.a)].isPoison
    }
  }

  /// Whether `none` may stand where a type is expected.
  func acceptsAbsence(_ type: TypeID) -> Bool {
    switch types[types.base(type)] {
    case .any, .unknown, .none, .optional, .map, .list: true
    case .union(let members): members.contains(where: { acceptsAbsence($0) })
    case .secret(let inner): acceptsAbsence(inner)
    default: false
    }
  }

  private mutating func reportAbsent(_ op: Int32, _ why: String) {
    let site = code.ops[Int(op)].site
    let text = shown(op)
    let name = text.isEmpty || text.contains("\n") || text.count > 40 ? "this" : "`\(text)`"
    report(
      "KC0303", "\(name) may be absent, and \(why)", at: site, notes: ["its type is \(describe(typeOf(op)))"],
      help:
        "give it a value for that case, `\(name == "this" ? "…" : text) ?? …`, or ask first: `if \(name == "this" ? "…" : text) != none { … }`"
    )
  }

  /// An operand that must be there; `poison` where it may be absent, which is reported.
  mutating func presentOperand(_ op: Int32, _ why: String) -> Int32 {
    guard mayBeAbsent(typeOf(op)), isChecked(op) else { return op }
    reportAbsent(op, why)
    return code.emit(.poison, at: code.ops[Int(op)].site)
  }

  /// A condition, which is a `Bool`.
  mutating func checkedCondition(_ op: Int32) -> Int32 {
    let type = typeOf(op)
    guard isChecked(op) else { return op }
    if isDeferred(type) { return undecided(op, "a condition") }
    if !mask(type).contains(.bool) {
      let site = code.ops[Int(op)].site
      report("KC0110", "a condition is a Bool, and this is \(Self.article(describe(type)))", at: site)
      return code.emit(.poison, at: site)
    }
    return presentOperand(op, "a condition is a Bool")
  }

  /// What a loop runs over.
  mutating func checkedCollection(_ op: Int32) -> Int32 {
    let type = typeOf(op)
    if isDeferred(type), isChecked(op) { return undecided(op, "a `for`") }
    guard isChecked(op), mask(type).isDisjoint(with: [.list, .range, .record, .instance, .none]) else { return op }
    let site = code.ops[Int(op)].site
    report("KC0110", "`for` runs over lists, ranges and maps, and this is \(Self.article(describe(type)))", at: site)
    return code.emit(.poison, at: site)
  }

  /// What is put into text.
  mutating func checkedPart(_ op: Int32) -> Int32 {
    let type = typeOf(op)
    guard isChecked(op), type != TypeTable.any else { return op }
    let site = code.ops[Int(op)].site
    if mask(type).isDisjoint(with: TypeMask.printable.union(.none)) {
      report("KC0110", "\(Self.article(describe(type))) cannot be put into text", at: site, help: textHelp(type))
      return code.emit(.poison, at: site)
    }
    return presentOperand(op, "it is put into text")
  }

  /// A binary operation with the type of its result; `poison` where it cannot work, which is reported.
  mutating func checkedOperation(_ op: Int32) -> Int32 {
    let found = code.ops[Int(op)]
    let (left, right) = (scalarType(typeOf(found.a)), scalarType(typeOf(found.b)))
    if isDeferred(typeOf(found.a)) || isDeferred(typeOf(found.b)) { return deferredOperation(op, left, right) }
    switch found.code {
    case .coalesce: return typed(op, coalesced(typeOf(found.a), typeOf(found.b)))
    case .isIn: return checkedMembership(op, left, right)
    case .equal, .notEqual: return checkedEquality(op, left, right)
    default: break
    }
    let result = resultType(found.code, left, right)
    guard isChecked(op) else { return typed(op, result) }
    for (operand, type) in [(found.a, left), (found.b, right)] {
      if case .variable = types[type] {
        report(
          "KC0304",
          "`\(describe(type))` may be any type, so `\(Self.symbols[found.code] ?? "")` cannot be applied to it",
          at: code.ops[Int(operand)].site, help: "take the operation as a parameter: a function")
        return code.emit(.poison, at: found.site)
      }
    }
    let lefts = mask(left).subtracting(.none)
    let rights = mask(right).subtracting(.none)
    let isPossible = lefts.members.contains { one in rights.members.contains { Self.permits(found.code, one, $0) } }
    if !isPossible, !(lefts.isEmpty || rights.isEmpty) {
      let sign = Self.symbols[found.code] ?? ""
      let isText = found.code == .add && (lefts == .string || rights == .string)
      report(
        "KC0163", "`\(sign)` cannot be applied to \(Self.article(describe(left))) and \(Self.article(describe(right)))",
        at: found.site, help: isText ? "to put values into text, interpolate: `\"\\(a)\\(b)\"`" : nil)
      return code.emit(.poison, at: found.site)
    }
    if reportMixed(found, left, right) { return code.emit(.poison, at: found.site) }
    for operand in [found.a, found.b] where mayBeAbsent(typeOf(operand)) {
      reportAbsent(operand, "`\(Self.symbols[found.code] ?? "")` wants two values")
      return code.emit(.poison, at: found.site)
    }
    return typed(op, result)
  }

  /// Reports an operation that works for some values that its operands may be, and not for others.
  private mutating func reportMixed(_ found: Op, _ left: TypeID, _ right: TypeID) -> Bool {
    for (type, isLeft) in [(left, true), (right, false)] {
      guard case .union(let members) = types[types.required(type)], case let other = isLeft ? right : left,
        case let others = mask(other).subtracting(.none), others != .all, !others.isEmpty
      else { continue }
      let bad = members.first { member in
        let kinds = mask(member).subtracting(.none)
        guard !kinds.isEmpty, TypeMask.printable.contains(kinds) else { return false }
        return !kinds.members.contains { one in
          others.members.contains { isLeft ? Self.permits(found.code, one, $0) : Self.permits(found.code, $0, one) }
        }
      }
      guard let bad else { continue }
      let sign = Self.symbols[found.code] ?? ""
      let (one, two) = isLeft ? (bad, other) : (other, bad)
      report(
        "KC0307",
        "`\(sign)` cannot be applied to \(Self.article(describe(one))) and \(Self.article(describe(two))), and this may be that",
        at: found.site, notes: ["the type of the \(isLeft ? "left" : "right") side is \(describe(type))"],
        help: "use `match` to tell them apart first")
      return true
    }
    return false
  }

  /// `in`: what can be equal to no element is never there.
  private mutating func checkedMembership(_ op: Int32, _ left: TypeID, _ right: TypeID) -> Int32 {
    let found = code.ops[Int(op)]
    let element: TypeID
    switch types[types.required(right)] {
    case .list(let inner), .range(let inner): element = scalarType(inner)
    case .string, .text, .map: element = TypeTable.string
    default: return typed(op, TypeTable.bool)
    }
    let numbers: TypeMask = [.int, .float, .quantity]
    let (lefts, elements) = (mask(left).subtracting(.none), mask(element).subtracting(.none))
    if isChecked(op), let broken = reportFunctions(lefts, elements, at: found.site) { return broken }
    guard isChecked(op), !lefts.isEmpty, !elements.isEmpty, lefts.isDisjoint(with: elements),
      lefts.isDisjoint(with: numbers) || elements.isDisjoint(with: numbers)
    else { return typed(op, TypeTable.bool) }
    let place = code.ops[Int(found.b)].code == .range ? "range" : describe(right)
    report(
      "KC0305", "\(Self.article(describe(left))) is never in \(Self.article(place))", at: found.site,
      notes: element == TypeTable.string && mask(right) != .list ? ["what is looked for there is text"] : [])
    return code.emit(.poison, at: found.site)
  }

  private mutating func coalesced(_ left: TypeID, _ right: TypeID) -> TypeID {
    if left == TypeTable.none { return right }
    return left == TypeTable.any || right == TypeTable.any ? TypeTable.any : join(present(left), right)
  }

  private mutating func checkedEquality(_ op: Int32, _ left: TypeID, _ right: TypeID) -> Int32 {
    let found = code.ops[Int(op)]
    let numbers: TypeMask = [.int, .float, .quantity]
    let (lefts, rights) = (mask(left), mask(right))
    guard isChecked(op), !lefts.isEmpty, !rights.isEmpty else { return typed(op, TypeTable.bool) }
    if let broken = reportFunctions(lefts, rights, at: found.site) { return broken }
    let areNumbers = !lefts.isDisjoint(with: numbers) && !rights.isDisjoint(with: numbers)
    let areConstant = [found.a, found.b].allSatisfy { code.ops[Int($0)].code == .constant }
    // What is known to be absent here may be asked for elsewhere; two constants are what they are.
    let mayDiffer = !areConstant && (left == TypeTable.none || right == TypeTable.none)
    if lefts.isDisjoint(with: rights), !areNumbers, !mayDiffer {
      report(
        "KC0305",
        "\(Self.article(describe(left))) is never equal to \(Self.article(describe(right)))", at: found.site)
      return code.emit(.poison, at: found.site)
    }
    for (type, other) in [(left, found.b), (right, found.a)] { reportUnknownText(type, other) }
    return typed(op, TypeTable.bool)
  }

  /// Reports functions that are compared: of two it cannot be said whether they do the same.
  private mutating func reportFunctions(_ lefts: TypeMask, _ rights: TypeMask, at site: Int32) -> Int32? {
    guard lefts.subtracting(.none) == .function, rights.subtracting(.none) == .function else { return nil }
    report(
      "KC0163", "functions are not compared: nobody can say whether two do the same", at: site,
      help: "compare what they give, or names for them")
    return code.emit(.poison, at: site)
  }

  /// What may be put into text instead of a value that cannot; nil where nothing is likely.
  private func textHelp(_ type: TypeID) -> String? {
    switch types[types.base(type)] {
    case .list: return "its elements are joined by `list.join(\", \")`; all of it is text by `json(list)`"
    case .map, .record: return "all of it is text by `json(value)` or `yaml(value)`"
    case .schema(let schema) where schemas[Int(schema.index)].isBlock: return "a block's name is `.name`"
    case .schema: return "one of its fields can; all of it is text by `json(value)` or `yaml(value)`"
    default: return nil
    }
  }

  /// A text that is compared with one of a few, and is none of them.
  private mutating func reportUnknownText(_ type: TypeID, _ op: Int32) {
    guard code.ops[Int(op)].code == .constant, case let value = code.constants[Int(code.ops[Int(op)].a)],
      value.tag == .string, let text = tree.text(of: value), case .union(let members) = types[types.required(type)]
    else { return }
    let texts = members.compactMap { member -> String? in
      if case .text(let text) = types[member] { return text }
      return nil
    }
    guard texts.count == members.filter({ $0 != TypeTable.none }).count, !texts.contains(text) else { return }
    let guess = Self.nearest(to: text, among: texts)
    let site = code.ops[Int(op)].site
    report(
      "KC0116", "\"\(text)\" is none of \(Self.enumerate(texts, "or"))", at: site,
      help: guess.map { "did you mean `\"\($0)\"`?" },
      fix: guess.flatMap {
        Self.isSlip(text, $0) ? Diagnostic.Fix(span: span(site), replacement: "\"\($0)\"") : nil
      })
  }

  /// The type of an operation's result, where both operands have one.
  mutating func resultType(_ code: OpCode, _ left: TypeID, _ right: TypeID) -> TypeID {
    switch code {
    case .less, .lessEqual, .greater, .greaterEqual, .and, .or: return TypeTable.bool
    default: break
    }
    switch (types[left], types[right]) {
    case (.int, .int), (.int, .number), (.number, .int), (.number, .number): return TypeTable.int
    case (.int, .float), (.float, .int), (.float, .float): return TypeTable.float
    case (.string, .string), (.string, .text), (.text, .string), (.text, .text): return TypeTable.string
    case (.list(let one), .list(let other)): return types.add(.list(join(one, other)))
    case (.quantity, .quantity) where code == .divide: return TypeTable.int
    case (.quantity, .quantity), (.quantity, .int), (.int, .quantity): return TypeTable.quantity
    case (.duration, .duration) where code == .divide, (.percent, .percent) where code == .divide: return TypeTable.int
    case (.duration, .duration), (.duration, .int), (.int, .duration): return TypeTable.duration
    case (.percent, .percent), (.percent, .int), (.int, .percent): return TypeTable.percent
    default: return TypeTable.any
    }
  }

  /// Whether an operation works on values of two kinds.
  private static func permits(_ code: OpCode, _ left: TypeMask, _ right: TypeMask) -> Bool {
    let plain: TypeMask = [.int, .float]
    switch code {
    case .and, .or: return left == .bool && right == .bool
    case .less, .lessEqual, .greater, .greaterEqual:
      if left == right { return TypeMask.numbers.union(.string).contains(left) }
      let amounts: TypeMask = [.int, .float, .quantity]
      return amounts.contains(left) && amounts.contains(right)
    default: break
    }
    if plain.contains(left), plain.contains(right) { return true }
    let records: TypeMask = [.record, .instance]
    switch code {
    case .add:
      if left == right, left == .string || left == .list { return true }
      if records.contains(left), records.contains(right) { return true }
    default: break
    }
    if left == .quantity || right == .quantity {
      let other = left == .quantity ? right : left
      switch code {
      case .add, .subtract: return [.quantity, .int, .float].contains(other)
      case .multiply: return other == .int
      default: return left == .quantity && (right == .int || right == .quantity && code == .divide)
      }
    }
    let scaled: TypeMask = [.duration, .percent]
    if left == right, scaled.contains(left) { return code != .multiply }
    if scaled.contains(left), right == .int { return [.multiply, .divide, .remainder].contains(code) }
    return left == .int && scaled.contains(right) && code == .multiply
  }
}
