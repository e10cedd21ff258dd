internal import KCKube

/// An IPv4 or IPv6 address.
struct NetworkAddress: Sendable, Equatable {
  /// The address as a number; an IPv4 address takes the low 32 bits.
  var number: UInt128
  var isSix: Bool

  init(number: UInt128, isSix: Bool) {
    self.number = number
    self.isSix = isSix
  }

  /// How many bits it has.
  var width: Int { isSix ? 128 : 32 }

  /// Nil where the text is no address.
  init?(_ text: some StringProtocol) {
    guard text.utf8.count <= 45, let address = IPAddress(text, allowsMapped: true) else { return nil }
    self.init(number: address.bytes.reduce(0) { $0 << 8 | UInt128($1) }, isSix: address.isIPv6)
  }

  /// In its shortest form (RFC 5952 for IPv6).
  var text: String {
    let bytes = stride(from: width - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt128($0)) }
    return IPAddress(bytes: bytes)?.description ?? ""
  }
}

/// A block of addresses: `10.0.0.0/8`.
struct AddressBlock: Sendable, Equatable {
  var first: NetworkAddress
  var prefix: Int

  init(first: NetworkAddress, prefix: Int) {
    self.first = first
    self.prefix = prefix
  }

  /// Nil where the text is no block. Bits after the prefix are cleared: `10.1.2.3/8` is `10.0.0.0/8`.
  init?(_ text: some StringProtocol) {
    let halves = text.split(separator: "/", omittingEmptySubsequences: false)
    guard halves.count == 2, let address = NetworkAddress(halves[0]), (1...3).contains(halves[1].utf8.count),
      halves[1].utf8.allSatisfy({ (48...57).contains($0) }), let prefix = Int(halves[1]), prefix <= address.width
    else { return nil }
    self.prefix = prefix
    first = address
    first.number &= mask
  }

  /// The bits of the prefix.
  var mask: UInt128 {
    let all = first.isSix ? UInt128.max : UInt128(UInt32.max)
    let host = first.width - prefix
    return host == 0 ? all : host == 128 ? 0 : (all >> UInt128(host)) << UInt128(host)
  }

  var last: NetworkAddress {
    let all = first.isSix ? UInt128.max : UInt128(UInt32.max)
    return NetworkAddress(number: first.number | (all ^ mask), isSix: first.isSix)
  }

  var text: String { "\(first.text)/\(prefix)" }

  func contains(_ address: NetworkAddress) -> Bool {
    address.isSix == first.isSix && address.number & mask == first.number
  }

  func contains(_ other: AddressBlock) -> Bool { other.prefix >= prefix && contains(other.first) }
}
