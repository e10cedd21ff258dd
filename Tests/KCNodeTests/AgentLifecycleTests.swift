import KCData
import KCKube
import Synchronization
import Testing

@testable import KCNode

@Suite struct AgentLifecycleTests {
  @Test func aPodComesUpAndGoes() async throws {
    let harness = try AgentHarness()
    harness.api.put(pod: makePod())
    try await harness.run {
      try await harness.eventually("the pod is ready") { harness.isReady("web") }
      let status = try #require(harness.api.pod("web")?["status"])
      #expect(status["phase"] == "Running")
      #expect(status["podIP"]?.string?.hasPrefix("10.0.0.") == true)
      #expect(status["hostIP"] == "192.168.0.1")
      #expect(status["qosClass"] == "BestEffort")
      #expect(harness.containerStatus("web")?["ready"] == true)
      #expect(harness.containerStatus("web")?["restartCount"] == 0)
      #expect(harness.runtime.calls.first == "runSandbox web kc-node-t")
      harness.api.delete(pod: "web", grace: 5, now: SystemNodeClock().now)
      try await harness.eventually("the pod is gone") { harness.api.pod("web") == nil }
      #expect(harness.runtime.state.withLock { $0.sandboxes.isEmpty && $0.containers.isEmpty })
      let grace = try #require(harness.runtime.state.withLock { $0.graces["main"]?.first })
      #expect((2...5).contains(grace))
      try await harness.eventually("its folders are gone") {
        Files.names("\(harness.folder)/state/pods").isEmpty && Files.names("\(harness.folder)/logs/pods").isEmpty
      }
    }
  }

  @Test func theNodeAndItsLeaseAreThere() async throws {
    let harness = try AgentHarness()
    try await harness.run {
      try await harness.eventually("the node is ready") {
        let conditions = harness.api.object("/api/v1/nodes/node-t")?.at("status", "conditions")?.array ?? []
        return conditions.contains { $0["type"] == "Ready" && $0["status"] == "True" }
      }
      let node = try #require(harness.api.object("/api/v1/nodes/node-t"))
      #expect(node.labels["kubernetes.io/hostname"] == "node-t")
      #expect(node.at("spec", "podCIDR") == "10.0.0.0/24")
      #expect(node.at("status", "allocatable", "cpu") == "2")
      #expect(node.at("status", "nodeInfo", "containerRuntimeVersion") == "fake://1")
      let path = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/node-t"
      try await harness.eventually("the lease is held") {
        harness.api.object(path)?.at("spec", "holderIdentity") == "node-t"
      }
    }
  }

  @Test func aCrashingContainerIsRestartedWithBackOff() async throws {
    let harness = try AgentHarness { $0.backOffBase = 0.2 }
    harness.runtime.state.withLock { $0.exitAtOnce["main"] = 1 }
    harness.api.put(pod: makePod())
    try await harness.run {
      try await harness.eventually("it waits") {
        harness.containerStatus("web")?.at("state", "waiting", "reason") == "CrashLoopBackOff"
      }
      let status = try #require(harness.containerStatus("web"))
      #expect(status.at("lastState", "terminated", "exitCode") == 1)
      #expect(status.at("lastState", "terminated", "reason") == "Error")
      #expect(harness.api.pod("web")?.at("status", "phase") == "Running")
      try await harness.eventually("an event tells") { harness.api.events.contains { $0["reason"] == "BackOff" } }
      harness.runtime.state.withLock { $0.exitAtOnce = [:] }
      try await harness.eventually("it recovers") { harness.isReady("web") }
      #expect(harness.containerStatus("web")?["restartCount"]?.int ?? 0 >= 2)
    }
  }

  @Test func initContainersRunInOrderAndSidecarsStay() async throws {
    let harness = try AgentHarness()
    harness.runtime.state.withLock { $0.exitAtOnce["first"] = 0 }
    harness.api.put(
      pod: makePod(spec: { spec in
        spec["initContainers"] = [
          ["name": "first", "image": "web:1"], ["name": "side", "image": "web:1", "restartPolicy": "Always"],
        ]
      }))
    try await harness.run {
      try await harness.eventually("the pod is ready") { harness.isReady("web") }
      #expect(harness.runtime.calls.filter { $0.hasPrefix("start ") } == ["start first", "start side", "start main"])
      harness.api.delete(pod: "web", grace: 5, now: SystemNodeClock().now)
      try await harness.eventually("the pod is gone") { harness.api.pod("web") == nil }
      #expect(harness.runtime.calls.filter { $0.hasPrefix("stop ") } == ["stop main", "stop side"])
    }
  }

  @Test func aMissingImageIsPulledAndAnUnknownOneIsReported() async throws {
    let harness = try AgentHarness(images: []) { $0.backOffBase = 0.1 }
    harness.api.put(pod: makePod())
    try await harness.run {
      try await harness.eventually("the failure is told") {
        ["ErrImagePull", "ImagePullBackOff"].contains(
          harness.containerStatus("web")?.at("state", "waiting", "reason")?.string)
      }
      #expect(harness.api.pod("web")?.at("status", "phase") == "Pending")
      harness.runtime.state.withLock { _ = $0.registry.insert("web:1") }
      try await harness.eventually("the pod is ready") { harness.isReady("web") }
    }
  }

  @Test func aRestartedAgentAdoptsWhatRunsAndStopsOrphans() async throws {
    let harness = try AgentHarness()
    harness.api.put(pod: makePod())
    harness.api.put(pod: makePod("other", uid: "uid-2"))
    try await harness.run {
      try await harness.eventually("both are ready") { harness.isReady("web") && harness.isReady("other") }
    }
    let before = harness.containerStatus("web")?["containerID"]
    let calls = harness.runtime.calls.count
    harness.api.vanish("/api/v1/namespaces/default/pods/other")
    try await harness.run {
      try await harness.eventually("the orphan is gone") {
        harness.runtime.state.withLock { $0.sandboxes.values.allSatisfy { $0.name == "web" } }
      }
      #expect(harness.isReady("web"))
      #expect(harness.containerStatus("web")?["containerID"] == before)
    }
    #expect(!harness.runtime.calls.dropFirst(calls).contains { $0.hasPrefix("start") || $0.hasPrefix("runSandbox") })
  }

  @Test func aFailingLivenessProbeRestartsTheContainer() async throws {
    let harness = try AgentHarness()
    harness.runtime.state.withLock { $0.execExitCode = 1 }
    harness.api.put(
      pod: makePod(container: { container in
        container["livenessProbe"] = ["exec": ["command": ["check"]], "periodSeconds": 1, "failureThreshold": 1]
      }))
    try await harness.run {
      try await harness.eventually("it is restarted") {
        harness.containerStatus("web")?["restartCount"]?.int ?? 0 >= 1
      }
      try await harness.eventually("an event tells") {
        harness.api.events.contains { $0["reason"] == "Unhealthy" }
          && harness.api.events.contains {
            $0["message"] == "Container main failed liveness probe, will be restarted"
          }
      }
    }
  }

  @Test func aLostSandboxIsReplacedAndTheCountGoesOn() async throws {
    let harness = try AgentHarness()
    harness.api.put(pod: makePod())
    try await harness.run {
      try await harness.eventually("the pod is ready") { harness.isReady("web") }
      harness.runtime.exit("main", code: 255)
      harness.runtime.state.withLock { state in
        for id in state.sandboxes.keys { state.sandboxes[id]?.isReady = false }
      }
      try await harness.eventually("it runs again") {
        harness.isReady("web") && harness.containerStatus("web")?["restartCount"] == 1
      }
      #expect(harness.runtime.calls.filter { $0.hasPrefix("runSandbox") }.count == 2)
    }
  }

  @Test func aPodThatNeverRestartsEnds() async throws {
    let harness = try AgentHarness()
    harness.runtime.state.withLock { $0.exitAtOnce["main"] = 0 }
    harness.api.put(pod: makePod(spec: { $0["restartPolicy"] = "Never" }))
    try await harness.run {
      try await harness.eventually("it has succeeded") { harness.api.pod("web")?.at("status", "phase") == "Succeeded" }
      #expect(harness.condition("web", "Ready") == "False")
      #expect(harness.containerStatus("web")?.at("state", "terminated", "reason") == "Completed")
      try await harness.eventually("its sandbox is stopped") {
        harness.runtime.calls.contains { $0.hasPrefix("stopSandbox") }
      }
    }
  }

  @Test func aMissingConfigurationIsReportedAndWaitedFor() async throws {
    let harness = try AgentHarness()
    harness.api.put(
      pod: makePod(container: { container in
        container["envFrom"] = [["configMapRef": ["name": "settings"]]]
      }))
    try await harness.run {
      try await harness.eventually("the failure is told") {
        harness.containerStatus("web")?.at("state", "waiting", "reason") == "CreateContainerConfigError"
      }
      #expect(
        harness.containerStatus("web")?.at("state", "waiting", "message") == "configmap \"settings\" not found")
      harness.api.put(
        ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "settings"], "data": ["COLOUR": "blue"]],
        at: "/api/v1/namespaces/default/configmaps/settings")
      try await harness.eventually("the pod is ready") { harness.isReady("web") }
      let config = try #require(harness.runtime.state.withLock { $0.configs.values.first { $0.name == "main" } })
      #expect(config.environment.contains(EnvironmentVariable("COLOUR", "blue")))
    }
  }

  @Test func nothingIsDoneWhileNothingHappens() async throws {
    let harness = try AgentHarness()
    harness.api.put(pod: makePod())
    try await harness.run {
      try await harness.eventually("the pod is ready") { harness.isReady("web") }
      func looks(_ label: String) -> Int { harness.runtime.state.withLock { $0.looks[label] ?? 0 } }
      // The last events of the start are still on their way.
      let settled = looks(PodLabels.node) + 5
      try await harness.eventually("time passes") { looks(PodLabels.node) >= settled }
      let before = (looks(PodLabels.podUID), harness.api.pod("web")?.resourceVersion)
      try await harness.eventually("more time passes") { looks(PodLabels.node) >= settled + 20 }
      #expect(looks(PodLabels.podUID) == before.0)
      #expect(harness.api.pod("web")?.resourceVersion == before.1)
    }
  }

  @Test func aPodWithATimeLimitFails() async throws {
    let harness = try AgentHarness()
    harness.api.put(pod: makePod(spec: { $0["activeDeadlineSeconds"] = 1 }))
    try await harness.run {
      try await harness.eventually("it has failed") { harness.api.pod("web")?.at("status", "phase") == "Failed" }
      #expect(harness.api.pod("web")?.at("status", "reason") == "DeadlineExceeded")
      try await harness.eventually("its container has ended") { harness.runtime.running("main") == nil }
    }
  }

  @Test func hooksRunAroundTheLifeOfAContainer() async throws {
    let harness = try AgentHarness()
    harness.api.put(
      pod: makePod(container: { container in
        container["lifecycle"] = [
          "postStart": ["exec": ["command": ["begin"]]], "preStop": ["exec": ["command": ["end"]]],
        ]
      }))
    try await harness.run {
      try await harness.eventually("the pod is ready") { harness.isReady("web") }
      try await harness.eventually("its hook has run") { harness.runtime.calls.contains("exec begin") }
      harness.api.delete(pod: "web", grace: 5, now: SystemNodeClock().now)
      try await harness.eventually("the pod is gone") { harness.api.pod("web") == nil }
      let calls = harness.runtime.calls
      let hook = try #require(calls.firstIndex(of: "exec end"))
      let stop = try #require(calls.firstIndex(of: "stop main"))
      #expect(hook < stop)
    }
  }

  @Test func aFailureOfTheNetworkIsToldAndOvercome() async throws {
    let harness = try AgentHarness()
    harness.runtime.state.withLock { $0.sandboxFailures = 2 }
    harness.api.put(pod: makePod())
    try await harness.run {
      try await harness.eventually("the pod is ready") { harness.isReady("web") }
      try await harness.eventually("an event tells") {
        harness.api.events.contains {
          $0["reason"] == "FailedCreatePodSandBox" && $0["message"] == "Failed to create pod sandbox: no network"
        }
      }
    }
  }

  @Test func aPodForcedOutOfTheAPIIsStopped() async throws {
    let harness = try AgentHarness()
    harness.api.put(pod: makePod())
    try await harness.run {
      try await harness.eventually("the pod is ready") { harness.isReady("web") }
      harness.api.vanish("/api/v1/namespaces/default/pods/web")
      try await harness.eventually("nothing runs") {
        harness.runtime.state.withLock { $0.sandboxes.isEmpty && $0.containers.isEmpty }
      }
      harness.api.put(pod: makePod("web", uid: "uid-9"))
      try await harness.eventually("a new pod of the name is ready") { harness.isReady("web") }
    }
  }

  @Test func aNodeWithoutPowerHasNothingLeft() async throws {
    let harness = try AgentHarness()
    for number in 0..<3 {
      harness.api.put(
        pod: makePod(
          "web-\(number)", uid: "uid-\(number)",
          spec: { $0["volumes"] = [["name": "v", "emptyDir": [:]]] }))
    }
    try await harness.run {
      try await harness.eventually("the pods are ready") { (0..<3).allSatisfy { harness.isReady("web-\($0)") } }
    }
    let agent = try harness.agent()
    try await agent.powerOff()
    #expect(harness.runtime.state.withLock { $0.sandboxes.isEmpty && $0.containers.isEmpty })
    #expect(Files.names("\(harness.folder)/state/pods").isEmpty)
    #expect(harness.isReady("web-0"), "nobody has told the API")
    try await harness.run {
      try await harness.eventually("they run anew when the power is back") {
        (0..<3).allSatisfy {
          harness.containerStatus("web-\($0)")?["restartCount"] == 1 && harness.isReady("web-\($0)")
        }
      }
    }
  }

  @Test func whatOthersMakeOfNodeAndPodIsPutRight() async throws {
    let harness = try AgentHarness()
    harness.api.put(pod: makePod())
    func nodeReady() -> Value? {
      harness.api.object("/api/v1/nodes/node-t")?.at("status", "conditions")?.array?.first { $0["type"] == "Ready" }?[
        "status"]
    }
    try await harness.run {
      try await harness.eventually("the pod is ready") { harness.isReady("web") && nodeReady() == "True" }
      var node = try #require(harness.api.object("/api/v1/nodes/node-t"))
      node.set([["type": "Ready", "status": "Unknown"]], at: "status", "conditions")
      var pod = try #require(harness.api.pod("web"))
      pod.set(
        .array(
          (pod.at("status", "conditions")?.array ?? []).map { condition in
            var condition = condition
            if condition["type"] == "Ready" { condition["status"] = "False" }
            return condition
          }), at: "status", "conditions")
      harness.api.put(node, at: "/api/v1/nodes/node-t")
      harness.api.put(pod: pod)
      // The agent may be done before anybody has looked.
      try await harness.eventually("both are right again") { harness.isReady("web") && nodeReady() == "True" }
    }
  }

  @Test func aDeletedNodeRegistersAgain() async throws {
    let harness = try AgentHarness()
    try await harness.run {
      try await harness.eventually("the node is there") { harness.api.object("/api/v1/nodes/node-t") != nil }
      harness.api.vanish("/api/v1/nodes/node-t")
      try await harness.eventually("the node is there again") { harness.api.object("/api/v1/nodes/node-t") != nil }
    }
  }

  @Test func onlyTheFilesOfTwoContainersAreKept() async throws {
    let harness = try AgentHarness { $0.backOffBase = 0.01 }
    harness.api.put(pod: makePod())
    try await harness.run {
      try await harness.eventually("the pod is ready") { harness.isReady("web") }
      let folder = "\(harness.folder)/logs/pods/default_web_uid-1/main"
      for count in 0..<4 {
        try Files.write([], to: "\(folder)/\(count).log")
        harness.runtime.exit("main", code: 1)
        try await harness.eventually("it runs again") {
          harness.isReady("web") && harness.containerStatus("web")?["restartCount"] == .int(Int64(count + 1))
        }
      }
      #expect(Files.names(folder) == ["3.log"])
      #expect(
        Files.names("\(harness.folder)/state/pods/uid-1/containers/main") == ["3.message", "4.message"])
    }
  }
}
