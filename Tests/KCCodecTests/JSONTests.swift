import KCCodec
import KCData
import Testing

@Suite struct JSONTests {
  @Test func severalValuesInARow() throws {
    let text = "{\"a\": \"}\\\"\\ud83d\\ude00\"}\n\n[1, {}] {\"b\": 2}\n"
    let found = try JSON.parseAll(Array(text.utf8))
    #expect(found.map(\.value) == [["a": "}\"😀"], [1, [:]], ["b": 2]])
    #expect(found.map(\.line) == [1, 3, 3])
    for wrong in ["{", "{} 1", "[}", "{} x", "\"a", "{\"a\\"] {
      #expect(throws: CodecError.self) { try JSON.parseAll(Array(wrong.utf8)) }
    }
  }

  @Test func roundTrips() throws {
    let text = #"{"a":[1,-2.5,true,null,"x\n\u0001\"é"],"b":{}}"#
    #expect(JSON.text(try JSON.parse(text)) == text)
  }

  @Test(arguments: [
    "{", #"{"a":1,"a":2}"#, "nul", "", "[1,]", "1e999", "NaN", #"{"a":1}x"#, "\"\u{1}\"", "01", "{\"a\":}",
  ])
  func refuses(text: String) {
    #expect(throws: CodecError.self) { try JSON.parse(text) }
  }

  @Test func invalidUTF8IsRefused() {
    #expect(throws: CodecError.self) { try JSON.parse([0x22, 0xff, 0x22]) }
  }

  @Test func placesCountFromOne() {
    #expect { try JSON.parse("{\n  \"a\": x}") } throws: { ($0 as? CodecError)?.line == 2 }
  }

  @Test func deepNestingIsRefused() {
    #expect(throws: CodecError.self) { try JSON.parse(String(repeating: "[", count: 100_000)) }
  }

  @Test func sortsAndIndents() {
    let value: Value = ["b": 1, "a": [1, 2]]
    #expect(JSON.text(value, sorted: true) == #"{"a":[1,2],"b":1}"#)
    #expect(JSON.text(value, pretty: true, sorted: true) == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": 1\n}")
  }

  @Test func integersAndOthersStayApart() throws {
    #expect(
      try JSON.parse("[1,1.0,9223372036854775807,-9223372036854775808]") == [1, .number(1), .int(.max), .int(.min)])
    #expect(
      try JSON.parse("[9223372036854775808,\"99999999999999999999\"]") == [.number(0x1p63), "99999999999999999999"])
  }

  @Test(arguments: [
    (1.5, "1.5"), (100, "100"), (1e20, "100000000000000000000"), (1e21, "1e+21"), (0.000001, "0.000001"),
    (1e-7, "1e-7"),
    (-0.25, "-0.25"), (1.7976931348623157e308, "1.7976931348623157e+308"), (.leastNonzeroMagnitude, "5e-324"),
    (123456789012345680, "123456789012345680"),
    (.infinity, "null"),
  ])
  func numbersAsGoWritesThem(number: Double, text: String) {
    #expect(JSON.text(.number(number)) == text)
  }

  @Test func appendsToABuffer() {
    var buffer = Array("x".utf8)
    JSON.append(["a": 1], to: &buffer)
    #expect(String(decoding: buffer, as: UTF8.self) == "x{\"a\":1}")
  }
}
