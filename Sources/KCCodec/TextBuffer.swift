internal import KCData

/// Bytes that are written one small piece after the other: what is put behind the others is put there at once, without a
/// general replacement of nothing.
struct TextBuffer: Sendable {
  private var written = Scratch<UInt8>()

  var count: Int { written.count }

  /// What was written.
  var bytes: [UInt8] { written.withElements(from: 0) { Array($0) } }

  /// Forgets what was written, and keeps the room.
  mutating func removeAll() { written.drop(to: 0) }

  mutating func removeLast() { written.drop(to: count - 1) }

  mutating func append(_ byte: UInt8) { written.append(byte) }

  mutating func append(_ text: UnsafeBufferPointer<UInt8>) { written.append(text) }

  mutating func append(_ text: StaticString) {
    append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  mutating func append(contentsOf text: some Sequence<UInt8>) { written.append(contentsOf: text) }

  /// Puts a byte a number of times.
  mutating func append(_ byte: UInt8, times: Int) { written.append(byte, times: times) }

  /// Lets something be put behind the rest that is written to an array.
  mutating func append(writing body: (inout [UInt8]) -> Void) {
    var piece: [UInt8] = []
    body(&piece)
    piece.withUnsafeBufferPointer { append($0) }
  }
}
