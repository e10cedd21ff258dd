internal import KCClient
internal import KCData
internal import KCKube

/// Writes v1 Events. Equal ones are counted in one object, many similar ones are combined, and an object that has
/// too much to say is cut short.
actor EventRecorder {
  /// How many events of one object are written in a row; after that one in `refill` seconds.
  static let burst = 25.0
  static let refill = 300.0
  /// How many different messages of one reason are kept apart within `combineWindow` seconds.
  static let similar = 10
  static let combineWindow = 600.0
  /// How many different events are remembered.
  static let memory = 4096

  private let client: APIClient
  private let source: String
  private let time: any TimeSource
  private var known: [String: Value] = [:]
  private var order: [String] = []
  private var groups: [String: (messages: Set<String>, last: Double)] = [:]
  private var lastMoment: UInt64 = 0
  private var budgets: [String: (tokens: Double, at: Double)] = [:]

  init(client: APIClient, source: String, time: any TimeSource) {
    self.client = client
    self.source = source
    self.time = time
  }

  /// Records an event. An event that cannot be written is lost: nothing depends on events.
  func record(_ note: EventNote) async {
    guard spend(note.about), let type = client.types.find(apiVersion: "v1", kind: "Event") else { return }
    let (key, message) = combined(note)
    do {
      if let event = known[key], let written = try await count(event, message, type) {
        known[key] = written
      } else {
        remember(key, try await client.create(newEvent(note, message), type: type))
      }
    } catch {
      known[key] = nil
    }
  }

  private func spend(_ about: Value) -> Bool {
    let key = about["uid"]?.string ?? about["name"]?.string ?? ""
    let now = time.uptime
    if budgets.count > Self.memory { budgets.removeAll() }
    var budget = budgets[key] ?? (tokens: Self.burst, at: now)
    budget.tokens = min(Self.burst, budget.tokens + (now - budget.at) / Self.refill)
    budget.at = now
    let allowed = budget.tokens >= 1
    if allowed { budget.tokens -= 1 }
    budgets[key] = budget
    return allowed
  }

  /// The event to count this one in, and its message.
  private func combined(_ note: EventNote) -> (key: String, message: String) {
    let group = "\(note.about["uid"]?.string ?? note.about["name"]?.string ?? "")/\(note.isWarning)/\(note.reason)"
    let now = time.uptime
    if groups.count > Self.memory { groups.removeAll() }
    var entry = groups[group] ?? (messages: [], last: now)
    if now - entry.last > Self.combineWindow { entry.messages = [] }
    entry.last = now
    if entry.messages.count < Self.similar { entry.messages.insert(note.message) }
    groups[group] = entry
    if entry.messages.count >= Self.similar, !entry.messages.contains(note.message) || known["\(group)/"] != nil {
      return ("\(group)/", "(combined from similar events): \(note.message)")
    }
    return ("\(group)/\(note.message)", note.message)
  }

  private func remember(_ key: String, _ event: Value) {
    if known.updateValue(event, forKey: key) == nil { order.append(key) }
    if order.count > Self.memory {
      known[order.removeFirst()] = nil
    }
  }

  /// Counts one more; nil where the event is gone.
  private func count(_ event: Value, _ message: String, _ type: ResourceType) async throws(ClientError) -> Value? {
    let count = min(Int64(Int32.max) - 1, event["count"]?.int ?? 1) + 1
    do {
      return try await client.patch(
        type, namespace: event.namespace, name: event.name ?? "",
        ["count": .int(count), "message": .string(message), "lastTimestamp": .string(time.now.rfc3339)])
    } catch {
      if error.isNotFound { return nil }
      throw error
    }
  }

  private func newEvent(_ note: EventNote, _ message: String) -> Value {
    let now = time.now
    let namespace = note.about["namespace"]?.string ?? "default"
    // Names tell events of one object apart by the moment: no two may have the same.
    lastMoment = max(UInt64(bitPattern: now.seconds) &* 1_000_000_000 &+ UInt64(now.nanoseconds), lastMoment &+ 1)
    var event: Value = ["apiVersion": "v1", "kind": "Event"]
    event["metadata"] = [
      "name": .string("\(note.about["name"]?.string ?? "").\(String(lastMoment, radix: 16))"),
      "namespace": .string(namespace),
    ]
    event["involvedObject"] = note.about
    event["reason"] = .string(note.reason)
    event["message"] = .string(String(message.prefix(1024)))
    event["source"] = ["component": .string(source)]
    event["firstTimestamp"] = .string(now.rfc3339)
    event["lastTimestamp"] = .string(now.rfc3339)
    event["count"] = 1
    event["type"] = note.isWarning ? "Warning" : "Normal"
    event["reportingComponent"] = .string(source)
    event["reportingInstance"] = ""
    return event
  }
}
