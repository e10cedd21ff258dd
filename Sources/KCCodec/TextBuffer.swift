/// Bytes that are written one small piece after the other: what is put behind the others is put there at once, without a
/// general replacement of nothing.
struct TextBuffer: Sendable {
  /// Those from `count` on are room for more.
  private var room: [UInt8] = []
  private(set) var count = 0

  /// What was written.
  var bytes: [UInt8] { Array(room[..<count]) }

  /// Forgets what was written, and keeps the room.
  mutating func removeAll() { count = 0 }

  mutating func removeLast() { count -= 1 }

  mutating func append(_ byte: UInt8) {
    if count == room.count { grow(by: 1) }
    room[count] = byte
    count += 1
  }

  mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
    guard let start = text.baseAddress else { return }
    if room.count - count < text.count { grow(by: text.count) }
    let place = count
    room.withUnsafeMutableBufferPointer { room in
      UnsafeMutableBufferPointer(rebasing: room[place..<place + text.count])
        .baseAddress?.update(from: start, count: text.count)
    }
    count += text.count
  }

  mutating func append(_ text: StaticString) {
    append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  mutating func append(contentsOf text: some Sequence<UInt8>) { for byte in text { append(byte) } }

  /// Puts a byte a number of times.
  mutating func append(_ byte: UInt8, times: Int) {
    if room.count - count < times { grow(by: times) }
    let place = count
    room.withUnsafeMutableBufferPointer { room in
      for offset in 0..<times { room[place + offset] = byte }
    }
    count += times
  }

  /// Lets something be put behind the rest that is written to an array.
  mutating func append(writing body: (inout [UInt8]) -> Void) {
    var piece: [UInt8] = []
    body(&piece)
    piece.withUnsafeBufferPointer { append($0) }
  }

  private mutating func grow(by needed: Int) {
    let more = max(needed, room.count, 256)
    room.append(contentsOf: repeatElement(0, count: more))
  }
}
