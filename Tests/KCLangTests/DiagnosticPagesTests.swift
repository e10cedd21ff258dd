import KCLang
import KCSyntax
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// `docs/diagnostics` says what the catalogue says: a page for each code and an index. `make docs` rewrites them.
@Suite struct DiagnosticPagesTests {
  private static let folder = LanguageCase.root + "/docs/diagnostics"

  private static let groups: [(title: String, codes: Range<String>)] = [
    ("Syntax", "KC0000"..<"KC0100"), ("Meaning", "KC0100"..<"KC9999"),
  ]

  @Test func pagesSayWhatTheCatalogueSays() {
    var wanted = ["README.md": Self.index()]
    for info in DiagnosticCatalogue.all { wanted["\(info.code).md"] = Self.page(info) }
    let found = LanguageCase.files(under: Self.folder)
    let stray = found.filter { wanted[String($0.dropFirst(Self.folder.count + 1))] == nil }
    if LanguageCase.updates {
      mkdir(Self.folder, 0o755)
      for (name, text) in wanted { LanguageCase.write(text, to: "\(Self.folder)/\(name)") }
      for path in stray { unlink(path) }
      return
    }
    let old = wanted.filter { LanguageCase.read("\(Self.folder)/\($0)") != $1 }.keys.sorted() + stray
    #expect(old == [], "run `make docs`, and commit what it writes")
  }

  private static func index() -> String {
    var out = """
      # Diagnostics

      <!-- Generated from the catalogue by `make docs`; do not edit. -->

      Each kind of diagnostic has a code and a page, which `kc explain CODE` prints too; `kc explain --list` lists them.

      """
    for (title, codes) in groups {
      out += "\n## \(title)\n\n| code | |\n| --- | --- |\n"
      for info in DiagnosticCatalogue.all.sorted(by: { $0.code < $1.code }) where codes.contains(info.code) {
        out += "| [\(info.code)](\(info.code).md) | \(info.title.replacing("|", with: "\\|")) |\n"
      }
    }
    return out
  }

  private static func page(_ info: DiagnosticInfo) -> String {
    var out = """
      # \(info.code): \(info.title)

      <!-- Generated from the catalogue by `make docs`; do not edit. -->

      \(info.explanation)

      """
    if !info.bad.isEmpty {
      out += "\n## Wrong\n\n```kc\n\(line(info.bad))```\n"
      let result = Compilation(entry: ["main.kc"], provider: MemorySources(["main.kc": info.bad]))
      if let found = result.diagnostics.first(where: { $0.code == info.code }) {
        out += "\n```text\n\(DiagnosticText(files: result.sources).render(found))```\n"
        if found.fix != nil { out += "\n`kc check --fix` makes the edit.\n" }
      }
    }
    if !info.good.isEmpty { out += "\n## Right\n\n```kc\n\(line(info.good))```\n" }
    return out
  }

  private static func line(_ text: String) -> String { text.hasSuffix("\n") ? text : text + "\n" }
}
