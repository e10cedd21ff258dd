/// Forms of other languages that are read as what they stand for, so that nothing after them is reported for it.
extension Parser {
  /// Takes a `=` before the braces of a body, which is reported: `component x() = {`, `enum E = {`.
  mutating func takeEqualSign() {
    guard at(.equal), peek(1).kind == .leftBrace, !current.isAfterNewline, position > 0 else { return }
    let mark = start()
    let gap = tokens[position - 1].range.upperBound..<peek(1).range.lowerBound
    report(
      "KC0062", "no `=` stands before the braces", current.range, help: "write `… {`", fix: edit(gap, " "))
    take()
    finish(.unexpected, mark)
  }

  /// Reports `(Int, String)` where one type is expected.
  ///
  /// - Returns: whether it is one, and not the parameters of a function's type.
  mutating func reportManyTypes(_ first: Int, _ count: Int) -> Bool {
    guard count > 1, kind(position - 1) == .rightParen, !isFollowed(position) || at(.equal) || at(.rightParen) else {
      return false
    }
    report(
      "KC0062", "a value has one type: there are no tuples", range(first, position - 1),
      help: "a record names its parts: `{ first: Int, second: String }`; of one type they are a list, `List<Int>`")
    return true
  }

  /// Takes `let [a, b] = …`, `let (a, b) = …` and `let { a, b } = …`, which are reported.
  ///
  /// - Returns: whether one of them stands here.
  mutating func takeManyNames() -> Bool {
    let next = peek(1)
    guard atWord(.let), !next.isAfterNewline, [.leftBracket, .leftParen, .leftBrace].contains(next.kind) else {
      return false
    }
    let isRecord = next.kind == .leftBrace
    guard !isRecord || peek(2).kind == .name && [.comma, .colon, .rightBrace].contains(peek(3).kind) else {
      return false
    }
    let mark = start()
    let field = word(position + 2)
    report(
      "KC0062", "a `let` names one value", current.range.lowerBound..<next.range.upperBound,
      help: isRecord
        ? "write `let \(field) = record.\(field)`, one for each"
        : "write `let first = list[0]`, one for each, or `let name = record.field`")
    skip()
    finish(.unexpected, mark)
    return true
  }

  /// Takes a path without quotes behind `import`, which is reported.
  mutating func barePath() {
    var last = position
    while isFollowed(last + 1), touches(last, last + 1) { last += 1 }
    let whole = range(position, last)
    let mark = start()
    report(
      "KC0062", "the path of a file stands in quotes", whole, help: "write `import \"\(file.text(whole))\"`",
      fix: edit(whole, "\"\(file.text(whole))\""))
    while position <= last { take() }
    finish(.unexpected, mark)
  }

  /// Takes the `:` before the type of a function's value, which is reported: `func f(x: Int): Int = x`.
  mutating func takeColonOfResult() {
    guard at(.colon), !current.isAfterNewline, !peek(1).isAfterNewline else { return }
    let mark = start()
    report(
      "KC0062", "`->` leads to the type of a function's value", current.range, help: "write `->`",
      fix: edit(tokens[position - 1].range.upperBound..<current.range.upperBound, " ->"))
    take()
    type()
    finish(.unexpected, mark)
  }

  /// Takes `/v.*/` or `1...10` where a type is expected, which is reported with the type that is meant.
  ///
  /// - Returns: whether one of them stands here.
  mutating func takeRefinement() -> Bool {
    let isRange = at(.number) && peek(1).kind == .ellipsis
    guard at(.regex) || isRange else { return false }
    let last = position + (isRange ? (peek(2).kind == .number && !peek(2).isAfterNewline ? 2 : 1) : 0)
    let whole = range(position, last)
    let meant = isRange ? "Int(\(file.text(whole)))" : "String(matching: \(file.text(whole)))"
    let mark = start()
    report(
      "KC0062", isRange ? "a range is no type" : "a regular expression is no type", whole, help: "write `\(meant)`",
      fix: edit(whole, meant))
    while position <= last { take() }
    finish(.unexpected, mark)
    return true
  }

  /// Takes the rest of `type T = enum { … }`, which is reported.
  ///
  /// - Returns: whether it is one.
  mutating func takeTypeOfEnum() -> Bool {
    guard at(.equal), peek(1).word == .enum, peek(2).kind == .leftBrace, position > 1 else { return false }
    let start = tokens[position - 2].range.lowerBound
    report(
      "KC0062", "an enum is declared by itself", start..<peek(1).range.upperBound,
      help: "write `enum \(word(position - 1)) { … }`",
      fix: edit(start..<peek(1).range.upperBound, "enum \(word(position - 1))"))
    let mark = self.start()
    take()
    take()
    finish(.unexpected, mark)
    enumCases()
    return true
  }

  /// Takes the rest of `enum E = a | b`, which is reported.
  ///
  /// - Returns: whether it is one.
  mutating func takeCasesOfType() -> Bool {
    guard at(.equal) else { return false }
    let mark = start()
    let isText = peek(1).kind == .stringOpen
    report(
      "KC0062", "the cases of an enum stand in braces", current.range,
      help: isText ? "write `enum E { a, b }`, or `type E = \"a\" | \"b\"` for texts" : "write `enum E { a, b }`")
    skip()
    finish(.unexpected, mark)
    return true
  }

  /// Takes `<T>` behind an enum's name, which is reported.
  mutating func takeParametersOfEnum() {
    guard at(.less), !current.isAfterNewline else { return }
    let (mark, first) = (start(), position)
    let own = word(first - 1)
    typeParameters()
    report(
      "KC0062", "an enum has no type parameters", range(first, position - 1),
      help: "schemas and types have: `schema Found<T> { value: T }`, `type \(own)<T> = Found<T> | Missing`")
    finish(.unexpected, mark)
  }

  /// Takes what leads to a schema's mixins elsewhere, which is reported: `schema B mixin A {`.
  mutating func takeOtherWith() {
    guard at(.name), ["mixin", "mixes", "mixins", "includes", "include", "uses", "use", "has"].contains(text(current)),
      !current.isAfterNewline, peek(1).kind == .name, !peek(1).isAfterNewline
    else { return }
    let mark = start()
    report(
      "KC0062", "a schema has what a mixin has by `with`", current.range, help: "write `with \(text(peek(1)))`",
      fix: edit(current.range, "with"))
    while at(.name) || at(.comma) || at(.dot) {
      if current.isAfterNewline { break }
      take()
    }
    finish(.unexpected, mark)
  }

  /// Takes what leads to a schema's parent elsewhere, which is reported: `schema B : A {`, `schema B implements A {`.
  ///
  /// - Returns: whether it stands here.
  mutating func takeOtherExtends() -> Bool {
    let isWord = at(.name) && ["implements", "inherits", "from", "is", "of"].contains(text(current))
    guard isWord || at(.colon), !current.isAfterNewline, peek(1).kind == .name, !peek(1).isAfterNewline else {
      return false
    }
    let mark = start()
    report(
      "KC0062", "a schema has the fields of another by `extends`", current.range,
      help: "write `extends \(text(peek(1)))`",
      fix: edit(tokens[position - 1].range.upperBound..<current.range.upperBound, " extends"))
    take()
    finish(.unexpected, mark)
    return true
  }

  /// A type, or several with commas between them, which is reported.
  mutating func typeOrTypes() {
    let mark = start()
    type()
    guard startsOtherType else { return }
    while startsOtherType {
      takeMisfit(
        "KC0062", "`|` stands between types of which it may have any", help: "write `|`", meant: " |")
      type()
    }
    finish(.unionType, mark)
  }

  /// Whether a comma and a type that is a literal stand here.
  private var startsOtherType: Bool {
    guard at(.comma), !peek(1).isAfterNewline else { return false }
    return [.stringOpen, .number, .quantity].contains(peek(1).kind)
  }

  /// Takes the name of an import before that of a policy, which is reported: `waive rules.no-latest`.
  mutating func takePackage() {
    guard at(.name), peek(1).kind == .dot, peek(2).kind == .name else { return }
    let mark = start()
    report(
      "KC0062", "a policy is waived by its own name", current.range.lowerBound..<peek(1).range.upperBound,
      help: "write `waive \(text(peek(2))) …`, also where a package declares it",
      fix: edit(current.range.lowerBound..<peek(2).range.lowerBound, ""))
    take()
    take()
    finish(.unexpected, mark)
  }

  /// Takes `name =` before an argument, which is reported.
  mutating func takeSetArgument() {
    guard at(.name), peek(1).kind == .equal else { return }
    report(
      "KC0062", "an argument has `:` behind its name", peek(1).range, help: "write `\(text(current)): …`",
      fix: edit(current.range.upperBound..<peek(1).range.upperBound, ":"))
    take()
    take()
  }

  /// Reads a lambda whose parameters have types, which is reported: `(x: Int): Int => x + 1`.
  ///
  /// - Returns: whether one stands here.
  mutating func typedLambda() -> Bool {
    guard peek(1).kind == .name, peek(2).kind == .colon, let close = closing(of: position), leadsToLambda(close + 1)
    else { return false }
    let mark = start()
    // The type of its value goes, too.
    let last = (close..<min(close + 14, tokens.count)).first { kind($0 + 1) == .fatArrow } ?? close
    let names = (position..<close).filter { kind($0) == .name && [.leftParen, .comma].contains(kind($0 - 1)) }
    report(
      "KC0062", "the parameters of a lambda have no types", range(position, close),
      help: "write `(\(names.map { word($0) }.joined(separator: ", "))) => …`",
      fix: edit(range(position, last), "(\(names.map { word($0) }.joined(separator: ", ")))"))
    repeat {
      take()
      name("a parameter's name")
      takeTypeOfLambda()
    } while at(.comma)
    if at(.rightParen) { take() }
    takeTypeOfLambda()
    if takeIf(.fatArrow) { expression() }
    finish(.lambdaExpr, mark)
    return true
  }

  private mutating func takeTypeOfLambda() {
    guard at(.colon) || at(.arrow) else { return }
    let mark = start()
    take()
    type()
    finish(.unexpected, mark)
  }

  /// Whether `=>` stands at a place, or behind a type there.
  private func leadsToLambda(_ place: Int) -> Bool {
    if kind(place) == .fatArrow { return true }
    guard kind(place) == .colon || kind(place) == .arrow else { return false }
    return (place..<min(place + 12, tokens.count)).prefix { !tokens[$0].isAfterNewline }.contains {
      kind($0) == .fatArrow
    }
  }
}
