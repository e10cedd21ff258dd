internal import KCData

/// Finds out which nodes the comments and the empty lines of a YAML text belong to, while the text is being read.
struct YAMLRemarks {
  private struct Candidate {
    var place: YAML.Place
    /// What follows the mark; nil for the last of some empty lines.
    var text: String?
    /// What stands before it on its line.
    var node: FieldPath?
    /// Whether an empty line stands above it.
    var isApart = false
    /// Whether it stands in a scalar.
    var isDropped = false
  }

  /// A step of the way to the node that was read last, and the column that it stands in.
  private struct Step {
    var element: FieldPath.Element
    var column: Int
    var isElement: Bool { if case .index = element { true } else { false } }
  }

  /// Marks that may begin a comment, and empty lines, in order; those in scalars are dropped when the scalar is met.
  private var candidates: [Candidate]
  /// The first one that nothing is known of yet.
  private var next = 0
  private var found: [YAML.Comment] = []
  /// The way to the node that was read last.
  private var steps: [Step] = []

  init(_ bytes: [UInt8]) { candidates = Self.scan(bytes) }

  var isEmpty: Bool { candidates.isEmpty }

  /// Each `#` at the start of a line or after space, with the rest of its line, and each run of empty lines. Columns
  /// count characters.
  private static func scan(_ bytes: [UInt8]) -> [Candidate] {
    var out: [Candidate] = []
    var line = 1
    var column = 1
    var before: UInt8 = 0x0a
    var position = 0
    var isBlank = true
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "#"), before == 0x0a || before == 0x20 || before == 0x09 || before == 0x0d {
        let end = bytes[position...].firstIndex { $0 == 0x0a || $0 == 0x0d } ?? bytes.count
        let text = String(decoding: bytes[(position + 1)..<end], as: UTF8.self)
        let isApart = out.last.map { $0.text == nil && $0.place.line == line - 1 } ?? false
        out.append(Candidate(place: YAML.Place(line: line, column: column), text: text, isApart: isApart))
      }
      if byte == 0x0a || (byte == 0x0d && (position + 1 == bytes.count || bytes[position + 1] != 0x0a)) {
        if isBlank { add(emptyLine: line, to: &out) }
        isBlank = true
        line += 1
        column = 1
      } else {
        if byte != 0x20, byte != 0x09, byte != 0x0d { isBlank = false }
        if byte & 0xc0 != 0x80 { column += 1 }
      }
      before = byte
      position += 1
    }
    return out
  }

  /// Of several empty lines, the last counts.
  private static func add(emptyLine line: Int, to out: inout [Candidate]) {
    if let last = out.last, last.text == nil, last.place.line == line - 1 { out.removeLast() }
    out.append(Candidate(place: YAML.Place(line: line, column: 1)))
  }

  /// A scalar holds what looks like comments in it; behind the mark of a block stands a real one, and empty lines behind
  /// its last line are not part of it.
  mutating func skip(from start: YAML.Place, to end: YAML.Place, isBlock: Bool) {
    var index = next
    while index < candidates.count, candidates[index].place.line <= end.line {
      let candidate = candidates[index]
      let isOutside =
        isBlock && (candidate.text == nil ? candidate.place.line + 1 >= end.line : candidate.place.line == start.line)
      if isIn(candidate.place, start, end), !isOutside { candidates[index].isDropped = true }
      index += 1
    }
  }

  private func isIn(_ place: YAML.Place, _ start: YAML.Place, _ end: YAML.Place) -> Bool {
    (place.line, place.column) >= (start.line, start.column) && (place.line, place.column) < (end.line, end.column)
  }

  /// Whether a node on this line decides about comments.
  func isNear(_ line: Int) -> Bool { next < candidates.count && candidates[next].place.line <= line }

  /// A node: comments above it are its own, unless they stand as far in as what was before; one behind it may be.
  mutating func meet(_ path: FieldPath, at place: YAML.Place) {
    while next < candidates.count, candidates[next].place.line < place.line {
      let candidate = candidates[next]
      next += 1
      if candidate.isDropped { continue }
      if let node = candidate.node {
        add(candidate, node, .behind)
      } else if let ended = ended(before: candidate, path.count) {
        add(candidate, ended, .below)
      } else {
        add(candidate, path, .above)
      }
    }
    var index = next
    while index < candidates.count, candidates[index].place.line == place.line {
      if candidates[index].place.column > place.column { candidates[index].node = path }
      index += 1
    }
  }

  /// A node was read: what follows may stand as far in as it.
  mutating func pass(_ element: FieldPath.Element, depth: Int, column: Int) {
    if steps.count > depth { steps.removeSubrange(depth...) }
    steps.append(Step(element: element, column: column))
  }

  /// The map or list that ended before a comment and that the comment is part of: it stands as far in as its elements.
  ///
  /// - Parameter depth: how deep what follows lies: what it is part of did not end.
  private func ended(before candidate: Candidate, _ depth: Int) -> FieldPath? {
    guard let text = candidate.text, steps.count > depth else { return nil }
    // An element of a list that was taken out, whose dashes may stand no deeper than what follows, and words above it.
    if let place = steps.lastIndex(where: { $0.isElement && $0.column == candidate.place.column }), place >= depth,
      Self.isElement(text) || leadsToElement(candidate.place)
    {
      return FieldPath(steps[..<place].map(\.element))
    }
    if let last = found.last, last.position == .below, last.line + 1 == candidate.place.line, text.hasPrefix("  ") {
      return last.path
    }
    guard var place = steps.lastIndex(where: { $0.column <= candidate.place.column }) else { return nil }
    // Dashes may stand as far in as the key of their list: what stands there is beside the key.
    if place > 0, steps[place].isElement, steps[place - 1].column == steps[place].column { place -= 1 }
    guard place >= depth, place > 0 else { return nil }
    return FieldPath(steps[..<place].map(\.element))
  }

  private static func isElement(_ text: String) -> Bool { text.hasPrefix(" - ") || text.hasPrefix("- ") }

  /// Comments are looked through for an element that was taken out this far down.
  private static let reach = 32

  /// Whether the comments right below one, which stand as far in, hold an element of a list that was taken out.
  private func leadsToElement(_ place: YAML.Place) -> Bool {
    var line = place.line
    for candidate in candidates[next...].prefix(Self.reach) where candidate.place.line != line {
      guard let text = candidate.text, candidate.place == YAML.Place(line: line + 1, column: place.column) else {
        return false
      }
      if Self.isElement(text) { return true }
      line += 1
    }
    return false
  }

  /// The line of the last comment: a mark behind it on its line is part of it.
  private var lastLine = 0

  /// The last line whose text began right behind its mark, or that stood further in below such a line.
  private var closeLine = 0

  /// A comment's text. What begins right behind its mark gets a space before it where it is written, and so does what
  /// stands further in below it: `#- a` and `#  b`.
  private mutating func text(of candidate: Candidate) -> String {
    guard let text = candidate.text, let first = text.unicodeScalars.first else { return "" }
    let line = candidate.place.line
    if first != " " {
      closeLine = line
    } else if closeLine > 0, closeLine == line - 1, text.hasPrefix("  ") {
      closeLine = line
      return " " + text
    }
    return text
  }

  private mutating func add(_ candidate: Candidate, _ path: FieldPath, _ position: YAML.Comment.Position) {
    guard candidate.place.line != lastLine else { return }
    lastLine = candidate.place.line
    let kind = candidate.text == nil ? .gap : position
    found.append(
      YAML.Comment(
        text: text(of: candidate), line: candidate.place.line, path: path, position: kind, isApart: candidate.isApart))
  }

  /// A document begins: what stood above its line belongs to the one before.
  mutating func begin(at line: Int, isFirst: Bool) -> [YAML.Comment] {
    defer { steps.removeAll(keepingCapacity: true) }
    return isFirst ? [] : rest(before: line)
  }

  private mutating func rest(before line: Int) -> [YAML.Comment] {
    while next < candidates.count, candidates[next].place.line < line {
      let candidate = candidates[next]
      next += 1
      if candidate.isDropped || candidate.text == nil { continue }
      if let node = candidate.node {
        add(candidate, node, .behind)
      } else if let ended = ended(before: candidate, 0) {
        add(candidate, ended, .below)
      } else {
        add(candidate, FieldPath(), .atEnd)
      }
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
