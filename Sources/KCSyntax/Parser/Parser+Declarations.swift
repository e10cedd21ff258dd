/// What stands at the top of a file.
extension Parser {
  /// import = "import" (string | path) ["as" name]
  mutating func importDecl() {
    let mark = start()
    take()
    if at(.stringOpen) {
      string()
    } else if atWord(.as), peek(1).kind == .name, !peek(1).isAfterNewline {
      missing("KC0004", "the path or name of what is imported is expected here")
    } else if at(.dot) {
      barePath()
    } else {
      path()
    }
    if atWord(.as), !current.isAfterNewline {
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

  /// path = name {"." name}, as the tokens of the node around
  mutating func dottedName(_ what: String) {
    name(what)
    while at(.dot), !current.isAfterNewline {
      take()
      name("a name")
    }
  }

  mutating func name(_ what: String) {
    expect(.name, "KC0004", "\(what) is expected here")
  }

  /// param = "param" name [":" type] ["=" expr]; let = "let" name [":" type] "=" expr
  mutating func valueDecl(_ kind: SyntaxKind) {
    let mark = start()
    take()
    name("a name")
    if takeIf(.colon) { typeOrTypes() }
    if takeIf(.equal) {
      expression()
    } else if kind == .letDecl {
      missing("KC0003", "`let` needs a value: `let name = value`")
    }
    finish(kind, mark)
  }

  /// func = "func" name [typeParameters] "(" {parameter} ")" ["->" type] "=" expr
  mutating func funcDecl() {
    let mark = start()
    take()
    name("a function's name")
    typeParameters()
    parameterList()
    takeColonOfResult()
    if takeIf(.arrow) { type() }
    if !takeFunctionBody() {
      expect(.equal, "KC0003", "a function's value is expected: `func name(…) = value`")
      expression()
    }
    finish(.funcDecl, mark)
  }

  /// parameters = "(" [parameter {"," parameter}] ")", where line breaks separate them, too
  /// parameter = name [":" type] ["=" expr]
  mutating func parameterList() {
    let mark = start()
    expect(.leftParen, "KC0005", "`(` and the parameters are expected here")
    bracketDepth += 1
    takeSpreadBefore()
    while at(.name), !startsStatement {
      let one = start()
      take()
      if takeIf(.colon) { type() } else { takeTypeWithoutColon() }
      takeSpreadBehind()
      if takeIf(.equal) { expression() }
      finish(.parameter, one)
      if takeIf(.comma) {
        takeSpreadBefore()
        continue
      }
      if !at(.name) { break }
      if !current.isAfterNewline, !startsStatement {
        missing(
          "KC0038", "a comma is missing before `\(text(current))`", fix: ",", help: "separate parameters with commas")
      }
    }
    bracketDepth -= 1
    close(.rightParen, opened: mark, "`)`")
    finish(.parameterList, mark)
  }

  /// type = "type" name [typeParameters] "=" type
  mutating func typeDecl() {
    let mark = start()
    take()
    name("a type's name")
    typeParameters()
    if takeTypeOfEnum() { return finish(.enumDecl, mark) }
    expect(.equal, "KC0007", "`=` and a type are expected here")
    type()
    finish(.typeDecl, mark)
  }

  /// schema = ["resource"] "schema" name [typeParameters] ["extends" path [typeArguments]] [mixins] "{" {member} "}"
  mutating func schemaDecl() {
    let mark = start()
    if atWord(.resource) {
      take()
      if atWord(.schema), !current.isAfterNewline {
        take()
      } else {
        missing("KC0005", "`schema` is expected here", fix: " schema")
      }
    } else {
      take()
    }
    name("a schema's name")
    typeParameters()
    if atWord(.extends) && !current.isAfterNewline || takeOtherExtends() {
      if atWord(.extends) { take() }
      dottedName("a schema's name")
      if at(.less) { typeArguments() }
      takeOtherParents()
    }
    takeOtherWith()
    if atWord(.with), !current.isAfterNewline { mixinList() }
    body(.schema)
    finish(.schemaDecl, mark)
  }

  /// Takes what follows the schema that another one extends, which is reported: `extends A, B`.
  private mutating func takeOtherParents() {
    guard at(.comma), !current.isAfterNewline, peek(1).kind == .name else { return }
    let mark = start()
    report(
      "KC0062", "a schema extends one other", range(position, position + 1),
      help: "what several have in common is a `mixin`, which stands behind `with`: `schema A extends B with C { … }`")
    while takeIf(.comma) { dottedName("a schema's name") }
    finish(.unexpected, mark)
  }

  /// member = ["final" | "primary"] name ":" type ["=" expr] | "keyed" name ":" path [typeArguments] | "object" "=" expr
  mutating func schemaMember() {
    let mark = start()
    if atWord(.keyed), peek(1).kind == .name {
      take()
      take()
      expect(.colon, "KC0007", "`:` and a schema's name are expected here")
      dottedName("a schema's name")
      if at(.less) { typeArguments() }
      finish(.keyedDecl, mark)
      return
    }
    if atWord(.object), peek(1).kind == .equal || peek(1).kind == .leftBrace {
      take()
      expect(.equal, "KC0005", "`=` is expected here", fix: " =")
      expression()
      finish(.objectDecl, mark)
      return
    }
    if atWord(.require), peek(1).kind != .colon { return requireDecl() }
    guard at(.name) else { return unexpected() }
    while atWord(.final) || atWord(.primary), peek(1).kind == .name { take() }
    take()
    if takeIf(.colon) {
      type()
    } else {
      missing("KC0007", "`:` and a type are expected here", isMisfit: true)
      if !at(.equal), !current.isAfterNewline { type() }
    }
    if takeIf(.equal) { expression() }
    finish(.fieldDecl, mark)
  }

  /// require = "require" expr ["else" expr]
  mutating func requireDecl() {
    let mark = start()
    take()
    compared()
    if atWord(.else) {
      take()
      expression()
    }
    finish(.requireDecl, mark)
  }
}
