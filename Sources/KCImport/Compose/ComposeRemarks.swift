internal import KCCodec

/// The comments of Compose files, by the lines that they belong to.
struct ComposeRemarks {
  private struct Line: Hashable {
    var file: Int
    var line: Int
  }

  private var comments: [Line: [String]] = [:]
  /// Those at the end of a map or a list, by the line that it begins at.
  private var ends: [Line: [String]] = [:]

  /// Adds those of a file: each belongs to the line that it stands behind or above.
  mutating func add(_ bytes: [UInt8], file: Int) {
    guard let documents = try? YAML.parseWithComments(bytes) else { return }
    let all = documents.flatMap(\.comments).filter { $0.position != .gap && !$0.isForTools }
    let own = Set(all.filter { $0.position != .behind }.map(\.line))
    let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
    var before: (line: Int, depth: Int, owner: Int?)?
    for comment in all {
      var line = comment.line
      while own.contains(line) || lines.indices.contains(line - 1) && lines[line - 1].allSatisfy({ $0 <= 0x20 }) {
        line += 1
      }
      // What is further in than what follows is about what stands before: a field that was taken out at the end. A
      // service that was stands at the edge, and its lists do.
      if line > comment.line, let depth = Self.indent(comment.line, lines),
        depth > Self.indent(line, lines) ?? 0
          || depth > 0 && Self.isElement(comment) && depth == Self.indent(line, lines) && !Self.isElement(line, lines)
      {
        // Comments right below one another stay together.
        let isNext = before.map { $0.line + 1 == comment.line && $0.depth == depth } ?? false
        let owner = isNext ? before?.owner : Self.owner(of: comment, depth, lines, own)
        before = (comment.line, depth, owner)
        if let owner {
          ends[Line(file: file, line: owner), default: []].append(Self.text(of: comment))
          continue
        }
        var last = comment.line - 1
        while last > 0, own.contains(last) || Self.indent(last, lines) == nil { last -= 1 }
        if last > 0 { line = last }
      }
      comments[Line(file: file, line: line), default: []].append(Self.text(of: comment))
    }
  }

  /// The line that begins the map or the list which a comment stands at the end of; nil for those of the whole file,
  /// whose parts are written one by one.
  private static func owner(
    of comment: YAML.Comment, _ depth: Int, _ lines: [ArraySlice<UInt8>], _ own: Set<Int>
  ) -> Int? {
    let isElement = isElement(comment)
    var line = comment.line - 1
    while line > 0 {
      if !own.contains(line), let indent = indent(line, lines) {
        // Dashes may stand as far in as the key of their list.
        let isKey = indent == depth && isElement && !Self.isElement(line, lines)
        if indent < depth || isKey { return indent == 0 ? nil : line }
      }
      line -= 1
    }
    return nil
  }

  /// Whether a comment, or a line, begins as an element of a list does.
  private static func isElement(_ comment: YAML.Comment) -> Bool { comment.text.drop { $0 == " " }.hasPrefix("-") }
  private static func isElement(_ line: Int, _ lines: [ArraySlice<UInt8>]) -> Bool {
    lines[line - 1].first { $0 > 0x20 } == UInt8(ascii: "-")
  }

  /// How far in a line begins, counted from 1; nil for an empty one and none.
  private static func indent(_ line: Int, _ lines: [ArraySlice<UInt8>]) -> Int? {
    guard lines.indices.contains(line - 1) else { return nil }
    return lines[line - 1].firstIndex { $0 > 0x20 }.map { $0 - lines[line - 1].startIndex }
  }

  /// A comment as kc writes it, without the values of secrets: settings that were taken out have some, too.
  private static func text(of comment: YAML.Comment) -> String {
    var comment = comment
    comment.text = ComposeSecrets.masked(comment.text)
    return SourceWriter.text(comment)
  }

  /// Those of a part of a file, and of all in it, which are given once.
  mutating func take(_ node: ComposeNode?, isDeep: Bool = true) -> [String] {
    guard let node, !comments.isEmpty || !ends.isEmpty else { return [] }
    var found = comments.removeValue(forKey: Line(file: node.file, line: node.line)) ?? []
    guard isDeep else { return found }
    switch node.content {
    case .scalar: break
    case .list(let items): for item in items { found += take(item) }
    case .map(let entries): for entry in entries { found += take(entry.node) }
    }
    return found + takeEnd(node)
  }

  /// Those at the end of a part of a file, which are given once.
  mutating func takeEnd(_ node: ComposeNode?) -> [String] {
    guard let node else { return [] }
    return ends.removeValue(forKey: Line(file: node.file, line: node.line)) ?? []
  }
}
