import KCSyntax
import Testing

/// Every file of `Fixtures` with what it reports in a file beside it (`KC_UPDATE=1` rewrites those), and properties that
/// hold for all source, right or wrong.
@Suite struct FixtureTests {
  static let fixtures = Files.find(Files.fixtures, ".kc")
  /// Sources of the project that have to be right.
  static let sources = Files.find(Files.root + "/stdlib", ".kc") + Files.find(Files.root + "/examples", ".kc")
  static let all = fixtures + sources + Files.find(Files.root + "/Tests/Language", ".kc")

  private func tree(_ path: String) throws -> SyntaxTree {
    let bytes = try #require(Files.read(path))
    return parse(bytes, path: Files.short(path).replacing("Tests/KCSyntaxTests/Fixtures/", with: ""))
  }

  @Test(arguments: fixtures) func reports(path: String) throws {
    let tree = try tree(path)
    let text = DiagnosticText(files: [tree.file])
    let found = tree.diagnostics.map { text.render($0) }.joined(separator: "\n")
    let expectedPath = path.dropLast(3) + ".expected"
    if Files.updates { return Files.write(found, to: String(expectedPath)) }
    let expected = try #require(Files.read(String(expectedPath)), "no \(expectedPath): run with KC_UPDATE=1")
    #expect(found == String(decoding: expected, as: UTF8.self))
  }

  /// A fixture in a layout of its own has the one layout in a file beside it.
  @Test(arguments: fixtures.filter { $0.hasSuffix("/layout.kc") }) func layout(path: String) throws {
    let found = String(decoding: Formatter.format(try tree(path)), as: UTF8.self)
    let expectedPath = path.dropLast(3) + ".formatted"
    if Files.updates { return Files.write(found, to: String(expectedPath)) }
    let expected = try #require(Files.read(String(expectedPath)), "no \(expectedPath): run with KC_UPDATE=1")
    #expect(found == String(decoding: expected, as: UTF8.self))
  }

  @Test(arguments: sources) func sourcesParse(path: String) throws {
    let tree = try tree(path)
    let text = DiagnosticText(files: [tree.file])
    #expect(tree.diagnostics.isEmpty, "\(tree.diagnostics.map { text.render($0) }.joined())")
  }

  /// The leaves of the tree are all tokens in their order, and the tokens are the file's bytes but for space and comments.
  @Test(arguments: all) func treesAreLossless(path: String) throws {
    let tree = try tree(path)
    #expect(leaves(tree.root) == Array(tree.tokens.indices))
    var end = 0
    for token in tree.tokens {
      #expect(Int(token.start) >= end)
      end = token.range.upperBound
    }
    #expect(end == tree.file.bytes.count)
  }

  private func leaves(_ node: SyntaxNode) -> [Int] {
    var out: [Int] = []
    let nodes = node.childNodes
    var next = 0
    for token in node.childTokens {
      while next < nodes.count, nodes[next].tokenRange.lowerBound < token || nodes[next].tokenRange.isEmpty {
        out += leaves(nodes[next])
        next += 1
      }
      out.append(token)
    }
    return out + nodes[next...].flatMap(leaves)
  }

  @Test(arguments: all) func formattingKeepsTokensAndComments(path: String) throws {
    let before = try tree(path)
    let once = Formatter.format(before)
    let after = parse(once)
    #expect(after.tokenTexts == before.tokenTexts)
    #expect(after.comments == before.comments)
    #expect(Formatter.format(after) == once, "\(String(decoding: once, as: UTF8.self))")
  }

  /// Without any one of its tokens a file has at most three reports more than with it, and stays readable and formattable.
  @Test(arguments: fixtures) func deletedTokensAreReportedSparingly(path: String) throws {
    let tree = try tree(path)
    let bytes = tree.file.bytes
    for (index, token) in tree.tokens.enumerated() where token.length > 0 {
      let mutated = parse(Array(bytes[..<Int(token.start)] + bytes[token.range.upperBound...]))
      let count = mutated.diagnostics.count
      #expect(
        count <= tree.diagnostics.count + 3,
        "without `\(tree.file.text(token.range))` on line \(tree.file.line(at: Int(token.start))): \(mutated.diagnostics.map(\.message))"
      )
      // Formatting is checked for a share of them: it takes longer than parsing.
      guard index % 4 == 0 else { continue }
      let once = Formatter.format(mutated)
      #expect(parse(once).tokenTexts == mutated.tokenTexts, "without the token at \(token.start)")
    }
  }
}
