internal import KCLang

/// Addresses of registries.
public enum RegistryURL {
  /// Whether a host is this machine itself.
  public static func isLoopback(_ host: String) -> Bool {
    let name = self.name(host)
    if name == "localhost" || name.hasSuffix(".localhost") || name == "::1" { return true }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    return parts.count == 4 && parts[0] == 127 && !parts.contains(nil)
  }

  /// The host without its port and brackets.
  private static func name(_ host: String) -> String {
    if host.hasPrefix("[") { return String(host.dropFirst().prefix { $0 != "]" }) }
    return String(host.prefix { $0 != ":" }).lowercased()
  }

  /// `https://registry.local/v2/kc/redis/`: plain HTTP only to this machine itself, or where that was asked for.
  static func base(_ reference: PackageReference, isInsecure: Bool) -> String {
    let isPlain = isInsecure || isLoopback(reference.host)
    // The name that Docker's registry is known by is not where it answers.
    let host = reference.host == "docker.io" ? "registry-1.docker.io" : reference.host
    let isShort = reference.host == "docker.io" && !reference.repository.contains("/")
    return "\(isPlain ? "http" : "https")://\(host)/v2/\(isShort ? "library/" : "")\(reference.repository)/"
  }

  /// Scheme, host and port of a URL; nil where it is none.
  static func origin(_ url: String) -> String? {
    guard let mark = url.firstRange(of: "://") else { return nil }
    let host = url[mark.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    // A name before the host is a way to make an address look like another.
    return host.isEmpty || host.contains("@") ? nil : url[..<mark.upperBound].lowercased() + host.lowercased()
  }

  /// Where a `Location` leads, from the URL that it is an answer to; nil where it leads out of HTTPS, or nowhere.
  static func resolve(_ location: String, from url: String, isInsecure: Bool) -> String? {
    guard let own = origin(url) else { return nil }
    guard location.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
    if location.hasPrefix("//") { return nil }
    if location.hasPrefix("/") { return own + location }
    guard let other = origin(location) else { return nil }
    if other.hasPrefix("https://") { return location }
    guard other.hasPrefix("http://") else { return nil }
    return other == own || isInsecure || isLoopback(String(other.dropFirst(7))) ? location : nil
  }

  /// A value in the query of a URL.
  static func escaped(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var out: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 48...57, 65...90, 97...122, 45, 46, 95, 126: out.append(byte)
      default: out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
