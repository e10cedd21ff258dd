public import KCData

/// The parts of an object's metadata that everyone reads.
extension Value {
  public var apiVersion: String? { self["apiVersion"]?.string }
  public var kind: String? { self["kind"]?.string }
  /// `metadata.name`
  public var name: String? { at("metadata", "name")?.string }
  /// `metadata.namespace`; nil for objects of the cluster.
  public var namespace: String? { at("metadata", "namespace")?.string }
  public var uid: String? { at("metadata", "uid")?.string }
  public var resourceVersion: String? { at("metadata", "resourceVersion")?.string }
  public var generation: Int64? { at("metadata", "generation")?.int }
  public var labels: [String: String] { stringMap(at("metadata", "labels")) }
  public var annotations: [String: String] { stringMap(at("metadata", "annotations")) }

  /// The storage class that a volume or a claim names: the annotation of old, which Kubernetes still reads first, or the
  /// field. Empty where a claim wants a volume without a class, nil where it leaves that to the target.
  public var storageClassName: String? {
    at("metadata", "annotations", "volume.beta.kubernetes.io/storage-class")?.string
      ?? at("spec", "storageClassName")?.string
  }
  public var ownerReferences: [Value] { at("metadata", "ownerReferences")?.array ?? [] }
  /// The owner that manages the object, if one does.
  public var controllerOwner: Value? { ownerReferences.first { $0["controller"]?.bool == true } }
  public var finalizers: [String] { at("metadata", "finalizers")?.array?.compactMap(\.string) ?? [] }
  public var deletionTimestamp: Timestamp? { at("metadata", "deletionTimestamp")?.string.flatMap { Timestamp($0) } }
  public var creationTimestamp: Timestamp? { at("metadata", "creationTimestamp")?.string.flatMap { Timestamp($0) } }
  public var isBeingDeleted: Bool { self.at("metadata", "deletionTimestamp")?.string != nil }
  /// `namespace/name`, or the name alone for objects of the cluster.
  public var namespacedName: String { namespace.map { "\($0)/\(name ?? "")" } ?? name ?? "" }
}

/// A map of strings, such as labels; other values in it are left out.
public func stringMap(_ value: Value?) -> [String: String] {
  guard case .object(let fields)? = value else { return [:] }
  var out: [String: String] = [:]
  for (key, value) in fields { out[key] = value.string }
  return out
}
