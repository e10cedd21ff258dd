/// Declarations that group others: components, mixins, enums; and moves.
extension Parser {
  /// component = "component" name ["(" {parameter} ")"] "{" {statement} "}"
  mutating func componentDecl() {
    let mark = start()
    take()
    name("a component's name")
    if at(.leftParen), !current.isAfterNewline { parameterList() }
    body(.block)
    finish(.componentDecl, mark)
  }

  /// mixin = "mixin" name "{" {member} "}"
  mutating func mixinDecl() {
    let mark = start()
    take()
    name("a mixin's name")
    takeMixinHead()
    body(.schema)
    finish(.mixinDecl, mark)
  }

  /// mixins = "with" path {"," path}
  mutating func mixinList() {
    let mark = start()
    take()
    repeat { dottedName("a mixin's name") } while takeIf(.comma)
    finish(.mixinList, mark)
  }

  /// enum = "enum" name "{" {case} "}", the cases separated by commas or line breaks
  mutating func enumDecl() {
    let mark = start()
    take()
    name("an enum's name")
    takeParametersOfEnum()
    takeEqualSign()
    if !takeCasesOfType() { enumCases() }
    finish(.enumDecl, mark)
  }

  mutating func enumCases() {
    let open = start()
    guard takeIf(.leftBrace) || bodyFollows() else { return }
    while isInside(open) {
      let before = position
      enumCase()
      separator(before)
    }
    close(.rightBrace, opened: open, "`}`")
  }

  /// case = name ["(" {parameter} ")" | "=" expr]
  private mutating func enumCase() {
    guard at(.name) else { return unexpected() }
    let mark = start()
    take()
    if at(.leftParen), !current.isAfterNewline {
      parameterList()
    } else if takeIf(.equal) {
      expression()
    }
    finish(.enumCase, mark)
  }

  /// moved = "moved" "from" path "to" path
  mutating func movedDecl() {
    let mark = start()
    take()
    take()
    address()
    if atWord(.to), !current.isAfterNewline {
      take()
    } else {
      missing("KC0005", "`to` and the new address are expected here", fix: " to")
    }
    address()
    finish(.movedDecl, mark)
  }

  private mutating func address() {
    if at(.name), !current.isAfterNewline { path() } else { missing("KC0004", "an address is expected here") }
  }
}
