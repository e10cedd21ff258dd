internal import KCSyntax

/// What other languages put values into text with, and ranges as they write them.
extension Program {
  /// Warns of `${tag}`, `$tag`, `#{tag}`, `%{tag}`, `{{ tag }}`, `{{ .Values.tag }}` and `%(tag)s` in a string where there is a value
  /// `tag`: they are plain text here. Blocks of text are left alone: they are as likely as not scripts and templates of other programs.
  mutating func checkTextHabits(_ node: SyntaxNode, in scope: Int32) {
    let tree = node.tree
    guard tree.tokens[node.childTokens.first ?? 0].length == 1 else { return }
    for token in node.childTokens where tree.tokens[token].kind == .stringText {
      let range = tree.tokens[token].range
      let bytes = tree.file.bytes[range]
      guard bytes.contains(where: { Self.markBytes.contains($0) }) else { continue }
      for (place, name) in Self.foreignParts(bytes) {
        let written = tree.file.text(place)
        guard isValue(name, in: scope) else { continue }
        report(
          "KC0334", "`\(written)` is plain text here", at: Span(file: node.span.file, range: place), severity: .warning,
          help: "write `\\(\(name))` for the value",
          fix: Diagnostic.Fix(span: Span(file: node.span.file, range: place), replacement: "\\(\(name))"))
      }
    }
  }

  /// Whether a name, or a path that begins with one, is a value that there is.
  private mutating func isValue(_ name: String, in scope: Int32) -> Bool {
    guard let first = name.split(separator: ".").first else { return false }
    return switch find(key(first), in: scope)?.name.kind {
    case .slot?: true
    case .block?: name.contains(".")
    default: false
    }
  }

  private static let marks: [(open: [UInt8], close: [UInt8])] = [
    (Array("${".utf8), Array("}".utf8)), (Array("#{".utf8), Array("}".utf8)), (Array("{{".utf8), Array("}}".utf8)),
    (Array("%(".utf8), Array(")s".utf8)), (Array("%{".utf8), Array("}".utf8)),
    // The name ends where its letters do.
    (Array("$".utf8), []),
  ]
  private static let markBytes = Array("${#%".utf8)

  /// Where a text has what looks like a value put in, and the value's name.
  private static func foreignParts(_ bytes: ArraySlice<UInt8>) -> [(place: Range<Int>, name: String)] {
    var found: [(place: Range<Int>, name: String)] = []
    var position = bytes.startIndex
    while position < bytes.endIndex {
      guard let mark = marks.first(where: { bytes[position...].starts(with: $0.open) }) else {
        position += 1
        continue
      }
      let start = position + mark.open.count
      position = start
      // Names are short; what is longer is something else.
      let limit = min(start + 80, bytes.endIndex)
      let end =
        mark.close.isEmpty
        ? (start..<limit).first { !isNameByte(bytes[$0]) } ?? limit
        : (start..<limit).first { bytes[$0...].starts(with: mark.close) }
      guard let end else { continue }
      var name = String(decoding: bytes[start..<end], as: UTF8.self).filter { $0 != " " }
      for prefix in [".Values.", "values.", "var.", "local."] where name.hasPrefix(prefix) {
        name.removeFirst(prefix.count)
      }
      position = end + mark.close.count
      guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." || $0 == "-" })
      else { continue }
      found.append((start - mark.open.count..<position, name))
    }
    return found
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
      || byte == UInt8(ascii: "_")
  }

  /// Reports `100m-500m`: what looks like a range is a difference, and a difference has spaces.
  ///
  /// - Returns: whether it is one.
  mutating func reportTightDifference(_ node: SyntaxNode, _ sign: Int) -> Bool {
    let parts = node.parts
    let token = node.tree.tokens[sign]
    guard token.kind == .minus, parts.count == 2, parts.allSatisfy({ $0.kind == .quantityExpr }),
      parts[0].range.upperBound == token.range.lowerBound, token.range.upperBound == parts[1].range.lowerBound
    else { return false }
    let span = node.tree.span(ofToken: sign)
    report(
      "KC0335", "a `-` between two amounts is neither a range nor, without spaces, a difference", at: span,
      help: "write `\(parts[0].text)...\(parts[1].text)` for the range, `a - b` for the difference",
      fix: Diagnostic.Fix(span: span, replacement: "..."))
    return true
  }
}
