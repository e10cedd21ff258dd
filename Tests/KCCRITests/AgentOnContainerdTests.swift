import Glibc
import KCClient
import KCData
import KCKube
import KCNode
import Logging
import Testing

@testable import KCCRI

/// The node agent on a containerd of its own: what a user's pod goes through.
@Suite(.serialized) struct AgentOnContainerdTests {
  let api = FakeAPI()

  @Test func aServingPodComesUpIsAdoptedAndGoes() async throws {
    if let missing = PrivateContainerd.missing {
      print("SKIPPED: the node agent is not tried on containerd: \(missing) is missing")
      return
    }
    let containerd = try PrivateContainerd()
    defer { containerd.end() }
    let runtime = try CRIRuntime(socket: containerd.socket)
    try await eventually("containerd serves", seconds: 20) { (try? await runtime.version()) != nil }
    try containerd.importImages()
    try await eventually("the network is there", seconds: 20) {
      (try? await runtime.conditions().allSatisfy(\.isTrue)) ?? false
    }
    api.put(
      ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "site"], "data": ["index.html": "hello\n"]],
      at: "/api/v1/namespaces/default/configmaps/site")
    let clock = ContinuousClock()
    var first = ""
    try await running(agent(on: containerd, runtime)) {
      try await eventually("the node is there") { api.object("/api/v1/nodes/t") != nil }
      let began = clock.now
      api.put(pod: pod)
      try await eventually("the pod is ready") { isReady }
      print("a pod of a warm image was ready after \(clock.now - began)")
      first = api.pod("web")?.at("status", "containerStatuses")?[0]?["containerID"]?.string ?? ""
      let logs = PodLogs(root: "\(containerd.folder)/podlogs")
      let path = try #require(logs.path(namespace: "default", pod: "web", uid: "uid-web", container: "main"))
      #expect(String(decoding: logs.read(path: path, options: PodLogOptions()), as: UTF8.self) == "serving hello\n")
    }
    #expect(first.hasPrefix("containerd://"))
    try await running(agent(on: containerd, runtime)) {
      try await eventually("the agent is back") { api.object("/api/v1/nodes/t") != nil }
      #expect(isReady)
      #expect(api.pod("web")?.at("status", "containerStatuses")?[0]?["containerID"]?.string == first)
      api.delete(pod: "web", grace: 10, now: SystemNodeClock().now)
      let began = clock.now
      try await eventually("the pod is gone", seconds: 15) { api.pod("web") == nil }
      print("it was gone after \(clock.now - began)")
    }
    #expect(try await runtime.sandboxes(labels: [:]).isEmpty)
    #expect(Cgroups().children(containerd.cgroup).isEmpty)
    await runtime.close()
  }

  private var isReady: Bool {
    let conditions = api.pod("web")?.at("status", "conditions")?.array ?? []
    return conditions.contains { $0["type"] == "Ready" && $0["status"] == "True" }
  }

  private func agent(on containerd: PrivateContainerd, _ runtime: CRIRuntime) throws -> NodeAgent {
    var configuration = NodeConfiguration(
      name: "t", address: "127.0.0.1", podCIDR: "\(containerd.subnet).0/24",
      capacity: ["cpu": Quantity(1), "memory": Quantity(256 << 20, format: .binarySI), "pods": Quantity(10)],
      stateDirectory: "\(containerd.folder)/pods", logDirectory: "\(containerd.folder)/podlogs")
    configuration.runtimeHandler = "kc-node-t"
    configuration.cgroup = containerd.cgroup
    return try NodeAgent(
      configuration: configuration, client: api.client(), runtime: runtime, logger: Logger(label: "test"))
  }

  private static let script = """
    echo serving $(/bin/busybox cat /www/index.html); /bin/busybox httpd -p 8080 -h /www
    trap 'exit 0' TERM; while :; do /bin/busybox sleep 0.05; done
    """

  private var pod: Value {
    [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": ["name": "web", "namespace": "default", "uid": "uid-web"],
      "spec": [
        "nodeName": "t", "terminationGracePeriodSeconds": 10,
        "volumes": [
          ["name": "site", "configMap": ["name": "site"]], ["name": "scratch", "emptyDir": ["medium": "Memory"]],
        ],
        "containers": [
          [
            "name": "main", "image": "localhost/kc-test/box:1",
            "command": [
              "/bin/busybox", "sh", "-c",
              .string(Self.script),
            ],
            "ports": [["name": "http", "containerPort": 8080]],
            "resources": ["limits": ["memory": "32Mi", "cpu": "500m"]],
            "volumeMounts": [
              ["name": "site", "mountPath": "/www"], ["name": "scratch", "mountPath": "/scratch"],
            ],
            "readinessProbe": ["httpGet": ["path": "/index.html", "port": "http"]],
            "livenessProbe": ["exec": ["command": ["/bin/busybox", "true"]]],
          ]
        ],
      ], "status": ["phase": "Pending"],
    ]
  }

  private func running(_ agent: NodeAgent, _ body: () async throws -> Void) async throws {
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

  private func eventually(
    _ what: String, seconds: Int = 10, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async -> Bool
  ) async throws {
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: .seconds(seconds))
    while await !condition() {
      if clock.now > end {
        let said = api.events.compactMap { $0["message"]?.string }.joined(separator: "; ")
        Issue.record("\(what) did not come about: \(said)", sourceLocation: sourceLocation)
        throw CancellationError()
      }
      try await clock.sleep(for: .milliseconds(2))
    }
  }
}
