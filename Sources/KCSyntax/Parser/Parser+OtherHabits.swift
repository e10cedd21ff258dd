/// Habits of CUE, KCL, Pkl, Bicep, Jsonnet, Helm and general-purpose languages that show in a line's first word, or in a
/// sign that stands where kc has none.
extension Parser {
  /// What begins a line elsewhere, and what that is here.
  private static let heads: [String: String] = [
    "def": "a function is `func name(…) = value`", "fn": "a function is `func name(…) = value`",
    "fun": "a function is `func name(…) = value`", "function": "a function is `func name(…) = value`",
    "lambda": "a function without a name is `x => value`", "class": "a record type is `schema Name { field: Type }`",
    "struct": "a record type is `schema Name { field: Type }`",
    "interface": "a record type is `schema Name { field: Type }`",
    "module": "a file is a module by itself: `import \"./file.kc\" as name` reads it",
    "package": "a file is a module by itself: `import \"./file.kc\" as name` reads it",
    "amends": "blocks of a file that is imported are amended: `import \"./base.kc\"`, then the block again in an `env`",
    "extends":
      "blocks of a file that is imported are amended: `import \"./base.kc\"`, then the block again in an `env`",
    "using": "files are imported: `import \"./file.kc\" as name`",
    "export": "who imports a file sees all that it declares: leave `export` out",
    "public": "who imports a file sees all that it declares: leave `public` out",
    "private": "who imports a file sees all that it declares: leave `private` out",
    "union": "a type that may be one of several is `type Name = A | B`",
    "foreach": "a loop runs over a collection: `for x in xs { … }`",
    "print": "nothing is printed: `kc why` tells values, and tests `assert` them",
    "console": "nothing is printed: `kc why` tells values, and tests `assert` them",
    "check": "conditions are `require` in a schema, `deny if` in a `policy`, and `assert` in a `test`",
    "assert": "conditions are `require` in a schema, `deny if` in a `policy`, and `assert` in a `test \"…\" { … }`",
  ]

  /// Those of them that a name and a body in braces follow.
  private static let bodies: Set<String> = ["class", "struct", "interface", "def", "fn", "fun", "function"]

  /// A line that begins with a word of other languages.
  func wordHabit(_ line: Line) -> Habit? {
    if let around = recordHabit(line) ?? denyHabit(line) { return around }
    let head = word(line.first)
    guard let help = Self.heads[head], kind(line.first) == .name, isFollowed(line.first + 1),
      kind(line.first + 1) != .equal, kind(line.first + 1) != .plusEqual
    else { return nil }
    if ["assert", "check"].contains(head), line.at > line.first + 1 { return nil }
    return Habit(
      code: "KC0062", message: "`\(head)` begins nothing here", range: tokens[line.first].range, help: help,
      coversIndented: true)
  }

  /// `annotations { app.kubernetes.io/name = "web" }`
  func keyHabit(_ line: Line) -> Habit? {
    let place = line.at
    guard kind(place) == .slash, kind(place - 1) == .name, touches(place - 1, place) else { return nil }
    let parts: Set<SyntaxKind> = [.name, .dot, .minus, .slash, .number]
    var (first, last) = (place - 1, place)
    while first > 0, touches(first - 1, first), parts.contains(kind(first - 1)) { first -= 1 }
    while isFollowed(last + 1), touches(last, last + 1), parts.contains(kind(last + 1)) { last += 1 }
    guard last > place, [.equal, .plusEqual, .colon].contains(kind(last + 1)) else { return nil }
    let whole = range(first, last)
    return Habit(
      code: "KC0062", message: "a key with dots and slashes stands in quotes", range: whole,
      help: "write `\"\(file.text(whole))\" = …`", fix: edit(whole, "\"\(file.text(whole))\""))
  }

  /// `asert x == 1`, `compnent shop() {`: a slip in a word that begins a statement.
  func slipHabit(_ line: Line) -> Habit? {
    // On a line of several statements it begins one behind a brace or a `;`.
    let sign = (line.first..<line.at).last { kind($0) == .leftBrace || kind($0) == .semicolon }
    let starts = [line.first, sign.map { $0 + 1 }].compactMap { $0 }
    guard let first = starts.last(where: { isSlipOfStatement($0, line) }),
      case let head = word(first), let meant = Self.statementWords.first(where: { Self.isSlip(head, $0) })
    else { return nil }
    return Habit(
      code: "KC0062", message: "`\(head)` begins nothing here", range: tokens[first].range,
      help: "did you mean `\(meant)`?", fix: edit(tokens[first].range, meant), coversIndented: true)
  }

  private func isSlipOfStatement(_ first: Int, _ line: Line) -> Bool {
    let head = word(first)
    return kind(first) == .name && head.utf8.count > 3 && line.at > first && isFollowed(first + 1)
      && ![.equal, .plusEqual, .dot, .colon].contains(kind(first + 1)) && !Self.statementWords.contains(head)
      && Self.statementWords.contains { Self.isSlip(head, $0) }
  }

  private static let statementWords = [
    "assert", "snapshot", "expect", "with", "test", "component", "resource", "schema", "policy", "waive", "import",
    "param", "func", "enum", "mixin", "type", "moved", "require", "keyed", "primary", "final", "delete",
    "match", "prefer", "spread", "tolerate", "deny", "warn",
  ]

  /// Whether one letter is missing, too much or another, or two neighbours are swapped.
  private static func isSlip(_ word: String, _ other: String) -> Bool {
    let (one, two) = (Array(word.utf8), Array(other.utf8))
    guard abs(one.count - two.count) < 2 else { return false }
    let start = zip(one, two).prefix { $0 == $1 }.count
    let end = zip(one[start...].reversed(), two[start...].reversed()).prefix { $0 == $1 }.count
    let (left, right) = (one[start..<one.count - end], two[start..<two.count - end])
    if left.count < 2, right.count < 2 { return true }
    return left.count == 2 && right.count == 2 && left.first == right.last && left.last == right.first
  }

  /// `if self.x == none { deny "…" }` in a policy.
  private func denyHabit(_ line: Line) -> Habit? {
    // A text is three tokens: its quotes, and what is between them.
    let heads = [line.at, line.at - 1, line.at - 3, line.at - 4]
    guard let head = heads.first(where: { ["deny", "warn"].contains(word($0)) && kind($0 + 1) == .stringOpen })
    else { return nil }
    return Habit(
      code: "KC0062", message: "what a policy refuses stands behind `if`", range: tokens[head].range,
      help: "write `\(word(head)) if condition \"message\"`")
  }

  /// A line in `class Pair {` or `def twice(n) {`, which reads like a block until there.
  private func recordHabit(_ line: Line) -> Habit? {
    var depth = 0
    var place = line.first - 1
    while place >= 0, line.first - place < 200, depth >= 0 {
      if kind(place) == .rightBrace { depth += 1 } else if kind(place) == .leftBrace { depth -= 1 }
      place -= 1
    }
    // The word, the name, what stands in parentheses and the brace are on one line.
    if depth < 0, place >= 0, kind(place) == .rightParen {
      while place >= 0, kind(place) != .leftParen, !tokens[place].isAfterNewline { place -= 1 }
      place -= 1
    }
    let head = place - 1
    guard depth < 0, head >= 0, Self.bodies.contains(word(head)) else { return nil }
    return Habit(
      code: "KC0062", message: "`\(word(head))` begins nothing here", range: tokens[head].range,
      help: Self.heads[word(head)], coversIndented: true)
  }

  /// A sign or word within a line.
  func signHabit(_ line: Line) -> Habit? {
    let place = line.at
    let here = tokens[place].range
    if kind(place) == .stringOpen, kind(place - 1) == .name, touches(place - 1, place), word(place - 1).count < 4 {
      return Habit(
        code: "KC0062", message: "no letter stands before text", range: range(place - 1, place),
        help: "values are put into any text: `\"\\(name)\"`; text as it stands is `#\"…\"#`",
        fix: edit(tokens[place - 1].range, ""))
    }
    switch word(place) {
    case "mod", "div":
      let sign = word(place) == "mod" ? "%" : "/"
      return Habit(
        code: "KC0023", message: "`\(word(place))` is `\(sign)`", range: here, help: "write `\(sign)`",
        fix: edit(here, sign))
    // Where text was left open, the words of its lines are no code.
    case "is" where !isUnbalanced:
      return Habit(
        code: "KC0023", message: "there is no `is`: `match` tells types apart", range: here,
        help: "write `match value { Int -> …, _ -> … }`")
    case "as" where word(line.first) != "import" && !isUnbalanced:
      return Habit(
        code: "KC0023", message: "there is no `as`: a value has its type", range: here,
        help: "numbers are put into text, `\"\\(n)\"`, and read from it, `text.toInt()`")
    case "if", "unless":
      return Habit(
        code: "KC0042", message: "an `if` stands before what it gives", range: here,
        help: "write `if condition { a } else { b }`")
    default: break
    }
    if word(place - 1) == "lambda" || word(place - 1) == "fun" || word(place - 1) == "mut" {
      let isMutable = word(place - 1) == "mut"
      return Habit(
        code: "KC0062", message: "`\(word(place - 1))` means nothing here", range: tokens[place - 1].range,
        help: isMutable ? "values do not change: `let name = value`" : "a function without a name is `x => value`")
    }
    if kind(place) == .leftBrace, kind(place - 1) == .name, kind(place - 2) == .equal || word(place - 2) == "new" {
      return madeHabit(line) ?? blockHabit(named: word(line.first), kind: word(place - 1), range(line.first, place - 1))
    }
    if kind(place) == .leftBrace, kind(place - 1) == .rightParen, let habit = madeHabit(line) { return habit }
    guard kind(place) == .bang, touches(place - 1, place) else { return nil }
    return Habit(
      code: "KC0023", message: "no `!` stands behind a value", range: here,
      help: "write `value ?? standard`, or ask first: `if value != none { … }`")
  }

  /// `web = Deployment {`, `web: Deployment {`, `deployment: web {`
  func blockHabit(named name: String, kind: String, _ range: Range<Int>) -> Habit {
    let isTypeLast = kind.first?.isUppercase == true
    let (kind, name) = isTypeLast ? (kind.lowercased(), name) : (name, kind)
    return Habit(
      code: "KC0035", message: "a resource is written `kind name { … }`", range: range,
      help: "write `\(kind) \(name) { … }`", fix: edit(range, "\(kind) \(name)"))
  }

  /// What stands where a value is expected: `&&=`, `<<EOF`, `.Values.a`, `*list`.
  func operandHabit(_ line: Line) -> Habit? {
    let place = line.at
    let here = tokens[place].range
    if word(place - 1) == "mut", kind(place) == .name {
      return Habit(
        code: "KC0062", message: "`mut` means nothing here", range: tokens[place - 1].range,
        help: "values do not change: `let name = value`",
        fix: edit(tokens[place - 1].range.lowerBound..<here.lowerBound, ""))
    }
    switch (kind(place - 1), kind(place)) {
    case (.andAnd, .equal), (.orOr, .equal), (.minus, .equal), (.star, .equal), (.slash, .equal), (.percent, .equal),
      (.coalesce, .equal):
      guard touches(place - 1, place) else { return nil }
      return Habit(
        code: "KC0037", message: "values do not change: there is no `\(word(place - 1))=`",
        range: range(place - 1, place), help: "give the result a name of its own: `let next = a \(word(place - 1)) b`")
    case (.greater, .greater), (.less, .less):
      return Habit(
        code: "KC0023", message: "there are no shifts of bits", range: range(place - 1, place),
        help: "write `n * (2).pow(3)`, or `n / (2).pow(3)`")
    case (.equal, .less) where kind(place + 1) == .less:
      return Habit(
        code: "KC0041", message: "text of several lines stands between `\"\"\"`", range: range(place, place + 1),
        help: "write `\"\"\"`, the lines, and `\"\"\"` again; the common indent is dropped",
        coversThrough: word(kind(place + 2) == .minus ? place + 3 : place + 2))
    case (.equal, .orOr) where kind(place + 1) == .bar:
      return Habit(
        code: "KC0041", message: "text of several lines stands between `\"\"\"`", range: range(place, place + 1),
        help: "write `\"\"\"`, the lines, and `\"\"\"` again; the common indent is dropped", coversThrough: "||")
    case (_, .dot) where kind(place + 1) == .name:
      return Habit(
        code: "KC0019", message: "there are no templates: names stand for their values", range: range(place, place + 1),
        help: "what is given from outside is a `param`: `param tag: String = \"v1\"`")
    case (_, .dot):
      guard kind(place + 1) == .number, touches(place, place + 1) else { return nil }
      return Habit(
        code: "KC0062", message: "a digit stands before the point", range: range(place, place + 1),
        help: "write `0.\(word(place + 1))`", fix: edit(here.lowerBound..<here.lowerBound, "0"))
    case (_, .star) where kind(place - 1) != .star:
      return Habit(
        code: "KC0023", message: "no `*` stands before a value: lists are joined with `+`", range: here,
        help: "write `[a] + list`")
    default: return nil
    }
  }

  /// What stands where a bracket should have closed, or a name should have been: `(1, 2)`, `[0:1]`, `{ ...a }`.
  func elementHabit(_ message: String, _ line: Line) -> Habit? {
    let place = line.at
    let here = tokens[place].range
    switch kind(place) {
    case .comma where message.hasPrefix("`)`") && (line.first..<place).contains { word($0) == "assert" }:
      return Habit(
        code: "KC0062", message: "the message of an `assert` stands behind `else`", range: here,
        help: "write `assert condition else \"message\"`")
    case .comma where message.hasPrefix("`)`"):
      return Habit(
        code: "KC0062", message: "there are no tuples", range: here,
        help: "a list is `[a, b]`, a record `{ x = a, y = b }`")
    case .colon where message.hasPrefix("`]`"):
      return Habit(
        code: "KC0062", message: "there are no slices in brackets", range: here,
        help: "write `list.take(3)`, `list.drop(1)` or `text.slice(0, 3)`")
    case .colon where message.hasPrefix("`{`") && isAfterFor(place):
      return Habit(
        code: "KC0043", message: "`for` stands first, and what it gives in braces", range: here,
        help: "write `for x in xs { x + 1 }`: its value is the list")
    case .semicolon where message.hasPrefix("`]`"):
      return Habit(
        code: "KC0038", message: "elements are separated by commas", range: here, help: "write `,`",
        fix: edit(here, ","))
    case .number, .quantity, .leftBracket:
      guard message.hasPrefix("a field's name"), kind(place - 1) == .leftBrace else { return nil }
      return listHabit(place - 1)
    case .ellipsis where message.hasPrefix("a field's name"):
      return Habit(
        code: "KC0023", message: "records are joined with `+`", range: here, help: "write `a + { b = 2 }`")
    default: return nil
    }
  }

  private func isAfterFor(_ place: Int) -> Bool {
    (max(0, place - 12)..<place).contains { word($0) == "for" && kind($0 - 1) == .leftBracket }
  }

  /// What stands where a schema's field has its type.
  func fieldHabit(_ line: Line) -> Habit? {
    let place = line.at
    let name = word(place - 1)
    switch kind(place) {
    case .question:
      return Habit(
        code: "KC0045", message: "what may be absent is said by the type", range: range(place - 1, place),
        help: "write `\(name): Type?`")
    case .equal:
      return Habit(
        code: "KC0045", message: "a field of a schema has a type", range: tokens[place].range,
        help: "write `\(name): Type = value`")
    case .name where ["optional", "private", "readonly", "public", "required", "mutable", "override"].contains(name):
      return Habit(
        code: "KC0045", message: "`\(name)` stands before no field", range: tokens[place - 1].range,
        help: name == "optional"
          ? "what may be absent has a type with `?`: `\(word(place)): Type?`"
          : "a field is needed unless its type has a `?` or it has a default; `final` ones cannot be set")
    case .name:
      let isTypeFirst = name.first?.isUppercase == true
      let (field, type) = isTypeFirst ? (word(place), name) : (name, word(place))
      return Habit(
        code: "KC0045", message: "a type stands behind the name and a `:`", range: tokens[place].range,
        help: "write `\(field): \(type)`", fix: edit(range(place - 1, place), "\(field): \(type)"))
    default: return nil
    }
  }
}
