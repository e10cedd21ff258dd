indirect enum PatternNode {
  case empty
  case set([ClosedRange<UInt32>], negated: Bool)
  case start, end
  case sequence([PatternNode])
  case choice([PatternNode])
  case repeated(PatternNode, Int, Int?, isLazy: Bool)
  case group(PatternNode, Int)
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
  /// The groups that were read.
  private(set) var groups = 0
  /// Whether `(?i)` holds here.
  private var ignoresCase = false

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
      case "*": node = repeated(node, 0, nil)
      case "+": node = repeated(node, 1, nil)
      case "?": node = repeated(node, 0, 1)
      case "{":
        guard let (least, most) = try counts() else { return node }
        position -= 1
        node = repeated(node, least, most)
      default: return node
      }
    }
    return node
  }

  /// A repetition whose sign stands here; a `?` after it prefers the shortest match.
  private mutating func repeated(_ node: PatternNode, _ least: Int, _ most: Int?) -> PatternNode {
    position += 1
    let isLazy = current == "?"
    if isLazy { position += 1 }
    return .repeated(node, least, most, isLazy: isLazy)
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
    default: return .set(cases([next.value...next.value]), negated: false)
    }
  }

  /// Ranges, with the other case of the letters in them where that does not matter.
  private func cases(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    guard ignoresCase else { return ranges }
    var out = ranges
    for range in ranges {
      for (letters, shift) in [(65...90, 32), (97...122, -32)] as [(ClosedRange<UInt32>, Int32)]
      where range.overlaps(letters) {
        let both = range.clamped(to: letters)
        out.append(UInt32(Int32(both.lowerBound) + shift)...UInt32(Int32(both.upperBound) + shift))
      }
    }
    return out
  }

  private mutating func group() throws(PatternError) -> PatternNode {
    let start = position
    position += 1
    var number: Int?
    if current != "?" || text[position...].starts(with: "?P<".unicodeScalars) {
      groups += 1
      number = groups
    }
    let outer = ignoresCase
    if current == "?" {
      if text[position...].starts(with: "?i)".unicodeScalars) {
        // It holds to the end of the group around.
        ignoresCase = true
        position += 3
        return .empty
      }
      try groupHead()
    }
    defer { ignoresCase = outer }
    let inner = try choice()
    guard current == ")" else { throw PatternError(message: "this `(` is not closed", offset: start) }
    position += 1
    return number.map { .group(inner, $0) } ?? inner
  }

  /// `?:`, `?i:`, or a name, `?P<name>`: groups go by their number.
  private mutating func groupHead() throws(PatternError) {
    let rest = text[(position + 1)...]
    if rest.first == ":" {
      position += 2
    } else if rest.starts(with: "i:".unicodeScalars) {
      ignoresCase = true
      position += 3
    } else if rest.starts(with: "P<".unicodeScalars), let end = rest.firstIndex(of: ">") {
      position = end + 1
    } else {
      throw failure("look-around and flags but `i` are not supported: matching is linear in the text")
    }
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
    case "f": return ([12...12], false)
    case "v": return ([11...11], false)
    case "x": return ([try hexadecimal()], false)
    case "a"..."z", "A"..."Z", "0"..."9":
      position -= 1
      throw failure("`\\\(next)` is not supported")
    default: return ([next.value...next.value], false)
    }
  }

  /// `\x41`, `\x{1F600}`
  private mutating func hexadecimal() throws(PatternError) -> ClosedRange<UInt32> {
    let isBraced = current == "{"
    if isBraced { position += 1 }
    var (value, count): (UInt32, Int) = (0, 0)
    while let next = current, let digit = Character(next).hexDigitValue, next.isASCII, count < (isBraced ? 6 : 2) {
      value = value << 4 | UInt32(digit)
      count += 1
      position += 1
    }
    guard count == (isBraced ? max(count, 1) : 2), !isBraced || current == "}" else {
      throw failure("`\\x` wants two digits, or digits in braces")
    }
    if isBraced { position += 1 }
    return value...value
  }

  /// `[:alpha:]` within brackets; nil where none stands.
  private mutating func namedClass() throws(PatternError) -> [ClosedRange<UInt32>]? {
    guard current == "[", position + 1 < text.count, text[position + 1] == ":" else { return nil }
    let rest = text[(position + 2)...]
    guard let end = rest.firstIndex(of: ":"), end + 1 < text.count, text[end + 1] == "]" else { return nil }
    var name = ""
    name.unicodeScalars.append(contentsOf: rest[..<end])
    guard let found = Self.named[name] else { throw failure("there is no class `[:\(name):]`") }
    position = end + 2
    return found
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
      if let named = try namedClass() {
        ranges += named
        continue
      }
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
      let high: UInt32
      if text[position] == "\\" {
        let (set, inverse) = try escape()
        guard !inverse, set.count == 1, set[0].count == 1 else { throw failure("a range ends in one character") }
        high = set[0].lowerBound
      } else {
        high = text[position].value
        position += 1
      }
      guard low <= high else { throw failure("the range runs backwards") }
      ranges.append(low...high)
    }
    guard current == "]" else { throw PatternError(message: "this `[` is not closed", offset: start) }
    position += 1
    return .set(cases(ranges), negated: negated)
  }

  private static let digits: [ClosedRange<UInt32>] = [48...57]
  private static let words: [ClosedRange<UInt32>] = [48...57, 65...90, 95...95, 97...122]
  private static let spaces: [ClosedRange<UInt32>] = [9...13, 32...32]
  private static let named: [String: [ClosedRange<UInt32>]] = [
    "alnum": [48...57, 65...90, 97...122], "alpha": [65...90, 97...122], "ascii": [0...127], "blank": [9...9, 32...32],
    "cntrl": [0...31, 127...127], "digit": digits, "graph": [33...126], "lower": [97...122], "print": [32...126],
    "punct": [33...47, 58...64, 91...96, 123...126], "space": spaces, "upper": [65...90], "word": words,
    "xdigit": [48...57, 65...70, 97...102],
  ]
}
