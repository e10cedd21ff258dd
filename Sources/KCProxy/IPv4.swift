/// An IPv4 address. Whatever comes from objects becomes one before it reaches rules or answers, so that nothing else can.
public struct IPv4: Sendable, Hashable, Comparable, CustomStringConvertible {
  public let value: UInt32

  public init(_ value: UInt32) { self.value = value }

  /// Reads four decimal numbers with dots; nil for anything else.
  public init?(_ text: some StringProtocol, separator: Character = ".") {
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var value: UInt32 = 0
    for part in parts {
      guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (48...57).contains($0) }),
        part.utf8.count == 1 || part.utf8.first != 48, let byte = UInt8(part)
      else { return nil }
      value = value << 8 | UInt32(byte)
    }
    self.value = value
  }

  public var bytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) } }
  public var description: String { bytes.map { String($0) }.joined(separator: ".") }
  public static func < (left: IPv4, right: IPv4) -> Bool { left.value < right.value }
}
