import Glibc
import KCData
import KCKube
import Logging
import Testing

@testable import KCNode

/// An agent on a fake runtime and API, in a folder of its own.
final class AgentHarness: Sendable {
  let api = FakeAPI()
  let runtime: FakeRuntime
  let folder: String
  let configuration: NodeConfiguration

  init(images: [String] = ["web:1"], timing: (inout NodeConfiguration.Timing) -> Void = { _ in }) throws {
    runtime = FakeRuntime(images: images)
    folder = "/tmp/kc-node-test-\(newUID())"
    try Files.makeFolder(folder)
    var configuration = NodeConfiguration(
      name: "node-t", address: "192.168.0.1", podCIDR: "10.0.0.0/24",
      capacity: ["cpu": Quantity(2), "memory": Quantity(4 << 30, format: .binarySI), "pods": Quantity(110)],
      stateDirectory: "\(folder)/state", logDirectory: "\(folder)/logs")
    configuration.cgroup = "/kc-test-none/node-t"
    configuration.timing.relist = 0.02
    configuration.timing.backOffBase = 0.05
    configuration.timing.drain = 0
    configuration.clusterDNS = ["10.96.0.10"]
    timing(&configuration.timing)
    self.configuration = configuration
  }

  func agent() throws -> NodeAgent {
    try NodeAgent(
      configuration: configuration, client: api.client(), runtime: runtime, probes: FakeProbes(),
      logger: Logger(label: "test"))
  }

  /// Runs the agent while `body` does.
  func run(_ body: () async throws -> Void) async throws {
    let agent = try agent()
    let task = Task { await agent.run() }
    do {
      try await body()
    } catch {
      task.cancel()
      await task.value
      throw error
    }
    task.cancel()
    await task.value
  }

  deinit {
    Files.remove(folder)
    Cgroups().remove("/kc-test-none")
  }

  /// Waits until something holds, for ten seconds at most.
  func eventually(
    _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () -> Bool
  ) async throws {
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: .seconds(10))
    while !condition() {
      if clock.now > end {
        Issue.record("\(what) did not come about; calls: \(runtime.calls)", sourceLocation: sourceLocation)
        throw CancellationError()
      }
      await Task.yield()
      try await clock.sleep(for: .milliseconds(5))
    }
  }

  func isReady(_ name: String) -> Bool { condition(name, "Ready") == "True" }

  func condition(_ name: String, _ type: String) -> String? {
    api.pod(name)?.at("status", "conditions")?.array?.first { $0["type"]?.string == type }?["status"]?.string
  }

  func containerStatus(_ pod: String, _ index: Int = 0) -> Value? {
    api.pod(pod)?.at("status", "containerStatuses")?[index]
  }
}

/// Probes that always succeed.
struct FakeProbes: ProbeIO {
  func httpGet(host: String, port: Int, path: String, scheme: String, headers: [HTTPHeader], timeout: Double)
    async throws(ProbeFailure) -> Int
  { 200 }
  func tcpConnect(host: String, port: Int, timeout: Double) async throws(ProbeFailure) {}
}

/// A pod with one container.
func makePod(
  _ name: String = "web", uid: String = "uid-1", spec: (inout Value) -> Void = { _ in },
  container: (inout Value) -> Void = { _ in }
) -> Value {
  var one: Value = ["name": "main", "image": "web:1", "imagePullPolicy": "IfNotPresent"]
  container(&one)
  var pod: Value = [
    "apiVersion": "v1", "kind": "Pod",
    "metadata": ["name": .string(name), "namespace": "default", "uid": .string(uid), "labels": ["app": "web"]],
    "spec": [
      "nodeName": "node-t", "restartPolicy": "Always", "terminationGracePeriodSeconds": 5, "containers": [one],
    ], "status": ["phase": "Pending"],
  ]
  var inner = pod["spec"] ?? [:]
  spec(&inner)
  pod["spec"] = inner
  return pod
}
