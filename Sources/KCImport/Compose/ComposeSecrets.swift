/// What must not stand in a program in clear.
enum ComposeSecrets {
  private static let words = [
    "PASSWORD", "PASSWD", "SECRET", "TOKEN", "APIKEY", "API_KEY", "PRIVATE_KEY", "CREDENTIAL",
    "PASSPHRASE", "AUTHKEY",
  ]
  private static let endings = ["_PWD", "_PW", "_KEY", "_AUTH", "_SALT"]
  /// Names with such words whose values are no secrets.
  private static let harmless = [
    "_FILE", "_PATH", "_URL", "_NAME", "_TTL", "_EXPIRY", "_ISSUER", "_ENABLED", "_DISABLED", "_LOCATION", "_SOURCE",
    "_PROVIDER", "_CLASS", "_HOST", "_HOSTNAME", "_PORT", "_LIMIT", "_ENDPOINT", "_TYPE", "_LENGTH", "_TIMEOUT",
    "_ALWAYS_AUTH",
  ]
  private static let switches = ["ALLOW_EMPTY", "RANDOM_ROOT_PASSWORD"]
  /// What such names begin with.
  private static let verbs = ["DISABLE_", "ENABLE_"]

  /// Whether a variable's name says that its value is secret.
  static func isSecret(_ name: String) -> Bool {
    let upper = name.uppercased()
    if harmless.contains(where: upper.hasSuffix) || verbs.contains(where: upper.hasPrefix)
      || switches.contains(where: upper.contains)
    {
      return false
    }
    if upper.hasSuffix("PASS") { return !["BYPASS", "COMPASS"].contains(where: upper.hasSuffix) }
    return upper == "SALT" || words.contains(where: upper.contains) || endings.contains(where: upper.hasSuffix)
  }

  /// Whether a variable is secret by its name and what it says: a small number is a limit or a size, `MAX_TOKENS=4096`,
  /// where the name speaks of no password.
  static func isSecret(_ name: String, saying value: String) -> Bool {
    guard isSecret(name) else { return false }
    let isCount = value.utf8.count <= 5 && Int(value) != nil
    return !isCount || ["PASS", "SECRET"].contains(where: name.uppercased().contains)
  }

  /// The password in a value: `postgres://user:password@host`; nil where there is none.
  static func password(in value: String) -> Substring? {
    guard let start = value.firstRange(of: "://") else { return nil }
    let rest = value[start.upperBound...].prefix { $0 != "/" && $0 != " " }
    guard let at = rest.lastIndex(of: "@"), let colon = rest.firstIndex(of: ":"), colon < at else { return nil }
    let password = rest[rest.index(after: colon)..<at]
    return password.isEmpty ? nil : password
  }

  /// What stands before a password in settings on one line: `Server=db;User Id=sa;Password=…`, `-Ddb.password=…`.
  private static let settings = [
    "password=", "passwd=", "pwd=", "accountkey=", "sharedaccesskey=", "apikey=", "api_key=", "secret=", "token=",
  ]
  /// How tokens of well-known services begin.
  private static let tokens = ["ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "sk_live_"]

  /// The password in the value of a variable: in a URL, in settings on one line, in an address of Go's MySQL,
  /// `user:password@tcp(db)`; all of it where it is a private key or a token. Nil where there is none.
  static func secret(in value: String) -> Substring? {
    if let found = password(in: value) ?? setting(in: value) { return found }
    if let at = value.firstRange(of: "@tcp(") ?? value.firstRange(of: "@unix("),
      let colon = value[..<at.lowerBound].firstIndex(of: ":"), value.index(after: colon) < at.lowerBound
    {
      return value[value.index(after: colon)..<at.lowerBound]
    }
    let isKey = value.contains("-----BEGIN ") && value.contains("PRIVATE KEY-----")
    let isToken = value.utf8.count >= 20 && tokens.contains(where: value.hasPrefix) && !value.contains(" ")
    return isKey || isToken ? value[...] : nil
  }

  private static func setting(in value: String) -> Substring? {
    guard value.utf8.contains(UInt8(ascii: "=")) else { return nil }
    // Texts of ASCII have the same places in both.
    let lower = value.lowercased()
    guard lower.utf8.count == value.utf8.count else { return nil }
    for word in settings {
      guard let found = lower.firstRange(of: word) else { continue }
      let before = lower[..<found.lowerBound].last
      guard before.map({ !$0.isLetter && !$0.isNumber }) ?? true else { continue }
      let start = value.utf8.index(
        value.startIndex, offsetBy: lower.utf8.distance(from: lower.startIndex, to: found.upperBound))
      let rest = value[start...]
      let password = rest.prefix { ![";", "&", " ", ",", "\"", "'"].contains($0) }
      if !password.isEmpty, !["true", "false"].contains(password) { return password }
    }
    return nil
  }

  /// Whether a value holds a password.
  static func holdsPassword(_ value: String) -> Bool { secret(in: value) != nil }

  // MARK: Comments

  /// A comment with `…` for the values of secrets that it says, as settings that were taken out do:
  /// `# DB_PASSWORD: …`. What only speaks of them stays as it is.
  static func masked(_ text: String) -> String {
    if text.contains("PRIVATE KEY-----") { return "…" }
    var out = ""
    var rest = text[...]
    while let mark = rest.firstIndex(where: { $0 == "=" || $0 == ":" }) {
      let before = rest[..<mark]
      let name = before.last == "\"" || before.last == "'" ? before.dropLast() : before
      let start = name.lastIndex { !isPartOfName($0) }.map { name.index(after: $0) } ?? name.startIndex
      let word = String(name[start...])
      let after = rest.index(after: mark)
      out += rest[..<after]
      let value = isSecret(word) ? value(behind: rest[mark], in: rest[after...], of: word) : nil
      rest = rest[after...]
      guard let value, isSecret(word, saying: String(value)) else { continue }
      out += "\(rest[..<value.startIndex])…"
      rest = rest[value.endIndex...]
    }
    let words = (out + rest).split(separator: " ", omittingEmptySubsequences: false).map { part in
      var word = String(part)
      if let found = secret(in: word), isValue(found) {
        word.replaceSubrange(found.startIndex..<found.endIndex, with: "…")
      }
      return word
    }
    return words.joined(separator: " ")
  }

  /// The value of a setting, `NAME=value` or `NAME: value`; nil where it is a sentence, or no value that is secret.
  private static func value(behind mark: Character, in text: Substring, of name: String) -> Substring? {
    if mark == ":", let first = text.first, first != " " { return nil }
    let text = mark == ":" ? text.drop { $0 == " " } : text
    var value: Substring
    if let quote = text.first, quote == "\"" || quote == "'" {
      value = text.dropFirst().prefix { $0 != quote }
    } else if mark == "=" {
      value = text.prefix { !" ;&,".contains($0) }
    } else {
      value = text.firstRange(of: " #").map { text[..<$0.lowerBound] } ?? text
      while value.last == " " { value.removeLast() }
      // `DB_PASSWORD: some words` is a setting, `password: see the notes` a sentence.
      let isSetting = name.contains("_") && !name.contains(where: \.isLowercase)
      if value.contains(" "), !isSetting { return nil }
    }
    return isValue(value) ? value : nil
  }

  private static func isPartOfName(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber) || character == "_" || character == "-"
  }

  /// Whether a value is said, and is no reference to a variable.
  private static func isValue(_ value: Substring) -> Bool {
    !value.isEmpty && value.first != "$" && !["true", "false", "…"].contains(value)
  }

  /// Whether a file's name says that its content is secret.
  static func isSecretFile(_ path: String) -> Bool {
    let lower = path.lowercased()
    return [".key", ".pem", ".p12", ".pfx", ".jks"].contains(where: lower.hasSuffix)
      || ["password", "secret", "credential", "id_rsa", "htpasswd"].contains(where: lower.contains)
  }
}
