import ArgumentParser
import KCCodec
import KCData
import KCLang
import KCPlan

/// `kc why`
struct Why: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell where a value came from: every layer that set it, and who won.",
    discussion: """
      Examples:
        kc why web replicas --env prod
        kc why deployment.web app.image
        kc why web spec.template.spec.containers[0].image
      """)

  @Argument(help: "The resource: deployment.web, or web where that is unambiguous.") var address: String
  @Argument(help: "A field, as in the source or in the object.") var path: String?
  @OptionGroup var options: ProjectOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let project = try Project.load(options)
    try project.report(output)
    let answer: WhyAnswer
    do {
      answer = try find(project.compilation)
    } catch {
      throw Self.failure(error)
    }
    Terminal.out(text(answer))
  }

  /// A name that several resources have means the one that has the field.
  private func find(_ compilation: Compilation) throws(WhyError) -> WhyAnswer {
    do throws(WhyError) {
      return try compilation.why(address: address, path: path)
    } catch {
      guard case .ambiguous(_, let candidates) = error, path != nil else { throw error }
      let answers = candidates.compactMap { try? compilation.why(address: $0, path: path) }
      guard answers.count == 1 else { throw error }
      return answers[0]
    }
  }

  private func text(_ answer: WhyAnswer) -> String {
    let style = output.style(for: 1)
    var lines = ["\(style.paint(answer.subject, .strong)) = \(answer.value)"]
    let width = answer.layers.map(\.layer.count).max() ?? 0
    let places = answer.layers.map { "\($0.location.file):\($0.location.line)" }
    let placeWidth = places.map(\.count).max() ?? 0
    for (layer, place) in zip(answer.layers, places).reversed() {
      let mark = layer.wins ? style.paint("▸", .good) : " "
      let name = layer.layer + String(repeating: " ", count: width - layer.layer.count)
      let where_ = place + String(repeating: " ", count: placeWidth - place.count)
      let line = "  \(mark) \(name)  \(where_)  \(layer.text)"
      lines.append(layer.wins ? line : style.paint(line, .faint))
    }
    if !answer.parameters.isEmpty { lines.append("  from parameter \(answer.parameters.joined(separator: ", "))") }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func failure(_ error: WhyError) -> ExitCode {
    switch error {
    case .unknownAddress(let address, let near, let known):
      Terminal.fail(
        "the program declares no `\(address)`",
        help: near.map { "did you mean `\($0)`?" } ?? "it declares \(known.joined(separator: ", "))", code: .input)
    case .ambiguous(let name, let candidates):
      Terminal.fail(
        "`\(name)` could be several", help: "say one of \(candidates.joined(separator: ", "))", code: .input)
    case .unknownPath(let path, let address, let near):
      Terminal.fail(
        "`\(address)` has no field `\(path)`", help: near.map { "did you mean `\($0)`?" }, code: .input)
    }
  }
}
