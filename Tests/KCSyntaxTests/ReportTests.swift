import KCSyntax
import Testing

@Suite struct ReportTests {
  private let file = SourceFile(
    id: 0, path: "a b.kc", bytes: Array("let größe = \"漢字\" + f(1,\n  2,\n  3)\nlet b = 1\n".utf8))

  private func span(_ text: String, _ end: String? = nil) throws -> Span {
    let whole = Array(file.bytes)
    let start = try #require(whole.indices.first { whole[$0...].starts(with: text.utf8) })
    let last = try end.map { end in
      try #require(whole.indices.last { whole[$0...].starts(with: end.utf8) }) + end.utf8.count
    }
    return Span(file: 0, range: start..<(last ?? start + text.utf8.count))
  }

  private func diagnostic() throws -> Diagnostic {
    Diagnostic(
      "KC0110", "a \"text\" & more", at: try span("f(1", "3)"), labels: [.init(span: try span("字"), message: "<here>")],
      notes: ["a note"], help: "write `g`", fix: .init(span: try span("f"), replacement: "g"))
  }

  private func render(_ format: DiagnosticFormat) throws -> String {
    let info = DiagnosticInfo("KC0110", "wrong type", "It does not fit.", bad: "", good: "")
    return DiagnosticReport(files: [file], catalogue: [info], version: "1.2").render([try diagnostic()], as: format)
  }

  @Test func human() throws {
    #expect(
      try render(.human) == """
        error[KC0110]: a "text" & more
         --> a b.kc:1:20
          |
        1 | let größe = "漢字" + f(1,
          |                      ^^^^
          …
        3 |   3)
          |   ^^
         ::: a b.kc:1:15
          |
        1 | let größe = "漢字" + f(1,
          |                -- <here>
          = note: a note
          = help: write `g`

        """)
  }

  @Test func github() throws {
    #expect(
      try render(.github)
        == "::error file=a b.kc,line=1,endLine=3,col=20,title=KC0110::a \"text\" & more%0Anote: a note%0Ahelp: write `g`\n"
    )
  }

  @Test func json() throws {
    let text = try render(.json)
    #expect(text.contains("\"message\": \"a \\\"text\\\" & more\""))
    #expect(text.contains("\"replacement\": \"g\""))
    #expect(text.contains("\"endLine\": 3"))
    #expect(
      DiagnosticReport(files: []).render([], as: .json)
        == "{\n  \"diagnostics\": [],\n  \"errors\": 0,\n  \"warnings\": 0\n}\n")
  }

  @Test func sarif() throws {
    let text = try render(.sarif)
    for part in [
      "\"version\": \"2.1.0\"", "\"ruleId\": \"KC0110\"", "\"uri\": \"a%20b.kc\"", "\"startColumn\": 20",
      "\"text\": \"wrong type\"",
      "\"relatedLocations\"", "\"deletedRegion\"",
    ] {
      #expect(text.contains(part), "\(part)")
    }
  }

  @Test func junit() throws {
    let text = try render(.junit)
    #expect(text.contains("message=\"a &quot;text&quot; &amp; more\""))
    #expect(text.contains("failures=\"1\""))
    let none = DiagnosticReport(files: [file]).render([], as: .junit)
    #expect(none.contains("failures=\"0\"") && none.contains("<testcase name=\"check\""))
  }

  /// The edits that the parser offers mend what they are offered for.
  @Test(arguments: [
    ("let a = \"x\nlet b = 1\n", "let a = \"x\"\nlet b = 1\n"), ("let a = f(1\n", "let a = f(1)\n"),
    ("let a = 1 let b = 2\n", "let a = 1; let b = 2\n"),
    ("deployment web {\n  a = 1\n", "deployment web {\n  a = 1\n}\n"),
    ("let a = match x { 1 => 2 }\n", "let a = match x { 1 -> 2 }\n"),
    (
      "deployment a {\n  affinity {\n    spread zone\n  }\n}\n",
      "deployment a {\n  affinity {\n    spread by zone\n  }\n}\n"
    ),
  ])
  func fixesMend(text: String, mended: String) {
    let tree = parse(text)
    let (bytes, count) = FixApplication.apply(tree.diagnostics, to: tree.file)
    #expect(count > 0)
    #expect(parse(bytes).diagnostics.isEmpty)
    if !mended.isEmpty { #expect(String(decoding: bytes, as: UTF8.self) == mended) }
  }

  @Test func overlappingFixesAreMadeOneByOne() {
    let file = SourceFile(id: 0, path: "x", bytes: Array("abcdef".utf8))
    let fixes = [(0..<2, "X"), (1..<3, "Y"), (4..<4, "Z"), (4..<5, "W")].map { range, text in
      let span = Span(file: 0, range: range)
      return Diagnostic("KC0001", "", at: span, fix: .init(span: span, replacement: text))
    }
    let (bytes, count) = FixApplication.apply(fixes, to: file)
    #expect(String(decoding: bytes, as: UTF8.self) == "XcdZWf")
    #expect(count == 3)
  }
}
