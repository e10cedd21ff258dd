internal import KCCodec
internal import KCData

/// Comments and empty lines.
extension SourceWriter {
  /// A comment as kc writes it.
  static func text(_ comment: YAML.Comment) -> String {
    var text = comment.text.replacing("\t", with: "  ")
    while text.last == " " { text.removeLast() }
    // `# # level: info`: what was a comment before it was taken out is one once.
    if text.hasPrefix(" # ") || text.hasPrefix("# ") { text = String(text.drop { $0 == " " }.dropFirst()) }
    if text.first == "#" { text = " #\(text)" }
    return text.isEmpty ? "//" : text.first == " " ? "//\(text)" : "// \(text)"
  }

  /// What stands above a field or an element, in the order of the lines.
  mutating func above(_ path: FieldPath, _ level: Int) { put(remarks.take(above: path), level) }

  mutating func behind(_ path: FieldPath) {
    for comment in remarks.take(behind: path) { put(" " + Self.text(comment)) }
  }

  /// What stands at the end of a map or a list.
  mutating func below(_ path: FieldPath, _ level: Int) { put(remarks.take(below: path), level) }

  // MARK: Lines of the library's blocks

  mutating func aboveLine(_ number: Int, _ level: Int) { put(remarks.take(aboveLine: number), level) }

  mutating func behindLine(_ number: Int) {
    for comment in remarks.take(behindLine: number) { put(" " + Self.text(comment)) }
  }

  mutating func belowLine(_ number: Int, _ level: Int) { put(remarks.take(belowLine: number), level) }

  mutating func afterLine(_ number: Int, _ level: Int) { put(remarks.take(afterLine: number), level) }

  /// Comments on lines of their own, with the empty lines that stood between them.
  private mutating func put(_ comments: [YAML.Comment], _ level: Int) {
    for comment in comments {
      if comment.position == .gap || comment.isApart { emptyLine() }
      if comment.position != .gap { put(SourceLines.indent(level) + Self.text(comment) + "\n") }
    }
  }
}

/// The comments and empty lines that are not yet written.
struct WriterRemarks {
  /// Those of fields and elements, by what they belong to.
  private var byPath: [FieldPath: [YAML.Comment]] = [:]
  /// Those of lines, by their numbers.
  private var byLine: [Int: [YAML.Comment]] = [:]
  /// Those that follow lines, by the lines' numbers.
  private var afterLines: [Int: [YAML.Comment]] = [:]
  /// The paths of what holds something that has comments.
  private var holders: Set<FieldPath> = []
  private var unplaced: [YAML.Comment] = []

  /// - Parameter object: what the lines say.
  init(_ given: [YAML.Comment], _ lines: [SourceLine], of object: Value) {
    var given = given.filter { $0.position != .atEnd }
    if !lines.isEmpty {
      let places = RemarkPlaces(given, lines, of: object)
      byLine = places.byLine
      afterLines = places.afterLines
      given = places.inner
      unplaced = places.left
    }
    isEmpty = given.isEmpty
    for comment in given {
      byPath[comment.path, default: []].append(comment)
      if comment.position == .gap { continue }
      var path = comment.path
      if comment.position == .below { holders.insert(path) }
      while !path.isEmpty {
        path.removeLast()
        guard holders.insert(path).inserted else { break }
      }
    }
  }

  /// Whether nothing is to be said of fields and elements, from the beginning: their paths are not looked at.
  let isEmpty: Bool

  /// Whether something within a map or list has comments: it does not fit on a line.
  func isHolding(_ path: FieldPath) -> Bool { !holders.isEmpty && holders.contains(path) }

  /// Whether something stands above, behind or at the end of a field or an element.
  func has(_ path: FieldPath) -> Bool { byPath[path]?.contains { $0.position != .gap } ?? false }

  /// Puts the comment behind the only field of a map behind the map, which then may stand on one line.
  mutating func moveOut(of inner: FieldPath, to outer: FieldPath) {
    guard isHolding(outer), let comments = byPath[inner], comments.allSatisfy({ $0.position == .behind }),
      !(byPath[outer] ?? []).contains(where: { $0.position == .behind || $0.position == .below })
    else { return }
    byPath[inner] = nil
    byPath[outer, default: []] += comments
    holders.remove(outer)
  }

  /// Comments whose place was not written, in the order of their lines.
  var left: [YAML.Comment] {
    (unplaced + [byLine, afterLines].flatMap { $0.values.flatMap { $0 } } + byPath.values.flatMap { $0 })
      .filter { $0.position != .gap }
      .sorted { $0.line < $1.line }
  }

  /// Whether some of several lines have comments, or the first one has some at its end.
  func isCommented(_ first: Int, _ count: Int) -> Bool {
    guard !byLine.isEmpty || !afterLines.isEmpty else { return false }
    return byLine[first]?.contains { $0.position == .below } ?? false
      || (first + 1..<first + 1 + count).contains { line in
        afterLines[line] != nil || byLine[line]?.contains { $0.position != .gap } ?? false
      }
  }

  // MARK: Taking

  mutating func take(above path: FieldPath) -> [YAML.Comment] {
    isEmpty ? [] : Self.take(&byPath[path]) { $0 == .above || $0 == .gap }
  }

  mutating func take(behind path: FieldPath) -> [YAML.Comment] {
    isEmpty ? [] : Self.take(&byPath[path]) { $0 == .behind }
  }

  mutating func take(below path: FieldPath) -> [YAML.Comment] {
    isEmpty ? [] : Self.take(&byPath[path]) { $0 == .below }
  }

  mutating func take(aboveLine number: Int) -> [YAML.Comment] {
    byLine.isEmpty ? [] : Self.take(&byLine[number]) { $0 == .above || $0 == .gap }
  }

  mutating func take(behindLine number: Int) -> [YAML.Comment] {
    byLine.isEmpty ? [] : Self.take(&byLine[number]) { $0 == .behind }
  }

  mutating func take(belowLine number: Int) -> [YAML.Comment] {
    byLine.isEmpty ? [] : Self.take(&byLine[number]) { $0 == .below }
  }

  mutating func take(afterLine number: Int) -> [YAML.Comment] { afterLines.removeValue(forKey: number) ?? [] }

  private static func take(
    _ comments: inout [YAML.Comment]?, _ isWanted: (YAML.Comment.Position) -> Bool
  ) -> [YAML.Comment] {
    guard let all = comments else { return [] }
    let rest = all.filter { !isWanted($0.position) }
    comments = rest.isEmpty ? nil : rest
    return all.filter { isWanted($0.position) }
  }
}
