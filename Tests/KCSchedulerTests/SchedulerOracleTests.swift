import KCData
import KCScheduler
import KCTestSupport
import Testing

/// Holds decisions against those of a real kube-scheduler.
@Suite struct SchedulerOracleTests {
  static let families = [
    "resources", "nodeSelector", "nodeAffinityRequired", "nodeAffinityPreferred", "podAffinity", "podAntiAffinity",
    "topologySpread", "defaultSpread", "taints", "hostPorts", "placement", "preemption", "queueOrder", "imageLocality",
    "schedulingGates", "mixed", "sequence", "edge",
  ]

  @Test(arguments: families) func decisionsOracle(family: String) throws {
    guard let records = Oracle.records("schedule/dev-\(family).jsonl.gz") else { return }
    var agreement = ReplayAgreement(family: family)
    for record in records {
      for outcome in Replay(record).outcomes { agreement.add(outcome) }
    }
    print(agreement.summary)
    for difference in agreement.differences.prefix(12) { print("  \(difference)") }
    #expect(agreement.verdicts.total > 0)
    #expect(agreement.isComplete, "\(agreement.summary)")
  }

  /// Pods that were all there from the start are tried in the order of the recorded attempts.
  @Test func queueOrderOracle() {
    guard let records = Oracle.records("schedule/dev-queueOrder.jsonl.gz") else { return }
    var orders = Agreement()
    for record in records {
      let positions = (record["pods"]?.array ?? []).map { $0.at("result", "position")?.int ?? 0 }
      let recorded = positions.indices.sorted { positions[$0] < positions[$1] }
      let own = Replay(record).queueOrder
      orders.note(own == recorded, "\(record["id"]?.string ?? ""): \(own) instead of \(recorded)")
    }
    orders.report("queueOrder: orders")
    #expect(orders.reaches(1))
  }
}
