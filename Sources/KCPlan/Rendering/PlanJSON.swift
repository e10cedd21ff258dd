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
      "placements": .array(plan.placements.map(placement)),
    ]
    if let environment = plan.environment { out["environment"] = .string(environment) }
    return out
  }

  static func step(_ step: Step) -> Value {
    var out: Value = [
      "action": .string(step.action.rawValue), "address": .string(step.address), "object": key(step.key),
      "effect": .string(step.effect), "after": .array(step.after.map { .string($0) }),
      "fields": .array(step.changes.map(change)),
    ]
    if let origin = step.origin { out["origin"] = self.origin(origin) }
    if let refusal = step.refusal { out["refused"] = .string(refusal.message) }
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
      "unplaced": Value(placement.unplaced), "onlyDuringRollout": .bool(placement.onlyDuringRollout),
      "remedies": .array(placement.remedies.map { .string($0) }),
      "evicts": .array(placement.evicts.map { .string($0) }),
      "obstacles": .array(
        placement.obstacles.map { obstacle in
          var out: Value = ["node": .string(obstacle.node), "reason": .string(obstacle.reason)]
          if let rule = obstacle.rule {
            out["rule"] = ["text": .string(rule.text), "origin": origin(rule.origin)]
          }
          return out
        }),
    ]
  }
}
