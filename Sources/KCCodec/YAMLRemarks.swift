internal import KCData

/// Finds out which nodes the comments of a YAML text belong to, while the text is being read.
struct YAMLRemarks {
  private struct Candidate {
    var place: YAML.Place
    var text: String
    /// What stands before it on its line.
    var node: FieldPath?
    /// Whether it stands in a scalar.
    var isDropped = false
  }

  /// Marks that may begin a comment, in order; those in scalars are dropped when the scalar is met.
  private var candidates: [Candidate]
  /// The first one that nothing is known of yet.
  private var next = 0
  private var found: [YAML.Comment] = []

  init(_ bytes: [UInt8]) { candidates = Self.scan(bytes) }

  var isEmpty: Bool { candidates.isEmpty }

  /// Each `#` at the start of a line or after space, with the rest of its line. Columns count characters.
  private static func scan(_ bytes: [UInt8]) -> [Candidate] {
    var out: [Candidate] = []
    var line = 1
    var column = 1
    var before: UInt8 = 0x0a
    var position = 0
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "#"), before == 0x0a || before == 0x20 || before == 0x09 || before == 0x0d {
        let end = bytes[position...].firstIndex { $0 == 0x0a || $0 == 0x0d } ?? bytes.count
        let text = String(decoding: bytes[(position + 1)..<end], as: UTF8.self)
        out.append(Candidate(place: YAML.Place(line: line, column: column), text: text))
      }
      if byte == 0x0a || (byte == 0x0d && (position + 1 == bytes.count || bytes[position + 1] != 0x0a)) {
        line += 1
        column = 1
      } else if byte & 0xc0 != 0x80 {
        column += 1
      }
      before = byte
      position += 1
    }
    return out
  }

  /// A scalar holds what looks like comments in it; behind the mark of a block stands a real one.
  mutating func skip(from start: YAML.Place, to end: YAML.Place, isBlock: Bool) {
    var index = next
    while index < candidates.count, candidates[index].place.line <= end.line {
      let place = candidates[index].place
      if isIn(place, start, end), !isBlock || place.line != start.line { candidates[index].isDropped = true }
      index += 1
    }
  }

  private func isIn(_ place: YAML.Place, _ start: YAML.Place, _ end: YAML.Place) -> Bool {
    (place.line, place.column) >= (start.line, start.column) && (place.line, place.column) < (end.line, end.column)
  }

  /// Whether a node on this line decides about comments.
  func isNear(_ line: Int) -> Bool { next < candidates.count && candidates[next].place.line <= line }

  /// A node: comments above it are its own, one behind it may be.
  mutating func meet(_ path: FieldPath, at place: YAML.Place) {
    while next < candidates.count, candidates[next].place.line < place.line {
      let candidate = candidates[next]
      next += 1
      if candidate.isDropped { continue }
      add(candidate, candidate.node ?? path, candidate.node == nil ? .above : .behind)
    }
    var index = next
    while index < candidates.count, candidates[index].place.line == place.line {
      if candidates[index].place.column > place.column { candidates[index].node = path }
      index += 1
    }
  }

  /// The line of the last comment: a mark behind it on its line is part of it.
  private var lastLine = 0

  private mutating func add(_ candidate: Candidate, _ path: FieldPath, _ position: YAML.Comment.Position) {
    guard candidate.place.line != lastLine else { return }
    lastLine = candidate.place.line
    found.append(YAML.Comment(text: candidate.text, line: candidate.place.line, path: path, position: position))
  }

  /// A document begins: what stood above its line belongs to the one before.
  mutating func begin(at line: Int, isFirst: Bool) -> [YAML.Comment] { isFirst ? [] : rest(before: line) }

  private mutating func rest(before line: Int) -> [YAML.Comment] {
    while next < candidates.count, candidates[next].place.line < line {
      let candidate = candidates[next]
      next += 1
      if candidate.isDropped { continue }
      add(candidate, candidate.node ?? FieldPath(), candidate.node == nil ? .atEnd : .behind)
    }
    return end()
  }

  /// A document ends: its comments so far.
  mutating func end() -> [YAML.Comment] {
    defer { found.removeAll() }
    return found
  }

  mutating func finish() -> [YAML.Comment] { rest(before: Int.max) }
}
