internal import KCData
internal import KCKube

/// A stable short name for a pod template: equal templates have equal names, on every machine and at every time.
///
/// - Parameter collisions: makes another name, for when the first is taken by something else.
func templateHash(_ template: Value?, collisions: Int) -> String {
  var hash = FNV()
  hash.feed(template?.withoutNulls ?? .null)
  if collisions > 0 { hash.feed(text: String(collisions)) }
  return hash.word
}

/// FNV-1a over values, independent of the order of fields.
struct FNV {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func feed(text: String) {
    for byte in text.utf8 { feed(byte: byte) }
    feed(byte: 0)
  }

  private mutating func feed(byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }

  mutating func feed(_ value: Value) {
    switch value {
    case .null: feed(byte: 1)
    case .bool(let truth): feed(byte: truth ? 2 : 3)
    case .int(let number): feed(text: "i\(number)")
    case .number(let number): feed(text: "n\(number)")
    case .string(let text): feed(text: "s\(text)")
    case .array(let elements):
      feed(text: "a\(elements.count)")
      for element in elements { feed(element) }
    case .object(let fields):
      feed(text: "o\(fields.count)")
      for key in fields.keys.sorted() {
        feed(text: key)
        feed(fields[key] ?? .null)
      }
    }
  }

  /// The hash in letters and digits that make no words.
  var word: String {
    let letters = Array("bcdfghjklmnpqrstvwxz2456789".utf8)
    var rest = state ^ state >> 32
    var bytes: [UInt8] = []
    for _ in 0..<10 {
      bytes.append(letters[Int(rest % UInt64(letters.count))])
      rest /= UInt64(letters.count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
