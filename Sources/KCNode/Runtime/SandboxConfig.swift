/// What a pod's sandbox is made from: the network, host name and namespaces its containers share.
public struct SandboxConfig: Sendable, Hashable {
  public var name: String
  public var namespace: String
  /// The pod's identity.
  public var uid: String
  /// How many sandboxes the pod had before.
  public var attempt: UInt32 = 0
  public var hostname = ""
  /// The folder that the containers' log paths start from.
  public var logDirectory = ""
  /// What becomes `/etc/resolv.conf`; nil copies the machine's.
  public var dns: DNSConfig?
  public var labels: [String: String] = [:]
  public var annotations: [String: String] = [:]
  /// The control group that the containers' own are made in.
  public var cgroupParent = ""
  public var sysctls: [String: String] = [:]
  public var namespaces = NamespaceOptions()
  /// Whether a container of the pod may be privileged.
  public var privileged = false
  public var runAsUser: Int64?
  public var runAsGroup: Int64?
  public var supplementalGroups: [Int64] = []

  public init(name: String, namespace: String, uid: String) {
    self.name = name
    self.namespace = namespace
    self.uid = uid
  }
}

/// What `/etc/resolv.conf` says.
public struct DNSConfig: Sendable, Hashable {
  public var servers: [String] = []
  public var searches: [String] = []
  /// Such as `ndots:5`.
  public var options: [String] = []

  public init(servers: [String] = [], searches: [String] = [], options: [String] = []) {
    self.servers = servers
    self.searches = searches
    self.options = options
  }
}

/// Which namespaces of Linux are the machine's, the pod's, or a container's own.
public struct NamespaceOptions: Sendable, Hashable {
  public var hostNetwork = false
  public var hostIPC = false
  public var pid = PIDMode.container

  public enum PIDMode: Sendable, Hashable {
    case container, pod, node
  }

  public init() {}
}
