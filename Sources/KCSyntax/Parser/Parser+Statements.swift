/// What a statement stands in.
enum StatementContext {
  case file, block, schema
}

extension Parser {
  /// statement = import | param | let | func | type | schema | if | for | delete | affinity | require | setting | block
  mutating func statement(in context: StatementContext) {
    guard at(.name) || (context != .file && at(.stringOpen)) else {
      unexpected()
      return
    }
    let next = peek(1)
    let isDeclaration = next.kind == .name && !next.isAfterNewline
    if isDeclaration || next.kind == .stringOpen && isWord(current, "import") {
      if atWord("import") { return importDecl() }
      if atWord("param") { return valueDecl(.paramDecl) }
      if atWord("let") { return valueDecl(.letDecl) }
      if atWord("func") { return funcDecl() }
      if atWord("type") { return typeDecl() }
      if atWord("schema") || isWord(next, "schema") && atWord("resource") { return schemaDecl() }
      if atWord("delete") { return deleteStatement() }
    }
    if atWord("let") || atWord("param"), !next.isAfterNewline, next.kind == .equal || next.kind == .colon {
      return valueDecl(atWord("let") ? .letDecl : .paramDecl)
    }
    if atWord("if") { return ifStatement() }
    if atWord("for"), isDeclaration { return forStatement() }
    if atWord("require"), context == .schema { return requireDecl() }
    if atWord("affinity"), next.kind == .leftBrace { return affinity() }
    if context == .schema { return schemaMember() }
    settingOrBlock()
  }

  /// import = "import" (string | path) ["as" name]
  private mutating func importDecl() {
    let mark = start()
    take()
    if at(.stringOpen) {
      string()
    } else {
      path()
    }
    if atWord("as"), !current.isAfterNewline {
      take()
      name("a name for the import")
    }
    finish(.importDecl, mark)
  }

  /// path = name {"." name}, as a member expression
  mutating func path() {
    let mark = start()
    take()
    finish(.nameExpr, mark)
    while at(.dot), !current.isAfterNewline {
      take()
      name("a name")
      finish(.memberExpr, mark)
    }
  }

  mutating func name(_ what: String) {
    expect(.name, "KC0004", "\(what) is expected here")
  }

  /// param = "param" name [":" type] ["=" expr]; let = "let" name [":" type] "=" expr
  private mutating func valueDecl(_ kind: SyntaxKind) {
    let mark = start()
    take()
    name("a name")
    if takeIf(.colon) { type() }
    if takeIf(.equal) {
      expression()
    } else if kind == .letDecl {
      missing("KC0003", "`let` needs a value: `let name = value`")
    }
    finish(kind, mark)
  }

  /// func = "func" name "(" {parameter} ")" ["->" type] "=" expr
  private mutating func funcDecl() {
    let mark = start()
    take()
    name("a function's name")
    parameterList()
    if takeIf(.arrow) { type() }
    expect(.equal, "KC0003", "a function's value is expected: `func name(…) = value`")
    expression()
    finish(.funcDecl, mark)
  }

  /// parameters = "(" {name [":" type] ["=" expr]} ")"
  mutating func parameterList() {
    let mark = start()
    expect(.leftParen, "KC0005", "`(` and the parameters are expected here")
    bracketDepth += 1
    while at(.name) {
      let one = start()
      take()
      if takeIf(.colon) { type() }
      if takeIf(.equal) { expression() }
      finish(.parameter, one)
      if !takeIf(.comma), !at(.name) { break }
    }
    bracketDepth -= 1
    close(.rightParen, opened: mark, "`)`")
    finish(.parameterList, mark)
  }

  /// type = "type" name "=" type
  private mutating func typeDecl() {
    let mark = start()
    take()
    name("a type's name")
    expect(.equal, "KC0007", "`=` and a type are expected here")
    type()
    finish(.typeDecl, mark)
  }

  /// schema = ["resource"] "schema" name ["extends" name] "{" {member} "}"
  private mutating func schemaDecl() {
    let mark = start()
    take()
    if atWord("schema"), !current.isAfterNewline { take() }
    name("a schema's name")
    if atWord("extends"), !current.isAfterNewline {
      take()
      name("a schema's name")
    }
    body(.schema)
    finish(.schemaDecl, mark)
  }

  /// member = ["final" | "primary"] name ":" type ["=" expr] | "keyed" name ":" name | "object" "=" expr
  private mutating func schemaMember() {
    let mark = start()
    if atWord("keyed"), peek(1).kind == .name {
      take()
      take()
      expect(.colon, "KC0007", "`:` and a schema's name are expected here")
      name("a schema's name")
      finish(.keyedDecl, mark)
      return
    }
    if atWord("object"), peek(1).kind == .equal {
      take()
      take()
      expression()
      finish(.objectDecl, mark)
      return
    }
    while atWord("final") || atWord("primary"), peek(1).kind == .name { take() }
    take()
    expect(.colon, "KC0007", "`:` and a type are expected here")
    type()
    if takeIf(.equal) { expression() }
    finish(.fieldDecl, mark)
  }

  /// require = "require" expr ["else" expr]
  private mutating func requireDecl() {
    let mark = start()
    take()
    expression()
    if atWord("else") {
      take()
      expression()
    }
    finish(.requireDecl, mark)
  }

  /// body = "{" {statement} "}"
  mutating func body(_ context: StatementContext) {
    let mark = start()
    let outerDepth = bracketDepth
    let outerCondition = isCondition
    bracketDepth = 0
    isCondition = false
    if !takeIf(.leftBrace) {
      missing("KC0002", "`{` is expected here", fix: " {")
      // What follows on lines of its own is most likely the body whose bracket is missing.
      guard current.isAfterNewline, at(.name) else {
        (bracketDepth, isCondition) = (outerDepth, outerCondition)
        finish(.body, mark)
        return
      }
    }
    nested { parser in
      while !parser.at(.rightBrace), !parser.at(.endOfFile) {
        let before = parser.position
        parser.statement(in: context)
        if parser.at(.comma) { parser.take() } else { parser.endOfStatement() }
        if parser.position == before { parser.unexpected() }
      }
    }
    bracketDepth = outerDepth
    isCondition = outerCondition
    close(.rightBrace, opened: mark, "`}`")
    finish(.body, mark)
  }

  /// Takes the bracket that ends what began at `opened`, or reports it missing, showing where it began.
  mutating func close(_ kind: SyntaxKind, opened: Mark, _ shown: String) {
    if takeIf(kind) { return }
    let open = tokens[opened.token]
    let end = position > 0 ? tokens[position - 1].range.upperBound : 0
    report(
      "KC0002", "\(shown) is missing", end..<end,
      labels: [.init(span: Span(file: file.id, range: open.range), message: "opened here")],
      fix: Diagnostic.Fix(span: Span(file: file.id, range: end..<end), replacement: shown.replacing("`", with: "")))
    let mark = start()
    finish(.missing, mark)
  }

  /// if = "if" expr body ["else" (if | body)]
  private mutating func ifStatement() {
    let mark = start()
    take()
    condition()
    body(.block)
    if atWord("else") {
      take()
      if atWord("if") { nested { $0.ifStatement() } } else { body(.block) }
    }
    finish(.ifStatement, mark)
  }

  /// for = "for" name "in" expr body
  private mutating func forStatement() {
    let mark = start()
    take()
    name("a loop variable")
    if atWord("in") { take() } else { missing("KC0005", "`in` is expected here", fix: " in") }
    condition()
    body(.block)
    finish(.forStatement, mark)
  }

  /// delete = "delete" name (name | string)
  private mutating func deleteStatement() {
    let mark = start()
    take()
    take()
    if at(.stringOpen) { string() } else { name("the name of what is deleted") }
    finish(.deleteStatement, mark)
  }

  /// setting = path ("=" | "+=") expr; nested = name body; block = path (name | string) ["(" args ")"] [body | "=" expr ["->" expr]]
  private mutating func settingOrBlock() {
    let mark = start()
    if at(.stringOpen) { string() } else { path() }
    if at(.equal) || at(.plusEqual) {
      take()
      expression()
      finish(.setting, mark)
    } else if at(.leftBrace) {
      body(.block)
      finish(.nested, mark)
    } else if (at(.name) || at(.stringOpen)) && !current.isAfterNewline {
      blockTail()
      finish(.block, mark)
    } else {
      missing("KC0005", "`=`, `{` or a name is expected here")
      finish(.setting, mark)
    }
  }

  private mutating func blockTail() {
    if at(.stringOpen) { string() } else { take() }
    if atWord("extends"), !current.isAfterNewline {
      take()
      name("a name")
    }
    if at(.leftParen), !current.isAfterNewline { arguments() }
    if takeIf(.equal) {
      expression()
      if takeIf(.arrow) { expression() }
    } else if at(.leftBrace) {
      body(.block)
    } else if tokens[position - 1].kind != .rightParen {
      missing("KC0005", "`{` or `=` is expected here")
    }
  }
}
