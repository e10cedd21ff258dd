import KCData
import KCKube
import Testing

@testable import KCNode

@Suite struct StatusTests {
  let now = Timestamp(seconds: 1_000_000)

  private func status(
    _ pod: Value, _ containers: [ContainerState] = [], previous: Value = [:], at: Double = 0,
    _ change: (inout PodMemory) -> Void = { _ in }
  ) -> Value {
    let backOff = BackOff(base: 10, maximum: 300)
    var memory = PodMemory(startTime: now, restarts: backOff, pulls: backOff)
    memory.addresses["s"] = ["10.0.0.9"]
    change(&memory)
    let sandbox = Sandbox(id: "s", name: "web", namespace: "default", podUID: "uid-1", createdAt: now)
    return PodStatusBuilder(
      pod: PodSpec(pod), runtime: PodRuntimeState(sandboxes: [sandbox], containers: containers), memory: memory,
      previous: previous, hostIP: "192.168.0.1", now: now.advanced(by: at)
    ).build()
  }

  private func container(_ phase: ContainerPhase, code: Int32 = 0, reason: String = "", attempt: UInt32 = 0)
    -> ContainerState
  {
    var state = ContainerState(
      id: "c\(attempt)", name: "main", attempt: attempt, phase: phase, createdAt: now, startedAt: now,
      exitCode: code, image: "web:1", imageID: "sha256:1", reason: reason)
    if phase == .exited { state.finishedAt = now }
    state.sandboxID = "s"
    return state
  }

  private func main(_ status: Value) -> Value { status["containerStatuses"]?[0] ?? .null }
  private func condition(_ status: Value, _ type: String) -> Value? {
    status["conditions"]?.array?.first { $0["type"]?.string == type }
  }

  @Test func aRunningPodIsReady() {
    let status = status(makePod(), [container(.running)])
    #expect(status["phase"] == "Running")
    #expect(condition(status, "Ready")?["status"] == "True")
    #expect(main(status).at("state", "running", "startedAt") == .string(now.rfc3339))
    #expect(main(status)["containerID"] == "containerd://c0")
    #expect(status["podIPs"] == [["ip": "10.0.0.9"]])
  }

  @Test func memoryIsBelievedOnlyWhenKilled() {
    let never = makePod(spec: { $0["restartPolicy"] = "Never" })
    let killed = status(never, [container(.exited, code: 137, reason: "OOMKilled")])
    #expect(main(killed).at("state", "terminated", "reason") == "OOMKilled")
    let marked = status(never, [container(.exited, code: 0, reason: "OOMKilled")])
    #expect(main(marked).at("state", "terminated", "reason") == "Completed")
    #expect(marked["phase"] == "Succeeded" && killed["phase"] == "Failed")
  }

  @Test func waitingHasItsReason() {
    #expect(main(status(makePod())).at("state", "waiting", "reason") == "ContainerCreating")
    let crash = status(makePod(), [container(.exited, code: 1)], at: 1) { $0.restarts.advance("main web:1", now: now) }
    #expect(main(crash).at("state", "waiting", "reason") == "CrashLoopBackOff")
    #expect(
      main(crash).at("state", "waiting", "message")
        == "back-off 10s restarting failed container=main pod=web_default(uid-1)")
    #expect(main(crash).at("lastState", "terminated", "exitCode") == 1)
    let failed = PodMemory.ImageState.failed(
      reason: "ErrImagePull", message: "no", at: now, retryAt: now.advanced(by: 10))
    let pull = status(makePod(), at: 0) { memory in
      memory.pulls.advance("web:1", now: now)
      memory.images["main"] = failed
    }
    #expect(main(pull).at("state", "waiting", "reason") == "ErrImagePull")
    let later = status(makePod(), at: 8) { memory in
      memory.pulls.advance("web:1", now: now)
      memory.images["main"] = failed
    }
    #expect(main(later).at("state", "waiting", "reason") == "ImagePullBackOff")
    let initial = makePod(spec: { $0["initContainers"] = [["name": "i", "image": "x:1"]] })
    #expect(main(status(initial)).at("state", "waiting", "reason") == "PodInitializing")
    #expect(condition(status(initial), "Initialized")?["reason"] == "ContainersNotInitialized")
  }

  @Test func theTimeOfAConditionIsThatOfItsChange() {
    let first = status(makePod(), [container(.running)])
    let second = status(makePod(), [container(.running)], previous: first, at: 60)
    #expect(second == first)
    let third = status(makePod(), [container(.exited, code: 1)], previous: second, at: 90)
    #expect(condition(third, "Ready")?["lastTransitionTime"] == .string(now.advanced(by: 90).rfc3339))
    #expect(condition(third, "PodScheduled")?["lastTransitionTime"] == .string(now.rfc3339))
  }

  @Test func aPodThatIsToGoIsNotReady() {
    var pod = makePod()
    pod.set(.string(now.rfc3339), at: "metadata", "deletionTimestamp")
    let status = status(pod, [container(.running)])
    #expect(condition(status, "Ready")?["status"] == "False")
    #expect(main(status)["ready"] == false)
  }

  @Test func gatesAreWaitedFor() {
    var pod = makePod(spec: { $0["readinessGates"] = [["conditionType": "example.com/up"]] })
    #expect(condition(status(pod, [container(.running)]), "Ready")?["reason"] == "ReadinessGatesNotReady")
    pod.set([["type": "example.com/up", "status": "True"]], at: "status", "conditions")
    let open = status(pod, [container(.running)])
    #expect(condition(open, "Ready")?["status"] == "True")
    #expect(condition(open, "example.com/up")?["status"] == "True")
  }

  @Test func theLastStateOutlivesTheRuntimesMemory() {
    let before = status(makePod(), [container(.running, attempt: 1), container(.exited, code: 3, attempt: 0)])
    #expect(main(before).at("lastState", "terminated", "exitCode") == 3)
    let after = status(makePod(), [container(.running, attempt: 1)], previous: before)
    #expect(main(after).at("lastState", "terminated", "exitCode") == 3)
  }

  @Test func aContainerThatVanishedIsCountedOnce() {
    let before = status(makePod(), [container(.running, attempt: 2)])
    let vanished = status(makePod(), previous: before, at: 5)
    #expect(main(vanished)["restartCount"] == 3)
    #expect(main(vanished).at("state", "waiting", "reason") == "ContainerCreating")
    #expect(main(vanished).at("lastState", "terminated", "reason") == "ContainerStatusUnknown")
    #expect(main(vanished).at("lastState", "terminated", "exitCode") == 137)
    #expect(main(status(makePod(), previous: vanished, at: 6)) == main(vanished))
    let back = status(makePod(), [container(.running, attempt: 3)], previous: vanished, at: 7)
    #expect(main(back)["restartCount"] == 3)
    #expect(main(back).at("lastState", "terminated", "exitCode") == 137)
  }

  @Test func servicesClassesAreByRequestsAndLimits() {
    func quality(_ resources: Value) -> String {
      QualityOfService(PodSpec(makePod(container: { $0["resources"] = resources }))).rawValue
    }
    #expect(quality([:]) == "BestEffort")
    #expect(quality(["requests": ["cpu": "100m"]]) == "Burstable")
    #expect(quality(["limits": ["cpu": "1", "memory": "1Gi"]]) == "Guaranteed")
    #expect(
      quality(["limits": ["cpu": "1", "memory": "1Gi"], "requests": ["cpu": "1000m", "memory": "1024Mi"]])
        == "Guaranteed")
    #expect(quality(["limits": ["cpu": "1", "memory": "1Gi"], "requests": ["cpu": "500m"]]) == "Burstable")
  }
}
