internal import KCSyntax

/// What a report is about, as far as it is about an instance of a component and not what all of them share.
struct ReportPlace: Sendable, Equatable {
  /// The innermost instance, and the block in it; -1 for none.
  var instance: Int32 = -1
  var block: Int32 = -1
}

/// Collects diagnostics: at one place no more than one, because what follows from a mistake is no second mistake. Only
/// instances of components give a place different values: what is wrong with each is told. What policies and checks across
/// objects say does not follow from each other.
struct DiagnosticSink: Sendable {
  private(set) var all: [Diagnostic] = []
  /// The instances of which something was reported, by place; -1 for what is of none.
  private var places: [Span: Set<Int32>] = [:]
  /// Policies that are not kept, and what does not fit across objects, by place.
  private var broken: [Span: [Diagnostic]] = [:]
  /// Of reports that are about instances: all for which the same was found.
  private var found: [Diagnostic: [ReportPlace]] = [:]

  mutating func add(_ diagnostic: Diagnostic, about place: ReportPlace = ReportPlace()) {
    guard all.count < Limits.diagnostics else { return }
    if place.instance >= 0, let known = found[diagnostic] {
      if !known.contains(where: { $0.instance == place.instance }) { found[diagnostic]?.append(place) }
      return
    }
    if diagnostic.code == "KC0200" || diagnostic.code.hasPrefix("KC04") {
      // A value that is wrong by itself is not told to be odd, too.
      if diagnostic.code != "KC0200", places[diagnostic.span] != nil { return }
      if broken[diagnostic.span]?.contains(diagnostic) ?? false { return }
      broken[diagnostic.span, default: []].append(diagnostic)
    } else {
      let known = places[diagnostic.span] ?? []
      if known.contains(-1) || known.contains(place.instance) || place.instance < 0 && !known.isEmpty { return }
      places[diagnostic.span, default: []].insert(place.instance)
    }
    if place.instance >= 0 { found[diagnostic] = [place] }
    all.append(diagnostic)
  }

  mutating func add(contentsOf diagnostics: [Diagnostic]) { for one in diagnostics { add(one) } }

  /// What a report is about; empty where it is not about instances of components.
  func instances(of diagnostic: Diagnostic) -> [ReportPlace] { found[diagnostic] ?? [] }

  mutating func removeAll(where condition: (Diagnostic) -> Bool) { all.removeAll(where: condition) }

  /// Puts others in the place of the diagnostics, one for each.
  mutating func replaceAll(with diagnostics: [Diagnostic]) {
    all = diagnostics
    found = [:]
  }

  var hasErrors: Bool { all.contains { $0.severity == .error } }

  /// In the order of files and places.
  func sorted(_ isStandard: (Int) -> Bool = { _ in false }) -> [Diagnostic] {
    all.enumerated().sorted { one, other in
      let (left, right) = (one.element, other.element)
      return (left.span.file, left.span.start, left.span.end, left.code, one.offset)
        < (right.span.file, right.span.start, right.span.end, right.code, other.offset)
    }.map(\.element)
  }
}
