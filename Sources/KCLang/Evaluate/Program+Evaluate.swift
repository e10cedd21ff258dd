internal import KCData
internal import KCSyntax

/// Running code.
extension Program {
  /// The value of an op in a frame; `poison` where something was reported.
  mutating func evaluate(_ index: Int32, _ frame: Int32) -> TreeValue {
    let op = code.ops[Int(index)]
    switch op.code {
    case .constant: return code.constants[Int(op.a)]
    case .local: return local(op, frame)
    case .lazy: return evaluate(compiled(op.a), frame)
    case .poison: return .poison
    default: break
    }
    depth += 1
    steps += 1
    defer { depth -= 1 }
    // Memory is looked at now and then: what a few steps can take is bounded by the limits on texts and lists.
    guard depth < Limits.depth, steps < options.stepLimit,
      steps & 7 != 0 || tree.size + frames.count * 12 < Limits.memory
    else { return overLimit(op) }
    let value = evaluate(nested: op, frame)
    if value.isPoison, tree.takeRefusal() { reportTooMuch(at: op.site) }
    return value
  }

  /// Reports a value that its parts, each shared many times, would make too large for who goes through them.
  mutating func reportTooMuch(at site: Int32) {
    report(
      "KC0172",
      "this value holds more than \(TreeValue.maxSize) others, or others that stand in each other more than "
        + "\(TreeValue.maxHeight) levels deep", at: site,
      notes: ["what it holds counts wherever it stands in it"])
  }

  /// Reports a chain of names and fields that is too long: once, for what remains of a long chain is long, too.
  mutating func tooDeep(at site: Int32) -> TreeValue {
    if diagnostics.all.contains(where: { $0.code == "KC0170" }) { return .poison }
    report("KC0170", "values depend on each other more than \(Limits.dependencies) levels deep", at: site)
    return .poison
  }

  private mutating func overLimit(_ op: Op) -> TreeValue {
    if tree.size + frames.count * 12 >= Limits.memory {
      report("KC0172", "this program's values take more than \(Limits.memory >> 20) MiB", at: op.site)
    } else if steps >= options.stepLimit {
      report("KC0171", "this program takes more than \(options.stepLimit) steps", at: op.site)
    } else {
      report("KC0170", "expressions stand in each other more than \(Limits.depth) levels deep", at: op.site)
    }
    return .poison
  }

  /// In line, where the compiler optimizes: a call more for each of a million ops is 2 % of a large compile.
  @inline(__always)
  private mutating func evaluate(nested op: Op, _ frame: Int32) -> TreeValue {
    switch op.code {
    case .member, .optionalMember:
      return op.c & MemberRead.promised == 0 ? evaluateMember(op, frame) : promisedMember(op, frame)
    case .index, .optionalIndex: return evaluateIndex(op, frame)
    case .call: return evaluateCall(op, frame)
    case .method, .optionalMethod: return evaluateMethod(op, frame)
    case .not, .negate: return evaluateUnary(op, frame)
    case .add, .subtract, .multiply, .divide, .remainder: return evaluateArithmetic(op, frame)
    case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual: return evaluateComparison(op, frame)
    case .and, .or: return evaluateLogic(op, frame)
    case .coalesce: return evaluateCoalesce(op, frame)
    case .isIn: return evaluateIn(op, frame)
    case .branch: return evaluateBranch(op, frame)
    case .forEach, .forPairs: return evaluateFor(op, frame)
    case .apiObject: return apiObject(op.a, frame)
    case .force: return evaluate(op.a, op.b)
    case .match: return evaluateMatch(op, frame)
    case .list: return evaluateList(op, frame)
    case .record: return evaluateRecord(op.a, frame)
    case .interpolate: return evaluateInterpolation(op, frame)
    case .lambda:
      closures.append(Closure(function: op.a, frame: frame))
      return TreeValue(.function, payload: UInt32(closures.count - 1))
    case .construct: return construct(op, frame)
    case .range: return evaluateRange(op, frame)
    case .check: return coerce(evaluate(op.a, frame), to: TypeID(index: op.b), at: op.site)
    case .symbol: return symbol(op, frame)
    case .blockRef: return evaluateBlock(op, frame)
    case .kindScope: return kindScope(op, frame)
    case .enclosing: return evaluateEnclosing(op, frame)
    case .parameter:
      let value = evaluate(op.a, frame)
      trace.parameter = UInt32(op.b) + 1
      return value
    case .moduleSlot: return slotValue(modules[Int(op.a)].frame, op.b, op.site)
    case .moduleScope:
      report("KC0110", "`\(modules[Int(op.a)].path)` is a module, not a value", at: op.site)
      return .poison
    case .constant, .local, .lazy, .poison, .scope, .casePattern: return .poison
    }
  }

  private mutating func kindScope(_ op: Op, _ frame: Int32) -> TreeValue {
    TreeValue(.scope, payload: UInt32(bitPattern: op.b), length: Int(namespace(op.a, frame)))
  }

  private mutating func evaluateCoalesce(_ op: Op, _ frame: Int32) -> TreeValue {
    let left = evaluate(op.a, frame)
    if left.tag == .deferred { return deferredCoalesce(left, evaluate(op.b, frame), at: op.site) }
    var value = left.isNone ? evaluate(op.b, frame) : left
    if left.isSecret, left.isNone { value = part(ofSecret: value) }
    // What has a value in any case tells nothing by having one.
    if value.hidesPresence, mask(typeOf(op.b)).isDisjoint(with: .none) {
      value.hidesPresence = false
    }
    return value
  }

  private mutating func local(_ op: Op, _ frame: Int32) -> TreeValue {
    var frame = frame
    // Not by a call of a function of the program: unoptimized, that would take a copy of it on the stack of each level.
    for _ in 0..<op.a { frame = Int32(bitPattern: frames[Int(frame)].payload) }
    return slotValue(frame, op.b, op.site)
  }

  /// A frame's slot, evaluated if it was not read before.
  private mutating func slotValue(_ frame: Int32, _ slot: Int32, _ site: Int32) -> TreeValue {
    let place = Int(frame + 1 + slot)
    let value = frames[place]
    switch value.tag {
    case .thunk: break
    case .busy: return reportCycle(instance: -1, key: Int32(bitPattern: value.payload), site)
    default:
      if frameTraces[place] != 0 { trace.parameter = frameTraces[place] }
      return value
    }
    if pending.count >= Limits.dependencies { return tooDeep(at: site) }
    let op = Int32(bitPattern: value.payload)
    let (outer, outerHidden) = (trace, hidden)
    (trace, hidden) = (Trace(), 0)
    pending.append(Pending(instance: -1, key: op, site: 0))
    frames[place] = TreeValue(.busy, payload: UInt32(bitPattern: op))
    let result = evaluate(op, frame)
    pending.removeLast()
    frames[place] = result
    frameTraces[place] = trace.parameter
    hidden = outerHidden
    trace = Trace(
      origin: trace.origin != 0 ? trace.origin : outer.origin,
      parameter: trace.parameter != 0 ? trace.parameter : outer.parameter)
    return result
  }

  /// The key of the name that is declared by an op, and where it stands; -1 for none.
  mutating func declarationName(_ op: Int32) -> (key: Int32, site: Int32) {
    guard code.ops[Int(op)].code == .lazy else { return (-1, 0) }
    let node = lazies[Int(code.ops[Int(op)].a)].node
    guard let name = declaredName(node) else { return (-1, 0) }
    return (name.key, code.site(name.span))
  }

  private mutating func namespace(_ depth: Int32, _ frame: Int32) -> Int32 {
    var frame = frame
    for _ in 0..<depth { frame = parent(of: frame) }
    let value = frames[Int(frame + 1)]
    return value.tag == .instance ? Int32(bitPattern: value.payload) : root
  }

  private mutating func evaluateBlock(_ op: Op, _ frame: Int32) -> TreeValue {
    let space = namespace(op.a, frame)
    expand(space)
    let start = valueStack.count
    defer { valueStack.drop(to: start) }
    var deleted: [TreeValue] = []
    var next = children[ChildKey(parent: space, name: op.b)] ?? -1
    while next >= 0 {
      let value = TreeValue(.instance, payload: UInt32(next))
      if !instances[Int(next)].isDeleted {
        valueStack.append(value)
      } else if instances[Int(next)].deletion != 0 {
        deleted.append(value)
      }
      next = instances[Int(next)].nextNamesake
    }
    if valueStack.count > start {
      // Which of several blocks a name means does not change where one of them is deleted.
      for value in deleted { valueStack.append(value) }
      // One whose kind there is not was reported: the name may be meant for that.
      if !brokenBlocks.isEmpty, brokenBlocks.contains(op.b) { return .poison }
    }
    if valueStack.count == start {
      if instances[Int(space)].state == .expanding {
        return reportCycle(instance: space, key: op.b, op.site)
      }
      // A block that is missing because of another mistake is no mistake of its own.
      if diagnostics.hasErrors { return .poison }
      reportNotMade(op.b, in: space, at: op.site)
      return .poison
    }
    if valueStack.count == start + 1 { return valueStack[start] }
    let list = tree.list(valueStack, from: start)
    return TreeValue(.choice, payload: list.payload, length: list.length)
  }

  private mutating func evaluateEnclosing(_ op: Op, _ frame: Int32) -> TreeValue {
    var current = namespace(op.b, frame)
    while current >= 0 {
      let schema = instances[Int(current)].schema
      if schema >= 0, isSchema(schema, op.a) { return TreeValue(.instance, payload: UInt32(current)) }
      current = instances[Int(current)].parent
    }
    report("KC0100", "no \(schemas[Int(op.a)].name) is around this", at: op.site)
    return .poison
  }

  private mutating func symbol(_ op: Op, _ frame: Int32) -> TreeValue {
    let context = op.b >= 0 ? namespace(op.b, frame) : -1
    symbols.append(Symbol(key: op.a, site: op.site, context: context, scope: op.c))
    return TreeValue(.symbol, payload: UInt32(symbols.count - 1))
  }

  private mutating func evaluateRange(_ op: Op, _ frame: Int32) -> TreeValue {
    let low = op.a >= 0 ? scalar(evaluate(op.a, frame)) : .none
    let high = op.b >= 0 ? scalar(evaluate(op.b, frame)) : .none
    if low.isPoison || high.isPoison { return .poison }
    return tree.tuple(.range, low, high)
  }

  private mutating func evaluateList(_ op: Op, _ frame: Int32) -> TreeValue {
    let start = valueStack.count
    defer { valueStack.drop(to: start) }
    var isSecret = false
    for offset in 0..<op.b {
      let value = evaluate(code.extra[Int(op.a + offset)], frame)
      if value.isPoison { return .poison }
      if !value.isNone { valueStack.append(value) }
      // How many there are tells of it.
      isSecret = isSecret || value.hidesPresence
    }
    let list = tree.list(valueStack, from: start)
    return isSecret ? tainted(list) : list
  }

  private mutating func evaluateBranch(_ op: Op, _ frame: Int32) -> TreeValue {
    guard let truth = condition(op.a, frame) else { return .poison }
    if truth { return evaluate(op.b, frame) }
    return op.c >= 0 ? evaluate(op.c, frame) : .none
  }

  /// The truth of a condition; nil where it is none, which was reported.
  mutating func condition(_ op: Int32, _ frame: Int32) -> Bool? {
    let value = scalar(evaluate(op, frame))
    switch value.tag {
    case .bool:
      if value.isSecret {
        report("KC0181", "a condition must not depend on a secret", at: ownPlace(siteOf(op)))
        return nil
      }
      return value.isTrue
    case .poison: return nil
    case .deferred:
      _ = undecided("a condition", at: siteOf(op))
      return nil
    default:
      report("KC0110", "a condition is a Bool, and this is \(Self.article(kindName(value)))", at: siteOf(op))
      return nil
    }
  }

  /// Where an op stands, also when it is compiled late.
  mutating func siteOf(_ op: Int32) -> Int32 {
    let found = code.ops[Int(op)]
    if found.code == .lazy, lazies[Int(found.a)].compiled >= 0 { return siteOf(lazies[Int(found.a)].compiled) }
    return found.site
  }

  private mutating func evaluateFor(_ op: Op, _ frame: Int32) -> TreeValue {
    guard let elements = elements(of: evaluate(op.a, frame), at: siteOf(op.a)) else { return .poison }
    var results: [TreeValue] = []
    results.reserveCapacity(elements.count)
    for (place, element) in elements.enumerated() {
      let inner = loopFrame(frame, element, op.code == .forPairs ? place : nil)
      let mark = mark(over: inner)
      defer { release(mark) }
      if op.c >= 0 {
        guard let keep = condition(op.c, inner) else { return .poison }
        if !keep { continue }
      }
      let value = evaluate(op.b, inner)
      if value.isPoison { return .poison }
      if !value.isNone { results.append(value) }
    }
    return tree.list(results)
  }

  /// `LIST.map(f)` in the standard library, which makes most of an object.
  mutating func mapped(_ list: TreeValue, _ op: Op, _ frame: Int32) -> TreeValue {
    let function = evaluate(code.extra[Int(op.c) + 2], frame)
    if function.isPoison || list.length == 0 { return function.isPoison ? .poison : list }
    let start = valueStack.count
    defer { valueStack.drop(to: start) }
    for place in 0..<list.length {
      let result = apply(function, to: tree.item(of: list, place), at: callSite ?? op.site)
      if result.isPoison { return .poison }
      if !result.isNone { valueStack.append(result) }
    }
    return tree.list(valueStack, from: start)
  }

  /// The frame of one round of a loop. With a `place` it has two variables: an entry's key and value, or the place and
  /// the element.
  mutating func loopFrame(_ parent: Int32, _ element: TreeValue, _ place: Int?) -> Int32 {
    let frame = addFrame(parent: parent, size: 2)
    guard let place else {
      setSlot(frame, 0, element)
      return frame
    }
    if let key = tree.field(UInt32(keys.entryKey), of: element),
      let value = tree.field(UInt32(keys.value), of: element), element.length == 2
    {
      setSlot(frame, 0, key.value)
      setSlot(frame, 1, value.value)
    } else {
      setSlot(frame, 0, tree.int(Int64(place)))
      setSlot(frame, 1, element)
    }
    return frame
  }

  private mutating func evaluateMatch(_ op: Op, _ frame: Int32) -> TreeValue {
    let subject = evaluate(op.a, frame)
    // The library tells types apart, and puts a secret only where one may stand.
    if subject.isPoison || isOwn(op.site) && reportSecret(subject, "a `match`", at: op.site) { return .poison }
    let count = code.extra[Int(op.b)]
    for arm in 0..<count {
      let pattern = code.extra[Int(op.b + 1 + arm * 2)]
      guard let matches = matches(subject, pattern, frame) else { return .poison }
      if matches {
        return evaluate(
          code.extra[Int(op.b + 2 + arm * 2)], armFrame(code.extra[Int(op.b + 1 + arm * 2)], subject, frame))
      }
    }
    let plain = scalar(subject)
    report(
      "KC0167", "no case matches \(display(plain))", at: op.site, help: "add a case `_ -> …` for all others")
    return .poison
  }

  /// The frame of an arm: with the fields that its pattern names, where it names any.
  mutating func armFrame(_ pattern: Int32, _ subject: TreeValue, _ frame: Int32) -> Int32 {
    guard pattern >= 0, case let op = code.ops[Int(pattern)], op.code == .casePattern, op.b > 0 else { return frame }
    let inner = addFrame(parent: frame, size: op.b)
    for place in 0..<op.b {
      let slot = code.extra[Int(op.c + place)]
      if slot >= 0 { setSlot(inner, place, read(Int32(bitPattern: subject.payload), slot: slot, at: op.site)) }
    }
    return inner
  }

  mutating func matches(_ subject: TreeValue, _ pattern: Int32, _ frame: Int32) -> Bool? {
    if pattern == -1 { return true }
    if pattern < -1 { return fits(subject, TypeID(index: -2 - pattern)) }
    let op = code.ops[Int(pattern)]
    if op.code == .casePattern {
      return subject.tag == .instance && instances[Int(subject.payload)].schema == op.a
    }
    let value = evaluate(pattern, frame)
    if value.isPoison { return nil }
    let plain = scalar(subject)
    if plain.tag == .deferred {
      _ = undecided("a `match`", at: siteOf(pattern))
      return nil
    }
    if plain.isSecret {
      report("KC0181", "a `match` must not depend on a secret", at: siteOf(pattern))
      return nil
    }
    if value.tag == .range, plain.tag != .range { return isWithin(plain, value) }
    let wanted = scalar(value)
    return equality(plain, wanted, at: siteOf(pattern)).holds
  }
}
