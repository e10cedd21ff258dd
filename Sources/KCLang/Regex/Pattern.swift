/// A regular expression whose matching takes time linear in the text: a Thompson automaton without backtracking.
///
/// It knows literals, `.`, classes, the escapes `\d \w \s` and their negations, groups, `|`, `* + ? {m,n}`, `^` and `$`.
/// What would need backtracking (back references, look-around) is refused.
struct Pattern: Sendable, Hashable {
  /// One instruction of the automaton.
  enum Step: Sendable, Hashable {
    /// Takes one scalar that is in (or with `negated` not in) the ranges.
    case take([ClosedRange<UInt32>], negated: Bool)
    case split(Int, Int)
    case jump(Int)
    case start
    case end
    case accept
  }

  /// The largest automaton: `(a{100}){100}` would be larger.
  static let maxSteps = 10_000

  let source: String
  private(set) var steps: [Step] = []

  /// Reads a pattern, or says what is wrong with it.
  init(_ source: String) throws(PatternError) {
    self.source = source
    var parser = PatternParser(Array(source.unicodeScalars))
    let node = try parser.parse()
    try emit(node)
    steps.append(.accept)
  }

  private mutating func emit(_ node: PatternNode) throws(PatternError) {
    guard steps.count < Self.maxSteps else {
      throw PatternError(message: "it needs more than \(Self.maxSteps) steps", offset: 0)
    }
    switch node {
    case .empty: break
    case .set(let ranges, let negated): steps.append(.take(ranges, negated: negated))
    case .start: steps.append(.start)
    case .end: steps.append(.end)
    case .sequence(let parts): for part in parts { try emit(part) }
    case .choice(let branches): try emitChoice(branches)
    case .repeated(let inner, let least, let most): try emitRepetition(inner, least, most)
    }
  }

  private mutating func emitChoice(_ branches: [PatternNode]) throws(PatternError) {
    var exits: [Int] = []
    for (index, branch) in branches.enumerated() {
      if index == branches.count - 1 {
        try emit(branch)
        break
      }
      let split = steps.count
      steps.append(.split(split + 1, 0))
      try emit(branch)
      exits.append(steps.count)
      steps.append(.jump(0))
      steps[split] = .split(split + 1, steps.count)
    }
    for exit in exits { steps[exit] = .jump(steps.count) }
  }

  private mutating func emitRepetition(_ inner: PatternNode, _ least: Int, _ most: Int?) throws(PatternError) {
    for _ in 0..<least { try emit(inner) }
    guard let most else {
      let split = steps.count
      steps.append(.split(split + 1, 0))
      try emit(inner)
      steps.append(.jump(split))
      steps[split] = .split(split + 1, steps.count)
      return
    }
    var splits: [Int] = []
    for _ in least..<max(least, most) {
      splits.append(steps.count)
      steps.append(.split(steps.count + 1, 0))
      try emit(inner)
    }
    for split in splits { steps[split] = .split(split + 1, steps.count) }
  }
}

/// Why a pattern is refused; `offset` counts scalars.
struct PatternError: Error {
  var message: String
  var offset: Int
}
