/// JUnit's XML: a suite for each file, a failed case for each diagnostic, a passed one for a file without.
extension DiagnosticReport {
  func junit(_ diagnostics: [Diagnostic]) -> String {
    // What has no place in a file stands in a suite of its own.
    let homeless = diagnostics.filter { file($0.span) == nil }
    var suites = files.indices.map { index in (files[index].path, diagnostics.filter { $0.span.file == index }) }
    if !homeless.isEmpty || suites.isEmpty { suites.append(("kc", homeless)) }
    let tests = suites.reduce(0) { $0 + max(1, $1.1.count) }
    var out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    out += "<testsuites name=\"kc check\" tests=\"\(tests)\" failures=\"\(diagnostics.count)\">\n"
    for (name, own) in suites { out += suite(XMLText.escape(name), own) }
    return out + "</testsuites>\n"
  }

  private func suite(_ name: String, _ diagnostics: [Diagnostic]) -> String {
    let count = diagnostics.count
    var out = "  <testsuite name=\"\(name)\" tests=\"\(max(1, count))\" failures=\"\(count)\">\n"
    if count == 0 { out += "    <testcase name=\"check\" classname=\"\(name)\"/>\n" }
    let text = DiagnosticText(files: files)
    for diagnostic in diagnostics {
      let line = file(diagnostic.span).map { " line \($0.line(at: diagnostic.span.start))" } ?? ""
      out += "    <testcase name=\"\(diagnostic.code)\(line)\" classname=\"\(name)\">\n"
      out +=
        "      <failure type=\"\(diagnostic.severity.rawValue)\" message=\"\(XMLText.escape(diagnostic.message))\">"
      out += XMLText.escape(text.render(diagnostic)) + "</failure>\n    </testcase>\n"
    }
    return out + "  </testsuite>\n"
  }
}
