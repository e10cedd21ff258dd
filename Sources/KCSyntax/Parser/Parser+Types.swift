extension Parser {
  /// type = single {"|" single} ["where" expr]
  mutating func type() {
    nested { parser in
      let mark = parser.start()
      parser.singleType()
      if parser.at(.bar) {
        while parser.takeIf(.bar) { parser.singleType() }
        parser.finish(.unionType, mark)
      }
      if parser.atWord("where"), !parser.current.isAfterNewline {
        parser.take()
        parser.condition()
        parser.finish(.whereType, mark)
      }
    }
  }

  /// single = (literal | name ["<" type {"," type} ">"] ["(" refinements ")"]) ["?"]
  private mutating func singleType() {
    let mark = start()
    switch current.kind {
    case .stringOpen:
      string()
      finish(.literalType, mark)
    case .number, .quantity:
      take()
      finish(.literalType, mark)
    case .name:
      take()
      while at(.dot) {
        take()
        name("a type's name")
      }
      if at(.less) { typeArguments() }
      if at(.leftParen), !current.isAfterNewline { refinement() }
      finish(.namedType, mark)
    default:
      missing("KC0007", "a type is expected here")
      return
    }
    if at(.question) {
      take()
      finish(.optionalType, mark)
    }
  }

  private mutating func typeArguments() {
    let mark = start()
    take()
    repeat { type() } while takeIf(.comma)
    expect(.greater, "KC0007", "`>` is expected here", fix: ">")
    finish(.typeArguments, mark)
  }

  /// refinement = "(" {[label ":"] expr} ")"
  private mutating func refinement() {
    let mark = start()
    arguments()
    finish(.refinement, mark)
  }
}
