internal import KCData

/// Carries out single probes and hooks of a container.
struct ProbeExecutor: Sendable {
  let io: any ProbeIO
  let runtime: any ContainerRuntime
  let containerID: String
  let container: ContainerSpec
  /// The pod's address.
  let address: String

  /// - Throws: the reason why it failed.
  func run(_ probe: ProbeSpec) async throws(ProbeFailure) {
    switch probe.action {
    case .http(let action):
      try await get(action, timeout: probe.timeout)
    case .tcp(let host, let port):
      try await io.tcpConnect(
        host: host.isEmpty ? address : host, port: try number(port), timeout: probe.timeout)
    case .exec(let command):
      try await exec(command, timeout: Int64(probe.timeout.rounded(.up)))
    case .unsupported(let why): throw ProbeFailure(why)
    }
  }

  func get(_ action: HTTPAction, timeout: Double) async throws(ProbeFailure) {
    let status = try await io.httpGet(
      host: action.host.isEmpty ? address : action.host, port: try number(action.port), path: action.path,
      scheme: action.scheme, headers: action.headers, timeout: timeout)
    if !(200..<400).contains(status) { throw ProbeFailure("HTTP probe failed with statuscode: \(status)") }
  }

  func exec(_ command: [String], timeout: Int64) async throws(ProbeFailure) {
    let result: ExecResult
    do throws(RuntimeError) {
      result = try await runtime.exec(containerID, command: command, timeout: timeout)
    } catch {
      throw ProbeFailure("command \(command.joined(separator: " ")): \(error)")
    }
    if result.exitCode != 0 {
      let output = String(decoding: (result.stdout + result.stderr).prefix(1024), as: UTF8.self)
      throw ProbeFailure("command exited with \(result.exitCode): \(output)")
    }
  }

  private func number(_ port: Value) throws(ProbeFailure) -> Int {
    guard let number = container.port(port) else {
      throw ProbeFailure("the container has no port \(port.string ?? String(port.int ?? 0))")
    }
    return number
  }
}
