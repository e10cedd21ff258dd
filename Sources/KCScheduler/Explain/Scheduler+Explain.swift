public import KCData

extension Scheduler {
  /// Explains a decision that gave the pod no node.
  ///
  /// Changes are found by trying: each that is told makes the pod fit by itself.
  /// - Parameter snapshot: the cluster that was decided on.
  public func explain(_ decision: Decision, of pod: Value, in snapshot: borrowing Snapshot) -> Explanation {
    explain(decision, of: PodInfo(pod), in: snapshot)
  }

  /// The same for a pod that was read before.
  public func explain(_ decision: Decision, of pod: PodInfo, in snapshot: borrowing Snapshot) -> Explanation {
    var explanation = Explanation()
    explanation.problem = decision.prefilter
    explanation.nodes = decision.rejected.sorted { $0.key < $1.key }.map { name, rejection in
      Explanation.Node(
        name: name, rejection: NodeTerm.pinpoint(rejection, pod, snapshot.node(name)?.object),
        pods: Blockers.pods(pod, name, rejection, snapshot))
    }
    if decision.node != nil || decision.isGated { return explanation }
    var search = ChangeSearch(pod: pod, scheduler: self, snapshot: copy snapshot)
    explanation.changes = search.changes(decision)
    return explanation
  }
}

/// Finds what would have to change for a pod to fit.
struct ChangeSearch {
  let pod: PodInfo
  let scheduler: Scheduler
  var snapshot: Snapshot
  /// At most so many nodes and rules are tried.
  private static let limit = 16

  init(pod: PodInfo, scheduler: Scheduler, snapshot: Snapshot) {
    self.pod = pod
    self.snapshot = snapshot
    // Trials ask for a place that is free.
    var plain = scheduler
    plain.detail = .choice
    plain.profile.preempts = false
    self.scheduler = plain
  }

  mutating func changes(_ decision: Decision) -> [Explanation.Change] {
    var out = lessAsked(decision) + uncordoned(decision) + dropped(decision)
    if let candidate = decision.candidates.first(where: { $0.node == decision.nominated }) {
      out.append(.evict(candidate.victims, node: candidate.node))
    }
    if let name = likeNode() { out.append(.nodeLike(name)) }
    return out
  }

  private func fits(_ content: PodRules.Content, _ snapshot: Snapshot) -> Bool {
    var trial = pod
    trial.rules = PodRules(content)
    return scheduler.schedule(trial, in: snapshot).node != nil
  }

  /// The node where the least is missing, if only resources are.
  private func lessAsked(_ decision: Decision) -> [Explanation.Change] {
    let short = decision.rejected.filter { _, rejection in
      rejection.plugin == "NodeResourcesFit" && rejection.shortages.allSatisfy { $0.resource != "pods" }
    }
    func lack(_ rejection: Rejection) -> Double {
      rejection.shortages.map { Double($0.asked.minus($0.free)) / Double(max(1, $0.asked)) }.max() ?? 1
    }
    let ranked = short.sorted { (lack($0.value), $0.key) < (lack($1.value), $1.key) }
    for (node, rejection) in ranked.prefix(Self.limit) {
      var content = pod.rules.content
      var amounts: [String: Int64] = [:]
      for shortage in rejection.shortages {
        content.requests[shortage.resource] = shortage.free
        amounts[shortage.resource] = shortage.asked.minus(shortage.free)
      }
      if fits(content, snapshot) { return [.less(amounts, node: node)] }
    }
    return []
  }

  private mutating func uncordoned(_ decision: Decision) -> [Explanation.Change] {
    let cordoned = decision.rejected.filter { $0.value.plugin == "NodeUnschedulable" }.map(\.key).sorted()
    for name in cordoned.prefix(Self.limit) {
      var content = pod.rules.content
      content.tolerations.append(Toleration(["key": "node.kubernetes.io/unschedulable", "operator": "Exists"]))
      var trial = pod
      trial.rules = PodRules(content)
      if scheduler.schedule(trial, in: snapshot).node == name { return [.uncordon(name)] }
    }
    return []
  }

  /// Rules of the pod that it would have to do without: one, or else all that bar a node.
  private func dropped(_ decision: Decision) -> [Explanation.Change] {
    var paths = Set(decision.rejected.values.compactMap(\.constraint))
    if let path = decision.prefilter?.constraint { paths.insert(path) }
    let rules = paths.filter { Self.isRule($0) }.sorted()
    for path in rules.prefix(Self.limit) {
      if let content = without([path]), fits(content, snapshot) { return [.drop([path])] }
    }
    guard rules.count > 1, let content = without(rules), fits(content, snapshot) else { return [] }
    return [.drop(rules)]
  }

  private static func isRule(_ path: String) -> Bool {
    path != "spec.containers" && path != "spec.volumes" && path != "spec.tolerations"
  }

  /// The pod without some of its rules; nil where a path names none.
  private func without(_ paths: [String]) -> PodRules.Content? {
    var content = pod.rules.content
    var gone: [String: Set<Int>] = [:]
    for path in paths {
      switch path {
      case "spec.nodeSelector": content.nodeSelector = [:]
      case "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution": content.requiredNodeTerms = nil
      default:
        guard path.hasSuffix("]"), let bracket = path.lastIndex(of: "["),
          let place = Int(path[path.index(after: bracket)...].dropLast())
        else { return nil }
        gone[String(path[..<bracket]), default: []].insert(place)
      }
    }
    func keep<Element>(_ list: [Element], _ path: String) -> [Element] {
      guard let places = gone[path] else { return list }
      return list.enumerated().filter { !places.contains($0.offset) }.map(\.element)
    }
    let required = "requiredDuringSchedulingIgnoredDuringExecution"
    content.spread = keep(content.spread, "spec.topologySpreadConstraints")
    content.requiredAffinity = keep(content.requiredAffinity, "spec.affinity.podAffinity.\(required)")
    content.requiredAntiAffinity = keep(content.requiredAntiAffinity, "spec.affinity.podAntiAffinity.\(required)")
    return content
  }

  /// A node of which one more, empty, would take the pod.
  private mutating func likeNode() -> String? {
    var seen: [NodeObject] = []
    for node in snapshot.nodes {
      let isKnown = seen.contains {
        $0.allocatable == node.allocatable && $0.taints == node.object.taints
          && $0.labels.filter { $0.key != "kubernetes.io/hostname" }
            == node.labels.filter { $0.key != "kubernetes.io/hostname" }
      }
      if isKnown { continue }
      seen.append(node.object)
      if seen.count > Self.limit { return nil }
      var trial = snapshot
      let name = "\(node.name)-more"
      guard trial.node(name) == nil else { continue }
      trial.addNode(like: node.name, named: name)
      var pod = pod
      pod.nominatedNode = ""
      if scheduler.schedule(pod, in: trial).node == name { return node.name }
    }
    return nil
  }
}

extension NodeTerm {
  /// The rejection with the very condition that the node fails, where only one term is required.
  static func pinpoint(_ rejection: Rejection, _ pod: PodInfo, _ node: NodeObject?) -> Rejection {
    guard rejection.plugin == "NodeAffinity", let path = rejection.constraint, path.hasSuffix("Execution"),
      let node, let terms = pod.rules.content.requiredNodeTerms, terms.count == 1,
      let index = terms[0].labels.firstIndex(where: { !$0.matches(node.labels[$0.key]) })
    else { return rejection }
    var exact = rejection
    let condition = terms[0].labels[index]
    exact.constraint = "\(path).nodeSelectorTerms[0].matchExpressions[\(index)]"
    exact.detail = node.labels[condition.key].map { "\(condition.key) is \($0)" } ?? "it has no label \(condition.key)"
    return exact
  }
}

/// Pods that a rejection is about.
enum Blockers {
  static func pods(
    _ pod: PodInfo, _ name: String, _ rejection: Rejection, _ snapshot: borrowing Snapshot
  ) -> [String] {
    guard let slot = snapshot.slot(of: name) else { return [] }
    let here = snapshot.slots[slot]
    switch rejection.plugin {
    case "NodePorts":
      return here.pods.filter { other in
        other.rules.ports.contains { used in
          pod.rules.ports.contains {
            $0.port == used.port && $0.transport == used.transport
              && ($0.address == used.address || $0.address == "0.0.0.0" || used.address == "0.0.0.0")
          }
        }
      }.map(\.key)
    case "InterPodAffinity" where !rejection.isUnresolvable:
      return apart(pod, here, isOwnRule: rejection.constraint != nil, snapshot)
    default: return []
    }
  }

  private static func apart(
    _ pod: PodInfo, _ here: NodeInfo, isOwnRule: Bool, _ snapshot: borrowing Snapshot
  ) -> [String] {
    var out: [String] = []
    for node in snapshot.slots where node.isPresent {
      for other in node.pods {
        let terms = isOwnRule ? pod.rules.requiredAntiAffinity : other.rules.requiredAntiAffinity
        let isBarring = terms.contains { term in
          guard let domain = here.labels[term.topologyKey], node.labels[term.topologyKey] == domain else {
            return false
          }
          return isOwnRule ? term.speaks(of: other.rules, snapshot) : term.matches(pod.rules, snapshot)
        }
        if isBarring { out.append(other.key) }
      }
    }
    return out
  }
}
