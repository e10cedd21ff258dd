public import KCClient
public import KCData
internal import KCKube

/// A controller's logic: what to do about one object, from what is seen and the time. Pure.
public protocol Reconciler: Sendable {
  /// As it appears in `managedFields` and as the source of events: `deployment-controller`.
  var name: String { get }
  /// The kinds whose changes matter.
  var kinds: [ObjectKind] { get }
  /// The keys to look at because `object` changed: called with both its old and its new form.
  ///
  /// It is called while the cache is locked and must not use more than the object.
  func keys(for object: Value, _ key: ObjectKey) -> [ObjectKey]
  func reconcile(_ key: ObjectKey, in view: any ClusterView, now: Timestamp) -> Outcome
  /// What to do after a write failed, beside trying again.
  func afterFailure(of key: ObjectKey, _ error: ClientError, in view: any ClusterView, now: Timestamp) -> [Action]
}

extension Reconciler {
  public func afterFailure(of key: ObjectKey, _ error: ClientError, in view: any ClusterView, now: Timestamp)
    -> [Action]
  { [] }

  /// The key of the object's controller, where that is of `kind`.
  func controllerKey(of object: Value, kind: ObjectKind) -> [ObjectKey] {
    guard let owner = object.controllerOwner, owner["kind"]?.string == kind.name,
      let name = owner["name"]?.string
    else { return [] }
    return [ObjectKey(kind, namespace: object.namespace, name: name)]
  }
}
