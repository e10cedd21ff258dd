public import KCData
public import KCKube

/// A kind of object, by its API version and name.
public struct ObjectKind: Sendable, Hashable {
  /// `apps/v1`, or `v1` for the core group.
  public var apiVersion: String
  /// `Deployment`
  public var name: String

  public init(_ apiVersion: String, _ name: String) {
    self.apiVersion = apiVersion
    self.name = name
  }

  /// The kind of an object that says it; nil for one that does not.
  public init?(of object: Value) {
    guard let apiVersion = object.apiVersion, let kind = object.kind else { return nil }
    self.init(apiVersion, kind)
  }

  public init(_ type: ResourceType) { self.init(type.apiVersion, type.kind) }

  /// The group without the version; empty for the core group.
  var group: Substring { apiVersion.contains("/") ? apiVersion.prefix { $0 != "/" } : "" }
}

extension ObjectKind {
  static let pod = ObjectKind("v1", "Pod")
  static let service = ObjectKind("v1", "Service")
  static let node = ObjectKind("v1", "Node")
  static let namespace = ObjectKind("v1", "Namespace")
  static let configMap = ObjectKind("v1", "ConfigMap")
  static let event = ObjectKind("v1", "Event")
  static let serviceAccount = ObjectKind("v1", "ServiceAccount")
  static let persistentVolumeClaim = ObjectKind("v1", "PersistentVolumeClaim")
  static let persistentVolume = ObjectKind("v1", "PersistentVolume")
  static let deployment = ObjectKind("apps/v1", "Deployment")
  static let replicaSet = ObjectKind("apps/v1", "ReplicaSet")
  static let statefulSet = ObjectKind("apps/v1", "StatefulSet")
  static let daemonSet = ObjectKind("apps/v1", "DaemonSet")
  static let controllerRevision = ObjectKind("apps/v1", "ControllerRevision")
  static let job = ObjectKind("batch/v1", "Job")
  static let cronJob = ObjectKind("batch/v1", "CronJob")
  static let endpointSlice = ObjectKind("discovery.k8s.io/v1", "EndpointSlice")
  static let lease = ObjectKind("coordination.k8s.io/v1", "Lease")
  static let disruptionBudget = ObjectKind("policy/v1", "PodDisruptionBudget")
  static let priorityClass = ObjectKind("scheduling.k8s.io/v1", "PriorityClass")
  static let storageClass = ObjectKind("storage.k8s.io/v1", "StorageClass")
  static let definition = ObjectKind("apiextensions.k8s.io/v1", "CustomResourceDefinition")
  /// Stands for all kinds that nobody observes by name: those of custom resources.
  static let custom = ObjectKind("*", "*")
  static let storageNode = ObjectKind("storage.k8s.io/v1", "CSINode")
}

/// What addresses an object at an API.
public struct ObjectKey: Sendable, Hashable {
  public var kind: ObjectKind
  /// nil for objects of the cluster.
  public var namespace: String?
  public var name: String

  public init(_ kind: ObjectKind, namespace: String?, name: String) {
    self.kind = kind
    self.namespace = namespace
    self.name = name
  }

  /// The address of an object; nil where it lacks kind or name.
  public init?(_ object: Value) {
    guard let kind = ObjectKind(of: object), let name = object.name else { return nil }
    self.init(kind, namespace: object.namespace, name: name)
  }
}

extension ObjectKey: CustomStringConvertible {
  public var description: String { "\(kind.name) \(namespace.map { "\($0)/" } ?? "")\(name)" }
}
