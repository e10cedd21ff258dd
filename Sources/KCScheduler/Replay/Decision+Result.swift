public import KCData

extension Decision {
  /// The decision in the form of recordings: `node`, `feasible`, `scores`, `rejected` and so on.
  public var result: Value {
    if isGated { return ["gated": true, "reason": "SchedulingGated", "message": .string(message)] }
    var out: Value = [:]
    if let node { out["node"] = .string(node) }
    out["feasible"] = Self.strings(feasible)
    if !tied.isEmpty { out["tied"] = Self.strings(tied) }
    if !scores.isEmpty {
      out["scores"] = Self.map(scores) { points in Self.map(points) { .int($0) } }
      out["total"] = Self.map(total) { .int($0) }
    }
    if node == nil {
      out["reason"] = "Unschedulable"
      out["message"] = .string(message)
    }
    if let prefilter { out["prefilter"] = prefilter.result }
    if let narrowed, !feasible.isEmpty || prefilter == nil {
      out["narrowed"] = ["plugins": Self.strings(narrowed.plugins), "nodes": Self.strings(narrowed.nodes)]
    }
    if !rejected.isEmpty { out["rejected"] = Self.map(rejected, \.result) }
    if !candidates.isEmpty {
      let byNode = Dictionary(candidates.map { ($0.node, $0) }, uniquingKeysWith: { $1 })
      out["candidates"] = Self.map(byNode) {
        ["victims": .array($0.victims.map { .string($0) }), "pdbViolations": Value($0.budgetViolations)]
      }
    }
    if !dryRun.isEmpty { out["dryRun"] = Self.map(dryRun, \.result) }
    if let nominated {
      out["nominated"] = .string(nominated)
      out["victims"] = .array(victims.map { .string($0) })
      out["nominatedTied"] = Self.strings(nominatedTied)
    }
    return out
  }

  private static func strings(_ list: [String]) -> Value { .array(list.sorted().map { .string($0) }) }

  private static func map<Element>(_ map: [String: Element], _ value: (Element) -> Value) -> Value {
    .object(Fields(map.sorted { $0.key < $1.key }.map { ($0.key, value($0.value)) }))
  }
}

extension Rejection {
  /// The rejection in the form of recordings.
  var result: Value {
    ["plugin": .string(plugin), "code": .string(code), "reasons": .array(reasons.map { .string($0) })]
  }
}
