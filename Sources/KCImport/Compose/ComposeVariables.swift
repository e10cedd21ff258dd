/// The variables that Compose files are told from outside: `${TAG:-latest}`.
///
/// In nodes they stand as marks, so that all that looks at a text sees where they are, and what writes it can turn them
/// into interpolations of parameters.
struct ComposeVariables {
  struct Variable {
    var name: String
    /// Its value where nothing is given, perhaps with marks; nil where it must be given.
    var standard: String?
    var isNumber = false
  }

  static let open: Character = "\u{E000}"
  static let close: Character = "\u{E001}"
  /// Stands between a variable's name and the number of its default, where places give it different ones.
  static let variant: Character = "\u{E002}"
  static let limit = 1000

  /// What `.env` beside the file gives them, which may be made of other variables.
  var given: [String: String] = [:]
  /// A file that shows what an `.env` may give them, where there is none: what nothing else gives is as it says.
  var example: (file: String, values: [String: String]) = ("", [:])
  /// What files give them that are for an included file alone.
  var scoped: [String: String] = [:]
  /// The variables whose values are being read: one that is made of itself is empty there.
  private var expanding: Set<String> = []
  /// Those that stand where passwords do.
  var passwords: Set<String> = []
  private(set) var order: [String] = []
  private(set) var known: [String: Variable] = [:]

  /// Takes what is said of a variable, without its place.
  typealias Report = (ImportNote) -> Void

  static func hasMarks(_ text: String) -> Bool { text.contains(open) }

  /// The variable that a text is, and nothing besides.
  static func whole(_ text: String) -> String? {
    guard text.first == open, text.last == close else { return nil }
    let inner = text.dropFirst().dropLast()
    return inner.contains(open) ? nil : String(inner)
  }

  /// The variables in a marked text.
  static func names(_ text: String) -> [String] {
    text.split(separator: open).compactMap { part in
      part.firstIndex(of: close).map { String(part[..<$0]) }
    }
  }

  /// Makes a variable a number, where its value is one or not known.
  mutating func markNumber(_ name: String) {
    if known[name]?.standard.map({ Int(plain($0)) != nil }) ?? true { known[name]?.isNumber = true }
  }
  /// Gives a variable that nothing gives a value.
  mutating func setDefault(_ name: String, _ value: String) {
    if known[name]?.standard == "" { known[name]?.standard = value }
  }

  /// The variable's name, without the number of its default.
  static func base(_ key: String) -> String { String(key.prefix { $0 != variant }) }

  /// Whether places give a variable different defaults: then it has none itself.
  func hasVariants(_ name: String) -> Bool {
    known["\(name)\(Self.variant)2"] != nil && known[name]?.standard != nil
  }

  /// Whether a text without marks has what looks like one of the variables: `${NAME}` that a shell in a container reads.
  func isNamed(in text: String) -> Bool {
    text.split(separator: "$", omittingEmptySubsequences: false).dropFirst().contains { part in
      let name = part.drop { $0 == "{" }.prefix { Self.isStart($0) || $0.isASCII && $0.isNumber }
      return known[String(name)] != nil
    }
  }

  /// The text with variables as what they are without anything given.
  func plain(_ text: String) -> String {
    var left = Self.limit
    return plain(text, depth: 0, &left)
  }

  /// - Parameter left: how many variables may still be filled in: what doubles itself again and again would never end.
  private func plain(_ text: String, depth: Int, _ left: inout Int) -> String {
    guard Self.hasMarks(text), depth < 16, left > 0 else {
      return text.filter { $0 != Self.open && $0 != Self.close }
    }
    var out = ""
    for (place, part) in text.split(separator: Self.open, omittingEmptySubsequences: false).enumerated() {
      guard place > 0, let end = part.firstIndex(of: Self.close) else {
        out += part
        continue
      }
      left -= 1
      out += plain(known[String(part[..<end])]?.standard ?? "", depth: depth + 1, &left)
      out += part[part.index(after: end)...]
    }
    return out
  }

  /// Replaces `$NAME`, `${NAME}` and `${NAME:-default}` by marks, and `$$` by `$`.
  mutating func mark(_ text: String, depth: Int = 0, report: Report) -> String {
    guard text.contains("$") || text.contains(Self.open) || text.contains(Self.close) else { return text }
    let characters = Array(text.filter { $0 != Self.open && $0 != Self.close || depth > 0 })
    var out = ""
    var place = 0
    while place < characters.count {
      guard characters[place] == "$", place + 1 < characters.count else {
        out.append(characters[place])
        place += 1
        continue
      }
      let next = characters[place + 1]
      if next == "$" {
        out.append("$")
        place += 2
      } else if next == "{", let end = Self.end(characters, from: place + 2) {
        out += braced(String(characters[(place + 2)..<end]), depth: depth, report: report)
        place = end + 1
      } else if next == "{" {
        report(ImportNote(.error, "`\(String(characters[place...].prefix(40)))` has no closing brace", file: ""))
        out.append("$")
        place += 1
      } else if Self.isStart(next) {
        var end = place + 1
        while end < characters.count, Self.isStart(characters[end]) || characters[end].isNumber { end += 1 }
        out += use(String(characters[(place + 1)..<end]), standard: nil, report: report)
        place = end
      } else {
        out.append("$")
        place += 1
      }
    }
    return out
  }

  private static func isStart(_ character: Character) -> Bool {
    character == "_" || (character.isASCII && character.isLetter)
  }

  /// Where the brace closes that opened before `start`.
  private static func end(_ characters: [Character], from start: Int) -> Int? {
    var depth = 1
    for place in start..<max(start, characters.count) {
      if characters[place] == "{", place > 0, characters[place - 1] == "$" { depth += 1 }
      if characters[place] == "}" {
        depth -= 1
        if depth == 0 { return place }
      }
    }
    return nil
  }

  /// What stands between the braces of `${…}`.
  private mutating func braced(_ inner: String, depth: Int, report: Report) -> String {
    let name = String(inner.prefix { Self.isStart($0) || ($0.isASCII && $0.isNumber) })
    guard let first = name.first, Self.isStart(first), depth < 8 else {
      report(ImportNote(.error, "`${\(inner)}` is no variable that Compose knows", file: ""))
      return ""
    }
    let rest = inner.dropFirst(name.count).drop { $0 == ":" }
    if scoped[name] != nil, rest.first != "+" { return use(name, standard: nil, report: report) }
    switch rest.first {
    case nil: return use(name, standard: nil, report: report)
    case "-":
      return use(name, standard: mark(String(rest.dropFirst()), depth: depth + 1, report: report), report: report)
    case "?":
      if given[name] == nil, let shown = shown(name, report: report) {
        return use(name, standard: shown, report: report)
      }
      sayRequired(name, String(rest.dropFirst()), report)
      return "\(Self.open)\(add(name, standard: nil, isRequired: true, report: report))\(Self.close)"
    case "+":
      report(
        ImportNote(.warning, "`${\(name)+…}` depends on whether a variable is there: it is left empty", file: ""))
      return ""
    default:
      report(ImportNote(.error, "`${\(inner)}` is no variable that Compose knows", file: ""))
      return ""
    }
  }

  private mutating func use(_ name: String, standard: String?, report: Report) -> String {
    // Where Compose runs: the project's folder, as for paths that begin with a dot.
    if name == "PWD", given[name] == nil { return "." }
    var standard = standard
    let isOwn = given[name] == nil && scoped[name] != nil
    if given[name] == nil, let own = scoped[name], expanding.insert(name).inserted {
      standard = expanding.count < 32 ? mark(own, report: report) : own
      expanding.remove(name)
    }
    if standard == nil, given[name] == nil { standard = shown(name, report: report) }
    if standard == nil, given[name] == nil, known[name] == nil, !ComposeSecrets.isSecret(name) {
      var note = ImportNote(
        .warning, "nothing gives the variable `\(name)`: as in Compose, it is empty unless it is set",
        help: "pass `--set \(name)=…`, or give the parameter a default", file: "")
      note.topic = .unset(name)
      note.alike = .init(
        subject: "`\(name)`", many: "nothing gives the variables %: as in Compose, they are empty unless they are set",
        help: "pass `--set NAME=…`, or give the parameters defaults")
      report(note)
    }
    if expanding.contains(name) { return "" }
    return
      "\(Self.open)\(add(name, standard: standard ?? "", isRequired: false, isOwn: isOwn, report: report))\(Self.close)"
  }

  /// What the example of an `.env` says of a variable.
  private mutating func shown(_ name: String, report: Report) -> String? {
    guard let text = example.values[name], expanding.insert(name).inserted else { return nil }
    defer { expanding.remove(name) }
    if known[name] == nil {
      var note = ImportNote(
        .note, "nothing gives the variable `\(name)`: it is as `\(example.file)` says", help: "pass `--set \(name)=…`",
        file: "")
      note.topic = .unset(name)
      note.alike = .init(
        subject: "`\(name)`", many: "nothing gives the variables %: they are as `\(example.file)` says",
        help: "pass `--set NAME=…`")
      report(note)
    }
    return expanding.count < 32 ? mark(text, report: report) : text
  }

  private func sayRequired(_ name: String, _ message: String, _ report: Report) {
    guard given[name] == nil, !ComposeSecrets.isSecret(name) else { return }
    var note = ImportNote(
      .warning, "`\(name)` must be given\(message.isEmpty ? "" : ": \(message)")", help: "pass `--set \(name)=…`",
      file: "")
    note.topic = .unset(name)
    report(note)
  }

  /// Remembers a variable and its default.
  ///
  /// - Parameter isOwn: whether the default is what files give to an included file alone.
  /// - Returns: what it is known by: its name, with a number where another place gives it another default.
  private mutating func add(
    _ name: String, standard: String?, isRequired: Bool, isOwn: Bool = false, report: Report
  ) -> String {
    if let first = known[name] {
      // A secret has no default, but what a file says that is for an included file alone.
      if given[name] != nil || ComposeSecrets.isSecret(name) && !isOwn { return name }
      // What one place cannot do without has no default in others.
      if isRequired { known[name]?.standard = nil }
      guard !isRequired, let own = first.standard, own != standard else { return name }
      var number = 2
      while let other = known["\(name)\(Self.variant)\(number)"] {
        if other.standard == standard { return other.name }
        number += 1
      }
      guard order.count < Self.limit else { return name }
      let key = "\(name)\(Self.variant)\(number)"
      order.append(key)
      known[key] = Variable(name: key, standard: standard)
      return key
    }
    guard order.count < Self.limit, expanding.insert(name).inserted else { return name }
    defer { expanding.remove(name) }
    // What is made of others deeper than anybody writes stays text.
    let own = given[name].map { expanding.count < 32 ? mark($0, report: report) : $0 }
    order.append(name)
    known[name] = Variable(name: name, standard: own ?? (isRequired ? nil : standard))
    return name
  }

  /// Whether the value of a variable must not stand in a program: for its name, for a password in it, or for what it is
  /// made of.
  func isSecret(_ name: String) -> Bool {
    var (seen, left): (Set<String>, [String]) = ([name], [name])
    while let next = left.popLast() {
      let standard = known[next]?.standard ?? ""
      let name = Self.base(next)
      if passwords.contains(name) || ComposeSecrets.isSecret(name) || ComposeSecrets.holdsPassword(standard) {
        return true
      }
      left += Self.names(standard).filter { seen.insert($0).inserted }
    }
    return false
  }
}
