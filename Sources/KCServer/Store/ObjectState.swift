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

  var isOfCluster: Bool { namespace.isEmpty }
}

/// All objects, in memory: reads never wait for the disk.
struct ObjectState: Sendable {
  /// By resource (`deployments.apps`), then by `namespace/name`.
  private(set) var objects: [String: [String: StoredObject]] = [:]
  var revision: Int64 = 1
  /// What is served; changes with the definitions of custom resources.
  private(set) var catalogue = Catalogue()
  /// The revision up to which everything is on the disk.
  private(set) var durable: Int64 = 0
  /// When old events were last looked for, in seconds since 1970.
  var lastEventSweep: Int64 = 0
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
  static let historyLimit = 1000

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

  /// All objects of a resource, in no order: it costs less.
  func unordered(_ resource: String) -> [Value] { objects[resource]?.values.map(\.value) ?? [] }

  /// All objects of a resource as they were at a revision; nil where that is forgotten.
  func list(_ resource: String, namespace: String?, at wanted: Int64) -> [StoredObject]? {
    if wanted >= revision { return list(resource, namespace: namespace) }
    guard wanted >= historyStart, var all = objects[resource] else { return objects[resource] == nil ? [] : nil }
    let changes = history + pending.map(\.event)
    for change in changes.reversed() where change.revision > wanted && change.resource == resource {
      let key = Self.key(change.isOfCluster ? nil : change.namespace, change.object.name ?? "")
      all[key] = change.old.map { StoredObject(value: $0, revision: Int64($0.resourceVersion ?? "") ?? 0) }
    }
    let prefix = namespace.map { "\($0)/" }
    return all.filter { key, _ in prefix.map(key.hasPrefix) ?? true }.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Forgets the past: watches and lists of older revisions are refused from here on.
  mutating func compact() {
    historyStart = revision
    history = []
  }

  private mutating func follow(_ resource: String, _ object: Value?, name: String) {
    guard resource == Catalogue.definitionResource else { return }
    if let object { catalogue.define(object) } else { catalogue.forget(name) }
  }

  mutating func load(_ resource: String, _ object: Value, revision: Int64) {
    follow(resource, object, name: "")
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
    if let old { object = object.sharing(with: old.value) }
    follow(resource, object, name: "")
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
    follow(resource, nil, name: object.name ?? "")
    pending.append(
      Pending(
        event: ObjectEvent(
          type: "DELETED", resource: resource, namespace: object.namespace ?? "", object: object, old: old?.value,
          revision: revision), key: key, old: old))
    return object
  }

  /// Takes back what could not be made durable, latest first.
  mutating func undo(_ changes: [Pending]) {
    for change in changes.reversed() {
      objects[change.event.resource]?[change.key] = change.old
      follow(change.event.resource, change.old?.value, name: change.event.object.name ?? "")
    }
  }

  /// Remembers what is durable now.
  mutating func remember(_ events: [ObjectEvent]) {
    history += events
    if let last = events.last { durable = last.revision }
    if history.count > Self.historyLimit * 3 / 2 {
      let excess = history.count - Self.historyLimit
      historyStart = history[excess - 1].revision
      history.removeFirst(excess)
    }
  }

  mutating func startHistory(at revision: Int64) {
    historyStart = revision
    self.revision = max(self.revision, revision)
    durable = self.revision
  }
}
