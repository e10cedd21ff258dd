import Glibc
import KCCodec
import KCImport
import KCLang
import KCSyntax
import KCTestSupport
import Testing

@Suite struct ComposeOracleTests {
  /// Compose files of real projects and of the specification become programs that check.
  @Test func filesOfTheCorpusImport() throws {
    let folder = CorpusFiles.folder
    guard access("\(folder)/compose", R_OK) == 0,
      let list = Oracle.run("find '\(folder)/compose' '\(folder)/quirk/compose' -name '*.y*ml' | sort")
    else { return print("skipped: there is no corpus of Compose files (KC_CORPUS)") }
    var agreement = Agreement()
    for file in String(decoding: list, as: UTF8.self).split(separator: "\n").map(String.init) {
      let result = ComposeImport(files: [file], options: .init(profiles: ["*"])) { TestFile.read($0) }
      let short = file.split(separator: "/").suffix(3).joined(separator: "/")
      if result.source.isEmpty, let error = result.notes.first(where: { $0.severity == .error }) {
        agreement.note(false, "\(short):\(error.line): \(error.message)")
        continue
      }
      let found = CorpusFiles.check(result.source, inputs: result.inputs)
      agreement.note(found == nil, "\(short): \(found ?? "")")
      if found != nil, getenv("KC_SHOW") != nil { print(result.source) }
    }
    agreement.report("Compose files that import and check", shown: 40)
    #expect(agreement.reaches(0.95))
  }
}

/// Real manifests and Compose files, where they are at hand.
enum CorpusFiles {
  static var folder: String { Corpus.folder }

  /// The first error of a program; nil where there is none.
  static func check(_ source: String, inputs: [String] = []) -> String? {
    let options = CompileOptions(
      inputEnvironment: Dictionary(inputs.map { ($0, "given") }, uniquingKeysWith: { $1 }), fallbackName: "app")
    let compilation = Compilation(
      entry: ["app.kc"], provider: MemorySources(["app.kc": source]), options: options)
    return compilation.diagnostics.first { $0.severity == .error }.map { diagnostic in
      let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
      let line = compilation.sources[diagnostic.span.file].line(at: diagnostic.span.start)
      let text = diagnostic.span.file == 0 && lines.indices.contains(line - 1) ? String(lines[line - 1]) : ""
      return "\(diagnostic.code) \(diagnostic.message) in `\(text)`"
    }
  }
}
