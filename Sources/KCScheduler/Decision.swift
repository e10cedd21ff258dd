/// What the scheduler decided about one pod, and why.
public struct Decision: Sendable {
  /// Where the pod goes; nil where it cannot go anywhere now.
  public var node: String?
  /// How many nodes passed all filters.
  public var feasibleCount = 0
  /// Nodes that passed all filters. Empty for a pod that got a node, if only the choice was asked for; so are the
  /// fields up to `tied`.
  public var feasible: [String] = []
  /// Why the others did not.
  public var rejected: [String: Rejection] = [:]
  /// Points by node and plugin, normalised and weighted; empty where there was nothing to choose.
  public var scores: [String: [String: Int64]] = [:]
  /// The sum of a node's points.
  public var total: [String: Int64] = [:]
  /// The feasible nodes with the most points.
  public var tied: [String] = []
  /// The pod was turned down before any node was looked at.
  public var prefilter: Rejection?
  /// Only these nodes were looked at.
  public var narrowed: (nodes: [String], plugins: [String])?
  /// In the words of the condition `PodScheduled`.
  public var message = ""
  /// Whether gates keep the pod from being looked at.
  public var isGated = false
  /// The node that evictions would clear.
  public var nominated: String?
  /// Pods to evict there, as `namespace/name`, the most important first.
  public var victims: [String] = []
  /// Nodes where evictions would help.
  public var candidates: [Candidate] = []
  /// Nodes where they were tried and would not.
  public var dryRun: [String: Rejection] = [:]
  /// Between these the choice of the nominated node was open.
  public var nominatedTied: [String] = []

  /// A node that evictions would make room on.
  public struct Candidate: Sendable, Hashable {
    /// Its name.
    public var node: String
    /// Whom they would evict, as `namespace/name`, the most important first.
    public var victims: [String]
    /// How many of the evictions disruption budgets do not allow.
    public var budgetViolations: Int
  }

  public init() {}
}

/// Why a node does not take a pod.
public struct Rejection: Sendable, Hashable {
  /// The plugin that turned the node down, by its name.
  public var plugin: String
  /// Whether evicting pods could not help either.
  public var isUnresolvable: Bool
  /// In Kubernetes' words.
  public var reasons: [String]
  /// For lacks: how much of what is missing.
  public var shortages: [Shortage] = []
  /// The part of the pod that bars the node, as a path: `spec.topologySpreadConstraints[0]`.
  public var constraint: String?
  /// What exactly: the taint, the port, the label that is missing.
  public var detail: String?

  /// A resource of which the node has too little left.
  public struct Shortage: Sendable, Hashable {
    /// As in `requests`; `pods` for the number of pods.
    public var resource: String
    /// Thousandths of a processor, or whole units.
    public var asked: Int64
    /// What is left, in the same unit.
    public var free: Int64
  }

  public init(
    plugin: String, isUnresolvable: Bool, reasons: [String], shortages: [Shortage] = [], constraint: String? = nil
  ) {
    self.plugin = plugin
    self.isUnresolvable = isUnresolvable
    self.reasons = reasons
    self.shortages = shortages
    self.constraint = constraint
  }

  /// `UnschedulableAndUnresolvable` or `Unschedulable`.
  public var code: String { isUnresolvable ? "UnschedulableAndUnresolvable" : "Unschedulable" }
}
