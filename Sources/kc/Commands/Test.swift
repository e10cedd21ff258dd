import ArgumentParser
import KCLang
import KCSyntax

/// `kc test`
struct Test: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Run the tests that the program holds.",
    discussion: """
      Examples:
        kc test                        all tests of the project around you
        kc test shop.kc --filter prod  those of a file whose names hold "prod"
        kc test --update               takes the snapshots anew
        kc test --format junit         for a build server
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case human, json, junit }

  @Argument(help: "Files or folders; without any, the project around you.") var paths: [String] = []
  @Option(help: "Runs the tests whose names hold this.") var filter: String?
  @Flag(help: "Writes snapshots instead of comparing with them.") var update = false
  @OptionGroup var options: ProjectOptions
  @OptionGroup var output: OutputOptions
  @Option(help: "human, json or junit.") var format = Format.human

  func run() async throws {
    let (project, entries, prepared) = try Project.prepare(options, paths: paths)
    var compile = prepared
    compile.assumesInputs = true
    let suite = TestSuite(entry: entries, provider: project, options: compile)
    if suite.compilation.hasErrors {
      let whole = Project(
        root: project.root, sources: project, compilation: suite.compilation, environment: options.environment)
      return try whole.report(output, as: format == .human ? nil : format == .json ? .json : .junit)
    }
    let chosen = suite.tests.filter { test in filter.map { test.name.contains($0) } ?? true }
    if chosen.isEmpty {
      let why = suite.tests.isEmpty ? "the program holds no tests" : "no test's name holds \"\(filter ?? "")\""
      throw Terminal.fail(why, help: "a test is `test \"name\" { assert … }` in any file", code: .input)
    }
    var results = await Self.run(chosen, of: suite)
    let store = SnapshotStore(root: project.root)
    let written = store.settle(&results, update: update)
    let report = TestReport(results: results, style: output.style(for: 1))
    switch format {
    case .human: Terminal.out(report.human)
    case .json: Terminal.out(report.json)
    case .junit: Terminal.out(report.junit)
    }
    if format == .human, written > 0 { Terminal.say("\(written) snapshot\(written == 1 ? "" : "s") written.") }
    if results.contains(where: { !$0.failures.isEmpty }) { throw Exit.input.exit }
  }

  /// Runs tests side by side; the results are in the order of the tests.
  private static func run(_ tests: [TestCase], of suite: TestSuite) async -> [TestResult] {
    await withTaskGroup(of: (Int, TestResult).self) { group in
      for (place, test) in tests.enumerated() { group.addTask { (place, suite.run(test)) } }
      var found: [(Int, TestResult)] = []
      for await result in group { found.append(result) }
      return found.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }
}
