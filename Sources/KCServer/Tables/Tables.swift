internal import KCData
internal import KCKube

/// Objects as the rows of a table, for `kubectl get`.
enum Tables {
  /// A column; those with priority 1 are shown with `-o wide` only.
  struct Column: Sendable {
    var name: String
    var type = "string"
    var format = ""
    var priority: Int64 = 0
  }

  /// - Parameters:
  ///   - value: an object or a list.
  ///   - include: what a row carries beside its cells: `None`, `Metadata` or `Object`.
  static func table(
    _ value: Value, layout: TableLayout, apiVersion: String, include: String, now: Timestamp
  ) -> Value {
    var metadata: Value = [:]
    for field in ["resourceVersion", "continue", "remainingItemCount"] {
      if let known = value.at("metadata", field), known != "" { metadata[field] = known }
    }
    return [
      "kind": "Table", "apiVersion": .string(apiVersion), "metadata": metadata,
      "columnDefinitions": .array(layout.columns.map(definition)),
      "rows": .array(
        (value["items"]?.array ?? [value]).map { object in
          let row: Value
          switch include {
          case "None": row = .null
          case "Object": row = object
          default: row = Representation.partial(object, apiVersion)
          }
          return ["cells": .array(layout.cells(object, now)), "object": row]
        }),
    ]
  }

  private static func definition(_ column: Column) -> Value {
    [
      "name": .string(column.name), "type": .string(column.type), "format": .string(column.format),
      "description": "", "priority": .int(column.priority),
    ]
  }

  /// How long ago, as kubectl shows it: `5s`, `3m10s`, `2h5m`, `4d`, `2y30d`.
  static func span(_ from: Timestamp, _ to: Timestamp) -> String {
    let seconds = to.seconds - from.seconds
    if seconds < -1 { return "<invalid>" }
    if seconds < 0 { return "0s" }
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400)
    func two(_ big: Int64, _ bigUnit: String, _ small: Int64, _ unit: String) -> String {
      small == 0 ? "\(big)\(bigUnit)" : "\(big)\(bigUnit)\(small)\(unit)"
    }
    if seconds < 120 { return "\(seconds)s" }
    if minutes < 10 { return two(minutes, "m", seconds % 60, "s") }
    if hours < 3 { return "\(minutes)m" }
    if hours < 8 { return two(hours, "h", minutes % 60, "m") }
    if hours < 48 { return "\(hours)h" }
    if days < 8 { return two(days, "d", hours % 24, "h") }
    if days < 730 { return "\(days)d" }
    if days < 8 * 365 { return two(days / 365, "y", days % 365, "d") }
    return "\(days / 365)y"
  }

  static func age(_ text: Value?, _ now: Timestamp) -> Value {
    guard let moment = text?.string.flatMap({ Timestamp($0) }) else { return "<unknown>" }
    return .string(span(moment, now))
  }
}

/// The columns of a kind, and an object's cells.
struct TableLayout: Sendable {
  var columns: [Tables.Column]
  var cells: @Sendable (Value, Timestamp) -> [Value]

  /// A layout that begins with the object's name.
  ///
  /// - Parameters:
  ///   - columns: the others.
  ///   - cells: of the columns.
  init(_ columns: [Tables.Column], cells: @escaping @Sendable (Value, Timestamp) -> [Value]) {
    self.columns = [Tables.Column(name: "Name", format: "name")] + columns
    self.cells = { object, now in [.string(object.name ?? "")] + cells(object, now) }
  }

  /// A layout whose name is not the first.
  init(plain columns: [Tables.Column], cells: @escaping @Sendable (Value, Timestamp) -> [Value]) {
    self.columns = columns
    self.cells = cells
  }

  static func of(_ type: ResourceType) -> TableLayout {
    let kind = type.group.isEmpty ? type.kind : "\(type.kind).\(type.group)"
    return known[kind] ?? created
  }

  /// For kinds that have no columns of their own.
  static let created = TableLayout([.init(name: "Created At", type: "date")]) { object, _ in
    [object.at("metadata", "creationTimestamp") ?? .null]
  }

  private static let known: [String: TableLayout] = [
    "Pod": PodTable.layout, "Node": NodeTable.layout, "Service": ServiceTable.layout, "Event": EventTable.layout,
    "Event.events.k8s.io": EventTable.layout, "Namespace": ClusterTables.namespace,
    "ConfigMap": ClusterTables.configMap, "Secret": ClusterTables.secret,
    "ServiceAccount": ClusterTables.serviceAccount, "ResourceQuota": ClusterTables.quota,
    "PodTemplate": WorkloadTables.podTemplate, "ReplicationController": WorkloadTables.replicationController,
    "Deployment.apps": WorkloadTables.deployment, "ReplicaSet.apps": WorkloadTables.replicaSet,
    "StatefulSet.apps": WorkloadTables.statefulSet, "DaemonSet.apps": WorkloadTables.daemonSet,
    "ControllerRevision.apps": WorkloadTables.revision, "Job.batch": JobTables.job, "CronJob.batch": JobTables.cronJob,
    "HorizontalPodAutoscaler.autoscaling": WorkloadTables.autoscaler,
    "PodDisruptionBudget.policy": WorkloadTables.disruptionBudget,
    "PersistentVolumeClaim": StorageTables.claim, "PersistentVolume": StorageTables.volume,
    "StorageClass.storage.k8s.io": StorageTables.storageClass, "CSIDriver.storage.k8s.io": StorageTables.driver,
    "Endpoints": NetworkTables.endpoints, "EndpointSlice.discovery.k8s.io": NetworkTables.slice,
    "Ingress.networking.k8s.io": NetworkTables.ingress, "IngressClass.networking.k8s.io": NetworkTables.ingressClass,
    "NetworkPolicy.networking.k8s.io": NetworkTables.policy, "ServiceCIDR.networking.k8s.io": NetworkTables.range,
    "Lease.coordination.k8s.io": ClusterTables.lease, "PriorityClass.scheduling.k8s.io": ClusterTables.priorityClass,
    "RuntimeClass.node.k8s.io": ClusterTables.runtimeClass,
    "RoleBinding.rbac.authorization.k8s.io": AccessTables.binding,
    "ClusterRoleBinding.rbac.authorization.k8s.io": AccessTables.binding,
    "APIService.apiregistration.k8s.io": ClusterTables.apiService,
    "FlowSchema.flowcontrol.apiserver.k8s.io": ClusterTables.flowSchema,
    "PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io": ClusterTables.priorityLevel,
  ]
}

/// What cells are made of.
extension Value {
  /// The age of an object.
  func age(_ now: Timestamp) -> Value { Tables.age(at("metadata", "creationTimestamp"), now) }

  /// The text below a path, or `fallback` where there is none.
  func cell(_ path: String..., or fallback: String = "") -> Value {
    guard let value = at(path) else { return .string(fallback) }
    if let text = value.string { return .string(text.isEmpty ? fallback : text) }
    return value
  }

  /// The number below a path; 0 where there is none.
  func count(_ path: String...) -> Value { .int(at(path)?.int ?? 0) }
}

extension [Tables.Column] {
  /// Columns of text by their names; those after `|` are for wide tables.
  static func named(_ names: String) -> [Tables.Column] {
    var priority: Int64 = 0
    var out: [Tables.Column] = []
    for name in names.split(separator: ",").map(String.init) {
      if name == "|" {
        priority = 1
        continue
      }
      let parts = name.split(separator: ":")
      out.append(.init(name: String(parts[0]), type: parts.count > 1 ? String(parts[1]) : "string", priority: priority))
    }
    return out
  }
}

/// Labels and selectors in one line.
enum LabelText {
  static func of(_ labels: [String: String]) -> String {
    labels.isEmpty ? "<none>" : labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
  }

  static func of(selector: Value?) -> String {
    guard let selector, let parsed = try? LabelSelector(selector) else { return "<none>" }
    return parsed.isEmpty ? "<none>" : parsed.description
  }
}
