internal import KCData
internal import KCKube

/// Services that turn to the pods of another workload.
///
/// A service answers through the pods that it selects. It is to turn to others only when these are ready, and those that
/// it turns away from are to go only then.
struct Turning {
  /// The workloads that a service turns to, by the service's address.
  private(set) var ahead: [String: [String]] = [:]
  /// The services that turn away from a workload which has fewer pods after that, by the workload's address.
  private(set) var behind: [String: [String]] = [:]

  /// The workloads that a headless service turns to before they are ready, by its address: their pods may need the names
  /// that it gives them to become ready.
  private var early: [String: [String]] = [:]

  private static let kinds: Set = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"]

  /// - Parameter live: what is there: a service that is new has nobody who relies on it.
  init(_ steps: [Step], live: LiveState) {
    let turning = steps.filter { step in
      step.action == .change && step.key.kind == "Service"
        && step.changes.contains { $0.field.path.hasPrefix(FieldPath("spec", "selector")) }
    }
    if turning.isEmpty { return }
    let workloads = steps.filter { $0.action != .remove && Self.kinds.contains($0.key.kind) }
    for service in turning {
      let (old, new) = (Self.selector(live.objects[service.key]), Self.selector(service.object))
      let isHeadless = live.objects[service.key]?.at("spec", "clusterIP") == "None"
      for workload in workloads where workload.key.namespace == service.key.namespace {
        if isHeadless {
          if workload.action != .keep, Self.selects(new, workload.object) {
            early[service.address, default: []].append(workload.address)
          }
        } else if Self.selects(new, workload.object) {
          ahead[service.address, default: []].append(workload.address)
        } else if Self.selects(old, live.objects[workload.key]), Self.shrinks(workload) {
          behind[workload.address, default: []].append(service.address)
        }
      }
    }
  }

  /// What waits for what, by addresses.
  var waits: [String: [String]] { ahead.merging(behind) { $0 + $1 } }

  private static func selector(_ service: Value?) -> Fields { service?.at("spec", "selector")?.object ?? [:] }

  private static func selects(_ selector: Fields, _ workload: Value?) -> Bool {
    let labels = workload?.at("spec", "template", "metadata", "labels")
    return !selector.isEmpty && selector.allSatisfy { key, value in labels?[key] == value }
  }

  private static func shrinks(_ workload: Step) -> Bool {
    workload.changes.contains { change in
      change.field.path == FieldPath("spec", "replicas") && (change.field.new?.int ?? 1) < (change.field.old?.int ?? 1)
    }
  }

  /// Says of the steps what comes of it: services that must be there before what they turn to stand still meanwhile.
  func annotate(_ steps: inout [Step]) {
    if ahead.isEmpty, behind.isEmpty, early.isEmpty { return }
    let titles = Dictionary(steps.map { ($0.address, $0.title) }, uniquingKeysWith: { first, _ in first })
    func told(_ addresses: [String]) -> String { addresses.sorted().compactMap { titles[$0] }.joined(separator: ", ") }
    let waves = Dictionary(steps.map { ($0.address, $0.wave) }, uniquingKeysWith: { first, _ in first })
    for index in steps.indices {
      func comesLast(_ others: [String]) -> Bool { others.allSatisfy { (waves[$0] ?? 0) < steps[index].wave } }
      if let others = early[steps[index].address] {
        steps[index].risks.append(Risk(.downtime, "its names turn to \(told(others)) before that is ready"))
      } else if let others = ahead[steps[index].address] {
        if !comesLast(others) {
          steps[index].risks.append(Risk(.downtime, "it turns to \(told(others)) before that is ready"))
        } else {
          steps[index].effect += "; turns to \(told(others)) when that is ready"
          steps[index].turnsTo = others.sorted()
        }
      } else if let others = behind[steps[index].address], comesLast(others) {
        steps[index].effect += "; when \(told(others)) has turned away"
        // Nobody asks them any more.
        steps[index].risks.removeAll { $0.kind == .downtime }
      }
    }
  }
}
