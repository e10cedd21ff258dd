internal import KCData

extension Typed {
  /// `live` with all that `config` sets.
  static func merge(_ live: Value, _ config: Value, at position: TypedPosition) -> Value {
    merge(Optional(live), Optional(config), position, depth: 0) ?? .null
  }

  private static func merge(_ live: Value?, _ config: Value?, _ at: TypedPosition, depth: Int) -> Value? {
    let form = at.form(of: config ?? live)
    if at.isTakenWhole(form) || depth >= limit { return config ?? live }
    switch form {
    case .scalar: return config ?? live
    case .map:
      let (left, right) = (live?.object ?? [:], config?.object ?? [:])
      if left.isEmpty && right.isEmpty { return config ?? live }
      var out = left
      for (key, value) in left where right[key] == nil {
        out[key] = merge(value, nil, at.child(key), depth: depth + 1)
      }
      for (key, value) in right { out[key] = merge(left[key], value, at.child(key), depth: depth + 1) }
      return out.isEmpty ? nil : .object(out)
    case .list:
      let (left, right) = (live?.array ?? [], config?.array ?? [])
      if left.isEmpty && right.isEmpty { return config ?? live }
      let out = ListMerge(left, right, at).run { merge($0, $1, at.element, depth: depth + 1) }
      return out.isEmpty ? nil : .array(out)
    }
  }
}

/// Merges lists whose elements can be told apart: shared elements come in the configuration's order, and those that
/// only the live list has stay near what they stood beside.
private struct ListMerge {
  private let live: [(step: String, value: Value)]
  private let config: [(step: String, value: Value)]
  private var liveByStep: [String: Value] = [:]
  private var repeated: Set<String> = []
  private var configByStep: [String: Value] = [:]
  /// Elements of both lists, in the configuration's order.
  private var shared: ArraySlice<String> = []

  init(_ live: [Value], _ config: [Value], _ position: TypedPosition) {
    func named(_ list: [Value]) -> [(String, Value)] {
      list.compactMap { value in position.step(of: value).map { ($0, value) } }
    }
    self.live = named(live)
    self.config = named(config)
    for (step, value) in self.live {
      if liveByStep.updateValue(value, forKey: step) != nil { repeated.insert(step) }
    }
    for (step, value) in self.config { configByStep[step] = value }
    shared = self.config.map(\.step).filter { liveByStep[$0] != nil }[...]
  }

  /// What an element is merged with: where the live list repeats it, with nothing.
  private func counterpart(_ step: String) -> Value? { repeated.contains(step) ? .null : liveByStep[step] }

  func run(merge: (Value?, Value?) -> Value?) -> [Value] {
    var out: [Value] = []
    var shared = shared
    var next = shared.popFirst()
    var merged: Set<String> = []
    var (l, c) = (0, 0)
    while l < live.count || c < config.count {
      if l < live.count, c < config.count {
        let step = live[l].step
        if step == config[c].step {
          merged.insert(step)
          if let value = merge(counterpart(step), configByStep[step]) { out.append(value) }
          l += 1
          c += 1
          next = shared.popFirst()
          continue
        }
        if configByStep[step] != nil, next != nil, next != step {
          // Shared, but not the one whose turn it is.
          l += 1
          continue
        }
      }
      if l < live.count {
        let step = live[l].step
        if configByStep[step] == nil {
          if let value = merge(live[l].value, nil) { out.append(value) }
          l += 1
          continue
        } else if merged.contains(step) {
          l += 1
        }
      }
      if c < config.count {
        let step = config[c].step
        merged.insert(step)
        if let value = merge(counterpart(step), configByStep[step]) { out.append(value) }
        c += 1
        if next == step { next = shared.popFirst() }
      }
    }
    return out
  }
}
