import KCCodec
import KCData
import Testing

/// Numbers that are the same in each run.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// Texts that are nearly right: nothing crashes, and what is read can be written and read again.
@Suite struct CodecFuzzTests {
  static let yaml = """
    apiVersion: v1
    kind: List
    base: &base {a: 1, b: [x, 'y', "z\\n"], c: ~}
    items:
    - <<: *base
      name: "quoted \\u00e9"
      text: |-
        several
          lines
      folded: >+
        more

    - ? complex
      : [0x1f, 017, 1e3, .5, yes, 2020-01-01]
    ---
    - !!binary aGVsbG8=
    - !tag {}
    ...

    """

  static let json =
    #"{"a":[1,-2.5e3,true,false,null,"\ud834\udd1e\n\\",{"b":{"c":[[]]}}],"k\u0000":12345678901234567890}"#

  private func mutated(_ text: String, _ random: inout Seeded, times: ClosedRange<Int> = 1...6) -> [UInt8] {
    var bytes = Array(text.utf8)
    for _ in 0..<Int.random(in: times, using: &random) {
      let at = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.remove(at: at)
      case 2: bytes.insert(Array("{}[]:,-&*!|>'\"%@`#?<\n\t \\0".utf8).randomElement(using: &random) ?? 0, at: at)
      case 3:
        let end = min(bytes.count, at + Int.random(in: 1...12, using: &random))
        bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0..<bytes.count, using: &random))
      default: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...20, using: &random)))
      }
      if bytes.isEmpty { bytes = [0x20] }
    }
    return bytes
  }

  @Test func yamlSurvives() throws {
    var random = Seeded(1)
    var readable = 0
    for _ in 0..<3000 {
      let bytes = mutated(Self.yaml, &random)
      guard let documents = try? YAML.parseAll(bytes) else { continue }
      readable += 1
      for document in documents {
        let again = try? YAML.parseAll(YAML.text(document))
        // A whole number written without its fraction comes back as an integer.
        #expect(again.map { JSON.text(.array($0), sorted: true) } == JSON.text([document], sorted: true))
      }
      let text = String(decoding: bytes, as: UTF8.self)
      if Array(text.utf8) == bytes { #expect(try YAML.parseWithPlaces(text).map(\.value) == documents) }
    }
    #expect(readable > 100)
  }

  @Test func jsonSurvives() throws {
    var random = Seeded(2)
    var readable = 0
    for _ in 0..<20_000 {
      let bytes = mutated(Self.json, &random, times: 1...1)
      guard let value = try? JSON.parse(bytes) else { continue }
      readable += 1
      let written = JSON.bytes(value)
      #expect(try JSON.bytes(JSON.parse(written)) == written)
    }
    #expect(readable > 100)
  }

  @Test func noiseIsRefusedOrRead() {
    var random = Seeded(3)
    for _ in 0..<5000 {
      let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      _ = try? JSON.parse(bytes)
      _ = try? YAML.parseAll(bytes)
      let ascii = bytes.map { $0 & 0x7f }
      _ = try? JSON.parse(ascii)
      _ = try? YAML.parseAll(ascii)
    }
  }

  @Test func anchorsOfEveryShapeAreBounded() {
    // A list of aliases to itself being built, wide and deep.
    var text = "a: &a [" + Array(repeating: "x", count: 1000).joined(separator: ",") + "]\n"
    text += "b: &b [" + Array(repeating: "*a", count: 1000).joined(separator: ",") + "]\n"
    text += "c: [" + Array(repeating: "*b", count: 1000).joined(separator: ",") + "]\n"
    #expect(throws: CodecError.self) { try YAML.parseAll(text) }
    var merges = "m0: &m0 {a: 1}\n"
    for level in 1..<15 { merges += "m\(level): &m\(level)\n  <<: [*m\(level - 1), *m\(level - 1)]\n  k\(level): 1\n" }
    #expect(throws: Never.self) { try YAML.parseAll(merges) }
  }
}
