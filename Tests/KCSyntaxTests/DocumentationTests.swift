import KCSyntax
import Testing

/// What the documentation shows is right: examples of the reference, and pages of diagnostics.
@Suite struct DocumentationTests {
  /// The sources in a page: what stands between ```` ```kc ```` and ```` ``` ````.
  private func sources(in page: String) -> [String] {
    page.split(separator: "```kc\n").dropFirst().compactMap { part in
      part.firstRange(of: "```").map { String(part[..<$0.lowerBound]) }
    }
  }

  @Test func examplesParseAndHaveTheLayout() throws {
    let bytes = try #require(Files.read(Files.root + "/docs/reference/syntax.md"))
    let found = sources(in: String(decoding: bytes, as: UTF8.self))
    #expect(found.count > 8)
    for source in found {
      let tree = parse(source)
      let text = DiagnosticText(files: [tree.file])
      #expect(tree.diagnostics.isEmpty, "\(tree.diagnostics.map { text.render($0) }.joined())")
      #expect(String(decoding: Formatter.format(tree), as: UTF8.self) == source)
    }
  }

  /// What is too long to stand in a page.
  private static let long = [
    "KC0008": "let x = " + String(repeating: "(", count: 300) + "1" + String(repeating: ")", count: 300),
    "KC0011": String(repeating: " ", count: 16_777_217), "KC0012": String(repeating: "let = 1\n", count: 120),
  ]

  @Test(arguments: SyntaxCatalogue.all.map(\.code)) func pagesShowTheirDiagnostic(code: String) throws {
    let page = try #require(SyntaxCatalogue.all.first { $0.code == code })
    if let source = Self.long[code] {
      #expect(parse(source).diagnostics.last?.code == code)
    } else {
      #expect(parse(page.bad).diagnostics.map(\.code) == [code])
      #expect(parse(page.good).diagnostics.isEmpty)
    }
  }

  /// No diagnostic has a code without a page, and no page a code that nothing reports.
  @Test func codesAndPagesAreTheSame() {
    let sources = FixtureTests.fixtures + Files.find(Files.root + "/Tests/Language/mistakes", ".kc")
    let reported = sources.flatMap { parse(Files.read($0) ?? []).diagnostics.map(\.code) }
    let known = Set(SyntaxCatalogue.all.map(\.code))
    #expect(Set(reported).subtracting(known) == [])
    #expect(known.subtracting(reported).subtracting(Self.long.keys) == [])
  }
}
