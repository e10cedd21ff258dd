/// What generic functions, mixins and calls have elsewhere and not here, read as what stands without it.
extension Parser {
  /// Takes the bound of a type parameter, which is reported: `<T extends Int>`, `<T: Int>`.
  mutating func takeTypeBound() {
    let isWord = atWord(.extends) || at(.name) && ["implements", "is", "super", "in"].contains(text(current))
    guard isWord || at(.colon), !current.isAfterNewline, isFollowed(position + 1) else { return }
    let mark = start()
    let first = position
    take()
    nested { $0.unionType() }
    report(
      "KC0062", "type parameters have no bounds: they stand for any type", range(first, position - 1),
      help: "leave it out, and take what is done with the values as a function: `f: (T) -> Int`")
    finish(.unexpected, mark)
  }

  /// Takes the `...` or `*` before a parameter's name, which is reported: `func f(...xs: List<Int>)`.
  mutating func takeSpreadBefore() {
    guard at(.ellipsis) || at(.star), peek(1).kind == .name, !peek(1).isAfterNewline else { return }
    reportSpread(current.range)
  }

  /// Takes the `...` behind a parameter's type, which is reported: `func f(xs: Int...)`.
  mutating func takeSpreadBehind() {
    guard at(.ellipsis), !current.isAfterNewline else { return }
    reportSpread(current.range)
  }

  private mutating func reportSpread(_ place: Range<Int>) {
    let mark = start()
    report(
      "KC0062", "a function takes as many arguments as it names", place,
      help: "take a list, `func f(xs: List<Int>)`, and call it with one: `f([1, 2])`")
    take()
    finish(.unexpected, mark)
  }

  /// Takes type parameters and parents of a mixin, which are reported: `mixin A<T>`, `mixin A extends B`, `mixin A with B`.
  mutating func takeMixinHead() {
    let isParent = atWord(.with) || atWord(.extends) || at(.colon)
    guard at(.less) || isParent, !current.isAfterNewline else { return }
    let mark = start()
    let first = position
    let offset = distance(to: .leftBrace)
    if offset > 0 { for _ in 0..<offset { take() } } else { skip() }
    report(
      "KC0062", isParent ? "a mixin has no parents" : "a mixin has no type parameters", range(first, position - 1),
      help: isParent
        ? "a schema takes several mixins: `schema S with A, B { … }`"
        : "write the type, or a schema with type parameters: `schema Box<T> { … }`")
    finish(.unexpected, mark)
  }

  /// Takes the `!` right behind a value, which is reported: `list[0]!`.
  ///
  /// - Returns: whether one stands here.
  mutating func takeForcedValue() -> Bool {
    let next = peek(1)
    guard at(.bang), position > 0, touches(position - 1, position),
      next.isAfterNewline || !touches(position, position + 1) || !startsOperand(next)
    else { return false }
    let mark = start()
    report(
      "KC0062", "no `!` makes an absent value one", current.range,
      help: "give it a value for that case, `a ?? b`, or ask first: `if a != none { … }`")
    take()
    finish(.unexpected, mark)
    return true
  }

  /// Takes a condition among the arguments of a type, which is reported: `List<Int where self > 0>`.
  ///
  /// - Returns: whether it stands here; then the `>` is taken, too.
  mutating func takeConditionOfArgument() -> Bool {
    guard atWord(.where), !current.isAfterNewline else { return false }
    let mark = start()
    let first = position
    let ends: Set<SyntaxKind> = [.equal, .semicolon, .leftBrace, .rightBrace, .rightParen, .endOfFile]
    while !current.isAfterNewline, !ends.contains(current.kind) { take() }
    let last = first < position - 1 && tokens[position - 1].kind == .greater ? position - 2 : position - 1
    report(
      "KC0062", "a condition has no place between `<` and `>`", range(first, max(first, last)),
      help: "name the type, `type Positive = Int where self > 0`, and write `List<Positive>`")
    finish(.unexpected, mark)
    return true
  }
}
