import ArgumentParser
import KCSyntax

/// `kc fmt`
struct Format: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt",
    abstract: "Bring files into the one layout.",
    discussion: """
      Examples:
        kc fmt                 all files of the project around you
        kc fmt --check         only tell, for CI
        kc fmt - < shop.kc     standard input to standard output
      """)

  @Argument(help: "Files or folders, or - for standard input.") var paths: [String] = []
  @Flag(help: "Change nothing; end with 1 where something would change.") var check = false

  func run() throws {
    if paths == ["-"] {
      let text = Files.read("/dev/stdin") ?? []
      let tree = Parser.parse(SourceFile(id: 0, path: "-", bytes: text))
      Terminal.out(String(decoding: Formatter.format(tree), as: UTF8.self))
      return
    }
    var changed = 0
    for path in try files() {
      guard let bytes = Files.read(path) else { throw Terminal.fail("\(path) cannot be read", code: .input) }
      let tree = Parser.parse(SourceFile(id: 0, path: path, bytes: bytes))
      let formatted = Formatter.format(tree)
      if formatted == bytes { continue }
      changed += 1
      Terminal.out(path + "\n")
      if check { continue }
      if let why = Files.write(formatted, to: path) {
        throw Terminal.fail("\(path) cannot be written: \(why)", code: .input)
      }
    }
    if check, changed > 0 {
      throw Terminal.fail(
        "\(changed) file\(changed == 1 ? " is" : "s are") not in the one layout", help: "`kc fmt` mends it",
        code: .input)
    }
  }

  private func files() throws -> [String] {
    try (paths.isEmpty ? ["."] : paths).flatMap { path -> [String] in
      guard let real = ProjectSources.realPath(path) else {
        throw Terminal.fail("there is no file \(path)", code: .input)
      }
      guard Files.isFolder(real) else { return [path] }
      return ProjectSources(root: real).modules().map { path == "." ? $0 : "\(path)/\($0)" }
    }
  }
}
