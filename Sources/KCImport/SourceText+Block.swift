/// Texts of several lines.
extension SourceText {
  /// A text of several lines as a block, whose lines are indented by `indent`; nil where one line serves better.
  static func block(_ text: String, indent: String) -> String? {
    let bytes = Array(text.utf8)
    let breaks = bytes.count { $0 == 0x0a }
    if breaks == 0 || breaks == 1 && bytes.last == 0x0a, let folded = folded(text, indent: indent) { return folded }
    guard breaks > 1 || (breaks == 1 && bytes.count > 60) else { return nil }
    let isRaw = isRawBlock(text)
    let margin = Array(indent.utf8)
    var out = Array((isRaw ? "#\"\"\"\n" : "\"\"\"\n").utf8)
    out.reserveCapacity(bytes.count + (breaks + 2) * (margin.count + 1) + 16)
    for line in bytes.split(separator: 0x0a, omittingEmptySubsequences: false) {
      if let first = line.first {
        if first >= 0x80, joinsBefore(String(decoding: line, as: UTF8.self)) { return nil }
        out += margin
        let parts = isRaw ? nil : sentences(line, indent: margin.count)
        if let parts {
          out += parts.map(escapedInBlock).joined(separator: "\\\n\(indent)").utf8
        } else if isRaw || !needsEscapes(line) {
          out += line
        } else {
          out += escapedInBlock(line).utf8
        }
      }
      out.append(0x0a)
    }
    return String(decoding: out, as: UTF8.self) + indent + (isRaw ? "\"\"\"#" : "\"\"\"")
  }

  /// Whether a line joins with the space before it, which then would not be taken for the line's start.
  static func joinsBefore(_ line: String) -> Bool { line.utf8.first ?? 0 >= 0x80 && (" " + line).first != " " }

  /// Whether a text of several lines is better said raw: it has backslashes, and nothing that needs an escape.
  static func isRawBlock(_ text: String) -> Bool {
    text.utf8.contains(UInt8(ascii: "\\")) && !text.contains("\"\"\"#") && canBeRaw(text)
  }

  private static func canBeRaw(_ text: String) -> Bool {
    !text.unicodeScalars.contains { ($0.value < 0x20 && $0 != "\n" && $0 != "\t") || isHidden($0) }
  }

  /// Whether a line of a block has what cannot stand there as it is.
  private static func needsEscapes(_ line: ArraySlice<UInt8>) -> Bool {
    line.contains { $0 == 0x5c || $0 == 0x22 || $0 < 0x20 || $0 >= 0x7f }
  }

  private static func escapedInBlock(_ line: String) -> String { escapedInBlock(line.utf8) }

  private static func escapedInBlock(_ line: some Sequence<UInt8>) -> String {
    escaped(String(decoding: Array(line), as: UTF8.self), isBlock: true).replacing("\"\"\"", with: "\\\"\"\"")
  }

  // MARK: Long lines

  /// How long the line of a text may be before it is folded.
  private static let longest = 130

  /// A long text of one line as a block whose lines are joined: `\` stands at their ends; nil where it is not long, has
  /// no spaces where it could be parted, or is no text that a person reads.
  private static func folded(_ text: String, indent: String) -> String? {
    guard text.utf8.count + indent.utf8.count > longest, let first = text.first,
      first.isLetter || first.isNumber || first == "("
    else { return nil }
    let line = text.last == "\n" ? text.dropLast() : text[...]
    guard !line.utf8.contains(where: { $0 == 0x5c || $0 < 0x20 || $0 >= 0x7f }) else { return nil }
    let parts = parts(of: line, width: SourceLines.width - 2 - indent.utf8.count)
    guard parts.count > 1 else { return nil }
    let lines = parts.map { indent + escapedInBlock($0.utf8) }.joined(separator: "\\\n")
    return "\"\"\"\n\(lines)\n\(line.endIndex < text.endIndex ? "\n" : "")\(indent)\"\"\""
  }

  /// A long line of a text of several in parts that are joined; nil where it is not long, or none of sentences: those of
  /// scripts and settings stay as they are.
  private static func sentences(_ line: ArraySlice<UInt8>, indent: Int) -> [String]? {
    guard line.count + indent > longest, line.count > longest / 2,
      line.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }), !line.contains(where: signs.contains)
    else { return nil }
    let spaces = line.count { $0 == 0x20 }
    let letters = line.count { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a }
    guard spaces * 12 >= line.count, (letters + spaces) * 10 >= line.count * 9 else { return nil }
    let text = String(decoding: line, as: UTF8.self)
    let parts = parts(of: text[...], width: SourceLines.width - 2 - indent)
    return parts.count > 1 ? parts.map(String.init) : nil
  }

  /// What stands in scripts and settings, and in no sentence.
  private static let signs = Set("\\=|<>$;&{}~^#@\t".utf8)

  /// A line in parts that end in spaces and are no longer than a width, where there are spaces; what stands between the
  /// double braces of templates, as in rules for alerts, stays together.
  private static func parts(of line: Substring, width: Int) -> [Substring] {
    var parts: [Substring] = []
    var start = line.startIndex
    // Where the part could end that begins there.
    var end: Substring.Index?
    var length = 0
    var isInBraces = false
    var before: UInt8 = 0
    for place in line.utf8.indices {
      let byte = line.utf8[place]
      if byte == before, byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") {
        isInBraces = byte == UInt8(ascii: "{")
      }
      let isBreak = place > start && !isInBraces && byte != 0x20 && before == 0x20
      before = byte
      if isBreak {
        // The spaces are within the width, and so is the mark behind them.
        if length > width, let last = end {
          parts.append(line[start..<last])
          length -= line.utf8.distance(from: start, to: last)
          start = last
        }
        end = place
      }
      length += 1
    }
    if length > width, let last = end, last > start {
      parts.append(line[start..<last])
      start = last
    }
    return parts + [line[start...]]
  }
}
