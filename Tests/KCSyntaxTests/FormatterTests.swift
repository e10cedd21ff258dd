import KCSyntax
import Testing

@Suite struct FormatterTests {
  private func format(_ text: String) -> String {
    String(
      decoding: Formatter.format(Parser.parse(SourceFile(id: 0, path: "t.kc", bytes: Array(text.utf8)))), as: UTF8.self)
  }

  private func tokens(_ text: String) -> [String] {
    let tree = Parser.parse(SourceFile(id: 0, path: "t.kc", bytes: Array(text.utf8)))
    return tree.tokens.map { tree.file.text($0.range) }
  }

  @Test func layout() {
    let text =
      "let   x=[1,2 , 3]\n\n\n\ndeployment  web{\nreplicas=3   // three\n   container app {image=\"a\\( x )\" \n cpu=100m...500m }\n\n}\n"
    #expect(
      format(text)
        == "let x = [1, 2, 3]\n\ndeployment web {\n  replicas = 3 // three\n  container app {\n    image = \"a\\( x )\"\n    cpu = 100m...500m\n  }\n}\n"
    )
  }

  @Test(arguments: [
    ParserTests.example, "//c\nlet a=-1\nlet b = a - 1\n/* x */ let c = f( a ,b: 2 )\n",
    "let r = {\na=1\n  b = {c = 2}\n}\n", "",
  ])
  func idempotentAndLossless(text: String) {
    let once = format(text)
    #expect(format(once) == once)
    #expect(tokens(once) == tokens(text))
  }
}
