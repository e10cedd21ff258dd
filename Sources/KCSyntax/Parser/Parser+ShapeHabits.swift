/// Habits that show in how names, signs and brackets are put together: declarations and values as elsewhere.
extension Parser {
  /// `f(x) = x + 1`, `schema A(x: Int) {`, `deployment web = {`, `{ a, b }`
  func shapeHabit(_ line: Line) -> Habit? {
    let (first, place) = (line.first, line.at)
    if ["return", "yield", "throw", "await"].contains(word(place - 1)), isFollowed(place) {
      return bareHabit(place - 1)
    }
    if kind(place) == .dot, place == first + 2, kind(first) == .name, kind(first + 1) == .name {
      return dottedHabit(first + 1)
    }
    if kind(place) == .leftParen, kind(place - 1) == .name {
      if word(first) == "schema", place == first + 2 {
        return Habit(
          code: "KC0062", message: "a schema has no parameters", range: tokens[place].range,
          help: "fields stand in its body: `schema \(word(first + 1)) { x: Int }`; components have parameters, and "
            + "types in `<…>`")
      }
      if place == first + 1, let close = closing(of: place), kind(close + 1) == .equal {
        let start = tokens[first].range.lowerBound
        return Habit(
          code: "KC0062", message: "a function begins with `func`", range: range(first, close),
          help: "write `func \(word(first))(…) = …`", fix: edit(start..<start, "func "))
      }
    }
    if kind(place) == .comma, let open = brace(around: place), open == place - 2 || open == place - 4 {
      return listHabit(open)
    }
    return assignedBlock(line)
  }

  /// `host shop.example.com {`
  private func dottedHabit(_ name: Int) -> Habit? {
    var last = name
    while isFollowed(last + 1), touches(last, last + 1), [.dot, .name, .number, .quantity].contains(kind(last + 1)) {
      last += 1
    }
    guard last > name, !isFollowed(last + 1) || [.leftBrace, .equal].contains(kind(last + 1)) else { return nil }
    let whole = range(name, last)
    let (block, text) = (word(name - 1), file.text(whole))
    // A name that a loop around gives is a value's.
    let isValue = isLoopVariable(word(name), before: name)
    return Habit(
      code: "KC0062", message: "a name \(isValue ? "that is computed" : "with dots") stands in quotes", range: whole,
      help: "write `\(block) \"\(isValue ? "\\(\(text))" : text)\"`",
      fix: edit(whole, isValue ? "\"\\(\(text))\"" : "\"\(text)\""))
  }

  /// Whether a `for` before a token, not far from it, has a variable of a name.
  private func isLoopVariable(_ name: String, before token: Int) -> Bool {
    (max(0, token - 400)..<token).contains { place in
      word(place) == "for" && kind(place + 1) == .name
        && (word(place + 1) == name || kind(place + 2) == .comma && word(place + 3) == name)
    }
  }

  /// `port http = 80:8080`, `image = shop/web:v1`
  func portHabit(_ line: Line) -> Habit? {
    let place = line.at
    guard kind(place) == .colon, touches(place - 1, place), touches(place, place + 1),
      let equal = (line.first..<place).last(where: { kind($0) == .equal }), equal + 1 < place
    else { return nil }
    if equal == place - 2, kind(place - 1) == .number, kind(place + 1) == .number {
      return Habit(
        code: "KC0062", message: "a service's port leads on by `->`", range: tokens[place].range,
        help: "write `\(word(place - 1)) -> \(word(place + 1))`; in a container there is its own port alone",
        fix: edit(tokens[place].range, " -> "))
    }
    var last = place
    while isFollowed(last + 1), touches(last, last + 1), kind(last + 1) != .semicolon, kind(last + 1) != .rightBrace {
      last += 1
    }
    guard kind(equal + 1) == .name, (equal + 1..<place).allSatisfy({ touches($0, $0 + 1) }) else { return nil }
    let whole = range(equal + 1, last)
    return Habit(
      code: "KC0062", message: "text stands in double quotes", range: whole,
      help: "write `\"\(file.text(whole))\"`", fix: edit(whole, "\"\(file.text(whole))\""))
  }

  /// `|x| x + 1`
  func barHabit(_ line: Line) -> Habit? {
    let place = line.at
    guard kind(place) == .bar, kind(place + 1) == .name, [.bar, .comma].contains(kind(place + 2)),
      isFollowed(place + 2)
    else { return nil }
    return Habit(
      code: "KC0062", message: "no bars stand around the parameters of a lambda", range: range(place, place + 2),
      help: "write `x => value`, or `(a, b) => value`",
      fix: kind(place + 2) == .bar ? edit(range(place, place + 2), "\(word(place + 1)) =>") : nil)
  }

  /// `{ 1, 2 }` where a record is expected.
  func listHabit(_ open: Int) -> Habit {
    Habit(
      code: "KC0062", message: "braces hold fields, `name = value`", range: tokens[open].range,
      help: "a list is `[a, b]`, a record `{ a = a, b = b }`")
  }

  /// `deployment web = {`, of which something in the braces was reported.
  private func assignedBlock(_ line: Line) -> Habit? {
    guard let open = brace(around: line.at), kind(open - 1) == .equal, kind(open - 2) == .name,
      kind(open - 3) == .name, open == 3 || tokens[open - 3].isAfterNewline || kind(open - 4) == .leftBrace,
      !["let", "param"].contains(word(open - 3))
    else { return nil }
    let header = "\(word(open - 3)) \(word(open - 2))"
    let gap = tokens[open - 2].range.upperBound..<tokens[open].range.lowerBound
    return Habit(
      code: "KC0062", message: "no `=` stands before a block's body", range: tokens[open - 1].range,
      help: "write `\(header) { … }`", fix: edit(gap, " "))
  }

  /// `let a = Probe { path = "/" }`, and the same in a block.
  func madeHabit(_ line: Line) -> Habit? {
    let type = word(line.at - 1)
    let isNamed = ["let", "param", "func"].contains(word(line.first))
    if isNamed, type.first?.isUppercase != true, kind(line.at - 2) == .equal || kind(line.at - 1) == .rightParen {
      return Habit(
        code: "KC0062", message: "a value with other fields is a sum", range: range(line.at - 1, line.at),
        help: "write `\(type == ")" ? "value" : type) + { field = value }`",
        fix: edit(tokens[line.at].range, "+ {"))
    }
    guard type.first?.isUppercase == true, isNamed || brace(around: line.first) != nil else { return nil }
    let start = kind(line.at - 2) == .equal || line.at < 2 ? line.at - 1 : line.at - 2
    return Habit(
      code: "KC0062", message: "a value of a schema is made with parentheses", range: range(start, line.at - 1),
      help: "write `\(type)(field: value)`" + (isNamed ? "" : ", or `\(word(line.first)) { field = value }`"))
  }

  /// `new A(1)`
  func newHabit(_ place: Int) -> Habit {
    Habit(
      code: "KC0062", message: "`new` means nothing here", range: tokens[place - 1].range,
      help: "a value of a schema is `\(word(place))(field: value)`",
      fix: edit(tokens[place - 1].range.lowerBound..<tokens[place].range.lowerBound, ""))
  }

  /// `lambda x: x + 1`, `(x) -> x`, `fn(x) { x }` where arguments stand.
  func lambdaHabit(_ line: Line) -> Habit? {
    let place = line.at
    // Of a function that lacks the bracket behind its parameters, the arrow is its own.
    if kind(place) == .arrow, word(line.first) == "func", !(line.first..<place).contains(where: { kind($0) == .equal })
    {
      return nil
    }
    if kind(place) == .arrow {
      return Habit(
        code: "KC0051", message: "a lambda has `=>`; `->` leads to a type, or to what a case gives",
        range: tokens[place].range, help: "write `=>`", fix: edit(tokens[place].range, "=>"))
    }
    let words: Set<String> = ["lambda", "fn", "fun", "func", "function", "def"]
    var head = place - 1
    if kind(place) == .leftBrace, kind(place - 1) == .rightParen {
      while head > 0, kind(head) != .leftParen, place - head < 40 { head -= 1 }
      head -= 1
    }
    guard head >= 0, kind(head) == .name, words.contains(word(head)) else { return nil }
    return Habit(
      code: "KC0062", message: "`\(word(head))` means nothing here", range: tokens[head].range,
      help: "a function without a name is `x => value`")
  }

  /// The `{` that a place is in, where it is near; nil where there is none.
  func brace(around place: Int) -> Int? {
    var depth = 0
    for other in stride(from: place - 1, through: max(0, place - 400), by: -1) {
      switch kind(other) {
      case .rightBrace: depth += 1
      case .leftBrace where depth == 0: return other
      case .leftBrace: depth -= 1
      default: break
      }
    }
    return nil
  }

  /// The parenthesis on the same line that closes another.
  func closing(of open: Int) -> Int? {
    var depth = 0
    for other in open..<min(open + 80, tokens.count) where other == open || !tokens[other].isAfterNewline {
      if kind(other) == .leftParen { depth += 1 } else if kind(other) == .rightParen { depth -= 1 }
      if depth == 0 { return other }
    }
    return nil
  }
}
