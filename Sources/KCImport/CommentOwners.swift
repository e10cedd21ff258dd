internal import KCCodec
internal import KCData

/// Finds out which document a comment at the end of one belongs to: what stands apart from it, or in a document of comments
/// alone, is about the next.
enum CommentOwners {
  typealias Document = (document: YAML.Document, comments: [YAML.Comment])

  static func settled(_ given: [Document], in bytes: [UInt8]) -> [Document] {
    guard given.count > 1, given.contains(where: { $0.comments.contains { $0.position == .atEnd } }) else {
      return given
    }
    let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
    var out = given
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
