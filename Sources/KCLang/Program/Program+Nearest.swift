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
    let (length, isPath, ownLetters) = (name.utf8.count, name.utf8.contains(UInt8(ascii: ".")), letters(of: name))
    for candidate in candidates where candidate != name {
      // Most names are told apart by their lengths, and by letters that only one of them has.
      let other = candidate.utf8.count
      let most = limit(length, other)
      if !isPath {
        if abs(length - other) * Cost.swap > most { continue }
        let theirs = letters(of: candidate)
        let missing = max((ownLetters & ~theirs).nonzeroBitCount, (theirs & ~ownLetters).nonzeroBitCount)
        if missing * Cost.letter > most { continue }
      }
      let (wanted, given) = rests(of: name, candidate)
      let limit = limit(wanted.count, given.count)
      let cost = editCost(wanted, given, limit: limit)
      if cost <= limit, best.map({ (cost, candidate) < ($0.cost, $0.name) }) ?? true { best = (cost, candidate) }
    }
    return best?.name
  }

  /// Whether a name is so near another that it was hardly meant otherwise: an edit may make it that.
  static func isSlip(_ name: String, _ other: String) -> Bool {
    let (wanted, given) = rests(of: name, other)
    let limit = max(Cost.letter, min(wanted.count, given.count) / 2)
    return editCost(wanted, given, limit: limit) <= limit
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
  private static func rests(of name: String, _ other: String) -> ([UInt8], [UInt8]) {
    var (left, right) = (Array(name.utf8), Array(other.utf8))
    let same = zip(left, right).prefix { $0 == $1 }.count
    guard let dot = left[..<same].lastIndex(of: UInt8(ascii: ".")) else { return (left, right) }
    left.removeSubrange(...dot)
    right.removeSubrange(...dot)
    return (left, right)
  }

  /// The cost of the edits (insert, delete, replace, swap neighbours) from one text to the other; more than `limit` where
  /// it exceeds that.
  private static func editCost(_ left: [UInt8], _ right: [UInt8], limit: Int) -> Int {
    if abs(left.count - right.count) * Cost.swap > limit || left.count > 200 { return limit + 1 }
    var before = [Int](repeating: 0, count: right.count + 1)
    var previous = (0...right.count).map { $0 * Cost.letter }
    for i in 0..<left.count {
      var current = [(i + 1) * Cost.letter]
      for j in 0..<right.count {
        let same = fold(left[i]) == fold(right[j])
        let removed = i > 0 && left[i] == left[i - 1] ? Cost.swap : Cost.letter
        let added = j > 0 && right[j] == right[j - 1] ? Cost.swap : Cost.letter
        var cost = min(previous[j] + (same ? 0 : Cost.other), previous[j + 1] + removed, current[j] + added)
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
          cost = min(cost, before[j - 1] + Cost.swap)
        }
        current.append(cost)
      }
      before = previous
      previous = current
    }
    return previous[right.count]
  }
}
