/// Guessing which name was meant.
extension Program {
  /// What an edit makes of the likeness of two names: what is swapped or doubled is nearest, another letter
  /// farthest.
  private enum Cost {
    /// Of neighbours that are swapped, and of a letter that follows its like.
    static let swap = 1
    static let letter = 2
    static let other = 3
  }

  /// The candidate that differs from `name` by few edits; nil where none is near.
  static func nearest(to name: String, among candidates: some Collection<String>) -> String? {
    var best: (cost: Int, name: String)?
    var rows = Rows()
    let ownLetters = name.utf8.contains(UInt8(ascii: ".")) ? nil : letters(of: name)
    withUTF8(of: name) { own in
      for candidate in candidates where candidate != name {
        // One that is no nearer than the best so far need not be measured to its end.
        let bound = best?.cost ?? .max
        let cost = withUTF8(of: candidate) { other -> Int? in
          // Most names are told apart by their lengths, and by letters that only one of them has.
          if let ownLetters {
            let most = min(bound, limit(own.count, other.count))
            if abs(own.count - other.count) * Cost.swap > most { return nil }
            let theirs = letters(of: candidate)
            let missing = max((ownLetters & ~theirs).nonzeroBitCount, (theirs & ~ownLetters).nonzeroBitCount)
            if missing * Cost.letter > most { return nil }
          }
          let (wanted, given) = rests(of: own, other)
          let most = min(bound, limit(wanted.count, given.count))
          let cost = editCost(wanted, given, limit: most, &rows)
          return cost <= most ? cost : nil
        }
        if let cost, best.map({ (cost, candidate) < ($0.cost, $0.name) }) ?? true { best = (cost, candidate) }
      }
    }
    return best?.name
  }

  /// Whether a name is so near another that it was hardly meant otherwise: an edit may make it that.
  static func isSlip(_ name: String, _ other: String) -> Bool {
    withUTF8(of: name) { name in
      withUTF8(of: other) { other in
        let (wanted, given) = rests(of: name, other)
        let limit = max(Cost.letter, min(wanted.count, given.count) / 2)
        var rows = Rows()
        return editCost(wanted, given, limit: limit, &rows) <= limit
      }
    }
  }

  private static func withUTF8<R>(of text: String, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    var copy = text
    return copy.withUTF8(body)
  }

  /// How far names of some lengths may be apart. Between names of one or two letters each is near any other.
  private static func limit(_ wanted: Int, _ given: Int) -> Int {
    switch min(wanted, given) {
    case 0, 1: 0
    case 2: Cost.swap
    case 3: Cost.letter
    default: wanted / 3 * Cost.letter + 1
    }
  }

  /// The letters that a name has, a bit for each: what folds to the same letter has the same bit.
  private static func letters(of name: String) -> UInt64 {
    name.utf8.reduce(0) { $0 | 1 << UInt64(fold($1) & 63) }
  }

  /// A letter as names are compared: in lower case, an underscore as a hyphen.
  private static func fold(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte + 32 : byte == 95 ? 45 : byte }

  /// What differs of two addresses: without the blocks around, which both name.
  private static func rests(
    of name: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>
  ) -> (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) {
    let same = zip(name, other).prefix { $0 == $1 }.count
    guard let dot = name[..<same].lastIndex(of: UInt8(ascii: ".")) else { return (name, other) }
    return (UnsafeBufferPointer(rebasing: name[(dot + 1)...]), UnsafeBufferPointer(rebasing: other[(dot + 1)...]))
  }

  /// Room for a comparison, which the next one has again: many names are held against one.
  private struct Rows {
    var before: [Int] = []
    var previous: [Int] = []
    var current: [Int] = []

    /// The rows above the first letter, for a text of a length.
    mutating func begin(_ length: Int) {
      if current.count <= length {
        before = Array(repeating: 0, count: length + 1)
        previous = before
        current = before
      }
      for place in 0...length { previous[place] = place * Cost.letter }
    }

    mutating func next() {
      swap(&before, &previous)
      swap(&previous, &current)
    }
  }

  /// The cost of the edits (insert, delete, replace, swap neighbours) from one text to the other; more than `limit` where
  /// it exceeds that.
  private static func editCost(
    _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>, limit: Int, _ rows: inout Rows
  ) -> Int {
    if abs(left.count - right.count) * Cost.swap > limit || left.count > 200 { return limit + 1 }
    rows.begin(right.count)
    var lowestBefore = 0
    for i in 0..<left.count {
      rows.current[0] = (i + 1) * Cost.letter
      var lowest = rows.current[0]
      for j in 0..<right.count {
        let same = fold(left[i]) == fold(right[j])
        let removed = i > 0 && left[i] == left[i - 1] ? Cost.swap : Cost.letter
        let added = j > 0 && right[j] == right[j - 1] ? Cost.swap : Cost.letter
        var cost = min(
          rows.previous[j] + (same ? 0 : Cost.other), rows.previous[j + 1] + removed, rows.current[j] + added)
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
          cost = min(cost, rows.before[j - 1] + Cost.swap)
        }
        rows.current[j + 1] = cost
        lowest = min(lowest, cost)
      }
      // What follows costs no less than one of the two rows above it.
      if min(lowest, lowestBefore) > limit { return limit + 1 }
      lowestBefore = lowest
      rows.next()
    }
    return rows.previous[right.count]
  }
}
