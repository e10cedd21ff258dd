internal import KCCodec
internal import KCData
internal import KCKube

/// Writing blocks of the standard library.
extension SourceWriter {
  /// The widest block that stands on one line.
  private static let blockWidth = 112

  /// Writes the lines of a block's body.
  mutating func write(_ lines: [SourceLine], level: Int) {
    var isFirst = true
    var wantsGap = false
    for line in lines {
      let number = nextLine()
      if case .gap = line.content {
        wantsGap = !isFirst
        continue
      }
      if wantsGap { emptyLine() }
      wantsGap = false
      isFirst = false
      aboveLine(number, level)
      write(line, number, level)
    }
  }

  private mutating func write(_ line: SourceLine, _ number: Int, _ level: Int) {
    let path = line.paths.first ?? FieldPath()
    put(Self.indent(level))
    switch line.content {
    case .gap: return
    case .text(let text): put(text)
    case .value(let head, let value, let shape):
      put("\(head) = ")
      self.value(value, shape, level, path)
    case .body(let head, let fields, let shape):
      if head != "data", !isCommented(line), let short = inline(fields, shape, room: Self.blockWidth / 2) {
        put("\(head) \(short)")
        break
      }
      put("\(head) {")
      behindLine(number)
      put("\n")
      statements(fields, shape, level: level + 1, path: path)
      return put(Self.indent(level) + "}\n")
    case .block(let head, let lines):
      if let short = short(head, lines, number, room: Self.blockWidth - 2 * level) {
        put(short)
        skipLines(lines.count)
        break
      }
      put("\(head) {")
      behindLine(number)
      put("\n")
      write(lines, level: level + 1)
      return put(Self.indent(level) + "}\n")
    }
    behindLine(number)
    put("\n")
  }

  /// A block of few short lines on one; nil where it needs more.
  private func short(_ head: String, _ lines: [SourceLine], _ number: Int, room: Int) -> String? {
    guard !lines.isEmpty, lines.count <= 5, !hasComments(number + 1, lines.count) else { return nil }
    let kind = head.prefix { $0 != " " }
    guard !["container", "init", "host", "affinity"].contains(kind) else { return nil }
    var parts: [String] = []
    var left = room - head.utf8.count - 4
    for line in lines {
      let part: String
      switch line.content {
      case .text(let text) where !text.contains("\n"): part = text
      case .value(let head, let value, let shape):
        guard left > 0, !isCommented(line), let text = short(value, shape, room: left) else { return nil }
        part = "\(head) = \(text)"
      case .body(let head, let fields, let shape):
        guard left > 0, !isCommented(line), let text = inline(fields, shape, room: left) else { return nil }
        part = "\(head) \(text)"
      default: return nil
      }
      left -= part.utf8.count + 2
      guard left >= 0, !part.contains("\n") else { return nil }
      parts.append(part)
    }
    return "\(head) { \(parts.joined(separator: ", ")) }"
  }

  /// `{ server = "a", path = "/" }` as a body on one line.
  private func inline(_ fields: Fields, _ shape: Shape?, room: Int) -> String? {
    guard fields.count <= 3, fields.keys.allSatisfy({ SourceText.isFieldName($0) }) else { return nil }
    var parts: [String] = []
    for (key, value) in fields {
      guard let text = short(value, inner(shape, key), room: room, depth: 1) else { return nil }
      parts.append("\(key) = \(text)")
    }
    return "{ \(parts.joined(separator: ", ")) }"
  }
}
