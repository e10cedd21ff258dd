internal import KCSyntax

/// Reading the parts of nodes.
extension SyntaxNode {
  /// The name tokens among the children.
  var words: [Int] { tokens(.name) }

  /// The first of `words`.
  var firstWord: Int? { token(.name) }

  /// The paths that the name tokens from one on make: names with dots between them.
  func paths(from first: Int) -> [[Int]] {
    var paths: [[Int]] = []
    for token in tokens(.name) where token >= first {
      if let last = paths.last?.last, token == last + 2, tree.tokens[last + 1].kind == .dot {
        paths[paths.count - 1].append(token)
      } else {
        paths.append([token])
      }
    }
    return paths
  }

  /// The path after `extends`; empty where there is none.
  var extendedPath: [Int] {
    let words = words
    guard let place = words.firstIndex(where: { word($0) == "extends" }), place + 1 < words.count else { return [] }
    return paths(from: words[place + 1]).first ?? []
  }

  /// The names of an expression that is nothing but names with dots between them; nil for others.
  var dottedNames: [String]? {
    if kind == .nameExpr { return [text] }
    guard kind == .memberExpr, !has(.questionDot), let token = words.last, let base = firstPart?.dottedNames else {
      return nil
    }
    return base + [word(token)]
  }

  func word(_ token: Int) -> String { tree.text(ofToken: token) }

  var isType: Bool {
    switch kind {
    case .namedType, .optionalType, .unionType, .literalType, .whereType, .parenType, .functionType, .recordType: true
    default: false
    }
  }

  /// The text of a string without interpolation, escapes resolved; nil for other nodes.
  var plainText: String? {
    if let bytes = literalBytes { return String(decoding: bytes, as: UTF8.self) }
    guard kind == .stringExpr, !childNodes.contains(where: { $0.kind == .interpolation }) else { return nil }
    return StringText(self).parts.map(\.text).joined()
  }
}

/// A block's parts: `kind name extends parent (arguments) = value -> target { body }`.
struct BlockShape {
  var kind: SyntaxNode
  /// The name's token, or the string that gives it.
  var nameToken: Int?
  var nameNode: SyntaxNode?
  var parent: Int?
  var arguments: [SyntaxNode] = []
  var value: SyntaxNode?
  var target: SyntaxNode?
  var body: SyntaxNode?

  init?(_ node: SyntaxNode) {
    var rest = node.parts[...]
    guard let first = rest.popFirst() else { return nil }
    kind = first
    var words = node.words[...]
    let equal = node.token(.equal)
    if rest.first?.kind == .stringExpr,
      equal.map({ rest.first.map { $0.range.lowerBound } ?? 0 < node.tree.tokens[$0].range.lowerBound }) ?? true
    {
      nameNode = rest.popFirst()
    } else {
      nameToken = words.popFirst()
    }
    if words.count == 2, node.word(words[words.startIndex]) == "extends" { parent = words.last }
    arguments = Array(rest.prefix { $0.kind == .argument })
    rest = rest.dropFirst(arguments.count)
    if equal != nil {
      value = rest.popFirst()
      if node.has(.arrow) { target = rest.popFirst() }
    } else if rest.first?.kind == .body {
      body = rest.first
    }
  }

  func nameSpan(_ node: SyntaxNode) -> Span {
    if let nameToken { return node.tree.span(ofToken: nameToken) }
    return nameNode?.span ?? node.span
  }

  /// The name, where it is plain text.
  func name(_ node: SyntaxNode) -> String? {
    if let nameToken { return node.tree.text(ofToken: nameToken) }
    return nameNode?.plainText
  }
}
