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
    ("dep_", 1), ("rs_", 1), ("sts_", 1), ("ds_", 1), ("job_", 1), ("pdb_", 1),
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
      var explained: [String: [String]] = [:]
      var uncompared: [String: Int] = [:]
      for record in records where record["id"]?.string?.hasPrefix(prefix) == true {
        await play(record, &agreement, &explained, &uncompared)
      }
      agreement.report("controllers: \(prefix.dropLast())", shown: 14)
      for (what, count) in uncompared.sorted(by: { $0.key < $1.key }) {
        print("  not compared in \(count) steps: \(what)")
      }
      for (reason, places) in explained.sorted(by: { $0.key < $1.key }) {
        print("  \(places.count) others differ: \(reason) (\(places.joined(separator: ", ")))")
      }
      let isEnough = agreement.reaches(share)
      #expect(isEnough)
    }
  }

  private func play(
    _ record: Value, _ agreement: inout Agreement, _ explained: inout [String: [String]],
    _ uncompared: inout [String: Int]
  ) async {
    let recording = Recording(record, Self.reconcilers)
    let unstable = (record["unstable"]?.array ?? []).compactMap { $0["at"]?.string }
    var played = 0
    var results: [(Bool, String)] = []
    var reasons: [(String, String)] = []
    var left: [String] = []
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
        // Where the recording shows what pods are like, it does not count them.
        if kind == "Pod", step.at("state", "pods") != nil {
          left.append("pods, of which the recording shows what they are like and not how many there are")
          continue
        }
        if Self.hasHashes(step.at("state", kind)?.array ?? []) {
          left.append("names of revisions, where the recording has their hashes")
        }
        difference = Self.difference(kind, objects, step.at("state", kind)?.array ?? [])
      }
      if difference != nil, let reason = Self.reason(step) {
        reasons.append((reason, "\(record["id"]?.string ?? "")[\(index)]"))
        return
      }
      results.append(
        (
          difference == nil,
          "\(record["id"]?.string ?? "")[\(index)] \(step["do"]?.string ?? ""): \(difference ?? "")"
        ))
    }
    for what in left { uncompared[what, default: 0] += 1 }
    for (reason, place) in reasons { explained[reason, default: []].append(place) }
    for (isEqual, text) in results { agreement.note(isEqual, text) }
    let total = record["steps"]?.array?.count ?? 0
    for index in played..<max(played, total) {
      agreement.note(false, "\(record["id"]?.string ?? "")[\(index)]: not played")
    }
    for failure in recording.simulation.failures { agreement.note(false, failure) }
  }

  /// Why a replay cannot come to the recorded state, by rule.
  private static func reason(_ step: Value) -> String? {
    let jobs = step.at("state", "Job")?.array ?? []
    let conditions = jobs.flatMap { $0["conditions"]?.array ?? [] }
    if conditions.contains(where: { $0["reason"] == "DeadlineExceeded" }), step["seconds"] == nil {
      return "how long the recorder took between two steps is not told, and a deadline passed meanwhile"
    }
    let pods = step.at("state", "Pod")?.array ?? []
    if pods.contains(where: { $0["is"] == "Failed" && $0["finalizers"] != nil }) {
      return "the recorder looked before the controller had counted the pod that failed"
    }
    if step["do"] == "finish deletion", jobs.contains(where: { $0.at("status", "failed") != nil }) {
      return "the wait after a failure is read from the pods here, and so not kept for one that is gone"
    }
    return nil
  }

  /// Without the name of the pod that a condition speaks of, which is made by chance.
  private static func withoutPod(_ condition: Value) -> Value {
    guard let message = condition["message"]?.string, message.contains(" for pod ") else { return condition }
    var condition = condition
    var words = message.split(separator: " ").map(String.init)
    if let index = words.firstIndex(of: "pod"), index + 1 < words.count { words[index + 1] = "…" }
    condition["message"] = .string(words.joined(separator: " "))
    return condition
  }

  /// Whether revisions are told by the hashes in their names, which are the recorder's own.
  private static func hasHashes(_ objects: [Value]) -> Bool {
    objects.contains { $0.at("status", "currentRevision")?.string?.hasPrefix("<") == false }
  }

  private static func difference(_ kind: String, _ found: [Value], _ wanted: [Value]) -> String? {
    let style = PodStyle(wanted)
    let hasHashes = hasHashes(wanted)
    func normal(_ values: [Value]) -> [Value] { values.map { Self.normal($0, withoutRevisions: hasHashes) } }
    let found = kind == "Pod" ? style.counted(found) : normal(found)
    let wanted = kind == "Pod" ? style.counted(wanted) : normal(wanted)
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
  private static func normal(_ value: Value, withoutRevisions: Bool) -> Value {
    var value = value
    if withoutRevisions {
      for field in ["currentRevision", "updateRevision"] { value.set(nil, at: "status", field) }
    }
    if let conditions = value["conditions"]?.array {
      value["conditions"] = .array(
        conditions.map(withoutPod).sorted { ($0["type"]?.string ?? "") < ($1["type"]?.string ?? "") })
    }
    return value
  }
}

/// Pods as a recording tells of them: by name where that matters, else counted by owner and state.
private struct PodStyle {
  private let hasNames: Bool
  private let hasRevisions: Bool
  private let hasNodes: Bool
  /// Whether revisions are told by the hash in their names, which is the recorder's own.
  private let hasHashes: Bool

  init(_ pods: [Value]) {
    let states = pods.compactMap { $0["is"]?.string }
    hasNames = pods.contains { $0["revision"] != nil }
    hasRevisions = states.contains { $0.contains(" rev ") }
    hasHashes = pods.contains { $0["revision"]?.string?.hasPrefix("<") == false }
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
      if hasNames { key += "/\(pod["name"]?.string ?? "")/\(hasHashes ? "" : pod["revision"]?.string ?? "")" }
      counts[key, default: 0] += Int(pod["count"]?.int ?? 1)
    }
    return counts.sorted { $0.key < $1.key }.map { .string("\($0.key) × \($0.value)") }
  }
}
