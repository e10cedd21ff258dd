import KCCodec
import KCData
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Large and hostile texts: a clear error or a right result, in bounded memory.
@Suite struct LargeInputTests {
  /// The most memory that the process has had, in bytes.
  private static var peak: Int {
    var usage = rusage()
    getrusage(0, &usage)
    return usage.ru_maxrss * 1024
  }

  /// 50 MB: config maps with a file of a hundred thousand lines in all.
  @Test func fiftyMegabytes() throws {
    let line = "    " + String(repeating: "x", count: 491) + "\n"
    let document = Array(
      ("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  file: |\n"
        + String(repeating: line, count: 1000)).utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(document.count * 101)
    while bytes.count < 50_000_000 { bytes += document }
    let before = Self.peak
    let values = try YAML.parseAll(bytes)
    #expect(values.count == (bytes.count + document.count - 1) / document.count)
    #expect(values.allSatisfy { $0.at("data", "file")?.string?.utf8.count == 492_000 })
    // The text in memory twice, and what libyaml keeps of one scalar.
    #expect(Self.peak - before < 400_000_000)
  }

  /// Many small nodes cost memory in proportion to the text.
  @Test func manyNodes() throws {
    let item = "- {name: a, value: 1, on: [x, y], m: {k: v}}\n"
    let before = Self.peak
    let values = try YAML.parseAll(String(repeating: item, count: 20_000))
    #expect(values.first?.array?.count == 20_000)
    #expect(Self.peak - before < 200_000_000)
  }

  /// Texts that are refused, each with the reason.
  static let refused: [(name: String, bytes: [UInt8], reason: String)] = [
    ("aliases of aliases", Array(bomb.utf8), "multiply"),
    ("merges of merges", Array(mergeBomb.utf8), "multiply"),
    ("deep lists", Array(String(repeating: "[", count: 100_000).utf8), "nested"),
    ("deep maps", Array(String(repeating: "{a: ", count: 100_000).utf8), "nested"),
    ("deep blocks", Array((0..<2000).map { String(repeating: " ", count: $0) + "a:\n" }.joined().utf8), "nested"),
    ("a NUL", Array("a: b\0c\n".utf8), "control"),
    ("an escape in the text", Array("a: \u{1b}[0m\n".utf8), "control"),
    ("invalid UTF-8", Array("a: ".utf8) + [0xff, 0xfe, 0x0a], "UTF-8"),
    ("a truncated character", Array("a: ".utf8) + [0xe2, 0x82], "UTF-8"),
    ("half a UTF-16 character", [0xff, 0xfe, 0x61, 0x00, 0x3a], "UTF-16"),
    ("a lone surrogate", Array(#"a: "\ud800""#.utf8), "Unicode"),
    ("nothing as key", Array("~: b".utf8), "key"),
    ("a list as key", Array("[a]: b".utf8), "key"),
    ("a map as key", Array("{a: b}: c".utf8), "key"),
    ("not a number", Array("a: .nan".utf8), ""),
    ("an anchor that is not there", Array("a: *b".utf8), "b"),
    ("an alias of itself", Array("a: &a [*a]".utf8), ""),
  ]

  private static let bomb =
    "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    + (1..<12).map { level in
      "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", "))]\n"
    }.joined()

  private static let mergeBomb =
    "a0: &a0 {k: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}\n"
    + (1..<12).map { level in
      let maps = (0..<10).map { "k\($0): {<<: *a\(level - 1)}" }.joined(separator: ", ")
      return "a\(level): &a\(level) {\(maps)}\n"
    }.joined()

  @Test(arguments: refused.indices) func isRefused(_ index: Int) {
    let (name, bytes, reason) = Self.refused[index]
    let error = #expect(throws: CodecError.self, "\(name)") { try YAML.parseAll(bytes) }
    #expect(error?.message.lowercased().contains(reason.lowercased()) ?? false, "\(name): \(error?.message ?? "")")
  }

  /// Texts that are read, each with what it says.
  static let read: [(text: String, value: Value)] = [
    ("a: 9223372036854775807", ["a": 9_223_372_036_854_775_807]),
    ("a: 9223372036854775808", ["a": .number(9.223372036854775808e18)]),
    ("a: -9223372036854775808", ["a": .int(.min)]),
    ("a: 123456789012345678901234567890", ["a": .number(1.2345678901234568e29)]),
    (
      "1: a\ntrue: b\n1.5: d\n2001-01-01: e", ["1": "a", "true": "b", "1.5": "d", "2001-01-01": "e"]
    ),
    ("a: \"\\u00e9\\U0001F600\\0\"", ["a": "é😀\0"]),
    ("\u{feff}a: b", ["a": "b"]),
    ("a:\r\n  - b\r\n", ["a": ["b"]]),
  ]

  @Test(arguments: read.indices) func isRead(_ index: Int) throws {
    let (text, value) = Self.read[index]
    #expect(try YAML.parseAll(text) == [value], "\(text)")
  }

  @Test(arguments: [true, false]) func utf16IsRead(_ isLittle: Bool) throws {
    var bytes: [UInt8] = []
    for unit in "\u{feff}name: \"é😀\"\n".utf16 {
      let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xff))
      bytes += isLittle ? [low, high] : [high, low]
    }
    #expect(try YAML.parseAll(bytes) == [["name": "é😀"]])
  }

  /// Halves of surrogate pairs are unknown characters in JSON, as in Go; whole pairs stay.
  @Test(arguments: [
    (#""\ud800""#, "\u{fffd}"), (#""a\udc00b""#, "a\u{fffd}b"), (#""\ud83d\ude00""#, "😀"),
    (#""\ud800\ud83d\ude00""#, "\u{fffd}😀"), (#""\\ud800""#, #"\ud800"#), (#""\uD800\u0041""#, "\u{fffd}A"),
  ])
  func loneSurrogates(_ text: String, _ wanted: String) throws {
    #expect(try JSON.parse(text) == .string(wanted))
  }

  @Test func brokenEscapesStayErrors() {
    for text in [#""\ud8""#, #""\ud800"#, #""\u"#, #""\"#] {
      #expect(throws: CodecError.self, "\(text)") { try JSON.parse(text) }
    }
  }
}
