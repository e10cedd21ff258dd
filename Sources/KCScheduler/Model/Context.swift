internal import KCData
internal import KCKube

/// What decisions look at besides nodes and pods.
struct Context: Sendable {
  struct Service: Sendable, Hashable {
    var namespace: String
    var selector: [String: String]
  }

  /// A claim to a volume.
  struct Claim: Sendable, Hashable {
    var volume: String
    var storageClass: String
    var accessModes: [String]
    var request: Int64
    var isLost: Bool
    var isBeingDeleted: Bool
    /// Whether the control plane finished binding it.
    var isBound: Bool
    var selector: LabelSelector?
    var volumeMode: String
  }

  struct Volume: Sendable, Hashable {
    var nodeTerms: [NodeTerm]?
    var labels: [String: String]
    var storageClass: String
    var capacity: Int64
    var accessModes: [String]
    var phase: String
    /// The claim it is kept for, as `namespace/name`; empty if none.
    var claim: String
    var driver: String?
    var handle: String
    var volumeMode: String
  }

  struct StorageClass: Sendable, Hashable {
    var provisioner: String
    var waitsForConsumer: Bool
    /// Each a list of conditions on labels; nil where volumes can be made anywhere.
    var topologies: [[NodeTerm.Requirement]]?
  }

  struct Budget: Sendable, Hashable {
    var namespace: String
    var selector: LabelSelector?
    var allowed: Int64
    var disrupted: Set<String>
  }

  private(set) var namespaces: [String: [String: String]] = [:]
  private(set) var services: [String: Service] = [:]
  /// Selectors by kind, namespace and name of workload.
  private(set) var workloads: [String: Value] = [:]
  private(set) var budgets: [String: Budget] = [:]
  private(set) var volumes: [String: Volume] = [:]
  private(set) var claims: [String: Claim] = [:]
  private(set) var classes: [String: StorageClass] = [:]
  /// How many volumes of a driver a node takes, by node and driver.
  private(set) var volumeLimits: [String: [String: Int64]] = [:]

  /// Takes in an object.
  ///
  /// - Returns: whether that makes a difference to filters and scores.
  mutating func update(_ object: Value) -> Bool {
    let key = object.namespacedName
    let name = object.name ?? ""
    switch object.kind {
    case "Namespace":
      var labels = object.labels
      labels["kubernetes.io/metadata.name"] = name
      return Self.set(&namespaces, name, labels)
    case "Service":
      return Self.set(
        &services, key,
        Service(namespace: object.namespace ?? "default", selector: stringMap(object.at("spec", "selector"))))
    case "ReplicaSet", "StatefulSet":
      return Self.set(&workloads, "\(object.kind ?? "")/\(key)", object.at("spec", "selector") ?? .null)
    case "ReplicationController":
      let selector: Value = ["matchLabels": object.at("spec", "selector") ?? [:]]
      return Self.set(&workloads, "ReplicationController/\(key)", selector)
    case "PodDisruptionBudget":
      budgets[key] = Budget(object)
      return false
    case "PersistentVolume": return Self.set(&volumes, name, Volume(object))
    case "PersistentVolumeClaim": return Self.set(&claims, key, Claim(object))
    case "StorageClass": return Self.set(&classes, name, StorageClass(object))
    case "CSINode": return Self.set(&volumeLimits, name, Self.limits(object))
    default: return false
    }
  }

  /// Forgets an object.
  ///
  /// - Returns: whether that makes a difference to filters and scores.
  mutating func remove(_ object: Value) -> Bool {
    let key = object.namespacedName
    let name = object.name ?? ""
    switch object.kind {
    case "Namespace": return namespaces.removeValue(forKey: name) != nil
    case "Service": return services.removeValue(forKey: key) != nil
    case "ReplicaSet", "StatefulSet", "ReplicationController":
      return workloads.removeValue(forKey: "\(object.kind ?? "")/\(key)") != nil
    case "PodDisruptionBudget":
      budgets[key] = nil
      return false
    case "PersistentVolume": return volumes.removeValue(forKey: name) != nil
    case "PersistentVolumeClaim": return claims.removeValue(forKey: key) != nil
    case "StorageClass": return classes.removeValue(forKey: name) != nil
    case "CSINode": return volumeLimits.removeValue(forKey: name) != nil
    default: return false
    }
  }

  private static func set<Element: Equatable>(
    _ map: inout [String: Element], _ key: String, _ element: Element
  ) -> Bool {
    if map[key] == element { return false }
    map[key] = element
    return true
  }

  private static func limits(_ object: Value) -> [String: Int64] {
    var limits: [String: Int64] = [:]
    for driver in object.at("spec", "drivers")?.array ?? [] {
      if let name = driver["name"]?.string, let count = driver.at("allocatable", "count")?.int { limits[name] = count }
    }
    return limits
  }
}

extension Context.Claim {
  init(_ object: Value) {
    let spec = object["spec"]
    volume = spec?["volumeName"]?.string ?? ""
    storageClass = object.storageClassName ?? ""
    accessModes = (spec?["accessModes"]?.array ?? []).compactMap(\.string)
    request = spec?.at("resources", "requests", "storage").map { ResourceAmounts.amount($0, of: "storage") } ?? 0
    isLost = object.at("status", "phase") == "Lost"
    isBeingDeleted = object.isBeingDeleted
    isBound = !volume.isEmpty && object.annotations["pv.kubernetes.io/bind-completed"] != nil
    selector = spec?["selector"].flatMap { try? LabelSelector($0) }
    volumeMode = spec?["volumeMode"]?.string ?? "Filesystem"
  }
}

extension Context.Volume {
  init(_ object: Value) {
    let spec = object["spec"]
    nodeTerms = spec?.at("nodeAffinity", "required", "nodeSelectorTerms")?.array?.map { NodeTerm($0) }
    labels = object.labels
    storageClass = object.storageClassName ?? ""
    capacity = spec?.at("capacity", "storage").map { ResourceAmounts.amount($0, of: "storage") } ?? 0
    accessModes = (spec?["accessModes"]?.array ?? []).compactMap(\.string)
    phase = object.at("status", "phase")?.string ?? ""
    let reference = spec?["claimRef"]
    claim = reference.map { "\($0["namespace"]?.string ?? "")/\($0["name"]?.string ?? "")" } ?? ""
    driver = spec?.at("csi", "driver")?.string
    handle = spec?.at("csi", "volumeHandle")?.string ?? ""
    volumeMode = spec?["volumeMode"]?.string ?? "Filesystem"
  }
}

extension Context.StorageClass {
  init(_ object: Value) {
    provisioner = object["provisioner"]?.string ?? ""
    waitsForConsumer = object["volumeBindingMode"] == "WaitForFirstConsumer"
    topologies = object["allowedTopologies"]?.array?.map { term in
      (term["matchLabelExpressions"]?.array ?? []).map {
        NodeTerm.Requirement([
          "key": $0["key"] ?? "", "operator": "In", "values": $0["values"] ?? [],
        ])
      }
    }
    if topologies?.isEmpty == true { topologies = nil }
  }
}

extension Context.Budget {
  init(_ object: Value) {
    namespace = object.namespace ?? "default"
    selector = try? LabelSelector(object.at("spec", "selector"))
    allowed = object.at("status", "disruptionsAllowed")?.int ?? 0
    disrupted = Set(object.at("status", "disruptedPods")?.object?.keys ?? [])
  }
}
