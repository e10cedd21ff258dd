import ArgumentParser
import KCLang
import KCPlan
import KCSyntax

/// `kc explain`
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Explain a diagnostic's code, or a type's fields.",
    discussion: """
      Examples:
        kc explain KC0001
        kc explain deployment
      """)

  @Argument(help: "A code, or the name of a type.") var subject: String
  @OptionGroup var options: ProjectOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let style = output.style(for: 1)
    if let info = Self.catalogue.first(where: { $0.code == subject.uppercased() }) {
      Terminal.out(text(info, style))
      return
    }
    if subject.uppercased().hasPrefix("KC"), subject.dropFirst(2).allSatisfy(\.isNumber) {
      throw Terminal.fail("there is no diagnostic \(subject)", code: .usage)
    }
    let project = try? Project.load(options)
    let compilation = project?.compilation ?? Compilation(entry: [], provider: MemorySources([:]))
    guard let type = compilation.explain(type: subject) else {
      throw Terminal.fail(
        "there is no type `\(subject)`", help: "there are \(compilation.typeNames.joined(separator: ", "))",
        code: .usage)
    }
    Terminal.out(text(type, style))
  }

  static var catalogue: [DiagnosticInfo] { DiagnosticCatalogue.all }

  private func text(_ info: DiagnosticInfo, _ style: TextStyle) -> String {
    func indented(_ code: String) -> String {
      code.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }.joined(separator: "\n")
    }
    return """
      \(style.paint("\(info.code): \(info.title)", .strong))

      \(info.explanation)

      \(style.paint("Wrong:", .bad))
      \(indented(info.bad))

      \(style.paint("Right:", .good))
      \(indented(info.good))

      """
  }

  private func text(_ type: TypeExplanation, _ style: TextStyle) -> String {
    var lines = [style.paint(type.name, .strong) + (type.parent.map { " extends \($0)" } ?? "")]
    if !type.documentation.isEmpty { lines += ["", type.documentation] }
    lines.append("")
    let width = type.fields.map(\.name.count).max() ?? 0
    let types = type.fields.map { $0.type.count }.max() ?? 0
    for field in type.fields {
      let marks = [field.isRequired ? "required" : nil, field.isKeyed ? "blocks" : nil, field.isFinal ? "final" : nil]
        .compactMap { $0 }
      let standard = field.defaultText.map { " = \($0)" } ?? ""
      let note = marks.isEmpty ? "" : " (\(marks.joined(separator: ", ")))"
      var line = "  \(TextStyle.pad(field.name, width))  \(TextStyle.pad(field.type, types))\(standard)\(note)"
      if let first = field.documentation.split(separator: "\n").first {
        line += "  " + style.paint(String(first), .faint)
      }
      lines.append(line)
    }
    for requirement in type.requirements { lines.append("  require \(requirement)") }
    return lines.joined(separator: "\n") + "\n"
  }
}
