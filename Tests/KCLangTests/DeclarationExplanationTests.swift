import KCLang
import Testing

@Suite struct DeclarationExplanationTests {
  private static let program = Compilation(
    entry: ["main.kc"],
    provider: MemorySources([
      "main.kc": """
      type Token = Secret<String>
      /// The tag of the image.
      param tag: String(matching: /v.*/) = "v1"
      param token: Token = "hunter2"
      param key: Secret<String> = "hunter2"
      enum Tier { front, back }
      param tier: Tier = front
      type Login = { user: String = "a", pass: Secret<String> = "hunter2", token: Token = "hunter3" }
      func sign(text: String = "t", with: Secret<String> = "hunter2") -> Login = { user = text }
      /// Twice as many.
      func twice(n: Int) -> Int = n * 2
      component shop(count: Int = 2) {
        config c { data { N = "\\(twice(count))" } }
      }
      """
    ]))

  private func signatures(_ name: String) -> [String] {
    Self.program.explain(declaration: name).map(\.signature)
  }

  @Test func tellsWhatIsDeclared() {
    #expect(signatures("tag") == [#"param tag: String(matching: /v.*/) = "v1""#])
    #expect(signatures("twice") == ["func twice(n: Int) -> Int"])
    #expect(signatures("shop") == ["component shop(count: Int = 2)"])
    #expect(signatures("nothing") == [])
    #expect(Self.program.explain(declaration: "tag").map(\.documentation) == ["The tag of the image."])
    #expect(Self.program.explain(declaration: "twice").map(\.location.line) == [11])
  }

  /// Also where the type of a parameter only stands for a secret's.
  @Test func showsNoSecrets() {
    #expect(signatures("token") == ["param token: Token"])
    #expect(signatures("key") == ["param key: Secret<String>"])
    #expect(signatures("tier") == ["param tier: Tier = front"])
    #expect(
      signatures("Login") == [
        #"type Login = { user: String = "a", pass: Secret<String> = (secret), token: Token = (secret) }"#
      ])
    #expect(signatures("sign") == [#"func sign(text: String = "t", with: Secret<String> = (secret)) -> Login"#])
  }
}
