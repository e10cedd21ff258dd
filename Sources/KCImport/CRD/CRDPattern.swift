/// Patterns of OpenAPI schemas, which look for a match, as those of kc, which match the whole.
enum CRDPattern {
  /// A pattern's literal in kc; nil for what kc's patterns do not know.
  static func literal(_ pattern: String) -> String? {
    guard !pattern.isEmpty, pattern.count < 500, !pattern.contains("(?"), !pattern.contains("[["),
      pattern.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f })
    else { return nil }
    var body = Substring(pattern)
    let startsThere = body.hasPrefix("^")
    if startsThere { body = body.dropFirst() }
    let endsThere = body.hasSuffix("$") && !body.hasSuffix("\\$")
    if endsThere { body = body.dropLast() }
    var out = ""
    var isEscaped = false
    var inClass = false
    var depth = 0
    var hasChoice = false
    for character in body {
      if isEscaped {
        guard "dDwWsS.-/\\[](){}*+?|^$_:@=!#%&,;<>~`'\"ntr".contains(character) else { return nil }
        isEscaped = false
        out.append(character)
        continue
      }
      switch character {
      case "\\": isEscaped = true
      case "[": inClass = true
      case "]": inClass = false
      case "(" where !inClass: depth += 1
      case ")" where !inClass: depth -= 1
      case "|" where !inClass && depth == 0: hasChoice = true
      case "^" where !inClass, "$" where !inClass: return nil
      case "/": out.append("\\")
      default: break
      }
      out.append(character)
    }
    guard !isEscaped, !inClass, depth == 0 else { return nil }
    // `^a|b$` binds its ends to one side each.
    if hasChoice, startsThere || endsThere { return nil }
    if !startsThere || !endsThere, hasChoice { out = "(\(out))" }
    return "/\(startsThere ? "" : ".*")\(out)\(endsThere ? "" : ".*")/"
  }
}
