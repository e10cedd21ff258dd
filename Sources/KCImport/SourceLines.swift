/// Writes kc source, line by line, in the one layout.
struct SourceLines {
  private(set) var text = ""
  private var level = 0

  /// A line at the current indentation; an empty one is empty.
  mutating func line(_ content: String) {
    if !content.isEmpty {
      text += String(repeating: "  ", count: level)
      text += content
    }
    text += "\n"
  }

  /// An empty line, unless one stands there already.
  mutating func gap() {
    if !text.isEmpty, !text.hasSuffix("\n\n") { text += "\n" }
  }

  /// `head {`, what `body` writes, and `}`.
  mutating func block(_ head: String, _ body: (inout SourceLines) -> Void) {
    line(head + " {")
    level += 1
    body(&self)
    level -= 1
    line("}")
  }

  /// Documentation: `///` before each line of it, wrapped.
  mutating func documentation(_ content: String, width: Int = 100) {
    for paragraph in content.split(whereSeparator: \.isNewline) {
      var row = ""
      for word in paragraph.split(separator: " ") {
        if !row.isEmpty, row.count + word.count + 1 > width {
          line("/// \(row)")
          row = ""
        }
        row += row.isEmpty ? String(word) : " \(word)"
      }
      if !row.isEmpty { line("/// \(row)") }
    }
  }

  /// `name = [ … ]`, on one line where it fits.
  mutating func list(_ name: String, _ elements: [String]) {
    let short = "\(name) = [\(elements.joined(separator: ", "))]"
    guard short.count + level * 2 > 110 || short.contains("\n") else { return line(short) }
    line("\(name) = [")
    level += 1
    for element in elements { line(element) }
    level -= 1
    line("]")
  }

  /// A text of many lines as a block string: `head """`, its lines, `"""`.
  mutating func text(_ head: String, lines: [String]) {
    line("\(head) \"\"\"")
    level += 1
    for content in lines { line(content) }
    line("\"\"\"")
    level -= 1
  }
}

/// How values and names are written in kc.
enum SourceLiteral {
  /// A string literal on one line.
  static func string(_ text: String) -> String { "\"\(SourceText.escaped(text))\"" }

  static func list(_ texts: [String]) -> String { "[\(texts.map(string).joined(separator: ", "))]" }

  /// Whether a text can stand as a name.
  static func isName(_ text: String) -> Bool { SourceText.isBare(text) }

  /// A name, or the string that stands for it as a key.
  static func key(_ text: String) -> String { isName(text) ? text : string(text) }
}
