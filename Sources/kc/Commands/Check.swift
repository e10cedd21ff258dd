import ArgumentParser
import KCCodec
import KCData
import KCLang
import KCPlan
import KCSyntax

/// `kc check`
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Parse, resolve, type-check and evaluate the program, in every environment.",
    discussion: """
      Examples:
        kc check                       the project around you
        kc check shop.kc --env prod    one file, one environment
        kc check --format github       for GitHub's annotations
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case human, json, github }

  @Argument(help: "Files or folders; without any, the project around you.") var paths: [String] = []
  @OptionGroup var options: ProjectOptions
  @OptionGroup var output: OutputOptions
  @Option(help: "human, json or github.") var format = Format.human

  func run() throws {
    let base = try Project.load(options, paths: paths)
    var results = [base]
    if options.environment == nil {
      // What an environment changes can be wrong where the rest is right.
      for name in base.compilation.environments {
        var inner = options
        inner.environment = name
        results.append(try Project.load(inner, paths: paths))
      }
    }
    var found: [(diagnostic: Diagnostic, files: [SourceFile])] = []
    for result in results {
      for diagnostic in result.compilation.diagnostics
      where !found.contains(where: { same($0.diagnostic, $0.files, diagnostic, result.compilation.sources) }) {
        found.append((diagnostic, result.compilation.sources))
      }
    }
    print(found)
    if found.contains(where: { $0.diagnostic.severity == .error }) { throw Exit.input.exit }
    if format == .human {
      let count = base.compilation.resources.count
      let environments = base.compilation.environments
      let names = environments.isEmpty ? "" : ", in \(environments.joined(separator: " and ")) too"
      Terminal.say(
        "\(base.compilation.project.name): \(count) resource\(count == 1 ? "" : "s"), nothing wrong\(names).")
    }
  }

  private func same(_ left: Diagnostic, _ leftFiles: [SourceFile], _ right: Diagnostic, _ rightFiles: [SourceFile])
    -> Bool
  {
    left.code == right.code && left.message == right.message && left.span.range == right.span.range
      && path(left.span, leftFiles) == path(right.span, rightFiles)
  }

  private func path(_ span: Span, _ files: [SourceFile]) -> String {
    files.indices.contains(span.file) ? files[span.file].path : ""
  }

  private func print(_ found: [(diagnostic: Diagnostic, files: [SourceFile])]) {
    switch format {
    case .human:
      for (diagnostic, files) in found {
        Terminal.say(DiagnosticText(files: files, color: output.style(for: 2).color).render(diagnostic))
      }
      let errors = found.count { $0.diagnostic.severity == .error }
      if errors > 0, let first = found.first(where: { $0.diagnostic.severity == .error }) {
        Terminal.say(
          "\(errors) error\(errors == 1 ? "" : "s"). `kc explain \(first.diagnostic.code)` tells more.")
      }
    case .json:
      let list = Value.array(found.map { DiagnosticValue.value($0.diagnostic, $0.files) })
      Terminal.out(JSON.text(["diagnostics": list], pretty: true) + "\n")
    case .github:
      for (diagnostic, files) in found where files.indices.contains(diagnostic.span.file) {
        let file = files[diagnostic.span.file]
        let line = file.line(at: diagnostic.span.start)
        let column = file.column(at: diagnostic.span.start)
        let text = diagnostic.message.replacing("%", with: "%25").replacing("\n", with: "%0A")
        Terminal.out(
          "::\(diagnostic.severity.rawValue) file=\(file.path),line=\(line),col=\(column),title=\(diagnostic.code)::\(text)\n"
        )
      }
    }
  }
}

/// Diagnostics as data.
enum DiagnosticValue {
  static func value(_ diagnostic: Diagnostic, _ files: [SourceFile]) -> Value {
    var out: Value = [
      "code": .string(diagnostic.code), "severity": .string(diagnostic.severity.rawValue),
      "message": .string(diagnostic.message), "span": span(diagnostic.span, files),
    ]
    if !diagnostic.labels.isEmpty {
      out["labels"] = .array(
        diagnostic.labels.map { ["span": span($0.span, files), "message": .string($0.message)] })
    }
    if !diagnostic.notes.isEmpty { out["notes"] = .array(diagnostic.notes.map { .string($0) }) }
    if let help = diagnostic.help { out["help"] = .string(help) }
    if let fix = diagnostic.fix {
      out["fix"] = ["span": span(fix.span, files), "replacement": .string(fix.replacement)]
    }
    return out
  }

  private static func span(_ span: Span, _ files: [SourceFile]) -> Value {
    guard files.indices.contains(span.file) else { return [:] }
    let file = files[span.file]
    return [
      "file": .string(file.path), "line": Value(file.line(at: span.start)),
      "column": Value(file.column(at: span.start)),
      "endLine": Value(file.line(at: span.end)), "endColumn": Value(file.column(at: span.end)),
      "start": Value(span.start), "end": Value(span.end),
    ]
  }
}
