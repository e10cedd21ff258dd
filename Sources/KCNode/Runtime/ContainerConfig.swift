/// What a container is made from.
public struct ContainerConfig: Sendable, Hashable {
  public var name: String
  /// The restart count.
  public var attempt: UInt32 = 0
  /// The identity of an image that is there.
  public var image: String
  /// Replaces the image's entry point unless empty.
  public var command: [String] = []
  /// Replaces the image's command unless empty.
  public var args: [String] = []
  public var workingDirectory = ""
  public var environment: [EnvironmentVariable] = []
  public var mounts: [Mount] = []
  public var labels: [String: String] = [:]
  public var annotations: [String: String] = [:]
  /// Relative to the sandbox's log directory.
  public var logPath = ""
  public var stdin = false
  public var stdinOnce = false
  public var tty = false
  public var resources = ContainerResources()
  public var security = ContainerSecurity()

  public init(name: String, image: String) {
    self.name = name
    self.image = image
  }
}

/// A variable of a container's environment.
public struct EnvironmentVariable: Sendable, Hashable {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// A file or folder of the machine that a container sees.
public struct Mount: Sendable, Hashable {
  public var containerPath: String
  public var hostPath: String
  public var readOnly = false
  public var propagation = Propagation.none

  /// Which later mounts are seen on the other side.
  public enum Propagation: Sendable, Hashable {
    case none, hostToContainer, bidirectional
  }

  public init(containerPath: String, hostPath: String, readOnly: Bool = false) {
    self.containerPath = containerPath
    self.hostPath = hostPath
    self.readOnly = readOnly
  }
}

/// What a container may use; nil means not limited.
public struct ContainerResources: Sendable, Hashable {
  /// The share of processor time relative to others, 2 to 262,144.
  public var cpuShares: Int64?
  /// Microseconds of processor time in each period.
  public var cpuQuota: Int64?
  /// Microseconds.
  public var cpuPeriod: Int64 = 100_000
  /// Bytes.
  public var memoryLimit: Int64?
  /// From -1000, never killed when memory runs out, to 1000, killed first.
  public var oomScoreAdjustment: Int64 = 0

  public init() {}
}

/// As whom a container runs and what it may do.
public struct ContainerSecurity: Sendable, Hashable {
  public var privileged = false
  public var runAsUser: Int64?
  public var runAsUserName: String?
  public var runAsGroup: Int64?
  public var supplementalGroups: [Int64] = []
  public var readOnlyRootFilesystem = false
  /// Whether programs cannot gain rights beyond those of who starts them.
  public var noNewPrivileges = false
  public var addCapabilities: [String] = []
  public var dropCapabilities: [String] = []
  public var maskedPaths: [String] = []
  public var readOnlyPaths: [String] = []
  public var seccomp = Seccomp.unconfined
  public var namespaces = NamespaceOptions()

  /// The filter for system calls.
  public enum Seccomp: Sendable, Hashable {
    case unconfined, runtimeDefault
    /// A profile in a file of the machine.
    case localhost(String)
  }

  public init() {}
}
