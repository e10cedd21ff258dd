internal import KCData
internal import KCNode

extension Timestamp {
  /// A moment as the interface has it; nil for zero, which stands for none.
  init?(nanosecondsSince1970 nanoseconds: Int64) {
    guard nanoseconds > 0 else { return nil }
    self.init(seconds: nanoseconds / 1_000_000_000, nanoseconds: Int32(nanoseconds % 1_000_000_000))
  }

  fileprivate static func created(_ nanoseconds: Int64) -> Timestamp {
    Timestamp(nanosecondsSince1970: nanoseconds) ?? Timestamp(seconds: 0)
  }
}

extension Sandbox {
  init(_ sandbox: Runtime_V1_PodSandbox) {
    self.init(
      id: sandbox.id, name: sandbox.metadata.name, namespace: sandbox.metadata.namespace,
      podUID: sandbox.metadata.uid, attempt: sandbox.metadata.attempt, isReady: sandbox.state == .sandboxReady,
      createdAt: .created(sandbox.createdAt), labels: sandbox.labels, annotations: sandbox.annotations,
      runtimeHandler: sandbox.runtimeHandler)
  }
}

extension ContainerPhase {
  init(_ state: Runtime_V1_ContainerState) {
    switch state {
    case .containerCreated: self = .created
    case .containerRunning: self = .running
    case .containerExited: self = .exited
    case .containerUnknown, .UNRECOGNIZED: self = .unknown
    }
  }
}

extension ContainerSummary {
  init(_ container: Runtime_V1_Container) {
    self.init(
      id: container.id, sandboxID: container.podSandboxID, name: container.metadata.name,
      attempt: container.metadata.attempt, phase: ContainerPhase(container.state),
      createdAt: .created(container.createdAt), labels: container.labels, annotations: container.annotations)
  }
}

extension ContainerState {
  init(_ status: Runtime_V1_ContainerStatus) {
    self.init(
      id: status.id, name: status.metadata.name, attempt: status.metadata.attempt,
      phase: ContainerPhase(status.state), createdAt: .created(status.createdAt),
      startedAt: Timestamp(nanosecondsSince1970: status.startedAt),
      finishedAt: Timestamp(nanosecondsSince1970: status.finishedAt), exitCode: status.exitCode,
      image: status.image.image, imageID: status.imageRef, reason: status.reason, message: status.message,
      labels: status.labels, annotations: status.annotations, logPath: status.logPath)
  }
}

extension ContainerImage {
  init(_ image: Runtime_V1_Image) {
    self.init(
      id: image.id, tags: image.repoTags, digests: image.repoDigests, size: image.size,
      uid: image.hasUid ? image.uid.value : nil, userName: image.username, isPinned: image.pinned)
  }
}

extension ContainerStats {
  init(_ stats: Runtime_V1_ContainerStats) {
    self.init(
      id: stats.attributes.id, name: stats.attributes.metadata.name, labels: stats.attributes.labels,
      time: .created(stats.cpu.timestamp), cpuNanoseconds: stats.cpu.usageCoreNanoSeconds.value,
      memoryWorkingSet: stats.memory.workingSetBytes.value, diskBytes: stats.writableLayer.usedBytes.value)
  }
}
