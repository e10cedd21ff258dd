/// How a registry wants to be convinced: a header `WWW-Authenticate` (RFC 9110).
struct Challenge: Equatable {
  /// In lower case.
  var scheme: String
  var parameters: [String: String] = [:]

  /// The challenges of a header, in its order.
  static func parse(_ header: String) -> [Challenge] {
    var out: [Challenge] = []
    var rest = header.unicodeScalars.prefix(4096)[...]
    func skip(_ isSkipped: (UnicodeScalar) -> Bool) { rest = rest.drop(while: isSkipped) }
    func isSpace(_ scalar: UnicodeScalar) -> Bool { scalar == " " || scalar == "\t" || scalar == "," }
    func isToken(_ scalar: UnicodeScalar) -> Bool { !isSpace(scalar) && scalar != "=" && scalar != "\"" }
    while true {
      skip(isSpace)
      let word = String(rest.prefix(while: isToken))
      if word.isEmpty { return out }
      rest = rest.dropFirst(word.unicodeScalars.count)
      guard rest.first == "=" else {
        out.append(Challenge(scheme: word.lowercased()))
        continue
      }
      rest = rest.dropFirst()
      guard !out.isEmpty else { return out }
      out[out.count - 1].parameters[word.lowercased()] = value(&rest)
    }
  }

  private static func value(_ rest: inout Substring.UnicodeScalarView) -> String {
    var out = String.UnicodeScalarView()
    guard rest.first == "\"" else {
      while let next = rest.first, next != ",", next != " " {
        out.append(next)
        rest = rest.dropFirst()
      }
      return String(out)
    }
    rest = rest.dropFirst()
    while let next = rest.first, next != "\"" {
      rest = rest.dropFirst()
      if next == "\\", let escaped = rest.first {
        out.append(escaped)
        rest = rest.dropFirst()
      } else {
        out.append(next)
      }
    }
    rest = rest.dropFirst()
    return String(out)
  }
}
