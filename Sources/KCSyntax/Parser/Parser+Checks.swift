/// Tests and policies.
extension Parser {
  /// test = "test" string "{" {statement} "}"
  mutating func testDecl() {
    let mark = start()
    take()
    if at(.stringOpen) {
      string()
    } else if at(.name) {
      report(
        "KC0062", "a test's name stands in quotes", current.range, help: "write `test \"\(text(current))\"`",
        fix: edit(current.range, "\"\(text(current))\""))
      take()
    } else {
      missing(
        "KC0004", "a test's name is expected here",
        help: at(.leftParen) ? "a test is no function: `test \"name\" { … }`" : "a test is `test \"name\" { … }`")
    }
    body(.test)
    finish(.testDecl, mark)
  }

  /// Reads a statement that only tests have.
  ///
  /// - Returns: whether one begins here, and it was read.
  mutating func testStatement() -> Bool {
    let next = peek(1)
    if next.isAfterNewline || next.kind == .equal || next.kind == .plusEqual { return false }
    if atWord(.with) {
      withStatement()
    } else if atWord(.assert) {
      assertStatement()
    } else if atWord(.expect) {
      expectStatement()
    } else if atWord(.snapshot) {
      snapshotStatement()
    } else {
      return false
    }
    return true
  }

  /// with = "with" change {"," change} "{" {statement} "}"; change = "env" name | path "=" expr
  private mutating func withStatement() {
    let mark = start()
    take()
    repeat {
      if atWord(.env), peek(1).kind == .name {
        take()
        take()
      } else if at(.name) {
        let change = start()
        path()
        if at(.leftBrace) || at(.comma) {
          missing(
            "KC0005", "`=` and a value are expected here",
            help: "a parameter or a field gets a value; an environment is "
              + (text(tokens[position - 1]) == "env" ? "`env NAME`" : "`env \(text(tokens[position - 1]))`"))
        } else {
          expect(.equal, "KC0005", "`=` and a value are expected here")
          condition()
        }
        finish(.setting, change)
      } else {
        missing("KC0005", "`env NAME` or `PARAM = VALUE` is expected here")
      }
    } while takeIf(.comma)
    body(.test)
    finish(.withStatement, mark)
  }

  /// assert = "assert" expr ["else" expr]
  private mutating func assertStatement() {
    let mark = start()
    take()
    compared()
    if at(.comma), !current.isAfterNewline {
      let comma = start()
      report(
        "KC0062", "the message of an `assert` stands behind `else`", current.range, help: "write `else`",
        fix: edit(current.range, " else"))
      take()
      expression()
      finish(.unexpected, comma)
    } else if atWord(.else) {
      take()
      expression()
    }
    finish(.assertStatement, mark)
  }

  /// expect = "expect" name "{" {statement} "}"
  private mutating func expectStatement() {
    let mark = start()
    take()
    name("a diagnostic's code")
    body(.test)
    finish(.expectStatement, mark)
  }

  /// snapshot = "snapshot" expr ["as" string]
  private mutating func snapshotStatement() {
    let mark = start()
    take()
    expression()
    if atWord(.as), !current.isAfterNewline {
      take()
      if at(.stringOpen) { string() } else { missing("KC0004", "the snapshot's name is expected here") }
    }
    finish(.snapshotStatement, mark)
  }

  /// policy = "policy" name "on" type "{" {statement} "}"
  mutating func policyDecl() {
    let mark = start()
    take()
    name("a policy's name")
    if atWord(.on), !current.isAfterNewline {
      take()
      if at(.leftBrace) { missing("KC0007", "a type is expected here") } else { type() }
    } else {
      missing("KC0005", "`on` and a type are expected here: `policy name on Deployment { … }`")
    }
    body(.policy)
    finish(.policyDecl, mark)
  }

  /// deny = ("deny" | "warn" | "info") "if" expr expr: the condition and the message
  mutating func denyStatement() {
    let mark = start()
    take()
    if atWord(.if) {
      take()
    } else {
      missing(
        "KC0005", "`if`, a condition and a message are expected here: `deny if condition \"message\"`", fix: " if")
    }
    compared()
    takeElseOfDeny()
    if at(.stringOpen), !current.isAfterNewline {
      string()
    } else {
      missing("KC0003", "a message is expected here: `deny if condition \"message\"`")
      // On a line of its own it is the same mistake.
      if at(.stringOpen) { string() }
    }
    finish(.denyStatement, mark)
  }

  /// waiver = "waive" name ["on" expr] "because" expr ["until" expr]
  mutating func waiverDecl() {
    let mark = start()
    take()
    takePackage()
    name("a policy's name")
    if atWord(.on), !current.isAfterNewline {
      take()
      expression()
    }
    if atWord(.because), !current.isAfterNewline {
      take()
      expression()
    } else {
      missing("KC0003", "a waiver needs a reason: `waive policy because \"…\"`", fix: " because \"\"")
    }
    if atWord(.until), !current.isAfterNewline {
      take()
      expression()
    }
    finish(.waiverDecl, mark)
  }
}
