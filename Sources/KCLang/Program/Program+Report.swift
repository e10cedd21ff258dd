internal import KCData
internal import KCSyntax

extension Program {
  mutating func report(
    _ code: String, _ message: String, at span: Span, severity: Diagnostic.Severity = .error,
    labels: [Diagnostic.Label] = [], notes: [String] = [], help: String? = nil, fix: Diagnostic.Fix? = nil
  ) {
    diagnostics.add(
      Diagnostic(
        code, message, at: span, severity: severity, labels: labels, notes: notes, help: help, fix: fix))
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
      fix: Diagnostic.Fix(span: span, replacement: guess))
  }

  /// The candidate that differs from `name` by few edits; nil where none is near.
  static func nearest(to name: String, among candidates: some Collection<String>) -> String? {
    let wanted = Array(name.utf8)
    let limit = max(1, wanted.count / 3)
    var best: (distance: Int, name: String)?
    for candidate in candidates where candidate != name {
      let distance = editDistance(wanted, Array(candidate.utf8), limit: limit)
      if distance <= limit, best.map({ (distance, candidate) < ($0.distance, $0.name) }) ?? true {
        best = (distance, candidate)
      }
    }
    return best?.name
  }

  /// Edits (insert, delete, replace, swap neighbours) from one text to the other; more than `limit` where it exceeds.
  private static func editDistance(_ left: [UInt8], _ right: [UInt8], limit: Int) -> Int {
    if abs(left.count - right.count) > limit || left.count > 200 { return limit + 1 }
    func fold(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte + 32 : byte == 95 ? 45 : byte }
    var before = [Int](repeating: 0, count: right.count + 1)
    var previous = Array(0...right.count)
    for i in 0..<left.count {
      var current = [i + 1]
      for j in 0..<right.count {
        let same = fold(left[i]) == fold(right[j])
        var cost = min(previous[j] + (same ? 0 : 1), previous[j + 1] + 1, current[j] + 1)
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] { cost = min(cost, before[j - 1] + 1) }
        current.append(cost)
      }
      before = previous
      previous = current
    }
    return previous[right.count]
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
    let first = noun.drop { $0 == "`" }.first.map { Character($0.lowercased()) }
    return (first.map { "aeiou".contains($0) } ?? false ? "an " : "a ") + noun
  }
}
