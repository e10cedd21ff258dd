internal import KCData
internal import KCKube

/// Services that turn to the pods of another workload.
///
/// A service answers through the pods that it selects. Where the selected ones are new, and the old ones go, it is to turn
/// only when the new ones are ready.
struct Turning {
  /// The workloads that a service turns to, by the service's address.
  let workloads: [String: [String]]

  /// - Parameter live: what is there: a service that is new has nobody who relies on it.
  init(_ steps: [Step], live: LiveState) {
    let makers = steps.filter { step in
      step.action == .add && ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].contains(step.key.kind)
    }
    var found: [String: [String]] = [:]
    for step in steps where !makers.isEmpty && step.action == .change && step.key.kind == "Service" {
      guard step.changes.contains(where: { $0.field.path.hasPrefix(FieldPath("spec", "selector")) }),
        let selector = step.object?.at("spec", "selector")?.object, !selector.isEmpty,
        live.objects[step.key]?.at("spec", "clusterIP") != "None"
      else { continue }
      let selected = makers.filter { maker in
        maker.key.namespace == step.key.namespace && Self.selects(selector, maker.object)
      }
      if !selected.isEmpty { found[step.address] = selected.map(\.address).sorted() }
    }
    workloads = found
  }

  private static func selects(_ selector: Fields, _ workload: Value?) -> Bool {
    let labels = workload?.at("spec", "template", "metadata", "labels")
    return selector.allSatisfy { key, value in labels?[key] == value }
  }

  /// Says of the services what comes of it: those that must be there before what they turn to stand still meanwhile.
  func annotate(_ steps: inout [Step]) {
    if workloads.isEmpty { return }
    let waves = Dictionary(steps.map { ($0.address, $0.wave) }, uniquingKeysWith: { first, _ in first })
    for index in steps.indices {
      guard let others = workloads[steps[index].address] else { continue }
      let names = others.map { $0.split(separator: ".").joined(separator: " ") }.joined(separator: ", ")
      if others.allSatisfy({ (waves[$0] ?? 0) < steps[index].wave }) {
        steps[index].effect += "; turns to \(names) when that is ready"
      } else {
        steps[index].risks.append(Risk(.downtime, "it turns to \(names) before that is ready"))
      }
    }
  }
}
