/// Conditions, bounds and declarations of other languages, which are read as what they stand for.
extension Parser {
  /// Takes `let x =` behind `if`, which is reported.
  mutating func takeBinding() {
    guard atWord(.let) || at(.name) && text(current) == "var", peek(1).kind == .name, peek(2).kind == .equal else {
      return
    }
    let (name, first) = (word(position + 1), position + 3)
    var end = first
    while isFollowed(end), kind(end) != .leftBrace { end += 1 }
    let isPath = end > first && (first..<end).allSatisfy { [.name, .dot, .questionDot].contains(kind($0)) }
    let value = end > first ? file.text(range(first, end - 1)) : name
    let mark = start()
    report(
      "KC0062", "an `if` gives no name to a value", range(position, position + 2),
      help: isPath
        ? "write `if \(value) != none { … }`: within the braces it is there"
        : "before it, `let \(name) = \(value.utf8.count < 60 ? value : "…")`; then `if \(name) != none { … }`")
    for _ in 0..<3 { take() }
    finish(.unexpected, mark)
  }

  /// Takes the type right behind a parameter's name, or the name right behind its type, which is reported.
  mutating func takeTypeWithoutColon() {
    guard at(.name), !current.isAfterNewline, !startsStatement else { return }
    func isType(_ name: String) -> Bool { Self.otherTypes[name] != nil || name.first?.isUppercase == true }
    let (before, after) = (word(position - 1), word(position))
    let isTypeFirst = isType(before) && !isType(after)
    guard isTypeFirst || isType(after) else { return }
    let (name, written) = isTypeFirst ? (after, before) : (before, after)
    let meant = "\(name): \(Self.otherTypes[written] ?? written)"
    report(
      "KC0045", "a type stands behind the name and a `:`", current.range, help: "write `\(meant)`",
      fix: edit(range(position - 1, position), meant))
    if isTypeFirst { take() } else { type() }
  }

  /// Takes `>= 1` behind a type, which is reported: `Int >= 1`.
  mutating func takeBounds() {
    guard [.greater, .greaterEqual, .lessEqual].contains(current.kind), !current.isAfterNewline,
      kind(position - 1) == .name,
      peek(1).kind == .number || peek(1).kind == .quantity, !peek(1).isAfterNewline
    else { return }
    let type = Self.otherTypes[word(position - 1)] ?? word(position - 1)
    let isStrict = at(.greater)
    let number = word(position + 1)
    let bound = isStrict && type == "Int" ? Int64(number).map { "\($0 + 1)" } : isStrict ? nil : number
    let meant = "\(type)(\(at(.lessEqual) ? "...\(bound ?? number)" : "\(bound ?? number)..."))"
    let whole = range(position - 1, position + 1)
    let mark = start()
    report(
      "KC0062", "the bounds of a type stand in parentheses", range(position, position + 1),
      help: "write `\(meant)`" + (bound == nil ? ": \(number) itself is in it" : ""),
      fix: bound.map { _ in edit(whole, meant) })
    take()
    take()
    finish(.unexpected, mark)
  }

  /// Takes `else` before the message of a policy's condition, which is reported.
  mutating func takeElseOfDeny() {
    guard atWord(.else), !current.isAfterNewline, peek(1).kind == .stringOpen else { return }
    let mark = start()
    report(
      "KC0062", "the message stands behind the condition, without `else`", current.range,
      help: "write `deny if condition \"message\"`",
      fix: edit(tokens[position - 1].range.upperBound..<current.range.upperBound, ""))
    take()
    finish(.unexpected, mark)
  }

  /// `const x: Int = 3`
  func typedDeclarationHabit(_ line: Line, _ sign: Int) -> Habit? {
    let first = line.first
    guard ["const", "var", "val"].contains(word(first)), sign == first + 2, kind(first + 1) == .name
    else { return nil }
    return Habit(
      code: "KC0062", message: "`\(word(first))` begins nothing here", range: tokens[first].range,
      help: "a value gets a name with `let`: `let \(word(first + 1)): Type = …`", fix: edit(tokens[first].range, "let"))
  }

  /// `(n?: Int)`
  func optionalParameterHabit(_ line: Line) -> Habit? {
    let place = line.at
    guard kind(place) == .question, kind(place - 1) == .name, kind(place + 1) == .colon else { return nil }
    return Habit(
      code: "KC0045", message: "what may be absent is said by the type", range: range(place - 1, place),
      help: "write `\(word(place - 1)): Type?`")
  }
}
