internal import KCData
internal import KCSyntax

/// The tests of a program. Running one has no effects, so that they may run side by side.
public struct TestSuite: Sendable {
  /// The program without what tests change.
  public let compilation: Compilation
  /// In the order of files and places; none where the program has errors.
  public let tests: [TestCase]

  private let entries: [String]
  private let provider: any SourceProvider
  private let options: CompileOptions
  private let base: FrozenProgram
  private let resources: [Resource]
  private let nodes: [(node: SyntaxNode, path: String)]

  /// - Parameter paths: the files whose tests are meant, relative to the root, and what they import.
  public init(entry paths: [String], provider: any SourceProvider, options: CompileOptions = CompileOptions()) {
    entries = paths
    self.provider = provider
    self.options = options
    var program = Program(options: options)
    let resources = program.compile(paths, provider)
    self.resources = resources
    var tests: [TestCase] = []
    var nodes: [(node: SyntaxNode, path: String)] = []
    // The tests of packages are for those who make them.
    for module in program.modules
    where !module.isStandard && module.package < 0 && !program.diagnostics.hasErrors {
      for node in program.trees[module.file].root.parts where node.kind == .testDecl {
        let name = node.child(.stringExpr)?.plainText ?? node.words.dropFirst().first.map(node.word) ?? ""
        tests.append(TestCase(name: name, location: program.location(of: node.span), place: nodes.count))
        nodes.append((node, module.path))
      }
    }
    self.tests = tests
    self.nodes = nodes
    base = FrozenProgram(program)
    compilation = Compilation(base, resources)
  }

  /// Runs a test of this suite.
  public func run(_ test: TestCase) -> TestResult {
    var result = TestResult(name: test.name, location: test.location)
    guard nodes.indices.contains(test.place) else { return result }
    let (node, path) = nodes[test.place]
    run(Scenario(path: path, nodes: [node]), &result)
    return result
  }

  /// Compiles the program as a scenario changes it, and checks what its innermost body says.
  private func run(_ scenario: Scenario, _ result: inout TestResult) {
    guard let node = scenario.nodes.last, let body = node.child(.body) else { return }
    var resources = self.resources
    let isChanged = scenario.nodes.count > 1 || node.changesProgram
    var program = isChanged ? compile(scenario, &resources) : Program(copying: base.program)
    if isChanged, program.diagnostics.hasErrors {
      let location = program.location(of: node.span)
      let message = "the program has errors here that it does not have elsewhere"
      result.failures.append(TestFailure(location: location, message: message, detail: program.diagnosticTexts()))
      return
    }
    let check = CheckContext(path: scenario.path, resources: resources)
    for statement in body.parts {
      switch statement.kind {
      case .assertStatement: program.runAssertion(statement, check, &result)
      case .snapshotStatement: program.takeSnapshot(statement, check, &result)
      case .withStatement: run(Scenario(path: scenario.path, nodes: scenario.nodes + [statement]), &result)
      case .expectStatement: expect(statement, scenario, &result)
      case .ifStatement, .forStatement, .matchStatement:
        if statement.holdsAssertions { program.runChecks(statement, check, &result) }
      default: continue
      }
    }
  }

  private func compile(_ scenario: Scenario, _ resources: inout [Resource]) -> Program {
    var options = options
    options.scenario = scenario
    if let environment = scenario.environment { options.environment = environment }
    var program = Program(options: options)
    resources = program.compile(entries, provider)
    return program
  }

  /// `expect CODE { … }`: with what it holds, the program has errors or warnings of this code, and no other errors.
  private func expect(_ node: SyntaxNode, _ outer: Scenario, _ result: inout TestResult) {
    guard let token = node.words.dropFirst().first else { return }
    let code = node.word(token)
    result.checks += 1
    var resources: [Resource] = []
    var program = compile(Scenario(path: outer.path, nodes: outer.nodes + [node]), &resources)
    let found = program.diagnostics.all
    let others = found.filter { $0.severity == .error && $0.code != code }
    if others.isEmpty, found.contains(where: { $0.code == code }) { return }
    let location = program.location(of: node.tree.span(ofToken: token))
    let hasIt = found.contains { $0.code == code }
    let message =
      hasIt
      ? "\(code) is reported, and other errors too"
      : others.isEmpty ? "\(code) is expected, and nothing is wrong" : "\(code) is expected, and this is reported"
    program.diagnostics = DiagnosticSink()
    program.diagnostics.add(contentsOf: others)
    result.failures.append(TestFailure(location: location, message: message, detail: program.diagnosticTexts()))
  }
}

/// What checks are evaluated in.
struct CheckContext {
  /// The file of the test.
  var path: String
  var resources: [Resource]
}

extension Program {
  func location(of span: Span) -> SourceLocation {
    guard files.indices.contains(span.file) else { return SourceLocation(file: "", line: 1, column: 1) }
    let file = files[span.file]
    return SourceLocation(file: file.path, line: file.line(at: span.start), column: file.column(at: span.start))
  }

  /// The errors as they are shown in a terminal.
  func diagnosticTexts() -> String {
    let text = DiagnosticText(files: files)
    return diagnostics.sorted().filter { $0.severity == .error }.map { text.render(redacted($0)) }.joined(
      separator: "\n")
  }
}
