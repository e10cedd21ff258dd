/// Names as Kubernetes allows them.
public enum Names {
  /// RFC 1123 label: lower-case letters, digits and dashes, at most 63, starting and ending with a letter or digit.
  public static func isLabel(_ text: String) -> Bool { isLabel(text.utf8, limit: 63) }

  /// RFC 1123 subdomain: labels joined by dots, at most 253.
  public static func isSubdomain(_ text: String) -> Bool {
    guard text.utf8.count <= 253 else { return false }
    var previous: UInt8 = 46
    for byte in text.utf8 {
      switch byte {
      case 48...57, 97...122: break
      case 45: if previous == 46 { return false }
      case 46: if previous == 46 || previous == 45 { return false }
      default: return false
      }
      previous = byte
    }
    return previous != 46 && previous != 45
  }

  /// RFC 1035 label: as an RFC 1123 label, but starting with a letter.
  public static func isServiceName(_ text: String) -> Bool {
    isLabel(text) && (text.utf8.first.map { (97...122).contains($0) } ?? false)
  }

  /// `*.` and an RFC 1123 subdomain.
  public static func isWildcardSubdomain(_ text: String) -> Bool {
    text.hasPrefix("*.") && text.utf8.count <= 253 && isSubdomain(String(text.dropFirst(2)))
  }

  /// A label's value: empty, or letters, digits, `-_.`, at most 63, starting and ending with a letter or digit.
  public static func isLabelValue(_ text: String) -> Bool { text.isEmpty || isName(text) }

  /// A label's key: a name, with a DNS prefix before a slash or without.
  public static func isQualifiedName(_ text: String) -> Bool {
    guard let slash = text.utf8.firstIndex(of: 47) else { return isName(text) }
    return isSubdomain(String(text[..<slash])) && isName(String(text[text.utf8.index(after: slash)...]))
  }

  /// A DNS name, a slash and a path: `example.com/controller`.
  public static func isDomainPrefixedPath(_ text: String) -> Bool {
    guard let slash = text.utf8.firstIndex(of: 47) else { return false }
    let path = text[text.utf8.index(after: slash)...]
    return isSubdomain(String(text[..<slash])) && !path.isEmpty
      && path.utf8.allSatisfy { isAlphanumeric($0) || "/%:@-._~!$&'()*+,;=".utf8.contains($0) }
  }

  /// What can stand as one part of a path.
  public static func isPathSegment(_ text: String) -> Bool {
    text != "." && text != ".." && !text.utf8.contains(47) && !text.utf8.contains(37)
  }

  /// An IANA service name: at most 15 lower-case letters, digits and single dashes, with a letter in it.
  public static func isPortName(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, bytes.count <= 15, bytes.first != 45, bytes.last != 45 else { return false }
    for (index, byte) in bytes.enumerated() {
      guard (48...57).contains(byte) || (97...122).contains(byte) || byte == 45 else { return false }
      if byte == 45, index > 0, bytes[index - 1] == 45 { return false }
    }
    return bytes.contains { (97...122).contains($0) }
  }

  /// A data key of config maps and secrets: letters, digits, `-_.`.
  public static func isDataKey(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 253 && text != "." && !text.hasPrefix("..")
      && text.utf8.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
  }

  /// An environment variable's name: printable ASCII without `=`.
  public static func isVariable(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (32...126).contains($0) && $0 != 61 }
  }

  /// A C identifier.
  public static func isIdentifier(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
    return text.utf8.allSatisfy { isAlphanumeric($0) || $0 == 95 }
  }

  /// Letters, digits and dashes.
  static func isHeader(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == 45 }
  }

  /// The number of a percentage such as `25%`; nil for other texts.
  public static func percent(_ text: String) -> Int? {
    guard text.hasSuffix("%"), text.utf8.count > 1, text.utf8.dropLast().allSatisfy({ (48...57).contains($0) })
    else { return nil }
    return Int(text.dropLast())
  }

  static func isName(_ text: String) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, let last = bytes.last, bytes.count <= 63 else { return false }
    return isAlphanumeric(first) && isAlphanumeric(last)
      && bytes.allSatisfy { isAlphanumeric($0) || $0 == 45 || $0 == 46 || $0 == 95 }
  }

  static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
  }

  private static func isLabel(_ bytes: some Collection<UInt8>, limit: Int) -> Bool {
    guard let first = bytes.first, bytes.count <= limit else { return false }
    var last = first
    for byte in bytes {
      guard (48...57).contains(byte) || (97...122).contains(byte) || byte == 45 else { return false }
      last = byte
    }
    return first != 45 && last != 45
  }
}
