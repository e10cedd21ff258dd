internal import KCData
internal import KCKube

/// An object as the server holds it, with the revision of its last change.
struct StoredObject: Sendable {
  var value: Value
  var revision: Int64
}

/// A change that watches are told of.
struct ObjectEvent: Sendable {
  /// `ADDED`, `MODIFIED`, `DELETED`
  var type: String
  var resource: String
  var namespace: String
  var object: Value
  /// The object before; selectors may have matched that one only.
  var old: Value?
  var revision: Int64
}

/// All objects, in memory: reads never wait for the disk.
struct ObjectState: Sendable {
  /// By resource (`deployments.apps`), then by `namespace/name`.
  private(set) var objects: [String: [String: StoredObject]] = [:]
  var revision: Int64 = 1
  /// Changes that are not on the disk yet, in order.
  var pending: [Pending] = []
  /// The last changes, for watches that start in the past.
  private(set) var history: [ObjectEvent] = []
  /// The revision before the oldest event of the history.
  private(set) var historyStart: Int64 = 0

  struct Pending: Sendable {
    var event: ObjectEvent
    var key: String
    var old: StoredObject?
  }

  /// How many events are kept for watches that start in the past.
  static let historyLimit = 4096

  static func key(_ namespace: String?, _ name: String) -> String { "\(namespace ?? "")/\(name)" }

  func get(_ resource: String, _ namespace: String?, _ name: String) -> StoredObject? {
    objects[resource]?[Self.key(namespace, name)]
  }

  /// All objects of a resource, in the order of namespace and name.
  func list(_ resource: String, namespace: String?) -> [StoredObject] {
    guard let all = objects[resource] else { return [] }
    let prefix = namespace.map { "\($0)/" }
    return all.filter { key, _ in prefix.map(key.hasPrefix) ?? true }.sorted { $0.key < $1.key }.map(\.value)
  }

  mutating func load(_ resource: String, _ object: Value, revision: Int64) {
    objects[resource, default: [:]][Self.key(object.namespace, object.name ?? "")] = StoredObject(
      value: object, revision: revision)
  }

  /// Changes or adds an object; it gets its resource version.
  mutating func put(_ resource: String, _ object: Value) -> Value {
    revision += 1
    var object = object
    object.set(.string(String(revision)), at: "metadata", "resourceVersion")
    let key = Self.key(object.namespace, object.name ?? "")
    let old = objects[resource]?[key]
    objects[resource, default: [:]][key] = StoredObject(value: object, revision: revision)
    pending.append(
      Pending(
        event: ObjectEvent(
          type: old == nil ? "ADDED" : "MODIFIED", resource: resource, namespace: object.namespace ?? "",
          object: object, old: old?.value, revision: revision), key: key, old: old))
    return object
  }

  /// Removes an object; gives its last form, with the version of the removal.
  mutating func remove(_ resource: String, _ object: Value) -> Value {
    revision += 1
    var object = object
    object.set(.string(String(revision)), at: "metadata", "resourceVersion")
    let key = Self.key(object.namespace, object.name ?? "")
    let old = objects[resource]?.removeValue(forKey: key)
    pending.append(
      Pending(
        event: ObjectEvent(
          type: "DELETED", resource: resource, namespace: object.namespace ?? "", object: object, old: old?.value,
          revision: revision), key: key, old: old))
    return object
  }

  /// Takes back what could not be made durable, latest first.
  mutating func undo(_ changes: [Pending]) {
    for change in changes.reversed() { objects[change.event.resource]?[change.key] = change.old }
  }

  /// Remembers what is durable now.
  mutating func remember(_ events: [ObjectEvent]) {
    history += events
    if history.count > Self.historyLimit * 2 {
      let excess = history.count - Self.historyLimit
      historyStart = history[excess - 1].revision
      history.removeFirst(excess)
    }
  }

  mutating func startHistory(at revision: Int64) {
    historyStart = revision
    self.revision = max(self.revision, revision)
  }
}
