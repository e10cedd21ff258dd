public import KCData

/// What a logical node is, and how its agent works.
public struct NodeConfiguration: Sendable {
  public var name: String
  /// Labels of the node's object, beyond those that every node has.
  public var labels: [String: String] = [:]
  public var taints: [Value] = []
  /// What the node has, by resource: `cpu`, `memory`, `pods`, `ephemeral-storage`.
  public var capacity: [String: Quantity]
  /// What of it pods may use.
  public var allocatable: [String: Quantity]
  /// The machine's address that pods and clients reach.
  public var address: String
  /// The network that its pods have their addresses from.
  public var podCIDR: String
  /// The runtime's handler that runs its pods.
  public var runtimeHandler: String
  /// The control group of all its pods.
  public var cgroup: String
  /// Name servers of the cluster; none leaves pods with the machine's.
  public var clusterDNS: [String] = []
  public var clusterDomain = "cluster.local"
  /// Where volumes and managed files of pods are kept.
  public var stateDirectory: String
  /// Where logs are: `<logs>/pods/<namespace>_<name>_<uid>/<container>/<restart>.log`. Nodes may share it.
  public var logDirectory: String
  /// Bytes that the log of a container may have before another is begun; four old ones are kept.
  public var logLimit: Int64 = 10 << 20
  public var timing = Timing()

  /// Waits and intervals, in seconds.
  public struct Timing: Sendable {
    /// Between two renewals of the node's lease.
    public var leaseRenewal = 1.0
    /// How long the lease holds without renewal.
    public var leaseDuration = 4.0
    /// Between two reports of the node's status while nothing changes.
    public var nodeStatus = 60.0
    /// Between two looks at the runtime for what happened by itself.
    public var relist = 1.0
    /// How long the runtime may be silent before the node counts as not ready: a restart of it disturbs nobody.
    public var runtimeGrace = 10.0
    /// Between two looks at the length of logs.
    public var logCheck = 10.0
    /// After the first failure of a container; doubles up to `backOffMaximum`.
    public var backOffBase = 10.0
    public var backOffMaximum = 300.0
    /// Between a pod's being marked as going and its containers' being asked to end: services forget it meanwhile.
    public var drain = 0.5
    /// Between two looks at the objects that volumes take their content from.
    public var volumeRefresh = 15.0

    public init() {}
  }

  public init(
    name: String, address: String, podCIDR: String, capacity: [String: Quantity],
    allocatable: [String: Quantity]? = nil, stateDirectory: String, logDirectory: String
  ) {
    self.name = name
    self.address = address
    self.podCIDR = podCIDR
    self.capacity = capacity
    self.allocatable = allocatable ?? capacity
    self.stateDirectory = stateDirectory
    self.logDirectory = logDirectory
    runtimeHandler = "kc-\(name)"
    cgroup = "/kc/\(name)"
  }

  /// The control group of a pod.
  public func podCgroup(_ uid: String) -> String { "\(cgroup)/pod-\(uid)" }
}
