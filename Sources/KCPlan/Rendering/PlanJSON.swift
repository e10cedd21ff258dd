public import KCData
internal import KCKube

/// A plan as data, for programs that read it: the shape is published in `docs/reference/plan-json.md`.
public enum PlanJSON {
  public static let version = "kc.dev/plan/v1"

  public static func value(_ plan: Plan) -> Value {
    var summary: Value = [:]
    for action in Step.Action.allCases { summary[action.rawValue] = Value(plan.count(action)) }
    var out: Value = [
      "schema": .string(version), "project": .string(plan.project), "target": .string(plan.target),
      "digest": .string(plan.digest), "summary": summary,
      "changes": .array(plan.changes.map { step($0) }),
      "leftAlone": .array(
        plan.steps.filter { $0.action == .keep && !$0.leftAlone.isEmpty }.map { step in
          ["address": .string(step.address), "fields": .array(step.leftAlone.map(foreign))]
        }),
      "placements": .array(plan.placements.map(placement)),
    ]
    if let environment = plan.environment { out["environment"] = .string(environment) }
    if let why = plan.unforeseen { out["unforeseen"] = .string(why) }
    if let former = plan.appliedAs { out["appliedAs"] = .string(former) }
    if !plan.alsoIn.isEmpty { out["alsoIn"] = .array(plan.alsoIn.map { .string($0) }) }
    if let unfinished = plan.unfinished { out["unfinished"] = self.unfinished(unfinished) }
    return out
  }

  /// An apply that was not finished: `revision`, `runBy`, `open`; `removesAll` of a destroy, `backTo` of a rollback.
  public static func unfinished(_ unfinished: Unfinished) -> Value {
    var out: Value = ["revision": Value(unfinished.revision)]
    out["runBy"] = unfinished.runBy.map { .string($0) }
    out["open"] = unfinished.open.map { .array($0.sorted().map { .string($0) }) }
    if unfinished.removesAll { out["removesAll"] = true }
    out["backTo"] = unfinished.backTo.map { Value($0) }
    return out
  }

  /// The order graph, for programs that draw it.
  public static func graph(_ graph: OrderGraph) -> Value {
    [
      "schema": "kc.dev/graph/v1",
      "nodes": .array(
        graph.nodes.map { node in
          ["address": .string(node.address), "wave": Value(node.wave), "action": .string(node.action.rawValue)]
        }),
      "edges": .array(
        graph.edges.map { edge in
          [
            "from": .string(graph.nodes[edge.from].address), "to": .string(graph.nodes[edge.to].address),
            "reference": .bool(edge.isReference),
          ]
        }),
    ]
  }

  static func step(_ step: Step) -> Value {
    var out: Value = [
      "action": .string(step.action.rawValue), "address": .string(step.address), "object": key(step.key),
      "effect": .string(step.effect), "after": .array(step.after.map { .string($0) }),
      "fields": .array(step.changes.map(change)),
    ]
    if let origin = step.origin { out["origin"] = self.origin(origin) }
    if !step.risks.isEmpty {
      out["risks"] = .array(
        step.risks.map { ["kind": .string($0.kind.rawValue), "reason": .string($0.reason)] })
    }
    if !step.leftAlone.isEmpty { out["leftAlone"] = .array(step.leftAlone.map(foreign)) }
    if let former = step.movedFrom { out["movedFrom"] = .string(former) }
    if let reason = step.guardReason { out["needsAllowDelete"] = .string(reason) }
    if !step.conflicts.isEmpty { out["conflicts"] = .array(step.conflicts.map(\.value)) }
    if !step.deferred.isEmpty {
      out["knownAfterApply"] = .array(
        step.deferred.map { field in
          [
            "path": .string(field.path.description),
            "from": .array(
              field.expression.sources.map {
                ["address": .string($0.address), "path": .string($0.path.description)]
              }),
          ]
        })
    }
    if let refusal = step.refusal { out["refused"] = .string(refusal.message) }
    return out
  }

  private static func foreign(_ field: ForeignField) -> Value {
    var out: Value = ["path": .string(field.path.description), "manager": .string(field.manager)]
    out["value"] = field.value
    out["declared"] = field.declared
    return out
  }

  static func key(_ key: ObjectKey) -> Value {
    var out: Value = [
      "apiVersion": .string(key.apiVersion), "kind": .string(key.kind), "name": .string(key.name),
    ]
    if !key.namespace.isEmpty { out["namespace"] = .string(key.namespace) }
    return out
  }

  static func origin(_ origin: Origin) -> Value {
    var out: Value = [
      "file": .string(origin.file), "line": Value(origin.line), "layer": .string(origin.layer),
    ]
    if let parameter = origin.parameter { out["parameter"] = .string(parameter) }
    return out
  }

  private static func change(_ change: Step.Change) -> Value {
    var out: Value = ["path": .string(change.field.path.description)]
    if change.isSecret {
      out["secret"] = true
    } else {
      out["old"] = change.field.old
      out["new"] = change.field.new
    }
    if let origin = change.origin { out["origin"] = self.origin(origin) }
    if let manager = change.driftedBy { out["driftedBy"] = .string(manager) }
    return out
  }

  private static func placement(_ placement: Placement) -> Value {
    [
      "address": .string(placement.address),
      "nodes": .object(Fields(placement.nodes.map { ($0.node, Value($0.pods)) })),
      "certain": .bool(placement.isCertain),
      "unplaced": Value(placement.unplaced), "onlyDuringRollout": .bool(placement.onlyDuringRollout),
      "remedies": .array(placement.remedies.map { .string($0) }),
      "evicts": .array(placement.evicts.map { .string($0) }),
      "displaced": .array(placement.displaced.map(\.value)),
      "homeless": .array(placement.homeless.map { .string($0) }),
      "obstacles": .array(
        placement.obstacles.map { obstacle in
          var out: Value = ["node": .string(obstacle.node), "reason": .string(obstacle.reason)]
          if !obstacle.plugin.isEmpty { out["plugin"] = .string(obstacle.plugin) }
          if let rule = obstacle.rule {
            out["rule"] = ["text": .string(rule.text), "origin": origin(rule.origin)]
          }
          return out
        }),
    ]
  }
}

extension Placement.Displaced {
  var value: Value {
    var out: Value = ["pod": .string(pod), "new": .bool(isNew), "fate": .string(fate.word)]
    if case .moves(let node) = fate { out["node"] = .string(node) }
    out["address"] = address.map { .string($0) }
    return out
  }

  init(_ value: Value) {
    let fate: Placement.Fate =
      switch value["fate"]?.string {
      case "moves": .moves(to: value["node"]?.string ?? "")
      case "nowhere": .fitsNowhere
      case "ends": .ends
      default: .unknown
      }
    self.init(
      pod: value["pod"]?.string ?? "", address: value["address"]?.string, fate: fate, isNew: value["new"]?.bool ?? false
    )
  }
}

extension Placement.Fate {
  fileprivate var word: String {
    switch self {
    case .moves: "moves"
    case .fitsNowhere: "nowhere"
    case .ends: "ends"
    case .unknown: "unknown"
    }
  }
}
