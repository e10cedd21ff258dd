internal import Synchronization

/// What has been worked out about a cluster for the kinds of pods that were placed before. It only saves time: the copies
/// of a snapshot share it, and what it holds is checked against the versions of nodes.
final class Memo: Sendable {
  private struct State {
    var views: [PodRules: PodView] = [:]
    var uses: [PodRules: Int] = [:]
    var clock = 0
    var ranks: (version: Int, seed: UInt64, ranks: [Int32])?
  }

  /// How many nodes all views together may speak of.
  private static let cellLimit = 100_000
  private static let viewLimit = 64

  private let versions = Atomic<Int>(0)
  private let state = Mutex(State())

  /// A number that no state of any copy has had.
  func nextVersion() -> Int { versions.add(1, ordering: .relaxed).newValue }

  /// Lends out the view of one kind of pod, brought up to date.
  func withView<Result>(
    of rules: PodRules, _ profile: Profile, in snapshot: borrowing Snapshot, _ work: (inout PodView) -> Result
  ) -> Result {
    // The only reference, so that it is brought up to date in place.
    var view = state.withLock { $0.views.removeValue(forKey: rules) } ?? PodView(rules, profile)
    if view.profile != profile { view = PodView(rules, profile) }
    view.update(to: snapshot)
    let result = work(&view)
    let size = max(1, snapshot.slots.count)
    state.withLock { [view] state in
      state.clock += 1
      let limit = max(4, min(Self.viewLimit, Self.cellLimit / size))
      while state.views.count >= limit,
        let oldest = state.views.keys.min(by: { (state.uses[$0] ?? 0) < (state.uses[$1] ?? 0) })
      {
        state.views[oldest] = nil
        state.uses[oldest] = nil
      }
      state.views[rules] = view
      state.uses[rules] = state.clock
    }
    return result
  }

  /// The order in which nodes with equal points are taken, by slot: by name, or with a seed in an order of its own.
  func ranks(in snapshot: borrowing Snapshot, seed: UInt64) -> [Int32] {
    let version = snapshot.nodeSetVersion
    let known = state.withLock { state -> [Int32]? in
      guard let ranks = state.ranks, ranks.version == version, ranks.seed == seed else { return nil }
      return ranks.ranks
    }
    if let known { return known }
    let names = snapshot.slots.map(\.name)
    let hashes = names.map { seed == 0 ? 0 : Self.hash($0, seed) }
    let order = names.indices.sorted { (hashes[$0], names[$0]) < (hashes[$1], names[$1]) }
    var ranks = [Int32](repeating: 0, count: names.count)
    for (rank, slot) in order.enumerated() { ranks[slot] = Int32(clamping: rank) }
    state.withLock { [ranks] in $0.ranks = (version, seed, ranks) }
    return ranks
  }

  /// FNV-1a over the seed and the name, mixed once more.
  private static func hash(_ name: String, _ seed: UInt64) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ seed
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash ^= hash >> 32
    return hash &* 0x9e37_79b9_7f4a_7c15
  }
}
