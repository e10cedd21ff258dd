internal import KCData
internal import KCSyntax

extension SyntaxNode {
  /// Whether this is an `if`, `for` or `match` of a test that asserts something: then it holds nothing else.
  var holdsAssertions: Bool {
    switch kind {
    case .ifStatement, .forStatement, .matchStatement, .matchArm, .body:
      parts.contains { $0.kind == .assertStatement || $0.holdsAssertions }
    default: false
    }
  }
}

/// What a test asserts within `if`, `for` and `match`, compiled once and run for each element.
indirect enum CheckStep {
  /// The assertion and its condition.
  case assertion(SyntaxNode, op: Int32, scope: Int32)
  case branch(condition: Int32, [CheckStep], [CheckStep])
  /// The names of the variables, in the order of their slots.
  case loop(collection: Int32, filter: Int32, site: Int32, isPair: Bool, names: [String], [CheckStep])
  case match(subject: Int32, arms: [(pattern: Int32, steps: [CheckStep])])
  /// What stands in a scope of its own, for its `let`s.
  case scope(size: Int32, lets: Range<Int32>, [CheckStep])
}

/// Assertions within `if`, `for` and `match`.
extension Program {
  /// Compiles a statement that holds assertions; mistakes in it are reported.
  mutating func compileChecks(_ node: SyntaxNode, in scope: Int32) -> [CheckStep] {
    let parts = node.parts
    switch node.kind {
    case .assertStatement:
      guard let condition = parts.first else { return [] }
      let op = checkedCondition(compile(condition, in: scope, expecting: TypeTable.bool))
      for part in parts.dropFirst() { _ = compile(part, in: scope, expecting: TypeTable.any) }
      return [.assertion(node, op: op, scope: scope)]
    case .ifStatement:
      guard parts.count >= 2 else { return [] }
      let condition = checkedCondition(compile(parts[0], in: scope, expecting: TypeTable.bool))
      let holds = facts(parts[0], is: true, in: scope)
      let fails = facts(parts[0], is: false, in: scope)
      let first = assuming(holds) { $0.compileChecks(parts[1], in: scope) }
      let second = parts.count > 2 ? assuming(fails) { $0.compileChecks(parts[2], in: scope) } : []
      return [.branch(condition: condition, first, second)]
    case .forStatement:
      guard parts.count >= 2, let body = parts.last else { return [] }
      let collection = checkedCollection(compile(parts[0], in: scope, expecting: TypeTable.any))
      let inner = loopScope(node, scope, over: typeOf(collection))
      let names = node.words.dropFirst().prefix { node.word($0) != "in" }.prefix(2).map { node.word($0) }
      let filter = parts.count > 2 ? checkedCondition(compile(parts[1], in: inner, expecting: TypeTable.bool)) : -1
      let known = parts.count > 2 ? facts(parts[1], is: true, in: inner) : []
      return [
        .loop(
          collection: collection, filter: filter, site: code.site(parts[0].span), isPair: pairLoops.contains(inner),
          names: names, assuming(known) { $0.compileChecks(body, in: inner) })
      ]
    case .matchStatement: return compileMatchChecks(node, in: scope)
    case .body: return compileCheckBody(node, in: scope)
    default: return []
    }
  }

  private mutating func compileMatchChecks(_ node: SyntaxNode, in scope: Int32) -> [CheckStep] {
    guard let subject = node.firstPart else { return [] }
    let op = compile(subject, in: scope, expecting: TypeTable.any)
    var coverage = Coverage(typeOf(op), subject, self)
    var arms: [(pattern: Int32, steps: [CheckStep])] = []
    for arm in node.parts where arm.kind == .matchArm {
      guard let body = arm.child(.body) else { continue }
      let (patterns, inner, known) = compilePatterns(arm.parts.filter { $0.kind != .body }, &coverage, scope)
      let steps = assuming(known) { $0.compileChecks(body, in: inner) }
      for pattern in patterns { arms.append((pattern, steps)) }
    }
    reportMissing(coverage, node)
    return [.match(subject: op, arms: arms)]
  }

  private mutating func compileCheckBody(_ node: SyntaxNode, in outer: Int32) -> [CheckStep] {
    let scope = addScope(.loop, parent: outer, module: scopes[Int(outer)].module, layer: scopes[Int(outer)].layer)
    for statement in node.parts where statement.kind == .letDecl { declareSlot(statement, in: scope) }
    var steps: [CheckStep] = []
    for statement in node.parts {
      switch statement.kind {
      case .letDecl: _ = compiled(code.ops[Int(lazyDeclaration(statement, scope))].a)
      case .assertStatement, .ifStatement, .forStatement, .matchStatement:
        steps += compileChecks(statement, in: scope)
      case .unexpected, .missing: continue
      default:
        report(
          "KC0212", "this cannot stand beside an `assert` in an `if`, `for` or `match`", at: statement.span,
          help: "put it into the test itself, or into a loop of its own")
      }
    }
    return [.scope(size: scopes[Int(scope)].size, lets: letThunks(scope), steps)]
  }

  /// Runs what a statement asserts.
  mutating func runChecks(_ node: SyntaxNode, _ check: CheckContext, _ result: inout TestResult) {
    guard let (scope, frame) = place(check) else { return }
    let (steps, _) = apart { $0.compileChecks(node, in: scope) }
    var run = CheckRun()
    for step in steps { perform(step, frame, &run, &result) }
    for (node, count) in run.unshown.sorted(by: { $0.key < $1.key }) {
      let place = location(of: Span(file: run.file, range: node..<node))
      result.failures.append(
        TestFailure(location: place, message: "it does not hold for \(count) more", detail: ""))
    }
  }

  /// What is known of a run of checks.
  private struct CheckRun {
    /// The loop variables around, with their values.
    var variables: [(name: String, frame: Int32, slot: Int32)] = []
    /// How often an assertion failed, by where it begins.
    var failures: [Int: Int] = [:]
    var unshown: [Int: Int] = [:]
    var file = 0
  }

  /// An assertion that fails for more elements than this is shown for the first ones.
  private static let shownFailures = 5

  private mutating func perform(_ step: CheckStep, _ frame: Int32, _ run: inout CheckRun, _ result: inout TestResult) {
    switch step {
    case .assertion(let node, let op, let scope):
      let before = result.failures.count
      judge(node, op, scope, frame, &result)
      guard result.failures.count > before else { return }
      let place = node.range.lowerBound
      run.failures[place, default: 0] += 1
      run.file = node.tree.file.id
      if run.failures[place, default: 0] > Self.shownFailures {
        result.failures.removeLast()
        run.unshown[place, default: 0] += 1
      } else {
        let (names, _) = apart { program in
          run.variables.compactMap { variable -> String? in
            let value = program.frames[Int(variable.frame + 1 + variable.slot)]
            return program.shown(value).map { "\(variable.name) = \($0)" }
          }
        }
        if !names.isEmpty {
          let last = result.failures.count - 1
          let detail = result.failures[last].detail
          let end = detail.isEmpty || detail.hasSuffix("\n") ? "" : "\n"
          result.failures[last].detail = detail + end + "with \(names.joined(separator: ", "))"
        }
      }
    case .branch(let condition, let first, let second):
      let (truth, found) = apart { $0.condition(condition, frame) }
      guard let truth else { return note(found, &result) }
      for inner in truth ? first : second { perform(inner, frame, &run, &result) }
    case .loop(let collection, let filter, let site, let isPair, let names, let steps):
      let (elements, found) = apart { $0.elements(of: $0.evaluate(collection, frame), at: site) }
      guard let elements else { return note(found, &result) }
      for (place, element) in elements.enumerated() {
        let inner = loopFrame(frame, element, isPair ? place : nil)
        if filter >= 0 {
          let (isKept, found) = apart { $0.condition(filter, inner) }
          guard let isKept else { return note(found, &result) }
          if !isKept { continue }
        }
        for (slot, name) in names.enumerated() { run.variables.append((name, inner, Int32(slot))) }
        for step in steps { perform(step, inner, &run, &result) }
        run.variables.removeLast(names.count)
      }
    case .match(let subject, let arms):
      let (value, found) = apart { $0.evaluate(subject, frame) }
      if value.isPoison { return note(found, &result) }
      for arm in arms {
        guard let matches = matches(value, arm.pattern, frame) else { return }
        if !matches { continue }
        let inner = armFrame(arm.pattern, value, frame)
        for step in arm.steps { perform(step, inner, &run, &result) }
        return
      }
    case .scope(let size, let lets, let steps):
      let inner = addFrame(parent: frame, size: size)
      setLets(lets, inner)
      for step in steps { perform(step, inner, &run, &result) }
    }
  }

  /// A loop or condition that has no value is a failure of its own.
  private mutating func note(_ found: DiagnosticSink, _ result: inout TestResult) {
    guard let first = found.sorted().first else { return }
    let (detail, _) = apart { program in
      program.diagnostics = found
      return program.diagnosticTexts()
    }
    result.checks += 1
    result.failures.append(
      TestFailure(
        location: location(of: first.span), message: "what decides about the assertions has no value", detail: detail))
  }
}
