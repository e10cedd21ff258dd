internal import KCData

/// How far decisions agree with what was recorded, for one family of scenarios.
public struct ReplayAgreement: Sendable {
  /// So many of so many.
  public struct Count: Sendable, Hashable {
    /// How many are equal.
    public var agreed = 0
    /// How many were compared.
    public var total = 0

    mutating func note(_ isEqual: Bool) {
      total += 1
      if isEqual { agreed += 1 }
    }
  }

  /// The family of the scenarios.
  public var family: String
  /// Feasible nodes, and for the others plugin, code, reasons; gates; the message.
  public private(set) var verdicts = Count()
  /// Points by node and plugin.
  public private(set) var scores = Count()
  /// Whether the node taken is one of those with the most points.
  public private(set) var choice = Count()
  /// Whether node and victims of preemption are among those left open.
  public private(set) var victims = Count()
  /// In words, one per decision that differs.
  public private(set) var differences: [String] = []

  /// Nothing compared yet.
  public init(family: String) { self.family = family }

  /// `family: verdicts N of M, scores N of M, choice N of M, victims N of M`
  public var summary: String {
    func text(_ name: String, _ count: Count) -> String { "\(name) \(count.agreed) of \(count.total)" }
    return
      "\(family): \(text("verdicts", verdicts)), \(text("scores", scores)), \(text("choice", choice)), "
      + text("victims", victims)
  }

  /// Whether all that was compared is equal.
  public var isComplete: Bool {
    [verdicts, scores, choice, victims].allSatisfy { $0.agreed == $0.total }
  }

  /// Counts a decision in; one without a recording is passed over.
  public mutating func add(_ outcome: Replay.Outcome) {
    guard let recorded = outcome.recorded else { return }
    let result = outcome.result
    let verdict = Self.verdictDifference(result, recorded)
    verdicts.note(verdict == nil)
    if let verdict { differences.append("\(outcome.id): \(verdict)") }
    if let expected = recorded["scores"] {
      let isEqual = result["scores"] == expected && result["total"] == recorded["total"]
      scores.note(isEqual)
      if !isEqual { differences.append("\(outcome.id): scores \(Self.pointsDifference(result, recorded))") }
    }
    if let tied = recorded["tied"]?.array {
      let isEqual = result["node"].map(tied.contains) ?? false
      choice.note(isEqual)
      if !isEqual {
        differences.append("\(outcome.id): went to \(Self.text(result["node"])), not \(Self.text(recorded["tied"]))")
      }
    }
    if recorded["nominated"] != nil || result["nominated"] != nil {
      let problem = Self.victimsDifference(result, recorded)
      victims.note(problem == nil)
      if let problem { differences.append("\(outcome.id): \(problem)") }
    }
  }

  private static func verdictDifference(_ result: Value, _ recorded: Value) -> String? {
    for field in ["gated", "prefilter", "message", "reason"] where result[field] != recorded[field] {
      return "\(field) \(text(result[field])) instead of \(text(recorded[field]))"
    }
    let (ours, theirs) = (set(result["feasible"]), set(recorded["feasible"]))
    if ours != theirs { return "feasible \(ours.sorted()) instead of \(theirs.sorted())" }
    if narrowing(result) != narrowing(recorded) {
      return "narrowed to \(text(result["narrowed"])) instead of \(text(recorded["narrowed"]))"
    }
    for field in ["rejected", "dryRun"] {
      let (ours, theirs) = (result[field]?.object ?? [:], recorded[field]?.object ?? [:])
      for node in Set(ours.keys).union(theirs.keys).sorted() where !isSame(ours[node], theirs[node]) {
        return "\(field) \(node) \(text(ours[node])) instead of \(text(theirs[node]))"
      }
    }
    return nil
  }

  private static func narrowing(_ result: Value) -> Set<String> {
    set(result.at("narrowed", "nodes")).union(set(result.at("narrowed", "plugins")))
  }

  private static func isSame(_ left: Value?, _ right: Value?) -> Bool {
    left?["plugin"] == right?["plugin"] && left?["code"] == right?["code"]
      && set(left?["reasons"]) == set(right?["reasons"])
  }

  private static func pointsDifference(_ result: Value, _ recorded: Value) -> String {
    for (node, points) in recorded["scores"]?.object ?? [:] {
      let ours = result.at("scores", node)?.object ?? [:]
      for plugin in Set(ours.keys).union(points.object?.keys ?? []).sorted() where ours[plugin] != points[plugin] {
        return "\(node) \(plugin) \(text(ours[plugin])) instead of \(text(points[plugin]))"
      }
    }
    return "of other nodes"
  }

  private static func victimsDifference(_ result: Value, _ recorded: Value) -> String? {
    let (ours, theirs) = (set(result["nominatedTied"]), set(recorded["nominatedTied"]))
    if ours != theirs { return "clears one of \(ours.sorted()) instead of \(theirs.sorted())" }
    let (candidates, expected) = (result["candidates"]?.object ?? [:], recorded["candidates"]?.object ?? [:])
    for node in Set(candidates.keys).union(expected.keys).sorted() {
      let (left, right) = (candidates[node], expected[node])
      if left?["pdbViolations"] != right?["pdbViolations"] || set(left?["victims"]) != set(right?["victims"]) {
        return "candidate \(node) \(text(left)) instead of \(text(right))"
      }
    }
    return nil
  }

  private static func set(_ value: Value?) -> Set<String> { Set((value?.array ?? []).compactMap(\.string)) }

  private static func text(_ value: Value?) -> String {
    switch value {
    case nil: "nothing"
    case .string(let text)?: "“\(text)”"
    case .int(let number)?: "\(number)"
    case .array(let list)?: "[\(list.map { text($0) }.joined(separator: ", "))]"
    case .object(let fields)?: "{\(fields.map { "\($0.key): \(text($0.value))" }.joined(separator: ", "))}"
    case .bool(let truth)?: "\(truth)"
    case .number(let number)?: "\(number)"
    case .null?: "null"
    }
  }
}
