import KCLang
import KCSyntax
import Testing

@Suite struct CatalogueTests {
  private func compile(_ text: String) -> Compilation {
    Compilation(entry: ["main.kc"], provider: MemorySources(["main.kc": text]))
  }

  /// The bad example of a page shows the diagnostic, and nothing but it; the good one none.
  @Test(arguments: DiagnosticCatalogue.all.map(\.code).filter { $0 >= "KC0100" })
  func examplesShowTheirDiagnostic(_ code: String) throws {
    let page = try #require(DiagnosticCatalogue.find(code))
    if !page.bad.isEmpty { #expect(compile(page.bad).diagnostics.map(\.code) == [code]) }
    #expect(compile(page.good).diagnostics.map(\.code) == [])
  }

  /// The bad example of a page is a fixture too; `KC_UPDATE=1` writes those that are missing.
  @Test func badExamplesAreFixtures() {
    let names = Set(
      LanguageCase.all().map(\.name).filter { $0.hasPrefix("catalogue/") }.map { $0.dropFirst(10).prefix(6) })
    let missing = DiagnosticCatalogue.all.filter {
      !$0.bad.isEmpty && $0.code >= "KC0100" && !names.contains($0.code[...])
    }
    if LanguageCase.updates {
      for one in missing {
        let title = one.title.map { $0.isLetter || $0.isNumber ? String($0) : "-" }.joined()
        let path = "\(LanguageCase.root)/Tests/Language/catalogue/\(one.code)-\(title)"
        LanguageCase.write(one.bad + "\n", to: path + ".kc")
        if let made = LanguageCase(path + ".kc") {
          LanguageCase.write(made.result(made.compile()), to: path + ".expected")
        }
      }
      return
    }
    #expect(missing.map(\.code) == [])
  }

  /// Each code has a source under `Tests/Language` that gives it.
  @Test func everyCodeHasAFixture() {
    var seen: Set<String> = []
    for one in LanguageCase.all() { seen.formUnion(one.compile().diagnostics.map(\.code)) }
    seen.formUnion(compile(String(repeating: " ", count: 16_777_217)).diagnostics.map(\.code))
    let missing = DiagnosticCatalogue.all.map(\.code).filter { !seen.contains($0) }
    #expect(missing == [])
  }

  /// Nothing is reported under a code that has no page.
  @Test func everyFixtureHasAPage() {
    for one in LanguageCase.all() {
      for diagnostic in one.compile().diagnostics { #expect(DiagnosticCatalogue.find(diagnostic.code) != nil) }
    }
  }

  @Test func codesAreUnique() {
    #expect(Set(DiagnosticCatalogue.all.map(\.code)).count == DiagnosticCatalogue.all.count)
  }
}
