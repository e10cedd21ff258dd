/// A schema's fields by their keys: open addressing over plain integers, as in `ChildTable`, with one table a schema.
struct SlotTable: Sendable {
  private var entries: [(key: Int32, slot: Int32)] = []
  private var count = 0

  /// The slot of a key; nil where no field has it.
  subscript(key: Int32) -> Int32? {
    get {
      if entries.isEmpty { return nil }
      let found = entries[place(of: key)].slot
      return found < 0 ? nil : found
    }
    set {
      guard let newValue else { return }
      if (count + 1) * 2 > entries.count { grow() }
      let place = place(of: key)
      if entries[place].slot < 0 { count += 1 }
      entries[place] = (key, newValue)
    }
  }

  /// Where a key stands, or would.
  private func place(of key: Int32) -> Int {
    let mask = entries.count - 1
    var place = Int(UInt32(bitPattern: key) &* 0x9e37_79b1 >> 7) & mask
    while entries[place].slot >= 0, entries[place].key != key { place = (place + 1) & mask }
    return place
  }

  private mutating func grow() {
    let old = entries
    entries = Array(repeating: (-1, -1), count: max(8, old.count * 2))
    for entry in old where entry.slot >= 0 { entries[place(of: entry.key)] = entry }
  }
}
