/// JUnit's XML: a suite for each file, a failed case for each diagnostic, a passed one for a file without.
extension DiagnosticReport {
  func junit(_ diagnostics: [Diagnostic]) -> String {
    var out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    out += "<testsuites name=\"kc check\" tests=\"\(max(1, diagnostics.count))\" failures=\"\(diagnostics.count)\">\n"
    let text = DiagnosticText(files: files)
    for (index, file) in files.enumerated() {
      let own = diagnostics.filter { $0.span.file == index }
      if own.isEmpty, diagnostics.count > 0 { continue }
      out += "  <testsuite name=\"\(escape(file.path))\" tests=\"\(max(1, own.count))\" failures=\"\(own.count)\">\n"
      if own.isEmpty { out += "    <testcase name=\"check\" classname=\"\(escape(file.path))\"/>\n" }
      for diagnostic in own {
        let line = file.line(at: diagnostic.span.start)
        out += "    <testcase name=\"\(diagnostic.code) line \(line)\" classname=\"\(escape(file.path))\">\n"
        out += "      <failure type=\"\(diagnostic.severity.rawValue)\" message=\"\(escape(diagnostic.message))\">"
        out += escape(text.render(diagnostic)) + "</failure>\n    </testcase>\n"
      }
      out += "  </testsuite>\n"
    }
    return out + "</testsuites>\n"
  }

  private func escape(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "&": out += "&amp;"
      case "\"": out += "&quot;"
      case "\n", "\t": out.unicodeScalars.append(scalar)
      case "\u{0}"..."\u{1f}", "\u{fffe}", "\u{ffff}": out += "\u{fffd}"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
