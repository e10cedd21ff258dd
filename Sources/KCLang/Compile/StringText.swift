internal import KCSyntax

/// A string's parts: text with its escapes resolved, and interpolated expressions.
struct StringText {
  enum Part {
    case text(String)
    case expression(SyntaxNode)

    var text: String { if case .text(let text) = self { text } else { "" } }
  }

  private(set) var parts: [Part] = []

  init(_ node: SyntaxNode) {
    let tree = node.tree
    let open = node.childTokens.first.map { tree.text(ofToken: $0) } ?? "\""
    let isRaw = open.hasPrefix("#")
    let isBlock = open.hasSuffix("\"\"\"")
    var pieces: [(position: Int, part: Part)] = []
    for token in node.childTokens where tree.tokens[token].kind == .stringText {
      pieces.append((tree.tokens[token].range.lowerBound, .text(tree.text(ofToken: token))))
    }
    for part in node.childNodes where part.kind == .interpolation {
      if let inner = part.parts.first { pieces.append((part.range.lowerBound, .expression(inner))) }
    }
    pieces.sort { $0.position < $1.position }
    parts = pieces.map(\.part)
    if isBlock { stripIndent() }
    if !isRaw {
      parts = parts.map { part in
        if case .text(let text) = part { return .text(Self.unescape(text)) }
        return part
      }
    }
  }

  /// Drops the first and the last line break of a block and the indent that all its lines share.
  private mutating func stripIndent() {
    var texts: [[ArraySlice<UInt8>]] = parts.map { part in
      guard case .text(let text) = part else { return [] }
      var lines = Array(text.utf8).split(separator: 0x0a, omittingEmptySubsequences: false)
      // A checkout with other line breaks is the same program.
      for number in lines.indices.dropLast() where lines[number].last == 0x0d { lines[number].removeLast() }
      return lines
    }
    let margin = Self.margin(of: texts)
    for index in texts.indices {
      for number in texts[index].indices.dropFirst() {
        let line = texts[index][number]
        texts[index][number] = line.dropFirst(min(margin, Self.indent(of: line)))
      }
    }
    if let first = texts.first, first.count > 1, let line = first.first, Self.isBlank(line) { texts[0].removeFirst() }
    let end = texts.count - 1
    if let last = texts.last, last.count > 1, let line = last.last, Self.isBlank(line) { texts[end].removeLast() }
    for (index, lines) in texts.enumerated() {
      guard case .text = parts[index] else { continue }
      parts[index] = .text(String(decoding: Array(lines.joined(separator: [0x0a])), as: UTF8.self))
    }
  }

  /// The indent of the line that has least, of those that say something; the last line's counts, too.
  private static func margin(of texts: [[ArraySlice<UInt8>]]) -> Int {
    var margin = Int.max
    for lines in texts {
      for (number, line) in lines.enumerated() where number > 0 {
        let endsPart = number == lines.count - 1
        // A part's last line goes on with what is interpolated behind it.
        if endsPart || !isBlank(line) { margin = min(margin, indent(of: line)) }
      }
    }
    return margin
  }

  private static func indent(of line: ArraySlice<UInt8>) -> Int {
    line.prefix { $0 == 0x20 || $0 == 0x09 }.count
  }

  private static func isBlank(_ line: ArraySlice<UInt8>) -> Bool {
    line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
  }

  private static func unescape(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "\\")) else { return text }
    var out: [UInt8] = []
    var rest = Array(text.utf8)[...]
    out.reserveCapacity(rest.count)
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let next = rest.popFirst() else {
        out.append(byte)
        continue
      }
      switch next {
      case UInt8(ascii: "n"): out.append(0x0a)
      case UInt8(ascii: "t"): out.append(0x09)
      case UInt8(ascii: "r"): out.append(0x0d)
      case UInt8(ascii: "0"): out.append(0)
      case 0x0a: continue
      case UInt8(ascii: "u"):
        guard rest.first == UInt8(ascii: "{"), let end = rest.firstIndex(of: UInt8(ascii: "}")) else {
          out.append(next)
          continue
        }
        let digits = String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
        if let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) {
          out.append(contentsOf: Array(String(Character(scalar)).utf8))
        }
        rest = rest[(end + 1)...]
      default: out.append(next)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
