import Glibc
import KCData
import KCNode
import Testing

@testable import KCCRI
import enum KCNode.RuntimeError

/// The runtime against a containerd of its own. Without root or containerd it is skipped, with one line that says so.
@Suite(.serialized) struct ContainerdTests {
  @Test func aPodRunsOnContainerd() async throws {
    if let missing = PrivateContainerd.missing {
      print("SKIPPED: the runtime is not tried on containerd: \(missing) is missing")
      return
    }
    let containerd = try PrivateContainerd()
    defer { containerd.end() }
    let runtime = try CRIRuntime(socket: "unix://\(containerd.socket)")
    try await ready(runtime)
    try containerd.importImages()
    let image = try #require(try await runtime.image("localhost/kc-test/box:1"))
    #expect(try await runtime.image("localhost/kc-test/none:1") == nil)

    var config = SandboxConfig(name: "box", namespace: "default", uid: newUID())
    config.hostname = "box"
    config.logDirectory = "\(containerd.folder)/logs"
    config.labels = ["io.kubernetes.pod.uid": config.uid]
    config.cgroupParent = "\(containerd.cgroup)/pod-\(config.uid)"
    config.dns = DNSConfig(servers: ["10.96.0.10"], searches: ["svc.cluster.local"], options: ["ndots:5"])
    let sandbox = try await runtime.runSandbox(config, handler: "kc-node-t")
    #expect(try await runtime.sandboxAddresses(sandbox).first?.hasPrefix("\(containerd.subnet).") == true)
    let listed = try await runtime.sandboxes(labels: ["io.kubernetes.pod.uid": config.uid])
    #expect(listed.map(\.id) == [sandbox])
    #expect(listed.first?.isReady == true)

    try await lifeOfAContainer(runtime, sandbox: sandbox, config, image: image.id)

    try await runtime.removeSandbox(sandbox)
    try await runtime.removeSandbox(sandbox)
    #expect(try await runtime.sandboxes(labels: config.labels).isEmpty)
    #expect(try await runtime.containers(labels: config.labels).isEmpty)
    await runtime.close()
  }

  private func lifeOfAContainer(
    _ runtime: CRIRuntime, sandbox: String, _ sandboxConfig: SandboxConfig, image: String
  ) async throws {
    var config = ContainerConfig(name: "main", image: image)
    config.command = [
      "/bin/busybox", "sh", "-c", "echo hello $NAME; trap 'exit 7' TERM; while :; do /bin/busybox sleep 0.05; done",
    ]
    config.environment = [EnvironmentVariable("NAME", "world")]
    config.labels = sandboxConfig.labels
    config.logPath = "main/0.log"
    config.resources.memoryLimit = 32 << 20
    config.resources.cpuQuota = 50_000
    mkdir(sandboxConfig.logDirectory + "/main", 0o755)
    let id = try await runtime.createContainer(config, sandbox: sandbox, sandboxConfig: sandboxConfig)
    #expect(try await runtime.containerState(id).phase == .created)
    try await runtime.startContainer(id)
    let running = try await runtime.containerState(id)
    #expect(running.phase == .running)
    #expect(running.startedAt != nil)
    #expect(try await runtime.containers(labels: config.labels).map(\.sandboxID) == [sandbox])

    let result = try await runtime.exec(
      id, command: ["/bin/busybox", "sh", "-c", "cat /etc/resolv.conf; exit 3"], timeout: 10)
    #expect(result.exitCode == 3)
    #expect(String(decoding: result.stdout, as: UTF8.self).contains("nameserver 10.96.0.10"))
    await #expect(throws: RuntimeError.self) {
      try await runtime.exec(id, command: ["/bin/busybox", "sleep", "60"], timeout: 1)
    }
    config.resources.memoryLimit = 64 << 20
    try await runtime.updateResources(id, config.resources)
    #expect(try await runtime.stats(labels: config.labels).map(\.id) == [id])

    try await runtime.stopContainer(id, grace: 10)
    let ended = try await runtime.containerState(id)
    #expect(ended.phase == .exited)
    #expect(ended.exitCode == 7)
    #expect(ended.reason == "Error")
    let logs = PodLogs(root: "/")
    #expect(
      String(decoding: logs.read(path: ended.logPath, options: PodLogOptions()), as: UTF8.self) == "hello world\n")
    try await runtime.removeContainer(id)
    try await runtime.removeContainer(id)
    await #expect(throws: RuntimeError.self) { try await runtime.containerState(id) }
  }

  /// Waits for containerd to serve, for twenty seconds at most.
  private func ready(_ runtime: CRIRuntime) async throws {
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: .seconds(20))
    while true {
      let conditions = (try? await runtime.conditions()) ?? []
      if !conditions.isEmpty && conditions.allSatisfy(\.isTrue) { return }
      try #require(clock.now < end, "containerd does not come up: \(conditions)")
      try await clock.sleep(for: .milliseconds(20))
    }
  }

  @Test func noneOfManyCallsBreaks() async throws {
    if let missing = PrivateContainerd.missing {
      print("SKIPPED: the runtime is not tried on containerd: \(missing) is missing")
      return
    }
    let containerd = try PrivateContainerd()
    defer { containerd.end() }
    let runtime = try CRIRuntime(socket: containerd.socket)
    try await ready(runtime)
    // Calls that are not tried again: each one counts.
    @Sendable func once() async throws {
      _ = try await runtime.call("asking", isRepeatable: false) { connection, options in
        try await connection.service.listContainers(Runtime_V1_ListContainersRequest(), options: options)
      }
    }
    for _ in 0..<500 { try await once() }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 {
        group.addTask { for _ in 0..<50 { try await once() } }
      }
      try await group.waitForAll()
    }
    await runtime.close()
  }

  @Test func aMissingSocketIsToldInPlainWords() async throws {
    let runtime = try CRIRuntime(socket: "/tmp/kc-no-such.sock")
    await #expect(throws: RuntimeError.unavailable("nothing answers at /tmp/kc-no-such.sock")) {
      try await runtime.version()
    }
    await runtime.close()
  }
}
