internal import KCData
internal import KCKube
internal import KCScheduler

/// What becomes of pods that had to make room: their controllers make them anew, and they look for a place.
extension PlacementForecast {
  /// Places them where they fit, and says which fit nowhere. Those that this plan makes are counted where they end up.
  mutating func findPlaces(forEvictedIn placements: inout [Placement]) {
    var homeless: Set<String> = []
    for name in evicted {
      let own = made[name]
      guard let (pod, profile) = own.map({ ($0.pod, $0.profile) }) ?? again(name) else { continue }
      let node = Scheduler(profile: profile).schedule(pod, in: snapshot).node
      if let node { snapshot.place(pod, on: node) } else { homeless.insert(name) }
      guard let own, let index = placements.firstIndex(where: { $0.address == own.address }) else { continue }
      placements[index].move(from: own.node, to: node)
      if node == nil, placements[index].obstacles.isEmpty {
        placements[index].obstacles = [
          Placement.Obstacle(node: own.node, reason: "pods that are more important take its place")
        ]
      }
    }
    for index in placements.indices {
      placements[index].homeless = placements[index].evicts.filter { homeless.contains($0) && made[$0] == nil }
      placements[index].evicts = placements[index].evicts.map { name in
        made[name].map { "a new pod of \(Self.title(of: $0.address))" } ?? name
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
