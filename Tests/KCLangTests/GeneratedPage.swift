import Testing

/// A page of the documentation that begins by hand and goes on with what `make docs` writes.
struct GeneratedPage {
  private static let mark = "<!-- From here on `make docs` writes what the library says. -->\n"
  private let path: String

  init(_ path: String) { self.path = path }

  /// Records a failure where the page says something else; where pages are being written, writes it.
  func holds(_ generated: String, _ location: SourceLocation = #_sourceLocation) {
    let old = LanguageCase.read(path) ?? ""
    let text = (old.firstRange(of: Self.mark).map { String(old[..<$0.lowerBound]) } ?? old) + Self.mark + generated
    if LanguageCase.updates { return LanguageCase.write(text, to: path) }
    #expect(old == text, "run `make docs`, and commit what it writes", sourceLocation: location)
  }
}
