import KCCodec
import KCData
import Testing

/// Bodies that say something twice, read as Kubernetes reads them where it is not strict.
@Suite struct RepeatingTests {
  @Test func objectsBecomeOne() throws {
    let (value, repeated) = try JSON.parseRepeating(
      Array(#"{"d":{"a":"1","a":"2"},"l":[{"x":1,"x":2}],"d":{"c":3}}"#.utf8))
    #expect(value == ["d": ["a": "2", "c": 3], "l": [["x": 2]]])
    #expect(repeated == ["d.a", "l[0].x", "d"])
  }

  @Test(arguments: [
    "", "{", "{} x", "{\"a\":1,\"a\":2}]", "{\"a\"", "{\"a\":}", "{\"a\":1,}", "[1 2]", "{1:2}", "\"a", "{\"a\":tru}",
    "[", "{\"\\",
  ])
  func brokenTextIsRefused(_ text: String) {
    #expect(throws: CodecError.self) { try JSON.parseRepeating(Array(text.utf8)) }
  }

  @Test func depthIsLimited() {
    let text = String(repeating: "[", count: 100_000)
    #expect(throws: CodecError.self) { try JSON.parseRepeating(Array(text.utf8)) }
  }

  @Test func lastKeyOfYAMLCounts() throws {
    let (values, repeated) = try YAML.parseRepeating(Array("a: 1\nb: {x: 1, x: 2}\na: 3\n".utf8))
    #expect(values == [["a": 3, "b": ["x": 2]]])
    #expect(repeated.map(\.key) == ["x", "a"])
    #expect(repeated.map(\.line) == [2, 3])
  }
}
