/// InterPodAffinity: near some pods, apart from others, as both sides say.
struct AffinityFilter {
  /// A domain of a topology: key and value.
  struct Domain: Hashable {
    var key: String
    var value: String
  }

  private let pod: PodInfo
  private var near: [Domain: Int] = [:]
  private var apart: [Domain: Int] = [:]
  private var barred: [Domain: Int] = [:]
  private var matchesItself = false

  init(_ pod: PodInfo, _ snapshot: borrowing Snapshot) {
    self.pod = pod
    let looksAtAll = !pod.requiredAffinity.isEmpty || !pod.requiredAntiAffinity.isEmpty
    for node in snapshot.nodes where node.isPresent {
      if node.requiredAntiAffinityPods > 0 {
        for existing in node.pods {
          for term in existing.requiredAntiAffinity where term.matches(pod, snapshot) {
            if let value = node.labels[term.topologyKey] {
              barred[Domain(key: term.topologyKey, value: value), default: 0] += 1
            }
          }
        }
      }
      guard looksAtAll else { continue }
      for existing in node.pods {
        if !pod.requiredAffinity.isEmpty, pod.requiredAffinity.allSatisfy({ $0.matches(existing, snapshot) }) {
          for term in pod.requiredAffinity {
            if let value = node.labels[term.topologyKey] {
              near[Domain(key: term.topologyKey, value: value), default: 0] += 1
            }
          }
        }
        for term in pod.requiredAntiAffinity where term.matches(existing, snapshot) {
          if let value = node.labels[term.topologyKey] {
            apart[Domain(key: term.topologyKey, value: value), default: 0] += 1
          }
        }
      }
    }
    matchesItself = pod.requiredAffinity.allSatisfy { $0.matches(pod, snapshot) }
  }

  func check(_ node: NodeInfo) -> Rejection? {
    if let index = missingAffinity(node) {
      return Rejection(
        plugin: "InterPodAffinity", isUnresolvable: true, reasons: ["node(s) didn't match pod affinity rules"],
        constraint: "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[\(index)]")
    }
    for (index, term) in pod.requiredAntiAffinity.enumerated() {
      if let value = node.labels[term.topologyKey], apart[Domain(key: term.topologyKey, value: value)] != nil {
        return Rejection(
          plugin: "InterPodAffinity", isUnresolvable: false, reasons: ["node(s) didn't match pod anti-affinity rules"],
          constraint: "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[\(index)]")
      }
    }
    if barred.keys.contains(where: { node.labels[$0.key] == $0.value }) {
      return Rejection(
        plugin: "InterPodAffinity", isUnresolvable: false,
        reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"])
    }
    return nil
  }

  /// The index of a term that does not hold.
  private func missingAffinity(_ node: NodeInfo) -> Int? {
    var missing: Int?
    for (index, term) in pod.requiredAffinity.enumerated() {
      guard let value = node.labels[term.topologyKey] else { return index }
      if near[Domain(key: term.topologyKey, value: value)] == nil, missing == nil { missing = index }
    }
    // The first of a group that wants to be together may go anywhere.
    if missing != nil, near.isEmpty, matchesItself { return nil }
    return missing
  }
}

/// The soft side of InterPodAffinity: points.
enum AffinityScore {
  /// Points for a pod that others require to be near, per term.
  static let hardWeight: Int64 = 1

  static func scores(_ pod: PodInfo, _ feasible: [NodeInfo], _ snapshot: borrowing Snapshot) -> [String: Int64]? {
    let hasOwn = !pod.preferredAffinity.isEmpty || !pod.preferredAntiAffinity.isEmpty
    var points: [AffinityFilter.Domain: Int64] = [:]
    for node in snapshot.nodes where node.isPresent && (hasOwn || node.affinityPods > 0) {
      func give(_ term: PodTerm, _ weight: Int64) {
        guard let value = node.labels[term.topologyKey] else { return }
        points[.init(key: term.topologyKey, value: value), default: 0] += weight
      }
      for existing in node.pods where hasOwn || existing.hasAffinity {
        for (weight, term) in pod.preferredAffinity where term.matches(existing, snapshot) { give(term, weight) }
        for (weight, term) in pod.preferredAntiAffinity where term.matches(existing, snapshot) { give(term, -weight) }
        for term in existing.requiredAffinity where term.matches(pod, snapshot) { give(term, hardWeight) }
        for (weight, term) in existing.preferredAffinity where term.matches(pod, snapshot) { give(term, weight) }
        for (weight, term) in existing.preferredAntiAffinity where term.matches(pod, snapshot) { give(term, -weight) }
      }
    }
    if points.isEmpty { return nil }
    var raw: [String: Int64] = [:]
    for node in feasible {
      raw[node.name] = points.reduce(0) { sum, entry in
        node.labels[entry.key.key] == entry.key.value ? sum + entry.value : sum
      }
    }
    let highest = raw.values.max() ?? 0
    let lowest = raw.values.min() ?? 0
    return raw.mapValues { score in
      highest == lowest ? 0 : Int64(100 * (Double(score - lowest) / Double(highest - lowest)))
    }
  }
}
