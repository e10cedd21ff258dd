/// `List<Int>=[1]`: the sign behind a type's arguments is two, the bracket and the `=` of a default.
extension Lexer {
  /// Tokens in which each `>=` that closes the arguments of a type is a `>` and a `=`.
  ///
  /// A type's arguments stand right behind its name, without a space, and begin with a type: a comparison that is laid out
  /// has spaces around it.
  static func splittingClosings(_ tokens: [SyntaxTree.Token], _ file: SourceFile) -> [SyntaxTree.Token] {
    guard tokens.contains(where: { $0.kind == .greaterEqual }) else { return tokens }
    var result: [SyntaxTree.Token] = []
    result.reserveCapacity(tokens.count + 8)
    var depth = 0
    for (place, token) in tokens.enumerated() {
      switch token.kind {
      case .less where opensArguments(place, tokens, file): depth += 1
      case .greater: depth = max(0, depth - 1)
      case .greaterEqual where depth > 0:
        depth -= 1
        result.append(
          .init(kind: .greater, isAfterNewline: token.isAfterNewline, start: token.start, length: 1))
        result.append(.init(kind: .equal, isAfterNewline: false, start: token.start + 1, length: 1))
        continue
      case let kind where !ofTypes.contains(kind): depth = 0
      default: break
      }
      result.append(token)
    }
    return result
  }

  private static let ofTypes: Set<SyntaxKind> = [
    .name, .less, .greater, .comma, .dot, .question, .bar, .number, .quantity, .stringOpen, .stringText, .stringClose,
    .leftParen, .rightParen, .leftBrace, .rightBrace, .colon, .ellipsis, .arrow,
  ]

  private static func opensArguments(_ place: Int, _ tokens: [SyntaxTree.Token], _ file: SourceFile) -> Bool {
    guard place > 0, place + 1 < tokens.count, tokens[place - 1].kind == .name,
      tokens[place - 1].range.upperBound == Int(tokens[place].start)
    else { return false }
    let inner = tokens[place + 1]
    return isCapital(tokens[place - 1], file)
      && (inner.kind == .stringOpen || inner.kind == .leftBrace || inner.kind == .name && isTypeName(inner, file))
  }

  private static func isCapital(_ token: SyntaxTree.Token, _ file: SourceFile) -> Bool {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(file.bytes[Int(token.start)])
  }

  /// A type's name is written with a capital, but for those behind the name of a file.
  private static func isTypeName(_ token: SyntaxTree.Token, _ file: SourceFile) -> Bool {
    isCapital(token, file) || file.bytes.dropFirst(token.range.upperBound).first == UInt8(ascii: ".")
  }
}
