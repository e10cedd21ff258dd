import KCCodec
import KCData
import KCKube
import KCTestSupport
import Testing

@Suite struct ValidationImmutabilityTests {
  /// What changing one field of an object takes: the fields that must not change, none where it can be updated.
  private struct Change: CustomTestStringConvertible {
    var name: String
    var object: String
    var path: [String]
    var value: Value?
    var paths: [String]
    var testDescription: String { name }
  }

  private static let deployment = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: shop}
    spec:
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: web, image: nginx}]}
    """
  private static let service = """
    apiVersion: v1
    kind: Service
    metadata: {name: web, namespace: shop}
    spec:
      selector: {app: web}
      clusterIP: 10.96.0.7
      clusterIPs: [10.96.0.7]
      ports: [{port: 80}]
    """
  private static let job = """
    apiVersion: batch/v1
    kind: Job
    metadata: {name: once, namespace: shop}
    spec:
      template: {spec: {restartPolicy: Never, containers: [{name: a, image: busybox}]}}
    """
  private static let set = """
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: db, namespace: shop}
    spec:
      serviceName: db
      selector: {matchLabels: {app: db}}
      template:
        metadata: {labels: {app: db}}
        spec: {containers: [{name: db, image: postgres}]}
    """
  private static let pod = """
    apiVersion: v1
    kind: Pod
    metadata: {name: a, namespace: shop}
    spec: {containers: [{name: a, image: busybox}]}
    """
  private static let claim = """
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: data, namespace: shop}
    spec:
      accessModes: [ReadWriteOnce]
      storageClassName: fast
      resources: {requests: {storage: 1Gi}}
    """
  private static let fixedMap = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: a, namespace: shop}
    data: {a: b}
    immutable: true
    """
  private static let binding = """
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata: {name: a, namespace: shop}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
    """
  private static let storageClass = """
    apiVersion: storage.k8s.io/v1
    kind: StorageClass
    metadata: {name: fast}
    provisioner: example.com/disk
    """

  private static let changes: [Change] = [
    Change(name: "replicas", object: deployment, path: ["spec", "replicas"], value: 5, paths: []),
    Change(
      name: "selector", object: deployment, path: ["spec", "selector", "matchLabels", "tier"], value: "front",
      paths: ["spec.selector"]),
    Change(name: "label", object: deployment, path: ["metadata", "labels"], value: ["a": "b"], paths: []),
    Change(
      name: "address", object: service, path: ["spec", "clusterIP"], value: "10.96.0.8", paths: ["spec.clusterIP"]),
    Change(name: "address left out", object: service, path: ["spec", "clusterIP"], value: nil, paths: []),
    Change(
      name: "ports", object: service, path: ["spec", "ports"], value: [["port": 81, "protocol": "TCP"]], paths: []),
    Change(
      name: "job template", object: job, path: ["spec", "template", "spec", "containers"],
      value: [["name": "a", "image": "busybox:2"]], paths: ["spec.template"]),
    Change(name: "job parallelism", object: job, path: ["spec", "parallelism"], value: 3, paths: []),
    Change(
      name: "set service", object: set, path: ["spec", "serviceName"], value: "other", paths: ["spec.serviceName"]),
    Change(name: "set replicas", object: set, path: ["spec", "replicas"], value: 3, paths: []),
    Change(
      name: "image of a pod", object: pod, path: ["spec", "containers"],
      value: [["name": "a", "image": "busybox:2"]], paths: []),
    Change(
      name: "command of a pod", object: pod, path: ["spec", "containers"],
      value: [["name": "a", "image": "busybox", "command": ["sh"]]], paths: ["spec.containers"]),
    Change(
      name: "class of a claim", object: claim, path: ["spec", "storageClassName"], value: "slow",
      paths: ["spec.storageClassName"]),
    Change(
      name: "size of a claim", object: claim, path: ["spec", "resources", "requests", "storage"], value: "2Gi",
      paths: []),
    Change(name: "fixed data", object: fixedMap, path: ["data", "a"], value: "c", paths: ["data"]),
    Change(name: "role", object: binding, path: ["roleRef", "name"], value: "writer", paths: ["roleRef"]),
    Change(name: "subjects", object: binding, path: ["subjects"], value: [["kind": "User", "name": "eve"]], paths: []),
    Change(
      name: "provisioner", object: storageClass, path: ["provisioner"], value: "example.com/other",
      paths: ["provisioner"]),
  ]

  @Test(arguments: changes) private func change(_ change: Change) throws {
    let (object, type) = try Objects.read(change.object)
    var changed = object
    Objects.set(change.value, at: change.path[...], in: &changed)
    let old = Objects.defaulted(object, type)
    let new = Objects.defaulted(changed, type)
    #expect(Immutability.changed(old: old, new: new, type: type).map(\.description) == change.paths)
    #expect(Immutability.changed(old: old, new: old, type: type).isEmpty)
  }

  @Test func suspendedJob() throws {
    let (object, type) = try Objects.read(Self.job)
    var old = Objects.defaulted(object, type)
    old.set(true, at: "spec", "suspend")
    var new = old
    new.set(["disk": "fast"], at: "spec", "template", "spec", "nodeSelector")
    #expect(Immutability.changed(old: old, new: new, type: type).isEmpty)
    old.set("2026-01-01T00:00:00Z", at: "status", "startTime")
    #expect(Immutability.changed(old: old, new: new, type: type).map(\.description) == ["spec.template"])
  }
}

enum Objects {
  static func read(_ text: String) throws -> (Value, ResourceType) {
    let object = try #require(try YAML.parseAll(text).first)
    let type = try #require(ResourceTypes.builtin.find((object.apiVersion, object.kind)))
    return (object, type)
  }

  static func defaulted(_ object: Value, _ type: ResourceType) -> Value {
    var object = object
    Defaulting.apply(to: &object, type: type)
    return object
  }

  /// What is wrong with a new object.
  static func causes(_ object: Value, _ type: ResourceType) -> [APIStatus.Cause] {
    var created = defaulted(object, type)
    Strategy.prepareForCreate(&created, type: type, now: Timestamp(seconds: 0))
    return Validation.create(created, type: type)
  }

  static func set(_ value: Value?, at path: ArraySlice<String>, in object: inout Value) {
    guard let field = path.first else { return }
    if path.count == 1 {
      object[field] = value
      return
    }
    var inner = object[field] ?? [:]
    set(value, at: path.dropFirst(), in: &inner)
    object[field] = inner
  }
}
