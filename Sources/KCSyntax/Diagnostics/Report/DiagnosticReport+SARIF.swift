/// SARIF 2.1.0.
extension DiagnosticReport {
  func sarif(_ diagnostics: [Diagnostic]) -> JSONText {
    let codes = Set(diagnostics.map(\.code)).sorted()
    let driver: JSONText = .object([
      ("name", .string("kc")), ("version", .string(version)), ("rules", .array(codes.map(rule))),
    ])
    let run: JSONText = .object([
      ("tool", .object([("driver", driver)])), ("columnKind", .string("unicodeCodePoints")),
      ("results", .array(diagnostics.map { result($0, codes.firstIndex(of: $0.code) ?? 0) })),
    ])
    return .object([
      ("$schema", .string("https://json.schemastore.org/sarif-2.1.0.json")), ("version", .string("2.1.0")),
      ("runs", .array([run])),
    ])
  }

  private func rule(_ code: String) -> JSONText {
    var fields: [(String, JSONText)] = [("id", .string(code))]
    if let info = catalogue.first(where: { $0.code == code }) {
      fields.append(("shortDescription", message(info.title)))
      fields.append(("fullDescription", message(info.explanation)))
    }
    return .object(fields)
  }

  private func result(_ diagnostic: Diagnostic, _ rule: Int) -> JSONText {
    var text = diagnostic.message
    for note in diagnostic.notes { text += "\nnote: \(note)" }
    if let help = diagnostic.help { text += "\nhelp: \(help)" }
    var fields: [(String, JSONText)] = [
      ("ruleId", .string(diagnostic.code)), ("ruleIndex", .number(rule)),
      ("level", .string(diagnostic.severity.rawValue)), ("message", message(text)),
    ]
    if let location = location(diagnostic.span) { fields.append(("locations", .array([.object(location)]))) }
    let related = diagnostic.labels.compactMap { label in
      location(label.span).map { JSONText.object($0 + [("message", message(label.message))]) }
    }
    if !related.isEmpty { fields.append(("relatedLocations", .array(related))) }
    if let fix = diagnostic.fix, let file = file(fix.span) {
      let replacement: JSONText = .object([
        ("deletedRegion", region(fix.span, in: file)), ("insertedContent", message(fix.replacement)),
      ])
      let change: JSONText = .object([
        ("artifactLocation", artifact(file)), ("replacements", .array([replacement])),
      ])
      fields.append(("fixes", .array([.object([("artifactChanges", .array([change]))])])))
    }
    return .object(fields)
  }

  private func message(_ text: String) -> JSONText { .object([("text", .string(text))]) }

  private func location(_ span: Span) -> [(String, JSONText)]? {
    file(span).map { file in
      [("physicalLocation", .object([("artifactLocation", artifact(file)), ("region", region(span, in: file))]))]
    }
  }

  private func artifact(_ file: SourceFile) -> JSONText {
    var uri = ""
    for byte in file.path.utf8 {
      let isPlain =
        (97...122).contains(byte) || (65...90).contains(byte) || (47...57).contains(byte) || byte == UInt8(ascii: "-")
        || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "~")
      let digits = String(byte, radix: 16, uppercase: true)
      uri += isPlain ? String(UnicodeScalar(byte)) : "%" + (digits.count < 2 ? "0" : "") + digits
    }
    return .object([("uri", .string(uri))])
  }

  private func region(_ span: Span, in file: SourceFile) -> JSONText {
    .object([
      ("startLine", .number(file.line(at: span.start))), ("startColumn", .number(file.codePointColumn(at: span.start))),
      ("endLine", .number(file.line(at: span.end))), ("endColumn", .number(file.codePointColumn(at: span.end))),
    ])
  }
}

extension SourceFile {
  /// The column (from 1, in code points) of an offset.
  fileprivate func codePointColumn(at offset: Int) -> Int {
    text(lineRange(line(at: offset)).lowerBound..<min(offset, bytes.count)).unicodeScalars.count + 1
  }
}
