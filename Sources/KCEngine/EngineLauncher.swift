internal import Glibc

/// Starts and stops the engine, from outside.
public enum EngineLauncher {
  public static let defaultPort = 6443
  /// How long a start may take, in seconds.
  static let startLimit = 60

  /// What an engine's scheduler goes by.
  public enum Scheduling: Sendable {
    /// By what it went last.
    case asLast
    case usual
    /// A KubeSchedulerConfiguration as JSON.
    case configuration(String)
  }

  /// Starts an engine in the background and returns when it answers.
  ///
  /// - Parameters:
  ///   - nodes: how many; nil is as many as it had last, and one at first.
  ///   - port: nil is the one that it had last.
  ///   - scheduling: what the scheduler goes by.
  public static func start(
    home: EngineHome, nodes: Int? = nil, port: Int? = nil, scheduling: Scheduling = .asLast
  ) async throws(EngineError) {
    if let state = home.running() {
      if case .configuration(let text) = scheduling, FileSystem.readText(home.scheduling) != text {
        throw EngineError(
          "an engine runs already, with other rules for its scheduler", help: "stop it first: kc engine stop")
      }
      if let nodes, state.nodes != nodes {
        throw EngineError(
          "an engine with \(state.nodes) node\(state.nodes == 1 ? "" : "s") runs already",
          help: "stop it first: kc engine stop")
      }
      return
    }
    let last = home.readLaunch()
    let nodes = nodes ?? last?.nodes ?? 1
    let port = port ?? last?.port ?? defaultPort
    guard (1...LogicalNode.limit).contains(nodes) else {
      throw EngineError("the engine can have 1 to \(LogicalNode.limit) nodes, not \(nodes)")
    }
    try ContainerdSupervisor.checkTools()
    try FileSystem.makeFolder(home.path, mode: 0o755)
    home.removeState()
    switch scheduling {
    case .asLast: break
    case .usual: FileSystem.remove(home.scheduling)
    case .configuration(let text): try FileSystem.write(text, to: home.scheduling)
    }
    guard let program = ownProgram() else { throw EngineError("kc cannot find its own program file") }
    let process = try DetachedProcess(
      program, ["engine", "run", "--nodes", String(nodes), "--port", String(port)], log: home.log)
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(startLimit)
    while clock.now < deadline {
      let state = home.readState()
      if let failure = state?.failure {
        home.removeState()
        throw EngineError(failure, help: state?.help)
      }
      if let state, state.process == process.id, state.isReady {
        return try home.writeLaunch(.init(nodes: nodes, port: port))
      }
      if !DetachedProcess.isAlive(process.id) {
        let said = FileSystem.readText(home.log)?.split(separator: "\n").last.map { ": \($0.suffix(300))" } ?? ""
        throw EngineError("the engine ended at once\(said)", help: "its log is \(home.log)")
      }
      try? await Task.sleep(for: .milliseconds(20))
    }
    throw EngineError("the engine does not get ready", help: "its log is \(home.log)")
  }

  /// What a stop has ended.
  public enum Stopped: Sendable {
    case nothing
    case engine
    /// What an engine that had died before had left running.
    case remains
  }

  /// Stops the engine and returns when nothing of it is left.
  ///
  /// - Returns: what was stopped.
  public static func stop(home: EngineHome) async throws(EngineError) -> Stopped {
    guard let state = home.running() else {
      let remains = EngineRemains(home: home)
      guard remains.areThere else { return .nothing }
      try await remains.remove()
      return .remains
    }
    guard kill(state.process, SIGTERM) == 0 else {
      throw EngineError("the engine cannot be stopped: \(String(cString: strerror(errno)))", help: "use sudo")
    }
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(90)
    while clock.now < deadline {
      if !DetachedProcess.isAlive(state.process) { return .engine }
      try? await Task.sleep(for: .milliseconds(50))
    }
    throw EngineError(
      "the engine does not stop",
      help: "its log is \(home.log); `kill -9 \(state.process)` ends it, and `kc engine start` then takes up its pods")
  }

  /// The path of this program.
  static func ownProgram() -> String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0 else { return nil }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
