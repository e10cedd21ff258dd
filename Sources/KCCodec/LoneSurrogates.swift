/// Escapes in JSON of one half of a surrogate pair, which is no character. jansson refuses them; Kubernetes reads the mark
/// for an unknown character.
enum LoneSurrogates {
  /// The text with `\ufffd` for each; nil where there is none.
  static func replaced(_ bytes: [UInt8]) -> [UInt8]? {
    var out: [UInt8]?
    var position = 0
    while position + 1 < bytes.count {
      guard bytes[position] == UInt8(ascii: "\\") else {
        position += 1
        continue
      }
      guard let unit = unit(bytes, position) else {
        position += 2
        continue
      }
      switch unit {
      case 0xd800...0xdbff:
        if let low = self.unit(bytes, position + 6), (0xdc00...0xdfff).contains(low) {
          position += 12
          continue
        }
      case 0xdc00...0xdfff: break
      default:
        position += 6
        continue
      }
      if out == nil { out = bytes }
      out?.replaceSubrange(position + 2..<position + 6, with: "fffd".utf8)
      position += 6
    }
    return out
  }

  /// What `\u` and four digits at a place say; nil where no such escape stands.
  private static func unit(_ bytes: [UInt8], _ position: Int) -> UInt32? {
    guard position + 6 <= bytes.count, bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
    else { return nil }
    return UInt32(String(decoding: bytes[position + 2..<position + 6], as: UTF8.self), radix: 16)
  }
}
