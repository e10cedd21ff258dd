import KCData
import KCKube
import KCScheduler
import Testing

@Suite struct QueueTests {
  private func pod(_ name: String, priority: Int64 = 0, created: String = "2026-01-01T00:00:00Z") -> Value {
    [
      "kind": "Pod", "spec": ["priority": .int(priority)],
      "metadata": [
        "name": .string(name), "namespace": "d", "uid": .string(name), "creationTimestamp": .string(created),
      ],
    ]
  }

  private func failure(_ plugin: String) -> Decision {
    var decision = Decision()
    decision.rejected["n"] = Rejection(plugin: plugin, isUnresolvable: false, reasons: ["no"])
    return decision
  }

  private func drain(_ queue: inout SchedulingQueue, now: Double = 0) -> [String] {
    var out: [String] = []
    while let pod = queue.pop(now: now) { out.append(pod.uid ?? "") }
    return out
  }

  @Test func theMostImportantThenTheOldestComesFirst() {
    var queue = SchedulingQueue()
    queue.add(pod("a"))
    queue.add(pod("b", created: "2025-12-31T00:00:00Z"))
    queue.add(pod("c", priority: 10))
    queue.add(pod("d"))
    #expect(drain(&queue) == ["c", "b", "a", "d"])
  }

  @Test func onlyWhatCouldHelpBringsAPodBack() {
    var queue = SchedulingQueue()
    queue.add(pod("a"))
    #expect(drain(&queue) == ["a"])
    queue.failed("a", decision: failure("NodeAffinity"), now: 0)
    queue.event(ClusterEvent(.assignedPodRemoved), now: 5)
    #expect(queue.setAside == 1)
    #expect(drain(&queue, now: 5).isEmpty)
    queue.event(ClusterEvent(.nodeLabelsChanged), now: 6)
    #expect(drain(&queue, now: 6) == ["a"])
  }

  @Test func backOffDoublesToItsEnd() {
    var queue = SchedulingQueue()
    queue.add(pod("a"))
    var now = 0.0
    var waits: [Double] = []
    for _ in 0..<6 {
      #expect(drain(&queue, now: now) == ["a"])
      queue.failed("a", decision: failure("NodeResourcesFit"), now: now)
      queue.event(ClusterEvent(.nodeAdded), now: now)
      let wake = queue.nextWake ?? -1
      waits.append(wake - now)
      #expect(drain(&queue, now: wake - 0.01).isEmpty)
      now = wake
    }
    #expect(waits == [1, 2, 4, 8, 10, 10])
  }

  @Test func whatHappensDuringAnAttemptIsNotMissed() {
    var queue = SchedulingQueue()
    queue.add(pod("a"))
    _ = queue.pop(now: 0)
    queue.event(ClusterEvent(.assignedPodRemoved), now: 0)
    queue.failed("a", decision: failure("NodeResourcesFit"), now: 0)
    #expect(queue.nextWake == 1)
    #expect(drain(&queue, now: 1) == ["a"])
  }

  @Test func aGatedPodWaitsForItsOwnChange() {
    var queue = SchedulingQueue()
    var gated = pod("a")
    gated.set([["name": "g"]], at: "spec", "schedulingGates")
    queue.add(gated)
    _ = queue.pop(now: 0)
    queue.failed("a", decision: Scheduler().schedule(gated, in: Snapshot()), now: 0)
    for kind in ClusterEvent.Kind.allCases { queue.event(ClusterEvent(kind), now: 100) }
    #expect(queue.gated == 1)
    #expect(drain(&queue, now: 10_000).isEmpty)
    queue.add(pod("a"), now: 10_000)
    #expect(drain(&queue, now: 10_000) == ["a"])
  }

  @Test func patienceEnds() {
    var queue = SchedulingQueue(patience: 60)
    queue.add(pod("a"))
    _ = queue.pop(now: 0)
    queue.failed("a", decision: failure("NodeAffinity"), now: 0)
    #expect(queue.nextWake == 60)
    #expect(drain(&queue, now: 59).isEmpty)
    #expect(drain(&queue, now: 60) == ["a"])
  }

  @Test func itHoldsNoMoreThanItMay() {
    var queue = SchedulingQueue(capacity: 2)
    let held = ["a", "b", "c"].map { queue.add(pod($0)) }
    #expect(held == [true, true, false])
    queue.remove("a")
    let isHeld = queue.add(pod("c"))
    #expect(isHeld)
    #expect(drain(&queue) == ["b", "c"])
  }

  @Test func whatAChangeMeans() {
    let node: Value = ["kind": "Node", "metadata": ["name": "n"], "status": ["allocatable": ["cpu": "4"]]]
    #expect(ClusterEvent.events(from: nil, to: node) == [ClusterEvent(.nodeAdded)])
    #expect(ClusterEvent.events(from: node, to: nil) == [ClusterEvent(.nodeRemoved)])
    var alive = node
    alive.set("now", at: "status", "lastHeartbeat")
    #expect(ClusterEvent.events(from: node, to: alive).isEmpty)
    var larger = node
    larger.set("8", at: "status", "allocatable", "cpu")
    #expect(ClusterEvent.events(from: node, to: larger) == [ClusterEvent(.nodeAllocatableChanged)])
    let waiting = pod("a")
    var placed = waiting
    placed.set("n", at: "spec", "nodeName")
    var ended = placed
    ended.set("Succeeded", at: "status", "phase")
    #expect(ClusterEvent.events(from: nil, to: waiting).isEmpty)
    #expect(ClusterEvent.events(from: waiting, to: placed) == [ClusterEvent(.assignedPodAdded)])
    #expect(ClusterEvent.events(from: placed, to: ended) == [ClusterEvent(.assignedPodRemoved)])
    #expect(ClusterEvent.events(from: placed, to: placed).isEmpty)
  }
}
