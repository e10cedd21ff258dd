import ArgumentParser
import KCLang
import KCPlan
import KCSyntax

/// `kc check`
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Parse, resolve, type-check and evaluate the program, in every environment.",
    discussion: """
      Examples:
        kc check                       the project around you
        kc check shop.kc --env prod    one file, one environment
        kc check --fix                 make the edits that diagnostics offer
        kc check - < shop.kc           standard input
        kc check --format github       for GitHub's annotations; sarif for its code scanning
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case human, json, sarif, github, junit }

  @Argument(help: "Files or folders, or - for standard input; without any, the project around you.")
  var paths: [String] = []
  @OptionGroup var options: ProjectOptions
  @OptionGroup var output: OutputOptions
  @Option(help: "human, json, sarif, github or junit.") var format = Format.human
  @Flag(help: "Make the edits that diagnostics offer, then check again.") var fix = false

  func validate() throws {
    if fix, paths.contains("-") {
      throw ValidationError("--fix changes files: it cannot change standard input")
    }
  }

  func run() throws {
    let input = paths.contains("-") ? Files.read("/dev/stdin") ?? [] : []
    var (base, findings) = try examine(input)
    if fix { (base, findings) = try FixRounds().run(base, findings) { try examine(input) } }
    report(findings)
    if !findings.errors.isEmpty { throw Exit.input.exit }
    if format == .human {
      let count = base.compilation.resources.count
      let environments = base.compilation.environments
      let names = environments.isEmpty ? "" : ", in \(environments.joined(separator: " and ")) too"
      let verdict = findings.diagnostics.isEmpty ? "nothing wrong" : "no errors"
      Terminal.say("\(base.compilation.project.name): \(count) resource\(count == 1 ? "" : "s"), \(verdict)\(names).")
    }
  }

  /// Compiles the program as it is, and, unless one is asked for, in each of its environments: what an environment
  /// changes can be wrong where the rest is right.
  private func examine(_ input: [UInt8]) throws -> (base: Project, findings: Findings) {
    let base = try Project.load(options, paths: paths, input: input, assumesInputs: true, checksObjects: true)
    var findings = Findings()
    findings.add(base.compilation)
    for name in options.environment == nil ? base.compilation.environments : [] {
      var inner = options
      inner.environment = name
      let project = try Project.load(inner, paths: paths, input: input, assumesInputs: true, checksObjects: true)
      findings.add(project.compilation, environment: name)
    }
    return (base, findings)
  }

  private func report(_ findings: Findings) {
    let report = DiagnosticReport(
      files: findings.files, catalogue: Explain.catalogue, version: KC.version, color: output.style(for: 2).color)
    let text = report.render(findings.diagnostics, as: DiagnosticFormat(rawValue: format.rawValue) ?? .human)
    guard format == .human else { return Terminal.out(text) }
    if !text.isEmpty { Terminal.say(text) }
    guard let first = findings.errors.first else { return }
    let errors = findings.errors.count
    Terminal.say("\(errors) error\(errors == 1 ? "" : "s"). `kc explain \(first.code)` tells more.")
  }
}
