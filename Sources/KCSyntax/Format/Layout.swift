/// What the tree says about the layout of each token.
struct Layout {
  private struct Flags: OptionSet {
    let rawValue: UInt8
    /// The first token of a statement or an element: a line that begins with it is no continuation.
    static let startsItem = Flags(rawValue: 1)
    /// A bracket whose content spans lines.
    static let isMultiline = Flags(rawValue: 2)
    static let opens = Flags(rawValue: 4)
    static let closes = Flags(rawValue: 8)
    /// Part of a string: its bytes, and those before it, stay.
    static let isVerbatim = Flags(rawValue: 16)
    /// Belongs to what is before it, without space: `(` of a call, `.`, `<` of a type.
    static let isAttached = Flags(rawValue: 32)
    /// What follows belongs to it, without space: `-` and `!` before a value.
    static let isPrefix = Flags(rawValue: 64)
    /// `{` or `else`, which stand on the line of what they belong to.
    static let isPulledUp = Flags(rawValue: 128)
  }

  private let tree: SyntaxTree
  private var flags: [Flags]
  /// Statements with mistakes: from the first token to past the last one.
  private var regions: [Int: Int] = [:]
  /// For each `else`, the `if` it belongs to.
  private var ifs: [Int: Int] = [:]

  init(_ tree: SyntaxTree) {
    self.tree = tree
    flags = Array(repeating: [], count: tree.tokens.count)
    for index in tree.nodes.indices { mark(SyntaxNode(tree: tree, index: index)) }
    if !tree.diagnostics.isEmpty { findRegions() }
  }

  func opens(_ index: Int) -> Bool { flags[index].contains(.opens) }
  func closes(_ index: Int) -> Bool { flags[index].contains(.closes) }
  func isMultiline(_ index: Int) -> Bool { flags[index].contains(.isMultiline) }
  func isVerbatim(_ index: Int) -> Bool { flags[index].contains(.isVerbatim) }

  /// Whether a line that begins with a token goes on from the line before.
  func continues(_ index: Int) -> Bool {
    // An `else` stands as far in as the line of the first `if` of the chain.
    if var first = ifs[index] {
      while let outer = ifs[first - 1] { first = outer }
      return !flags[first].contains(.startsItem)
    }
    return !flags[index].contains(.startsItem) && tree.tokens[index].kind != .endOfFile
  }

  /// How many lines end before a token that no comment separates from the one before.
  ///
  /// - Parameter startsLine: whether the token before is a `}` at the start of its line.
  func wantsBreak(before index: Int, lines: Int, startsLine: Bool) -> Int {
    guard index > 0 else { return lines }
    if opens(index - 1) && closes(index) { return 0 }
    if opens(index - 1) { return flags[index - 1].contains(.isMultiline) ? max(lines, 1) : 0 }
    if closes(index) { return flags[index].contains(.isMultiline) ? max(lines, 1) : 0 }
    if flags[index].contains(.isPulledUp), tree.tokens[index].kind == .leftBrace || startsLine { return 0 }
    return lines
  }
}

/// Reading the tree.
extension Layout {
  private mutating func mark(_ node: SyntaxNode) {
    markBrackets(node)
    let tokens = node.childTokens
    switch node.kind {
    case .file:
      for child in node.childNodes { startsItem(child) }
    case .unaryExpr: set(.isPrefix, tokens.first)
    case .typeArguments, .typeParameters:
      for token in tokens where kind(token) == .less || kind(token) == .greater { set(.isAttached, token) }
      set(.isPrefix, tokens.first)
    case .optionalType: set(.isAttached, tokens.last)
    case .rangeExpr: markRange(node, tokens)
    case .stringExpr:
      let range = node.tokenRange
      for token in range.dropFirst() { set(.isVerbatim, token) }
    case .callExpr, .indexExpr, .block, .parameterList, .refinement:
      set(.isAttached, tokens.first { kind($0) == .leftParen || kind($0) == .leftBracket })
    case .ifStatement, .ifExpr:
      if let first = tokens.first, let other = tokens.dropFirst().first(where: { kind($0) == .name }) {
        set(.isPulledUp, other)
        ifs[other] = first
      }
    default: break
    }
    switch node.kind {
    case .body, .matchExpr, .matchStatement, .ifExpr, .forExpr, .enumDecl:
      for token in tokens where kind(token) == .leftBrace { set(.isPulledUp, token) }
    default: break
    }
  }

  private mutating func markRange(_ node: SyntaxNode, _ tokens: [Int]) {
    guard let ellipsis = tokens.first else { return }
    let range = node.tokenRange
    if ellipsis > range.lowerBound { set(.isAttached, ellipsis) }
    if ellipsis < range.upperBound - 1 { set(.isPrefix, ellipsis) }
  }

  private mutating func startsItem(_ node: SyntaxNode) {
    if let first = node.tokenRange.first { set(.startsItem, first) }
  }

  private mutating func set(_ flag: Flags, _ token: Int?) {
    if let token { flags[token].insert(flag) }
  }

  private func kind(_ token: Int) -> SyntaxKind { tree.tokens[token].kind }

  /// Marks the pairs of brackets among a node's children, and what stands in them as elements.
  private mutating func markBrackets(_ node: SyntaxNode) {
    var open: Int?
    var items: [Int] = []
    for child in node.children {
      if !child.isToken {
        let item = SyntaxNode(tree: tree, index: child.index)
        guard open != nil, let first = item.tokenRange.first else { continue }
        set(.startsItem, first)
        items.append(first)
        continue
      }
      switch kind(child.index) {
      case .leftBrace, .leftParen, .leftBracket:
        open = child.index
        items = []
      case .rightBrace, .rightParen, .rightBracket:
        guard let first = open else { continue }
        markPair(first, child.index, items)
        open = nil
      case .name where open != nil && (node.kind == .lambdaExpr || node.kind == .typeParameters):
        set(.startsItem, child.index)
      default: break
      }
    }
  }

  private mutating func markPair(_ open: Int, _ close: Int, _ items: [Int]) {
    set(.opens, open)
    set(.closes, close)
    let breaks: Bool
    if kind(open) == .leftBrace {
      breaks = items.contains { tree.tokens[$0].isAfterNewline } || tree.tokens[close].isAfterNewline
    } else {
      breaks = tree.tokens[open + 1].isAfterNewline
    }
    guard breaks else { return }
    set(.isMultiline, open)
    set(.isMultiline, close)
  }
}

/// Space within lines.
extension Layout {
  /// Whether a space stands between a token and the one before it, on one line.
  func isSpaced(_ index: Int) -> Bool {
    guard index > 0 else { return false }
    let left = tree.tokens[index - 1].kind
    let right = tree.tokens[index].kind
    if left == .question, right == .question { return true }
    if flags[index].contains(.isAttached) || flags[index - 1].contains(.isPrefix) { return false }
    switch (left, right) {
    case (.leftBrace, .rightBrace): return false
    case (.leftBrace, _), (_, .rightBrace): return true
    case (.leftParen, _), (.leftBracket, _), (_, .rightParen), (_, .rightBracket): return false
    case (_, .comma), (_, .semicolon), (_, .colon): return false
    case (.dot, _), (_, .dot), (.questionDot, _), (_, .questionDot): return false
    default: return true
    }
  }
}

/// Mistakes.
extension Layout {
  /// Where the statements with mistakes that begin at a token end.
  func regionEnd(at index: Int) -> Int? { regions.isEmpty ? nil : regions[index] }

  /// Joins statements of the file that stand on common lines, and keeps the joined ones that have a mistake.
  private mutating func findRegions() {
    var groups: [Range<Int>] = []
    for child in tree.root.children {
      let range = child.isToken ? child.index..<child.index + 1 : SyntaxNode(tree: tree, index: child.index).tokenRange
      guard !range.isEmpty, tree.tokens[range.lowerBound].kind != .endOfFile else { continue }
      if let last = groups.last, !tree.tokens[range.lowerBound].isAfterNewline {
        groups[groups.count - 1] = last.lowerBound..<range.upperBound
      } else {
        groups.append(range)
      }
    }
    let wrong = wrongTokens()
    var next = 0
    for group in groups {
      while next < wrong.count, wrong[next] < group.lowerBound { next += 1 }
      if next < wrong.count, wrong[next] < group.upperBound { regions[group.lowerBound] = group.upperBound }
    }
  }

  /// The tokens where something is missing, unexpected or reported, in order.
  private func wrongTokens() -> [Int] {
    var out: [Int] = []
    for node in tree.nodes where node.kind == .missing || node.kind == .unexpected {
      out += [Int(node.firstToken), max(0, Int(node.firstToken) - 1)]
    }
    for diagnostic in tree.diagnostics {
      let after = tree.tokens.partition { Int($0.start) > diagnostic.span.start }
      out += [max(0, after - 1), min(after, tree.tokens.count - 1)]
    }
    return out.sorted()
  }
}

extension [SyntaxTree.Token] {
  /// The index of the first token that satisfies a condition which holds for all after it.
  func partition(_ condition: (SyntaxTree.Token) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if condition(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
