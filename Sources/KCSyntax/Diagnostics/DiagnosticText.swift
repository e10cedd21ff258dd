/// Draws diagnostics for people: the source line, what is meant underlined, and what to do.
public struct DiagnosticText {
  let files: [SourceFile]
  let color: Bool

  /// - Parameter files: by their ids.
  public init(files: [SourceFile], color: Bool = false) {
    self.files = files
    self.color = color
  }

  public func render(_ diagnostic: Diagnostic) -> String {
    let tone = diagnostic.severity == .error ? "1;31" : "1;33"
    var out =
      paint("\(diagnostic.severity.rawValue)[\(diagnostic.code)]", tone)
      + paint(": \(Self.plain(diagnostic.message))", "1") + "\n"
    let gutter = width([diagnostic.span] + diagnostic.labels.map(\.span))
    out += excerpt(diagnostic.span, mark: "^", message: "", tone: tone, gutter: gutter, isFirst: true)
    for label in diagnostic.labels {
      out += excerpt(
        label.span, mark: "-", message: Self.plain(label.message), tone: "1;34", gutter: gutter, isFirst: false)
    }
    let margin = String(repeating: " ", count: gutter)
    for note in diagnostic.notes { out += "\(margin) = note: \(Self.plain(note))\n" }
    if let help = diagnostic.help { out += "\(margin) = \(paint("help", "1;36")): \(Self.plain(help))\n" }
    return out
  }

  /// Messages quote sources and what came from elsewhere: neither is to steer a terminal.
  private static func plain(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f || $0 == 0x0a || $0 >= 0xc3 }
    return isPlain
      ? text
      : text.split(separator: "\n", omittingEmptySubsequences: false).map { Excerpt.display(String($0)) }.joined(
        separator: "\n")
  }

  private func width(_ spans: [Span]) -> Int {
    spans.map { span in file(span).map { String($0.line(at: max(span.start, span.end - 1))).count } ?? 1 }.max() ?? 1
  }

  private func file(_ span: Span) -> SourceFile? { files.indices.contains(span.file) ? files[span.file] : nil }

  private func excerpt(
    _ span: Span, mark: Character, message: String, tone: String, gutter: Int, isFirst: Bool
  ) -> String {
    guard let file = file(span) else { return message.isEmpty ? "" : "  \(message)\n" }
    let line = file.line(at: span.start)
    let margin = String(repeating: " ", count: gutter)
    let bar = paint("|", "34")
    let arrow = paint(isFirst ? "-->" : ":::", "34")
    var out = "\(margin)\(arrow) \(file.path):\(line):\(file.column(at: span.start))\n"
    out += "\(margin) \(bar)\n"
    let last = max(line, file.line(at: max(span.start, span.end - 1)))
    for shown in Set([line, last]).sorted() {
      if shown > line + 1 { out += "\(margin) \(paint("…", "34"))\n" }
      let excerpt = Excerpt(file, line: shown, span)
      let number = String(shown)
      let pad = String(repeating: " ", count: max(0, gutter - number.count))
      out += paint(pad + number, "34") + " \(bar) " + excerpt.text + "\n"
      let tail = message.isEmpty || shown != last ? "" : " \(message)"
      let underline = String(repeating: mark, count: excerpt.width)
      out += "\(margin) \(bar) " + String(repeating: " ", count: excerpt.indent) + paint(underline + tail, tone) + "\n"
    }
    return out
  }

  private func paint(_ text: String, _ tone: String) -> String {
    color && !text.isEmpty ? "\u{1B}[\(tone)m\(text)\u{1B}[0m" : text
  }
}
