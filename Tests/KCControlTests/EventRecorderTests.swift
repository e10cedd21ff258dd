import KCClient
import KCData
import KCKube
import Synchronization
import Testing

@testable import KCControl

@Suite struct EventRecorderTests {
  private let time = ManualTime()
  private let api: FakeAPI
  private let recorder: EventRecorder

  init() {
    api = FakeAPI(cache: nil, time: time)
    recorder = EventRecorder(
      client: APIClient(transport: api, fieldManager: "test"), source: "test-controller", time: time)
  }

  private func note(_ message: String, of uid: String = "u") -> EventNote {
    EventNote(
      [
        "apiVersion": "v1", "kind": "Pod",
        "metadata": ["name": "p", "namespace": "ns", "uid": .string(uid), "resourceVersion": "7"],
      ], "Tested", message, isWarning: true)
  }

  private var events: [Value] { api.all.filter { $0.kind == "Event" } }

  /// Time goes by between events: their names tell them apart by it.
  private func record(_ note: EventNote) async {
    await recorder.record(note)
    time.advance(by: 1)
  }

  @Test func anEventSaysWhatHappenedToWhom() async throws {
    await record(note("hello"))
    let event = try #require(events.first)
    #expect(event["message"] == "hello")
    #expect(event["reason"] == "Tested")
    #expect(event["type"] == "Warning")
    #expect(event.namespace == "ns")
    #expect(event.at("involvedObject", "uid") == "u")
    #expect(event.at("source", "component") == "test-controller")
    #expect(event["count"] == 1)
  }

  @Test func equalEventsAreCounted() async throws {
    for _ in 0..<4 { await record(note("again")) }
    #expect(events.count == 1)
    #expect(events.first?["count"] == 4)
    #expect(events.first?["firstTimestamp"] != events.first?["lastTimestamp"])
  }

  @Test func anEventThatWasRemovedIsWrittenAnew() async throws {
    await record(note("again"))
    let key = try #require(events.first.flatMap { ObjectKey($0) })
    api.remove(key)
    await record(note("again"))
    #expect(events.count == 1)
  }

  @Test func manySimilarEventsAreCombined() async {
    for index in 0..<20 { await record(note("message \(index)")) }
    #expect(events.count == EventRecorder.similar + 1)
    let combined = events.first { $0["message"]?.string?.hasPrefix("(combined from similar events): ") == true }
    #expect(combined?["count"] == 10)
  }

  @Test func anObjectThatSaysTooMuchIsCutShort() async {
    for _ in 0..<100 { await recorder.record(note("again", of: "loud")) }
    #expect(events.first?["count"]?.int == Int64(EventRecorder.burst))
    await record(note("another", of: "quiet"))
    #expect(events.count == 2)
  }
}
