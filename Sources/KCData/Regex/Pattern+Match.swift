extension Pattern {
  /// Whether the whole text matches.
  public func matches(_ text: some Sequence<UInt8>) -> Bool {
    // The one shape that all texts in one piece have: a sequence of any type is read element by element.
    text.withContiguousStorageIfAvailable { matches($0) } ?? Array(text).withUnsafeBufferPointer { matches($0) }
  }

  /// Whether the whole text matches.
  public func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    if !closures.isEmpty, let known = matchesQuickly(text) { return known }
    return search(String(decoding: text, as: UTF8.self), whole: true)
  }

  /// The same for ASCII text, with the states as bits of one number; nil where the text is not ASCII.
  private func matchesQuickly(_ text: UnsafeBufferPointer<UInt8>) -> Bool? {
    let (closures, takers) = (closures, takers)
    var states = closures[0]
    // Most bytes are taken by the states that took the one before.
    var last: UInt64 = 0
    for byte in text {
      guard byte < 128 else { return nil }
      let taking = states & takers[Int(byte)]
      if taking == 0 { return false }
      if taking == last { continue }
      last = taking
      states = 0
      var rest = taking
      while rest != 0 {
        states |= closures[rest.trailingZeroBitCount + 1]
        rest &= rest &- 1
      }
    }
    return states >> UInt64(steps.count - 1) & 1 == 1
  }

  /// Whether some part of the text matches.
  public func isFound(in text: String) -> Bool { search(text, whole: false) }

  private func search(_ text: String, whole: Bool) -> Bool {
    var current = StateSet(count: steps.count)
    var next = StateSet(count: steps.count)
    let scalars = text.unicodeScalars
    var index = scalars.startIndex
    var isFirst = true
    while true {
      let atEnd = index == scalars.endIndex
      if isFirst || !whole { add(0, to: &current, atStart: isFirst, atEnd: atEnd) }
      if !whole, current.accepts { return true }
      if atEnd { return current.accepts }
      if current.isEmpty, whole { return false }
      let scalar = scalars[index].value
      scalars.formIndex(after: &index)
      next.clear()
      for state in current.members {
        if case .take(let ranges, let negated) = steps[state],
          ranges.contains(where: { $0.contains(scalar) }) != negated
        {
          add(state + 1, to: &next, atStart: false, atEnd: index == scalars.endIndex)
        }
      }
      swap(&current, &next)
      isFirst = false
    }
  }

  /// Adds a state and all that is reached from it without taking a scalar.
  private func add(_ state: Int, to set: inout StateSet, atStart: Bool, atEnd: Bool) {
    var pending = [state]
    while let state = pending.popLast() {
      guard set.insert(state) else { continue }
      switch steps[state] {
      case .take: break
      case .split(let one, let other): pending += [other, one]
      case .jump(let target): pending.append(target)
      case .start: if atStart { pending.append(state + 1) }
      case .end: if atEnd { pending.append(state + 1) }
      case .save: pending.append(state + 1)
      case .accept: set.accepts = true
      }
    }
  }

  /// The states an automaton is in: a list, and marks against adding one twice.
  private struct StateSet {
    private(set) var members: [Int] = []
    private var marks: [Bool]
    var accepts = false

    init(count: Int) { marks = Array(repeating: false, count: count) }

    var isEmpty: Bool { members.isEmpty }

    mutating func insert(_ state: Int) -> Bool {
      if marks[state] { return false }
      marks[state] = true
      members.append(state)
      return true
    }

    mutating func clear() {
      for state in members { marks[state] = false }
      members.removeAll(keepingCapacity: true)
      accepts = false
    }
  }
}
