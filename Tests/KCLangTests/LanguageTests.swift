import KCLang
import Testing

/// Each source under `Tests/Language` gives what stands beside it. `KC_UPDATE=1` rewrites that.
@Suite struct LanguageTests {
  @Test(arguments: LanguageCase.all().map(\.name)) func gives(_ name: String) throws {
    let found = try #require(LanguageCase.all().first { $0.name == name })
    let result = found.result(found.compile())
    if LanguageCase.updates {
      LanguageCase.write(result, to: found.expectedPath)
      return
    }
    #expect(result == LanguageCase.read(found.expectedPath) ?? "")
  }

  @Test(arguments: LanguageCase.all().map(\.name).filter { $0.hasPrefix("mistakes/") })
  func oneMistakeGivesOneDiagnostic(_ name: String) throws {
    let found = try #require(LanguageCase.all().first { $0.name == name })
    #expect(found.compile().diagnostics.count == 1)
  }
}
