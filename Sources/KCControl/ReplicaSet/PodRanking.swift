internal import KCData
internal import KCKube

/// Which pods go first when there are too many: those that would be missed least.
struct PodRanking {
  private var podsPerNode: [String: Int] = [:]
  private let now: Timestamp

  /// - Parameter related: the active pods of the same application: where they crowd, one goes first.
  init(related: [Value], now: Timestamp) {
    self.now = now
    for pod in related { podsPerNode[pod.nodeName ?? "", default: 0] += 1 }
  }

  func victims(among pods: [Value], count: Int) -> [Value] {
    if count >= pods.count { return pods }
    return Array(pods.map { Rank($0, self) }.sorted(by: <).prefix(count).map(\.pod))
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
      let readySince = pod.isReadyPod ? pod.condition("Ready")?.time("lastTransitionTime") : nil
      keys = [
        pod.nodeName == nil ? 0 : 1,
        ["Pending": 0, "Unknown": 1][pod.phase] ?? 2,
        pod.isReadyPod ? 1 : 0,
        Int(cost),
        -(ranking.podsPerNode[pod.nodeName ?? ""] ?? 0),
        Self.magnitude(of: readySince, now),
        -pod.mostRestarts,
        Self.magnitude(of: pod.creationTimestamp, now),
      ]
      uid = pod.uid ?? ""
    }

    /// The order of magnitude of an age. Ages are compared by it alone, so that of pods about as old a random one goes.
    private static func magnitude(of time: Timestamp?, _ now: Timestamp) -> Int {
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
