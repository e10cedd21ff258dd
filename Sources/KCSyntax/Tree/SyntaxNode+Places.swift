/// Finding what stands at a place.
extension SyntaxNode {
  /// The child nodes that lie at a place or touch it; found by halves, for bodies may be long.
  public func childNodes(touching place: Range<Int>) -> [SyntaxNode] {
    var found: [SyntaxNode] = []
    for child in children[firstChild { $0.upperBound >= place.lowerBound }...] {
      if range(of: child).lowerBound > place.upperBound { break }
      if !child.isToken { found.append(SyntaxNode(tree: tree, index: child.index)) }
    }
    return found
  }

  /// The last child node that ends before a place and satisfies a condition.
  func lastChildNode(before place: Int, where condition: (SyntaxKind) -> Bool) -> SyntaxNode? {
    let end = firstChild { $0.upperBound > place }
    let found = children[..<end].last { !$0.isToken && condition(tree.nodes[$0.index].kind) }
    return found.map { SyntaxNode(tree: tree, index: $0.index) }
  }

  /// The first child node that begins after a place.
  func firstChildNode(after place: Int) -> SyntaxNode? {
    let found = children[firstChild { $0.lowerBound >= place }...].first { !$0.isToken }
    return found.map { SyntaxNode(tree: tree, index: $0.index) }
  }

  private func range(of child: SyntaxTree.Child) -> Range<Int> {
    child.isToken ? tree.tokens[child.index].range : SyntaxNode(tree: tree, index: child.index).range
  }

  /// The index of the first child whose range satisfies what, from some child on, all do.
  private func firstChild(where condition: (Range<Int>) -> Bool) -> Int {
    let children = children
    var (low, high) = (children.startIndex, children.endIndex)
    while low < high {
      let middle = (low + high) / 2
      if condition(range(of: children[middle])) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension SyntaxTree {
  /// The index of the first token that begins at a place or after it; nil where none does.
  public func firstToken(from place: Int) -> Int? {
    var (low, high) = (0, tokens.count)
    while low < high {
      let middle = (low + high) / 2
      if Int(tokens[middle].start) >= place { high = middle } else { low = middle + 1 }
    }
    return low < tokens.count ? low : nil
  }

  /// The statements of the innermost body that a place lies in: those that it touches, with the one before where what it
  /// touches fits into none; the one before and the one after where it touches none.
  public func statements(at place: Range<Int>) -> [SyntaxNode] {
    var node = root
    var found: [SyntaxNode] = []
    while true {
      let inside = node.childNodes(touching: place)
      if node.kind == .file || node.kind == .body {
        let before = node.lastChildNode(before: place.lowerBound) { $0 != .unexpected }
        if inside.isEmpty { return [before, node.firstChildNode(after: place.upperBound)].compactMap { $0 } }
        found = inside
        if inside.allSatisfy({ $0.kind == .unexpected || $0.kind == .missing }), let before { found.append(before) }
      }
      let next = inside.first { $0.range.lowerBound <= place.lowerBound && $0.range.upperBound >= place.upperBound }
      guard let next else { return found }
      node = next
    }
  }
}
