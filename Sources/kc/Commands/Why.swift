import ArgumentParser
import KCCodec
import KCData
import KCLang
import KCPlan
import KCSyntax

/// `kc why`
struct Why: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Tell where a value came from: every layer that set it, who won, and what it was computed from.",
    discussion: """
      Examples:
        kc why web replicas --env prod
        kc why deployment.web app.image
        kc why web spec.template.spec.containers[0].image
        kc why tag                     a parameter or a let
        kc why limits.cpu              a field within its value
        kc why web replicas --format json
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case human, json }

  @Argument(help: "The resource: deployment.web, or web where that is unambiguous; or a parameter or a let.")
  var address: String
  @Argument(help: "A field, as in the source or in the object.") var path: String?
  @OptionGroup var options: ProjectOptions
  @OptionGroup var output: OutputOptions
  @Option(help: "human or json.") var format = Format.human

  func run() throws {
    let project = try Project.load(options, assumesInputs: true)
    try project.report(output, as: format == .json ? .json : nil)
    let answer: WhyAnswer
    do {
      answer = try project.compilation.why(address: address, path: path)
    } catch {
      throw Self.failure(error)
    }
    switch format {
    case .human: Terminal.out(WhyText(style: output.style(for: 1)).text(answer))
    case .json: Terminal.out(JSON.text(WhyText.value(answer), pretty: true) + "\n")
    }
  }

  private static func failure(_ error: WhyError) -> ExitCode {
    switch error {
    case .unknownAddress(let address, let near, let known):
      Terminal.fail(
        "the program declares no `\(address)`",
        help: near.map { "did you mean `\($0)`?" } ?? "it declares \(known.joined(separator: ", "))", code: .input)
    case .noValue(let name, let kind):
      Terminal.fail(
        "`\(name)` is \(kind), and has no value of its own",
        help: "ask for what is computed with it: a field, a parameter, a `let`", code: .input)
    case .ambiguous(let name, let candidates):
      Terminal.fail(
        "`\(name)` could be several", help: "say one of \(candidates.joined(separator: ", "))", code: .input)
    case .unknownPath(let path, let address, let near, let known):
      Terminal.fail(
        "`\(address)` has no field `\(path)`",
        help: near.map { "did you mean `\($0)`?" } ?? (known.isEmpty ? nil : "there is \(some(of: known))"),
        code: .input)
    }
  }

  /// The first of some names, and how many more there are.
  private static func some(of names: [String]) -> String {
    guard names.count > 9 else { return names.joined(separator: ", ") }
    return names.prefix(8).joined(separator: ", ") + " and \(names.count - 8) more"
  }
}
