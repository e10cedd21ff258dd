/// What a statement stands in.
enum StatementContext {
  case file, block, schema, test, policy, rules

  /// What `if`, `for` and `match` hold: tests assert there, too.
  var ofBranches: StatementContext { self == .test ? .test : .block }
}

extension Parser {
  /// statement = declaration | let | if | for | match | delete | moved | affinity | setting | nested | block,
  /// and what only schemas, tests and policies have
  mutating func statement(in context: StatementContext) {
    guard at(.name) || (context != .file && at(.stringOpen)) else {
      unexpected()
      return
    }
    let next = peek(1)
    let hasOperand = !next.isAfterNewline && (next.kind == .name || next.kind == .stringOpen)
    if hasOperand, declaration(in: context) { return }
    if context == .file, atWord(.test), next.kind == .leftBrace { return testDecl() }
    if atWord(.let) || atWord(.param), !next.isAfterNewline, next.kind == .equal || next.kind == .colon {
      return valueDecl(atWord(.let) ? .letDecl : .paramDecl)
    }
    if takeManyNames() { return }
    if atWord(.import), next.kind == .dot, peek(2).kind != .name { return importDecl() }
    if atWord(.if), next.kind != .equal, next.kind != .plusEqual { return ifStatement(in: context) }
    if atWord(.for), hasOperand { return forStatement(in: context) }
    if atWord(.match), !next.isAfterNewline, startsOperand(next) { return matchStatement(in: context) }
    if atWord(.affinity), next.kind == .leftBrace || startsRule(next) && next.isAfterNewline { return affinity() }
    switch context {
    case .schema: return schemaMember()
    case .test where testStatement(): return
    case .policy where atWord(.deny) || atWord(.warn) || atWord(.info): return denyStatement()
    default: settingOrBlock()
    }
  }

  /// declaration = import | param | let | func | type | schema | mixin | enum | component | policy | waiver | test
  ///             | affinity | moved | delete
  ///
  /// - Returns: whether a word that begins one stands here, and it was read.
  private mutating func declaration(in context: StatementContext) -> Bool {
    let next = peek(1)
    if next.kind == .name {
      if atWord(.let) { return read { $0.valueDecl(.letDecl) } }
      if atWord(.delete) { return read { $0.deleteStatement() } }
      if atWord(.affinity) { return read { $0.affinityDecl() } }
      if atWord(.moved), isWord(next, .from) { return read { $0.movedDecl() } }
    }
    guard let work = fileDeclaration(next) else { return false }
    if context != .file { misplaced() }
    return read(work)
  }

  private mutating func read(_ work: (inout Parser) -> Void) -> Bool {
    work(&self)
    return true
  }

  /// What reads the declaration that begins here, of those that stand only at the top of a file.
  private func fileDeclaration(_ next: SyntaxTree.Token) -> ((inout Parser) -> Void)? {
    if atWord(.import) { return { $0.importDecl() } }
    if atWord(.test) { return { $0.testDecl() } }
    guard next.kind == .name else { return nil }
    if atWord(.param) { return { $0.valueDecl(.paramDecl) } }
    if atWord(.func) { return { $0.funcDecl() } }
    if atWord(.type) { return { $0.typeDecl() } }
    if atWord(.schema) || atWord(.resource) { return { $0.schemaDecl() } }
    if atWord(.mixin) { return { $0.mixinDecl() } }
    if atWord(.enum) { return { $0.enumDecl() } }
    if atWord(.component) { return { $0.componentDecl() } }
    if atWord(.policy) { return { $0.policyDecl() } }
    if atWord(.waive) { return { $0.waiverDecl() } }
    return nil
  }

  /// body = "{" {statement} "}"
  mutating func body(_ context: StatementContext) {
    takeEqualSign()
    skipToBrace()
    let mark = start()
    let outer = (isCondition, bracketDepth)
    (isCondition, bracketDepth) = (false, 0)
    defer { (isCondition, bracketDepth) = outer }
    if takeIndentedBody(mark) { return }
    let isOpen = takeIf(.leftBrace) || bodyFollows()
    guard isOpen else { return finish(.body, mark) }
    nested { parser in
      while parser.isInside(mark) || parser.takeStrayBrace(mark) {
        guard parser.isInside(mark) else { continue }
        let before = parser.position
        parser.statement(in: context)
        if parser.at(.comma) { parser.take() } else { parser.endOfStatement() }
        if parser.position == before { parser.unexpected() }
      }
    }
    close(.rightBrace, opened: mark, "`}`")
    finish(.body, mark)
  }

  /// Takes a `:` and the deeper lines after it, which are reported.
  ///
  /// - Returns: whether there was one.
  private mutating func takeIndentedBody(_ mark: Mark) -> Bool {
    guard at(.colon), !current.isAfterNewline, peek(1).isAfterNewline, position > 0 else { return false }
    let header = Mark(pending: 0, token: position - 1)
    report(
      "KC0015", "a body stands in braces, not on indented lines", current.range, help: "write `{ … }` instead of `:`")
    take()
    while !at(.endOfFile), !current.isAfterNewline || isDeeper(than: header) {
      if at(.leftBrace) { openBraces -= 1 } else if at(.rightBrace) { openBraces += 1 }
      take()
    }
    finish(.body, mark)
    return true
  }

  /// Reports that `{` is missing, and whether what it would begin follows all the same: on this line up to a `}`, or on
  /// deeper lines.
  ///
  /// - Parameter mark: what tells that it follows on this line: `}`, or the arrow of a case.
  mutating func bodyFollows(upTo mark: SyntaxKind = .rightBrace) -> Bool {
    let header = Mark(pending: 0, token: max(0, position - 1))
    missing("KC0002", "`{` is expected here", fix: " {")
    if !current.isAfterNewline, !at(.rightBrace), !at(.endOfFile), !at(.semicolon) {
      if at(.name) || mark == .arrow, distance(to: mark) > 0 { return true }
      let rest = start()
      skip()
      finish(.unexpected, rest)
    }
    return current.isAfterNewline && (at(.name) || at(.stringOpen) || mark == .arrow) && isDeeper(than: header)
  }

  /// if = "if" expr body ["else" (if | body)]
  mutating func ifStatement(in context: StatementContext) {
    let mark = start()
    take()
    takeBinding()
    condition()
    branch(of: context)
    if atWord(.else) {
      take()
      if atWord(.if) { nested { $0.ifStatement(in: context) } } else { branch(of: context) }
    }
    finish(.ifStatement, mark)
  }

  /// What an `if`, a `for` or a case of a `match` holds.
  mutating func branch(of context: StatementContext) {
    if context == .rules { rules() } else { body(context.ofBranches) }
  }

  /// for = "for" name ["," name] "in" expr ["if" expr] body
  mutating func forStatement(in context: StatementContext) {
    let mark = start()
    take()
    loopVariables()
    if atWord(.in) { take() } else { expectedIn() }
    condition()
    loopFilter()
    branch(of: context)
    finish(.forStatement, mark)
  }

  /// delete = "delete" name {"." name} (name | string)
  mutating func deleteStatement() {
    let mark = start()
    take()
    take()
    while takeIf(.dot) { name("a kind") }
    if at(.stringOpen), !current.isAfterNewline {
      string()
    } else if at(.name), !current.isAfterNewline {
      take()
    } else {
      missing(
        "KC0004", "the name of what is deleted is expected here",
        help: "its kind stands before it: `delete config settings`; a field is not deleted, but set to `none`")
    }
    finish(.deleteStatement, mark)
  }

  /// setting = path ("=" | "+=") expr ["->" expr]; nested = name body; block = path (name | string) ["(" args ")"] [body | "=" expr ["->" expr]]
  mutating func settingOrBlock() {
    let mark = start()
    if at(.stringOpen) { string() } else { path() }
    if at(.equal) || at(.plusEqual) {
      take()
      expression()
      if takeIf(.arrow) { expression() }
      finish(.setting, mark)
    } else if at(.leftBrace), holdsRules {
      reportRules()
      rules()
      finish(.affinity, mark)
    } else if at(.leftBrace) {
      body(.block)
      finish(.nested, mark)
    } else if (at(.name) || at(.stringOpen)) && !current.isAfterNewline {
      blockTail()
      finish(.block, mark)
    } else {
      let kind = word(position - 1)
      let isValue = (at(.number) || at(.quantity)) && !current.isAfterNewline
      missing(
        "KC0005", "`=`, `{` or a name is expected here", fix: isValue ? " =" : nil,
        help: at(.leftParen)
          ? "an instance of a component has a name: `\(kind) NAME(…)`"
          : isValue ? "a field is set with `=`: `\(kind) = \(text(current))`" : nil, isMisfit: true)
      finish(.setting, mark)
    }
  }

  private mutating func blockTail() {
    let kind = position - 1
    if at(.stringOpen) { string() } else { take() }
    if atWord(.extends), !current.isAfterNewline {
      if ["class", "struct", "interface"].contains(word(kind)) {
        report(
          "KC0062", "`\(word(kind))` begins nothing here", tokens[kind].range,
          help: "write `schema \(word(kind + 1)) extends \(text(peek(1))) { … }`",
          fix: edit(tokens[kind].range, "schema"))
      } else if word(kind) != "env" {
        report(
          "KC0062", "a block extends no other: an `env` does, and a schema", current.range,
          help: "what blocks share stands in a `component`, or in a `func` that gives the value")
      }
      take()
      name("a name")
    }
    if at(.leftParen), !current.isAfterNewline {
      if word(kind) == "env" {
        report(
          "KC0062", "an `env` takes no arguments", current.range,
          help: "what differs in it stands in its body: `env \(word(kind + 1)) { NAME = value }`")
      }
      arguments()
    }
    if takeIf(.equal) {
      expression()
      if takeIf(.arrow) { expression() }
    } else if at(.leftBrace) {
      body(.block)
    } else if tokens[position - 1].kind != .rightParen {
      let written = range(kind + 1, position - 1)
      let isText =
        tokens[kind + 1].kind == .stringOpen && written.count < 60
        && file.line(at: written.lowerBound) == file.line(at: written.upperBound)
      missing(
        "KC0005", "`{` or `=` is expected here",
        help: valueHelp(kind, written)
          ?? otherTail(kind)
          ?? (isText
            ? "a field is set with `=`: `\(word(kind)) = \(file.text(written))`; a block has a "
              + "body: `{ … }`"
            : "a block has a body, `{ … }`, and an instance of a component has its arguments: `name()`"),
        isMisfit: true)
    }
  }

  /// What was meant by a sign that stands behind no block's name, and by `moved` without its second word.
  private func otherTail(_ kind: Int) -> String? {
    if word(kind) == "moved" { return "an address moves by `moved from OLD to NEW`" }
    guard at(.plusEqual), !current.isAfterNewline else { return nil }
    return "`+=` extends lists and maps; what a block is about is set with `=`"
  }

  /// What `port http 8080` should be: a value that stands where `=` is missing.
  private func valueHelp(_ kind: Int, _ name: Range<Int>) -> String? {
    let isLast = peek(1).isAfterNewline || [.rightBrace, .semicolon, .endOfFile].contains(peek(1).kind)
    guard !current.isAfterNewline, [.number, .quantity, .stringOpen].contains(current.kind) || at(.name) && isLast
    else { return nil }
    let value = at(.stringOpen) ? "\"…\"" : text(current)
    return "a value stands behind `=`: `\(word(kind)) \(file.text(name)) = \(value)`; a block has a body: `{ … }`"
  }
}
