internal import KCSyntax

/// Collects diagnostics: at one place no more than one, because what follows from a mistake is no second mistake. What
/// policies and checks across objects say does not follow from each other.
struct DiagnosticSink: Sendable {
  private(set) var all: [Diagnostic] = []
  private var places: Set<Span> = []
  /// Policies that are not kept, and what does not fit across objects, by place.
  private var broken: [Span: [Diagnostic]] = [:]
  private var count = 0

  mutating func add(_ diagnostic: Diagnostic) {
    guard all.count < Limits.diagnostics else { return }
    if diagnostic.code == "KC0200" || diagnostic.code.hasPrefix("KC04") {
      if broken[diagnostic.span]?.contains(diagnostic) ?? false { return }
      broken[diagnostic.span, default: []].append(diagnostic)
    } else if !places.insert(diagnostic.span).inserted {
      return
    }
    all.append(diagnostic)
  }

  mutating func add(contentsOf diagnostics: [Diagnostic]) { for one in diagnostics { add(one) } }

  mutating func removeAll(where condition: (Diagnostic) -> Bool) { all.removeAll(where: condition) }

  var hasErrors: Bool { all.contains { $0.severity == .error } }

  /// In the order of files and places.
  func sorted(_ isStandard: (Int) -> Bool = { _ in false }) -> [Diagnostic] {
    all.sorted {
      ($0.span.file, $0.span.start, $0.span.end, $0.code) < ($1.span.file, $1.span.start, $1.span.end, $1.code)
    }
  }
}
