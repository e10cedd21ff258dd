import KCSyntax
import Testing

/// The grammar and the parser say the same: sentences made at random from the grammar's file parse, and what parses derives
/// from the grammar.
@Suite struct GrammarTests {
  private struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
  }

  private func grammar() throws -> Grammar {
    let bytes = try #require(Files.read(Files.root + "/grammar/kc.ebnf"))
    return Grammar(String(decoding: bytes, as: UTF8.self))
  }

  @Test func allNamesAreDefined() throws {
    let grammar = try grammar()
    #expect(grammar.rules.count > 60)
    #expect(grammar.undefined == [])
  }

  @Test(arguments: 0..<8) func sentencesParse(seed: UInt64) throws {
    let grammar = try grammar()
    var random = Random(state: seed)
    for _ in 0..<400 {
      let text = grammar.sentence(of: "fileItem", using: &random, budget: 90) + "\n"
      let tree = parse(text)
      let shown = DiagnosticText(files: [tree.file])
      try #require(tree.diagnostics.isEmpty, "\(text)\n\(tree.diagnostics.map { shown.render($0) }.joined())")
      let once = Formatter.format(tree)
      try #require(parse(once).tokenTexts == tree.tokenTexts, "\(text)\n\(String(decoding: once, as: UTF8.self))")
      let twice = Formatter.format(parse(once))
      try #require(
        twice == once, "\(text)\n\(String(decoding: once, as: UTF8.self))\n\(String(decoding: twice, as: UTF8.self))")
    }
  }

  /// All sources without mistakes of syntax. That a statement stands where none can is found later than by the parser.
  private static let right = FixtureTests.all.filter { path in
    parse(Files.read(path) ?? []).diagnostics.isEmpty && !path.contains("KC0109")
  }

  @Test(arguments: right) func whatParsesDerives(path: String) throws {
    let grammar = try grammar()
    let (file, interpolations) = Recognizer.items(parse(try #require(Files.read(path))))
    for (rule, items) in [("file", file)] + interpolations.map({ ("expr", $0) }) {
      var recognizer = Recognizer(grammar, items)
      let derives = recognizer.derives(rule)
      #expect(derives, "\(Files.short(path)) is no `\(rule)` of grammar/kc.ebnf: \(recognizer.trouble)")
    }
  }

  /// The grammar does not take everything.
  @Test(arguments: [
    "let x =", "deployment web {", "let x = 1 2", "a.b", "let x = 1 let y = 2", "for x in { }", "= 1", "\"a\" = 1",
  ])
  func whatDoesNotParseDoesNotDerive(text: String) throws {
    let (file, _) = Recognizer.items(parse(text))
    var recognizer = Recognizer(try grammar(), file)
    let derives = recognizer.derives("file")
    #expect(!derives)
    #expect(!parse(text).diagnostics.isEmpty)
  }
}
