import KCData
import Testing

@testable import KCCodec

/// The short way reads what jansson reads, or nothing.
@Suite struct PlainJSONTests {
  private static let texts = [
    #"{"a":[1,-2,0,-0,true,false,null,"x\n\"\\\/é😀",{"b":{"c":[[]]}}],"k":123456789012345678,"":"" , "z" : [ ] }"#,
    #"[{"kind":"Pod","metadata":{"name":"a","labels":{"app":"web"}},"spec":{"n":9223372036854775807,"f":1.5e3}}]"#,
    #"{"u":"\u00e9\ud834\udd1e","s":"\ud800","dup":1,"dup":2}"#, #" "text" "#, "-12", "  null\n", "[1,\r\n\t2]",
  ]

  @Test func whatIsPlainIsRead() {
    #expect(PlainJSON.value(Array(Self.texts[0].utf8)) != nil)
    #expect(PlainJSON.value(Array("{}".utf8)) == [:])
    #expect(PlainJSON.value(Array("[-0, 12]".utf8)) == [0, 12])
    for text in [Self.texts[3], Self.texts[4], Self.texts[5], Self.texts[6]] {
      #expect(PlainJSON.value(Array(text.utf8)) != nil, "\(text)")
    }
  }

  @Test(arguments: [
    "", " ", "{", "}", "[", "[1", "[1,", "[1,]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{a:1}", "tru", "truex",
    "nul", "1x", "01", "-", "-a", "1.5", "1e3", "1234567890123456789", "99999999999999999999999", "\"", "\"a", "\"\\",
    "\"\\u0041\"", "\"\\x\"", "\"\u{1}\"", "{\"a\":1,\"a\":2}", "1 2", "\u{FEFF}1", "'a'", "NaN",
  ])
  func theRestIsLeftToOthers(text: String) {
    #expect(PlainJSON.value(Array(text.utf8)) == nil)
  }

  @Test func whatIsNoUTF8OrTooDeepIsLeftToOthers() {
    #expect(PlainJSON.value([0x22, 0xff, 0x22]) == nil)
    #expect(PlainJSON.value([0x22, 0xc0, 0x80, 0x22]) == nil)
    #expect(PlainJSON.value([0x22, 0xed, 0xa0, 0x80, 0x22]) == nil)
    #expect(PlainJSON.value([0x22, 0x5c, 0x6e, 0xff, 0x22]) == nil)
    #expect(PlainJSON.value(Array(repeating: UInt8(ascii: "["), count: 100_000)) == nil)
  }

  /// Texts that are nearly right, by the thousand.
  @Test func itNeverReadsSomethingElse() throws {
    var random = Seeded(20_261_127)
    var read = 0
    for round in 0..<20_000 {
      var bytes = Array(Self.texts[round % Self.texts.count].utf8)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1 where bytes.count > 1: bytes.remove(at: at)
        case 2: bytes.insert(Array("{}[]:,-\" \\0nut1\n".utf8).randomElement(using: &random) ?? 0, at: at)
        default: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 6)], at: at)
        }
      }
      guard let value = PlainJSON.value(bytes) else { continue }
      read += 1
      let other = try JSON.parseAny(bytes)
      #expect(other == value && JSON.text(other) == JSON.text(value), "\(String(decoding: bytes, as: UTF8.self))")
    }
    #expect(read > 2000, "\(read)")
  }
}
