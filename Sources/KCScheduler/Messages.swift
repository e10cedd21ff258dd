/// The words of the condition `PodScheduled`.
enum Messages {
  static let noNodes = "no nodes available to schedule pods"
  static let gated = "Scheduling is blocked due to non-empty scheduling gates"
  static let noClaims = "no new claims to deallocate"
  static let noHelp = "Preemption is not helpful for scheduling"

  /// `0/3 nodes are available: 2 Insufficient cpu, 1 node(s) were unschedulable.`
  static func unavailable(nodes: Int, reasons: [String: Int]) -> String {
    let counted = reasons.map { "\($0.value) \($0.key)" }.sorted {
      Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8))
    }
    return unavailable(nodes: nodes, text: counted.joined(separator: ", "))
  }

  static func unavailable(nodes: Int, text: String) -> String {
    text.isEmpty ? "0/\(nodes) nodes are available:" : "0/\(nodes) nodes are available: \(text)."
  }

  /// How many nodes each reason holds for.
  static func histogram(_ rejections: some Sequence<Rejection>) -> [String: Int] {
    var counts: [String: Int] = [:]
    for rejection in rejections {
      for reason in rejection.reasons { counts[reason, default: 0] += 1 }
    }
    return counts
  }
}
