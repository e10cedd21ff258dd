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
    try await onContainerd { containerd, runtime in
      var first: Value?
      try await running(agent(on: containerd, runtime)) {
        try await eventually("the node is there") { api.object("/api/v1/nodes/t") != nil }
        let began = ContinuousClock().now
        api.put(pod: pod("web"))
        try await eventually("the pod is ready") { isReady("web") }
        print("a pod of a warm image was ready after \(ContinuousClock().now - began)")
        first = identity("web")
        let logs = PodLogs(root: "\(containerd.folder)/podlogs")
        let path = try #require(logs.path(namespace: "default", pod: "web", uid: "uid-web", container: "main"))
        #expect(String(decoding: logs.read(path: path, options: PodLogOptions()), as: UTF8.self) == "serving hello\n")
      }
      try await running(agent(on: containerd, runtime)) {
        #expect(isReady("web"))
        api.delete(pod: "web", grace: 10, now: SystemNodeClock().now)
        let began = ContinuousClock().now
        try await eventually("the pod is gone", seconds: 15) {
          #expect(api.pod("web") == nil || identity("web") == first)
          return api.pod("web") == nil
        }
        print("it was gone after \(ContinuousClock().now - began)")
      }
    }
  }

  @Test func aCrashOfContainerdIsSurvived() async throws {
    try await onContainerd { containerd, runtime in
      try await running(agent(on: containerd, runtime)) {
        api.put(pod: pod("web"))
        try await eventually("the pod is ready") { isReady("web") }
        let first = identity("web")
        containerd.crash()
        try await eventually("the node is not ready") { nodeReady == "False" }
        #expect(isReady("web"), "what serves is not taken out for it")
        containerd.restart()
        try await eventually("the node is ready again", seconds: 20) { nodeReady == "True" }
        #expect(identity("web") == first)
        api.put(pod: pod("late"))
        try await eventually("another pod is ready") { isReady("late") }
        #expect(isReady("web") && identity("web") == first)
        for name in ["web", "late"] { api.delete(pod: name, grace: 10, now: SystemNodeClock().now) }
        try await eventually("the pods are gone", seconds: 15) { api.pod("web") == nil && api.pod("late") == nil }
      }
    }
  }

  @Test func killedProcessesAreReplaced() async throws {
    try await onContainerd { containerd, runtime in
      try await running(agent(on: containerd, runtime)) {
        api.put(pod: pod("web"))
        try await eventually("the pod is ready") { isReady("web") }
        let all = try await runtime.sandboxes(labels: [:]).map(\.id) + runtime.containers(labels: [:]).map(\.id)
        let group = "\(containerd.cgroup)/pod-uid-web"
        #expect(Cgroups().children(group).sorted() == all.sorted())
        // The container's alone, then those of the sandbox as well.
        let container = try #require(try await runtime.containers(labels: [:]).first)
        PrivateContainerd.killAll(in: "\(group)/\(container.id)")
        try await eventually("its container runs anew") { restarts == 1 && isReady("web") }
        PrivateContainerd.killAll(in: group)
        try await eventually("its sandbox is another", seconds: 20) { restarts == 2 && isReady("web") }
        let sandboxes = try await runtime.sandboxes(labels: [:])
        #expect(sandboxes.filter(\.isReady).map(\.attempt) == [1])
        let last = api.pod("web")?.at("status", "containerStatuses")?[0]?.at("lastState", "terminated", "exitCode")
        #expect(last == 137)
        api.delete(pod: "web", grace: 10, now: SystemNodeClock().now)
        try await eventually("the pod is gone", seconds: 15) { api.pod("web") == nil }
      }
    }
  }

  private var restarts: Int64? {
    api.pod("web")?.at("status", "containerStatuses")?[0]?["restartCount"]?.int
  }

  @Test func manyPodsComeUpAndGo() async throws {
    try await onContainerd { containerd, runtime in
      try await running(agent(on: containerd, runtime)) {
        let names = (0..<10).map { "web-\($0)" }
        let began = ContinuousClock().now
        for name in names { api.put(pod: pod(name)) }
        try await eventually("all are ready", seconds: 60) { names.allSatisfy { isReady($0) } }
        print("\(names.count) pods were ready after \(ContinuousClock().now - began)")
        for name in names { api.delete(pod: name, grace: 10, now: SystemNodeClock().now) }
        try await eventually("all are gone", seconds: 60) { names.allSatisfy { api.pod($0) == nil } }
        print("they were gone after \(ContinuousClock().now - began)")
      }
    }
  }

  @Test func aPodGetsWhatItAsksFor() async throws {
    api.put(
      [
        "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "keys"],
        "data": ["password": "aGVsbG8="],
      ], at: "/api/v1/namespaces/default/secrets/keys")
    api.put(pod: asking)
    try await onContainerd { containerd, runtime in
      try await running(agent(on: containerd, runtime)) {
        try await eventually("the pod has ended", seconds: 20) {
          ["Succeeded", "Failed"].contains(api.pod("asking")?.at("status", "phase")?.string)
        }
        let logs = PodLogs(root: "\(containerd.folder)/podlogs")
        let path = try #require(logs.path(namespace: "default", pod: "asking", uid: "uid-asking", container: "main"))
        let said = String(decoding: logs.read(path: path, options: PodLogOptions()), as: UTF8.self)
        let expected = """
          user 1000 2000
          groups 2000 3000
          root read-only
          init was here
          secret hello
          secret in memory
          sub hello
          ip is mine
          name asking
          nodes cpu 1
          memory limit 16777216
          shared 3000

          """
        #expect(said == expected)
        let main = api.pod("asking")?.at("status", "containerStatuses")?[0]
        #expect(main?.at("state", "terminated", "message") == "goodbye")
        #expect(main?.at("state", "terminated", "exitCode") == 0)
        let hungry = api.pod("asking")?.at("status", "initContainerStatuses")?[0]
        #expect(hungry?.at("state", "terminated", "reason") == "Completed")
        api.delete(pod: "asking", grace: 2, now: SystemNodeClock().now)
        try await eventually("the pod is gone", seconds: 15) { api.pod("asking") == nil }
      }
    }
  }

  private var asking: Value {
    let script = """
      b=/bin/busybox
      echo user $($b id -u) $($b id -g); echo groups $($b id -G)
      $b touch /x 2>/dev/null || echo root read-only
      $b cat /shared/init; echo secret $($b cat /secret/password)
      $b grep -q ' /secret tmpfs' /proc/mounts && echo secret in memory
      echo sub $($b cat /one)
      $b grep -q "^$IP.asking$" /etc/hosts && echo ip is mine
      echo name $($b hostname); echo nodes cpu $CPUS; echo memory limit $MEMORY
      echo shared $($b stat -c %g /shared); echo -n goodbye > /dev/termination-log
      """
    return [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": ["name": "asking", "namespace": "default", "uid": "uid-asking"],
      "spec": [
        "nodeName": "t", "restartPolicy": "Never",
        "securityContext": ["runAsUser": 1000, "runAsGroup": 2000, "fsGroup": 3000],
        "volumes": [
          ["name": "shared", "emptyDir": [:]], ["name": "secret", "secret": ["secretName": "keys"]],
        ],
        "initContainers": [
          [
            "name": "init", "image": "localhost/kc-test/box:1",
            "command": ["/bin/busybox", "sh", "-c", "echo init was here > /shared/init"],
            "volumeMounts": [["name": "shared", "mountPath": "/shared"]],
          ]
        ],
        "containers": [
          [
            "name": "main", "image": "localhost/kc-test/box:1", "command": ["/bin/busybox", "sh", "-c"],
            "args": [.string(script)],
            "env": [
              ["name": "IP", "valueFrom": ["fieldRef": ["fieldPath": "status.podIP"]]],
              ["name": "CPUS", "valueFrom": ["resourceFieldRef": ["resource": "limits.cpu"]]],
              ["name": "MEMORY", "valueFrom": ["resourceFieldRef": ["resource": "limits.memory"]]],
            ],
            "resources": ["limits": ["memory": "16Mi"]],
            "securityContext": [
              "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false,
              "capabilities": ["drop": ["ALL"]],
            ],
            "volumeMounts": [
              ["name": "shared", "mountPath": "/shared"], ["name": "secret", "mountPath": "/secret"],
              ["name": "secret", "mountPath": "/one", "subPath": "password"],
            ],
          ]
        ],
      ], "status": ["phase": "Pending"],
    ]
  }

  @Test func whatTakesTooMuchMemoryIsKilledAndSaidToBe() async throws {
    var hungry = pod("hungry")
    hungry.set("Never", at: "spec", "restartPolicy")
    hungry.set(
      [
        [
          "name": "main", "image": "localhost/kc-test/box:1",
          "command": ["/bin/busybox", "sh", "-c", "x=0123456789abcdef; while :; do x=$x$x; done"],
          "resources": ["limits": ["memory": "16Mi"]],
        ]
      ], at: "spec", "containers")
    api.put(pod: hungry)
    try await onContainerd { containerd, runtime in
      try await running(agent(on: containerd, runtime)) {
        try await eventually("the pod has failed", seconds: 20) {
          api.pod("hungry")?.at("status", "phase") == "Failed"
        }
        let main = api.pod("hungry")?.at("status", "containerStatuses")?[0]
        #expect(main?.at("state", "terminated", "reason") == "OOMKilled")
        #expect(main?.at("state", "terminated", "exitCode") == 137)
        api.delete(pod: "hungry", grace: 2, now: SystemNodeClock().now)
        try await eventually("the pod is gone", seconds: 15) { api.pod("hungry") == nil }
      }
    }
  }

  /// Runs `body` with a containerd that has images and network; afterwards nothing may be left in it.
  private func onContainerd(_ body: (PrivateContainerd, CRIRuntime) async throws -> Void) async throws {
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
    try await body(containerd, runtime)
    #expect(try await runtime.sandboxes(labels: [:]).isEmpty)
    #expect(try await runtime.containers(labels: [:]).isEmpty)
    #expect(Cgroups().children(containerd.cgroup).isEmpty)
    await runtime.close()
  }

  private func identity(_ name: String) -> Value? {
    api.pod(name)?.at("status", "containerStatuses")?[0]?["containerID"]
  }

  private var nodeReady: String? {
    let conditions = api.object("/api/v1/nodes/t")?.at("status", "conditions")?.array ?? []
    return conditions.first { $0["type"] == "Ready" }?["status"]?.string
  }

  private func isReady(_ name: String) -> Bool {
    let conditions = api.pod(name)?.at("status", "conditions")?.array ?? []
    return conditions.contains { $0["type"] == "Ready" && $0["status"] == "True" }
  }

  private func agent(on containerd: PrivateContainerd, _ runtime: CRIRuntime) throws -> NodeAgent {
    var configuration = NodeConfiguration(
      name: "t", address: "127.0.0.1", podCIDR: "\(containerd.subnet).0/24",
      capacity: ["cpu": Quantity(1), "memory": Quantity(256 << 20, format: .binarySI), "pods": Quantity(10)],
      stateDirectory: "\(containerd.folder)/pods", logDirectory: "\(containerd.folder)/podlogs")
    configuration.runtimeHandler = "kc-node-t"
    configuration.cgroup = containerd.cgroup
    configuration.timing.runtimeGrace = 0.5
    configuration.timing.backOffBase = 0.5
    return try NodeAgent(
      configuration: configuration, client: api.client(), runtime: runtime, logger: Logger(label: "test"))
  }

  private static let script = """
    echo serving $(/bin/busybox cat /www/index.html); /bin/busybox httpd -p 8080 -h /www
    trap 'exit 0' TERM; while :; do /bin/busybox sleep 0.05; done
    """

  private func pod(_ name: String) -> Value {
    [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": ["name": .string(name), "namespace": "default", "uid": .string("uid-\(name)")],
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
            "resources": ["limits": ["memory": "16Mi", "cpu": "500m"]],
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
