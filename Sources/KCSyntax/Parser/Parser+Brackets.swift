/// Brackets.
extension Parser {
  /// Takes the bracket that ends what began at `opened`, or reports it missing, showing where it began.
  mutating func close(_ kind: SyntaxKind, opened: Mark, _ shown: String) {
    if at(kind), kind != .rightBrace || !isDedented(opened, orEqual: false) {
      take()
      return
    }
    if kind == .rightBrace { openBraces -= 1 }
    if takeOtherBracket(kind, shown) { return }
    let open = tokens[opened.token]
    let end = position > 0 ? tokens[position - 1].range.upperBound : 0
    report(
      "KC0002", "\(shown) is missing", end..<end,
      labels: [.init(span: Span(file: file.id, range: open.range), message: "opened here")],
      fix: Diagnostic.Fix(span: Span(file: file.id, range: end..<end), replacement: closing(kind, shown, open, end)))
    let mark = start()
    finish(.missing, mark)
  }

  /// Takes a bracket of another kind that stands on a line of its own where one is missing.
  ///
  /// - Returns: whether there was one, which was reported.
  private mutating func takeOtherBracket(_ kind: SyntaxKind, _ shown: String) -> Bool {
    guard kind == .rightBrace, at(.rightParen) || at(.rightBracket), current.isAfterNewline, peek(1).isAfterNewline
    else { return false }
    report(
      "KC0039", "`\(text(current))` stands where \(shown) closes what is open", current.range,
      help: "write \(shown)", fix: edit(current.range, "}"))
    let mark = start()
    take()
    finish(.unexpected, mark)
    return true
  }

  /// What to put in for a bracket that is missing: a `}` stands on a line of its own, where its `{` is on an earlier one.
  private func closing(_ kind: SyntaxKind, _ shown: String, _ open: SyntaxTree.Token, _ end: Int) -> String {
    let text = shown.replacing("`", with: "")
    guard kind == .rightBrace, file.line(at: Int(open.start)) < file.line(at: end) else { return text }
    return "\n" + String(repeating: " ", count: indentation(open)) + text
  }

  /// Whether what began with `{` at `opened` goes on: neither its `}` is reached nor the end of the file nor, where a `}`
  /// is missing somewhere, a line that is indented no deeper than the one of the `{`.
  func isInside(_ opened: Mark) -> Bool {
    !at(.rightBrace) && !at(.endOfFile) && !isDedented(opened, orEqual: true)
  }

  /// Takes a `}` that closes nothing: one that stands deeper than what began at `opened`, while there are too many.
  ///
  /// - Returns: whether one stood here.
  mutating func takeStrayBrace(_ opened: Mark) -> Bool {
    guard openBraces < 0, at(.rightBrace), current.isAfterNewline, isDeeper(than: opened) else { return false }
    openBraces += 1
    if diagnostics.count == statementReports { report("KC0005", "`}` is not expected here", current.range) }
    let mark = start()
    take()
    finish(.unexpected, mark)
    return true
  }

  /// Whether the current token is indented deeper than the line on which something began.
  func isDeeper(than opened: Mark) -> Bool {
    indentation(current) > indentation(tokens[opened.token])
  }

  /// Whether elements follow in parentheses or square brackets: not where a line begins that can only be a statement,
  /// which tells that the closing one is missing.
  func hasElement(before kind: SyntaxKind) -> Bool {
    if at(kind) || at(.endOfFile) || at(.rightBrace) { return false }
    return !startsStatement
  }

  /// Whether a line begins here that can only be a statement: an expression or a type has ended before it.
  var startsStatement: Bool {
    guard at(.name), current.isAfterNewline, !atWord(.if), !atWord(.for), !atWord(.match) else { return false }
    let next = peek(1)
    if next.isAfterNewline || atWord(.else) { return false }
    return switch next.kind {
    case .equal, .plusEqual, .leftBrace, .stringOpen: true
    case .name: !isWord(next, .in) && !isWord(next, .else)
    default: atWord(.let) || atWord(.param)
    }
  }

  /// Whether what stands in braces that end a line is indented deeper than that line, all over the file.
  var isIndented: Bool {
    for (index, token) in tokens.enumerated().dropLast() where token.kind == .leftBrace {
      let next = tokens[index + 1]
      guard next.isAfterNewline, next.kind != .rightBrace, next.kind != .endOfFile else { continue }
      guard indentation(next) > indentation(token) else { return false }
    }
    return true
  }

  private func isDedented(_ opened: Mark, orEqual: Bool) -> Bool {
    guard openBraces > 0, current.isAfterNewline else { return false }
    let (own, column) = (indentation(tokens[opened.token]), indentation(current))
    return orEqual ? column <= own : column < own
  }

  /// The spaces and tabs at the start of a token's line.
  func indentation(_ token: SyntaxTree.Token) -> Int { file.indentation(at: Int(token.start)) }
}
