extension Parser {
  /// affinity = "affinity" "{" {rule} "}"
  mutating func affinity() {
    let mark = start()
    take()
    rules()
    finish(.affinity, mark)
  }

  /// affinity = "affinity" name ["(" {parameter} ")"] "{" {rule} "}"
  mutating func affinityDecl() {
    let mark = start()
    take()
    take()
    if at(.leftParen), !current.isAfterNewline { parameterList() }
    skipToBrace()
    if at(.leftBrace) || startsRule(current) {
      rules()
    } else {
      missing("KC0002", "`{` and rules are expected here", fix: " {}")
    }
    finish(.affinityDecl, mark)
  }

  /// Whether what stands in the braces that are next are rules: `afinity { require node … }`.
  var holdsRules: Bool {
    startsRule(peek(1)) && [.node, .near, .apart, .by].contains { isWord(peek(2), $0) }
  }

  /// Reports the word before rules, which is another one than `affinity`.
  mutating func reportRules() {
    let written = tokens[position - 1].range
    report(
      "KC0005", "rules about where pods run do not stand in `\(file.text(written))`", written,
      help: "write `affinity { … }`", fix: edit(written, "affinity"))
  }

  /// Whether a token is a word that begins a rule.
  func startsRule(_ token: SyntaxTree.Token) -> Bool {
    isWord(token, .require) || isWord(token, .prefer) || isWord(token, .spread) || isWord(token, .tolerate)
      || isWord(token, .use)
  }

  /// rules = "{" {rule | if | for | match} "}"
  mutating func rules() {
    let mark = start()
    let outer = (isCondition, bracketDepth)
    (isCondition, bracketDepth) = (false, 0)
    expect(.leftBrace, "KC0002", "`{` is expected here", fix: " {")
    while isInside(mark) {
      let before = position
      nested { $0.ruleStatement() }
      endOfStatement()
      if position == before { unexpected() }
    }
    (isCondition, bracketDepth) = outer
    close(.rightBrace, opened: mark, "`}`")
    finish(.body, mark)
  }

  private mutating func ruleStatement() {
    switch current.word {
    case .if: ifStatement(in: .rules)
    case .for: forStatement(in: .rules)
    case .match: matchStatement(in: .rules)
    case .use: useRule()
    default: rule()
    }
  }

  /// use = "use" expr
  private mutating func useRule() {
    let mark = start()
    take()
    expression()
    finish(.useRule, mark)
  }

  /// rule = ("require" | "prefer") ("node" predicates | "near" expr "by" topology | "apart" "from" expr "by" topology)
  ///        ["weight" expr] | "spread" [expr] "by" topology {option} | "tolerate" key ["==" expr] [effect] ["for" expr]
  private mutating func rule() {
    let mark = start()
    if atWord(.require) || atWord(.prefer) {
      take()
      if atWord(.node) {
        take()
        predicates()
      } else if atWord(.near) {
        take()
        pods()
        topology()
      } else if atWord(.apart) {
        take()
        if atWord(.from) { take() } else { missingFrom() }
        pods()
        topology()
      } else {
        missing("KC0005", "`node`, `near` or `apart from` is expected here")
      }
      if atWord(.weight) {
        take()
        operand()
      }
      takeOtherOptions(of: word(mark.token))
    } else if atWord(.spread) {
      take()
      if isBeforeTopology { pods() }
      topology()
      while atWord(.maxSkew) || atWord(.minDomains) {
        take()
        operand()
      }
      if atWord(.or) {
        take()
        name("`best-effort`")
      }
      takeOtherOptions(of: "spread")
    } else if atWord(.tolerate) {
      tolerate()
    } else {
      return noRule()
    }
    finish(.rule, mark)
  }

  private mutating func missingFrom() {
    missing(
      "KC0005", "`from` is expected here", fix: " from",
      help: atWord(.by) ? "pods keep apart from some: `apart from self by …`, or from those of another workload" : nil)
  }

  /// Reports what stands behind all of a rule that its options are not; nothing where the rule ends.
  private mutating func takeOtherOptions(of rule: String) {
    let isValue = [.number, .quantity].contains(current.kind)
    guard !current.isAfterNewline, isValue || at(.name) else { return }
    let mark = start()
    switch rule {
    case "spread":
      let options = [("maxskew", "maxSkew"), ("mindomains", "minDomains")]
      let meant = options.first { $0.0 == text(current).lowercased() || $0.0.dropLast() == text(current).lowercased() }
      report(
        "KC0062",
        ["maxSkew", "minDomains"].contains(text(current))
          ? "`or best-effort` stands last" : "`spread` has no option `\(text(current))`", current.range,
        help: "write `spread by zone maxSkew 1 minDomains 2`, or `spread by zone maxSkew 1 or best-effort`",
        fix: meant.map { edit(current.range, $0.1) })
    case _ where isValue:
      let isPreferred = rule == "prefer"
      report(
        "KC0062", isPreferred ? "how much a rule counts is said by `weight`" : "a required rule has no weight",
        current.range,
        help: isPreferred
          ? "write `weight \(text(current))`" : "write `prefer … weight \(text(current))`, or leave it out",
        fix: isPreferred ? edit(current.range, "weight \(text(current))") : nil)
    case _ where text(current) == "or" && ["best-effort", "besteffort"].contains(text(peek(1)).lowercased()):
      report(
        "KC0062", "only `spread` ends with `or best-effort`", current.range.lowerBound..<peek(1).range.upperBound,
        help: rule == "prefer"
          ? "leave it out: what is preferred need not hold" : "what need not hold is preferred: `prefer …`")
      skip()
    default: return
    }
    skip()
    finish(.unexpected, mark)
  }

  /// What begins no rule; a word that is nearly one of them is told.
  private mutating func noRule() {
    let words = ["require", "prefer", "spread", "tolerate", "use"]
    if at(.name) {
      let meant = words.first { isNear(text(current), $0) }
      report(
        "KC0005", "`\(text(current))` begins no rule", current.range,
        help: meant.map { "did you mean `\($0)`?" }
          ?? "a rule begins with `require`, `prefer`, `spread`, `tolerate` or `use`",
        fix: meant.map { edit(current.range, $0) })
    }
    unexpected()
  }

  /// Whether a word differs from another by one letter, or by two that changed places.
  private func isNear(_ written: String, _ word: String) -> Bool {
    let (left, right) = (Array(written.utf8), Array(word.utf8))
    guard abs(left.count - right.count) < 2 else { return false }
    let start = zip(left, right).prefix { $0 == $1 }.count
    let (one, other) = (left[start...], right[start...])
    if one.count == other.count {
      return one.dropFirst() == other.dropFirst()
        || one.count > 1 && one[start] == other[start + 1] && one[start + 1] == other[start]
          && one.dropFirst(2) == other.dropFirst(2)
    }
    return one.count > other.count ? one.dropFirst() == other : one == other.dropFirst()
  }

  private mutating func tolerate() {
    take()
    labelKey()
    if takeIf(.equalEqual) { operand() } else { _ = takeSingleEqual() }
    if at(.name), !current.isAfterNewline, !atWord(.for) { take() }
    if atWord(.for), !current.isAfterNewline {
      take()
      operand()
    }
  }

  /// Whether pods stand here; a word with nothing of the kind behind it is meant to be the topology.
  private var isBeforeTopology: Bool {
    guard !atWord(.by), !current.isAfterNewline, !at(.rightBrace), !at(.endOfFile) else { return false }
    let next = peek(1)
    let isAlone =
      next.isAfterNewline || next.kind == .rightBrace || next.kind == .endOfFile
      || [.maxSkew, .minDomains, .or].contains { isWord(next, $0) }
    return !(at(.name) && isAlone)
  }

  private mutating func topology() {
    if atWord(.by) {
      take()
    } else {
      let isNamed = !current.isAfterNewline && (at(.name) || at(.stringOpen)) && !atWord(.weight)
      missing(
        "KC0005", "`by` and a topology are expected here", fix: isNamed ? " by" : " by hostname",
        help: "write `by \(at(.name) && isNamed ? text(current) : "hostname")`")
      if !isNamed { return }
    }
    labelKey()
  }

  private mutating func labelKey() {
    if at(.stringOpen) {
      string()
    } else if at(.name), !current.isAfterNewline {
      path()
    } else {
      missing("KC0004", "a label is expected here: `hostname`, `zone`, or a key in quotes")
    }
  }

  /// A value within a rule: what can follow it is a word of the rule, so it is no whole expression.
  /// A workload, or the labels of its pods: `{ app = "web" }`.
  private mutating func pods() { operand(isCondition: !at(.leftBrace)) }

  private mutating func operand(isCondition isWithin: Bool = true) {
    let before = isCondition
    isCondition = isWithin
    nested { $0.binary(minimum: Precedence.range) }
    isCondition = before
  }

  /// predicates = key (("==" | "!=" | "<" | ">") expr | ["not"] "in" expr) {"," …}, as binary expressions
  private mutating func predicates() {
    repeat {
      let mark = start()
      if at(.name) || at(.stringOpen) { labelKey() } else { missing("KC0004", "a node's label is expected here") }
      let isWrong = takeSingleEqual()
      if at(.equalEqual) || at(.notEqual) || at(.less) || at(.greater) {
        take()
        operand()
      } else if atWord(.in) || atWord(.not) {
        take()
        if atWord(.in) { take() }
        operand()
      } else if atWord(.exists) {
        take()
      } else if !isWrong {
        missing(
          "KC0005", "`==`, `!=`, `in` or `exists` is expected here",
          help: "that a node has the label at all is `require node \(word(position - 1)) exists`")
      }
      finish(.binaryExpr, mark)
    } while takeIf(.comma) || takeOperator()
  }

  /// Takes `&&` between labels, which is reported, or `||` with all that follows.
  ///
  /// - Returns: whether another label follows.
  private mutating func takeOperator() -> Bool {
    let isAnd = at(.andAnd) || at(.name) && text(current) == "and"
    guard isAnd || at(.orOr) || at(.name) && text(current) == "or", !current.isAfterNewline else { return false }
    let mark = start()
    report(
      "KC0062",
      isAnd
        ? "`,` stands between labels that a node has all of" : "a rule has no `||`: one label may have any of a list",
      current.range, help: isAnd ? "write `,`" : "write `disk in [\"ssd\", \"nvme\"]`",
      fix: isAnd ? edit(tokens[position - 1].range.upperBound..<current.range.upperBound, ",") : nil)
    if isAnd { take() } else { skip() }
    finish(.unexpected, mark)
    return isAnd
  }

  /// Takes `=` and a value where a label is compared, which is reported.
  ///
  /// - Returns: whether they stand here.
  private mutating func takeSingleEqual() -> Bool {
    guard at(.equal) else { return false }
    let mark = start()
    report(
      "KC0024", "a label is compared with `==`", current.range, help: "write `==`", fix: edit(current.range, "=="))
    take()
    operand()
    finish(.unexpected, mark)
    return true
  }
}
