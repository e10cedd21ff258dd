/// Signs and declarations that stand where they have another meaning, or none.
extension Parser {
  /// An expression that is asked for its truth: `=` in it, which sets a field elsewhere, is reported.
  mutating func compared() {
    let mark = start()
    expression()
    guard at(.equal), !current.isAfterNewline, !peek(1).isAfterNewline, startsOperand(peek(1)) else { return }
    takeMisfit("KC0024", "`=` sets a field; values are compared with `==`", help: "write `==`", meant: "==")
    nested { $0.binary(minimum: Precedence.comparison + 1) }
    finish(.binaryExpr, mark)
  }

  /// Takes `<Int>` in `first<Int>([1])`, which is reported: it would be read as two comparisons.
  ///
  /// - Returns: whether it stands here.
  mutating func takeTypeArguments() -> Bool {
    guard position > 0, kind(position - 1) == .name, touches(position - 1, position) else { return false }
    var (last, depth) = (position, 0)
    repeat {
      switch kind(last) {
      case .less: depth += 1
      case .greater: depth -= 1
      case .name, .comma, .question, .bar, .dot: break
      default: return false
      }
      last += 1
    } while depth > 0 && last - position < 40 && isFollowed(last)
    guard depth == 0, last > position + 2, kind(last) == .leftParen, touches(last - 1, last) else { return false }
    let whole = range(position, last - 1)
    let mark = start()
    report(
      "KC0062", "no types stand in a call: they follow from its arguments", whole,
      help: "write `\(word(position - 1))(…)`", fix: edit(whole, ""))
    while position < last { take() }
    finish(.unexpected, mark)
    return true
  }

  /// Reads a record where the braces of a body are expected, which is reported: `for k, v in { a = 1 } {`.
  ///
  /// - Returns: whether one stands here: a second `{` is that of the body.
  mutating func takeBareRecord() -> Bool {
    guard kind(position + 2) == .equal || kind(position + 1) == .stringOpen || kind(position + 1) == .rightBrace,
      let close = closingBrace(of: position), kind(close + 1) == .leftBrace, isFollowed(close + 1)
    else { return false }
    let whole = range(position, close)
    report(
      "KC0062", "in the head of a body, braces stand in parentheses", whole, help: "write `({ … })`",
      fix: edit(whole, "(\(file.text(whole)))"))
    bracketed { $0.record() }
    return true
  }

  /// The brace on the same line that closes another.
  func closingBrace(of open: Int) -> Int? {
    var depth = 0
    for other in open..<min(open + 80, tokens.count) {
      if other > open, tokens[other].isAfterNewline { return nil }
      if kind(other) == .leftBrace { depth += 1 } else if kind(other) == .rightBrace { depth -= 1 }
      if depth == 0 { return other }
    }
    return nil
  }

  /// `enum C { a | b }`
  func casesHabit(_ bar: Int) -> Habit {
    var last = bar
    while isFollowed(last + 1), kind(last + 1) != .rightBrace { last += 1 }
    let cases = tokens[bar - 1].range.upperBound..<tokens[last].range.upperBound
    let meant = file.text(cases).replacing(" |", with: ",").replacing("|", with: ",")
    return Habit(
      code: "KC0062", message: "the cases of an enum are separated by commas or line breaks", range: tokens[bar].range,
      help: "write `,`", fix: edit(cases, meant))
  }

  /// A line that begins with the operator that it goes on with.
  func operatorHabit(_ line: Line) -> Habit? {
    let place = line.at
    guard place == line.first, place > 0, isFollowed(place + 1) else { return nil }
    switch kind(place) {
    case .plus, .star, .slash, .percent, .andAnd, .orOr, .coalesce, .equalEqual, .notEqual, .greater, .greaterEqual,
      .lessEqual:
      let sign = word(place)
      return Habit(
        code: "KC0062", message: "an expression ends with its line, unless an operator or bracket is open",
        range: tokens[place].range, help: "let `\(sign)` end the line before, or put all of it in parentheses")
    default: return nil
    }
  }

  /// Reports a declaration within a block that only files have, with what stands in such a block instead.
  mutating func misplaced() {
    var help = "move it out of the block"
    var fix: Diagnostic.Fix?
    if atWord(.param), let open = brace(around: position), open > 1 {
      if word(open - 2) == "env", kind(open - 1) == .name {
        help = "an environment sets it: `\(text(peek(1))) = …`"
        if peek(2).kind == .equal { fix = edit(current.range.lowerBound..<peek(1).range.lowerBound, "") }
      } else if let name = componentName(of: open) {
        help = "what its instances are given stands in parentheses: `component \(name)(\(declared))`"
      }
    }
    report(
      "KC0013", "`\(text(current))` stands at the top of a file, not within a block", current.range, help: help,
      fix: fix)
  }

  /// The name of the component whose body begins at a brace; nil for others.
  private func componentName(of open: Int) -> String? {
    var head = open - 1
    if kind(head) == .rightParen {
      while head > 0, kind(head) != .leftParen, open - head < 200 { head -= 1 }
      head -= 1
    }
    return head > 0 && word(head - 1) == "component" ? word(head) : nil
  }

  /// The name, type and default of the declaration that begins here, as far as they are short.
  private var declared: String {
    var last = position + 1
    while isFollowed(last + 1), kind(last + 1) != .semicolon, kind(last + 1) != .rightBrace { last += 1 }
    let whole = range(position + 1, last)
    return whole.count < 60 ? file.text(whole) : "\(word(position + 1)): Type"
  }
}
