import ArgumentParser
import KCPlan
import KCSyntax

/// `kc fmt`
struct Format: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt",
    abstract: "Bring files into the one layout.",
    discussion: """
      Names the files that it changes. A file that does not parse stays as it is, and is reported.

      Examples:
        kc fmt                 all files of the project around you
        kc fmt --check         only tell, for CI
        kc fmt --diff          show what would change
        kc fmt - < shop.kc     standard input to standard output
      """)

  @Argument(help: "Files or folders, or - for standard input.") var paths: [String] = []
  @Flag(help: "Change nothing; end with 1 where something would change.") var check = false
  @Flag(help: "Change nothing; print what would change as a unified diff.") var diff = false
  @OptionGroup var output: OutputOptions

  func run() throws {
    if paths == ["-"] { return try standardInput() }
    if paths.contains("-") { throw Terminal.fail("`-` stands alone: it is standard input", code: .usage) }
    var (changed, failed) = (0, 0)
    for path in try files() {
      guard let bytes = Files.read(path) else { throw Terminal.fail("\(path) cannot be read", code: .input) }
      guard let formatted = format(bytes, path) else {
        failed += 1
        continue
      }
      if formatted == bytes { continue }
      changed += 1
      if diff {
        show(bytes, formatted, path)
      } else {
        Terminal.out(path + "\n")
      }
      if check || diff { continue }
      if let why = Files.write(formatted, to: path) {
        throw Terminal.fail("\(path) cannot be written: \(why)", code: .input)
      }
    }
    if check, changed > 0 {
      throw Terminal.fail(
        "\(changed) file\(changed == 1 ? " is" : "s are") not in the one layout", help: "`kc fmt` mends it",
        code: .input)
    }
    if failed > 0 { throw Exit.input.exit }
  }

  private func standardInput() throws {
    let bytes = Files.read("/dev/stdin") ?? []
    guard let formatted = format(bytes, "-") else { throw Exit.input.exit }
    if diff {
      show(bytes, formatted, "-")
    } else if !check {
      Terminal.out(String(decoding: formatted, as: UTF8.self))
    }
    if check, formatted != bytes {
      throw Terminal.fail("standard input is not in the one layout", code: .input)
    }
  }

  /// The one layout; nil, and a report, for what does not parse.
  private func format(_ bytes: [UInt8], _ path: String) -> [UInt8]? {
    let tree = Parser.parse(SourceFile(id: 0, path: path, bytes: bytes))
    if tree.diagnostics.isEmpty { return Formatter.format(tree) }
    let report = DiagnosticReport(files: [tree.file], color: output.style(for: 2).color)
    Terminal.say(report.render(tree.diagnostics, as: .human))
    return nil
  }

  private func show(_ old: [UInt8], _ new: [UInt8], _ path: String) {
    let diff = UnifiedDiff(old: String(decoding: old, as: UTF8.self), new: String(decoding: new, as: UTF8.self))
    let style = output.style(for: 1)
    for line in diff.lines(path: path) {
      let tone: TextStyle.Tone? = line.hasPrefix("+") ? .good : line.hasPrefix("-") ? .bad : nil
      Terminal.out((tone.map { style.paint(line, $0) } ?? line) + "\n")
    }
  }

  private func files() throws -> [String] {
    try (paths.isEmpty ? ["."] : paths).flatMap { path -> [String] in
      guard let real = ProjectSources.realPath(path) else {
        throw Terminal.fail("there is no file \(path)", code: .input)
      }
      guard Files.isFolder(real) else { return [path] }
      let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
      return ProjectSources(root: real).modules().map { path == "." ? $0 : "\(folder)/\($0)" }
    }
  }
}
