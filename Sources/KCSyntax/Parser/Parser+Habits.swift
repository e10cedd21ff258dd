/// What is written as other languages write it: YAML, templates, Terraform, and the general-purpose ones.
///
/// A report that says only that something is missing or does not fit becomes one that names the habit and its counterpart
/// here. Nothing of this runs where nothing is wrong.
extension Parser {
  /// A report in the place of a more general one.
  struct Habit {
    var code: String
    var message: String
    var range: Range<Int>
    var help: String?
    var fix: Diagnostic.Fix?
    /// Whether all of the file is of this kind, so that nothing else is said of it.
    var isWholeFile = false
    /// Whether the deeper lines that follow are of the same habit.
    var coversIndented = false
    /// The word that ends what is of the same habit, for text of several lines; empty for none.
    var coversThrough = ""
  }

  /// The tokens of the line that a report is about.
  struct Line {
    /// Its first token.
    var first: Int
    /// The token at the report.
    var at: Int
  }

  /// The habit that shows in a report of `code` at `range`; nil where there is none.
  func habit(_ code: String, _ message: String, _ range: Range<Int>) -> Habit? {
    let line = line(of: range)
    switch code {
    case "KC0002":
      return elementHabit(message, line) ?? optionalParameterHabit(line) ?? lambdaHabit(line)
        ?? bracketHabit(message, line)
    case "KC0003": return barHabit(line) ?? operandHabit(line) ?? valueHabit(line) ?? wordHabit(line)
    case "KC0004": return elementHabit(message, line) ?? nameHabit(line) ?? templateHabit(line)
    case "KC0005":
      let ofLine =
        bracedLambdaHabit(message, line) ?? templateHabit(line) ?? wordHabit(line) ?? slipHabit(line)
        ?? statementHabit(line) ?? headHabit(line)
      if let ofLine { return ofLine }
      let ofSign = signHabit(line) ?? strayHabit(line) ?? operatorHabit(line) ?? keyHabit(line)
      return ofSign ?? shapeHabit(line) ?? markHabit(line)
    case "KC0007": return assignHabit(line) ?? (message.hasPrefix("`:` and a type") ? fieldHabit(line) : nil)
    case "KC0010":
      let ofLine = wordHabit(line) ?? headHabit(line) ?? restHabit(line)
      return ofLine ?? signHabit(line) ?? portHabit(line) ?? slipHabit(line)
    default: return nil
    }
  }

  private func line(of range: Range<Int>) -> Line {
    var place = position
    // What is missing at the end of a line is missing after its last token.
    if place > 0, tokens[place].range.lowerBound > range.lowerBound, tokens[place].isAfterNewline || at(.endOfFile) {
      place -= 1
    }
    var first = place
    while first > 0, !tokens[first].isAfterNewline, place - first < 200 { first -= 1 }
    return Line(first: first, at: place)
  }

  func word(_ place: Int) -> String {
    tokens.indices.contains(place) && tokens[place].length < 40 ? text(tokens[place]) : ""
  }

  func kind(_ place: Int) -> SyntaxKind { tokens.indices.contains(place) ? tokens[place].kind : .endOfFile }

  /// Whether a token follows on the same line.
  func isFollowed(_ place: Int) -> Bool {
    tokens.indices.contains(place) && !tokens[place].isAfterNewline && tokens[place].kind != .endOfFile
  }

  /// Whether two tokens touch.
  func touches(_ left: Int, _ right: Int) -> Bool {
    tokens.indices.contains(left) && tokens.indices.contains(right)
      && tokens[left].range.upperBound == tokens[right].range.lowerBound
  }

  func range(_ from: Int, _ to: Int) -> Range<Int> {
    tokens[from].range.lowerBound..<max(tokens[from].range.lowerBound, tokens[to].range.upperBound)
  }

  func edit(_ range: Range<Int>, _ replacement: String) -> Diagnostic.Fix {
    Diagnostic.Fix(span: Span(file: file.id, range: range), replacement: replacement)
  }

  /// `name:`, `"name":`, `name ==`
  private func statementHabit(_ line: Line) -> Habit? {
    let place = line.at
    if kind(line.first) == .minus { return dashHabit(line) }
    let sign = kind(place) == .colon ? place : kind(place + 1) == .colon && place == line.first ? place + 1 : place
    if kind(sign) == .equalEqual, sign > line.first {
      return Habit(
        code: "KC0024", message: "a field is set with `=`; `==` compares", range: tokens[sign].range,
        help: "write `=`", fix: edit(tokens[sign].range, "="))
    }
    guard kind(sign) == .colon, sign > line.first else { return nil }
    if let declared = typedDeclarationHabit(line, sign) { return declared }
    // In `container app { image: "a" }` it is the field before the sign that is set.
    let isWithin = kind(sign - 1) == .name && kind(sign - 2) == .leftBrace
    let name = isWithin ? word(sign - 1) : header(line.first, sign - 1)
    if ["apiVersion", "kind"].contains(name), sign == line.first + 1, isFollowed(sign + 1) {
      return Habit(
        code: "KC0016", message: "this is a Kubernetes manifest in YAML", range: range(line.first, sign),
        help: "`kc import yaml FILE` writes it as kc", isWholeFile: true)
    }
    if kind(line.first) == .stringOpen {
      let key = line.first + 2 < sign ? word(line.first + 1) : ""
      let isPlain = key.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } && key.first?.isLetter == true
      return Habit(
        code: "KC0040", message: "fields are set with `=`, and their names need no quotes",
        range: range(line.first, sign), help: "JSON's `\"name\": value` is `name = value` here",
        fix: edit(range(line.first, sign), (isPlain ? key : file.text(range(line.first, sign - 1))) + " ="))
    }
    if kind(sign + 1) == .equal, touches(sign, sign + 1) { return walrusHabit(name, line.first, sign) }
    if !isFollowed(sign + 1) { return indentedHabit(name, line.first, sign) }
    if sign == line.first + 1, kind(sign + 1) == .name, kind(sign + 2) == .leftBrace, word(sign + 1) != "match" {
      return blockHabit(named: name, kind: word(sign + 1), range(line.first, sign + 1))
    }
    if word(line.first) == "for" {
      return Habit(
        code: "KC0044", message: "a loop runs over what stands after `in`", range: tokens[sign].range,
        help: "write `for x in xs { … }`, or `for i, x in xs { … }` with the place")
    }
    if kind(sign + 1) == .leftBrace {
      return Habit(
        code: "KC0014", message: "no `:` stands before `{`", range: tokens[sign].range, help: "write `\(name) { … }`",
        fix: edit(tokens[sign].range, ""))
    }
    if word(line.first) == "env", sign == line.first + 2, brace(around: line.first) == nil {
      return Habit(
        code: "KC0014", message: "what `\(name)` changes stands in braces, not behind `:`", range: tokens[sign].range,
        help: "write `\(name) { … }`")
    }
    return Habit(
      code: "KC0014", message: "a field is set with `=`, not with `:`", range: tokens[sign].range,
      help: "write `\(name) = …`", fix: edit(tokens[sign].range, " ="))
  }

  /// `name := value`, which declares a value elsewhere.
  private func walrusHabit(_ name: String, _ first: Int, _ sign: Int) -> Habit {
    let isDeclared = sign == first + 1 && brace(around: first) == nil
    let whole = range(isDeclared ? first : sign, sign + 1)
    return Habit(
      code: "KC0025", message: "`:=` is `=`", range: range(sign, sign + 1),
      help: isDeclared ? "write `let \(name) = …`" : "write `=`",
      fix: edit(whole, isDeclared ? "let \(name) =" : "="))
  }

  /// `name:` before deeper lines: a body, or a list.
  private func indentedHabit(_ name: String, _ first: Int, _ sign: Int) -> Habit {
    if kind(sign + 1) == .minus {
      return Habit(
        code: "KC0018", message: "a list stands in brackets, not behind dashes", range: range(first, sign),
        help: "write `\(name) = [a, b, c]`, on one line or on several", coversIndented: true)
    }
    return Habit(
      code: "KC0015", message: "what is in `\(name)` stands in braces, not on indented lines",
      range: range(first, sign), help: "write `\(name) { … }`", coversIndented: kind(first + 1) == .name)
  }

  /// What stands before a sign, such as `port http`: as it is written, where it is short.
  private func header(_ start: Int, _ last: Int) -> String {
    let opener = (start..<max(start, last)).last { kind($0) == .leftBrace || kind($0) == .semicolon }
    let first = opener.map { $0 + 1 } ?? start
    guard last > first, last < first + 6 else { return word(first) }
    let whole = range(first, last)
    return whole.count < 60 ? file.text(whole) : word(first)
  }

  /// `- item`, `---`, `-- comment`
  private func dashHabit(_ line: Line) -> Habit? {
    let first = line.first
    guard kind(first + 1) == .minus, touches(first, first + 1) else {
      return Habit(
        code: "KC0018", message: "a list stands in brackets, not behind dashes", range: tokens[first].range,
        help: "write `[a, b, c]`, on one line or on several")
    }
    if kind(first + 2) == .minus, touches(first + 1, first + 2) {
      return Habit(
        code: "KC0017", message: "nothing separates documents here: a file has as many blocks as it likes",
        range: range(first, first + 2), help: "remove the `---`", fix: edit(range(first, first + 2), ""))
    }
    return Habit(
      code: "KC0056", message: "comments begin with `//`", range: range(first, first + 1),
      fix: edit(range(first, first + 1), "//"))
  }

  /// `{{ … }}`
  private func templateHabit(_ line: Line) -> Habit? {
    let place = line.at
    guard kind(place) == .leftBrace else { return nil }
    let isSecond = kind(place - 1) == .leftBrace && touches(place - 1, place)
    guard isSecond || kind(place + 1) == .leftBrace && touches(place, place + 1) else { return nil }
    let first = isSecond ? place - 1 : place
    return Habit(
      code: "KC0019", message: "there are no templates: names stand for their values", range: range(first, first + 1),
      help: "write `name`, or `\"…\\(name)…\"` within text; what is given from outside is a `param`")
  }

  /// `<!-- comment -->`, `(* comment *)`, `labels["a"] = …`, `for (x in xs)`
  private func markHabit(_ line: Line) -> Habit? {
    let place = line.at
    if word(line.first) == "for", kind(line.first + 1) == .leftParen {
      return Habit(
        code: "KC0044", message: "no parentheses stand around what a loop runs over",
        range: tokens[line.first + 1].range, help: "write `for x in xs { … }`")
    }
    let opens =
      kind(place) == .less && kind(place + 1) == .bang || kind(place) == .leftParen && kind(place + 1) == .star
    if opens, touches(place, place + 1) {
      return Habit(
        code: "KC0056", message: "comments begin with `//`", range: range(place, place + 1),
        help: "write `// …`, or `/* … */` for several lines")
    }
    guard kind(place) == .leftBracket, place == line.first + 1, kind(line.first) == .name else { return nil }
    return Habit(
      code: "KC0062", message: "a key of a map is set within its braces", range: range(line.first, place),
      help: "write `\(word(line.first)) { \"key\" = value }`")
  }

  /// A closing bracket that closes nothing.
  private func strayHabit(_ line: Line) -> Habit? {
    switch kind(line.at) {
    case .rightBrace, .rightParen, .rightBracket: break
    default: return nil
    }
    guard line.at == line.first else { return nil }
    return Habit(
      code: "KC0054", message: "`\(word(line.at))` closes nothing", range: tokens[line.at].range,
      help: "every bracket before it is closed already")
  }
}
