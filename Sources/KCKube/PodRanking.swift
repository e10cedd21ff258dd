public import KCData

/// Which pods go first when there are too many: those that would be missed least, as Kubernetes' replica sets rank them.
public struct PodRanking {
  private var podsPerNode: [String: Int] = [:]
  private let now: Timestamp
  private var takesLast = false

  /// - Parameter related: the active pods of the same application: where they crowd, one goes first.
  public init(related: [Value], now: Timestamp) {
    self.now = now
    for pod in related { podsPerNode[Self.node(of: pod) ?? "", default: 0] += 1 }
  }

  /// - Parameters:
  ///   - podsPerNode: how many active pods of the same application are on each node, by its name.
  ///   - takesLast: whether of pods that may go as well as each other the last one goes: Kubernetes takes any.
  public init(podsPerNode: [String: Int], now: Timestamp, takesLast: Bool = false) {
    self.now = now
    self.takesLast = takesLast
    self.podsPerNode = podsPerNode
  }

  private static func node(of pod: Value) -> String? {
    pod.at("spec", "nodeName")?.string.flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func restarts(of pod: Value) -> Int {
    ["containerStatuses", "initContainerStatuses"].flatMap { pod.at("status", $0)?.array ?? [] }
      .map { Int(clamping: $0["restartCount"]?.int ?? 0) }.max() ?? 0
  }

  /// Whether a pod may be ranked otherwise some seconds from now: ages are compared by their order of magnitude.
  public static func changesRank(_ pod: Value, from now: Timestamp, within seconds: Double) -> Bool {
    let conditions = pod.at("status", "conditions")?.array ?? []
    let ready = conditions.first { $0["type"] == "Ready" && $0["status"] == "True" }
    let times = [pod.creationTimestamp, ready?["lastTransitionTime"]?.string.flatMap { Timestamp($0) }]
    let later = now.advanced(by: seconds)
    return times.contains { Rank.magnitude(of: $0, now) != Rank.magnitude(of: $0, later) }
  }

  /// The pods to remove, the first to go first; all where there are not more.
  public func victims(among pods: [Value], count: Int) -> [Value] {
    if count >= pods.count { return pods }
    let ranked = pods.map { Rank($0, self) }
    let sorted = takesLast ? ranked.sorted { $0.keys == $1.keys ? $1 < $0 : $0 < $1 } : ranked.sorted()
    return sorted.prefix(count).map(\.pod)
  }

  /// A pod's place in the order; the smaller goes first.
  private struct Rank: Comparable {
    let pod: Value
    /// Compared in order.
    let keys: [Int]
    let uid: String

    init(_ pod: Value, _ ranking: PodRanking) {
      self.pod = pod
      let now = ranking.now
      let cost = pod.annotations["controller.kubernetes.io/pod-deletion-cost"].flatMap { Int32($0) } ?? 0
      let conditions = pod.at("status", "conditions")?.array ?? []
      let ready = conditions.first { $0["type"] == "Ready" && $0["status"] == "True" }
      let readySince = ready?["lastTransitionTime"]?.string.flatMap { Timestamp($0) }
      let node = PodRanking.node(of: pod)
      keys = [
        node == nil ? 0 : 1,
        ["Pending": 0, "Unknown": 1][pod.at("status", "phase")?.string ?? "Pending"] ?? 2,
        ready == nil ? 0 : 1,
        Int(cost),
        -(ranking.podsPerNode[node ?? ""] ?? 0),
        Self.magnitude(of: readySince, now),
        -PodRanking.restarts(of: pod),
        Self.magnitude(of: pod.creationTimestamp, now),
      ]
      uid = pod.uid ?? ""
    }

    /// The order of magnitude of an age. Ages are compared by it alone, so that of pods about as old a random one goes.
    static func magnitude(of time: Timestamp?, _ now: Timestamp) -> Int {
      guard let time else { return -1 }
      let seconds = Int(min(max(0, now.seconds(since: time)), 1e15))
      return seconds == 0 ? 0 : Int.bitWidth - seconds.leadingZeroBitCount
    }

    static func < (left: Rank, right: Rank) -> Bool {
      for (a, b) in zip(left.keys, right.keys) where a != b { return a < b }
      return left.uid < right.uid
    }

    static func == (left: Rank, right: Rank) -> Bool { left.keys == right.keys && left.uid == right.uid }
  }
}
