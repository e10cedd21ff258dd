/// Where a package comes from, as `project.kc` says it.
public enum PackageSource: Sendable, Hashable {
  /// `oci://registry.local/kc/redis:1.2.0`
  case registry(PackageReference)
  /// `path:../lib`, from the folder of the project that says so.
  case path(String)

  /// - Throws: what is wrong with the text, and what to write instead.
  public init(_ text: String) throws(PackageSourceError) {
    if text.hasPrefix("oci://") {
      self = .registry(try PackageReference(text))
    } else if text.hasPrefix("path:") {
      self = .path(try Self.folder(text.dropFirst(5)))
    } else {
      throw PackageSourceError(
        message: "`\(text.prefix(100))` is no source of a package",
        help: "write `oci://HOST/REPOSITORY:TAG` for one in a registry, `path:FOLDER` for one in a folder")
    }
  }

  private static func folder(_ text: Substring) throws(PackageSourceError) -> String {
    let parts = text.split(separator: "/").filter { $0 != "." }
    if text.isEmpty || parts.isEmpty {
      throw PackageSourceError(message: "`path:\(text)` names no other folder", help: "write `path:../lib`, say")
    }
    if text.hasPrefix("/") || text.hasPrefix("~") {
      throw PackageSourceError(
        message: "`path:\(text)` is a folder of this machine only",
        help: "write the way from the project's folder: `path:../lib`, say")
    }
    if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "\\") }) {
      throw PackageSourceError(
        message: "the path holds a character that paths of packages do not", help: "its parts stand between `/`")
    }
    return parts.joined(separator: "/")
  }

  /// As `project.kc` says it.
  public var text: String {
    switch self {
    case .registry(let reference): reference.text
    case .path(let path): "path:\(path)"
    }
  }
}

/// Why a text is no source of a package.
public struct PackageSourceError: Error, Sendable, Hashable {
  public var message: String
  public var help: String

  public init(message: String, help: String) {
    self.message = message
    self.help = help
  }
}

/// A package in a registry: `oci://HOST[:PORT]/REPOSITORY[:TAG][@sha256:…]`.
public struct PackageReference: Sendable, Hashable {
  /// With its port, where it has one.
  public var host: String
  public var repository: String
  public var tag: String?
  /// `sha256:…`
  public var digest: String?

  /// - Throws: what is wrong with the text, and what to write instead.
  public init(_ text: String) throws(PackageSourceError) {
    guard text.hasPrefix("oci://") else {
      throw PackageSourceError(
        message: "`\(text.prefix(100))` is no place in a registry", help: "write `oci://HOST/REPOSITORY:TAG`")
    }
    var rest = text.dropFirst(6)
    guard let slash = rest.firstIndex(of: "/") else {
      throw PackageSourceError(
        message: "`\(text.prefix(100))` names no repository", help: "write `oci://HOST/REPOSITORY:TAG`")
    }
    host = String(rest[..<slash])
    rest = rest[rest.index(after: slash)...]
    if let at = rest.firstIndex(of: "@") {
      digest = String(rest[rest.index(after: at)...])
      rest = rest[..<at]
    }
    if let colon = rest.firstIndex(of: ":") {
      tag = String(rest[rest.index(after: colon)...])
      rest = rest[..<colon]
    }
    repository = String(rest)
    if let problem { throw PackageSourceError(message: "\(problem) in `\(text.prefix(300))`", help: Self.shape) }
  }

  private static let shape =
    "it reads `oci://HOST/REPOSITORY:TAG`: the repository in lower case, the tag of letters, digits and `._-`"

  /// What is wrong with the parts.
  private var problem: String? {
    if !Self.isHost(host) { return "`\(host)` is no host" }
    let segments = repository.split(separator: "/", omittingEmptySubsequences: false)
    if repository.utf8.count > 255 || !segments.allSatisfy(Self.isSegment) { return "`\(repository)` is no repository" }
    if let tag, !Self.isTag(tag) { return "`\(tag)` is no tag" }
    if let digest, !Self.isDigest(digest) { return "`\(digest.prefix(80))` is no digest" }
    return nil
  }

  /// The repository without tag and digest: what there is one version of in a program.
  public var identity: String { "oci://\(host)/\(repository)" }

  public var text: String { identity + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "") }

  /// What tells versions apart in messages: the tag, or the start of the digest.
  public var version: String { tag ?? digest.map { String($0.prefix(19)) } ?? "" }

  /// Whether it says which version is meant.
  public var isExact: Bool { tag != nil || digest != nil }

  private static func isHost(_ text: String) -> Bool {
    var name = text[...]
    if name.hasPrefix("["), let end = name.firstIndex(of: "]") {
      let inner = name[name.index(after: name.startIndex)..<end]
      guard !inner.isEmpty, inner.utf8.allSatisfy({ isHex($0) || $0 == UInt8(ascii: ":") }) else { return false }
      name = name[name.index(after: end)...]
      return name.isEmpty || name.first == ":" && isPort(name.dropFirst())
    }
    if let colon = name.firstIndex(of: ":") {
      guard isPort(name[name.index(after: colon)...]) else { return false }
      name = name[..<colon]
    }
    return name.utf8.count <= 253
      && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
        label.first != "-" && label.last != "-" && !label.isEmpty
          && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
      }
  }

  private static func isPort(_ text: Substring) -> Bool { UInt16(text).map { $0 > 0 } ?? false }

  /// Lower-case letters and digits, with single `.` and `_`, `__` or dashes between them.
  private static func isSegment(_ text: Substring) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, let last = bytes.last, isLower(first), isLower(last) else { return false }
    var between: [UInt8] = []
    for byte in bytes {
      if isLower(byte) {
        let isSeparator =
          between.isEmpty || between == [46] || between == [95] || between == [95, 95]
          || between.allSatisfy { $0 == UInt8(ascii: "-") }
        guard isSeparator else { return false }
        between = []
      } else if [45, 46, 95].contains(byte) {
        between.append(byte)
      } else {
        return false
      }
    }
    return true
  }

  /// Whether a registry takes this as a tag.
  public static func isTag(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 128, first != 45, first != 46 else { return false }
    return text.utf8.allSatisfy { isAlphanumeric($0) || [45, 46, 95].contains($0) }
  }

  /// Whether this is a digest as packages are pinned by: `sha256:` and 64 digits.
  public static func isDigest(_ text: String) -> Bool {
    text.hasPrefix("sha256:") && text.utf8.count == 71 && text.utf8.dropFirst(7).allSatisfy(isHex)
  }

  private static func isHex(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...102).contains(byte) }
  private static func isLower(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...122).contains(byte) }
  private static func isAlphanumeric(_ byte: UInt8) -> Bool { isLower(byte) || (65...90).contains(byte) }
}
