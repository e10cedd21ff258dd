/// A map from what names a thing in an instance to its number: open addressing over plain integers, since looking names
/// up is a good part of an evaluation. It only grows.
struct ChildTable: Sendable {
  private var entries: [(key: ChildKey, value: Int32)]
  private var mask: Int
  private var count = 0

  init() {
    entries = Array(repeating: Self.empty, count: 256)
    mask = 255
  }

  private static let empty: (key: ChildKey, value: Int32) = (ChildKey(parent: -1, name: -1), -1)

  /// Makes room for so many names, while there is none.
  mutating func reserve(_ names: Int) {
    guard count == 0, names * 2 > entries.count else { return }
    var room = entries.count
    while room < names * 2 { room *= 2 }
    entries = Array(repeating: Self.empty, count: room)
    mask = room - 1
  }

  /// The number under a name; nil for none.
  subscript(key: ChildKey) -> Int32? {
    let found = entries[slot(of: key)]
    return found.value < 0 ? nil : found.value
  }

  /// Puts a number under a name, in place of what is there.
  mutating func set(_ value: Int32, for key: ChildKey) {
    var place = slot(of: key)
    if entries[place].value < 0 {
      count += 1
      if count * 2 > entries.count {
        grow()
        place = slot(of: key)
      }
    }
    entries[place] = (key, value)
  }

  /// Where a key stands, or would.
  private func slot(of key: ChildKey) -> Int {
    var place = Self.hash(key) & mask
    while entries[place].value >= 0, entries[place].key != key { place = (place + 1) & mask }
    return place
  }

  private mutating func grow() {
    let old = entries
    entries = Array(repeating: Self.empty, count: old.count * 2)
    mask = entries.count - 1
    for entry in old where entry.value >= 0 { entries[slot(of: entry.key)] = entry }
  }

  private static func hash(_ key: ChildKey) -> Int {
    let bits = UInt64(UInt32(bitPattern: key.parent)) << 32 | UInt64(UInt32(bitPattern: key.name))
    let mixed = (bits ^ bits >> 29) &* 0x9e37_79b9_7f4a_7c15
    return Int(truncatingIfNeeded: mixed >> 32)
  }
}
