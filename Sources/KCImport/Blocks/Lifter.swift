internal import KCData
internal import KCKube

/// Writes an object as a block of the standard library: what its fields say, and in `raw` what they do not.
///
/// It may be wrong about what the block renders to: whoever uses it compiles the source, and compares.
struct Lifter {
  let index: ImportIndex
  /// The object's place in the index.
  let place: Int
  let own: ImportIndex.Entry
  let references = References()
  /// Names that stand for what is repeated.
  let names: LiftedNames
  /// The namespace that objects have which say none.
  let namespace: String?
  /// What is not said yet.
  var rest: Remainder
  var lines: [SourceLine] = []
  /// How much is said in the API's own terms within parts of the block.
  var rawLeaves = 0
  private(set) var hasRaw = false

  /// The kinds that the library has blocks for, by API version and kind.
  static let kinds: [String: String] = [
    "v1 ConfigMap": "config", "v1 Secret": "secret", "v1 Service": "service", "v1 ServiceAccount": "serviceaccount",
    "v1 Namespace": "namespace", "v1 PersistentVolumeClaim": "claim", "v1 Pod": "pod",
    "v1 PersistentVolume": "persistentvolume", "v1 ResourceQuota": "resourcequota", "v1 LimitRange": "limitrange",
    "apps/v1 Deployment": "deployment", "apps/v1 StatefulSet": "statefulset", "apps/v1 DaemonSet": "daemonset",
    "apps/v1 ReplicaSet": "replicaset", "v1 ReplicationController": "replicationcontroller",
    "storage.k8s.io/v1 StorageClass": "storageclass",
    "batch/v1 Job": "job", "batch/v1 CronJob": "cronjob",
    "networking.k8s.io/v1 Ingress": "ingress", "networking.k8s.io/v1 NetworkPolicy": "networkpolicy",
    "policy/v1 PodDisruptionBudget": "disruptionbudget", "autoscaling/v2 HorizontalPodAutoscaler": "autoscaler",
    "rbac.authorization.k8s.io/v1 Role": "role", "rbac.authorization.k8s.io/v1 ClusterRole": "clusterrole",
    "rbac.authorization.k8s.io/v1 RoleBinding": "rolebinding",
    "rbac.authorization.k8s.io/v1 ClusterRoleBinding": "clusterrolebinding",
    "scheduling.k8s.io/v1 PriorityClass": "priorityclass",
    "gateway.networking.k8s.io/v1 Gateway": "gateway", "gateway.networking.k8s.io/v1 HTTPRoute": "route",
  ]

  /// The keywords of those that run pods.
  static let workloads: Set<String> = [
    "deployment", "statefulset", "daemonset", "replicaset", "replicationcontroller", "job", "cronjob", "pod",
  ]

  /// The keyword of the block that could say an object; nil where none can.
  static func kind(of object: Value) -> String? {
    guard let apiVersion = object["apiVersion"]?.string, let kind = object["kind"]?.string,
      let block = kinds["\(apiVersion) \(kind)"], BlockSource.name(of: object)?.isEmpty == false
    else { return nil }
    return block
  }

  init?(
    _ object: Value, at place: Int, in index: ImportIndex, names: LiftedNames, namespace: String?
  ) {
    guard let own = index.entries[place] else { return nil }
    let type = ResourceTypes.builtin.find(apiVersion: own.apiVersion, kind: own.kind)
    let shape = type.flatMap { KubeSchema.builtin.type(apiVersion: $0.apiVersion, kind: $0.kind) }
    self.index = index
    self.place = place
    self.own = own
    self.names = names
    self.namespace = namespace
    var fields = Fields()
    for (key, value) in object.object ?? [:] where !["apiVersion", "kind", "status"].contains(key) && !value.isNull {
      fields[key] = value
    }
    let plain = type.map { PlainForm.object(.object(fields), $0) } ?? GatewayForm.plain(object)
    rest = Remainder(plain)
    for key in ["apiVersion", "kind"] where type == nil { rest.take(key) }
    guard lift() else { return nil }
    let raw = rest.value.plain(shape.map { .type($0) })
    rest = Remainder(raw)
    // What is mostly said in the API's terms is better said in them as a whole; containers never are.
    let rawSize = (raw.object?.isEmpty ?? true ? 0 : raw.leaves) + rawLeaves
    let most = (Self.workloads.contains(own.head.kind) ? 2 : 1) * lines.reduce(1) { $0 + $1.size }
    guard rawSize <= most else { return nil }
    if lines.contains(where: { if case .gap = $0.content { true } else { false } }) { lines.append(.gap) }
    hasRaw = rawLeaves > 0 || !(raw.object?.isEmpty ?? true)
    if let raw = raw.object, !raw.isEmpty {
      lines.append(SourceLine(.body("raw", raw, shape.map { .type($0) }), [FieldPath()]))
    }
  }

  /// Writes what the object's kind has; false where the block cannot say it.
  private mutating func lift() -> Bool {
    _ = rest.take("metadata", "name")
    // One that the API server names has none: `raw` says what it makes one of.
    if !own.name.isEmpty, own.name != own.head.name { add("name = \(SourceText.quoted(own.name))", "metadata", "name") }
    rest.drop(.null, "metadata", "creationTimestamp")
    if let namespace = rest.text("metadata", "namespace"), namespace != self.namespace {
      add("namespace = \(literal(namespace))", "metadata", "namespace")
    }
    switch own.head.kind {
    case "config", "secret", "serviceaccount", "namespace", "priorityclass":
      return liftSimple()
    case "claim", "storageclass", "persistentvolume": return liftStorage()
    case "resourcequota", "limitrange": return liftLimits()
    case "service": return liftService()
    case "role", "clusterrole", "rolebinding", "clusterrolebinding": return liftAccess()
    case "ingress": return liftIngress()
    case "networkpolicy": return liftNetworkPolicy()
    case "disruptionbudget", "autoscaler": return liftScaling()
    case "gateway": return liftGateway()
    case "route": return liftRoute()
    default: return liftWorkload()
    }
  }

  // MARK: Writing

  mutating func add(_ text: String, _ path: String...) { lines.append(.text(text, rest.path(path))) }

  /// `name = "text"` where a text is.
  mutating func add(_ name: String, text path: String...) {
    guard let value = rest.value.at(path)?.string else { return }
    remove(path)
    lines.append(.value(name, .string(value), rest.path(path)))
  }

  mutating func add(_ name: String, int path: String...) {
    guard case .int(let number)? = rest.value.at(path) else { return }
    remove(path)
    lines.append(.text("\(name) = \(SourceText.integer(number))", rest.path(path)))
  }

  mutating func add(_ name: String, bool path: String...) {
    guard case .bool(let truth)? = rest.value.at(path) else { return }
    remove(path)
    lines.append(.text("\(name) = \(truth)", rest.path(path)))
  }

  /// `name = 30s`
  mutating func add(_ name: String, seconds path: String...) {
    guard case .int(let number)? = rest.value.at(path), number >= 0, number <= 1_000_000_000 else { return }
    remove(path)
    lines.append(.text("\(name) = \(SourceText.duration(seconds: number))", rest.path(path)))
  }

  /// `name = 2` or `name = 25%`
  mutating func add(_ name: String, share path: String...) {
    guard let value = rest.value.at(path), let text = Self.share(value) else { return }
    remove(path)
    lines.append(.text("\(name) = \(text)", rest.path(path)))
  }

  mutating func add(_ name: String, map path: String...) {
    guard let fields = rest.value.at(path)?.object, fields.values.allSatisfy({ $0.string != nil }) else { return }
    remove(path)
    if !fields.isEmpty { lines.append(.value(name, .object(fields), rest.path(path))) }
  }

  private mutating func remove(_ path: [String]) { rest.remove(path) }

  static func share(_ value: Value) -> String? {
    if case .int(let number) = value, number >= 0 { return SourceText.integer(number) }
    guard let text = value.string, text.last == "%", let number = Int(text.dropLast()), (0...1000).contains(number),
      "\(number)%" == text
    else { return nil }
    return text
  }

  /// A text as it is written in an expression.
  func literal(_ text: String) -> String { names.texts[text] ?? SourceText.quoted(text) }

  func list(_ texts: [String]) -> String { "[\(texts.map(literal).joined(separator: ", "))]" }

  /// `labels`, `annotations`: those of objects that are no workloads.
  mutating func addMetadata() {
    add("labels", map: "metadata", "labels")
    add("annotations", map: "metadata", "annotations")
    rest.dropEmpty("metadata")
  }
}
