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
