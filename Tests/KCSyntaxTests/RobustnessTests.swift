import KCSyntax
import Testing

/// No input crashes or hangs the lexer, the parser or the formatter.
@Suite struct RobustnessTests {
  private static func repeated(_ text: String, _ count: Int = 10_000) -> String {
    String(repeating: text, count: count)
  }

  /// Sources that nest, chain or fail a great many times; each is read within moments.
  static let pathological: [(name: String, text: String)] = [
    ("parentheses", "let x = " + repeated("(")), ("lists", "let x = " + repeated("[")),
    ("records", "let x = " + repeated("{ a = ")), ("blocks", repeated("a b {\n")),
    ("matches", "let x = " + repeated("match a { ")),
    ("ifs", "let x = " + repeated("if a { ")), ("else ifs", "if a {} " + repeated("else if a {} ")),
    ("negations", "let x = " + repeated("- ")), ("lambdas", "let x = " + repeated("x => ")),
    ("sums", "let x = 1" + repeated(" + 1")), ("members", "let x = a" + repeated(".a")),
    ("calls", "let x = f" + repeated("()")),
    ("indices", "let x = f" + repeated("[0]")), ("types", "type T = " + repeated("List<")),
    ("functions", "type T = " + repeated("() -> ")),
    ("interpolations", "let x = " + repeated("\"\\(")), ("optionals", "type T = A" + repeated("?")),
    ("comments", repeated("/*")), ("quotes", repeated("\"")), ("quotes on lines", repeated("\"\n")),
    ("braces", repeated("}")),
    ("closed lines", repeated("}\n")), ("one line", repeated("a = 1 ")), ("conditions", repeated("if a ")),
    ("hashes", repeated("#")),
    ("characters", repeated("\u{1F600}$")), ("zeros", repeated("\0")), ("block quotes", repeated("\"\"\"\n")),
    ("flat blocks", repeated("a b { c = 1 } ", 20_000)), ("unions", "type T = A" + repeated(" | A")),
    ("mistakes", repeated("let = 1\n")), ("open blocks", repeated("a b {\n c = 1\n")),
    ("commas", "let x = f(" + repeated(",")),
    ("patterns", "let x = match a { " + repeated("a, ")), ("long line", "let x = \"" + repeated("y", 300_000) + "\""),
  ]

  @Test(arguments: pathological.indices) func pathologicalSourcesAreReadInLinearTime(index: Int) {
    let (name, text) = Self.pathological[index]
    let clock = ContinuousClock()
    let time = clock.measure {
      let tree = parse(text)
      let once = Formatter.format(tree)
      #expect(parse(once).tokenTexts == tree.tokenTexts, "\(name)")
      #expect(height(tree) < 1400, "\(name)")
    }
    #expect(time < .seconds(20), "\(name)")
  }

  /// The levels of a tree, found without recursion.
  private func height(_ tree: SyntaxTree) -> Int {
    var most = 0
    var work = [(tree.root, 1)]
    while let (node, level) = work.popLast() {
      most = max(most, level)
      for child in node.childNodes { work.append((child, level + 1)) }
    }
    return most
  }

  private struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
  }

  /// Bytes changed, put in and taken out at random, valid UTF-8 or not.
  @Test(arguments: FixtureTests.fixtures) func mutatedSourcesAreRead(path: String) throws {
    let source = try #require(Files.read(path))
    var random = Random(state: UInt64(source.count))
    let pieces = [
      "{", "}", "(", ")", "[", "]", "\"", "\\(", "\"\"\"", "/*", "*/", "//", "\n", "\0", "\u{feff}", "\r", "=", ",",
      "…",
    ]
    for _ in 0..<60 {
      var bytes = source
      for _ in 0..<Int.random(in: 1...5, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(contentsOf: Array((pieces.randomElement(using: &random) ?? "{").utf8), at: place)
        default: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0..<30, using: &random)))
        }
      }
      let tree = parse(bytes)
      let once = Formatter.format(tree)
      let again = parse(once)
      #expect(again.tokenTexts == tree.tokenTexts, "\(String(decoding: bytes, as: UTF8.self))")
      let text = DiagnosticText(files: [tree.file])
      for diagnostic in tree.diagnostics { #expect(!text.render(diagnostic).isEmpty) }
    }
  }
}
