import KCClient
import KCData
import KCKube
import Synchronization
import Testing

@testable import KCProxy

/// The loop over a transport that holds three collections.
@Suite(.timeLimit(.minutes(1))) struct ProxyLoopTests {
  private final class FakeTransport: APITransport {
    struct State {
      var objects: [String: [String: Value]] = [:]
      var watchers: [(plural: String, send: AsyncThrowingStream<Value, any Error>.Continuation)] = []
      var version = 1
    }
    let state = Mutex(State())

    func send(_ request: APIRequest) async throws(ClientError) -> APIResponse {
      let plural = request.path.split(separator: "/").last.map(String.init) ?? ""
      return state.withLock { state in
        let objects = Array((state.objects[plural] ?? [:]).values)
        if request[query: "watch"] == "true" {
          let (stream, send) = AsyncThrowingStream<Value, any Error>.makeStream()
          for object in objects { send.yield(["type": "MODIFIED", "object": object]) }
          state.watchers.append((plural, send))
          return APIResponse(status: 200, body: .events(stream))
        }
        return APIResponse(status: 200, body: .value(["metadata": ["resourceVersion": "1"], "items": .array(objects)]))
      }
    }

    func put(_ plural: String, _ object: Value) {
      state.withLock { state in
        state.version += 1
        var object = object
        object.set(.string(String(state.version)), at: "metadata", "resourceVersion")
        state.objects[plural, default: [:]][object.name ?? ""] = object
        for watcher in state.watchers where watcher.plural == plural {
          watcher.send.yield(["type": "MODIFIED", "object": object])
        }
      }
    }
  }

  private final class Recorder: RuleSetApplier {
    struct Refusal: Error {}
    let texts = Mutex<[String]>([])
    let refusals = Mutex(0)

    func apply(_ text: String) async throws {
      let refuse = refusals.withLock { count in
        count -= 1
        return count >= 0
      }
      if refuse { throw Refusal() }
      texts.withLock { $0.append(text) }
    }

    var last: String { texts.withLock { $0.last ?? "" } }
  }

  @Test func rulesAndNamesFollowTheCluster() async throws {
    let transport = FakeTransport()
    let recorder = Recorder()
    // The first attempt fails: it is made again.
    recorder.refusals.withLock { $0 = 1 }
    let loop = try #require(
      ProxyLoop(client: APIClient(transport: transport, fieldManager: "test"), applier: recorder))
    transport.put("services", RuleSetTests.service("web", ip: "10.96.0.7"))
    let running = Task { await loop.run() }
    // The loop counts rules a moment after they were taken.
    while !recorder.last.contains("10.96.0.7") || loop.generation == 0 { await Task.yield() }
    #expect(loop.generation == 1)
    transport.put("endpointslices", RuleSetTests.slice("web", [RuleSetTests.endpoint("10.244.1.2")]))
    while !recorder.last.contains("10.244.1.2") { await Task.yield() }
    #expect(loop.zone.find("web.ns.svc.cluster.local")?.addresses.map(\.description) == ["10.96.0.7"])
    transport.put(
      "pods",
      [
        "metadata": ["name": "p", "namespace": "ns", "uid": "uid-10.244.1.2"], "status": ["podIP": "10.244.1.2"],
      ])
    // A pod that begins to end gets no more connections, once another is there.
    let both = [RuleSetTests.endpoint("10.244.1.2"), RuleSetTests.endpoint("10.244.1.3")]
    transport.put("endpointslices", RuleSetTests.slice("web", both))
    while !recorder.last.contains("10.244.1.3") { await Task.yield() }
    transport.put(
      "pods",
      [
        "metadata": [
          "name": "p", "namespace": "ns", "uid": "uid-10.244.1.2", "deletionTimestamp": "2026-01-01T00:00:00Z",
        ], "status": ["podIP": "10.244.1.2"],
      ])
    await loop.waitUntilLeft(pod: "uid-10.244.1.2", atMost: 30)
    #expect(!recorder.last.contains("10.244.1.2"))
    // One that nobody knows does not keep anyone waiting.
    await loop.waitUntilLeft(pod: "nobody", atMost: 30)
    running.cancel()
    await running.value
  }
}
