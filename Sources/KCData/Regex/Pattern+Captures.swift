/// Finding a place that matches, and what its groups took: threads in order of preference, each with its slots, so that
/// the time is linear in the text.
public struct PatternSearch {
  /// The scalars of the text.
  public let text: [Unicode.Scalar]
  private let pattern: Pattern
  /// How many steps may still be taken by all searches in the text together.
  public private(set) var budget = 50_000_000

  /// - Parameter pattern: as `capturing` gives it.
  public init(_ pattern: Pattern, in text: String) {
    self.pattern = pattern
    self.text = Array(text.unicodeScalars)
  }

  private struct Thread {
    var state: Int
    var slots: [Int]
  }

  /// The first match at or after a place, as pairs of start and end: of all of it, then of each group, with -1 for groups
  /// that took no part. Nil where there is none, or where the budget is used up.
  public mutating func first(from start: Int) -> [Int]? {
    var current: [Thread] = []
    var found: [Int]?
    var place = start
    var marks = [Int](repeating: -1, count: pattern.steps.count)
    let fresh = [Int](repeating: -1, count: 2 * (pattern.groups + 1))
    while place <= text.count, budget > 0 {
      if found == nil { add(Thread(state: 0, slots: fresh), at: place, to: &current, &marks) }
      if current.isEmpty { break }
      var next: [Thread] = []
      for thread in current {
        budget -= 1
        if case .accept = pattern.steps[thread.state] {
          // What comes after it is preferred less.
          found = thread.slots
          break
        }
        guard case .take(let ranges, let negated) = pattern.steps[thread.state], place < text.count,
          ranges.contains(where: { $0.contains(text[place].value) }) != negated
        else { continue }
        add(Thread(state: thread.state + 1, slots: thread.slots), at: place + 1, to: &next, &marks)
      }
      current = next
      place += 1
    }
    return budget > 0 ? found : nil
  }

  /// Adds a thread, and all that it leads to without taking a scalar, unless one of these was added at the place before.
  private mutating func add(_ thread: Thread, at place: Int, to list: inout [Thread], _ marks: inout [Int]) {
    var pending = [thread]
    while var thread = pending.popLast() {
      guard marks[thread.state] != place else { continue }
      marks[thread.state] = place
      budget -= 1
      switch pattern.steps[thread.state] {
      case .take, .accept: list.append(thread)
      case .split(let one, let other):
        pending.append(Thread(state: other, slots: thread.slots))
        thread.state = one
        pending.append(thread)
      case .jump(let target):
        thread.state = target
        pending.append(thread)
      case .save(let slot):
        thread.slots[slot] = place
        thread.state += 1
        pending.append(thread)
      case .start:
        thread.state += 1
        if place == 0 { pending.append(thread) }
      case .end:
        thread.state += 1
        if place == text.count { pending.append(thread) }
      }
    }
  }

  /// All matches that do not overlap, from the first on.
  public mutating func all() -> [[Int]] {
    var found: [[Int]] = []
    var place = 0
    while place <= text.count, let match = first(from: place) {
      found.append(match)
      place = max(match[1], match[0] + (match[1] == match[0] ? 1 : 0))
    }
    return found
  }

  /// The text between two places; empty for a group that took no part.
  public func text(_ start: Int, _ end: Int) -> String {
    guard start >= 0, end >= start else { return "" }
    var out = String.UnicodeScalarView()
    out.append(contentsOf: text[start..<end])
    return String(out)
  }
}
