extension Parser {
  /// type = union ["where" expr]
  mutating func type() {
    nested { parser in
      let mark = parser.start()
      parser.unionType()
      parser.takeBounds()
      if parser.atWord(.where), !parser.current.isAfterNewline {
        parser.take()
        parser.condition { $0.expression() }
        parser.finish(.whereType, mark)
      }
    }
  }

  /// union = single {"|" single}
  mutating func unionType() {
    let mark = start()
    singleType()
    guard at(.bar) else { return }
    while takeIf(.bar) { singleType() }
    finish(.unionType, mark)
  }

  /// single = (literal | name {"." name} ["<" type {"," type} ">"] ["(" refinements ")"] | "(" types ")" | record) ["?"]
  private mutating func singleType() {
    if takeOtherType() || takeRefinement() { return }
    let mark = start()
    switch current.kind {
    case .stringOpen:
      string()
      finish(.literalType, mark)
    case .number, .quantity:
      take()
      finish(.literalType, mark)
    case .name where startsStatement: missing("KC0007", "a type is expected here")
    case .name:
      take()
      while at(.dot) {
        take()
        name("a type's name")
      }
      if at(.less) { typeArguments() }
      if at(.leftParen), !current.isAfterNewline { refinement() }
      finish(.namedType, mark)
    case .leftParen: parenType()
    case .leftBrace: recordType()
    default:
      missing("KC0007", "a type is expected here")
      return
    }
    if at(.question) {
      take()
      finish(.optionalType, mark)
    }
  }

  mutating func typeArguments() {
    let mark = start()
    take()
    repeat { nested { $0.unionType() } } while takeIf(.comma)
    if !takeConditionOfArgument() { expect(.greater, "KC0007", "`>` is expected here", fix: ">") }
    finish(.typeArguments, mark)
  }

  /// refinement = "(" {[label ":"] expr} ")"
  private mutating func refinement() {
    let mark = start()
    arguments()
    finish(.refinement, mark)
  }

  /// "(" type ")" or "(" [type {"," type}] ")" "->" union
  private mutating func parenType() {
    let (mark, first) = (start(), position)
    take()
    bracketDepth += 1
    var count = 0
    while hasElement(before: .rightParen) {
      let before = position
      type()
      count += 1
      if !takeIf(.comma), !current.isAfterNewline || position == before { break }
    }
    bracketDepth -= 1
    close(.rightParen, opened: mark, "`)`")
    if at(.arrow), !current.isAfterNewline {
      take()
      nested { $0.unionType() }
      finish(.functionType, mark)
    } else {
      if count != 1, !reportManyTypes(first, count) {
        missing("KC0007", "`->` and the type of the function's result are expected here")
      }
      finish(.parenType, mark)
    }
  }

  /// record = "{" {name ":" type ["=" expr]} "}", separated by commas or line breaks
  private mutating func recordType() {
    let mark = start()
    let outer = (isCondition, bracketDepth)
    (isCondition, bracketDepth) = (false, 0)
    take()
    while isInside(mark) {
      let before = position
      let field = start()
      name("a field's name")
      expect(.colon, "KC0007", "`:` and a type are expected here")
      type()
      if takeIf(.equal) { expression() }
      finish(.fieldDecl, field)
      separator(before)
    }
    (isCondition, bracketDepth) = outer
    close(.rightBrace, opened: mark, "`}`")
    finish(.recordType, mark)
  }

  /// parameters = "<" name {"," name} ">"
  mutating func typeParameters() {
    guard at(.less) else { return }
    let mark = start()
    take()
    repeat {
      name("a name for a type")
      takeTypeBound()
    } while takeIf(.comma)
    expect(.greater, "KC0007", "`>` is expected here", fix: ">")
    finish(.typeParameters, mark)
  }
}
