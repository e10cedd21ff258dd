/// What one pod of a certain kind adds to the counts of a view.
struct Relation: Sendable {
  struct Share: Sendable {
    var channel: Int
    var amount: Int64
    /// Whether pods on their way out do not count.
    var isForLiveOnly: Bool
  }

  /// Held, so that its identity stays unique.
  var rules: PodRules
  var shares: [Share]
}

/// The domains of a topology: the values of one label.
struct Axis: Sendable {
  let key: String
  /// By slot; -1 where the node has no such label.
  var domain: [Int32] = []
  private(set) var ids: [String: Int32] = [:]
  var count: Int { ids.count }

  init(key: String) { self.key = key }

  mutating func id(of value: String) -> Int32 {
    if let id = ids[value] { return id }
    let id = Int32(clamping: ids.count)
    ids[value] = id
    return id
  }
}

/// A count of pods by domain.
struct Channel: Sendable {
  enum Kind: Sendable, Hashable {
    /// Pods that the pod requires to be near.
    case near(Int)
    /// Pods that the pod requires to be apart from.
    case apart(Int)
    /// Pods that require to be apart from the pod.
    case barred
    /// Points for and against, by preferences of both sides.
    case points
    /// How many preferences spoke.
    case touches
    /// Pods that a constraint counts: its index.
    case spread(Int)
  }

  var kind: Kind
  var axis: Int
  /// By slot: what the node adds.
  var raw: [Int64]
  /// By domain, over the nodes that count.
  var sums: [Int64] = []
  /// By domain: how many nodes count. Only kept for `spread`.
  var population: [Int32] = []
  /// By slot: whether the node counts. Only kept for `spread`.
  var counts: [Bool] = []
  var total: Int64 = 0

  mutating func add(_ amount: Int64, domain: Int32) {
    let index = Int(domain)
    while sums.count <= index { sums.append(0) }
    sums[index] &+= amount
    total &+= amount
  }

  mutating func populate(_ change: Int32, domain: Int32) {
    let index = Int(domain)
    while population.count <= index { population.append(0) }
    while sums.count <= index { sums.append(0) }
    population[index] &+= change
  }

  func sum(_ domain: Int32) -> Int64 { Int(domain) < sums.count ? sums[Int(domain)] : 0 }
}
