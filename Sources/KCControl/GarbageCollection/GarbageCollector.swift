internal import KCData
internal import KCKube

/// Removes what has lost its owners, and carries out foreground and orphaning deletion.
struct GarbageCollector: Reconciler {
  static let foreground = "foregroundDeletion"
  static let orphan = "orphan"

  let name = "garbage-collector"
  let kinds: [ObjectKind]
  /// The kinds that can own, and whether they have a namespace.
  private let isNamespaced: [ObjectKind: Bool]

  /// - Parameter types: all resources that the cluster serves.
  init(types: [ResourceType]) {
    kinds = types.map { ObjectKind($0) } + [.custom]
    isNamespaced = Dictionary(types.map { (ObjectKind($0), $0.namespaced) }, uniquingKeysWith: { first, _ in first })
  }

  /// The kind of keys that stand for an identity instead of a name.
  static let identity = ObjectKind("", "uid")

  private func identityKey(_ uid: String) -> ObjectKey { ObjectKey(Self.identity, namespace: nil, name: uid) }

  func keys(for object: Value, _ key: ObjectKey) -> [ObjectKey] {
    let owners = object.ownerReferences.compactMap { $0["uid"]?.string }
    var keys = owners.map(identityKey)
    if !owners.isEmpty { keys.append(key) }
    if let uid = object.uid { keys.append(identityKey(uid)) }
    return keys
  }

  func reconcile(_ key: ObjectKey, in view: any ClusterView, now: Timestamp) -> Outcome {
    var outcome = Outcome()
    if key.kind == Self.identity {
      let dependents = view.owned(by: key.name)
      if let owner = view.object(uid: key.name) {
        if owner.isBeingDeleted { carryOut(owner, dependents, in: view, &outcome) }
      } else {
        for dependent in dependents { collect(dependent, in: view, &outcome) }
      }
    } else if let object = view.get(key) {
      collect(object, in: view, &outcome)
    }
    return outcome
  }

  /// Does what the finalizers of an owner that is being deleted ask for.
  private func carryOut(_ owner: Value, _ dependents: [Value], in view: any ClusterView, _ outcome: inout Outcome) {
    let uid = owner.uid ?? ""
    if owner.finalizers.contains(Self.orphan) {
      let releases = dependents.map { Action.update(without([uid], $0)) }
      if !releases.isEmpty { outcome.steps.append(releases) }
      outcome.then(.update(unfinalized(owner, Self.orphan)))
    } else if owner.finalizers.contains(Self.foreground) {
      let blocking = dependents.contains { dependent in
        dependent.ownerReferences.contains { $0["uid"]?.string == uid && $0["blockOwnerDeletion"]?.bool == true }
      }
      for dependent in dependents { collect(dependent, in: view, &outcome) }
      if !blocking { outcome.then(.update(unfinalized(owner, Self.foreground))) }
    }
  }

  /// Deletes an object none of whose owners is left, and takes off the references to those that are gone.
  private func collect(_ object: Value, in view: any ClusterView, _ outcome: inout Outcome) {
    guard let key = ObjectKey(object), !object.isBeingDeleted else { return }
    var solid = 0
    var waiting: [String] = []
    var gone: [(key: ObjectKey, uid: String)] = []
    for reference in object.ownerReferences {
      guard let uid = reference["uid"]?.string else { continue }
      switch ownerState(reference, uid, of: object, in: view) {
      case .solid: solid += 1
      case .waiting: waiting.append(uid)
      case .gone(let owner): gone.append((owner, uid))
      }
    }
    guard !waiting.isEmpty || !gone.isEmpty else { return }
    // The copy may lag behind: that an owner is gone must come from the API itself.
    for owner in gone { outcome.then(.verifyAbsent(owner.key, uid: owner.uid)) }
    if solid > 0 {
      outcome.then(.update(without(Set(waiting + gone.map(\.uid)), object)))
    } else {
      let hasDependents = object.uid.map { !view.owned(by: $0).isEmpty } ?? false
      let propagation = !waiting.isEmpty && hasDependents ? "Foreground" : policy(of: object)
      outcome.then(.delete(key, uid: object.uid, propagation: propagation))
    }
  }

  private enum OwnerState {
    /// There, or not to be judged.
    case solid
    /// Being deleted, once its dependents are.
    case waiting
    case gone(ObjectKey)
  }

  private func ownerState(_ reference: Value, _ uid: String, of object: Value, in view: any ClusterView) -> OwnerState {
    if let owner = view.object(uid: uid) {
      // The identity counts only where it is the object that the reference names.
      guard owner.name == reference["name"]?.string else { return .solid }
      return owner.isBeingDeleted && owner.finalizers.contains(Self.foreground) ? .waiting : .solid
    }
    guard let name = reference["name"]?.string, let (kind, inNamespace) = ownerKind(reference, in: view),
      !inNamespace || object.namespace != nil
    else { return .solid }
    return .gone(ObjectKey(kind, namespace: inNamespace ? object.namespace : nil, name: name))
  }

  /// The kind of an owner, in the version that is watched, and whether it has a namespace; nil for what is not served.
  private func ownerKind(_ reference: Value, in view: any ClusterView) -> (ObjectKind, Bool)? {
    guard let kind = ObjectKind(of: reference) else { return nil }
    if let inNamespace = isNamespaced[kind] { return (kind, inNamespace) }
    if let other = kinds.first(where: { $0.name == kind.name && $0.group == kind.group }) {
      return isNamespaced[other].map { (other, $0) }
    }
    return view.customTypes.first { $0.kind == kind.name && $0.group == kind.group }
      .map { (ObjectKind($0), $0.namespaced) }
  }

  private func policy(of object: Value) -> String {
    if object.finalizers.contains(Self.orphan) { return "Orphan" }
    return object.finalizers.contains(Self.foreground) ? "Foreground" : "Background"
  }

  private func without(_ owners: Set<String>, _ object: Value) -> Value {
    var object = object
    let left = object.ownerReferences.filter { !owners.contains($0["uid"]?.string ?? "") }
    object.set(left.isEmpty ? nil : .array(left), at: "metadata", "ownerReferences")
    return object
  }

  private func unfinalized(_ object: Value, _ finalizer: String) -> Value {
    var object = object
    let left = object.finalizers.filter { $0 != finalizer }
    object.set(left.isEmpty ? nil : .array(left.map { .string($0) }), at: "metadata", "finalizers")
    return object
  }
}
