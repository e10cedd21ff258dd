/// Which proxy leads to a server, by the variables that everyone knows.
public enum Proxy {
  /// The proxy for `server`; nil is none.
  ///
  /// - Parameters:
  ///   - configured: the kubeconfig's `proxy-url`, which wins.
  ///   - variable: gives an environment variable.
  public static func url(for server: String, configured: String?, variable: (String) -> String?) -> String? {
    if let configured, !configured.isEmpty { return configured }
    let names = server.hasPrefix("https:") ? ["HTTPS_PROXY", "https_proxy"] : ["HTTP_PROXY", "http_proxy"]
    guard let url = names.lazy.compactMap(variable).first(where: { !$0.isEmpty }), let host = host(of: server) else {
      return nil
    }
    if isLocal(host) { return nil }
    let exceptions = (variable("NO_PROXY") ?? variable("no_proxy") ?? "").split(separator: ",").map {
      String($0.filter { !$0.isWhitespace })
    }
    return exceptions.contains { matches($0, host) } ? nil : url
  }

  /// The host in a URL, without port and brackets.
  public static func host(of url: String) -> String? {
    guard let rest = authority(of: url) else { return nil }
    if rest.hasPrefix("[") { return rest.dropFirst().split(separator: "]").first.map(String.init) }
    return rest.split(separator: ":").first.map(String.init)
  }

  /// The port in a URL; nil where it says none.
  public static func port(of url: String) -> Int? {
    guard let rest = authority(of: url), let colon = rest.lastIndex(of: ":") else { return nil }
    return Int(rest[rest.index(after: colon)...])
  }

  /// Host and port, without the user.
  private static func authority(of url: String) -> Substring? {
    guard let scheme = url.firstRange(of: "://") else { return nil }
    let rest = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
    return rest.lastIndex(of: "@").map { rest[rest.index(after: $0)...] } ?? rest
  }

  private static func isLocal(_ host: String) -> Bool {
    host == "localhost" || host == "::1" || host.hasPrefix("127.")
  }

  /// `*`, `example.com` and `.example.com` (with all below), an address, or a network `10.0.0.0/8`.
  private static func matches(_ pattern: String, _ host: String) -> Bool {
    if pattern.isEmpty { return false }
    if pattern == "*" { return true }
    if let slash = pattern.firstIndex(of: "/") {
      guard let network = address(pattern[..<slash]), let bits = Int(pattern[pattern.index(after: slash)...]),
        (0...32).contains(bits), let own = address(host[...])
      else { return false }
      let mask: UInt32 = bits == 0 ? 0 : ~0 << UInt32(32 - bits)
      return own & mask == network & mask
    }
    let name = (pattern.hasPrefix(".") ? String(pattern.dropFirst()) : pattern).lowercased()
    let host = host.lowercased()
    return host == name && !pattern.hasPrefix(".") || host.hasSuffix("." + name)
  }

  private static func address(_ text: Substring) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    guard parts.count == 4 else { return nil }
    var out: UInt32 = 0
    for case let part? in parts { out = out << 8 | UInt32(part) }
    return parts.contains { $0 == nil } ? nil : out
  }
}
