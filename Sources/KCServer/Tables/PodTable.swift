internal import KCData
internal import KCKube

enum PodTable {
  static let layout = TableLayout(
    .named("Ready,Status,Restarts,Age,|,IP,Node,Nominated Node,Readiness Gates")
  ) { pod, now in
    let facts = PodFacts(pod, now)
    return [
      .string("\(facts.ready)/\(facts.total)"), .string(facts.status), .string(facts.restartText), pod.age(now),
      pod.cell("status", "podIP", or: "<none>"), pod.cell("spec", "nodeName", or: "<none>"),
      pod.cell("status", "nominatedNodeName", or: "<none>"), .string(facts.gates),
    ]
  }
}

/// What a line has room for of a pod.
private struct PodFacts {
  var ready = 0
  var total: Int
  var restarts: Int64 = 0
  var status: String
  var gates = "<none>"
  private var lastRestart: Timestamp?
  private let now: Timestamp

  var restartText: String {
    guard restarts > 0, let lastRestart else { return String(restarts) }
    return "\(restarts) (\(Tables.span(lastRestart, now)) ago)"
  }

  init(_ pod: Value, _ now: Timestamp) {
    self.now = now
    total = pod.at("spec", "containers")?.array?.count ?? 0
    let phase = pod.at("status", "phase")?.string ?? ""
    status = pod.at("status", "reason")?.string ?? phase
    let conditions = pod.at("status", "conditions")?.array ?? []
    for condition in conditions where condition["type"] == "PodScheduled" && condition["reason"] == "SchedulingGated" {
      status = "SchedulingGated"
    }
    if !initialising(pod) { running(pod, conditions) }
    if pod.isBeingDeleted {
      if pod.at("status", "reason") == "NodeLost" {
        status = "Unknown"
      } else if phase != "Succeeded", phase != "Failed" {
        status = "Terminating"
      }
    }
    gates = Self.gates(pod, conditions)
  }

  private mutating func note(_ container: Value) {
    restarts += container["restartCount"]?.int ?? 0
    let ended = container.at("lastState", "terminated", "finishedAt")?.string.flatMap { Timestamp($0) }
    if let ended { lastRestart = max(lastRestart ?? ended, ended) }
  }

  /// Whether init containers are still at work, or failed: then they are what the status tells of.
  private mutating func initialising(_ pod: Value) -> Bool {
    let declared = pod.at("spec", "initContainers")?.array ?? []
    let sidecars = Set(declared.filter { $0["restartPolicy"] == "Always" }.compactMap { $0["name"]?.string })
    total += sidecars.count
    for (index, container) in (pod.at("status", "initContainerStatuses")?.array ?? []).enumerated() {
      note(container)
      let ended = container.at("state", "terminated")
      if let ended, ended["exitCode"]?.int == 0 { continue }
      if sidecars.contains(container["name"]?.string ?? ""), container["started"]?.bool == true {
        if container["ready"]?.bool == true { ready += 1 }
        continue
      }
      if let ended {
        status = "Init:" + PodFacts.reason(ended)
      } else if let reason = container.at("state", "waiting", "reason")?.string, !reason.isEmpty,
        reason != "PodInitializing"
      {
        status = "Init:" + reason
      } else {
        status = "Init:\(index)/\(declared.count)"
      }
      return true
    }
    return false
  }

  private static func reason(_ ended: Value) -> String {
    if let reason = ended["reason"]?.string, !reason.isEmpty { return reason }
    if let signal = ended["signal"]?.int, signal != 0 { return "Signal:\(signal)" }
    return "ExitCode:\(ended["exitCode"]?.int ?? 0)"
  }

  private mutating func running(_ pod: Value, _ conditions: [Value]) {
    var hasRunning = false
    restarts = 0
    lastRestart = nil
    for container in (pod.at("status", "initContainerStatuses")?.array ?? [])
    where container["started"]?.bool == true && container.at("state", "running") != nil { note(container) }
    for container in (pod.at("status", "containerStatuses")?.array ?? []).reversed() {
      note(container)
      if let reason = container.at("state", "waiting", "reason")?.string, !reason.isEmpty {
        status = reason
      } else if let ended = container.at("state", "terminated") {
        status = Self.reason(ended)
      } else if container["ready"]?.bool == true, container.at("state", "running") != nil {
        hasRunning = true
        ready += 1
      }
    }
    if status == "Completed", hasRunning {
      let isReady = conditions.contains { $0["type"] == "Ready" && $0["status"] == "True" }
      status = isReady ? "Running" : "NotReady"
    }
  }

  private static func gates(_ pod: Value, _ conditions: [Value]) -> String {
    let gates = (pod.at("spec", "readinessGates")?.array ?? []).compactMap { $0["conditionType"]?.string }
    if gates.isEmpty { return "<none>" }
    let met = gates.count { gate in conditions.contains { $0["type"]?.string == gate && $0["status"] == "True" } }
    return "\(met)/\(gates.count)"
  }
}
