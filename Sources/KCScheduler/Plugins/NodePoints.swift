/// Points for what is known of a node alone.
enum NodePoints {
  /// NodeResourcesFit: the more is left, the better; 0 to 100.
  static func leastAllocated(_ rules: PodRules, _ node: NodeInfo) -> Int64 {
    let demand = rules.content.demand
    var sum: Int64 = 0
    var count: Int64 = 0
    func add(_ total: Int64, _ used: Int64) {
      guard total != 0 else { return }
      count += 1
      if used <= total, total > 0 { sum = sum.plus((total.minus(used) &* 100) / total) }
    }
    add(node.object.allocatable.milliCPU, node.scoredCPU.plus(demand.scoredCPU))
    add(node.object.allocatable.memory, node.scoredMemory.plus(demand.scoredMemory))
    return count == 0 ? 0 : sum / count
  }

  /// NodeResourcesBalancedAllocation: how much better the pod makes the balance of processors and memory; 50 where it
  /// makes no difference to a balanced node.
  static func balanced(_ rules: PodRules, _ node: NodeInfo) -> Int64 {
    let total = node.object.allocatable
    func balance(_ cpu: Int64, _ memory: Int64) -> Int64 {
      guard total.milliCPU != 0, total.memory != 0 else { return 100 }
      let cpuShare = min(1, Double(cpu) / Double(total.milliCPU))
      let memoryShare = min(1, Double(memory) / Double(total.memory))
      return Int64(clamped: (1 - abs((cpuShare - memoryShare) / 2)) * 100)
    }
    let used = node.requested
    let with = balance(used.milliCPU.plus(rules.requests.milliCPU), used.memory.plus(rules.requests.memory))
    let without = balance(used.milliCPU, used.memory)
    return 50 + (Int64(50).plus(with).minus(without)) / 2
  }

  /// NodeAffinity: the weights of the preferences that the node meets.
  static func preferredAffinity(_ rules: PodRules, _ node: NodeObject) -> Int64 {
    rules.content.preferredNodeTerms.reduce(0) { $1.weight != 0 && $1.term.matches(node) ? $0.plus($1.weight) : $0 }
  }

  /// TaintToleration: taints that the pod would rather not meet.
  static func unwantedTaints(_ rules: PodRules, _ node: NodeObject) -> Int64 {
    if node.taints.isEmpty { return 0 }
    let tolerations = rules.content.tolerations.filter { $0.effect.isEmpty || $0.effect == "PreferNoSchedule" }
    return Int64(
      node.taints.count { taint in
        taint.effect == "PreferNoSchedule" && !tolerations.contains { $0.tolerates(taint) }
      })
  }

  private static let megabyte: Int64 = 1024 * 1024

  /// ImageLocality: how much of the pod's images a node has, weighed by how common they are.
  static func images(_ rules: PodRules, _ node: NodeObject, _ snapshot: borrowing Snapshot) -> Int64 {
    var sum: Int64 = 0
    for name in rules.content.images where node.images[name] != nil {
      guard let state = snapshot.images[name] else { continue }
      sum = sum.plus(
        Int64(clamped: Double(state.size) * (Double(state.nodes) / Double(max(1, snapshot.nodeCount)))))
    }
    let least = 23 * megabyte
    let most = (1000 * megabyte).multipliedReportingOverflow(by: Int64(max(1, rules.content.containerCount)))
      .partialValue
    let clamped = min(max(sum, least), most)
    return most <= least ? 0 : 100 * (clamped - least) / (most - least)
  }

  /// Scales so that the most is 100; reversed, so that the most is 0.
  static func normalise(_ raw: [Int64], reversed: Bool = false) -> [Int64] {
    let most = raw.max() ?? 0
    if most == 0 { return reversed ? Array(repeating: 100, count: raw.count) : raw }
    return raw.map { score in
      let scaled = (100 &* score) / most
      return reversed ? 100 - scaled : scaled
    }
  }
}
