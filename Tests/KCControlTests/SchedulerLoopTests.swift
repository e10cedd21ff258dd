import KCClient
import KCData
import KCKube
import KCScheduler
import Logging
import Synchronization
import Testing

@testable import KCControl

/// The scheduler over the fake API.
@Suite(.timeLimit(.minutes(1))) struct SchedulerLoopTests {
  private let time = ManualTime()
  private let cache = ClusterCache()
  private let api: FakeAPI
  private let loop: SchedulerLoop

  init() {
    api = FakeAPI(cache: cache, time: time)
    let client = APIClient(transport: api, fieldManager: "test")
    loop = SchedulerLoop(
      client: client, cache: cache, events: EventRecorder(client: client, source: "test", time: time), time: time,
      log: Logger(label: "test"))
  }

  private func node(_ name: String, cpu: String) -> Value {
    [
      "apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(name)],
      "status": ["allocatable": ["cpu": .string(cpu), "memory": "4Gi", "pods": "110"]],
    ]
  }

  private func pod(_ name: String, cpu: String, priority: Int = 0) -> Value {
    [
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name)],
      "spec": [
        "priority": Value(priority),
        "containers": [["name": "c", "image": "i", "resources": ["requests": ["cpu": .string(cpu)]]]],
      ],
    ]
  }

  private func create(_ object: Value) throws {
    let type = try #require(ResourceTypes.builtin.find((object.apiVersion, object.kind)))
    let response = api.create(object, type, type.namespaced ? "ns" : nil)
    guard case .value(var made) = response.body, let key = ObjectKey(made) else { return }
    // The fake drops the status of new objects, as the API does; a node needs its own.
    if key.kind == .node {
      made["status"] = object["status"]
      api.put(key, made)
    }
  }

  private func pod(named name: String) -> Value? { cache.get(ObjectKey(.pod, namespace: "ns", name: name)) }

  /// Lets the loop run while `body` does.
  private func whileRunning(_ body: () async throws -> Void) async throws {
    let task = Task { await loop.run() }
    try await body()
    task.cancel()
    await task.value
  }

  private func until(advancing seconds: Double = 0, _ isDone: () -> Bool) async {
    while !isDone() {
      await Task.yield()
      if seconds > 0 { time.advance(by: seconds) }
    }
  }

  @Test func podsSpreadOverNodesWithRoom() async throws {
    for index in 1...3 { try create(node("n\(index)", cpu: "1")) }
    for index in 1...3 { try create(pod("p\(index)", cpu: "600m")) }
    try await whileRunning { await until { (1...3).allSatisfy { pod(named: "p\($0)")?.nodeName != nil } } }
    #expect(Set((1...3).compactMap { pod(named: "p\($0)")?.nodeName }) == ["n1", "n2", "n3"])
  }

  @Test func aFullQueueForgetsNobody() async throws {
    let client = APIClient(transport: api, fieldManager: "test")
    let small = SchedulerLoop(
      client: client, cache: cache, events: EventRecorder(client: client, source: "test", time: time), time: time,
      log: Logger(label: "test"), capacity: 1)
    try create(node("n1", cpu: "4"))
    for index in 1...5 { try create(pod("p\(index)", cpu: "100m")) }
    let task = Task { await small.run() }
    await until { (1...5).allSatisfy { pod(named: "p\($0)")?.nodeName == "n1" } }
    task.cancel()
    await task.value
  }

  @Test func aPodWithoutRoomSaysWhyAndGoesWhenThereIsSome() async throws {
    try create(node("n1", cpu: "1"))
    try create(pod("big", cpu: "2"))
    try await whileRunning {
      await until { pod(named: "big")?.condition("PodScheduled") != nil }
      let condition = try #require(pod(named: "big")?.condition("PodScheduled"))
      #expect(condition["reason"] == "Unschedulable")
      #expect(condition["message"]?.string?.contains("0/1 nodes are available: 1 Insufficient cpu") == true)
      try create(node("n2", cpu: "4"))
      await until(advancing: 0.1) { pod(named: "big")?.nodeName != nil }
    }
    #expect(pod(named: "big")?.nodeName == "n2")
  }

  @Test func aMoreImportantPodTakesThePlaceOfALessImportantOne() async throws {
    try create(node("n1", cpu: "1"))
    try create(pod("low", cpu: "800m"))
    try await whileRunning {
      await until { pod(named: "low")?.nodeName != nil }
      try create(pod("high", cpu: "800m", priority: 1000))
      await until { pod(named: "high")?.at("status", "nominatedNodeName") != nil }
      #expect(pod(named: "high")?.at("status", "nominatedNodeName") == "n1")
      #expect(pod(named: "low")?.isBeingDeleted == true)
      api.remove(ObjectKey(.pod, namespace: "ns", name: "low"))
      await until(advancing: 0.1) { pod(named: "high")?.nodeName != nil }
    }
    #expect(pod(named: "high")?.nodeName == "n1")
  }

  @Test func aVictimIsToldWhyItGoes() async throws {
    try create(node("n1", cpu: "1"))
    try create(pod("low", cpu: "800m"))
    try await whileRunning {
      await until { pod(named: "low")?.nodeName != nil }
      try create(pod("high", cpu: "800m", priority: 1000))
      await until { pod(named: "low")?.isBeingDeleted == true }
    }
    let condition = try #require(pod(named: "low")?.condition("DisruptionTarget"))
    #expect(condition["status"] == "True")
    #expect(condition["reason"] == "PreemptionByScheduler")
  }

  @Test func aGatedPodWaitsForItsGates() async throws {
    try create(node("n1", cpu: "1"))
    var gated = pod("gated", cpu: "100m")
    gated.set([["name": "example.com/wait"]], at: "spec", "schedulingGates")
    try create(gated)
    try await whileRunning {
      await until { pod(named: "gated")?.condition("PodScheduled")?["reason"] == "SchedulingGated" }
      #expect(pod(named: "gated")?.nodeName == nil)
      var open = try #require(pod(named: "gated"))
      open.set(nil, at: "spec", "schedulingGates")
      api.put(ObjectKey(.pod, namespace: "ns", name: "gated"), open)
      await until(advancing: 0.1) { pod(named: "gated")?.nodeName != nil }
    }
  }

  @Test func podsOfOtherSchedulersAreLeftAlone() async throws {
    try create(node("n1", cpu: "1"))
    var other = pod("other", cpu: "100m")
    other.set("someone-else", at: "spec", "schedulerName")
    try create(other)
    try create(pod("ours", cpu: "100m"))
    try await whileRunning { await until { pod(named: "ours")?.nodeName != nil } }
    #expect(pod(named: "other")?.nodeName == nil)
    #expect(pod(named: "other")?.condition("PodScheduled") == nil)
  }

  @Test func profilesDecide() async throws {
    let rules: Value = [
      "apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration",
      "profiles": [
        ["schedulerName": "default-scheduler"],
        ["schedulerName": "reckless", "plugins": ["multiPoint": ["disabled": [["name": "NodeResourcesFit"]]]]],
      ],
    ]
    let client = APIClient(transport: api, fieldManager: "test")
    let loop = SchedulerLoop(
      client: client, cache: cache, events: EventRecorder(client: client, source: "test", time: time), time: time,
      log: Logger(label: "test"), configuration: try SchedulerConfiguration(rules))
    try create(node("n1", cpu: "1"))
    var reckless = pod("reckless", cpu: "20")
    reckless.set("reckless", at: "spec", "schedulerName")
    try create(reckless)
    try create(pod("careful", cpu: "20"))
    let task = Task { await loop.run() }
    await until {
      pod(named: "reckless")?.nodeName == "n1" && pod(named: "careful")?.condition("PodScheduled") != nil
    }
    task.cancel()
    await task.value
    #expect(pod(named: "careful")?.nodeName == nil)
  }

  @Test func whatHappensWhileAPodIsBeingTriedIsNotMissed() async throws {
    try create(node("n1", cpu: "1"))
    try create(pod("first", cpu: "800m"))
    try await whileRunning {
      await until { pod(named: "first")?.nodeName != nil }
      try create(pod("second", cpu: "800m"))
      // At once, so that it falls into the attempt as often as after it.
      api.remove(ObjectKey(.pod, namespace: "ns", name: "first"))
      await until(advancing: 0.1) { pod(named: "second")?.nodeName != nil }
    }
  }
}
