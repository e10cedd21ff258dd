public import KCData

/// A sandbox as the runtime lists it.
public struct Sandbox: Sendable, Hashable {
  public var id: String
  public var name: String
  public var namespace: String
  /// The identity of its pod.
  public var podUID: String
  public var attempt: UInt32
  public var isReady: Bool
  public var createdAt: Timestamp
  public var labels: [String: String]
  public var annotations: [String: String]
  public var runtimeHandler: String

  public init(
    id: String, name: String, namespace: String, podUID: String, attempt: UInt32 = 0, isReady: Bool = true,
    createdAt: Timestamp, labels: [String: String] = [:], annotations: [String: String] = [:],
    runtimeHandler: String = ""
  ) {
    self.id = id
    self.name = name
    self.namespace = namespace
    self.podUID = podUID
    self.attempt = attempt
    self.isReady = isReady
    self.createdAt = createdAt
    self.labels = labels
    self.annotations = annotations
    self.runtimeHandler = runtimeHandler
  }
}

/// What a container is doing, as the runtime sees it.
public enum ContainerPhase: Sendable, Hashable {
  case created, running, exited, unknown
}

/// A container as the runtime lists it.
public struct ContainerSummary: Sendable, Hashable {
  public var id: String
  public var sandboxID: String
  public var name: String
  /// The restart count.
  public var attempt: UInt32
  public var phase: ContainerPhase
  public var createdAt: Timestamp
  public var labels: [String: String]
  public var annotations: [String: String]

  public init(
    id: String, sandboxID: String, name: String, attempt: UInt32 = 0, phase: ContainerPhase, createdAt: Timestamp,
    labels: [String: String] = [:], annotations: [String: String] = [:]
  ) {
    self.id = id
    self.sandboxID = sandboxID
    self.name = name
    self.attempt = attempt
    self.phase = phase
    self.createdAt = createdAt
    self.labels = labels
    self.annotations = annotations
  }
}

/// A container in full.
public struct ContainerState: Sendable, Hashable {
  public var id: String
  public var name: String
  public var attempt: UInt32
  public var phase: ContainerPhase
  public var createdAt: Timestamp
  public var startedAt: Timestamp?
  public var finishedAt: Timestamp?
  public var exitCode: Int32
  /// The name the image was asked for by.
  public var image: String
  /// The image's identity: a repository with digest where it has one.
  public var imageID: String
  /// Why it exited, in one word: `Completed`, `Error`, `OOMKilled`.
  public var reason: String
  public var message: String
  public var labels: [String: String]
  public var annotations: [String: String]
  /// The whole path of its log.
  public var logPath: String
  /// Which of the pod's sandboxes it is in. Empty where the runtime's answer does not say.
  public var sandboxID = ""

  public init(
    id: String, name: String, attempt: UInt32 = 0, phase: ContainerPhase, createdAt: Timestamp,
    startedAt: Timestamp? = nil, finishedAt: Timestamp? = nil, exitCode: Int32 = 0, image: String = "",
    imageID: String = "", reason: String = "", message: String = "", labels: [String: String] = [:],
    annotations: [String: String] = [:], logPath: String = ""
  ) {
    self.id = id
    self.name = name
    self.attempt = attempt
    self.phase = phase
    self.createdAt = createdAt
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.exitCode = exitCode
    self.image = image
    self.imageID = imageID
    self.reason = reason
    self.message = message
    self.labels = labels
    self.annotations = annotations
    self.logPath = logPath
  }
}

/// An image that is there.
public struct ContainerImage: Sendable, Hashable {
  public var id: String
  public var tags: [String]
  public var digests: [String]
  /// Bytes.
  public var size: UInt64
  /// The user it runs as, where the image gives a number.
  public var uid: Int64?
  /// The user it runs as, where the image gives a name.
  public var userName: String
  public var isPinned: Bool

  public init(
    id: String, tags: [String] = [], digests: [String] = [], size: UInt64 = 0, uid: Int64? = nil,
    userName: String = "", isPinned: Bool = false
  ) {
    self.id = id
    self.tags = tags
    self.digests = digests
    self.size = size
    self.uid = uid
    self.userName = userName
    self.isPinned = isPinned
  }

  /// The identity that a container's status names: a repository with digest where there is one.
  public var reference: String { digests.first ?? id }
}

/// How to prove to a registry who pulls.
public struct RegistryCredentials: Sendable, Hashable {
  public var username: String
  public var password: String
  public var server: String

  public init(username: String, password: String, server: String) {
    self.username = username
    self.password = password
    self.server = server
  }
}

/// The result of a command run in a container.
public struct ExecResult: Sendable, Hashable {
  public var exitCode: Int32
  public var stdout: [UInt8]
  public var stderr: [UInt8]

  public init(exitCode: Int32, stdout: [UInt8] = [], stderr: [UInt8] = []) {
    self.exitCode = exitCode
    self.stdout = stdout
    self.stderr = stderr
  }
}

/// What a container uses.
public struct ContainerStats: Sendable, Hashable {
  public var id: String
  public var name: String
  public var labels: [String: String]
  public var time: Timestamp
  /// Processor time since its start, in nanoseconds.
  public var cpuNanoseconds: UInt64
  /// Bytes in use that cannot be given back under pressure.
  public var memoryWorkingSet: UInt64
  /// Bytes of its writable layer.
  public var diskBytes: UInt64

  public init(
    id: String, name: String, labels: [String: String], time: Timestamp, cpuNanoseconds: UInt64,
    memoryWorkingSet: UInt64, diskBytes: UInt64
  ) {
    self.id = id
    self.name = name
    self.labels = labels
    self.time = time
    self.cpuNanoseconds = cpuNanoseconds
    self.memoryWorkingSet = memoryWorkingSet
    self.diskBytes = diskBytes
  }
}

/// What the runtime is.
public struct RuntimeVersion: Sendable, Hashable {
  public var name: String
  public var version: String
  public var apiVersion: String

  public init(name: String, version: String, apiVersion: String) {
    self.name = name
    self.version = version
    self.apiVersion = apiVersion
  }
}

/// A condition the runtime tells of: `RuntimeReady`, `NetworkReady`.
public struct RuntimeCondition: Sendable, Hashable {
  public var type: String
  public var isTrue: Bool
  public var reason: String
  public var message: String

  public init(type: String, isTrue: Bool, reason: String = "", message: String = "") {
    self.type = type
    self.isTrue = isTrue
    self.reason = reason
    self.message = message
  }
}

/// The streams of a container that a client wants.
public struct StreamOptions: Sendable, Hashable {
  public var stdin: Bool
  public var stdout: Bool
  public var stderr: Bool
  public var tty: Bool

  public init(stdin: Bool = false, stdout: Bool = true, stderr: Bool = true, tty: Bool = false) {
    self.stdin = stdin
    self.stdout = stdout
    self.stderr = stderr
    self.tty = tty
  }
}
