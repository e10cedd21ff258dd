/// The forms that diagnostics can be written in.
public enum DiagnosticFormat: String, CaseIterable, Sendable {
  /// For people: the source lines, with what is meant underlined.
  case human
  /// One JSON object with all facts.
  case json
  /// SARIF 2.1.0, for code scanning.
  case sarif
  /// Workflow commands, which GitHub shows beside the lines of a change.
  case github
  /// JUnit's XML, for what shows tests.
  case junit
}

/// Writes diagnostics in any of the forms; all hold the same facts.
public struct DiagnosticReport: Sendable {
  let files: [SourceFile]
  let catalogue: [DiagnosticInfo]
  let version: String
  let color: Bool

  /// - Parameters:
  ///   - files: the sources, by their ids.
  ///   - catalogue: what is known of the codes: SARIF says it of those that occur.
  ///   - version: of the program that reports.
  ///   - color: whether the human form has colours.
  public init(files: [SourceFile], catalogue: [DiagnosticInfo] = [], version: String = "0", color: Bool = false) {
    self.files = files
    self.catalogue = catalogue
    self.version = version
    self.color = color
  }

  /// The whole report, ending in a line break unless it is empty.
  public func render(_ diagnostics: [Diagnostic], as format: DiagnosticFormat) -> String {
    switch format {
    case .human:
      let text = DiagnosticText(files: files, color: color)
      return diagnostics.map { text.render($0) }.joined(separator: "\n")
    case .json: return json(diagnostics).text + "\n"
    case .sarif: return sarif(diagnostics).text + "\n"
    case .github: return diagnostics.map(github).joined()
    case .junit: return junit(diagnostics)
    }
  }

  func file(_ span: Span) -> SourceFile? { files.indices.contains(span.file) ? files[span.file] : nil }
}

/// JSON.
extension DiagnosticReport {
  private func json(_ diagnostics: [Diagnostic]) -> JSONText {
    .object([
      ("diagnostics", .array(diagnostics.map(json))),
      ("errors", .number(diagnostics.count { $0.severity == .error })),
      ("warnings", .number(diagnostics.count { $0.severity == .warning })),
    ])
  }

  private func json(_ diagnostic: Diagnostic) -> JSONText {
    var fields: [(String, JSONText)] = [
      ("code", .string(diagnostic.code)), ("severity", .string(diagnostic.severity.rawValue)),
      ("message", .string(diagnostic.message)), ("span", json(diagnostic.span)),
    ]
    if !diagnostic.labels.isEmpty {
      let labels = diagnostic.labels.map {
        JSONText.object([("span", json($0.span)), ("message", .string($0.message))])
      }
      fields.append(("labels", .array(labels)))
    }
    if !diagnostic.notes.isEmpty { fields.append(("notes", .array(diagnostic.notes.map { .string($0) }))) }
    if let help = diagnostic.help { fields.append(("help", .string(help))) }
    if let fix = diagnostic.fix {
      fields.append(("fix", .object([("span", json(fix.span)), ("replacement", .string(fix.replacement))])))
    }
    return .object(fields)
  }

  private func json(_ span: Span) -> JSONText {
    guard let file = file(span) else { return .object([]) }
    return .object([
      ("file", .string(file.path)), ("line", .number(file.line(at: span.start))),
      ("column", .number(file.column(at: span.start))), ("endLine", .number(file.line(at: span.end))),
      ("endColumn", .number(file.column(at: span.end))), ("start", .number(span.start)), ("end", .number(span.end)),
    ])
  }
}

/// GitHub's workflow commands.
extension DiagnosticReport {
  private func github(_ diagnostic: Diagnostic) -> String {
    var text = diagnostic.message
    for note in diagnostic.notes { text += "\nnote: \(note)" }
    if let help = diagnostic.help { text += "\nhelp: \(help)" }
    var place = ""
    if let file = file(diagnostic.span) {
      place =
        "file=\(property(file.path)),line=\(file.line(at: diagnostic.span.start)),"
        + "endLine=\(file.line(at: diagnostic.span.end)),col=\(file.column(at: diagnostic.span.start)),"
    }
    return "::\(diagnostic.severity.rawValue) \(place)title=\(diagnostic.code)::\(data(text))\n"
  }

  private func data(_ text: String) -> String {
    text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
  }

  private func property(_ text: String) -> String {
    data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }
}
