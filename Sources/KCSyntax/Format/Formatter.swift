/// Brings a file into the one layout: two spaces a level, one space around operators, at most one empty line.
///
/// It works on tokens and what stands between them: lines stay lines, every token and comment is kept. Applying it
/// twice is applying it once.
public struct Formatter {
  private let tree: SyntaxTree
  private let bytes: [UInt8]
  private var out: [UInt8] = []
  /// Columns that each open bracket adds.
  private var brackets: [(kind: SyntaxKind, indent: Bool)] = []

  /// The file's content in the one layout.
  public static func format(_ tree: SyntaxTree) -> [UInt8] {
    var formatter = Formatter(tree)
    formatter.run()
    return formatter.out
  }

  private init(_ tree: SyntaxTree) {
    self.tree = tree
    bytes = tree.file.bytes
  }

  private mutating func run() {
    var end = 0
    for (index, token) in tree.tokens.enumerated() {
      let range = token.range
      write(gap: end..<range.lowerBound, before: index)
      if Self.closes(token.kind), !brackets.isEmpty { brackets.removeLast() }
      out += bytes[range]
      if Self.opens(token.kind) {
        // Brackets that open on one line indent once, together.
        let onSameLine = brackets.last.map { _ in !hasNewline(after: index) } ?? false
        brackets.append((token.kind, !onSameLine || hasNewline(after: index)))
      }
      end = range.upperBound
    }
    while let last = out.last, last == 0x0a || last == 0x20 { out.removeLast() }
    if !out.isEmpty { out.append(0x0a) }
  }

  private static func opens(_ kind: SyntaxKind) -> Bool {
    kind == .leftBrace || kind == .leftParen || kind == .leftBracket
  }

  private static func closes(_ kind: SyntaxKind) -> Bool {
    kind == .rightBrace || kind == .rightParen || kind == .rightBracket
  }

  private func hasNewline(after index: Int) -> Bool {
    index + 1 < tree.tokens.count && tree.tokens[index + 1].isAfterNewline
  }

  /// Writes what stands between two tokens: space, line ends and comments.
  private mutating func write(gap: Range<Int>, before index: Int) {
    let token = tree.tokens[index]
    // Within a string every byte counts; there is no gap between its parts.
    if Self.isStringPart(token.kind) {
      out += bytes[gap]
      return
    }
    let pieces = Trivia.pieces(bytes, gap)
    var lines = 0
    var isFirst = out.isEmpty
    for piece in pieces {
      switch piece {
      case .newlines(let count): lines += count
      case .comment(let range, let isLine):
        separate(lines: lines, isFirst: isFirst, nextKind: nil, index: index)
        isFirst = false
        lines = 0
        writeComment(range, isLine: isLine)
      }
    }
    if token.kind == .endOfFile { return }
    let followsComment = pieces.contains { if case .comment = $0 { true } else { false } }
    separate(lines: lines, isFirst: isFirst, nextKind: token.kind, index: index, followsComment: followsComment)
  }

  private static func isStringPart(_ kind: SyntaxKind) -> Bool {
    kind == .stringText || kind == .stringClose || kind == .interpolationOpen
  }

  private mutating func writeComment(_ range: Range<Int>, isLine: Bool) {
    var text = bytes[range]
    while let last = text.last, last == 0x20 || last == 0x09 || last == 0x0d { text.removeLast() }
    // `//x` reads better as `// x`; the marks of documentation stay together.
    if isLine, text.count > 2, let next = text.dropFirst(2).first, next != 0x20, next != UInt8(ascii: "/") {
      out += text.prefix(2)
      out.append(0x20)
      out += text.dropFirst(2)
    } else if isLine, text.count > 3, text.dropFirst(2).first == UInt8(ascii: "/"),
      let next = text.dropFirst(3).first, next != 0x20, next != UInt8(ascii: "/")
    {
      out += text.prefix(3)
      out.append(0x20)
      out += text.dropFirst(3)
    } else {
      out += text
    }
  }

  /// Writes the space before a token or comment.
  private mutating func separate(
    lines: Int, isFirst: Bool, nextKind: SyntaxKind?, index: Int, followsComment: Bool = false
  ) {
    if isFirst { return }
    if lines == 0 {
      let wantsSpace = nextKind.map { _ in followsComment || Spacing.isSpaced(tree, index) } ?? true
      if wantsSpace, out.last != 0x20 { out.append(0x20) }
      return
    }
    while out.last == 0x20 { out.removeLast() }
    out.append(0x0a)
    let afterOpen =
      index > 0 && Self.opens(tree.tokens[index - 1].kind) && out.dropLast().last == lastByte(of: index - 1)
    let beforeClose = nextKind.map(Self.closes) ?? false
    if lines > 1, !afterOpen, !beforeClose { out.append(0x0a) }
    var level = brackets.count(where: \.indent)
    if beforeClose, let last = brackets.last, last.indent { level -= 1 }
    if !beforeClose, index > 0, nextKind != nil, Spacing.continues(tree, index) { level += 1 }
    out.append(contentsOf: repeatElement(0x20, count: level * 2))
  }

  private func lastByte(of index: Int) -> UInt8? { bytes[tree.tokens[index].range].last }
}

/// What stands between tokens.
enum Trivia {
  case newlines(Int)
  case comment(Range<Int>, isLine: Bool)

  static func pieces(_ bytes: [UInt8], _ gap: Range<Int>) -> [Trivia] {
    var out: [Trivia] = []
    var position = gap.lowerBound
    var lines = 0
    func flush() {
      if lines > 0 { out.append(.newlines(lines)) }
      lines = 0
    }
    while position < gap.upperBound {
      if bytes[position] == 0x0a {
        lines += 1
        position += 1
      } else if bytes[position] == UInt8(ascii: "/"), position + 1 < gap.upperBound {
        flush()
        let start = position
        let isLine = bytes[position + 1] == UInt8(ascii: "/")
        if isLine {
          while position < gap.upperBound, bytes[position] != 0x0a { position += 1 }
        } else {
          position = endOfBlock(bytes, position, gap.upperBound)
        }
        out.append(.comment(start..<position, isLine: isLine))
      } else {
        position += 1
      }
    }
    flush()
    return out
  }

  private static func endOfBlock(_ bytes: [UInt8], _ start: Int, _ limit: Int) -> Int {
    var position = start
    var depth = 0
    while position + 1 < limit {
      if bytes[position] == UInt8(ascii: "/"), bytes[position + 1] == UInt8(ascii: "*") {
        depth += 1
        position += 2
      } else if bytes[position] == UInt8(ascii: "*"), bytes[position + 1] == UInt8(ascii: "/") {
        depth -= 1
        position += 2
        if depth == 0 { return position }
      } else {
        position += 1
      }
    }
    return limit
  }
}

/// Where a space stands between two tokens of a line.
enum Spacing {
  static func isSpaced(_ tree: SyntaxTree, _ index: Int) -> Bool {
    guard index > 0 else { return false }
    let left = tree.tokens[index - 1]
    let right = tree.tokens[index]
    switch (left.kind, right.kind) {
    case (_, .comma), (_, .semicolon), (_, .colon), (_, .rightParen), (_, .rightBracket), (_, .interpolationClose):
      return false
    case (.leftParen, _), (.leftBracket, _), (.interpolationOpen, _), (.stringOpen, _): return false
    case (.dot, _), (_, .dot), (.questionDot, _), (_, .questionDot): return false
    case (.ellipsis, _): return right.kind == .leftBrace || right.kind == .name && hasGap(left, right)
    case (_, .ellipsis): return hasGap(left, right) && !isOperand(left.kind)
    case (.bang, _): return false
    case (.minus, _): return !isPrefix(tree, index - 1)
    case (_, .question): return false
    case (.leftBrace, .rightBrace): return false
    case (.name, .leftParen), (.rightParen, .leftParen): return hasGap(left, right) && isWord(tree, index - 1)
    case (.name, .leftBracket), (.rightBracket, .leftBracket), (.rightParen, .leftBracket):
      return hasGap(left, right)
    case (_, .less), (.less, _), (_, .greater): return isComparison(tree, index)
    case (.unknown, _), (_, .unknown): return hasGap(left, right)
    default: return true
    }
  }

  private static func hasGap(_ left: SyntaxTree.Token, _ right: SyntaxTree.Token) -> Bool {
    right.range.lowerBound > left.range.upperBound
  }

  private static func isOperand(_ kind: SyntaxKind) -> Bool {
    [.name, .number, .quantity, .rightParen, .stringClose, .rightBracket].contains(kind)
  }

  /// Words that are followed by an expression, not by arguments.
  private static func isWord(_ tree: SyntaxTree, _ index: Int) -> Bool {
    ["if", "in", "match", "else", "require", "where", "prefer", "for"].contains(tree.text(ofToken: index))
  }

  /// Whether a minus belongs to what follows it.
  private static func isPrefix(_ tree: SyntaxTree, _ index: Int) -> Bool {
    guard index > 0 else { return true }
    let before = tree.tokens[index - 1]
    return !isOperand(before.kind) || (before.kind == .name && isWord(tree, index - 1))
  }

  /// `<` and `>` are brackets of types where no space was, operators where one was.
  private static func isComparison(_ tree: SyntaxTree, _ index: Int) -> Bool {
    hasGap(tree.tokens[index - 1], tree.tokens[index])
  }

  /// Whether a line goes on from the one before: it begins or that one ended with an operator.
  static func continues(_ tree: SyntaxTree, _ index: Int) -> Bool {
    let left = tree.tokens[index - 1].kind
    let right = tree.tokens[index].kind
    let operators: Set<SyntaxKind> = [
      .plus, .minus, .star, .slash, .percent, .andAnd, .orOr, .coalesce, .equalEqual, .notEqual, .lessEqual,
      .greaterEqual, .equal, .plusEqual, .arrow,
    ]
    return operators.contains(left) || right == .dot || right == .questionDot
  }
}
