import KCCodec
import KCData
import KCKube
import KCTestSupport
import Testing

@testable import KCControl

/// The controllers against recordings of a real controller manager.
@Suite struct ControllersOracleTests {
  /// What a prefix of the sequences' names is played with, and the share of steps that must agree.
  static let kinds: [(prefix: String, share: Double)] = [
    ("dep_", 1), ("rs_", 1), ("sts_", 0.98), ("ds_", 0.98), ("job_", 0.93), ("pdb_", 1),
  ]

  /// Kinds that are recorded even where there is none.
  static let recorded: [String: Set<String>] = [
    "dep_": ["Deployment", "ReplicaSet", "Pod"], "rs_": ["ReplicaSet", "Pod"], "sts_": ["StatefulSet", "Pod"],
    "ds_": ["DaemonSet", "Pod"], "pdb_": ["PodDisruptionBudget"], "job_": ["Job", "Pod"],
  ]

  static let reconcilers: [any Reconciler] = [
    DeploymentController(), ReplicaSetController(), StatefulSetController(), VolumeProtection(),
    DaemonSetController(), JobController(), DisruptionController(),
    GarbageCollector(types: ControlPlane.collectable(.builtin)),
  ]

  @Test func sequencesOracle() async throws {
    guard let records = Oracle.records("api/controllers.jsonl.gz") else { return }
    for (prefix, share) in Self.kinds {
      var agreement = Agreement()
      for record in records where record["id"]?.string?.hasPrefix(prefix) == true {
        await play(record, &agreement)
      }
      agreement.report("controllers: \(prefix.dropLast())", shown: 14)
      let isEnough = agreement.reaches(share)
      #expect(isEnough)
    }
  }

  private func play(_ record: Value, _ agreement: inout Agreement) async {
    let recording = Recording(record, Self.reconcilers)
    let unstable = (record["unstable"]?.array ?? []).compactMap { $0["at"]?.string }
    var played = 0
    var results: [(Bool, String)] = []
    await recording.play { index, step, scales, state in
      played += 1
      if unstable.contains(where: { $0.hasPrefix("/steps/\(index)/") }) { return }
      let wanted = (step["scales"]?.array ?? []).compactMap(\.string)
      var difference: String?
      // Where replica sets have no numbers, only the budgets are compared.
      let isNumbered = record["id"]?.string?.hasPrefix("pdb_") != true
      if isNumbered, wanted != scales { difference = "scales \(scales), not \(wanted)" }
      let kinds = isNumbered ? Set(step["state"]?.object?.keys ?? []) : []
      for (kind, objects) in state.sorted(by: { $0.key < $1.key }) where difference == nil {
        // Where a kind was not recorded at all, nothing is said about it.
        if !kinds.contains(kind),
          !Self.recorded.contains(where: { record["id"]?.string?.hasPrefix($0.key) == true && $0.value.contains(kind) })
        {
          continue
        }
        difference = Self.difference(kind, objects, step.at("state", kind)?.array ?? [])
      }
      results.append(
        (
          difference == nil,
          "\(record["id"]?.string ?? "")[\(index)] \(step["do"]?.string ?? ""): \(difference ?? "")"
        ))
    }
    for (isEqual, text) in results { agreement.note(isEqual, text) }
    let total = record["steps"]?.array?.count ?? 0
    for index in played..<max(played, total) {
      agreement.note(false, "\(record["id"]?.string ?? "")[\(index)]: not played")
    }
    for failure in recording.simulation.failures { agreement.note(false, failure) }
  }

  private static func difference(_ kind: String, _ found: [Value], _ wanted: [Value]) -> String? {
    let style = PodStyle(wanted)
    let found = kind == "Pod" ? style.counted(found) : found.map(normal)
    let wanted = kind == "Pod" ? style.counted(wanted) : wanted.map(normal)
    if Set(found) == Set(wanted) { return nil }
    func names(_ values: [Value]) -> String {
      values.map { $0["name"]?.string ?? $0.string ?? "?" }.sorted().joined(separator: ", ")
    }
    for wish in wanted where kind != "Pod" {
      guard let have = found.first(where: { $0["name"] == wish["name"] }) else { continue }
      for key in Set((wish.object?.keys ?? []) + (have.object?.keys ?? [])).sorted() where wish[key] != have[key] {
        let (a, b) = (JSON.text(have[key] ?? .null, sorted: true), JSON.text(wish[key] ?? .null, sorted: true))
        return "\(kind) \(wish["name"]?.string ?? "").\(key): \(a), not \(b)"
      }
    }
    return "\(kind): \(names(found)), not \(names(wanted))"
  }

  /// Conditions have no order.
  private static func normal(_ value: Value) -> Value {
    var value = value
    if let conditions = value["conditions"]?.array {
      value["conditions"] = .array(conditions.sorted { ($0["type"]?.string ?? "") < ($1["type"]?.string ?? "") })
    }
    return value
  }
}

/// Pods as a recording tells of them: by name where that matters, else counted by owner and state.
private struct PodStyle {
  private let hasNames: Bool
  private let hasRevisions: Bool
  private let hasNodes: Bool

  init(_ pods: [Value]) {
    let states = pods.compactMap { $0["is"]?.string }
    hasNames = pods.contains { $0["revision"] != nil }
    hasRevisions = states.contains { $0.contains(" rev ") }
    hasNodes = states.contains { $0.contains(" on ") }
  }

  func counted(_ pods: [Value]) -> [Value] {
    var counts: [String: Int] = [:]
    for pod in pods {
      var state = pod["is"]?.string ?? ""
      if hasNodes, !state.contains(" on "), let node = pod["node"]?.string { state += " on \(node)" }
      if hasRevisions, !state.contains(" rev "), let revision = pod["revision"]?.string { state += " rev \(revision)" }
      let owner = (pod["owner"] ?? pod["controller"])?.string ?? ""
      var key = "\(owner)/\(state)"
      if let index = pod["index"]?.string { key += "/\(index)" }
      if pod["finalizers"] != nil, !state.contains("finalizers") { key += " finalizers" }
      key =
        key.split(separator: " ").filter { $0 != "finalizers" }.joined(separator: " ")
        + (key.contains(" finalizers") ? " finalizers" : "")
      if hasNames { key += "/\(pod["name"]?.string ?? "")/\(pod["revision"]?.string ?? "")" }
      counts[key, default: 0] += Int(pod["count"]?.int ?? 1)
    }
    return counts.sorted { $0.key < $1.key }.map { .string("\($0.key) × \($0.value)") }
  }
}
