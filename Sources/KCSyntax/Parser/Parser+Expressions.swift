/// How tightly operators bind.
enum Precedence {
  static let lowest = 0
  static let coalesce = 1
  static let or = 2
  static let and = 3
  static let comparison = 4
  static let range = 5
  static let sum = 6
  static let product = 7
}

extension Parser {
  mutating func expression() { nested { $0.binary(minimum: Precedence.lowest) } }

  /// An expression that a body follows, or what is `=` to a default.
  mutating func condition(_ work: (inout Parser) -> Void = { $0.compared() }) {
    let before = isCondition
    isCondition = true
    work(&self)
    isCondition = before
  }

  private func precedence(_ token: SyntaxTree.Token) -> Int? {
    switch token.kind {
    case .coalesce: Precedence.coalesce
    case .orOr: Precedence.or
    case .andAnd: Precedence.and
    case .equalEqual, .notEqual, .less, .lessEqual, .greater, .greaterEqual: Precedence.comparison
    case .name: isWord(token, .in) ? Precedence.comparison : nil
    case .ellipsis: Precedence.range
    case .plus, .minus: Precedence.sum
    case .star, .slash, .percent: Precedence.product
    default: nil
    }
  }

  /// binary = unary {operator unary}, by precedence
  mutating func binary(minimum: Int) {
    let mark = start()
    if at(.ellipsis) {
      take()
      unary()
      finish(.rangeExpr, mark)
    } else {
      unary()
    }
    while let level = precedence(current), level >= max(minimum, 1), !current.isAfterNewline || bracketDepth > 0 {
      guard canGrow() else { return }
      let isRange = at(.ellipsis)
      take()
      if isRange {
        if startsExpression { nested { $0.binary(minimum: level + 1) } }
        finish(.rangeExpr, mark)
      } else {
        nested { $0.binary(minimum: level + 1) }
        finish(.binaryExpr, mark)
      }
    }
  }

  /// Whether a range goes on after its `...`.
  private var startsExpression: Bool {
    if current.isAfterNewline && bracketDepth == 0 || startsStatement { return false }
    return switch current.kind {
    case .number, .quantity, .stringOpen, .regex, .leftParen, .minus, .bang, .leftBracket: true
    case .leftBrace: !isCondition
    case .name: !endsRange
    default: false
    }
  }

  /// Whether a word stands here that goes on after a range without an end.
  private var endsRange: Bool {
    switch current.word {
    case .in, .else, .weight, .by, .for, .maxSkew, .minDomains, .or, .as, .because, .until, .to:
      !(current.word == .for && peek(1).kind == .name)
    default: false
    }
  }

  private mutating func unary() {
    guard at(.minus) || at(.bang) else { return postfix() }
    let mark = start()
    take()
    nested { $0.unary() }
    finish(.unaryExpr, mark)
  }

  /// postfix = primary {"." name | "?." name | "(" args ")" | "[" expr "]"}
  private mutating func postfix() {
    let mark = start()
    primary()
    while !current.isAfterNewline || at(.dot) || at(.questionDot) {
      guard canGrow() else { return }
      switch current.kind {
      case .dot, .questionDot:
        take()
        name("a member's name")
        finish(.memberExpr, mark)
      case .leftParen where !current.isAfterNewline:
        arguments()
        finish(.callExpr, mark)
      case .leftBracket where !current.isAfterNewline:
        let open = start()
        bracketed { parser in
          parser.take()
          parser.expression()
          parser.close(.rightBracket, opened: open, "`]`")
        }
        finish(.indexExpr, mark)
      case .less where takeTypeArguments(): continue
      case .bang where takeForcedValue(): continue
      default: return
      }
    }
  }

  mutating func bracketed(_ work: (inout Parser) -> Void) {
    let before = isCondition
    isCondition = false
    bracketDepth += 1
    work(&self)
    bracketDepth -= 1
    isCondition = before
  }

  /// args = "(" {[label ":"] expr} ")": the arguments become children of what is being built
  mutating func arguments() {
    let open = start()
    bracketed { parser in
      parser.take()
      while parser.hasElement(before: .rightParen) {
        let mark = parser.start()
        if parser.at(.name), parser.peek(1).kind == .colon {
          parser.take()
          parser.take()
        } else {
          parser.takeSetArgument()
        }
        let before = parser.position
        parser.expression()
        parser.finish(.argument, mark)
        if !parser.takeIf(.comma), !parser.current.isAfterNewline || parser.position == before { break }
      }
      parser.close(.rightParen, opened: open, "`)`")
    }
  }

  private mutating func primary() {
    switch current.kind {
    case .number: one(.numberExpr)
    case .quantity: one(.quantityExpr)
    case .regex: one(.regexExpr)
    case .stringOpen: string()
    case .leftParen: if startsLambda { lambda() } else if !typedLambda() { paren() }
    case .leftBracket: list()
    case .leftBrace where !isCondition: record()
    case .leftBrace where takeBareRecord(): return
    case .name where startsStatement: missing("KC0003", "a value is expected here")
    case .name:
      if atWord(.if) {
        ifExpr()
      } else if atWord(.for), peek(1).kind == .name {
        forExpr()
      } else if atWord(.match), startsOperand(peek(1)) {
        matchExpr()
      } else if peek(1).kind == .fatArrow {
        lambda()
      } else {
        one(.nameExpr)
      }
    default:
      missing("KC0003", "a value is expected here")
    }
  }

  func startsOperand(_ token: SyntaxTree.Token) -> Bool {
    switch token.kind {
    case .name, .stringOpen, .number, .quantity, .regex, .leftParen, .leftBracket: true
    default: false
    }
  }

  /// Whether names in parentheses and `=>` follow.
  private var startsLambda: Bool {
    guard peek(1).kind == .name else { return false }
    var offset = 1
    while peek(offset).kind == .name, peek(offset + 1).kind == .comma, offset < 64 { offset += 2 }
    return peek(offset).kind == .name && peek(offset + 1).kind == .rightParen && peek(offset + 2).kind == .fatArrow
  }

  /// lambda = (name | "(" name {"," name} ")") "=>" expr
  private mutating func lambda() {
    let mark = start()
    while !at(.fatArrow) { take() }
    take()
    expression()
    finish(.lambdaExpr, mark)
  }

  mutating func one(_ kind: SyntaxKind) {
    let mark = start()
    take()
    finish(kind, mark)
  }

  /// string = quote {text | "\(" expr ")"} quote
  mutating func string() {
    let mark = start()
    take()
    while true {
      if at(.stringText) {
        take()
      } else if at(.interpolationOpen) {
        let part = start()
        bracketed { parser in
          parser.take()
          parser.expression()
          while !parser.at(.interpolationClose), !parser.at(.stringClose), !parser.at(.endOfFile) {
            parser.unexpectedToken()
          }
          if parser.at(.interpolationClose) { parser.take() }
        }
        finish(.interpolation, part)
      } else {
        break
      }
    }
    if at(.stringClose) { take() }
    finish(.stringExpr, mark)
  }

  private mutating func unexpectedToken() {
    let mark = start()
    report("KC0005", "`\(text(current))` is not expected here", current.range)
    take()
    finish(.unexpected, mark)
  }
}
