internal import KCCodec
internal import KCData

/// Finds out which document a comment at the end of one belongs to: what stands apart from it, or in a document of comments
/// alone, is about the next.
enum CommentOwners {
  typealias Document = (document: YAML.Document, comments: [YAML.Comment])

  static func settled(_ given: [Document], in bytes: [UInt8]) -> [Document] {
    let mayMove = given.contains { $0.comments.contains { $0.position == .atEnd || $0.position == .below } }
    guard mayMove else { return given }
    let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
    var out: [Document] = given.map { ($0.document, withNext($0.comments, of: $0.document.value, lines)) }
    for place in out.indices.dropLast() {
      guard let first = out[place + 1].document.value.object?.keys.first,
        let start = out[place].comments.firstIndex(where: { $0.position == .atEnd && isApart($0, lines) })
      else { continue }
      let next = out[place + 1].document.place.line
      let moved = out[place].comments[start...].filter { $0.position == .atEnd }.map { comment in
        // The lines that part documents are none between a comment and what it is about.
        let marks = (comment.line..<max(comment.line, next - 1)).count { isMark($0, lines) }
        return YAML.Comment(
          text: comment.text, line: comment.line + marks, path: FieldPath(first), position: .above,
          isApart: comment.isApart)
      }
      out[place].comments.removeSubrange(start...)
      out[place + 1].comments.insert(contentsOf: moved, at: 0)
    }
    return out
  }

  /// Comments at the end of an element that are about the next: sentences right above its dash, however far in they
  /// stand. What looks like a field was taken out of the element, and is about that.
  private static func withNext(
    _ comments: [YAML.Comment], of value: Value, _ lines: [ArraySlice<UInt8>]
  ) -> [YAML.Comment] {
    var out = comments
    var place = 0
    while place < out.count {
      guard out[place].position == .below else {
        place += 1
        continue
      }
      var end = place + 1
      while end < out.count, out[end].position == .below, out[end].line == out[end - 1].line + 1 { end += 1 }
      if isDash(out[end - 1].line, lines), !out[place..<end].contains(where: isField),
        let next = next(after: out[end - 1].path, in: value)
      {
        for index in place..<end {
          out[index].path = next
          out[index].position = .above
        }
      }
      place = end
    }
    return out
  }

  /// The element of a list that follows the one which a path lies in.
  private static func next(after path: FieldPath, in value: Value) -> FieldPath? {
    var outer = path
    while let own = outer.elements.popLast() {
      guard case .index(let place) = own, let items = value.at(outer)?.array else { continue }
      if place + 1 < items.count { return outer.index(place + 1) }
    }
    return nil
  }

  /// Whether a comment looks like a field or an element: `name: web`, `- web`.
  private static func isField(_ comment: YAML.Comment) -> Bool {
    let text = comment.text.drop { $0 == " " || $0 == "#" }
    if let first = text.first, "-}]".contains(first) { return true }
    let word = text.prefix { $0 != " " }
    return word.last == ":"
  }

  /// Whether a line, counted from 0, begins an element of a list.
  private static func isDash(_ place: Int, _ lines: [ArraySlice<UInt8>]) -> Bool {
    guard lines.indices.contains(place) else { return false }
    let text = lines[place].drop { $0 == 0x20 }
    return text.first == UInt8(ascii: "-") && text.dropFirst().first.map { $0 <= 0x20 } ?? true
  }

  /// Whether an empty line or the start of a document parts a comment, and those right above it, from what is before.
  private static func isApart(_ comment: YAML.Comment, _ lines: [ArraySlice<UInt8>]) -> Bool {
    var place = comment.line - 2
    while lines.indices.contains(place) {
      let text = lines[place].drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
      if text.isEmpty || isMark(place, lines) { return true }
      if text.first != UInt8(ascii: "#") { return false }
      place -= 1
    }
    return true
  }

  /// Whether a line, counted from 0, begins a document.
  private static func isMark(_ place: Int, _ lines: [ArraySlice<UInt8>]) -> Bool {
    lines.indices.contains(place) && ManifestText.beginsDocument(lines[place])
  }
}
