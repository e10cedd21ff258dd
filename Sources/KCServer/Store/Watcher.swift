internal import KCData
internal import KCKube

/// One client's watch: what it wants to hear of, and the stream it hears it on.
struct Watcher: Sendable {
  let resource: String
  /// nil for all namespaces.
  let namespace: String?
  let labels: LabelSelector?
  let fields: FieldSelector?
  /// Events up to this revision are known to the client.
  let after: Int64
  /// What bookmarks are made for; nil where the client takes none.
  var bookmarks: ResourceType?
  /// Brings a stored object into the version that the client speaks of.
  var version: (@Sendable (Value) -> Value)?
  /// Turns an object into the form that the client asked for.
  let present: @Sendable (Value) -> Value
  private let continuation: AsyncThrowingStream<Value, any Error>.Continuation
  let events: AsyncThrowingStream<Value, any Error>

  /// A client that is this many events behind is cut off; it lists anew.
  static let queueLimit = 8192

  init(
    resource: String, namespace: String?, labels: LabelSelector?, fields: FieldSelector?, after: Int64,
    present: @escaping @Sendable (Value) -> Value
  ) {
    self.resource = resource
    self.namespace = namespace
    self.labels = labels
    self.fields = fields
    self.after = after
    self.present = present
    (events, continuation) = AsyncThrowingStream.makeStream(bufferingPolicy: .bufferingOldest(Self.queueLimit))
  }

  func matches(_ object: Value) -> Bool {
    (labels?.matches(object.labels) ?? true) && (fields?.matches(version?(object) ?? object) ?? true)
  }

  /// Tells of an event if the client wants to hear of it; false when the client no longer listens or is too slow.
  func tell(_ event: ObjectEvent) -> Bool {
    guard event.resource == resource, event.revision > after, namespace == nil || namespace == event.namespace else {
      return true
    }
    let isIn = event.type != "DELETED" && matches(event.object)
    let wasIn = event.type == "DELETED" ? matches(event.old ?? event.object) : event.old.map(matches) ?? false
    switch (wasIn, isIn) {
    case (false, false): return true
    case (false, true): return send("ADDED", event.object)
    case (true, true): return send("MODIFIED", event.object)
    case (true, false):
      // What leaves is told of as it was, with the version at which it left.
      var last = event.old ?? event.object
      last.set(.string(String(event.revision)), at: "metadata", "resourceVersion")
      return send("DELETED", last)
    }
  }

  /// Tells of an object in the form that the client asked for.
  func send(_ type: String, _ object: Value) -> Bool { sendPlain(type, present(object)) }

  /// Tells of an object as it is.
  func sendPlain(_ type: String, _ object: Value) -> Bool {
    switch continuation.yield(["type": .string(type), "object": object]) {
    case .enqueued: return true
    default: return false
    }
  }

  /// Tells how far the client has come, though nothing that it wants to hear of happened.
  func bookmark(_ revision: Int64) {
    guard let type = bookmarks, revision > after else { return }
    _ = send("BOOKMARK", Self.bookmark(type, revision))
  }

  static func bookmark(_ type: ResourceType, _ revision: Int64) -> Value {
    [
      "kind": .string(type.kind), "apiVersion": .string(type.apiVersion),
      "metadata": ["resourceVersion": .string(String(revision))],
    ]
  }

  func close() { continuation.finish() }

  func onEnd(_ action: @escaping @Sendable () -> Void) { continuation.onTermination = { _ in action() } }
}
