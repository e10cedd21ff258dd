import KCSyntax

/// Whether tokens derive from a rule of a grammar: all ways are followed, each place and rule once.
struct Recognizer {
  private let grammar: Grammar
  private let items: [Item]
  private var ends: [Place: [Int]] = [:]
  /// The furthest item that anything was tried at.
  private(set) var furthest = 0

  /// A token, a string with all that is in it, or the end of a line that ends something.
  struct Item {
    var kind: SyntaxKind
    var text: String
    var line: Int
    /// Whether it is the first of its line.
    var isFirst: Bool
    var isLineEnd = false
  }

  private struct Place: Hashable {
    var rule: String
    var start: Int
  }

  init(_ grammar: Grammar, _ items: [Item]) {
    self.grammar = grammar
    self.items = items
  }

  /// Whether all items derive from a rule.
  mutating func derives(_ rule: String) -> Bool { match(.name(rule), [0]).contains(items.count) }

  /// Where it stops to make sense.
  var trouble: String {
    let before = items[max(0, furthest - 6)..<min(furthest, items.count)].map(\.text).joined(separator: " ")
    let at = furthest < items.count ? "`\(items[furthest].text)` on line \(items[furthest].line)" : "the end"
    return "at \(at), after `\(before)`"
  }

  /// The places at which a rule can end that begins at one of these.
  private mutating func match(_ rule: Grammar.Rule, _ starts: Set<Int>) -> Set<Int> {
    switch rule {
    case .literal(let text): return Set(starts.compactMap { step($0) { $0.text == text && $0.kind != .stringOpen } })
    case .token(let name): return Set(starts.flatMap { token(name, $0) })
    case .name(let name): return starts.reduce(into: []) { $0.formUnion(named(name, $1)) }
    case .sequence(let parts):
      var here = starts
      for part in parts where !here.isEmpty { here = match(part, here) }
      return here
    case .choice(let parts): return parts.reduce(into: []) { $0.formUnion(match($1, starts)) }
    case .optional(let inner): return starts.union(match(inner, starts))
    case .many(let inner):
      var all = starts
      var new = starts
      while !new.isEmpty {
        new = match(inner, new).subtracting(all)
        all.formUnion(new)
      }
      return all
    }
  }

  private mutating func named(_ name: String, _ start: Int) -> [Int] {
    let place = Place(rule: name, start: start)
    if let known = ends[place] { return known }
    guard let rule = grammar.rules[name] else { return [] }
    let found = match(rule, [start]).sorted()
    ends[place] = found
    return found
  }

  private mutating func token(_ name: String, _ start: Int) -> [Int] {
    switch name {
    case "NAME": step(start) { $0.kind == .name }.map { [$0] } ?? []
    case "NUMBER": step(start) { $0.kind == .number }.map { [$0] } ?? []
    case "QUANTITY": step(start) { $0.kind == .quantity }.map { [$0] } ?? []
    case "REGEX": step(start) { $0.kind == .regex }.map { [$0] } ?? []
    case "STRING": step(start) { $0.kind == .stringOpen }.map { [$0] } ?? []
    case "END": end(start) { $0.kind == .semicolon }
    case "SEP": end(start) { $0.kind == .comma }
    default: []
    }
  }

  /// One item, if it is as asked.
  private mutating func step(_ start: Int, _ test: (Item) -> Bool) -> Int? {
    furthest = max(furthest, start)
    return start < items.count && test(items[start]) ? start + 1 : nil
  }

  /// A separator: the mark, the end of a line, or nothing before `}` and at the end.
  private mutating func end(_ start: Int, _ mark: (Item) -> Bool) -> [Int] {
    furthest = max(furthest, start)
    guard start < items.count else { return [start] }
    let item = items[start]
    if mark(item) || item.isLineEnd { return [start + 1] }
    return item.isFirst || item.kind == .rightBrace ? [start] : []
  }
}

/// Items out of tokens.
extension Recognizer {
  /// The items of a file, and those of each interpolation in it.
  static func items(_ tree: SyntaxTree) -> (file: [Item], interpolations: [[Item]]) {
    var reader = ItemReader(tree: tree)
    let file = reader.read(until: .endOfFile)
    return (file, reader.interpolations)
  }
}

private struct ItemReader {
  let tree: SyntaxTree
  var position = 0
  var interpolations: [[Recognizer.Item]] = []
  private var brackets: [SyntaxKind] = []

  init(tree: SyntaxTree) { self.tree = tree }

  mutating func read(until end: SyntaxKind) -> [Recognizer.Item] {
    var out: [Recognizer.Item] = []
    while tree.tokens[position].kind != end, tree.tokens[position].kind != .endOfFile {
      let token = tree.tokens[position]
      if token.isAfterNewline, endsLine(out.last, before: token) {
        out.append(item(token, isLineEnd: true))
      }
      out.append(item(token))
      position += 1
      switch token.kind {
      case .stringOpen: skipString()
      case .leftBrace, .leftParen, .leftBracket: brackets.append(token.kind)
      case .rightBrace, .rightParen, .rightBracket: _ = brackets.popLast()
      default: break
      }
    }
    return out
  }

  private func item(_ token: SyntaxTree.Token, isLineEnd: Bool = false) -> Recognizer.Item {
    Recognizer.Item(
      kind: isLineEnd ? .semicolon : token.kind, text: isLineEnd ? "⏎" : tree.file.text(token.range),
      line: tree.file.line(at: Int(token.start)), isFirst: token.isAfterNewline && !isLineEnd, isLineEnd: isLineEnd)
  }

  /// Whether the end of a line between two tokens ends something, by the rule at the head of the grammar.
  private func endsLine(_ last: Recognizer.Item?, before next: SyntaxTree.Token) -> Bool {
    guard let last, brackets.last ?? .leftBrace == .leftBrace else { return false }
    if [.dot, .questionDot, .leftBrace, .rightBrace].contains(next.kind) { return false }
    if next.kind == .name, tree.file.text(next.range) == "else" { return false }
    let open: Set<SyntaxKind> = [
      .leftBrace, .leftParen, .leftBracket, .comma, .semicolon, .equal, .plusEqual, .arrow, .fatArrow, .ellipsis, .plus,
      .minus, .star, .slash, .equalEqual, .notEqual, .less, .lessEqual, .greaterEqual, .andAnd, .orOr,
      .coalesce, .bang, .bar, .colon,
    ]
    return !open.contains(last.kind)
  }

  /// Goes to the end of a string; what it interpolates is read for itself.
  private mutating func skipString() {
    while ![.stringClose, .endOfFile].contains(tree.tokens[position].kind) {
      let isInterpolation = tree.tokens[position].kind == .interpolationOpen
      position += 1
      guard isInterpolation else { continue }
      let outer = brackets
      brackets = [.leftParen]
      interpolations.append(read(until: .interpolationClose))
      brackets = outer
    }
    if tree.tokens[position].kind == .stringClose { position += 1 }
  }
}
