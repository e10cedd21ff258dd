import KCData
import Synchronization

@testable import KCNode

/// A container runtime in memory. Containers run until they are stopped or made to exit.
final class FakeRuntime: ContainerRuntime {
  struct State {
    var sandboxes: [String: Sandbox] = [:]
    var containers: [String: ContainerState] = [:]
    var configs: [String: ContainerConfig] = [:]
    var sandboxConfigs: [String: SandboxConfig] = [:]
    var images: [String: ContainerImage] = [:]
    /// Images that a registry has.
    var registry: Set<String> = []
    /// What was called, in order.
    var calls: [String] = []
    var next = 1
    /// Exit codes that containers of a name end with as soon as they are started.
    var exitAtOnce: [String: Int32] = [:]
    /// Result of commands in containers.
    var execExitCode: Int32 = 0
    /// Grace periods of stops, by container name.
    var graces: [String: [Int64]] = [:]
    var sandboxFailures = 0
    /// How often sandboxes were listed, by the labels asked for.
    var looks: [String: Int] = [:]
  }
  let state = Mutex(State())
  let clock: any NodeClock

  init(images: [String] = ["web:1"], clock: any NodeClock = SystemNodeClock()) {
    self.clock = clock
    state.withLock { state in
      for image in images { state.images[image] = ContainerImage(id: "sha256:\(image)", tags: [image]) }
    }
  }

  var calls: [String] { state.withLock { $0.calls } }
  func running(_ name: String) -> ContainerState? {
    state.withLock { $0.containers.values.first { $0.name == name && $0.phase == .running } }
  }

  /// Ends a container by itself.
  func exit(_ name: String, code: Int32, reason: String = "") {
    let now = clock.now
    state.withLock { state in
      for (id, container) in state.containers where container.name == name && container.phase == .running {
        state.containers[id]?.phase = .exited
        state.containers[id]?.exitCode = code
        state.containers[id]?.reason = reason
        state.containers[id]?.finishedAt = now
      }
    }
  }

  func version() async throws(RuntimeError) -> RuntimeVersion {
    RuntimeVersion(name: "fake", version: "1", apiVersion: "v1")
  }
  func conditions() async throws(RuntimeError) -> [RuntimeCondition] { [] }

  func runSandbox(_ config: SandboxConfig, handler: String) async throws(RuntimeError) -> String {
    let now = clock.now
    let id: String? = state.withLock { state in
      state.calls.append("runSandbox \(config.name) \(handler)")
      if state.sandboxFailures > 0 {
        state.sandboxFailures -= 1
        return nil
      }
      let id = "s\(state.next)"
      state.next += 1
      state.sandboxes[id] = Sandbox(
        id: id, name: config.name, namespace: config.namespace, podUID: config.uid, attempt: config.attempt,
        createdAt: now, labels: config.labels, annotations: config.annotations, runtimeHandler: handler)
      state.sandboxConfigs[id] = config
      return id
    }
    guard let id else { throw .failed("no network") }
    return id
  }
  func stopSandbox(_ id: String) async throws(RuntimeError) {
    let now = clock.now
    state.withLock { state in
      state.calls.append("stopSandbox \(id)")
      state.sandboxes[id]?.isReady = false
      for (key, container) in state.containers where container.sandboxID == id && container.phase == .running {
        state.containers[key]?.phase = .exited
        state.containers[key]?.exitCode = 137
        state.containers[key]?.finishedAt = now
      }
    }
  }
  func removeSandbox(_ id: String) async throws(RuntimeError) {
    state.withLock { state in
      state.calls.append("removeSandbox \(id)")
      state.sandboxes[id] = nil
      state.containers = state.containers.filter { $0.value.sandboxID != id }
    }
  }
  func sandboxAddresses(_ id: String) async throws(RuntimeError) -> [String] { ["10.0.0.\(id.dropFirst())"] }
  func sandboxes(labels: [String: String]) async throws(RuntimeError) -> [Sandbox] {
    state.withLock { state in
      state.looks[labels.keys.sorted().joined(), default: 0] += 1
      return state.sandboxes.values.filter { Self.matches($0.labels, labels) }
    }
  }

  func createContainer(_ config: ContainerConfig, sandbox: String, sandboxConfig: SandboxConfig)
    async throws(RuntimeError) -> String
  {
    let now = clock.now
    return state.withLock { state in
      let id = "c\(state.next)"
      state.next += 1
      state.calls.append("create \(config.name) \(config.attempt)")
      var container = ContainerState(
        id: id, name: config.name, attempt: config.attempt, phase: .created, createdAt: now, image: config.image,
        imageID: config.image, labels: config.labels, annotations: config.annotations)
      container.sandboxID = sandbox
      state.containers[id] = container
      state.configs[id] = config
      return id
    }
  }
  func startContainer(_ id: String) async throws(RuntimeError) {
    let now = clock.now
    state.withLock { state in
      let name = state.containers[id]?.name ?? ""
      state.calls.append("start \(name)")
      state.containers[id]?.phase = .running
      state.containers[id]?.startedAt = now
      if let code = state.exitAtOnce[name] {
        state.containers[id]?.phase = .exited
        state.containers[id]?.exitCode = code
        state.containers[id]?.finishedAt = now
      }
    }
  }
  func stopContainer(_ id: String, grace: Int64) async throws(RuntimeError) {
    let now = clock.now
    state.withLock { state in
      let name = state.containers[id]?.name ?? ""
      state.calls.append("stop \(name)")
      state.graces[name, default: []].append(grace)
      state.containers[id]?.phase = .exited
      state.containers[id]?.exitCode = 143
      state.containers[id]?.finishedAt = now
    }
  }
  func removeContainer(_ id: String) async throws(RuntimeError) {
    state.withLock { state in
      state.calls.append("removeContainer \(state.containers[id]?.name ?? id)")
      state.containers[id] = nil
    }
  }
  func containers(labels: [String: String]) async throws(RuntimeError) -> [ContainerSummary] {
    state.withLock { state in
      state.containers.values.filter { Self.matches($0.labels, labels) }.map {
        ContainerSummary(
          id: $0.id, sandboxID: $0.sandboxID, name: $0.name, attempt: $0.attempt, phase: $0.phase,
          createdAt: $0.createdAt, labels: $0.labels, annotations: $0.annotations)
      }
    }
  }
  func containerState(_ id: String) async throws(RuntimeError) -> ContainerState {
    guard let found = state.withLock({ $0.containers[id] }) else { throw .notFound("no container \(id)") }
    return found
  }
  func updateResources(_ id: String, _ resources: ContainerResources) async throws(RuntimeError) {}
  func reopenLog(_ id: String) async throws(RuntimeError) { state.withLock { $0.calls.append("reopenLog \(id)") } }
  func stats(labels: [String: String]) async throws(RuntimeError) -> [ContainerStats] { [] }
  func exec(_ id: String, command: [String], timeout: Int64) async throws(RuntimeError) -> ExecResult {
    state.withLock { state in
      state.calls.append("exec \(command.joined(separator: " "))")
      return ExecResult(exitCode: state.execExitCode)
    }
  }
  func execURL(_ id: String, command: [String], streams: StreamOptions) async throws(RuntimeError) -> String { "" }
  func attachURL(_ id: String, streams: StreamOptions) async throws(RuntimeError) -> String { "" }
  func portForwardURL(sandbox: String, ports: [Int32]) async throws(RuntimeError) -> String { "" }
  func images() async throws(RuntimeError) -> [ContainerImage] { state.withLock { Array($0.images.values) } }
  func image(_ name: String) async throws(RuntimeError) -> ContainerImage? {
    state.withLock { state in state.images[name] ?? state.images.values.first { $0.id == name } }
  }
  func pullImage(_ name: String, credentials: RegistryCredentials?) async throws(RuntimeError) -> String {
    let image: ContainerImage? = state.withLock { state in
      state.calls.append("pull \(name)")
      guard state.registry.contains(name) else { return nil }
      let image = ContainerImage(id: "sha256:\(name)", tags: [name])
      state.images[name] = image
      return image
    }
    guard let image else { throw .failed("no such image in the registry") }
    return image.id
  }
  func removeImage(_ name: String) async throws(RuntimeError) {}

  private static func matches(_ labels: [String: String], _ wanted: [String: String]) -> Bool {
    wanted.allSatisfy { labels[$0.key] == $0.value }
  }
}
