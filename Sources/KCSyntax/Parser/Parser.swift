/// Builds the tree of a file by recursive descent. It never fails: what is missing or does not fit is marked and
/// reported, and reading goes on.
public struct Parser {
  let file: SourceFile
  let tokens: [SyntaxTree.Token]
  var position = 0
  var diagnostics: [Diagnostic]
  var nodes: [SyntaxTree.NodeData] = []
  var children: [SyntaxTree.Child] = []
  /// Children whose node is not finished yet.
  var pending: [SyntaxTree.Child] = []
  var depth = 0
  /// Brackets that a line's end does not end a statement in.
  var bracketDepth = 0
  /// Whether `{` after an expression belongs to what surrounds it (`if x { … }`).
  var isCondition = false

  /// Where the reports of the statement of the file that is being read begin.
  var statementReports = 0
  /// Whether a bracket was found missing: what then fails mostly follows from it.
  var isUnbalanced = false

  static let depthLimit = 200
  /// A statement that goes wrong at its start tends to go wrong again at each of its lines.
  static let reportLimit = 2
  static let sizeLimit = 16_777_216

  /// Parses a file.
  public static func parse(_ file: SourceFile) -> SyntaxTree {
    if file.bytes.count > sizeLimit {
      let empty = SourceFile(id: file.id, path: file.path, bytes: [])
      let problem = Diagnostic(
        "KC0011", "this file has more than 16 MB", at: Span(file: file.id, range: 0..<0), help: "split it in modules")
      return Parser(empty, extra: [problem]).parseFile()
    }
    return Parser(file, extra: []).parseFile()
  }

  private init(_ file: SourceFile, extra: [Diagnostic]) {
    var lexer = Lexer(file)
    lexer.run()
    self.file = file
    tokens = lexer.tokens
    diagnostics = extra + lexer.diagnostics
    isUnbalanced = diagnostics.contains { $0.code == "KC0001" || $0.code == "KC0009" }
  }

  private consuming func parseFile() -> SyntaxTree {
    let mark = start()
    while !at(.endOfFile) {
      let before = position
      statementReports = diagnostics.count
      statement(in: .file)
      endOfStatement()
      if position == before { unexpected() }
    }
    take()
    finish(.file, mark)
    diagnostics.sort { ($0.span.start, $0.code) < ($1.span.start, $1.code) }
    return SyntaxTree(file: file, tokens: tokens, nodes: nodes, children: children, diagnostics: diagnostics)
  }
}

/// Looking at tokens and building nodes.
extension Parser {
  struct Mark {
    var pending: Int
    var token: Int
  }

  var current: SyntaxTree.Token { tokens[position] }
  func at(_ kind: SyntaxKind) -> Bool { tokens[position].kind == kind }
  func peek(_ offset: Int) -> SyntaxTree.Token { tokens[min(position + offset, tokens.count - 1)] }
  func text(_ token: SyntaxTree.Token) -> String { file.text(token.range) }

  /// Whether the current token is this word.
  func atWord(_ word: StaticString) -> Bool { isWord(current, word) }

  func isWord(_ token: SyntaxTree.Token, _ word: StaticString) -> Bool {
    guard token.kind == .name, Int(token.length) == word.utf8CodeUnitCount else { return false }
    return word.withUTF8Buffer { file.bytes[token.range].elementsEqual($0) }
  }

  func start() -> Mark { Mark(pending: pending.count, token: position) }

  /// Makes a node of all that was taken since `mark`.
  mutating func finish(_ kind: SyntaxKind, _ mark: Mark) {
    let first = children.count
    children.append(contentsOf: pending[mark.pending...])
    nodes.append(
      SyntaxTree.NodeData(
        kind: kind, firstChild: UInt32(first), childCount: UInt32(pending.count - mark.pending),
        firstToken: UInt32(mark.token), endToken: UInt32(position)))
    pending.removeSubrange(mark.pending...)
    pending.append(.node(nodes.count - 1))
  }

  /// Takes the current token as a child.
  mutating func take() {
    pending.append(.token(position))
    if position < tokens.count - 1 { position += 1 }
  }

  mutating func takeIf(_ kind: SyntaxKind) -> Bool {
    guard at(kind) else { return false }
    take()
    return true
  }

  /// Takes a token of this kind, or reports that it is missing.
  mutating func expect(_ kind: SyntaxKind, _ code: String, _ message: String, fix: String? = nil) {
    if takeIf(kind) { return }
    missing(code, message, fix: fix)
  }

  /// Reports something missing between the token before and the current one.
  mutating func missing(_ code: String, _ message: String, fix: String? = nil) {
    let place = position > 0 ? tokens[position - 1].range.upperBound : 0
    let span = current.isAfterNewline || at(.endOfFile) ? place..<place : current.range
    report(
      code, message, span,
      fix: fix.map { Diagnostic.Fix(span: Span(file: file.id, range: place..<place), replacement: $0) })
    let mark = start()
    finish(.missing, mark)
  }

  mutating func report(
    _ code: String, _ message: String, _ range: Range<Int>, labels: [Diagnostic.Label] = [], help: String? = nil,
    fix: Diagnostic.Fix? = nil
  ) {
    let span = Span(file: file.id, range: range)
    // One mistake, one report: what fails at the same place, or on the line of a lexical mistake, follows from it.
    let line = file.line(at: range.lowerBound)
    let repeats = diagnostics.contains { other in
      other.span.start == span.start || (file.line(at: other.span.start) == line)
        || (other.code == "KC0001" && file.line(at: other.span.end) == line)
    }
    if repeats || diagnostics.count - statementReports >= Self.reportLimit { return }
    if isUnbalanced, code == "KC0005" || code == "KC0007" || code == "KC0010" { return }
    if code == "KC0002" { isUnbalanced = true }
    diagnostics.append(Diagnostic(code, message, at: span, labels: labels, help: help, fix: fix))
  }

  /// Takes the current token as one that does not fit, with all up to the end of the line.
  mutating func unexpected() {
    let mark = start()
    let shown = at(.endOfFile) ? "the end of the file" : "`\(text(current))`"
    report("KC0005", "\(shown) is not expected here", current.range)
    repeat { take() } while !at(.endOfFile) && !current.isAfterNewline && !at(.rightBrace)
    finish(.unexpected, mark)
  }

  /// A statement ends with its line, with `;`, or before the bracket that ends what it is in.
  mutating func endOfStatement() {
    if takeIf(.semicolon) || current.isAfterNewline || at(.rightBrace) || at(.endOfFile) { return }
    if position > 0, tokens[position - 1].kind == .semicolon { return }
    report(
      "KC0010", "a line break or `;` is expected before `\(text(current))`", current.range,
      fix: Diagnostic.Fix(span: Span(file: file.id, range: Int(current.start)..<Int(current.start)), replacement: "; "))
    let mark = start()
    while !at(.endOfFile), !current.isAfterNewline, !at(.rightBrace) { take() }
    finish(.unexpected, mark)
  }

  /// Does `work` one level deeper, unless that is too deep.
  mutating func nested(_ work: (inout Parser) -> Void) {
    guard depth < Self.depthLimit else {
      report("KC0008", "this is nested deeper than \(Self.depthLimit) levels", current.range)
      let mark = start()
      while !at(.endOfFile) { take() }
      finish(.unexpected, mark)
      return
    }
    depth += 1
    work(&self)
    depth -= 1
  }
}
