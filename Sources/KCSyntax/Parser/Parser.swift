/// Builds the tree of a file by recursive descent. It never fails: what is missing or does not fit is marked and
/// reported, and reading goes on.
public struct Parser {
  let file: SourceFile
  let tokens: [SyntaxTree.Token]
  var position = 0
  var diagnostics: [Diagnostic]
  var nodes: [SyntaxTree.NodeData] = []
  var children: [SyntaxTree.Child] = []
  /// Children whose node is not finished yet; those from `pendingCount` on were given to one.
  private var pending: [SyntaxTree.Child] = []
  private var pendingCount = 0
  var depth = 0
  /// Brackets that a line's end does not end a statement in.
  var bracketDepth = 0
  /// Whether `{` after an expression belongs to what surrounds it (`if x { … }`).
  var isCondition = false

  /// Lines that something was reported of: what else fails there mostly follows from it.
  private(set) var reportedLines: Set<Int> = []
  /// The line of the last report that says of a statement only that it fits nothing, and how many came in a row.
  private var misfits = (line: 0, count: 0)
  /// Whether the file is in another language, which was said: nothing else is.
  private(set) var isForeign = false
  private var lastHabit = (code: "", line: 0)
  /// The last line with a `:` for `=`, and how many lines before it have one, without a gap.
  private var colons = (line: -2, count: 0)
  /// Where the reports of the statement of the file that is being read begin.
  var statementReports = 0
  /// Whether what closes much of the file is missing: what then fails mostly follows from it.
  private(set) var isUnbalanced = false
  /// Reports that are made at most.
  private(set) var mostReports = Parser.totalLimit
  /// How many `{` have no `}`: while there are some, indentation tells where they should have been.
  var openBraces = 0
  /// Whether there are more `}` than `{`: what they close is not told by counting.
  private(set) var hasTooManyClosing = false
  /// Closing brackets that a string without an end swallowed.
  private var swallowedBrackets = 0

  /// Levels of nesting.
  static let depthLimit = 200
  /// Levels of the tree, which grows by long chains of operators and members too.
  static let heightLimit = 1000
  /// A statement that goes wrong at its start tends to go wrong again at each of its lines.
  static let reportLimit = 10
  /// Reports of a file.
  static let totalLimit = 100
  /// Reports of a file that lacks a bracket, and whose indentation does not tell where; those of the lexer count.
  static let unbalancedLimit = 3
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
    tokens = Lexer.splittingClosings(lexer.tokens, file)
    nodes.reserveCapacity(tokens.count)
    children.reserveCapacity(tokens.count * 2)
    diagnostics = extra + lexer.diagnostics
    for diagnostic in diagnostics { note(diagnostic) }
    for token in tokens {
      if token.kind == .leftBrace { openBraces += 1 } else if token.kind == .rightBrace { openBraces -= 1 }
    }
    hasTooManyClosing = openBraces < 0
    if openBraces != 0, !isIndented { mostReports = max(diagnostics.count + 1, Self.unbalancedLimit) }
  }

  /// Takes account of what the lexer reported.
  private mutating func note(_ diagnostic: Diagnostic) {
    let first = file.line(at: diagnostic.span.start)
    let last = file.line(at: diagnostic.span.end)
    reportedLines.insert(first)
    reportedLines.insert(last)
    guard diagnostic.code == "KC0001" || diagnostic.code == "KC0009" else { return }
    let isBlock = file.bytes[diagnostic.span.range].suffix(3).elementsEqual("\"\"\"".utf8)
    if last > first || isBlock || diagnostic.code == "KC0009" { isUnbalanced = true }
    swallowedBrackets += file.bytes[diagnostic.span.range].count {
      $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: ")") || $0 == UInt8(ascii: "]")
    }
  }

  private consuming func parseFile() -> SyntaxTree {
    let mark = start()
    checkForeign()
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
    return SyntaxTree(
      file: file, tokens: tokens, nodes: nodes, children: children, diagnostics: diagnostics,
      damage: damage)
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
  func atWord(_ word: Word) -> Bool { tokens[position].word == word }

  func isWord(_ token: SyntaxTree.Token, _ word: Word) -> Bool { token.word == word }

  func start() -> Mark { Mark(pending: pendingCount, token: position) }

  /// Makes a node of all that was taken since `mark`.
  mutating func finish(_ kind: SyntaxKind, _ mark: Mark) {
    let first = children.count
    var height: UInt16 = 0
    for index in mark.pending..<pendingCount {
      let child = pending[index]
      children.append(child)
      if !child.isToken { height = max(height, nodes[child.index].height) }
    }
    nodes.append(
      SyntaxTree.NodeData(
        kind: kind, height: height + 1, firstChild: UInt32(first), childCount: UInt32(pendingCount - mark.pending),
        firstToken: UInt32(mark.token), endToken: UInt32(position)))
    pendingCount = mark.pending
    push(.node(nodes.count - 1))
  }

  private mutating func push(_ child: SyntaxTree.Child) {
    if pendingCount < pending.count { pending[pendingCount] = child } else { pending.append(child) }
    pendingCount += 1
  }

  /// Takes the current token as a child.
  mutating func take() {
    push(.token(position))
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
  ///
  /// - Parameter isMisfit: whether this says only that a statement fits nothing.
  mutating func missing(
    _ code: String, _ message: String, fix: String? = nil, help: String? = nil, isMisfit: Bool = false
  ) {
    let place = position > 0 ? tokens[position - 1].range.upperBound : 0
    let span = current.isAfterNewline || at(.endOfFile) ? place..<place : current.range
    report(
      code, message, span, help: help,
      fix: fix.map { Diagnostic.Fix(span: Span(file: file.id, range: place..<place), replacement: $0) },
      isMisfit: isMisfit)
    let mark = start()
    finish(.missing, mark)
  }

  mutating func report(
    _ code: String, _ message: String, _ range: Range<Int>, labels: [Diagnostic.Label] = [], help: String? = nil,
    fix: Diagnostic.Fix? = nil, isMisfit: Bool = false
  ) {
    // One mistake, one report: what fails on a line of another mistake follows from it.
    let line = file.line(at: range.lowerBound)
    if isForeign || reportedLines.contains(line) || diagnostics.count - statementReports >= Self.reportLimit { return }
    if diagnostics.count < mostReports, let habit = habit(code, message, range) { return report(habit, line) }
    // Beside fields that are written as elsewhere, what fits nothing is likely to be of the same kind.
    if code == "KC0005", colons.count > 0, line <= colons.line + 3 {
      reportedLines.insert(line)
      return
    }
    if isMisfit, follows(line) {
      reportedLines.insert(line)
      return
    }
    if isUnbalanced, code == "KC0005" || code == "KC0007" || code == "KC0010" { return }
    if code == "KC0002" {
      if swallowedBrackets > 0 {
        swallowedBrackets -= 1
        return
      }
      if at(.endOfFile) { isUnbalanced = true }
    }
    if diagnostics.count > Self.totalLimit || diagnostics.count == mostReports && mostReports < Self.totalLimit {
      return
    }
    reportedLines.insert(line)
    let span = Span(file: file.id, range: range)
    if diagnostics.count == Self.totalLimit {
      let message = "there are more than \(Self.totalLimit) mistakes in this file; the others are not shown"
      diagnostics.append(Diagnostic("KC0012", message, at: span))
      return
    }
    diagnostics.append(Diagnostic(code, message, at: span, labels: labels, help: help, fix: fix))
  }

  /// Reports a habit, once for lines that follow each other with the same one.
  mutating func report(_ habit: Habit, _ line: Int) {
    reportedLines.insert(line)
    isForeign = habit.isWholeFile
    silence(habit, line)
    // A template has more parts than one, mostly.
    let isListItem = ["KC0018", "KC0015", "KC0019"].contains(habit.code)
    let isSame = (lastHabit.code == "KC0019") == (habit.code == "KC0019")
    let repeats = isListItem && lastHabit.line + 12 > line && !lastHabit.code.isEmpty && isSame
    lastHabit = (isListItem ? habit.code : "", line)
    // One field after the other written as elsewhere is one habit: three of them show it.
    colons = habit.code != "KC0014" ? (line, 0) : (line, line <= colons.line + 1 ? colons.count + 1 : 1)
    // Where fields have no types one after the other, they are likely to be no fields of a schema.
    if colons.count > 3 || habit.code == "KC0045" && follows(line) { return }
    if repeats || habit.code == "KC0054" && isAfterMistake(line) { return }
    let span = Span(file: file.id, range: habit.range)
    // What shows in several lines of a body is one mistake of its head.
    if diagnostics.contains(where: { $0.span == span }) { return }
    diagnostics.append(Diagnostic(habit.code, habit.message, at: span, help: habit.help, fix: habit.fix))
  }

  /// Takes account of the lines that are of the same habit: nothing more is said of them.
  private mutating func silence(_ habit: Habit, _ line: Int) {
    guard habit.coversIndented || !habit.coversThrough.isEmpty else { return }
    let outer = file.indentation(at: habit.range.lowerBound)
    for token in tokens[position...].prefix(2000) where file.line(at: token.range.lowerBound) > line {
      let isDeeper = !token.isAfterNewline || indentation(token) > outer
      if habit.coversIndented, !isDeeper { return }
      reportedLines.insert(file.line(at: token.range.lowerBound))
      if !habit.coversThrough.isEmpty, text(token) == habit.coversThrough { return }
    }
  }

  /// Whether brackets may be out of step for a mistake some lines before.
  private func isAfterMistake(_ line: Int) -> Bool {
    diagnostics.contains { other in
      let place = file.line(at: other.span.start)
      return place <= line && place + 24 > line && Self.unbalancing.contains(other.code)
    }
  }

  /// Mistakes after which a bracket may be taken for another's.
  static let unbalancing: Set<String> = ["KC0001", "KC0002", "KC0005", "KC0038", "KC0039", "KC0053"]

  /// Whether a statement that fits nothing comes right after others: it is then likely that it follows from what is wrong
  /// before them.
  private mutating func follows(_ line: Int) -> Bool {
    misfits = (line, line <= misfits.line + 3 ? misfits.count + 1 : 1)
    return misfits.count > 2
  }

  /// The place right after the last token that was taken.
  private var endOfLast: Span {
    let place = position > 0 ? tokens[position - 1].range.upperBound : 0
    return Span(file: file.id, range: place..<place)
  }

  /// Takes the current token as one that does not fit, with all up to the end of the line, or of what it opens.
  mutating func unexpected() {
    let mark = start()
    let shown = at(.endOfFile) ? "the end of the file" : "`\(text(current))`"
    report("KC0005", "\(shown) is not expected here", current.range, isMisfit: true)
    skip()
    finish(.unexpected, mark)
  }

  /// Takes at least one token, up to the end of the line; what is in brackets is taken whole.
  mutating func skip() {
    var open: [Mark] = []
    repeat {
      switch current.kind {
      case .leftBrace, .leftParen, .leftBracket: open.append(start())
      case .rightBrace, .rightParen, .rightBracket: if !open.isEmpty { open.removeLast() }
      default: break
      }
      take()
    } while !at(.endOfFile) && goesOn(open)
  }

  /// Whether what is skipped goes on, given the brackets that are open in it.
  private func goesOn(_ open: [Mark]) -> Bool {
    guard let last = open.last else { return !current.isAfterNewline && !at(.rightBrace) }
    if tokens[last.token].kind == .leftBrace { return at(.rightBrace) || isInside(last) }
    return !startsStatement && !at(.rightBrace)
  }

  /// Takes what does not fit before a `{` of the same line.
  mutating func skipToBrace() {
    guard !at(.leftBrace) else { return }
    let offset = distance(to: .leftBrace)
    guard offset > 0 else { return }
    let mark = start()
    report("KC0005", "`\(text(current))` is not expected here", current.range)
    for _ in 0..<offset { take() }
    finish(.unexpected, mark)
  }

  /// How many tokens lie before the first one of a kind on this line, in the same statement; 0 where there is none.
  func distance(to kind: SyntaxKind) -> Int {
    var offset = 0
    while !peek(offset).isAfterNewline, offset < 200 {
      switch peek(offset).kind {
      case kind: return offset
      case .endOfFile, .semicolon, .equal, .leftBrace, .rightBrace: if kind != .rightBrace { return 0 }
      default: break
      }
      if peek(offset).kind == .endOfFile { return 0 }
      offset += 1
    }
    return 0
  }

  /// Whether it is certain that a statement begins here, of those on one line: `a = 1 b = 2`, not `param int n = 3`.
  private var beginsStatement: Bool {
    guard at(.name), position > 0 else { return false }
    let line = (0..<position).reversed().prefix { !tokens[$0].isAfterNewline }
    // Behind a name alone, another one is as likely a part of the same statement.
    if tokens[position - 1].kind == .name, !line.contains(where: { kind($0) == .equal }) { return false }
    let next = peek(1)
    return !next.isAfterNewline && [.equal, .plusEqual, .leftBrace, .name, .stringOpen].contains(next.kind)
  }

  /// A statement ends with its line, with `;`, or before the bracket that ends what it is in.
  mutating func endOfStatement() {
    if takeIf(.semicolon) || current.isAfterNewline || at(.rightBrace) || at(.endOfFile) { return }
    if position > 0, tokens[position - 1].kind == .semicolon { return }
    report(
      "KC0010", "a line break or `;` is expected before `\(text(current))`", current.range,
      fix: beginsStatement ? Diagnostic.Fix(span: endOfLast, replacement: ";") : nil, isMisfit: true)
    let mark = start()
    skip()
    finish(.unexpected, mark)
  }

  /// Elements between braces end with their line or with a comma.
  ///
  /// - Parameter before: where the element began.
  mutating func separator(_ before: Int) {
    if takeIf(.comma) || takeIf(.semicolon) || at(.rightBrace) || at(.endOfFile) { return }
    if current.isAfterNewline {
      if position == before { unexpected() }
      return
    }
    report(
      "KC0010", "a comma or a line break is expected before `\(text(current))`", current.range,
      fix: Diagnostic.Fix(span: endOfLast, replacement: ","), isMisfit: true)
    let mark = start()
    skip()
    finish(.unexpected, mark)
  }

  /// Does `work` one level deeper, unless that is too deep.
  mutating func nested(_ work: (inout Parser) -> Void) {
    guard depth < Self.depthLimit else { return tooDeep("this is nested deeper than \(Self.depthLimit) levels") }
    depth += 1
    work(&self)
    depth -= 1
  }

  /// Whether the expression that was just finished can take one more operator or member; reports it where not.
  mutating func canGrow() -> Bool {
    guard let height = nodes.last?.height, Int(height) >= Self.heightLimit else { return true }
    tooDeep("this expression has too many operators in a row: \(Self.heightLimit) are possible")
    return false
  }

  /// Gives up: the rest of the file is kept, unread.
  private mutating func tooDeep(_ message: String) {
    report("KC0008", message, current.range, help: "split it: give parts of it names with `let`")
    let mark = start()
    while !at(.endOfFile) { take() }
    finish(.unexpected, mark)
  }
}
