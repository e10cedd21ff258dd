/// What label keys and values may look like.
enum LabelSyntax {
  /// What is wrong with a key: a name, with a DNS subdomain and a slash before it or not; nil where nothing is.
  static func problem(key: String) -> String? {
    let parts = key.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let name = parts.last else {
      return "a valid label key is a name, or a DNS subdomain, '/' and a name"
    }
    if parts.count == 2 {
      if parts[0].isEmpty { return "prefix part must be non-empty" }
      if parts[0].utf8.count > 253 { return "prefix part must be no more than 253 bytes" }
      if !isSubdomain(parts[0]) { return "prefix part must be a DNS subdomain: lower case, like 'example.com'" }
    }
    if name.isEmpty { return "name part must be non-empty" }
    if name.utf8.count > 63 { return "name part must be no more than 63 bytes" }
    return isName(name) ? nil : "name part \(nameRule)"
  }

  /// What is wrong with a value; nil where nothing is. The empty text is a value.
  static func problem(value: String) -> String? {
    if value.utf8.count > 63 { return "must be no more than 63 bytes" }
    return value.isEmpty || isName(value[...]) ? nil : "a valid label value \(nameRule)"
  }

  private static let nameRule =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
  }

  private static func isName(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last, isAlphanumeric(first), isAlphanumeric(last)
    else { return false }
    return text.utf8.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
  }

  private static func isSubdomain(_ text: Substring) -> Bool {
    text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
      guard let first = label.utf8.first, let last = label.utf8.last, first != 45, last != 45 else { return false }
      return label.utf8.allSatisfy { $0 == 45 || (48...57).contains($0) || (97...122).contains($0) }
    }
  }
}
