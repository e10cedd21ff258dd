internal import KCClient
internal import KCData
internal import KCKube
internal import Synchronization

/// Writes events about objects; the same event again only counts up.
///
/// Events are for people: one that cannot be written is dropped, as is what comes when too many wait.
final class EventRecorder: Sendable {
  private let client: APIClient
  private let component: String
  private let host: String
  private let clock: any NodeClock
  private let queue: AsyncStream<Event>
  private let continuation: AsyncStream<Event>.Continuation

  struct Event: Sendable, Hashable {
    var object: ObjectReference
    var isWarning: Bool
    var reason: String
    var message: String
  }

  /// What an event is about.
  struct ObjectReference: Sendable, Hashable {
    var apiVersion = "v1"
    var kind: String
    var namespace: String
    var name: String
    var uid: String
    /// A part of it, such as `spec.containers{web}`.
    var fieldPath = ""
  }

  init(client: APIClient, component: String, host: String, clock: any NodeClock) {
    self.client = client
    self.component = component
    self.host = host
    self.clock = clock
    (queue, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1000))
  }

  func record(_ event: Event) { continuation.yield(event) }

  /// Writes what is recorded until the task is cancelled.
  func run() async {
    guard let type = client.types.find(apiVersion: "v1", kind: "Event") else { return }
    var known: [Event: (name: String, count: Int, last: Timestamp)] = [:]
    for await event in queue {
      let now = clock.now
      if known.count > 500 { known = known.filter { now.seconds(since: $0.value.last) < 600 } }
      if known.count > 2000 { known = [:] }
      if let before = known[event], now.seconds(since: before.last) < 600 {
        let count = before.count + 1
        let patch: Value = ["count": Value(count), "lastTimestamp": .string(now.rfc3339)]
        let patched = try? await client.patch(type, namespace: event.object.namespace, name: before.name, patch)
        known[event] = patched == nil ? nil : (before.name, count, now)
        if patched != nil { continue }
      }
      let name = "\(event.object.name).\(Self.suffix())"
      if (try? await client.create(object(event, name: name, now: now), type: type)) != nil {
        known[event] = (name, 1, now)
      }
    }
  }

  private func object(_ event: Event, name: String, now: Timestamp) -> Value {
    var involved: Value = [
      "apiVersion": .string(event.object.apiVersion), "kind": .string(event.object.kind),
      "name": .string(event.object.name), "uid": .string(event.object.uid),
    ]
    // Events of what belongs to no namespace are kept in the default one.
    let namespace = event.object.namespace.isEmpty ? "default" : event.object.namespace
    if !event.object.namespace.isEmpty { involved["namespace"] = .string(event.object.namespace) }
    if !event.object.fieldPath.isEmpty { involved["fieldPath"] = .string(event.object.fieldPath) }
    return [
      "apiVersion": "v1", "kind": "Event",
      "metadata": ["name": .string(name), "namespace": .string(namespace)],
      "involvedObject": involved, "reason": .string(event.reason), "message": .string(event.message),
      "source": ["component": .string(component), "host": .string(host)],
      "firstTimestamp": .string(now.rfc3339), "lastTimestamp": .string(now.rfc3339), "count": 1,
      "type": .string(event.isWarning ? "Warning" : "Normal"),
      "reportingComponent": .string(component), "reportingInstance": .string(host),
    ]
  }

  private static func suffix() -> String { String(newUID().filter { $0 != "-" }.prefix(16)) }
}
