/// The parts of a URL, as far as rules look at them, read as leniently as the server reads them.
struct WebURL {
  var scheme = ""
  var host = ""
  var hasUser = false
  var query = ""
  var fragment = ""

  /// Nil where the text is no URL.
  init?(_ text: String) {
    guard text.utf8.allSatisfy({ $0 >= 32 && $0 != 127 }) else { return nil }
    let halves = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    if halves.count > 1 { fragment = String(halves[1]) }
    guard Self.isEscaped(fragment) else { return nil }
    guard let (scheme, afterScheme) = Self.scheme(of: String(halves[0])) else { return nil }
    self.scheme = scheme.lowercased()
    let parts = afterScheme.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var rest = parts.isEmpty ? "" : String(parts[0])
    if parts.count > 1 { query = String(parts[1]) }
    if !rest.hasPrefix("/") {
      // What follows a scheme without a slash is opaque.
      if !scheme.isEmpty { return }
      if rest.prefix(while: { $0 != "/" }).contains(":") { return nil }
    }
    if rest.hasPrefix("//"), !scheme.isEmpty || !rest.hasPrefix("///") {
      let authority = rest.dropFirst(2).prefix { $0 != "/" }
      rest = String(rest.dropFirst(2 + authority.count))
      guard let host = Self.host(String(authority), hasUser: &hasUser) else { return nil }
      self.host = host
    }
    guard Self.isEscaped(rest) else { return nil }
  }

  /// The scheme and what follows its colon; no scheme where the text starts with something else. Nil for a colon
  /// without a scheme.
  private static func scheme(of text: String) -> (String, String)? {
    for (index, byte) in text.utf8.enumerated() {
      switch byte {
      case 65...90, 97...122: continue
      case 43, 45, 46, 48...57: if index == 0 { return ("", text) }
      case 58:
        if index == 0 { return nil }
        return (String(text.prefix(index)), String(text.dropFirst(index + 1)))
      default: return ("", text)
      }
    }
    return ("", text)
  }

  private static func host(_ authority: String, hasUser: inout Bool) -> String? {
    var host = authority
    if let at = authority.lastIndex(of: "@") {
      hasUser = true
      host = String(authority[authority.index(after: at)...])
    }
    var port = ""
    if host.hasPrefix("[") {
      guard let end = host.lastIndex(of: "]") else { return nil }
      port = String(host[host.index(after: end)...])
    } else if let colon = host.lastIndex(of: ":") {
      port = String(host[colon...])
    }
    if !port.isEmpty, !port.hasPrefix(":") || !port.dropFirst().utf8.allSatisfy({ (48...57).contains($0) }) {
      return nil
    }
    let isRight = host.utf8.allSatisfy { byte in
      switch byte {
      case 48...57, 65...90, 97...122, 128...: true
      default: "-_.~!$&'()*+,;=:[]<>\"".utf8.contains(byte)
      }
    }
    return isRight ? host : nil
  }

  /// Whether each `%` is followed by two hexadecimal digits.
  private static func isEscaped(_ text: String) -> Bool {
    text.split(separator: "%", omittingEmptySubsequences: false).dropFirst().allSatisfy { part in
      part.utf8.count >= 2
        && part.utf8.prefix(2).allSatisfy { byte in
          (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
        }
    }
  }
}
