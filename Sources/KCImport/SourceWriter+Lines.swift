internal import KCCodec
internal import KCData
internal import KCKube

/// Writing blocks of the standard library.
extension SourceWriter {
  /// Writes the lines of a block's body.
  mutating func write(_ lines: [SourceLine], level: Int) {
    var wantsGap = false
    for line in lines {
      let number = nextLine()
      if case .gap = line.content {
        wantsGap = true
        continue
      }
      if wantsGap { emptyLine() }
      wantsGap = false
      aboveLine(number, level)
      write(line, number, level)
      afterLine(number, level)
    }
  }

  private mutating func write(_ line: SourceLine, _ number: Int, _ level: Int) {
    let path = line.paths.first ?? FieldPath()
    put(SourceLines.indent(level))
    if !isValue(line), line.inner.isEmpty || !remarks.isCommented(number, line.count),
      let text = oneLine(line, room: SourceLines.width - 2 * level, isInner: false)
    {
      put(line.isText ? CallText.wrapped(text, level: level) : text)
      skipLines(line.count)
      behindLine(number)
      return put("\n")
    }
    switch line.content {
    case .gap, .text: break
    case .value(let head, let value, let shape):
      put("\(head) = ")
      plainly(head) { $0.value(value, shape, level, path, after: head.utf8.count + 3) }
      behindLine(number)
      put("\n")
    case .body(let head, let fields, let shape):
      enclosed("\(head) {", "}", number, level) { $0.statements(fields, shape, level: level + 1, path: path) }
    case .block(let head, let lines): enclosed("\(head) {", "}", number, level) { $0.write(lines, level: level + 1) }
    case .list(let head, let lines): enclosed("\(head) = [", "]", number, level) { $0.write(lines, level: level + 1) }
    case .record(let lines): enclosed("{", "}", number, level) { $0.write(lines, level: level + 1) }
    }
  }

  /// Whether something within a line's value has comments.
  private func isCommented(_ line: SourceLine) -> Bool { line.paths.contains { remarks.isHolding($0) } }

  private func isValue(_ line: SourceLine) -> Bool { if case .value = line.content { true } else { false } }

  private mutating func enclosed(
    _ open: String, _ close: String, _ number: Int, _ level: Int, _ body: (inout SourceWriter) -> Void
  ) {
    put(open)
    behindLine(number)
    put("\n")
    body(&self)
    belowLine(number, level + 1)
    put(SourceLines.indent(level) + close + "\n")
  }

  /// What stands on one line; nil where it needs more.
  ///
  /// - Parameter isInner: whether it is part of something that is to stand on one line.
  private func oneLine(_ line: SourceLine, room: Int, isInner: Bool) -> String? {
    switch line.content {
    case .gap: return nil
    case .text(let text): return isInner && text.contains("\n") ? nil : text
    case .value(let head, let value, let shape):
      guard room > 0, !isCommented(line), let text = short(value, of: head, shape, room: room, depth: 0) else {
        return nil
      }
      return "\(head) = \(text)"
    case .body(let head, let fields, let shape):
      // What an object says in the API's terms is no more than that line where it is one setting, however deep.
      let isOne = head.hasSuffix("aw") && Value.object(fields).leaves == 1
      let space = isInner || isOne ? room - head.utf8.count - 1 : SourceLines.width / 2
      guard isInner || head != "data", space > 0, !isCommented(line) else { return nil }
      return inline(fields, shape, room: space).map { "\(head) \($0)" }
    case .block(let head, let lines):
      guard !isInner, !SourceLines.openKinds.contains(head.prefix { $0 != " " }), lines.count <= 5 else { return nil }
      return joined(lines, open: "\(head) { ", close: " }", room: room)
    case .list(let head, let lines): return joined(lines, open: "\(head) = [", close: "]", room: room)
    case .record(let lines):
      return lines.isEmpty ? "{}" : joined(lines, open: "{ ", close: " }", room: room)
    }
  }

  /// A block or list of few short lines on one.
  private func joined(_ lines: [SourceLine], open: String, close: String, room: Int) -> String? {
    guard !lines.isEmpty else { return nil }
    var parts: [String] = []
    var left = room - open.utf8.count - close.utf8.count
    for line in lines {
      guard let part = oneLine(line, room: left, isInner: true) else { return nil }
      left -= part.utf8.count + 2
      guard left >= -2, !part.contains("\n") else { return nil }
      parts.append(part)
    }
    return open + parts.joined(separator: ", ") + close
  }

  /// `{ server = "a", path = "/" }` as a body on one line.
  private func inline(_ fields: Fields, _ shape: Shape?, room: Int) -> String? {
    guard fields.count <= 3, fields.keys.allSatisfy({ SourceText.isFieldName($0) }) else { return nil }
    var parts: [String] = []
    for (key, value) in fields {
      guard let text = short(value, of: key, inner(shape, key), room: room, depth: 1) else { return nil }
      parts.append("\(key) = \(text)")
    }
    return "{ \(parts.joined(separator: ", ")) }"
  }
}
