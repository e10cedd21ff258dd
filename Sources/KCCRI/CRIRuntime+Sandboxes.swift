public import KCNode
public import enum KCNode.RuntimeError
internal import SwiftProtobuf

extension CRIRuntime: ContainerRuntime {
  public func version() async throws(RuntimeError) -> RuntimeVersion {
    let answer = try await call("asking for the version", seconds: 5) { connection, options in
      try await connection.service.version(.with { $0.version = "v1" }, options: options)
    }
    return RuntimeVersion(
      name: answer.runtimeName, version: answer.runtimeVersion, apiVersion: answer.runtimeApiVersion)
  }

  public func conditions() async throws(RuntimeError) -> [RuntimeCondition] {
    let answer = try await call("asking for the status", seconds: 5) { connection, options in
      try await connection.service.status(Runtime_V1_StatusRequest(), options: options)
    }
    return answer.status.conditions.map {
      RuntimeCondition(type: $0.type, isTrue: $0.status, reason: $0.reason, message: $0.message)
    }
  }

  public func runSandbox(_ config: SandboxConfig, handler: String) async throws(RuntimeError) -> String {
    let request = Runtime_V1_RunPodSandboxRequest.with {
      $0.config = Runtime_V1_PodSandboxConfig(config)
      $0.runtimeHandler = handler
    }
    return try await call("starting the sandbox", seconds: 120, isRepeatable: false) { connection, options in
      try await connection.service.runPodSandbox(request, options: options).podSandboxID
    }
  }

  public func stopSandbox(_ id: String) async throws(RuntimeError) {
    try await quiet("stopping the sandbox", seconds: 120) { connection, options in
      _ = try await connection.service.stopPodSandbox(.with { $0.podSandboxID = id }, options: options)
    }
  }

  public func removeSandbox(_ id: String) async throws(RuntimeError) {
    try await quiet("removing the sandbox", seconds: 120) { connection, options in
      _ = try await connection.service.removePodSandbox(.with { $0.podSandboxID = id }, options: options)
    }
  }

  public func sandboxAddresses(_ id: String) async throws(RuntimeError) -> [String] {
    let answer = try await call("asking for the sandbox") { connection, options in
      try await connection.service.podSandboxStatus(.with { $0.podSandboxID = id }, options: options)
    }
    let network = answer.status.network
    return ([network.ip] + network.additionalIps.map(\.ip)).filter { !$0.isEmpty }
  }

  public func sandboxes(labels: [String: String]) async throws(RuntimeError) -> [Sandbox] {
    let request = Runtime_V1_ListPodSandboxRequest.with { $0.filter.labelSelector = labels }
    let answer = try await call("listing sandboxes") { connection, options in
      try await connection.service.listPodSandbox(request, options: options)
    }
    return answer.items.map { Sandbox($0) }
  }

  /// A call that is content when what it is about is not there.
  func quiet(
    _ what: String, seconds: Int64, _ body: (Connection, GRPCOptions) async throws -> Void
  ) async throws(RuntimeError) {
    do throws(RuntimeError) {
      try await call(what, seconds: seconds, body)
    } catch {
      if !error.isNotFound { throw error }
    }
  }
}
