/// A file's lossless tree: every byte of the file belongs to a token or to the space between two tokens.
///
/// Tokens are offsets into the file's bytes, nodes are entries of one array with ranges of children in another; there
/// are no objects and no strings in it. `SyntaxNode` is the cursor to walk it with.
public final class SyntaxTree: Sendable {
  /// A token. What stands between the end of the one before and its start is space and comments.
  public struct Token: Sendable {
    public let kind: SyntaxKind
    /// Whether a line ends between the token before and this one.
    public let isAfterNewline: Bool
    public let start: UInt32
    public let length: UInt32

    public var range: Range<Int> { Int(start)..<Int(start + length) }
  }

  struct NodeData: Sendable {
    let kind: SyntaxKind
    let firstChild: UInt32
    let childCount: UInt32
    /// Index of the first token after where the node starts: its place even when it is empty.
    let firstToken: UInt32
    /// One past the index of the last token.
    let endToken: UInt32
  }

  /// A child: the index of a node, or, with the highest bit set, of a token.
  struct Child: Sendable {
    let bits: UInt32
    static func node(_ index: Int) -> Child { Child(bits: UInt32(index)) }
    static func token(_ index: Int) -> Child { Child(bits: UInt32(index) | 0x8000_0000) }
    var isToken: Bool { bits & 0x8000_0000 != 0 }
    var index: Int { Int(bits & 0x7fff_ffff) }
  }

  public let file: SourceFile
  public let tokens: [Token]
  let nodes: [NodeData]
  let children: [Child]
  /// What the lexer and the parser found, in the order of the text.
  public let diagnostics: [Diagnostic]

  init(file: SourceFile, tokens: [Token], nodes: [NodeData], children: [Child], diagnostics: [Diagnostic]) {
    self.file = file
    self.tokens = tokens
    self.nodes = nodes
    self.children = children
    self.diagnostics = diagnostics
  }

  public var root: SyntaxNode { SyntaxNode(tree: self, index: nodes.count - 1) }
}

/// A node of a tree.
public struct SyntaxNode: Sendable {
  public let tree: SyntaxTree
  public let index: Int

  private var data: SyntaxTree.NodeData { tree.nodes[index] }

  public var kind: SyntaxKind { data.kind }

  /// The bytes from the first token to the last; an empty range where the node has none.
  public var range: Range<Int> {
    let data = data
    let tokens = tree.tokens
    if data.endToken > data.firstToken {
      return Int(tokens[Int(data.firstToken)].start)..<tokens[Int(data.endToken) - 1].range.upperBound
    }
    let place = data.firstToken > 0 ? tokens[Int(data.firstToken) - 1].range.upperBound : 0
    return place..<place
  }

  public var span: Span { Span(file: tree.file.id, range: range) }

  /// The text of all tokens, with what is between them.
  public var text: String { tree.file.text(range) }

  /// The children that are nodes.
  public var childNodes: [SyntaxNode] {
    let data = data
    var out: [SyntaxNode] = []
    for offset in 0..<Int(data.childCount) {
      let child = tree.children[Int(data.firstChild) + offset]
      if !child.isToken { out.append(SyntaxNode(tree: tree, index: child.index)) }
    }
    return out
  }

  /// The children that are tokens, by index into the tree's tokens.
  public var childTokens: [Int] {
    let data = data
    var out: [Int] = []
    for offset in 0..<Int(data.childCount) {
      let child = tree.children[Int(data.firstChild) + offset]
      if child.isToken { out.append(child.index) }
    }
    return out
  }

  /// The first child node of a kind.
  public func child(_ kind: SyntaxKind) -> SyntaxNode? { childNodes.first { $0.kind == kind } }

  /// The first child node that satisfies a condition.
  public func child(where condition: (SyntaxKind) -> Bool) -> SyntaxNode? { childNodes.first { condition($0.kind) } }

  /// The first token of a kind among the children.
  public func token(_ kind: SyntaxKind) -> Int? { childTokens.first { tree.tokens[$0].kind == kind } }

  /// Whether a token of a kind is among the children.
  public func has(_ kind: SyntaxKind) -> Bool { token(kind) != nil }

  /// Whether the children have a name token with this text.
  public func hasWord(_ word: String) -> Bool {
    childTokens.contains { tree.tokens[$0].kind == .name && tree.text(ofToken: $0) == word }
  }

  /// The documentation (`///`) right before the node.
  public var documentation: String? {
    let first = Int(data.firstToken)
    guard first < tree.tokens.count else { return nil }
    let start = first > 0 ? tree.tokens[first - 1].range.upperBound : 0
    let trivia = tree.file.text(start..<Int(tree.tokens[first].start))
    var lines: [Substring] = []
    for line in trivia.split(separator: "\n", omittingEmptySubsequences: false) {
      let trimmed = line.drop { $0 == " " || $0 == "\t" || $0 == "\r" }
      if trimmed.hasPrefix("///") {
        lines.append(trimmed.dropFirst(3).drop { $0 == " " })
      } else if !trimmed.isEmpty {
        lines.removeAll()
      }
    }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }
}

extension SyntaxTree {
  public func text(ofToken index: Int) -> String { file.text(tokens[index].range) }
  public func span(ofToken index: Int) -> Span { Span(file: file.id, range: tokens[index].range) }
}
