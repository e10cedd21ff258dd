import KCCodec
import KCData
import KCKube
import KCTestSupport
import Testing

@testable import KCControl

/// The controllers against recordings of a real controller manager.
@Suite struct ControllersOracleTests {
  /// What a prefix of the sequences' names is played with, and the share of steps that must agree.
  static let kinds: [(prefix: String, share: Double)] = [("dep_", 0.9), ("rs_", 0.9)]

  static let reconcilers: [any Reconciler] = [
    DeploymentController(), ReplicaSetController(),
    GarbageCollector(types: ControlPlane.collectable(.builtin)),
  ]

  @Test func replicaSetsAndDeploymentsOracle() async throws {
    guard let records = Oracle.records("api/controllers.jsonl.gz") else { return }
    for (prefix, share) in Self.kinds {
      var agreement = Agreement()
      for record in records where record["id"]?.string?.hasPrefix(prefix) == true {
        await play(record, &agreement)
      }
      agreement.report("controllers: \(prefix.dropLast())", shown: 40)
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
      if wanted != scales { difference = "scales \(scales), not \(wanted)" }
      for (kind, objects) in state where difference == nil {
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
    let found = kind == "Pod" ? counted(found) : found.map(normal)
    let wanted = kind == "Pod" ? counted(wanted) : wanted.map(normal)
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

  /// Pods by owner and state, however the recording tells of them.
  private static func counted(_ pods: [Value]) -> [Value] {
    var counts: [String: Int] = [:]
    for pod in pods {
      let key = "\((pod["owner"] ?? pod["controller"])?.string ?? "")/\(pod["is"]?.string ?? "")"
      counts[key, default: 0] += Int(pod["count"]?.int ?? 1)
    }
    return counts.sorted { $0.key < $1.key }.map { .string("\($0.key) × \($0.value)") }
  }
}
