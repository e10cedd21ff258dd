/// A file's lossless tree: every byte of the file belongs to a token or to the space between two tokens.
///
/// Tokens are offsets into the file's bytes, nodes are entries of one array with ranges of children in another; there
/// are no objects and no strings in it. `SyntaxNode` is the cursor to walk it with.
///
/// What the children of a node are (in their order; `[x]` may be absent, `{x}` stands any number of times; words and
/// marks are tokens, all else is nodes; a `missing` node stands where something was expected, an `unexpected` one holds
/// what did not fit, and only trees with diagnostics have them):
///
///     file             {statement}
///     importDecl       import (stringExpr | path) [as NAME]                path: nameExpr or memberExpr of names
///     paramDecl        param NAME [: type] [= expr]
///     letDecl          let NAME [: type] = expr
///     funcDecl         func NAME [typeParameters] parameterList [-> type] = expr
///     typeDecl         type NAME [typeParameters] = type
///     schemaDecl       [resource] schema NAME [typeParameters] [extends PATH] [mixinList] body
///     mixinDecl        mixin NAME body                                     its members are those of schemas
///     mixinList        with PATH {, PATH}
///     fieldDecl        {final | primary} NAME : type [= expr]
///     keyedDecl        keyed NAME : PATH
///     objectDecl       object = expr
///     requireDecl      require expr [else expr]
///     enumDecl         enum NAME { {enumCase} }
///     enumCase         NAME [parameterList | = expr]
///     componentDecl    component NAME [parameterList] body
///     policyDecl       policy NAME on type body
///     denyStatement    (deny | warn | info) if expr expr                   the condition, then the message
///     waiverDecl       waive NAME [on expr] because expr [until expr]
///     testDecl         test stringExpr body
///     withStatement    with (env NAME | setting) {, (env NAME | setting)} body
///     assertStatement  assert expr [else expr]
///     expectStatement  expect NAME body
///     snapshotStatement snapshot expr [as stringExpr]
///     movedDecl        moved from path to path
///     affinity         affinity body                                       of rules
///     affinityDecl     affinity NAME [parameterList] body                  of rules
///     rule             (require | prefer) node binaryExpr {, binaryExpr} [weight expr] | …
///     useRule          use expr
///     block            path (NAME | stringExpr) [extends NAME] [( {argument} )] [body | = expr [-> expr]]
///     setting          (path | stringExpr) (= | +=) expr
///     nested           (path | stringExpr) body
///     deleteStatement  delete NAME {. NAME} (NAME | stringExpr)
///     ifStatement      if expr body [else (body | ifStatement)]
///     forStatement     for NAME [, NAME] in expr [if expr] body
///     matchStatement   match expr { {matchArm} }                           the arms end in a body
///     body             { {statement} }
///     ifExpr           if expr { expr } [else ({ expr } | ifExpr)]
///     forExpr          for NAME [, NAME] in expr [if expr] { expr }
///     matchExpr        match expr { {matchArm} }
///     matchArm         expr {, expr} -> (expr | body)
///     lambdaExpr       NAME => expr | ( NAME {, NAME} ) => expr
///     callExpr         expr ( {argument} )                                 argument: [NAME :] expr
///     indexExpr        expr [ expr ]
///     memberExpr       expr (. | ?.) NAME
///     unaryExpr        (- | !) expr
///     binaryExpr       expr operator expr                                  `in` is a NAME token
///     rangeExpr        [expr] ... [expr]
///     parenExpr        ( expr )
///     listExpr         [ {expr} ]
///     recordExpr       { {recordField | mapEntry} }
///     recordField      NAME (= | :) expr
///     mapEntry         (stringExpr | [ expr ]) : expr
///     stringExpr       stringOpen {stringText | interpolation} stringClose; interpolation: \( expr )
///     namedType        NAME {. NAME} [typeArguments] [refinement]
///     typeArguments    < type {, type} >
///     refinement       ( {argument} )
///     optionalType     type ?
///     unionType        type {| type}
///     whereType        type where expr
///     literalType      stringExpr | number | quantity
///     recordType       { {fieldDecl} }
///     functionType     ( {type} ) -> type
///     parenType        ( type )
public final class SyntaxTree: Sendable {
  /// A token. What stands between the end of the one before and its start is space and comments.
  public struct Token: Sendable {
    public let kind: SyntaxKind
    /// Whether a line ends between the token before and this one.
    public let isAfterNewline: Bool
    /// Of a name: the word of the grammar that it spells.
    let word: Word
    public let start: UInt32
    public let length: UInt32

    public var range: Range<Int> { Int(start)..<Int(start + length) }

    init(kind: SyntaxKind, isAfterNewline: Bool, word: Word = .none, start: UInt32, length: UInt32) {
      self.kind = kind
      self.isAfterNewline = isAfterNewline
      self.word = word
      self.start = start
      self.length = length
    }
  }

  struct NodeData: Sendable {
    let kind: SyntaxKind
    /// How high the tree below is.
    let height: UInt16
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
  /// What the tree does not tell; nothing where there are no diagnostics.
  public let damage: Damage

  /// What the tree does not tell, for what is wrong in the text.
  public struct Damage: Sendable {
    /// The lines that something was reported of, and those after it that are part of the same mistake.
    public let lines: Set<Int>
    /// From where on the tree does not tell what is meant, since brackets are out of step or the file is in another
    /// language; nil where what the lines hold is all that is wrong.
    public let start: Int?
  }

  init(
    file: SourceFile, tokens: [Token], nodes: [NodeData], children: [Child], diagnostics: [Diagnostic], damage: Damage
  ) {
    self.file = file
    self.tokens = tokens
    self.nodes = nodes
    self.children = children
    self.diagnostics = diagnostics
    self.damage = damage
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

  /// The indices in the tree's tokens of those of the node, and of all that is in it.
  public var tokenRange: Range<Int> {
    let data = data
    return Int(data.firstToken)..<max(Int(data.firstToken), Int(data.endToken))
  }

  private var childRange: Range<Int> {
    let data = data
    return Int(data.firstChild)..<Int(data.firstChild + data.childCount)
  }

  /// All children.
  var children: ArraySlice<SyntaxTree.Child> { tree.children[childRange] }

  /// The children that are nodes.
  public var childNodes: [SyntaxNode] {
    var out: [SyntaxNode] = []
    out.reserveCapacity(tree.children[childRange].count { !$0.isToken })
    for child in tree.children[childRange] where !child.isToken {
      out.append(SyntaxNode(tree: tree, index: child.index))
    }
    return out
  }

  /// The child nodes that mean something: without what the parser kept only to lose nothing.
  public var parts: [SyntaxNode] {
    var out: [SyntaxNode] = []
    out.reserveCapacity(tree.children[childRange].count { !$0.isToken })
    for child in tree.children[childRange] where !child.isToken && tree.nodes[child.index].kind != .unexpected {
      out.append(SyntaxNode(tree: tree, index: child.index))
    }
    return out
  }

  /// The first of `parts`.
  public var firstPart: SyntaxNode? { child { $0 != .unexpected } }

  /// The last of `parts`.
  public var lastPart: SyntaxNode? {
    let tree = tree
    for place in childRange.reversed() {
      let child = tree.children[place]
      if !child.isToken, tree.nodes[child.index].kind != .unexpected {
        return SyntaxNode(tree: tree, index: child.index)
      }
    }
    return nil
  }

  /// The children that are tokens, by index into the tree's tokens.
  public var childTokens: [Int] {
    var out: [Int] = []
    out.reserveCapacity(children.count { $0.isToken })
    for child in children where child.isToken { out.append(child.index) }
    return out
  }

  /// Those of a kind.
  public func tokens(_ kind: SyntaxKind) -> [Int] {
    var out: [Int] = []
    for child in children where child.isToken && tree.tokens[child.index].kind == kind { out.append(child.index) }
    return out
  }

  /// The first child node of a kind.
  public func child(_ kind: SyntaxKind) -> SyntaxNode? { child { $0 == kind } }

  /// The first child node that satisfies a condition.
  public func child(where condition: (SyntaxKind) -> Bool) -> SyntaxNode? {
    for child in tree.children[childRange] where !child.isToken && condition(tree.nodes[child.index].kind) {
      return SyntaxNode(tree: tree, index: child.index)
    }
    return nil
  }

  /// The bytes between the quotes of a string that stand for themselves: one in simple quotes, without an escape and
  /// without a value put in; nil for other nodes.
  public var literalBytes: ArraySlice<UInt8>? {
    guard kind == .stringExpr, case let children = children, children.count == 3 || children.count == 2,
      children.allSatisfy(\.isToken), let open = children.first, let close = children.last,
      tree.tokens[open.index].length == 1, tree.tokens[close.index].kind == .stringClose
    else { return nil }
    let range = tree.tokens[open.index].range.upperBound..<tree.tokens[close.index].range.lowerBound
    let bytes = tree.file.bytes[range]
    return bytes.contains(UInt8(ascii: "\\")) ? nil : bytes
  }

  /// The first token of a kind among the children.
  public func token(_ kind: SyntaxKind) -> Int? {
    tree.children[childRange].first { $0.isToken && tree.tokens[$0.index].kind == kind }?.index
  }

  /// Whether a token of a kind is among the children.
  public func has(_ kind: SyntaxKind) -> Bool { token(kind) != nil }

  /// Whether the children have a name token with this text.
  public func hasWord(_ word: String) -> Bool {
    tree.children[childRange].contains { child in
      child.isToken && tree.tokens[child.index].kind == .name
        && tree.file.bytes[tree.tokens[child.index].range].elementsEqual(word.utf8)
    }
  }

  /// The documentation (`///`) right before the node.
  public var documentation: String? {
    let first = Int(data.firstToken)
    guard first < tree.tokens.count else { return nil }
    let start = first > 0 ? tree.tokens[first - 1].range.upperBound : 0
    let trivia = tree.file.bytes[start..<Int(tree.tokens[first].start)]
    var lines: [String] = []
    // By bytes: each declaration of the standard library is asked, by each command.
    for line in trivia.split(separator: 0x0a, omittingEmptySubsequences: false) {
      let trimmed = line.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
      if trimmed.starts(with: "///".utf8) {
        let text = trimmed.dropFirst(3).drop { $0 == 0x20 }
        lines.append(String(decoding: text.last == 0x0d ? text.dropLast() : text, as: UTF8.self))
      } else if !trimmed.isEmpty {
        lines.removeAll()
      }
    }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }
}

extension SyntaxTree {
  public func text(ofToken index: Int) -> String { file.text(tokens[index].range) }
  public func utf8(ofToken index: Int) -> ArraySlice<UInt8> { file.bytes[tokens[index].range] }
  public func span(ofToken index: Int) -> Span { Span(file: file.id, range: tokens[index].range) }
}
