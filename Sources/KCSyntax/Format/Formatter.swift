/// Brings a file into the one layout: two spaces a level, one space around operators, at most one empty line.
///
/// Lines stay lines, but for braces and `else`, which stand on the line of what they belong to, and for bodies: one that
/// spans lines has its first statement and its `}` on lines of their own. Every token and comment is kept. Applying it
/// twice is applying it once. Statements with mistakes stay as they are.
public struct Formatter {
  private let tree: SyntaxTree
  private let bytes: [UInt8]
  private let layout: Layout
  private var out: [UInt8] = []
  /// Indentation of the line that is being written.
  private var lineIndent = 0
  /// For each open bracket: the indentation of its line, and of what stands in it.
  private var brackets: [(outer: Int, inner: Int)] = []
  /// Whether nothing but space stands on the line that is being written.
  private var isLineEmpty = true

  /// The file's content in the one layout.
  public static func format(_ tree: SyntaxTree) -> [UInt8] {
    var formatter = Formatter(tree)
    formatter.run()
    return formatter.out
  }

  private init(_ tree: SyntaxTree) {
    self.tree = tree
    bytes = tree.file.bytes
    layout = Layout(tree)
    out.reserveCapacity(bytes.count)
  }

  private mutating func run() {
    let tokens = tree.tokens
    var index = 0
    var end = 0
    while index < tokens.count {
      if let stop = layout.regionEnd(at: index) {
        // What is wrong stays as it is, from the start of its line to its end.
        let range = Int(tokens[index].start)..<tokens[stop - 1].range.upperBound
        writeGap(end..<range.lowerBound, before: index)
        out += bytes[range]
        end = range.upperBound
        index = stop
        brackets.removeAll()
        isLineEmpty = false
        if index == tokens.count - 1 {
          out += bytes[end...]
          return
        }
        continue
      }
      let range = tokens[index].range
      if layout.isVerbatim(index) {
        out += bytes[end..<range.upperBound]
      } else {
        writeGap(end..<range.lowerBound, before: index)
        write(token: index)
      }
      end = range.upperBound
      index += 1
    }
    while let last = out.last, last == 0x0a || last == 0x20 { out.removeLast() }
    if !out.isEmpty { out.append(0x0a) }
  }

  private mutating func write(token index: Int) {
    out += bytes[tree.tokens[index].range]
    if tree.tokens[index].length > 0 { isLineEmpty = false }
    if layout.opens(index) { brackets.append((lineIndent, lineIndent + 1)) }
    if layout.closes(index) { _ = brackets.popLast() }
  }

  /// Writes what stands between two tokens: space, line ends and comments.
  private mutating func writeGap(_ gap: Range<Int>, before index: Int) {
    let trivia = Trivia.pieces(bytes, gap)
    var lines = 0
    var isFirst = true
    var mustBreak = false
    for piece in trivia {
      switch piece {
      case .newlines(let count): lines += count
      case .comment(let range, let isLine):
        if lines > 0 || mustBreak || out.isEmpty {
          newLine(blank: lines > 1 && !(isFirst && opensBefore(index)), indent: commentIndent(before: index))
        } else {
          space()
        }
        writeComment(range)
        isFirst = false
        lines = 0
        mustBreak = isLine
      }
    }
    if tree.tokens[index].kind == .endOfFile { return }
    if isFirst {
      lines = layout.wantsBreak(before: index, lines: lines, startsLine: closeStartsLine(index - 1))
    }
    if lines > 0 || mustBreak || out.isEmpty {
      let isInner = !(isFirst && opensBefore(index)) && !layout.closes(index)
      newLine(blank: lines > 1 && isInner, indent: indent(of: index))
    } else if !isFirst || layout.isSpaced(index) {
      space()
    }
  }

  private func opensBefore(_ index: Int) -> Bool { index > 0 && layout.opens(index - 1) }

  /// Whether a token is a `}` with nothing before it on its line.
  private func closeStartsLine(_ index: Int) -> Bool {
    guard index >= 0, tree.tokens[index].kind == .rightBrace else { return false }
    var position = out.count - 2
    while position >= 0, out[position] == 0x20 { position -= 1 }
    return position < 0 || out[position] == 0x0a
  }

  private func commentIndent(before index: Int) -> Int {
    if let inner = brackets.last?.inner { return layout.closes(index) ? inner : max(inner, indent(of: index)) }
    return indent(of: index)
  }

  /// The indentation of a line that begins with a token.
  private func indent(of index: Int) -> Int {
    var closed = brackets.count
    var next = index
    while next < tree.tokens.count, layout.closes(next), closed > 0, next == index || !layout.isMultiline(next) {
      closed -= 1
      next += 1
    }
    if next > index { return brackets[closed].outer }
    let base = brackets.last?.inner ?? 0
    return layout.continues(index) ? base + 1 : base
  }

  private mutating func newLine(blank: Bool, indent: Int) {
    if !out.isEmpty {
      out.append(0x0a)
      if blank { out.append(0x0a) }
    }
    lineIndent = indent
    isLineEmpty = true
    out.append(contentsOf: repeatElement(0x20, count: indent * 2))
  }

  private mutating func space() {
    if !isLineEmpty { out.append(0x20) }
  }

  private mutating func writeComment(_ range: Range<Int>) {
    var end = range.upperBound
    while end > range.lowerBound, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 || bytes[end - 1] == 0x0d {
      end -= 1
    }
    out += bytes[range.lowerBound..<end]
    isLineEmpty = false
  }
}
