/// Bytes that a source cannot have: what they would be is not what is seen.
extension SourceFile {
  public enum ForbiddenSign: Sendable {
    /// Bytes that are no UTF-8.
    case encoding
    /// A byte that is zero.
    case zero
    /// A character that shows what follows it in another order.
    case direction
  }

  /// The first place of the file with such a sign; nil for a file of plain text.
  public var forbiddenSign: (sign: ForbiddenSign, range: Range<Int>)? {
    bytes.withUnsafeBufferPointer { bytes in
      var place = 0
      while place < bytes.count {
        let byte = bytes[place]
        if byte == 0 { return (.zero, place..<place + 1) }
        guard byte >= 0x80 else {
          place += 1
          continue
        }
        guard let (scalar, length) = Self.scalar(in: bytes, at: place) else { return (.encoding, place..<place + 1) }
        if (0x202a...0x202e).contains(scalar) || (0x2066...0x2069).contains(scalar) {
          return (.direction, place..<place + length)
        }
        place += length
      }
      return nil
    }
  }

  /// The character that begins at a byte of 128 or more, and its length; nil where there is none.
  private static func scalar(in bytes: UnsafeBufferPointer<UInt8>, at place: Int) -> (scalar: UInt32, length: Int)? {
    let (first, length, least): (UInt8, Int, UInt32) =
      switch bytes[place] {
      case 0xc2...0xdf: (0x1f, 2, 0x80)
      case 0xe0...0xef: (0x0f, 3, 0x800)
      case 0xf0...0xf4: (0x07, 4, 0x10000)
      default: (0, 0, 0)
      }
    guard length > 0, place + length <= bytes.count else { return nil }
    var scalar = UInt32(bytes[place] & first)
    for next in bytes[place + 1..<place + length] {
      guard next & 0xc0 == 0x80 else { return nil }
      scalar = scalar << 6 | UInt32(next & 0x3f)
    }
    return scalar >= least && Unicode.Scalar(scalar) != nil ? (scalar, length) : nil
  }
}
