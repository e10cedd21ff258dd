import KCData
import KCKube
import Testing

@testable import KCNode

@Suite struct ReconcilerTests {
  let now = Timestamp(seconds: 1_000_000)

  private func memory(_ change: (inout PodMemory) -> Void = { _ in }) -> PodMemory {
    let backOff = BackOff(base: 10, maximum: 300)
    var memory = PodMemory(startTime: now, restarts: backOff, pulls: backOff)
    memory.volumes = .ready
    change(&memory)
    return memory
  }

  private func sandbox(_ id: String = "s", ready: Bool = true, attempt: UInt32 = 0) -> Sandbox {
    Sandbox(
      id: id, name: "web", namespace: "default", podUID: "uid-1", attempt: attempt, isReady: ready, createdAt: now)
  }

  private func container(
    _ name: String = "main", _ phase: ContainerPhase = .running, code: Int32 = 0, attempt: UInt32 = 0,
    sandbox: String = "s", id: String? = nil, finished: Double = 0
  ) -> ContainerState {
    var state = ContainerState(
      id: id ?? "\(name)-\(attempt)", name: name, attempt: attempt, phase: phase,
      createdAt: now.advanced(by: Double(attempt)), exitCode: code)
    if phase == .exited { state.finishedAt = now.advanced(by: finished) }
    state.sandboxID = sandbox
    return state
  }

  private func plan(
    _ pod: Value, _ sandboxes: [Sandbox], _ containers: [ContainerState], _ memory: PodMemory? = nil, at: Double = 0
  ) -> PodPlan {
    PodReconciler.plan(
      pod: PodSpec(pod), runtime: PodRuntimeState(sandboxes: sandboxes, containers: containers),
      memory: memory ?? self.memory(), now: now.advanced(by: at))
  }

  @Test func volumesComeFirstThenTheSandboxThenTheImageThenTheContainer() {
    #expect(plan(makePod(), [], [], memory { $0.volumes = .needed }).actions == [.prepareVolumes])
    #expect(plan(makePod(), [], []).actions == [.createSandbox(attempt: 0)])
    #expect(plan(makePod(), [sandbox()], []).actions == [.checkImage(container: "main")])
    let ready = memory { $0.images["main"] = .present("sha") }
    #expect(plan(makePod(), [sandbox()], [], ready).actions == [.start(container: "main", attempt: 0, image: "sha")])
    #expect(plan(makePod(), [sandbox()], [container()]).actions == [])
  }

  @Test func aPullIsWaitedForAndAFailureHasItsTime() {
    #expect(plan(makePod(), [sandbox()], [], memory { $0.images["main"] = .pulling }) == PodPlan())
    let later = now.advanced(by: 10)
    let failed = memory { $0.images["main"] = .failed(reason: "ErrImagePull", message: "", at: now, retryAt: later) }
    #expect(plan(makePod(), [sandbox()], [], failed) == PodPlan(wakeAt: later))
    #expect(plan(makePod(), [sandbox()], [], failed, at: 10).actions == [.checkImage(container: "main")])
  }

  @Test func restartsWaitLongerEachTime() {
    let exited = [container("main", .exited, code: 1)]
    #expect(plan(makePod(), [sandbox()], exited).actions == [.checkImage(container: "main")])
    // One with another image is another one.
    let other = memory {
      $0.restarts.advance("main web:0", now: now)
      $0.images["main"] = .present("sha")
    }
    #expect(
      plan(makePod(), [sandbox()], [container("main", .exited, code: 1)], other).actions
        == [.start(container: "main", attempt: 1, image: "sha")])
    let once = memory { $0.restarts.advance("main web:1", now: now) }
    #expect(plan(makePod(), [sandbox()], exited, once) == PodPlan(wakeAt: now.advanced(by: 10)))
    let ready = memory {
      $0.restarts.advance("main web:1", now: now)
      $0.images["main"] = .present("sha")
    }
    #expect(
      plan(makePod(), [sandbox()], exited, ready, at: 10).actions == [
        .start(container: "main", attempt: 1, image: "sha")
      ])
  }

  @Test(arguments: [("Never", 1, false), ("OnFailure", 1, true), ("OnFailure", 0, false), ("Always", 0, true)])
  func theRestartPolicyDecides(policy: String, code: Int, restarts: Bool) {
    let pod = makePod(spec: { $0["restartPolicy"] = .string(policy) })
    let plan = plan(pod, [sandbox()], [container("main", .exited, code: Int32(code))])
    #expect(plan.actions == (restarts ? [.checkImage(container: "main")] : [.stopSandbox("s")]))
  }

  @Test func aLostSandboxIsReplacedWhenNothingRuns() {
    let stop = plan(makePod(), [sandbox(ready: false)], [container()])
    guard case .stop(let request)? = stop.actions.first else {
      Issue.record("no stop in \(stop)")
      return
    }
    #expect(request.id == "main-0" && stop.actions.count == 1)
    #expect(
      plan(makePod(), [sandbox(ready: false, attempt: 4)], [container("main", .exited, code: 137)]).actions
        == [.createSandbox(attempt: 5)])
  }

  @Test func theCountGoesOnWhenTheRuntimeForgot() {
    var pod = makePod()
    pod.set([["name": "main", "restartCount": 6, "containerID": "containerd://x"]], at: "status", "containerStatuses")
    let ready = memory { $0.images["main"] = .present("sha") }
    #expect(plan(pod, [sandbox()], [], ready).actions == [.start(container: "main", attempt: 7, image: "sha")])
    // Once the status has counted it.
    pod.set([["name": "main", "restartCount": 7]], at: "status", "containerStatuses")
    #expect(plan(pod, [sandbox()], [], ready).actions == [.start(container: "main", attempt: 7, image: "sha")])
  }

  @Test func oldContainersArePrunedButOneForItsLog() {
    let all = [
      container("main", .exited, code: 1, attempt: 0), container("main", .exited, code: 1, attempt: 1),
      container("main", .running, attempt: 2),
    ]
    #expect(plan(makePod(), [sandbox()], all).actions == [.removeContainer("main-0")])
  }

  @Test func aPodThatIsToGoStopsItsContainersOnceThenItsSandboxThenEnds() {
    var pod = makePod()
    pod.set(.string(now.advanced(by: 5).rfc3339), at: "metadata", "deletionTimestamp")
    pod.set(5, at: "metadata", "deletionGracePeriodSeconds")
    let first = plan(pod, [sandbox()], [container()], at: 2)
    #expect(
      first.actions == [
        .stop(
          StopRequest(
            id: "main-0", container: "main", grace: 3, message: "Stopping container main", isTermination: true))
      ])
    let stopping = memory { $0.stopping["main-0"] = now.advanced(by: 5) }
    #expect(plan(pod, [sandbox()], [container()], stopping, at: 3).actions.isEmpty)
    pod.set(0, at: "metadata", "deletionGracePeriodSeconds")
    #expect(plan(pod, [sandbox()], [container()], stopping, at: 3).actions.count == 1)
    #expect(plan(pod, [sandbox()], [container("main", .exited)]).actions == [.removeSandbox("s")])
    #expect(plan(pod, [], []).actions == [.finish])
  }

  @Test func sidecarsEndAfterTheOthersInReverse() {
    var pod = makePod(spec: { spec in
      spec["initContainers"] = [
        ["name": "a", "image": "x", "restartPolicy": "Always"], ["name": "b", "image": "x", "restartPolicy": "Always"],
      ]
    })
    pod.set(.string(now.advanced(by: 5).rfc3339), at: "metadata", "deletionTimestamp")
    func stopped(_ containers: [ContainerState]) -> [String] {
      plan(pod, [sandbox()], containers).actions.compactMap { if case .stop(let it) = $0 { it.container } else { nil } }
    }
    #expect(stopped([container("a"), container("b"), container("main")]) == ["main"])
    #expect(stopped([container("a"), container("b"), container("main", .exited)]) == ["b"])
    #expect(stopped([container("a"), container("b", .exited), container("main", .exited)]) == ["a"])
  }

  @Test func initContainersGoOneByOne() {
    let pod = makePod(spec: { spec in
      spec["initContainers"] = [["name": "a", "image": "x:1"], ["name": "b", "image": "x:1"]]
    })
    #expect(plan(pod, [sandbox()], []).actions == [.checkImage(container: "a")])
    #expect(plan(pod, [sandbox()], [container("a")]).actions == [])
    #expect(plan(pod, [sandbox()], [container("a", .exited)]).actions == [.checkImage(container: "b")])
    #expect(
      plan(pod, [sandbox()], [container("a", .exited), container("b", .exited)]).actions
        == [.checkImage(container: "main")])
    let never = makePod(spec: { spec in
      spec["initContainers"] = [["name": "a", "image": "x:1"]]
      spec["restartPolicy"] = "Never"
    })
    #expect(plan(never, [sandbox()], [container("a", .exited, code: 2)]).actions == [.stopSandbox("s")])
  }

  @Test func aChangedImageRestartsTheContainer() {
    var running = container()
    running.annotations[PodLabels.image] = "web:0"
    guard case .stop(let request)? = plan(makePod(), [sandbox()], [running]).actions.first else {
      Issue.record("it is not stopped")
      return
    }
    #expect(request.message == "Container main definition changed, will be restarted")
  }
}
