internal import KCSyntax

/// An expression with the values of its parts below it:
///
///     web.replicas >= zones.count
///     │   │        │  │     │
///     │   2        │  │     3
///     │            │  ["a", "b", "c"]
///     │            false
///     deployment web
///
/// Where the source spans lines, the parts follow it in lines of their own: `web.replicas = 2`.
struct AssertionDrawing {
  private struct Mark {
    var column: Int
    var text: String
  }

  private let file: SourceFile
  private let source: String
  private let start: Int
  private var marks: [Mark] = []
  private var lines: [String] = []

  init(file: SourceFile, expression: Range<Int>) {
    self.file = file
    source = file.text(expression)
    start = expression.lowerBound
  }

  /// - Parameter anchor: the byte that the value is drawn under.
  mutating func add(_ value: String, of part: Range<Int>, at anchor: Int) {
    let text = value.replacing("\n", with: "⏎")
    let line = "\(file.text(part)) = \(text)"
    if !lines.contains(line) { lines.append(line) }
    guard anchor >= start else { return }
    marks.append(Mark(column: file.text(start..<anchor).count, text: text))
  }

  var text: String {
    if source.contains("\n") { return ([source] + lines.map { "  \($0)" }).joined(separator: "\n") }
    // A part whose value stands at the same column is the outer one: it is shown.
    var seen: Set<Int> = []
    var open = marks.filter { seen.insert($0.column).inserted }.sorted { $0.column < $1.column }
    var out = [source.replacing("\t", with: " "), Self.line(open.map { ($0.column, "│") })]
    while !open.isEmpty {
      var placed: [(Int, String)] = []
      var limit = Int.max
      var left: [Mark] = []
      for mark in open.reversed() {
        if mark.column + mark.text.count < limit {
          placed.insert((mark.column, mark.text), at: 0)
        } else {
          placed.insert((mark.column, "│"), at: 0)
          left.insert(mark, at: 0)
        }
        limit = mark.column
      }
      out.append(Self.line(placed))
      open = left
    }
    return out.joined(separator: "\n")
  }

  private static func line(_ parts: [(column: Int, text: String)]) -> String {
    var out = ""
    var width = 0
    for part in parts {
      out += String(repeating: " ", count: max(0, part.column - width)) + part.text
      width = max(width, part.column) + part.text.count
    }
    return out
  }
}
