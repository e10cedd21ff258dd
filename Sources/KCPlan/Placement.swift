/// Where the pods of one workload will run.
public struct Placement: Sendable, Hashable {
  public var address: String
  /// The workload's name.
  public var name: String
  /// The pods that the plan makes, by node: in order of the nodes' names.
  public var nodes: [Share]
  /// Pods that fit nowhere.
  public var unplaced: Int
  /// Why not, node by node.
  public var obstacles: [Obstacle]
  /// Pods that would be evicted to make room, and what becomes of them.
  public var displaced: [Displaced]
  /// Where the lack shows itself: at the end, or only while the rollout runs.
  public var onlyDuringRollout: Bool
  /// Changes of which each would make room, the smallest first: `500m cpu less, on node-a`.
  public var remedies: [String]
  /// Whether it comes out so whatever pods get ready first and whichever old ones are gone by then.
  public var isCertain = true

  public struct Share: Sendable, Hashable {
    public var node: String
    public var pods: Int

    public init(node: String, pods: Int) {
      self.node = node
      self.pods = pods
    }
  }

  public struct Obstacle: Sendable, Hashable {
    public var node: String
    public var reason: String
    /// The affinity rule in the source that bars the node.
    public var rule: DesiredObject.Rule?
    /// The scheduler's plugin that turned the node down: `NodeResourcesFit`; empty where it is not known.
    public var plugin: String

    public init(node: String, reason: String, rule: DesiredObject.Rule? = nil, plugin: String = "") {
      self.node = node
      self.reason = reason
      self.rule = rule
      self.plugin = plugin
    }
  }

  /// A pod that has to make room.
  public struct Displaced: Sendable, Hashable {
    /// `namespace/name`; of one that this plan makes, `a new pod of deployment web`.
    public var pod: String
    /// The address of the workload that it is of, where that is the project's.
    public var address: String?
    public var fate: Fate
    /// Whether this plan makes it: then it is counted where it ends up.
    public var isNew: Bool

    public init(pod: String, address: String? = nil, fate: Fate, isNew: Bool = false) {
      self.pod = pod
      self.address = address
      self.fate = fate
      self.isNew = isNew
    }
  }

  /// What becomes of a displaced pod.
  public enum Fate: Sendable, Hashable {
    /// It is made again, and runs on this node.
    case moves(to: String)
    /// It is made again, and fits nowhere.
    case fitsNowhere
    /// Nobody makes it again.
    case ends
    /// Another scheduler places it.
    case unknown
  }

  public init(
    address: String, name: String, nodes: [Share] = [], unplaced: Int = 0, obstacles: [Obstacle] = [],
    remedies: [String] = [], displaced: [Displaced] = [], onlyDuringRollout: Bool = false
  ) {
    self.address = address
    self.name = name
    self.nodes = nodes
    self.unplaced = unplaced
    self.obstacles = obstacles
    self.remedies = remedies
    self.displaced = displaced
    self.onlyDuringRollout = onlyDuringRollout
  }

  public var total: Int { nodes.reduce(unplaced) { $0 + $1.pods } }
  /// The pods that would be evicted.
  public var evicts: [String] { displaced.map(\.pod) }
  /// Those of them that were there before, and then fit nowhere.
  public var homeless: [String] { displaced.filter { $0.fate == .fitsNowhere && !$0.isNew }.map(\.pod) }
}
