internal import Glibc
internal import KCClient
internal import KCCodec
internal import KCData
internal import KCHTTP
internal import KCKube
internal import KCProxy
internal import Logging

/// Keeps the cluster's names: writes what they are made from to a file, and keeps the process running that answers
/// from it. That process outlives the engine's death, so that pods find one another until the engine is back.
struct ClusterNames: Sendable {
  let home: EngineHome
  let client: APIClient
  let log: Logger

  /// Changes within this time are written together, in milliseconds.
  static let gathering = 5

  func run() async throws(EngineError) {
    guard let service = client.types.find(apiVersion: "v1", kind: "Service"),
      let slice = client.types.find(apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice")
    else { return }
    let (changes, signal) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let services = Informer(client: client, type: service)
    let slices = Informer(client: client, type: slice)
    for informer in [services, slices] { informer.addHandler { _ in signal.yield() } }
    await withTaskGroup(of: Void.self) { group in
      for informer in [services, slices] { group.addTask { await informer.run() } }
      group.addTask { await keepServing() }
      for informer in [services, slices] { await informer.waitUntilSynced() }
      signal.yield()
      for await _ in changes {
        try? await Task.sleep(for: .milliseconds(Self.gathering))
        write(services.list(), slices.list())
        if Task.isCancelled { break }
      }
      group.cancelAll()
    }
  }

  private func write(_ services: [Value], _ slices: [Value]) {
    let content: Value = ["services": .array(services), "slices": .array(slices)]
    do {
      try FileSystem.write(JSON.bytes(content), to: home.names, mode: 0o600)
    } catch {
      log.error("the cluster's names cannot be written: \(error)")
    }
  }

  /// Starts the process that answers, or takes over the one that is there, and starts it again when it ends.
  private func keepServing() async {
    while !Task.isCancelled {
      if Self.process(home) == nil {
        do {
          guard let program = EngineLauncher.ownProgram() else { return }
          let process = try DetachedProcess(program, ["engine", "names"], log: home.log)
          try FileSystem.write(String(process.id), to: home.namesProcess)
        } catch {
          log.error("the cluster's names cannot be served: \(error)")
        }
      }
      try? await Task.sleep(for: .seconds(1))
    }
  }

  /// The process that answers, if it runs.
  private static func process(_ home: EngineHome) -> pid_t? {
    guard let text = FileSystem.readText(home.namesProcess), let process = pid_t(text),
      DetachedProcess.isAlive(process),
      FileSystem.readText("/proc/\(process)/cmdline")?.contains("engine\0names") == true
    else { return nil }
    return process
  }

  /// Whether the process that answers runs.
  static func isServed(_ home: EngineHome) -> Bool { process(home) != nil }

  /// Ends the process that answers.
  static func stop(_ home: EngineHome) async {
    guard let process = process(home) else { return }
    kill(process, SIGKILL)
    for _ in 0..<100 where DetachedProcess.isAlive(process) { try? await Task.sleep(for: .milliseconds(10)) }
    FileSystem.remove(home.namesProcess)
    FileSystem.remove(home.names)
  }
}

/// Puts the proxy's rules into the kernel.
struct KernelRules: RuleSetApplier {
  func apply(_ text: String) async throws { try await HostNetwork.apply(rules: text) }
}
