/// Makes inputs from inputs, the same in each run: for runs without coverage to guide them.
public struct Mutator: RandomNumberGenerator {
  private var state: UInt64
  private let corpus: [[UInt8]]
  /// Pieces of the corpus, words and marks: what an input is likely to react to.
  private let pieces: [[UInt8]]

  public init(seed: UInt64, corpus: [[UInt8]]) {
    state = seed
    self.corpus = corpus
    let marks = [
      "{", "}", "(", ")", "[", "]", "\"", "\\(", "\"\"\"", "/*", "//", "\n", ",", ":", "=", "...", "->", "null", "-1",
      "9223372036854775807", "-9223372036854775808", "0", "1e400", "\0", "\u{feff}", "é", "|", "&", "*", "!", "?", "~",
    ]
    var words = Set(marks.map { Array($0.utf8) })
    for input in corpus {
      for word in input.split(whereSeparator: { $0 <= 0x20 || $0 == 0x22 || $0 == 0x2c }) where word.count < 24 {
        words.insert(Array(word))
      }
    }
    pieces = words.sorted { $0.lexicographicallyPrecedes($1) }
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// One of the corpus, changed in one to eight places.
  public mutating func input() -> [UInt8] {
    guard var bytes = corpus.randomElement(using: &self) else { return [] }
    for _ in 0..<Int.random(in: 1...8, using: &self) { change(&bytes) }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8]) {
    let place = Int.random(in: 0...bytes.count, using: &self)
    let end = min(bytes.count, place + Int.random(in: 0...24, using: &self))
    switch Int.random(in: 0..<7, using: &self) {
    case 0: if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &self) }
    case 1: bytes.removeSubrange(place..<end)
    case 2, 3: bytes.insert(contentsOf: pieces.randomElement(using: &self) ?? [], at: place)
    case 4: bytes.replaceSubrange(place..<end, with: pieces.randomElement(using: &self) ?? [])
    case 5: bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &self))
    default:
      guard let other = corpus.randomElement(using: &self), !other.isEmpty else { return }
      let start = Int.random(in: 0..<other.count, using: &self)
      bytes.insert(contentsOf: other[start..<min(other.count, start + 60)], at: place)
    }
  }
}
