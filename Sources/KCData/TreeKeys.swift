/// Names interned as small numbers: equal names have equal numbers.
///
/// An open-addressing table over bytes in one buffer; it only grows.
public struct TreeKeys: Sendable {
  @usableFromInline var bytes: [UInt8] = []
  @usableFromInline var ends: [UInt32] = []
  private var slots: [UInt32]
  private var mask: Int

  public init() {
    slots = Array(repeating: .max, count: 1024)
    mask = 1023
  }

  @inlinable public var count: Int { ends.count }

  /// The number of a name.
  public mutating func intern(_ name: String) -> UInt32 {
    var copy = name
    return copy.withUTF8 { intern($0) }
  }

  public mutating func intern(_ name: Substring) -> UInt32 {
    var copy = name
    return copy.withUTF8 { intern($0) }
  }

  /// The number of a name given as UTF-8.
  public mutating func intern(_ name: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var slot = Self.hash(name) & mask
    while slots[slot] != .max {
      if matches(slots[slot], name) { return slots[slot] }
      slot = (slot + 1) & mask
    }
    let number = UInt32(ends.count)
    bytes.append(contentsOf: name)
    ends.append(UInt32(bytes.count))
    slots[slot] = number
    if ends.count * 2 > slots.count { grow() }
    return number
  }

  /// The number of a name that was interned before; nil for others.
  public func find(_ name: String) -> UInt32? {
    var copy = name
    return copy.withUTF8 { find($0) }
  }

  /// The same for a name given as UTF-8.
  public func find(_ name: UnsafeBufferPointer<UInt8>) -> UInt32? {
    var slot = Self.hash(name) & mask
    while slots[slot] != .max {
      if matches(slots[slot], name) { return slots[slot] }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Where a name's bytes stand in the buffer.
  @inlinable func range(_ number: UInt32) -> Range<Int> {
    let index = Int(number)
    return (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
  }

  /// The UTF-8 of a name.
  @inlinable public func utf8(_ number: UInt32) -> ArraySlice<UInt8> { bytes[range(number)] }

  /// Calls `body` with the UTF-8 of a name, without a copy.
  @inlinable
  public func withUTF8<R>(_ number: UInt32, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[range(number)])) }
  }

  /// A name as text.
  @inlinable public func text(_ number: UInt32) -> String { String(decoding: bytes[range(number)], as: UTF8.self) }

  private func matches(_ number: UInt32, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
    let range = range(number)
    guard range.count == name.count else { return false }
    return bytes.withUnsafeBytes { bytes in
      let (own, other) = (UnsafeRawBufferPointer(rebasing: bytes[range]), UnsafeRawBufferPointer(name))
      var place = 0
      while place + 8 <= own.count {
        if Self.word(own, place) != Self.word(other, place) { return false }
        place += 8
      }
      while place < own.count {
        if own[place] != other[place] { return false }
        place += 1
      }
      return true
    }
  }

  /// Eight bytes from a place on, which there must be.
  private static func word(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> UInt64 {
    bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
  }

  private mutating func grow() {
    mask = slots.count * 2 - 1
    slots = Array(repeating: .max, count: slots.count * 2)
    for number in ends.indices {
      var slot = bytes[range(UInt32(number))].withUnsafeBufferPointer { Self.hash($0) } & mask
      while slots[slot] != .max { slot = (slot + 1) & mask }
      slots[slot] = UInt32(number)
    }
  }

  private static func hash(_ name: UnsafeBufferPointer<UInt8>) -> Int {
    let bytes = UnsafeRawBufferPointer(name)
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(bytes.count)
    var place = 0
    while place + 8 <= bytes.count {
      hash = (hash ^ word(bytes, place)) &* 0x9e37_79b9_7f4a_7c15
      hash ^= hash >> 32
      place += 8
    }
    while place < bytes.count {
      hash = (hash ^ UInt64(bytes[place])) &* 0x0000_0100_0000_01b3
      place += 1
    }
    return Int(truncatingIfNeeded: (hash ^ hash >> 29) & 0x7fff_ffff)
  }
}
