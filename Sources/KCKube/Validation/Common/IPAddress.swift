/// An IPv4 or IPv6 address.
public struct IPAddress: Sendable, Hashable {
  /// Four or sixteen bytes.
  public var bytes: [UInt8]

  public var isIPv6: Bool { bytes.count == 16 }

  /// Reads an address in its strict form: no leading zeros, no IPv4 in IPv6 mapping, no zone. Nil for other texts.
  ///
  /// - Parameter allowsMapped: whether IPv4 in IPv6 mapping is taken, too.
  public init?(_ text: some StringProtocol, allowsMapped: Bool = false) {
    if text.utf8.contains(58) {
      guard let bytes = Self.version6(String(text)) else { return nil }
      if !allowsMapped, bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 255, bytes[11] == 255 { return nil }
      self.bytes = bytes
    } else {
      guard let bytes = Self.version4(String(text)) else { return nil }
      self.bytes = bytes
    }
  }

  /// Nil for what is neither four nor sixteen bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  private static func version4(_ text: String) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var out: [UInt8] = []
    for part in parts {
      guard part.utf8.count <= 3, part.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt8(part),
        part.utf8.count == 1 || part.first != "0"
      else { return nil }
      out.append(number)
    }
    return out
  }

  private static func version6(_ text: String) -> [UInt8]? {
    let gap = text.firstRange(of: "::")
    guard let gap else {
      guard let all = groups(text[...]), all.count == 16 else { return nil }
      return all
    }
    guard let head = groups(text[..<gap.lowerBound]), let tail = groups(text[gap.upperBound...]),
      head.count + tail.count <= 14
    else { return nil }
    return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
  }

  private static func groups(_ text: Substring) -> [UInt8]? {
    if text.isEmpty { return [] }
    var out: [UInt8] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if part.contains("."), index == parts.count - 1 {
        guard let last = version4(String(part)) else { return nil }
        out += last
        continue
      }
      guard (1...4).contains(part.utf8.count), part.first != "+", part.first != "-",
        let number = UInt16(part, radix: 16)
      else { return nil }
      out += [UInt8(number >> 8), UInt8(number & 255)]
    }
    return out.count <= 16 ? out : nil
  }

  public var isLoopback: Bool { isIPv6 ? bytes == Self.one : bytes[0] == 127 }
  public var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }
  public var isLinkLocal: Bool {
    isIPv6 ? bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80 : bytes[0] == 169 && bytes[1] == 254
  }
  public var isLinkLocalMulticast: Bool {
    isIPv6 ? bytes[0] == 0xff && bytes[1] & 0x0f == 2 : bytes[0] == 224 && bytes[1] == 0 && bytes[2] == 0
  }

  private static let one = [UInt8](repeating: 0, count: 15) + [1]
}

extension IPAddress: CustomStringConvertible {
  /// The canonical form (RFC 5952).
  public var description: String {
    if !isIPv6 { return bytes.map { String($0) }.joined(separator: ".") }
    let groups = (0..<8).map { UInt16(bytes[2 * $0]) << 8 | UInt16(bytes[2 * $0 + 1]) }
    var best = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8, groups[end] == 0 { end += 1 }
      if end - start > max(1, best.count) { best = start..<end }
      start = max(end, start + 1)
    }
    func text(_ part: some Sequence<UInt16>) -> String {
      part.map { String($0, radix: 16) }.joined(separator: ":")
    }
    if best.isEmpty { return text(groups) }
    return text(groups[..<best.lowerBound]) + "::" + text(groups[best.upperBound...])
  }
}

/// A range of addresses with a common prefix: `10.0.0.0/8`.
public struct IPRange: Sendable, Hashable {
  public var address: IPAddress
  /// The number of bits of the prefix.
  public var length: Int

  /// Reads a range in its strict form: a strict address without bits after the prefix. Nil for other texts.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPAddress(parts[0]), parts[1].utf8.allSatisfy({ (48...57).contains($0) }),
      let length = Int(parts[1]), length <= address.bytes.count * 8, parts[1].utf8.count == 1 || parts[1].first != "0"
    else { return nil }
    self.address = address
    self.length = length
    if masked(address) != address { return nil }
  }

  public func contains(_ other: IPAddress) -> Bool {
    other.bytes.count == address.bytes.count && masked(other) == address
  }

  private func masked(_ other: IPAddress) -> IPAddress {
    var bytes = other.bytes
    for index in bytes.indices {
      let bits = min(8, max(0, length - index * 8))
      bytes[index] &= bits == 0 ? 0 : 0xff << UInt8(8 - bits)
    }
    var masked = other
    masked.bytes = bytes
    return masked
  }
}
