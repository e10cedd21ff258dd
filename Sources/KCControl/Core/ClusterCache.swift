public import KCData
internal import KCKube
internal import Synchronization

/// The local copy of the cluster that the reconcilers read.
///
/// Informers feed it, and so does every answer to a write of ours: a reconciler that runs right after its own write sees
/// that write, and never makes an object twice. Older news that arrives later is ignored by resource version.
public final class ClusterCache: ClusterView {
  /// Told of each change: the object before (nil when new) and after (nil when gone).
  typealias Observer = @Sendable (_ key: ObjectKey, _ old: Value?, _ new: Value?) -> Void

  /// How many identities of deleted objects are remembered, so that late news does not revive them.
  static let rememberedDeletions = 4096

  fileprivate struct State {
    var objects: [ObjectKind: [String: [String: Value]]] = [:]
    var keysByUID: [String: ObjectKey] = [:]
    var keysByOwner: [String: Set<ObjectKey>] = [:]
    var dead: Set<String> = []
    var deadInOrder: [String] = []
    var observers: [ObjectKind: [Observer]] = [:]
  }

  private let state = Mutex(State())

  public init() {}

  /// Calls `observer` for every change of objects of the kinds, beginning with those that are there.
  ///
  /// Observers run one at a time under the cache's lock: they must be quick and must not call it.
  func observe(_ kinds: [ObjectKind], _ observer: @escaping Observer) {
    state.withLock { state in
      for kind in kinds.flatMap({ state.kinds($0) }) {
        for (namespace, objects) in state.objects[kind] ?? [:] {
          for (name, object) in objects {
            observer(ObjectKey(kind, namespace: namespace.isEmpty ? nil : namespace, name: name), nil, object)
          }
        }
      }
      for kind in kinds { state.observers[kind, default: []].append(observer) }
    }
  }

  /// Takes in an object as the API gave it, unless a newer form of it is known.
  public func store(_ object: Value) {
    guard let key = ObjectKey(object) else { return }
    state.withLock { state in
      if let uid = object.uid, state.dead.contains(uid) { return }
      let old = state.objects[key.kind]?[key.namespace ?? ""]?[key.name]
      if let old, !Self.isNewer(object, than: old) { return }
      state.forget(key, old)
      state.objects[key.kind, default: [:]][key.namespace ?? "", default: [:]][key.name] = object
      if let uid = object.uid { state.keysByUID[uid] = key }
      for owner in object.ownerReferences {
        if let uid = owner["uid"]?.string { state.keysByOwner[uid, default: []].insert(key) }
      }
      for observer in state.observers(of: key.kind) { observer(key, old, object) }
    }
  }

  /// Takes out an object that the API has deleted.
  ///
  /// - Parameter uid: nil takes out whatever has that name.
  public func remove(_ key: ObjectKey, uid: String?) {
    state.withLock { state in
      if let uid { state.bury(uid) }
      guard let old = state.objects[key.kind]?[key.namespace ?? ""]?[key.name], uid == nil || old.uid == uid else {
        return
      }
      if uid == nil, let found = old.uid { state.bury(found) }
      state.forget(key, old)
      for observer in state.observers(of: key.kind) { observer(key, old, nil) }
    }
  }

  /// Takes out the objects of a kind that is not followed any more: they may be there still, as those of another version.
  func drop(_ kind: ObjectKind) {
    state.withLock { state in
      for (namespace, objects) in state.objects[kind] ?? [:] {
        for (name, old) in objects {
          let key = ObjectKey(kind, namespace: namespace.isEmpty ? nil : namespace, name: name)
          state.forget(key, old)
          for observer in state.observers(of: kind) { observer(key, old, nil) }
        }
      }
    }
  }

  private static func isNewer(_ new: Value, than old: Value) -> Bool {
    guard let before = old.resourceVersion.flatMap({ UInt64($0) }),
      let after = new.resourceVersion.flatMap({ UInt64($0) })
    else { return new != old }
    return after > before
  }
}

extension ClusterCache.State {
  fileprivate func observers(of kind: ObjectKind) -> [ClusterCache.Observer] {
    observers[kind] ?? observers[.custom] ?? []
  }

  /// A kind, or with `custom` all that nobody observes by name.
  fileprivate func kinds(_ kind: ObjectKind) -> [ObjectKind] {
    kind == .custom ? objects.keys.filter { observers[$0] == nil } : [kind]
  }

  /// Takes an object out of the tables.
  fileprivate mutating func forget(_ key: ObjectKey, _ old: Value?) {
    guard let old else { return }
    objects[key.kind]?[key.namespace ?? ""]?[key.name] = nil
    if objects[key.kind]?[key.namespace ?? ""]?.isEmpty == true { objects[key.kind]?[key.namespace ?? ""] = nil }
    if let uid = old.uid { keysByUID[uid] = nil }
    for owner in old.ownerReferences {
      guard let uid = owner["uid"]?.string else { continue }
      keysByOwner[uid]?.remove(key)
      if keysByOwner[uid]?.isEmpty == true { keysByOwner[uid] = nil }
    }
  }

  fileprivate mutating func bury(_ uid: String) {
    guard dead.insert(uid).inserted else { return }
    deadInOrder.append(uid)
    if deadInOrder.count > ClusterCache.rememberedDeletions * 2 {
      let gone = deadInOrder.prefix(ClusterCache.rememberedDeletions)
      dead.subtract(gone)
      deadInOrder.removeFirst(gone.count)
    }
  }
}

extension ClusterCache {
  public func get(_ key: ObjectKey) -> Value? {
    state.withLock { $0.objects[key.kind]?[key.namespace ?? ""]?[key.name] }
  }

  public func list(_ kind: ObjectKind, namespace: String?) -> [Value] {
    state.withLock { state in
      guard let all = state.objects[kind] else { return [] }
      if let namespace { return all[namespace].map { Array($0.values) } ?? [] }
      return all.values.flatMap(\.values)
    }
  }

  public func owned(by uid: String) -> [Value] {
    state.withLock { state in
      (state.keysByOwner[uid] ?? []).compactMap { state.objects[$0.kind]?[$0.namespace ?? ""]?[$0.name] }
    }
  }

  public func content(of namespace: String) -> [Value] {
    state.withLock { state in
      state.objects.values.flatMap { $0[namespace].map { Array($0.values) } ?? [] }
    }
  }

  public func object(uid: String) -> Value? {
    state.withLock { state in
      state.keysByUID[uid].flatMap { state.objects[$0.kind]?[$0.namespace ?? ""]?[$0.name] }
    }
  }
}
