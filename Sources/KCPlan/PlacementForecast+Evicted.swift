internal import KCData
internal import KCKube
internal import KCScheduler

/// What becomes of pods that had to make room: their controllers make them anew, and they look for a place.
extension PlacementForecast {
  /// Places them where they fit, and says what becomes of each. Those that this plan makes are counted where they end up.
  mutating func findPlaces(forEvictedIn placements: inout [Placement], _ steps: [Step]) {
    var fates: [String: Placement.Fate] = [:]
    for name in evicted {
      let own = made[name]
      guard let (pod, profile) = own.map({ ($0.pod, $0.profile) }) ?? again(name) else { continue }
      let node = Scheduler(profile: profile).schedule(pod, in: snapshot).node
      if let node { snapshot.place(pod, on: node) }
      fates[name] = node.map { .moves(to: $0) } ?? .fitsNowhere
      guard let own, let index = placements.firstIndex(where: { $0.address == own.address }) else { continue }
      placements[index].move(from: own.node, to: node)
      if node == nil, placements[index].obstacles.isEmpty {
        placements[index].obstacles = [
          Placement.Obstacle(node: own.node, reason: "pods that are more important take its place")
        ]
      }
    }
    let owners = PodOwners(steps, live)
    for index in placements.indices {
      placements[index].displaced = placements[index].displaced.map { displaced in
        let name = displaced.pod
        if let own = made[name] {
          return Placement.Displaced(
            pod: "a new pod of \(Self.title(of: own.address))", address: own.address, fate: fates[name] ?? .unknown,
            isNew: true)
        }
        let pod = live.cluster.pods.first { $0.namespacedName == name }
        let isMadeAgain = pod?.controllerOwner != nil
        return Placement.Displaced(
          pod: name, address: pod.flatMap(owners.address), fate: fates[name] ?? (isMadeAgain ? .unknown : .ends))
      }
    }
  }

  /// A pod that is there, as its controller makes it again; nil where nobody does.
  private func again(_ name: String) -> (PodInfo, Profile)? {
    guard var pod = live.cluster.pods.first(where: { $0.namespacedName == name }), pod.controllerOwner != nil,
      let profile = live.scheduling.profile(for: pod)
    else { return nil }
    pod.set(nil, at: "spec", "nodeName")
    pod["status"] = nil
    return (PodInfo(withoutSettledClaims(pod)), profile)
  }

  /// `deployment web`
  private static func title(of address: String) -> String {
    address.split(separator: ".").suffix(2).joined(separator: " ")
  }
}

extension Placement {
  /// A pod that was counted on a node ends up on another one, or on none.
  fileprivate mutating func move(from old: String, to new: String?) {
    if let index = nodes.firstIndex(where: { $0.node == old }) {
      nodes[index].pods -= 1
      if nodes[index].pods == 0 { nodes.remove(at: index) }
    }
    guard let new else {
      unplaced += 1
      return
    }
    if let index = nodes.firstIndex(where: { $0.node == new }) {
      nodes[index].pods += 1
    } else {
      nodes.append(Share(node: new, pods: 1))
      nodes.sort { $0.node < $1.node }
    }
  }
}

/// Of which of a plan's workloads pods are, by what they say themselves.
private struct PodOwners {
  private struct Owner: Hashable {
    var kind: String
    var namespace: String
    var name: String
  }

  private let addresses: [Owner: String]
  /// The deployments of replica sets.
  private let deployments: [Owner: String]

  init(_ steps: [Step], _ live: LiveState) {
    let workloads: Set = ["Deployment", "StatefulSet", "ReplicaSet", "DaemonSet", "Job", "Pod"]
    addresses = Dictionary(
      steps.filter { $0.action != .remove && workloads.contains($0.key.kind) }.map { step in
        (Owner(kind: step.key.kind, namespace: step.key.namespace, name: step.key.name), step.address)
      }, uniquingKeysWith: { first, _ in first })
    deployments = Dictionary(
      live.cluster.others.compactMap { set in
        guard set.kind == "ReplicaSet", let owner = set.controllerOwner?["name"]?.string else { return nil }
        return (Owner(kind: "ReplicaSet", namespace: set.namespace ?? "", name: set.name ?? ""), owner)
      }, uniquingKeysWith: { first, _ in first })
  }

  func address(_ pod: Value) -> String? {
    let namespace = pod.namespace ?? ""
    guard let reference = pod.controllerOwner, let name = reference["name"]?.string else {
      return addresses[Owner(kind: "Pod", namespace: namespace, name: pod.name ?? "")]
    }
    let owner = Owner(kind: reference["kind"]?.string ?? "", namespace: namespace, name: name)
    if let known = addresses[owner] { return known }
    guard owner.kind == "ReplicaSet" else { return nil }
    // A set that is not at hand is called after its deployment and the revision that its pods say.
    let revision = pod.labels["pod-template-hash"].map { "-\($0)" } ?? ""
    let deployment = deployments[owner] ?? (name.hasSuffix(revision) ? String(name.dropLast(revision.count)) : name)
    return addresses[Owner(kind: "Deployment", namespace: namespace, name: deployment)]
  }
}
