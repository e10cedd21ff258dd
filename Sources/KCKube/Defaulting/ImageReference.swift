internal import KCData

/// The name of a container image: registry, repository, tag and digest.
public struct ImageReference: Sendable, Hashable {
  /// The registry's host, `docker.io` where none is given.
  public var registry: String
  /// The repository in the registry, `library/nginx` for `nginx`.
  public var repository: String
  /// Nil where none is given.
  public var tag: String?
  /// `sha256:…`; nil where none is given.
  public var digest: String?

  /// Reads a reference as container runtimes do; nil where the text is none.
  public init?(_ text: String) {
    var rest = Substring(text)
    if let at = rest.firstIndex(of: "@") {
      let digest = String(rest[rest.index(after: at)...])
      guard Self.isDigest(digest) else { return nil }
      self.digest = digest
      rest = rest[..<at]
    }
    // A registry is told from a first part of the repository by a dot, a port, capitals or its being `localhost`.
    var name = rest
    registry = "docker.io"
    if let slash = rest.firstIndex(of: "/") {
      let first = rest[..<slash]
      if first.contains(".") || first.contains(":") || first == "localhost" || first.lowercased() != first {
        guard Self.isRegistry(first) else { return nil }
        registry = first == "index.docker.io" ? "docker.io" : String(first)
        name = rest[rest.index(after: slash)...]
      }
    }
    if let colon = name.firstIndex(of: ":") {
      let tag = String(name[name.index(after: colon)...])
      guard Self.isTag(tag) else { return nil }
      self.tag = tag
      name = name[..<colon]
    }
    guard name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy({ Self.isPart($0) }),
      registry.utf8.count + 1 + name.utf8.count <= 255, !Self.isIdentifier(text)
    else { return nil }
    repository = registry == "docker.io" && !name.contains("/") ? "library/\(name)" : String(name)
  }

  /// `Always` for images whose tag can move (`latest`, or none at all), `IfNotPresent` for others.
  public static func pullPolicy(_ image: String) -> String {
    guard let reference = ImageReference(image) else { return "IfNotPresent" }
    return (reference.tag ?? (reference.digest == nil ? "latest" : "")) == "latest" ? "Always" : "IfNotPresent"
  }

  private static func isRegistry(_ text: Substring) -> Bool {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count > 2 { return false }
    if parts.count == 2, parts[1].isEmpty || !parts[1].utf8.allSatisfy({ (48...57).contains($0) }) { return false }
    return parts[0].split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
      guard let first = part.utf8.first, let last = part.utf8.last else { return false }
      return first != 45 && last != 45 && part.utf8.allSatisfy { isAlphanumeric($0) || $0 == 45 }
    }
  }

  /// Lower-case letters and digits, with `.`, `_`, `__` or dashes between them.
  private static func isPart(_ text: Substring) -> Bool {
    var separator = ""
    var hasPrevious = false
    for byte in text.utf8 {
      if (48...57).contains(byte) || (97...122).contains(byte) {
        let isAllowed = separator.isEmpty || [".", "_", "__"].contains(separator) || separator.allSatisfy { $0 == "-" }
        guard isAllowed, separator.isEmpty || hasPrevious else { return false }
        separator = ""
        hasPrevious = true
      } else if byte == 46 || byte == 95 || byte == 45 {
        separator.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        return false
      }
    }
    return hasPrevious && separator.isEmpty
  }

  private static func isTag(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 128, first != 46, first != 45 else { return false }
    return text.utf8.allSatisfy { isAlphanumeric($0) || $0 == 95 || $0 == 46 || $0 == 45 }
  }

  private static func isDigest(_ text: String) -> Bool {
    guard let colon = text.firstIndex(of: ":") else { return false }
    let hex = text[text.index(after: colon)...].utf8
    guard let first = text.utf8.first, !(48...57).contains(first), isAlphanumeric(first) else { return false }
    return text[..<colon].utf8.allSatisfy { isAlphanumeric($0) || "-_+.".utf8.contains($0) } && hex.count >= 32
      && hex.allSatisfy(isHexadecimal)
  }

  private static func isIdentifier(_ text: String) -> Bool {
    text.utf8.count == 64 && text.utf8.allSatisfy { isHexadecimal($0) && !(65...70).contains($0) }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
  }
}
