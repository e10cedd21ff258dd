import KCLang
import KCStdlib
import KCSyntax
import Testing

@Suite struct StdlibTests {
  /// What is embedded is what stands in `stdlib/`: `Scripts/generate-stdlib-files` writes the list.
  @Test func embedsTheFolder() {
    let folder = LanguageCase.root + "/stdlib"
    let files = LanguageCase.files(under: folder).map { String($0.dropFirst(folder.count + 1)) }.sorted()
    #expect(StandardLibrary.files == files)
    for name in files {
      let embedded = StandardLibrary.file(name).map { String(decoding: $0, as: UTF8.self) }
      #expect(embedded == LanguageCase.read("\(folder)/\(name)"))
    }
    #expect(StandardLibrary.file("none.kc") == nil)
  }

  /// All of it compiles, not only what some program uses.
  @Test func compiles() {
    for name in StandardLibrary.names {
      let text = StandardLibrary.file(name).map { String(decoding: $0, as: UTF8.self) } ?? ""
      let result = Compilation(entry: ["main.kc"], provider: MemorySources(["main.kc": text]))
      #expect(result.diagnostics.map(\.message) == [], "\(name)")
    }
  }

  /// All schemas, their fields and all functions are documented or speak for themselves.
  @Test func documentsItsSchemas() {
    let compilation = Compilation(entry: [], provider: MemorySources([:]))
    let bare = compilation.typeNames.filter { (compilation.explain(type: $0)?.documentation ?? "").isEmpty }
    #expect(bare == [])
  }

  /// The examples compile, in each of their environments.
  @Test func examplesCompile() {
    let folder = LanguageCase.root + "/examples"
    var projects: [String: [String: String]] = [:]
    for path in LanguageCase.files(under: folder) where path.hasSuffix(".kc") {
      let parts = path.dropFirst(folder.count + 1).split(separator: "/", maxSplits: 1).map(String.init)
      if parts.count == 2 { projects[parts[0], default: [:]][parts[1]] = LanguageCase.read(path) }
    }
    for (project, files) in projects {
      let entries = files.keys.filter { !$0.contains("/") }.sorted()
      let base = Compilation(entry: entries, provider: MemorySources(files))
      #expect(base.diagnostics.map(\.message) == [], "\(project)")
      for environment in base.environments {
        let one = Compilation(
          entry: entries, provider: MemorySources(files), options: CompileOptions(environment: environment))
        #expect(one.diagnostics.map(\.message) == [], "\(project) \(environment)")
      }
    }
  }
}
