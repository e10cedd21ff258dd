/// A range of IPv4 addresses.
struct IPv4Range {
  let base: UInt32
  let size: UInt32

  /// Reads CIDR notation.
  init?(_ text: String) {
    let parts = text.split(separator: "/")
    guard parts.count == 2, let length = UInt32(parts[1]), (8...30).contains(length),
      let address = Self.number(String(parts[0]))
    else { return nil }
    size = 1 << (32 - length)
    base = address & ~(size - 1)
  }

  static func number(_ text: String) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    guard parts.count == 4 else { return nil }
    var out: UInt32 = 0
    for part in parts {
      guard let part else { return nil }
      out = out << 8 | UInt32(part)
    }
    return out
  }

  /// Whether an address can be given out: neither the first nor the last.
  func contains(_ text: String) -> Bool {
    Self.number(text).map { $0 > base && $0 - base < size - 1 } ?? false
  }

  /// The address at an offset within the range.
  func address(_ offset: UInt32) -> String {
    let number = base + offset
    return [24, 16, 8, 0].map { String(number >> $0 & 255) }.joined(separator: ".")
  }
}
