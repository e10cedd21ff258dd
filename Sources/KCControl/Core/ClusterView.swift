internal import KCClient
public import KCData
internal import KCKube

/// What a reconciler sees of the cluster: a copy that follows the API.
public protocol ClusterView: Sendable {
  func get(_ key: ObjectKey) -> Value?
  /// The objects of a kind, in no particular order; of all namespaces where `namespace` is nil.
  func list(_ kind: ObjectKind, namespace: String?) -> [Value]
  /// The objects with an owner reference to `uid`.
  func owned(by uid: String) -> [Value]
  /// The objects of all kinds in a namespace.
  func content(of namespace: String) -> [Value]
  /// The object with this identity.
  func object(uid: String) -> Value?
}

extension ClusterView {
  /// The resources that the definitions in the cluster declare, each in one version: the one that is stored, if served.
  var customTypes: [ResourceType] {
    list(.definition).compactMap { definition in
      let stored = definition.at("spec", "versions")?.array?.first { $0["storage"]?.bool == true }?["name"]?.string
      let served = ResourceType.declared(by: definition)
      return served.first { $0.version == stored } ?? served.first
    }
  }

  func list(_ kind: ObjectKind) -> [Value] { list(kind, namespace: nil) }

  /// The objects of `kind` that an owner manages.
  func controlled(by uid: String, kind: ObjectKind) -> [Value] {
    owned(by: uid).filter { $0.controllerOwner?["uid"]?.string == uid && ObjectKind(of: $0) == kind }
  }
}
