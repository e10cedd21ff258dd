/// The text of a source as it grows, line by line, in the one layout.
struct SourceLines {
  /// The widest line that things are gathered on, in bytes.
  static let width = 110

  private(set) var text = ""
  private var level = 0
  /// How far in all of it will stand.
  private let margin: Int

  /// - Parameter margin: how far in all of it will stand, in levels.
  init(margin: Int = 0) { self.margin = margin }

  private static let indents = (0..<16).map { String(repeating: "  ", count: $0) }

  /// The space before a line.
  static func indent(_ level: Int) -> String {
    level < indents.count ? indents[level] : String(repeating: "  ", count: level)
  }

  /// Adds to the line that was begun.
  mutating func put(_ content: String) { text += content }

  /// A line at the current indentation; an empty one is empty.
  mutating func line(_ content: String) {
    if !content.isEmpty {
      text += Self.indent(level)
      text += content
    }
    text += "\n"
  }

  /// What may be a text of several lines.
  private mutating func lines(_ content: String) {
    for line in content.split(separator: "\n", omittingEmptySubsequences: false) { self.line(String(line)) }
  }

  /// Lines that were written already, further in.
  mutating func paste(_ other: SourceLines) {
    for content in other.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      line(String(content))
    }
  }

  /// An empty line, unless one stands there already, or something was just opened.
  mutating func gap() {
    guard let last = text.utf8.dropLast().last, ![0x0a, 0x7b, 0x5b].contains(last) else { return }
    text += "\n"
  }

  /// Blocks that are always opened: what is in them is what a reader looks for.
  static let openKinds: Set<Substring> = ["container", "init", "sidecar", "host", "affinity", "data"]

  /// `head {`, what `body` writes, and `}`; on one line where it is little, and within another.
  mutating func block(_ head: String, _ body: (inout SourceLines) -> Void) {
    var inner = SourceLines(margin: margin + level + 1)
    body(&inner)
    if let short = short(head, inner) { return line(short) }
    line(head + " {")
    level += 1
    paste(inner)
    level -= 1
    line("}")
  }

  /// `head { a = 1, b = 2 }`
  private func short(_ head: String, _ inner: SourceLines) -> String? {
    let lines = inner.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    guard margin + level > 0, (1...3).contains(lines.count), !Self.openKinds.contains(head.prefix { $0 != " " }),
      lines.allSatisfy({ Self.isStatement($0) })
    else { return nil }
    let short = "\(head) { \(lines.joined(separator: ", ")) }"
    return short.utf8.count + 2 * (margin + level) <= Self.width ? short : nil
  }

  /// Whether a line is a whole statement that others can follow.
  private static func isStatement(_ line: Substring) -> Bool {
    !line.isEmpty && !line.hasPrefix("//") && !line.hasPrefix(" ")
      && ![" {", " [", "\"\"\""].contains { line.hasSuffix($0) }
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
    guard short.utf8.count + (margin + level) * 2 > Self.width || short.contains("\n") else { return line(short) }
    line("\(name) = [")
    level += 1
    for element in elements { lines(element) }
    level -= 1
    line("]")
  }

  /// `head([ … ], a, b)`: a call whose first argument is a list, unless it is empty; on one line where it fits, else the
  /// elements on theirs, else one on each.
  mutating func call(_ head: String, list elements: [String], _ arguments: [String]) {
    let all = (elements.isEmpty ? [] : ["[\(elements.joined(separator: ", "))]"]) + arguments
    let short = "\(head)(\(all.joined(separator: ", ")))"
    guard short.utf8.count + (margin + level) * 2 > Self.width, !elements.isEmpty else { return line(short) }
    line("\(head)([")
    level += 1
    let row = elements.joined(separator: ", ")
    if row.utf8.count + (margin + level) * 2 <= Self.width, !row.contains("\n") {
      line(row)
    } else {
      for element in elements { lines(element) }
    }
    level -= 1
    line(arguments.isEmpty ? "])" : "], \(arguments.joined(separator: ", ")))")
  }

  /// A text of many lines as a block string: `head """`, its lines, `"""`.
  mutating func text(_ head: String, lines: [String], isRaw: Bool = false) {
    let mark = isRaw ? "#" : ""
    line("\(head) \(mark)\"\"\"")
    level += 1
    for content in lines { line(content) }
    line("\"\"\"\(mark)")
    level -= 1
  }
}
