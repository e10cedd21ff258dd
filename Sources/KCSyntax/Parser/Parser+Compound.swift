/// Values in brackets, and expressions that hold others in braces.
extension Parser {
  mutating func paren() {
    let mark = start()
    bracketed { parser in
      parser.take()
      parser.expression()
      parser.close(.rightParen, opened: mark, "`)`")
    }
    finish(.parenExpr, mark)
  }

  /// list = "[" {expr} "]", separated by commas or line breaks
  mutating func list() {
    let mark = start()
    bracketed { parser in
      parser.take()
      while parser.hasElement(before: .rightBracket) {
        let before = parser.position
        parser.expression()
        if !parser.takeIf(.comma), !parser.current.isAfterNewline || parser.position == before { break }
      }
      parser.close(.rightBracket, opened: mark, "`]`")
    }
    finish(.listExpr, mark)
  }

  /// record = "{" {name "=" expr | (string | "[" expr "]") ":" expr | if | for} "}"
  mutating func record() {
    let mark = start()
    let outerDepth = bracketDepth
    bracketDepth = 0
    take()
    while isInside(mark) {
      let before = position
      recordMember()
      separator(before)
    }
    bracketDepth = outerDepth
    close(.rightBrace, opened: mark, "`}`")
    finish(.recordExpr, mark)
  }

  mutating func recordMember() {
    let mark = start()
    var isNamed = false
    if at(.leftBracket) {
      bracketed { parser in
        parser.take()
        parser.expression()
        parser.expect(.rightBracket, "KC0002", "`]` is missing")
      }
    } else if at(.stringOpen) {
      string()
    } else {
      name("a field's name")
      isNamed = true
    }
    if at(.colon) {
      take()
      expression()
      finish(isNamed ? .recordField : .mapEntry, mark)
    } else {
      if !takeIf(.equal) {
        // As in a body, where a field that holds others needs none.
        let isOpened = at(.leftBrace) && !current.isAfterNewline
        missing(
          "KC0005", "`=` and the field's value are expected here", fix: isOpened ? " =" : nil,
          help: isOpened ? "fields of a record are set: `name = { … }`" : nil, isMisfit: true)
      }
      expression()
      finish(.recordField, mark)
    }
  }

  /// if = "if" expr "{" expr "}" "else" (if | "{" expr "}")
  mutating func ifExpr() {
    let mark = start()
    take()
    takeBinding()
    condition()
    braced()
    if atWord(.else) {
      take()
      if atWord(.if) { nested { $0.ifExpr() } } else { braced() }
    }
    finish(.ifExpr, mark)
  }

  /// for = "for" name "in" expr ["if" expr] "{" expr "}"
  mutating func forExpr() {
    let mark = start()
    take()
    loopVariables()
    if atWord(.in) { take() } else { expectedIn() }
    condition()
    loopFilter()
    braced()
    finish(.forExpr, mark)
  }

  /// match = "match" expr "{" {expr {"," expr} "->" expr} "}"
  mutating func matchExpr() {
    let mark = start()
    arms { $0.expression() }
    finish(.matchExpr, mark)
  }

  /// Takes the arrow of an arm, or what was written instead of it.
  mutating func arrow() {
    if takeIf(.arrow) { return }
    guard at(.fatArrow) || at(.colon) || at(.equal) else {
      return missing("KC0005", "`->` and the value for this case are expected here")
    }
    let mark = start()
    report(
      "KC0050", "`->` is expected here, not `\(text(current))`", current.range,
      fix: Diagnostic.Fix(span: Span(file: file.id, range: current.range), replacement: "->"))
    take()
    finish(.unexpected, mark)
  }

  /// match = "match" expr "{" {expr {"," expr} "->" body} "}"
  mutating func matchStatement(in context: StatementContext) {
    let mark = start()
    arms { $0.branch(of: context) }
    finish(.matchStatement, mark)
  }

  mutating func arms(_ result: (inout Parser) -> Void) {
    take()
    condition()
    let open = start()
    guard takeIf(.leftBrace) || bodyFollows(upTo: .arrow) else { return }
    let outer = (isCondition, bracketDepth)
    (isCondition, bracketDepth) = (false, 0)
    while isInside(open) {
      let before = position
      let arm = start()
      takeCaseWord()
      if startsStatement {
        unexpected()
        continue
      }
      reportOtherRest()
      repeat { pattern() } while takeIf(.comma) || takeBar()
      takeGuard()
      arrow()
      result(&self)
      finish(.matchArm, arm)
      separator(before)
    }
    (isCondition, bracketDepth) = outer
    close(.rightBrace, opened: open, "`}`")
  }

  /// pattern = range | path typeArguments
  private mutating func pattern() {
    var end = 1
    while peek(end).kind == .dot, peek(end + 1).kind == .name { end += 2 }
    if at(.name), peek(end).kind == .less, !peek(end).isAfterNewline {
      let mark = start()
      dottedName("a type's name")
      typeArguments()
      return finish(.namedType, mark)
    }
    // What `=>` follows is no lambda here: the arrow is the wrong one.
    if at(.name), peek(1).kind == .fatArrow { return one(.nameExpr) }
    nested { $0.binary(minimum: Precedence.range) }
  }

  /// Takes the word that begins a case elsewhere, which is reported.
  private mutating func takeCaseWord() {
    guard at(.name), ["case", "when"].contains(text(current)) else { return }
    let next = peek(1)
    guard !next.isAfterNewline, next.kind != .leftParen, startsOperand(next) else { return }
    let mark = start()
    report(
      "KC0031", "no `\(text(current))` stands before a case", current.range, help: "write `value -> result`",
      fix: edit(current.range.lowerBound..<next.range.lowerBound, ""))
    take()
    finish(.unexpected, mark)
  }

  /// Takes `|` between patterns, which is reported.
  private mutating func takeBar() -> Bool {
    guard at(.bar), !current.isAfterNewline else { return false }
    let mark = start()
    report(
      "KC0062", "`,` stands between the patterns of a case", current.range, help: "write `,`",
      fix: edit(tokens[position - 1].range.upperBound..<current.range.upperBound, ","))
    take()
    finish(.unexpected, mark)
    return true
  }

  /// Takes a condition behind a pattern, which is reported.
  private mutating func takeGuard() {
    guard !current.isAfterNewline, atWord(.if) || at(.name) && ["when", "where"].contains(text(current)) else { return }
    let mark = start()
    report(
      "KC0062", "a case has no condition of its own", current.range,
      help: "what depends on one stands behind the arrow: `_ -> if condition { … } else { … }`")
    take()
    condition()
    finish(.unexpected, mark)
  }

  /// Reports `else ->`, `default ->`: all the rest is `_`.
  private mutating func reportOtherRest() {
    guard at(.name), ["else", "default", "otherwise"].contains(text(current)),
      peek(1).kind == .arrow || peek(1).kind == .fatArrow
    else { return }
    report(
      "KC0031", "all other values are `_`", current.range, help: "write `_`", fix: edit(current.range, "_"))
  }

  /// variables = name ["," name]: an element, or a key and its value
  mutating func loopVariables() {
    name("a loop variable")
    if takeIf(.comma) { name("a second loop variable") }
  }

  /// filter = ["if" expr]
  mutating func loopFilter() {
    guard !current.isAfterNewline else { return }
    if at(.name), ["where", "when"].contains(text(current)) {
      takeMisfit(
        "KC0044", "what a loop takes is said by `if`", help: "write `for x in xs if condition { … }`", meant: "if")
    } else if atWord(.if) {
      take()
    } else {
      return
    }
    condition()
    guard atWord(.if), !current.isAfterNewline else { return }
    let mark = start()
    report(
      "KC0044", "a loop has one `if`: conditions are joined by `&&`", current.range, help: "write `&&`",
      fix: edit(current.range, "&&"))
    take()
    condition()
    finish(.unexpected, mark)
  }

  /// "{" expr "}"
  mutating func braced() {
    let open = start()
    guard at(.leftBrace) else {
      missing("KC0002", "`{` is expected here")
      return
    }
    let outer = (isCondition, bracketDepth)
    isCondition = false
    bracketDepth = 0
    take()
    expression()
    (isCondition, bracketDepth) = outer
    close(.rightBrace, opened: open, "`}`")
  }
}
