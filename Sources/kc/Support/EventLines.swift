import KCApply
import KCCodec
import KCData
import KCKube
import KCLang
import KCPlan
import KCSyntax

/// What happens during an apply, as lines of JSON: `docs/apply.md` describes them.
enum EventLines {
  static func write(_ event: Value) {
    var line = JSON.bytes(event)
    line.append(UInt8(ascii: "\n"))
    Terminal.out(String(decoding: line, as: UTF8.self))
  }

  static func plan(_ plan: Plan) -> Value {
    var out: Value = [
      "event": "plan", "project": .string(plan.project), "environment": plan.environment.map { .string($0) } ?? .null,
      "target": .string(plan.target), "plan": .string(plan.digest), "add": Value(plan.count(.add)),
      "change": Value(plan.count(.change)), "replace": Value(plan.count(.replace)),
      "remove": Value(plan.count(.remove)), "unchanged": Value(plan.count(.keep)),
    ]
    out["unfinished"] = plan.unfinished.map { Value($0.revision) }
    if !plan.stays.isEmpty { out["stays"] = .array(plan.stays.map { .string($0.address) }) }
    return out
  }

  static func event(_ event: ApplyEvent) -> Value {
    switch event {
    case .applying(let step): return named("applying", step)
    case .applied(let step): return named("applied", step)
    case .removing(let step): return named("removing", step)
    case .removed(let step): return named("removed", step)
    case .healthy(let step): return named("healthy", step)
    case .rollingBack(let number, let failure, let secrets):
      return rollback(to: number, because: failure.brief, secrets: secrets)
    case .notRolledBack(let why): return ["event": "noRollback", "because": .string(why)]
    case .waiting(let step, let state, let pods):
      var out = named("waiting", step)
      out["state"] = .string(state)
      if !pods.isEmpty { out["pods"] = .array(pods.map(pod)) }
      return out
    }
  }

  /// - Parameter secrets: addresses of those that keep the values that they have: the history has none.
  static func rollback(to number: Int, because: String? = nil, secrets: [String]) -> Value {
    var out: Value = ["event": "rollback", "revision": Value(number)]
    out["because"] = because.map { .string($0) }
    out["secretsKept"] = .array(secrets.map { .string($0) })
    return out
  }

  static func pod(_ pod: StatusReport.Pod) -> Value {
    [
      "name": .string(pod.name), "node": pod.node.map { .string($0) } ?? .null, "phase": .string(pod.phase),
      "ready": .bool(pod.isReady), "restarts": Value(pod.restarts),
    ]
  }

  static func done(_ plan: Plan, milliseconds: Int) -> Value {
    ["event": "done", "summary": .string(Revision.summary(of: plan)), "milliseconds": Value(milliseconds)]
  }

  /// - Parameter reason: a word for machines.
  static func failed(_ reason: String, _ message: String, code: Int32, address: String? = nil) -> Value {
    var out: Value = [
      "event": "failed", "reason": .string(reason), "message": .string(message), "exit": .int(Int64(code)),
      "applied": [], "open": [],
    ]
    out["address"] = address.map { .string($0) }
    return out
  }

  static func failed(_ failure: ApplyFailure, code: Int32, applied: [String], open: [String]) -> Value {
    var out: Value = [
      "event": "failed", "reason": .string(failure.reason), "message": .string(failure.brief),
      "exit": .int(Int64(code)),
      "applied": .array(applied.map { .string($0) }), "open": .array(open.map { .string($0) }),
    ]
    if case .conflict(_, let fields) = failure {
      out["conflicts"] = .array(fields.map(\.value))
    }
    if case .contested(let steps) = failure {
      out["conflicts"] = .array(
        steps.flatMap { step in
          step.conflicts.map {
            ["address": .string(step.address), "field": .string($0.field), "owner": .string($0.owner)] as Value
          }
        })
    }
    if case .unhealthy(_, _, let logs) = failure, !logs.isEmpty {
      out["logs"] = .array(logs.map { .string($0) })
    }
    if let step = failure.step { out["address"] = .string(step.address) }
    return out
  }

  /// That the program is wrong, with what `kc check` finds in it; nil where it is not.
  static func wrong(_ project: Project) -> Value? {
    let compilation = project.compilation
    guard compilation.hasErrors else { return nil }
    let report = DiagnosticReport(files: compilation.sources, catalogue: Explain.catalogue, version: KC.version)
    let found = try? JSON.parse(Array(report.render(compilation.diagnostics, as: .json).utf8))
    let errors = compilation.diagnostics.count { $0.severity == .error }
    return [
      "event": "failed", "reason": "program",
      "message": .string("\(errors) error\(errors == 1 ? "" : "s") in the program"),
      "exit": .int(Int64(Exit.input.rawValue)), "applied": [], "open": [], "diagnostics": found?["diagnostics"] ?? [],
    ]
  }

  private static func named(_ event: String, _ step: Step) -> Value {
    [
      "event": .string(event), "address": .string(step.address), "action": .string(step.action.rawValue),
      "kind": .string(step.key.kind), "namespace": .string(step.key.namespace), "name": .string(step.key.name),
    ]
  }
}
