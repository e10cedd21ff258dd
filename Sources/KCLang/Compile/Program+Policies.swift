internal import KCData
internal import KCSyntax

/// `policy NAME on TYPE { deny if … "…" }`
struct Policy: Sendable {
  struct Check: Sendable {
    var severity: Diagnostic.Severity
    var condition: Int32
    var message: Int32
  }

  var name: Int32
  var node: SyntaxNode
  var scope: Int32
  var span: Span
  var type = TypeTable.unknown
  /// The types of the API that it is on, whose values in the objects it is held against.
  var apiTypes: [Int] = []
  var checks: [Check] = []
  /// The scope that the checks stand in.
  var inner: Int32 = -1
  /// Whether something is wrong with the policy itself, so that it says nothing.
  var isBroken = false
  /// The slots of a frame for them, and the `let`s among these.
  var frameSize: Int32 = 2
  var lets: Range<Int32> = 0..<0
}

/// `waive NAME on BLOCK because "…" until "…"`
struct Waiver: Sendable {
  var policy: Int32
  var policySpan: Span
  /// The op of the block that it is for; -1 for all.
  var target: Int32
  var reason: Int32
  /// The op of the last day it holds, as text; -1 for no end.
  var until: Int32
  var module: Int32
}

/// Policies: what all blocks of a type must keep, said apart from the type.
extension Program {
  mutating func declarePolicy(_ node: SyntaxNode, in scope: Int32) {
    guard let name = declaredName(node) else { return }
    if let other = policies.first(where: { $0.name == name.key }) {
      return report(
        "KC0120", "`\(text(name.key))` is declared twice", at: name.span,
        labels: [.init(span: other.span, message: "declared here first")])
    }
    policies.append(Policy(name: name.key, node: node, scope: scope, span: name.span))
  }

  mutating func declareWaiver(_ node: SyntaxNode, in scope: Int32) { waiverNodes.append((node, scope)) }

  /// Compiles all policies and waivers, and holds the program's blocks and objects against them.
  ///
  /// What is wrong elsewhere hides nothing of this: only what is wrong with a block, with a policy or with a waiver
  /// itself may be why the policy is not kept.
  ///
  /// - Parameters:
  ///   - resources: the objects that could be made.
  ///   - isWhole: whether these are all that are meant.
  ///   - refused: blocks whose objects the API server refuses.
  ///   - unclear: blocks that something is wrong with, whose fields may not be what they were meant to be.
  mutating func checkPolicies(
    _ resources: [Resource], isWhole: Bool, refused: Set<Int32>, unclear: Set<Int32>
  ) {
    for index in policies.indices { compilePolicy(index) }
    var waivers: [Waiver] = []
    for (node, scope) in waiverNodes {
      let before = diagnostics.all.count
      let waiver = compileWaiver(node, scope)
      if diagnostics.all[before...].contains(where: { $0.severity == .error }) {
        // Whether it would have been waived is not known.
        if let place = policyMeant(by: node) { policies[place].isBroken = true }
      } else if let waiver {
        waivers.append(waiver)
      }
    }
    guard !policies.isEmpty else { return }
    if diagnostics.hasErrors {
      for place in policies.indices where hasReports(in: policies[place].node.span) { policies[place].isBroken = true }
    }
    for child in children(of: root) { check(child, against: waivers, except: unclear) }
    checkObjectPolicies(resources, waivers, refused: refused.union(unclear), isWhole: isWhole)
    dropWhatPoliciesSay()
  }

  /// The policy that a waiver is of, or is probably meant to be of.
  private func policyMeant(by waiver: SyntaxNode) -> Int? {
    guard waiver.words.count > 1, case let name = waiver.word(waiver.words[1]) else { return nil }
    let names = policies.map { text($0.name) }
    return names.firstIndex(of: name) ?? Self.nearest(to: name, among: names).flatMap { names.firstIndex(of: $0) }
  }

  /// The blocks of objects that something was reported in.
  func blocksWithReports() -> Set<Int32> {
    if !diagnostics.hasErrors { return [] }
    return Set(
      instances.indices.map(Int32.init).filter { index in
        instances[Int(index)].parent >= 0 && instances[Int(index)].resource == index && hasReports(index)
      })
  }

  private mutating func compilePolicy(_ index: Int) {
    let policy = policies[index]
    let node = policy.node.parts.first { $0.isType }
    let names = node.map { apiNames($0, in: policy.scope) } ?? []
    // The library's own are not checked, so that the modules of the types need not be read for them.
    let type =
      names.isEmpty || !isStandard(policy.scope)
      ? node.map { compileType($0, in: policy.scope) } ?? TypeTable.unknown : TypeTable.unknown
    if let node, names.isEmpty { checkIsSeen(type, node) }
    let inner = addScope(
      .body, parent: policy.scope, module: scopes[Int(policy.scope)].module, layer: scopes[Int(policy.scope)].layer)
    if case .schema(let schema) = types[types.base(type)] {
      ensureSchema(schema.index)
      scopes[Int(inner)].schema = schema.index
    }
    if !names.isEmpty { declareObjectNames(type, in: inner, at: policy.span, isTyped: !isStandard(policy.scope)) }
    if names.isEmpty, type != TypeTable.unknown, !isStandard(policy.scope) {
      scopes[Int(inner)].names[keys.ownSelf] = Scope.Name(
        kind: .slot, slot: 0, type: type, span: policy.span, isUsed: true)
    }
    // The value at hand and the object around it have a slot each.
    scopes[Int(inner)].size = max(scopes[Int(inner)].size, 2)
    let statements = policy.node.child(.body)?.parts ?? []
    for node in statements where node.kind == .letDecl { declareSlot(node, in: inner) }
    var checks: [Policy.Check] = []
    for node in statements where node.kind == .denyStatement {
      let parts = node.parts
      guard parts.count == 2, let word = node.firstWord else { continue }
      checks.append(
        Policy.Check(
          severity: node.word(word) == "deny" ? .error : .warning,
          condition: checkedConstant(compile(parts[0], in: inner, expecting: TypeTable.bool), TypeTable.bool),
          message: checkedConstant(compile(parts[1], in: inner, expecting: TypeTable.string), TypeTable.string)))
    }
    policies[index].type = type
    policies[index].apiTypes = apiTypes(names)
    policies[index].inner = inner
    policies[index].checks = checks
    policies[index].lets = letThunks(inner)
    policies[index].frameSize = scopes[Int(inner)].size
  }

  private mutating func compileWaiver(_ node: SyntaxNode, _ scope: Int32) -> Waiver? {
    let words = node.words
    guard words.count > 1 else { return nil }
    let name = node.word(words[1])
    let span = node.tree.span(ofToken: words[1])
    guard policies.contains(where: { $0.name == key(name) }) else {
      if let known = StandardPolicy.all.first(where: { $0.name == name }) {
        // One import is missing, however many policies it would bring in.
        let help = "`import \(known.module)` brings it in"
        if diagnostics.all.contains(where: { $0.code == "KC0100" && $0.help == help }) { return nil }
        report("KC0100", "there is no policy `\(name)` here", at: span, help: help)
        return nil
      }
      reportUnknown(
        "KC0100", "there is no policy `\(name)`", name, among: policies.map { text($0.name) }.sorted(), at: span)
      return nil
    }
    var parts = node.parts.filter { $0.kind != .missing }[...]
    let has = Set(words.map { node.word($0) })
    let module = scopes[Int(scope)].module
    var waiver = Waiver(policy: key(name), policySpan: span, target: -1, reason: -1, until: -1, module: module)
    if has.contains("on"), let target = parts.popFirst() {
      waiver.target = compile(target, in: scope, expecting: TypeTable.any)
      if isNoBlock(typeOf(waiver.target)) {
        report(
          "KC0110", "a waiver is for a block, and this is \(Self.article(describe(typeOf(waiver.target))))",
          at: target.span, help: target.plainText.map { "write `on \($0)`" })
        return nil
      }
    }
    guard let reason = parts.popFirst() else { return nil }
    waiver.reason = checked(compile(reason, in: scope, expecting: TypeTable.string), TypeTable.string)
    if text(of: waiver.reason, in: module)?.allSatisfy(\.isWhitespace) ?? false {
      report("KC0202", "a waiver says why", at: reason.span, help: "write the reason behind `because`")
    }
    if has.contains("until"), let until = parts.popFirst() {
      if until.kind == .binaryExpr, until.text.utf8.count == 10, until.text.allSatisfy({ $0.isNumber || $0 == "-" }) {
        report(
          "KC0202", "a day is text", at: until.span, help: "write `\"\(until.text)\"`",
          fix: Diagnostic.Fix(span: until.span, replacement: "\"\(until.text)\""))
        return nil
      }
      waiver.until = checked(compile(until, in: scope, expecting: TypeTable.string), TypeTable.string)
      if let day = text(of: waiver.until, in: module), day.utf8.count != 10 || Timestamp("\(day)T00:00:00Z") == nil {
        report(
          "KC0202", "`\(day)` is no day", at: until.span,
          help: "write the last day on which the waiver holds as `YYYY-MM-DD`")
        return nil
      }
    }
    return waiver
  }

  /// Whether a type's values can be no block.
  private func isNoBlock(_ type: TypeID) -> Bool {
    switch types[types.base(type)] {
    case .none, .bool, .int, .float, .string, .text, .number, .quantity, .duration, .percent, .regex, .list, .record:
      true
    default: false
    }
  }

  /// The text that an op of a waiver gives; nil where it gives none, which was reported.
  private mutating func text(of op: Int32, in module: Int32) -> String? {
    let value = scalar(evaluate(op, module >= 0 ? modules[Int(module)].frame : 0))
    return value.isSecret ? nil : tree.text(of: value)
  }

  private mutating func check(_ index: Int32, against waivers: [Waiver], except unclear: Set<Int32>) {
    if unclear.contains(index) { return }
    let own = TreeValue(.instance, payload: UInt32(bitPattern: index))
    for policy in policies where policy.apiTypes.isEmpty && !policy.isBroken && fits(own, policy.type) {
      let module = scopes[Int(policy.scope)].module
      let frame = addFrame(parent: module >= 0 ? modules[Int(module)].frame : 0, size: policy.frameSize)
      setSlot(frame, 0, own)
      setLets(policy.lets, frame)
      for check in policy.checks {
        let outer = trace
        trace = Trace()
        heldPolicy = "policy `\(text(policy.name))` is held against `\(title(of: index))`"
        defer { (trace, heldPolicy) = (outer, "") }
        guard let applies = condition(check.condition, frame), applies else { continue }
        report(policy, check, frame, of: index, at: instances[Int(index)].site, waivers)
      }
    }
    for child in children(of: index) { check(child, against: waivers, except: unclear) }
  }

  /// Reports that a policy is not kept, unless that is waived.
  ///
  /// - Parameter place: what the policy is about, for values within objects.
  mutating func report(
    _ policy: Policy, _ check: Policy.Check, _ frame: Int32, of block: Int32, at site: Int32, _ waivers: [Waiver],
    where place: String = ""
  ) {
    let message = scalar(evaluate(check.message, frame))
    var notes = ["policy `\(text(policy.name))`\(place)"]
    for waiver in waivers where waiver.policy == policy.name && covers(waiver, block) {
      guard let until = expired(waiver) else { return }
      notes.append("it was waived until \(until)")
    }
    let shown = message.isSecret ? "a policy is not kept" : tree.text(of: message) ?? "a policy is not kept"
    let broken = Diagnostic(
      "KC0200", shown, at: span(site), severity: check.severity,
      labels: [.init(span: policy.span, message: "this policy")], notes: notes)
    diagnostics.add(broken, about: reportPlace(of: broken.span, about: block))
  }

  /// Whether a waiver is for a block, or one around it.
  private mutating func covers(_ waiver: Waiver, _ index: Int32) -> Bool {
    guard waiver.target >= 0 else { return true }
    let target = evaluate(waiver.target, waiver.module >= 0 ? modules[Int(waiver.module)].frame : 0)
    let targets = target.tag == .choice ? Array(tree.items(of: target)) : [target]
    var current = index
    while current >= 0 {
      if targets.contains(where: { $0.tag == .instance && Int32(bitPattern: $0.payload) == current }) { return true }
      current = instances[Int(current)].parent
    }
    return false
  }

  /// The last day of a waiver that is over; nil where it still holds, or where today is not known.
  private mutating func expired(_ waiver: Waiver) -> String? {
    guard waiver.until >= 0, let today = options.today else { return nil }
    let value = scalar(evaluate(waiver.until, waiver.module >= 0 ? modules[Int(waiver.module)].frame : 0))
    guard let until = tree.text(of: value), until < today else { return nil }
    return until
  }
}
