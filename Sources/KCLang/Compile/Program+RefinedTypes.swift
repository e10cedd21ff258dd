internal import KCData
internal import KCSyntax

/// Types that are narrowed.
extension Program {
  /// `Int(1...65535)`, `Duration(step: 1s)`, `String(matching: /…/, max: 63)`.
  mutating func refinedType(_ base: TypeID, _ node: SyntaxNode, _ scope: Int32) -> TypeID {
    var refinement = Refinement()
    let kind = RefinementKind(types[types.required(base)])
    var seen: [String?: Span] = [:]
    for argument in node.parts where argument.kind == .argument {
      guard let value = argument.firstPart else { continue }
      let label = argument.has(.colon) ? argument.firstWord.map { argument.word($0) } : nil
      let result = evaluateConstant(value, in: scope)
      if let first = seen.updateValue(argument.span, forKey: label) {
        reportAgain(label, base, first, at: argument.span)
        continue
      }
      switch label {
      case nil where result.tag == .range && kind == .ordered:
        let (low, high) = (tree.item(of: result, 0), tree.item(of: result, 1))
        if reportEmpty(low, high, at: value) { continue }
        (refinement.low, refinement.high) = (low, high)
      case "step" where isStep(result, base): refinement.step = steps(result)
      case "matching" where result.tag == .regex && kind == .text:
        refinement.pattern = patterns[Int(result.payload)]
      case "min" where isLength(result, kind): refinement.min = tree.int(of: result)
      case "max" where isLength(result, kind): refinement.max = tree.int(of: result)
      default:
        if result.isPoison { continue }
        reportRefinement(argument, label, base, kind)
      }
    }
    if let min = refinement.min, let max = refinement.max, min > max {
      report(
        "KC0117", "no value has at least \(min) and at most \(max) \(kind == .text ? "characters" : "elements")",
        at: node.span)
      return base
    }
    return types.refine(base, by: refinement)
  }

  /// Reports a second condition of a kind.
  private mutating func reportAgain(_ label: String?, _ base: TypeID, _ first: Span, at span: Span) {
    report(
      "KC0125", label.map { "`\($0)` is given twice" } ?? "a type has one range", at: span,
      labels: [Diagnostic.Label(span: first, message: "given here first")],
      help: label == nil ? "for others, say a condition: `\(describe(base)) where …`" : "leave one of them out")
  }

  /// Whether a value can be a number of characters or elements.
  private func isLength(_ value: TreeValue, _ kind: RefinementKind) -> Bool {
    (kind == .text || kind == .many) && (tree.int(of: value) ?? -1) >= 0
  }

  /// Whether a value can be the step of a type's values.
  private func isStep(_ value: TreeValue, _ base: TypeID) -> Bool {
    guard let number = steps(value), number > 0 else { return false }
    return types[types.required(base)] == (value.tag == .duration ? .duration : .int)
  }

  /// Whether a range of values runs backwards, which is reported: no value would lie in it.
  private mutating func reportEmpty(_ low: TreeValue, _ high: TreeValue, at node: SyntaxNode) -> Bool {
    guard !low.isNone, !high.isNone, let order = compare(low, high), order > 0 else { return false }
    let meant = "\(display(high))...\(display(low))"
    report(
      "KC0117", "the range `\(display(low))...\(display(high))` runs backwards: no value lies in it", at: node.span,
      help: "write `\(meant)`", fix: Diagnostic.Fix(span: node.span, replacement: meant))
    return true
  }

  /// What narrows a type.
  private enum RefinementKind {
    case ordered, text, many, none

    init(_ shape: TypeShape) {
      switch shape {
      case .int, .float, .quantity, .duration, .percent, .number: self = .ordered
      case .string, .text: self = .text
      case .list, .map, .record: self = .many
      default: self = .none
      }
    }
  }

  private mutating func reportRefinement(
    _ argument: SyntaxNode, _ label: String?, _ base: TypeID, _ kind: RefinementKind
  ) {
    let type = describe(types.required(base))
    let value = argument.firstPart?.text ?? ""
    let what = label.map { "`\($0): \(value)`" } ?? "`\(value)`"
    let help =
      switch (kind, label) {
      case (.ordered, "min"): "a range narrows it: `\(type)(\(value)...)`"
      case (.ordered, "max"): "a range narrows it: `\(type)(...\(value))`"
      case (.ordered, "step"): "a step is a whole number, or a duration: `Int(step: 5)`, `Duration(step: 1s)`"
      case (.ordered, _): "a range narrows it: `\(type)(least...most)`"
      case (.text, _): "`matching:` a regex narrows it, and `min:` and `max:` its length"
      case (.many, _): "`min:` and `max:` narrow how many there are"
      case (.none, _): "what narrows any type is a condition: `\(type) where …`"
      }
    report("KC0130", "\(Self.article(type)) is not narrowed by \(what)", at: argument.span, help: help)
  }

  /// `Int where it % 2 == 0`
  mutating func predicateType(_ node: SyntaxNode, _ scope: Int32) -> TypeID {
    let parts = node.parts
    guard parts.count == 2 else { return TypeTable.unknown }
    let base = compileType(parts[0], in: scope)
    let module = scopes[Int(scope)].module
    let outer = module >= 0 ? modules[Int(module)].scope : Self.prelude
    let inner = addScope(.function, parent: outer, module: module, layer: scopes[Int(outer)].layer)
    let it = key("it")
    // Of what is absent, nothing is asked.
    let type = present(base)
    scopes[Int(inner)].names[it] = Scope.Name(kind: .slot, slot: 0, type: type, span: node.span)
    scopes[Int(inner)].names[keys.ownSelf] = Scope.Name(kind: .slot, slot: 0, type: type, span: node.span)
    var function = Function(name: "where", parameters: [], result: TypeTable.bool, body: -1, site: code.site(node.span))
    function.parameters = [Parameter(key: it, type: TypeTable.any, fallback: -1, site: function.site)]
    function.body = checkedConstant(compile(parts[1], in: inner, expecting: TypeTable.bool), TypeTable.bool)
    code.functions.append(function)
    var refinement = Refinement()
    refinement.predicate = (Int32(code.functions.count - 1), module >= 0 ? modules[Int(module)].frame : 0)
    refinement.predicateText = parts[1].text
    refinement.present = Set(promisedFields(parts[1], in: inner))
    return types.refine(base, by: refinement)
  }

  /// Whether a type can be that of a map's keys, which are any text; reports one that cannot.
  mutating func isText(_ node: SyntaxNode, _ scope: Int32) -> Bool {
    let type = compileType(node, in: scope)
    if type == TypeTable.string || type == TypeTable.unknown || !isOwn(code.site(node.span)) { return true }
    if mask(type) == .string, !isVariable(type) {
      report(
        "KC0195", "the keys of a map cannot be narrowed to \(describe(type))", at: node.span,
        help: "keys are any text, `Map<String, …>`; which ones there may be a record type says: `{ a: Int?, b: Int? }`")
    } else {
      report(
        "KC0110", "the keys of a map are text, and \(describe(type)) is not", at: node.span, help: "write `String`",
        fix: Diagnostic.Fix(span: node.span, replacement: "String"))
    }
    return false
  }
}
