/// Habits that show in words and operators.
extension Parser {
  /// What begins a line: `import … from`, `resource "type" "name"`, `param String a`.
  func headHabit(_ line: Line) -> Habit? {
    let first = line.first
    let head = word(first)
    switch head {
    case "import", "include", "from", "require":
      var hasFrom = head == "from"
      var next = first + 1
      while !hasFrom, next < first + 12, isFollowed(next) {
        hasFrom = word(next) == "from"
        next += 1
      }
      guard head != "import" || hasFrom else { return nil }
      // `require apart from` is a rule.
      guard hasFrom && word(first + 1) != "apart" || kind(first + 1) == .stringOpen else { return nil }
      return Habit(
        code: "KC0033", message: "a file is imported as a whole, under a name", range: tokens[first].range,
        help: "write `import \"./file.kc\" as name`, and `name.member` for what is in it")
    case "resource", "data", "provider":
      guard kind(first + 1) == .stringOpen, head != "data" || kind(first + 4) == .stringOpen else { return nil }
      return Habit(
        code: "KC0035", message: "a resource is written `kind name { … }`", range: tokens[first].range,
        help: "the kind is the word before the name, without quotes: `deployment web { … }`")
    case "param", "let":
      return declarationHabit(line)
    default: return nil
    }
  }

  /// `param a String`, `param String a`
  private func declarationHabit(_ line: Line) -> Habit? {
    let first = line.first
    guard kind(first + 1) == .name, isFollowed(first + 1), kind(first + 2) == .name, isFollowed(first + 2),
      line.at == first + 2
    else { return nil }
    let isTypeFirst =
      Self.otherTypes[word(first + 1)] != nil
      || word(first + 1).first?.isUppercase == true && word(first + 2).first?.isLowercase == true
    let name = word(isTypeFirst ? first + 2 : first + 1)
    let written = word(isTypeFirst ? first + 1 : first + 2)
    guard written.first?.isUppercase == true || Self.otherTypes[written] != nil else { return nil }
    let type = Self.otherTypes[written] ?? written
    return Habit(
      code: "KC0045", message: "a type stands behind the name and a `:`", range: tokens[first + 2].range,
      help: "write `\(name): \(type)`", fix: edit(range(first + 1, first + 2), "\(name): \(type)"))
  }

  /// Whether a character is a quote as word processors make them.
  public static func isTypographicQuote(_ character: Character?) -> Bool {
    character.map { "“”„‟«»‘’".contains($0) } ?? false
  }

  /// What stands where a statement should have ended.
  func restHabit(_ line: Line) -> Habit? {
    let place = line.at
    let here = tokens[place].range
    switch word(place - 1) {
    case "not":
      let gap = tokens[place - 1].range.lowerBound..<here.lowerBound
      return Habit(
        code: "KC0023", message: "`not` is `!`", range: tokens[place - 1].range, help: "write `!`", fix: edit(gap, "!"))
    case "switch", "case", "when": return matchHabit(place - 1)
    case "new" where kind(place) == .name && kind(place + 1) == .leftBrace && kind(line.first + 1) == .equal:
      return blockHabit(named: word(line.first), kind: word(place), range(line.first, place))
    case "new" where kind(place) == .name: return newHabit(place)
    case "return", "yield", "throw", "new", "await": return bareHabit(place - 1)
    case "typeof":
      return Habit(
        code: "KC0062", message: "`typeof` means nothing here: `match` tells types apart",
        range: tokens[place - 1].range, help: "write `match value { Int -> …, _ -> … }`")
    default: break
    }
    switch (kind(place), word(place)) {
    case (.name, "or") where isWithinType(line):
      return Habit(
        code: "KC0023", message: "`or` is `|` between types", range: here, help: "write `|`", fix: edit(here, "|"))
    case (.name, "and"), (.name, "or"):
      let sign = word(place) == "and" ? "&&" : "||"
      return Habit(
        code: "KC0023", message: "`\(word(place))` is `\(sign)`", range: here, help: "write `\(sign)`",
        fix: edit(here, sign))
    case (.name, "elif"), (.name, "elsif"), (.name, "elseif"):
      return Habit(
        code: "KC0029", message: "`\(word(place))` is `else if`", range: here, help: "write `else if`",
        fix: edit(here, "else if"))
    case (.question, _) where kind(place + 1) == .leftBracket && tokens[place + 1].range.lowerBound == here.upperBound:
      return Habit(
        code: "KC0006", message: "`?` has no meaning before `[`", range: here,
        help: "write `map[key]`; where the map itself may be absent, ask for that first: `if map != none { … }`")
    case (.question, _):
      return Habit(
        code: "KC0026", message: "there is no `? :`", range: here, help: "write `if condition { a } else { b }`")
    case (.arrow, _):
      return Habit(
        code: "KC0051", message: "a lambda has `=>`; `->` leads to a type, or to what a case gives", range: here,
        help: "write `=>`", fix: edit(here, "=>"))
    case (.fatArrow, _) where (line.first..<place).contains { word($0) == "port" || word($0) == "route" }:
      return Habit(
        code: "KC0062", message: "a service's port leads on by `->`", range: here, help: "write `->`",
        fix: edit(here, "->"))
    case (.name, let unit) where [.number, .quantity].contains(kind(place - 1)) && Self.units.contains(unit):
      let whole = range(place - 1, place)
      return Habit(
        code: "KC0062", message: "a unit stands right behind its number", range: whole,
        help: "write `\(word(place - 1))\(unit)`", fix: edit(whole, word(place - 1) + unit))
    case (.comma, _):
      return Habit(
        code: "KC0053", message: "no comma stands after a statement", range: here,
        help: "statements end with their line", fix: edit(here, ""))
    case (.bar, _) where brace(around: place).map { word($0 - 2) == "enum" } ?? false:
      return casesHabit(place)
    case (.bar, _) where kind(place + 1) == .leftBrace:
      return Habit(
        code: "KC0023", message: "records are joined with `+`", range: here, help: "write `a + { b = 2 }`",
        fix: edit(here, "+"))
    case (.bar, _):
      return Habit(
        code: "KC0058", message: "there are no pipes: functions follow a value after a dot", range: here,
        help: "write `value.upper()`")
    case (.name, _) where Self.isTypographicQuote(word(place - 1).first) || Self.isTypographicQuote(word(place).last):
      return Habit(
        code: "KC0059", message: "these are typographic quotes, which begin no text", range: here,
        help: "text stands in plain quotes: `\"text\"`")
    case (.name, "–"), (.name, "—"):
      return Habit(
        code: "KC0059", message: "this is a typographic dash, not a minus", range: here, help: "write `-`",
        fix: edit(here, "-"))
    case (.rightParen, _), (.rightBracket, _):
      return Habit(
        code: "KC0054", message: "`\(word(place))` closes nothing", range: here,
        help: "the bracket that is open here is another one")
    default: return nil
    }
  }

  /// Whether a line is a field's or a parameter's, or a type's, and its type goes on until a place.
  private func isWithinType(_ line: Line) -> Bool {
    let signs = (line.first..<line.at).filter { kind($0) == .colon || kind($0) == .equal }
    guard let last = signs.last else { return false }
    return kind(last) == .colon && kind(last - 1) == .name || word(line.first) == "type" && signs.count == 1
  }

  private static let units: Set<String> = [
    "m", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti", "ms", "s", "min", "h", "d",
  ]

  /// `return x`, in a function or a lambda.
  func bareHabit(_ place: Int) -> Habit {
    let isBraced = kind(place - 1) == .leftBrace && kind(place - 2) == .fatArrow
    return Habit(
      code: "KC0032", message: "a function is one expression: there is no `\(word(place))`",
      range: tokens[place].range, help: "write the value itself: `func name(…) = value`, `x => value`",
      fix: isBraced
        ? bodyOfLambda(place - 1, from: place + 1)
        : edit(tokens[place].range.lowerBound..<tokens[place + 1].range.lowerBound, ""))
  }

  /// `x => { x + 1 }`
  func bracedLambdaHabit(_ message: String, _ line: Line) -> Habit? {
    // Of a name and a value together the sign of a record's field is missing.
    guard message.hasPrefix("`=` and the field's value"),
      ![.name, .number, .quantity, .stringOpen, .leftBrace].contains(kind(line.at)),
      let open = (line.first..<line.at).last(where: { kind($0) == .leftBrace }), kind(open - 1) == .fatArrow
    else { return nil }
    return Habit(
      code: "KC0032", message: "a function is one expression, without braces", range: tokens[open].range,
      help: "write `x => value`; parts of it get names as functions of their own",
      fix: bodyOfLambda(open, from: open + 1))
  }

  /// The edit that takes the braces from a lambda's value; nil where that has more lines than one, or more parts.
  private func bodyOfLambda(_ open: Int, from first: Int) -> Diagnostic.Fix? {
    guard let close = closingBrace(of: open), close > first,
      !(first..<close).contains(where: { kind($0) == .semicolon || word($0) == "let" })
    else { return nil }
    return edit(range(open, close), file.text(range(first, close - 1)))
  }

  private func matchHabit(_ place: Int) -> Habit {
    Habit(
      code: "KC0031", message: "`\(word(place))` is `match`, and its cases have `->`", range: tokens[place].range,
      help: "write `match value { 1 -> a, _ -> b }`")
  }

  /// What stands where a value is expected.
  func valueHabit(_ line: Line) -> Habit? {
    let place = line.at
    let before = kind(place - 1)
    let isEnd = tokens[place].isAfterNewline || !touches(place - 1, place)
    switch (before, kind(place)) {
    case (.equalEqual, .equal) where !isEnd, (.notEqual, .equal) where !isEnd, (.less, .greater) where !isEnd:
      let meant = before == .equalEqual ? "==" : "!="
      let shown = word(place - 1) + word(place)
      return Habit(
        code: "KC0025", message: "`\(shown)` is `\(meant)`", range: range(place - 1, place), help: "write `\(meant)`",
        fix: edit(range(place - 1, place), meant))
    case (.star, .star) where !isEnd:
      return Habit(
        code: "KC0037", message: "there is no `**`", range: range(place - 1, place), help: "write `(2).pow(8)`")
    case (_, .bar), (_, .greater):
      guard before == .equal else { break }
      return Habit(
        code: "KC0041", message: "text of several lines stands between `\"\"\"`", range: tokens[place].range,
        help: "write `\"\"\"`, the lines, and `\"\"\"` again; the common indent is dropped")
    default: break
    }
    if kind(place) == .plus, kind(place - 1) == .plus, touches(place - 1, place), isFollowed(place + 1),
      startsOperand(tokens[place + 1])
    {
      return Habit(
        code: "KC0060", message: "text is joined with `+`, or interpolated", range: range(place - 1, place),
        help: "write `+`; lists are joined with it, too", fix: edit(range(place - 1, place), "+"))
    }
    // `1++` ends with its line: the token at the report is the second sign.
    if kind(place) == .plus || kind(place) == .minus, kind(place - 1) == kind(place), touches(place - 1, place) {
      return Habit(
        code: "KC0037", message: "nothing is counted up or down: values do not change", range: range(place - 1, place),
        help: "give the result a name of its own: `let next = count + 1`")
    }
    return nil
  }

  /// What stands where a name is expected.
  func nameHabit(_ line: Line) -> Habit? {
    let place = line.at
    guard kind(place - 1) == .dot else { return nil }
    if kind(place) == .dot, touches(place - 1, place) {
      let isOpen = kind(place + 1) == .less && touches(place, place + 1)
      let whole = range(place - 1, isOpen ? place + 1 : place)
      return Habit(
        code: "KC0036", message: "a range has three dots, and both its ends are in it", range: whole,
        help: isOpen ? "write `a...b` with the last value" : "write `...`", fix: isOpen ? nil : edit(whole, "..."))
    }
    guard kind(place) == .stringOpen else { return nil }
    return Habit(
      code: "KC0060", message: "text is joined with `+`, or interpolated", range: tokens[place - 1].range,
      help: "write `+`", fix: edit(tokens[place - 1].range, "+"))
  }

  /// Takes the body of a function that is written in braces, which is reported.
  ///
  /// - Returns: whether there was one.
  mutating func takeFunctionBody() -> Bool {
    guard at(.leftBrace), !current.isAfterNewline else { return false }
    let mark = start()
    report(
      "KC0032", "a function is one expression, without braces", current.range,
      help: "write `func name(…) = value`; parts of it get names as functions of their own")
    skip()
    finish(.unexpected, mark)
    return true
  }

  /// Reports that the `in` of a loop is missing, or takes what stands in its place.
  mutating func expectedIn() {
    guard at(.name), text(current) == "of", !current.isAfterNewline else {
      return missing("KC0005", "`in` is expected here", fix: " in")
    }
    takeMisfit("KC0044", "a loop runs over what stands after `in`", help: "write `in`", meant: "in")
  }

  /// Takes a token that stands in the place of another one, and reports it with that as its edit.
  mutating func takeMisfit(_ code: String, _ message: String, help: String, meant: String) {
    let mark = start()
    report(code, message, current.range, help: help, fix: edit(current.range, meant))
    take()
    finish(.unexpected, mark)
  }

  /// `:=` where a type is expected.
  func assignHabit(_ line: Line) -> Habit? {
    let place = line.at
    guard kind(place) == .equal, kind(place - 1) == .colon, touches(place - 1, place) else { return nil }
    return Habit(
      code: "KC0025", message: "`:=` is `=`", range: range(place - 1, place), help: "write `=`",
      fix: edit(range(place - 1, place), "="))
  }

  /// A bracket that is missing because something else stands there.
  func bracketHabit(_ message: String, _ line: Line) -> Habit? {
    let place = line.at
    let here = tokens[place].range
    guard place == position else { return nil }
    let closes = message.hasPrefix("`]`") ? "]" : message.hasPrefix("`)`") ? ")" : message.hasPrefix("`}`") ? "}" : ""
    if word(place) == "then"
      || (closes.isEmpty && word(line.first) != "for" && kind(place - 1) == .rightParen && isFollowed(place))
    {
      return Habit(
        code: "KC0042", message: "what an `if` gives stands in braces", range: here,
        help: "write `if condition { a } else { b }`")
    }
    guard !closes.isEmpty, isFollowed(place) else { return nil }
    if closes == "]", word(place) == "for" {
      return Habit(
        code: "KC0043", message: "`for` stands first, and what it gives in braces", range: here,
        help: "write `for x in xs { x + 1 }`: its value is the list")
    }
    switch kind(place) {
    case .rightParen, .rightBracket:
      return Habit(
        code: "KC0039", message: "`\(word(place))` stands where `\(closes)` closes what is open", range: here,
        help: "write `\(closes)`", fix: edit(here, closes))
    case .name, .number, .quantity, .stringOpen:
      guard closes != "}", kind(place - 1) != .comma else { return nil }
      let end = tokens[place - 1].range.upperBound
      return Habit(
        code: "KC0038", message: "a comma is missing before `\(kind(place) == .stringOpen ? "\"" : word(place))`",
        range: here,
        help: "separate elements with commas or line breaks", fix: edit(end..<end, ","))
    default: return nil
    }
  }
}
