internal import GRPCCore
public import KCNode
public import enum KCNode.RuntimeError
internal import SwiftProtobuf

/// The options of a call.
typealias GRPCOptions = CallOptions

extension CRIRuntime {
  public func createContainer(_ config: ContainerConfig, sandbox: String, sandboxConfig: SandboxConfig)
    async throws(RuntimeError) -> String
  {
    let request = Runtime_V1_CreateContainerRequest.with {
      $0.podSandboxID = sandbox
      $0.config = Runtime_V1_ContainerConfig(config)
      $0.sandboxConfig = Runtime_V1_PodSandboxConfig(sandboxConfig)
    }
    return try await call("creating the container", seconds: 120, isRepeatable: false) { connection, options in
      try await connection.service.createContainer(request, options: options).containerID
    }
  }

  public func startContainer(_ id: String) async throws(RuntimeError) {
    _ = try await call("starting the container", seconds: 120, isRepeatable: false) { connection, options in
      try await connection.service.startContainer(.with { $0.containerID = id }, options: options)
    }
  }

  public func stopContainer(_ id: String, grace: Int64) async throws(RuntimeError) {
    let grace = min(max(grace, 0), 86400 * 7)
    try await quiet("stopping the container", seconds: grace + 60) { connection, options in
      let request = Runtime_V1_StopContainerRequest.with {
        $0.containerID = id
        $0.timeout = grace
      }
      _ = try await connection.service.stopContainer(request, options: options)
    }
  }

  public func removeContainer(_ id: String) async throws(RuntimeError) {
    try await quiet("removing the container", seconds: 60) { connection, options in
      _ = try await connection.service.removeContainer(.with { $0.containerID = id }, options: options)
    }
  }

  public func containers(labels: [String: String]) async throws(RuntimeError) -> [ContainerSummary] {
    let request = Runtime_V1_ListContainersRequest.with { $0.filter.labelSelector = labels }
    let answer = try await call("listing containers") { connection, options in
      try await connection.service.listContainers(request, options: options)
    }
    return answer.containers.map { ContainerSummary($0) }
  }

  public func containerState(_ id: String) async throws(RuntimeError) -> ContainerState {
    let answer = try await call("asking for the container") { connection, options in
      try await connection.service.containerStatus(.with { $0.containerID = id }, options: options)
    }
    return ContainerState(answer.status)
  }

  public func updateResources(_ id: String, _ resources: ContainerResources) async throws(RuntimeError) {
    let request = Runtime_V1_UpdateContainerResourcesRequest.with {
      $0.containerID = id
      $0.linux = Runtime_V1_LinuxContainerResources(resources)
    }
    _ = try await call("changing the container's resources") { connection, options in
      try await connection.service.updateContainerResources(request, options: options)
    }
  }

  public func reopenLog(_ id: String) async throws(RuntimeError) {
    _ = try await call("opening the log anew") { connection, options in
      try await connection.service.reopenContainerLog(.with { $0.containerID = id }, options: options)
    }
  }

  public func stats(labels: [String: String]) async throws(RuntimeError) -> [ContainerStats] {
    let request = Runtime_V1_ListContainerStatsRequest.with { $0.filter.labelSelector = labels }
    let answer = try await call("measuring containers") { connection, options in
      try await connection.service.listContainerStats(request, options: options)
    }
    return answer.stats.map { ContainerStats($0) }
  }
}

/// Commands and streams.
extension CRIRuntime {
  public func exec(_ id: String, command: [String], timeout: Int64) async throws(RuntimeError) -> ExecResult {
    let request = Runtime_V1_ExecSyncRequest.with {
      $0.containerID = id
      $0.cmd = command
      $0.timeout = max(timeout, 0)
    }
    // The runtime kills what runs too long itself; the call's own limit is for a runtime that hangs.
    let limit = timeout > 0 ? min(timeout, 86400) + 5 : 86400
    let answer = try await call("running the command", seconds: limit, isRepeatable: false) { connection, options in
      try await connection.service.execSync(request, options: options)
    }
    return ExecResult(exitCode: answer.exitCode, stdout: Array(answer.stdout), stderr: Array(answer.stderr))
  }

  public func execURL(_ id: String, command: [String], streams: StreamOptions) async throws(RuntimeError) -> String {
    let request = Runtime_V1_ExecRequest.with {
      $0.containerID = id
      $0.cmd = command
      $0.stdin = streams.stdin
      $0.stdout = streams.stdout
      $0.stderr = streams.stderr
      $0.tty = streams.tty
    }
    return try await call("running the command", isRepeatable: false) { connection, options in
      try await connection.service.exec(request, options: options).url
    }
  }

  public func attachURL(_ id: String, streams: StreamOptions) async throws(RuntimeError) -> String {
    let request = Runtime_V1_AttachRequest.with {
      $0.containerID = id
      $0.stdin = streams.stdin
      $0.stdout = streams.stdout
      $0.stderr = streams.stderr
      $0.tty = streams.tty
    }
    return try await call("attaching to the container") { connection, options in
      try await connection.service.attach(request, options: options).url
    }
  }

  public func portForwardURL(sandbox: String, ports: [Int32]) async throws(RuntimeError) -> String {
    let request = Runtime_V1_PortForwardRequest.with {
      $0.podSandboxID = sandbox
      $0.port = ports
    }
    return try await call("forwarding ports") { connection, options in
      try await connection.service.portForward(request, options: options).url
    }
  }
}
