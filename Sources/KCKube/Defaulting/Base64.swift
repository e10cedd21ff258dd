/// Base 64 (RFC 4648).
public enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The text for bytes, with padding.
  public static func encode(_ bytes: some Sequence<UInt8>) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.underestimatedCount * 4 / 3 + 4)
    var group: UInt32 = 0
    var count = 0
    for byte in bytes {
      group = group << 8 | UInt32(byte)
      count += 1
      if count == 3 {
        for shift in [18, 12, 6, 0] as [UInt32] { out.append(alphabet[Int(group >> shift & 63)]) }
        (group, count) = (0, 0)
      }
    }
    if count > 0 {
      group <<= UInt32(8 * (3 - count))
      for (place, shift) in ([18, 12, 6, 0] as [UInt32]).enumerated() {
        out.append(place <= count ? alphabet[Int(group >> shift & 63)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// The bytes; nil where the text is not base 64. Line breaks are passed over.
  public static func decode(_ text: String) -> [UInt8]? {
    var out: [UInt8] = []
    var bits = 0
    var count = 0
    var padding = 0
    for byte in text.utf8 where byte != 0x0a && byte != 0x0d {
      if byte == UInt8(ascii: "=") {
        padding += 1
        continue
      }
      guard padding == 0, let digit = alphabet.firstIndex(of: byte) else { return nil }
      bits = bits << 6 | digit
      count += 1
      if count % 4 == 0 {
        out += [UInt8(bits >> 16 & 255), UInt8(bits >> 8 & 255), UInt8(bits & 255)]
        bits = 0
      }
    }
    guard (count + padding) % 4 == 0, padding < 3 else { return nil }
    switch count % 4 {
    case 2: out.append(UInt8(bits >> 4 & 255))
    case 3: out += [UInt8(bits >> 10 & 255), UInt8(bits >> 2 & 255)]
    case 1: return nil
    default: break
    }
    return out
  }
}
