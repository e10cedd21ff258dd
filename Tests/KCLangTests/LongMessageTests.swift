import KCLang
import KCSyntax
import Testing

/// Messages about what is longer than anybody reads.
@Suite struct LongMessageTests {
  private func diagnostics(_ text: String) -> [Diagnostic] {
    var options = CompileOptions()
    options.checksObjects = true
    return Compilation(entry: ["main.kc"], provider: MemorySources(["main.kc": text]), options: options).diagnostics
  }

  @Test func longNamesAreCutInTheMiddle() throws {
    let name = "a" + String(repeating: "x", count: 5000) + "z"
    let one = try #require(diagnostics("let y = \(name)\n").first)
    #expect(one.code == "KC0100")
    #expect(one.message.count < 300)
    #expect(one.message.contains("`axxx"))
    #expect(one.message.contains("…"))
    #expect(one.message.contains("xz`"))
  }

  @Test func whatIsReadableIsLeftWhole() throws {
    let name = String(repeating: "x", count: 150)
    let one = try #require(diagnostics("let y = \(name)\n").first)
    #expect(one.message.contains(name))
  }

  @Test func anObjectThatIsTooLargeIsNamedItself() throws {
    let text = String(repeating: "x", count: 1_100_000)
    let one = try #require(diagnostics("config c { data { a = \"\(text)\" } }\n").first)
    #expect(one.message.hasPrefix("the API server refuses config c: "))
  }
}
