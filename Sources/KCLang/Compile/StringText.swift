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
    var margin = Int.max
    for (index, part) in parts.enumerated() {
      guard case .text(let text) = part else { continue }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      for (number, line) in lines.enumerated() where number > 0 {
        let isLast = index == parts.count - 1 && number == lines.count - 1
        let indent = line.prefix { $0 == " " || $0 == "\t" }.count
        if indent < line.count || (number == lines.count - 1 && !isLast) || isLast { margin = min(margin, indent) }
      }
    }
    for (index, part) in parts.enumerated() {
      guard case .text(let text) = part else { continue }
      var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      for number in lines.indices where number > 0 {
        lines[number] = lines[number].dropFirst(min(margin, lines[number].prefix { $0 == " " || $0 == "\t" }.count))
      }
      if index == 0, lines.first?.allSatisfy({ $0 == " " || $0 == "\t" || $0 == "\r" }) ?? false, lines.count > 1 {
        lines.removeFirst()
      }
      if index == parts.count - 1, lines.count > 1, lines.last?.allSatisfy({ $0 == " " || $0 == "\t" }) ?? false {
        lines.removeLast()
      }
      parts[index] = .text(lines.joined(separator: "\n"))
    }
  }

  private static func unescape(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "\\")) else { return text }
    var out = String.UnicodeScalarView()
    var scalars = Array(text.unicodeScalars)[...]
    while let scalar = scalars.popFirst() {
      guard scalar == "\\", let next = scalars.popFirst() else {
        out.append(scalar)
        continue
      }
      switch next {
      case "n": out.append("\n")
      case "t": out.append("\t")
      case "r": out.append("\r")
      case "0": out.append("\0")
      case "\n": continue
      case "u":
        guard scalars.first == "{", let end = scalars.firstIndex(of: "}") else {
          out.append(next)
          continue
        }
        let digits = String(String.UnicodeScalarView(scalars[(scalars.startIndex + 1)..<end]))
        if let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) { out.append(scalar) }
        scalars = scalars[(end + 1)...]
      default: out.append(next)
      }
    }
    return String(out)
  }
}
