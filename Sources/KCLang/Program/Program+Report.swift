internal import KCData
internal import KCSyntax

extension Program {
  /// Whether so many mistakes are told already that the next get no guess: a guess looks at all names.
  var hasManyMistakes: Bool { diagnostics.all.count >= 50 }

  mutating func report(
    _ code: String, _ message: String, at span: Span, severity: Diagnostic.Severity = .error,
    labels: [Diagnostic.Label] = [], notes: [String] = [], help: String? = nil, fix: Diagnostic.Fix? = nil
  ) {
    diagnostics.add(
      Diagnostic(
        code, message, at: span, severity: severity, labels: labels,
        notes: heldPolicy.isEmpty ? notes : notes + [heldPolicy], help: help, fix: fix),
      about: reportPlace(of: span))
  }

  mutating func report(
    _ code: String, _ message: String, at site: Int32, labels: [Diagnostic.Label] = [], notes: [String] = [],
    help: String? = nil, fix: Diagnostic.Fix? = nil
  ) {
    report(code, message, at: span(site), labels: labels, notes: notes, help: help, fix: fix)
  }

  /// Reports a name that is not known, with the one that was probably meant.
  mutating func reportUnknown(
    _ code: String, _ message: String, _ name: String, among candidates: some Collection<String>, at span: Span,
    notes: [String] = []
  ) {
    guard let guess = Self.nearest(to: name, among: candidates) else {
      return report(code, message, at: span, notes: notes)
    }
    report(
      code, message, at: span, notes: notes, help: "did you mean `\(guess)`?",
      fix: Self.isSlip(name, guess) ? Diagnostic.Fix(span: span, replacement: guess) : nil)
  }

  /// "`a`, `b` and `c`"
  static func enumerate(_ names: [String], _ last: String = "and") -> String {
    let quoted = names.prefix(8).map { "`\($0)`" }
    let more = names.count > 8 ? ["\(names.count - 8) more"] : []
    let all = quoted + more
    guard let final = all.last else { return "nothing" }
    return all.count == 1 ? final : all.dropLast().joined(separator: ", ") + " \(last) \(final)"
  }

  /// "one parameter", "3 parameters"
  static func count(_ number: Int, _ noun: String) -> String { number == 1 ? "one \(noun)" : "\(number) \(noun)s" }

  /// "a list", "an Int"
  static func article(_ noun: String) -> String {
    if noun == "null" || noun == "none" { return noun }
    if noun.hasPrefix("hour") { return "an " + noun }
    // A letter is said by its name: an `F`, a `U`.
    if noun.count == 1 { return ("AEFHILMNORSX".contains(noun) ? "an " : "a ") + noun }
    let first = noun.drop { $0 == "`" }.first.map { Character($0.lowercased()) }
    return (first.map { "aeiou".contains($0) } ?? false ? "an " : "a ") + noun
  }
}
