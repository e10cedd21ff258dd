/// A regular expression whose matching takes time linear in the text: a Thompson automaton without backtracking.
///
/// It knows literals, `.`, classes, the escapes `\d \w \s` and their negations, those of single characters, classes by
/// name (`[[:alpha:]]`), groups, `|`, `* + ? {m,n}`, `^` and `$`.
/// What would need backtracking (back references, look-around) is refused.
public struct Pattern: Sendable, Hashable {
  /// One instruction of the automaton.
  enum Step: Sendable, Hashable {
    /// Takes one scalar that is in (or with `negated` not in) the ranges.
    case take([ClosedRange<UInt32>], negated: Bool)
    case split(Int, Int)
    case jump(Int)
    case start
    case end
    case accept
    /// Notes the position in a slot: only in automata that `captures` runs.
    case save(Int)
  }

  /// The largest automaton: `(a{100}){100}` would be larger.
  public static let maxSteps = 10_000

  public let source: String
  private(set) var steps: [Step] = []
  /// How many groups it has.
  public private(set) var groups = 0
  private var keepsGroups = false
  /// For automata of at most 64 steps without `^` and `$`, as sets of bits: what each state reaches without taking a
  /// scalar, and which states take each of the first 128 scalars.
  private(set) var closures: [UInt64] = []
  private(set) var takers: [UInt64] = []

  /// Reads a pattern, or says what is wrong with it.
  ///
  /// - Throws: for a mistake in it, what is not supported, and an automaton that is too large.
  public init(_ source: String) throws(PatternError) {
    self.source = source
    var parser = PatternParser(Array(source.unicodeScalars))
    let node = try parser.parse()
    groups = parser.groups
    try emit(node)
    steps.append(.accept)
    makeSets()
  }

  /// The same pattern as an automaton that notes where its groups begin and end; nil where that would be too large.
  public func capturing() -> Pattern? {
    var copy = self
    copy.steps = []
    copy.keepsGroups = true
    copy.closures = []
    var parser = PatternParser(Array(source.unicodeScalars))
    do throws(PatternError) {
      try copy.emit(.group(parser.parse(), 0))
    } catch {
      return nil
    }
    copy.steps.append(.accept)
    return copy
  }

  public static func == (left: Pattern, right: Pattern) -> Bool { left.source == right.source }
  public func hash(into hasher: inout Hasher) { hasher.combine(source) }

  private mutating func makeSets() {
    guard steps.count <= 64 else { return }
    for step in steps {
      switch step {
      case .start, .end: return
      default: continue
      }
    }
    closures = steps.indices.map { reached(from: $0) }
    takers = Array(repeating: 0, count: 128)
    for (state, step) in steps.enumerated() {
      guard case .take(let ranges, let negated) = step else { continue }
      for scalar in 0..<128 where ranges.contains(where: { $0.contains(UInt32(scalar)) }) != negated {
        takers[scalar] |= 1 << UInt64(state)
      }
    }
  }

  private func reached(from start: Int) -> UInt64 {
    var seen: UInt64 = 0
    var pending = [start]
    while let state = pending.popLast() {
      guard seen & 1 << UInt64(state) == 0 else { continue }
      seen |= 1 << UInt64(state)
      switch steps[state] {
      case .split(let one, let other): pending += [one, other]
      case .jump(let target): pending.append(target)
      case .save: pending.append(state + 1)
      default: continue
      }
    }
    return seen
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
    case .repeated(let inner, let least, let most, let isLazy): try emitRepetition(inner, least, most, isLazy)
    case .group(let inner, let number):
      if keepsGroups { steps.append(.save(2 * number)) }
      try emit(inner)
      if keepsGroups { steps.append(.save(2 * number + 1)) }
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

  private mutating func emitRepetition(
    _ inner: PatternNode, _ least: Int, _ most: Int?, _ isLazy: Bool
  ) throws(PatternError) {
    // What is preferred comes first.
    func fork(_ enter: Int, _ leave: Int) -> Step { isLazy ? .split(leave, enter) : .split(enter, leave) }
    for _ in 0..<least { try emit(inner) }
    guard let most else {
      let split = steps.count
      steps.append(.split(split + 1, 0))
      try emit(inner)
      steps.append(.jump(split))
      steps[split] = fork(split + 1, steps.count)
      return
    }
    var splits: [Int] = []
    for _ in least..<max(least, most) {
      splits.append(steps.count)
      steps.append(.split(steps.count + 1, 0))
      try emit(inner)
    }
    for split in splits { steps[split] = fork(split + 1, steps.count) }
  }
}

/// Why a pattern is refused; `offset` counts scalars.
public struct PatternError: Error, Sendable {
  public var message: String
  public var offset: Int
}
