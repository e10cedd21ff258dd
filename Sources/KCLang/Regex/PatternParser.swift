indirect enum PatternNode {
  case empty
  case set([ClosedRange<UInt32>], negated: Bool)
  case start, end
  case sequence([PatternNode])
  case choice([PatternNode])
  case repeated(PatternNode, Int, Int?)
}

/// Reads the text of a regular expression.
struct PatternParser {
  /// The deepest nesting of groups.
  static let maxDepth = 100
  /// The largest count in `{m,n}`.
  static let maxCount = 1000

  private let text: [Unicode.Scalar]
  private var position = 0
  private var depth = 0

  init(_ text: [Unicode.Scalar]) { self.text = text }

  private var current: Unicode.Scalar? { position < text.count ? text[position] : nil }

  private func failure(_ message: String) -> PatternError { PatternError(message: message, offset: position) }

  mutating func parse() throws(PatternError) -> PatternNode {
    let node = try choice()
    guard position == text.count else { throw failure("there is a `)` without its `(`") }
    return node
  }

  private mutating func choice() throws(PatternError) -> PatternNode {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maxDepth else { throw failure("groups are nested more than \(Self.maxDepth) deep") }
    var branches = [try sequence()]
    while current == "|" {
      position += 1
      branches.append(try sequence())
    }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence() throws(PatternError) -> PatternNode {
    var parts: [PatternNode] = []
    while let next = current, next != "|", next != ")" { parts.append(try repetition()) }
    return parts.isEmpty ? .empty : parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func repetition() throws(PatternError) -> PatternNode {
    var node = try atom()
    while let next = current {
      switch next {
      case "*": node = .repeated(node, 0, nil)
      case "+": node = .repeated(node, 1, nil)
      case "?": node = .repeated(node, 0, 1)
      case "{":
        guard let (least, most) = try counts() else { return node }
        node = .repeated(node, least, most)
        continue
      default: return node
      }
      position += 1
      // Whether the shortest match is preferred makes no difference to whether there is one.
      if current == "?" { position += 1 }
    }
    return node
  }

  /// `{m}`, `{m,}` or `{m,n}`; nil, without moving, where the brace stands for itself.
  private mutating func counts() throws(PatternError) -> (Int, Int?)? {
    let start = position
    position += 1
    let least = number()
    var most = least
    if current == "," {
      position += 1
      most = number()
      if most == nil, current == "}", let least {
        position += 1
        return (least, nil)
      }
    }
    guard let least, let most, current == "}" else {
      position = start
      throw failure("`{` stands for a count here: write `\\{` for the brace")
    }
    position += 1
    guard least <= most else { throw failure("the count runs backwards") }
    guard most <= Self.maxCount else { throw failure("a count may be at most \(Self.maxCount)") }
    return (least, most)
  }

  private mutating func number() -> Int? {
    var digits = 0
    var value = 0
    while let next = current, ("0"..."9").contains(next), digits < 6 {
      value = value * 10 + Int(next.value - 48)
      digits += 1
      position += 1
    }
    return digits == 0 ? nil : value
  }

  private mutating func atom() throws(PatternError) -> PatternNode {
    guard let next = current else { return .empty }
    switch next {
    case "(": return try group()
    case "[": return try bracket()
    case "*", "+", "?": throw failure("`\(next)` has nothing to repeat")
    case "\\":
      let (ranges, negated) = try escape()
      return .set(ranges, negated: negated)
    default: break
    }
    position += 1
    switch next {
    case ".": return .set([10...10], negated: true)
    case "^": return .start
    case "$": return .end
    default: return .set([next.value...next.value], negated: false)
    }
  }

  private mutating func group() throws(PatternError) -> PatternNode {
    let start = position
    position += 1
    if current == "?" {
      guard position + 1 < text.count, text[position + 1] == ":" else {
        throw failure("look-around and flags are not supported: matching is linear in the text")
      }
      position += 2
    }
    let inner = try choice()
    guard current == ")" else { throw PatternError(message: "this `(` is not closed", offset: start) }
    position += 1
    return inner
  }

  private mutating func escape() throws(PatternError) -> ([ClosedRange<UInt32>], Bool) {
    position += 1
    guard let next = current else { throw failure("a `\\` stands at the end") }
    position += 1
    switch next {
    case "d", "D": return (Self.digits, next == "D")
    case "w", "W": return (Self.words, next == "W")
    case "s", "S": return (Self.spaces, next == "S")
    case "n": return ([10...10], false)
    case "t": return ([9...9], false)
    case "r": return ([13...13], false)
    case "a"..."z", "A"..."Z", "0"..."9":
      position -= 1
      throw failure("`\\\(next)` is not supported")
    default: return ([next.value...next.value], false)
    }
  }

  private mutating func bracket() throws(PatternError) -> PatternNode {
    let start = position
    position += 1
    let negated = current == "^"
    if negated { position += 1 }
    var ranges: [ClosedRange<UInt32>] = []
    var isFirst = true
    while let next = current, next != "]" || isFirst {
      isFirst = false
      var low = next.value
      if next == "\\" {
        let (set, inverse) = try escape()
        guard !inverse else { throw failure("a negated escape cannot stand in brackets") }
        guard set.count == 1, set[0].count == 1 else {
          ranges += set
          continue
        }
        low = set[0].lowerBound
      } else {
        position += 1
      }
      guard current == "-", position + 1 < text.count, text[position + 1] != "]" else {
        ranges.append(low...low)
        continue
      }
      position += 1
      let high = text[position].value
      guard low <= high else { throw failure("the range runs backwards") }
      ranges.append(low...high)
      position += 1
    }
    guard current == "]" else { throw PatternError(message: "this `[` is not closed", offset: start) }
    position += 1
    return .set(ranges, negated: negated)
  }

  private static let digits: [ClosedRange<UInt32>] = [48...57]
  private static let words: [ClosedRange<UInt32>] = [48...57, 65...90, 95...95, 97...122]
  private static let spaces: [ClosedRange<UInt32>] = [9...13, 32...32]
}
