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

  /// A scenario without results is decided to its end: what the API refuses, what waits, what is evicted.
  @Test(arguments: ["edge", "preemption", "schedulingGates", "queueOrder"]) func withoutResultsOracle(family: String) {
    guard let records = Oracle.records("schedule/dev-\(family).jsonl.gz") else { return }
    var refusals = Agreement()
    var first = Agreement()
    for record in records {
      var bare = record
      let steps = record["pods"]?.array ?? []
      bare["pods"] = .array(
        steps.map { step in
          var step = step
          step["result"] = nil
          step["after"] = nil
          return step
        })
      let output = Replay(bare).output["pods"]?.array ?? []
      #expect(output.allSatisfy { $0["result"] != nil })
      for (step, own) in zip(steps, output) {
        let id = step.at("pod", "metadata", "name")?.string ?? ""
        refusals.note(
          (step.at("result", "apiRejected") != nil) == (own.at("result", "apiRejected") != nil),
          "\(record["id"]?.string ?? "") \(id)")
      }
      let place = Replay(record).queueOrder.first { record["release"] != nil || $0 == 0 } ?? 0
      first.note(
        steps[place].at("result", "scores") == output[place].at("result", "scores"), record["id"]?.string ?? "")
    }
    refusals.report("\(family): refusals without results")
    first.report("\(family): first points without results")
    #expect(refusals.reaches(1) && first.reaches(1))
  }
}
