/// Habits that show in how names, signs and brackets are put together: declarations and values as elsewhere.
extension Parser {
  /// `f(x) = x + 1`, `schema A(x: Int) {`, `deployment web = {`, `{ a, b }`
  func shapeHabit(_ line: Line) -> Habit? {
    let (first, place) = (line.first, line.at)
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
  private func brace(around place: Int) -> Int? {
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
  private func closing(of open: Int) -> Int? {
    var depth = 0
    for other in open..<min(open + 80, tokens.count) where other == open || !tokens[other].isAfterNewline {
      if kind(other) == .leftParen { depth += 1 } else if kind(other) == .rightParen { depth -= 1 }
      if depth == 0 { return other }
    }
    return nil
  }
}
