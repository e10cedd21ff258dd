internal import KCData
internal import KCKube

/// Lists as tables, for `kubectl get`.
enum Tables {
  /// A column; those with priority 1 are shown with `-o wide` only.
  struct Column: Sendable {
    var name: String
    var type = "string"
    var format = ""
    var priority: Int64 = 0
  }

  static func isWanted(_ request: APIRequest) -> Bool {
    request.accept?.contains("as=Table") ?? false
  }

  static func table(_ objects: [Value], type: ResourceType, version: String, now: Timestamp) -> Value {
    let layout = TableLayout.of(type)
    let columns = [Column(name: "Name", format: "name")] + layout.columns
    return [
      "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": ["resourceVersion": .string(version)],
      "columnDefinitions": .array(
        columns.map {
          [
            "name": .string($0.name), "type": .string($0.type), "format": .string($0.format), "description": "",
            "priority": .int($0.priority),
          ]
        }),
      "rows": .array(
        objects.map { object in
          [
            "cells": .array([.string(object.name ?? "")] + layout.cells(object, now)),
            "object": [
              "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
              "metadata": object["metadata"] ?? [:],
            ],
          ]
        }),
    ]
  }

  /// How long ago, as kubectl shows it: `5s`, `3m10s`, `2h5m`, `4d`.
  static func age(_ moment: Timestamp?, _ now: Timestamp) -> Value {
    guard let moment else { return "<unknown>" }
    let seconds = max(0, now.seconds - moment.seconds)
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400)
    if seconds < 120 { return .string("\(seconds)s") }
    if minutes < 10 { return .string(seconds % 60 == 0 ? "\(minutes)m" : "\(minutes)m\(seconds % 60)s") }
    if hours < 3 { return .string("\(minutes)m") }
    if hours < 8 { return .string(minutes % 60 == 0 ? "\(hours)h" : "\(hours)h\(minutes % 60)m") }
    if hours < 48 { return .string("\(hours)h") }
    if days < 8 { return .string(hours % 24 == 0 ? "\(days)d" : "\(days)d\(hours % 24)h") }
    return .string("\(days)d")
  }
}

/// The columns of a kind, and an object's cells.
struct TableLayout: Sendable {
  var columns: [Tables.Column]
  var cells: @Sendable (Value, Timestamp) -> [Value]

  static func of(_ type: ResourceType) -> TableLayout {
    switch (type.group, type.kind) {
    case ("", "Pod"): PodTable.layout
    case ("", "Node"): NodeTable.layout
    case ("", "Service"): ServiceTable.layout
    case ("", "Namespace"): simple("Status") { $0.at("status", "phase") ?? "" }
    case ("", "ConfigMap"): simple("Data") { Value($0["data"]?.object?.count ?? 0) }
    case ("", "Event"): EventTable.layout
    case ("apps", "Deployment"): WorkloadTables.deployment
    case ("apps", "ReplicaSet"): WorkloadTables.replicaSet
    default: TableLayout(columns: [ageColumn]) { [Tables.age($0.creationTimestamp, $1)] }
    }
  }

  static let ageColumn = Tables.Column(name: "Age")

  /// One column and the age.
  private static func simple(_ name: String, _ cell: @escaping @Sendable (Value) -> Value) -> TableLayout {
    TableLayout(columns: [Tables.Column(name: name), ageColumn]) { [cell($0), Tables.age($0.creationTimestamp, $1)] }
  }
}

enum PodTable {
  static let layout = TableLayout(
    columns: [
      .init(name: "Ready"), .init(name: "Status"), .init(name: "Restarts"), .init(name: "Age"),
      .init(name: "IP", priority: 1), .init(name: "Node", priority: 1), .init(name: "Nominated Node", priority: 1),
      .init(name: "Readiness Gates", priority: 1),
    ]
  ) { pod, now in
    let statuses = pod.at("status", "containerStatuses")?.array ?? []
    let ready = statuses.count { $0["ready"]?.bool == true }
    let total = pod.at("spec", "containers")?.array?.count ?? 0
    let restarts = statuses.reduce(0) { $0 + ($1["restartCount"]?.int ?? 0) }
    return [
      .string("\(ready)/\(total)"), .string(status(pod, statuses)), .string(String(restarts)),
      Tables.age(pod.creationTimestamp, now), pod.at("status", "podIP") ?? "<none>",
      pod.at("spec", "nodeName") ?? "<none>", pod.at("status", "nominatedNodeName") ?? "<none>", "<none>",
    ]
  }

  /// The one word that says most about a pod.
  private static func status(_ pod: Value, _ statuses: [Value]) -> String {
    if pod.isBeingDeleted { return "Terminating" }
    var word = pod.at("status", "reason")?.string ?? pod.at("status", "phase")?.string ?? "Unknown"
    for (index, container) in (pod.at("status", "initContainerStatuses")?.array ?? []).enumerated() {
      if let ended = container.at("state", "terminated") {
        if ended["exitCode"]?.int == 0 { continue }
        return "Init:" + (ended["reason"]?.string ?? "Error")
      }
      if container["started"]?.bool == true { continue }
      if let reason = container.at("state", "waiting", "reason")?.string, reason != "PodInitializing" {
        return "Init:" + reason
      }
      return "Init:\(index)/\(pod.at("spec", "initContainers")?.array?.count ?? 0)"
    }
    for container in statuses.reversed() {
      if let reason = container.at("state", "waiting", "reason")?.string, !reason.isEmpty {
        word = reason
      } else if let reason = container.at("state", "terminated", "reason")?.string, !reason.isEmpty {
        word = reason
      }
    }
    return word
  }
}

enum NodeTable {
  static let layout = TableLayout(
    columns: [
      .init(name: "Status"), .init(name: "Roles"), .init(name: "Age"), .init(name: "Version"),
      .init(name: "Internal-IP", priority: 1), .init(name: "External-IP", priority: 1),
      .init(name: "OS-Image", priority: 1), .init(name: "Kernel-Version", priority: 1),
      .init(name: "Container-Runtime", priority: 1),
    ]
  ) { node, now in
    let ready = (node.at("status", "conditions")?.array ?? []).first { $0["type"] == "Ready" }
    var status = ready?["status"] == "True" ? "Ready" : "NotReady"
    if node.at("spec", "unschedulable")?.bool == true { status += ",SchedulingDisabled" }
    let prefix = "node-role.kubernetes.io/"
    let roles = node.labels.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }.sorted()
    let info = node.at("status", "nodeInfo")
    let address = (node.at("status", "addresses")?.array ?? []).first { $0["type"] == "InternalIP" }?["address"]
    return [
      .string(status), .string(roles.isEmpty ? "<none>" : roles.joined(separator: ",")),
      Tables.age(node.creationTimestamp, now), info?["kubeletVersion"] ?? "", address ?? "<none>", "<none>",
      info?["osImage"] ?? "", info?["kernelVersion"] ?? "", info?["containerRuntimeVersion"] ?? "",
    ]
  }
}

enum ServiceTable {
  static let layout = TableLayout(
    columns: [
      .init(name: "Type"), .init(name: "Cluster-IP"), .init(name: "External-IP"), .init(name: "Port(s)"),
      .init(name: "Age"), .init(name: "Selector", priority: 1),
    ]
  ) { service, now in
    let ports = (service.at("spec", "ports")?.array ?? []).map { port -> String in
      let node = port["nodePort"]?.int.map { ":\($0)" } ?? ""
      return "\(port["port"]?.int ?? 0)\(node)/\(port["protocol"]?.string ?? "TCP")"
    }
    return [
      service.at("spec", "type") ?? "", service.at("spec", "clusterIP") ?? "<none>", "<none>",
      .string(ports.isEmpty ? "<none>" : ports.joined(separator: ",")), Tables.age(service.creationTimestamp, now),
      .string(labelText(stringMap(service.at("spec", "selector")))),
    ]
  }

  static func labelText(_ labels: [String: String]) -> String {
    labels.isEmpty ? "<none>" : labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
  }
}

enum EventTable {
  static let layout = TableLayout(
    columns: [
      .init(name: "Last Seen"), .init(name: "Type"), .init(name: "Reason"), .init(name: "Object"),
      .init(name: "Message"),
    ]
  ) { event, now in
    let seen = (event["lastTimestamp"] ?? event["eventTime"])?.string.flatMap { Timestamp($0) }
    let object = event["involvedObject"]
    return [
      Tables.age(seen ?? event.creationTimestamp, now), event["type"] ?? "", event["reason"] ?? "",
      .string("\(object?["kind"]?.string?.lowercased() ?? "")/\(object?["name"]?.string ?? "")"),
      event["message"] ?? "",
    ]
  }
}

enum WorkloadTables {
  private static func number(_ value: Value?) -> Value { value ?? 0 }

  private static func wide(_ object: Value) -> [Value] {
    let containers = object.at("spec", "template", "spec", "containers")?.array ?? []
    return [
      .string(containers.compactMap { $0["name"]?.string }.joined(separator: ",")),
      .string(containers.compactMap { $0["image"]?.string }.joined(separator: ",")),
      .string(ServiceTable.labelText(stringMap(object.at("spec", "selector", "matchLabels")))),
    ]
  }

  private static let wideColumns: [Tables.Column] = [
    .init(name: "Containers", priority: 1), .init(name: "Images", priority: 1), .init(name: "Selector", priority: 1),
  ]

  static let deployment = TableLayout(
    columns: [.init(name: "Ready"), .init(name: "Up-to-date"), .init(name: "Available"), .init(name: "Age")]
      + wideColumns
  ) { object, now in
    let ready = object.at("status", "readyReplicas")?.int ?? 0
    return [
      .string("\(ready)/\(object.at("spec", "replicas")?.int ?? 0)"), number(object.at("status", "updatedReplicas")),
      number(object.at("status", "availableReplicas")), Tables.age(object.creationTimestamp, now),
    ] + wide(object)
  }

  static let replicaSet = TableLayout(
    columns: [
      .init(name: "Desired", type: "integer"), .init(name: "Current", type: "integer"),
      .init(name: "Ready", type: "integer"), .init(name: "Age"),
    ] + wideColumns
  ) { object, now in
    [
      number(object.at("spec", "replicas")), number(object.at("status", "replicas")),
      number(object.at("status", "readyReplicas")), Tables.age(object.creationTimestamp, now),
    ] + wide(object)
  }
}
