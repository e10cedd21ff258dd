/// Points for what is known of a node alone.
enum NodeScores {
  static func leastAllocated(_ pod: PodInfo, _ node: NodeInfo) -> Int64 {
    var sum: Int64 = 0
    var count: Int64 = 0
    func add(_ total: Int64, _ used: Int64) {
      guard total > 0 else { return }
      count += 1
      sum += used > total ? 0 : (total - used) * 100 / total
    }
    add(node.allocatable.milliCPU, node.scoredCPU + pod.scoredCPU)
    add(node.allocatable.memory, node.scoredMemory + pod.scoredMemory)
    return count == 0 ? 0 : sum / count
  }

  static func balanced(_ pod: PodInfo, _ node: NodeInfo) -> Int64 {
    func spread(_ cpu: Int64, _ memory: Int64) -> Double {
      var shares: [Double] = []
      for (used, total) in [(cpu, node.allocatable.milliCPU), (memory, node.allocatable.memory)] where total > 0 {
        shares.append(min(1, Double(used) / Double(total)))
      }
      return shares.count == 2 ? abs(shares[0] - shares[1]) / 2 : 0
    }
    let used = node.requested
    let with = Int64((1 - spread(used.milliCPU + pod.containerCPU, used.memory + pod.containerMemory)) * 100)
    let without = Int64((1 - spread(used.milliCPU, used.memory)) * 100)
    // What counts is how much better the pod makes it.
    return 50 + (50 + with - without) / 2
  }

  static func preferredAffinity(_ pod: PodInfo, _ node: NodeInfo) -> Int64 {
    pod.preferredNodeTerms.reduce(0) { $1.weight > 0 && $1.term.matches(node) ? $0 + $1.weight : $0 }
  }

  /// Taints that the pod would rather not meet.
  static func unwantedTaints(_ pod: PodInfo, _ node: NodeInfo) -> Int64 {
    let tolerations = pod.tolerations.filter { $0.effect.isEmpty || $0.effect == "PreferNoSchedule" }
    return Int64(
      node.taints.count { taint in
        taint.effect == "PreferNoSchedule" && !tolerations.contains { $0.tolerates(taint) }
      })
  }

  private static let megabyte: Int64 = 1024 * 1024

  /// How much of the pod's images a node has, weighed by how common they are.
  static func images(_ pod: PodInfo, _ node: NodeInfo, _ spreadOf: [String: Int], _ nodeCount: Int) -> Int64 {
    var sum: Int64 = 0
    for image in pod.images {
      let name = normalised(image)
      guard let size = node.images[name] else { continue }
      sum += Int64(Double(size) * (Double(spreadOf[name] ?? 0) / Double(max(1, nodeCount))))
    }
    let least = 23 * megabyte
    let most = 1000 * megabyte * Int64(pod.containerCount)
    let clamped = min(max(sum, least), most)
    return most == least ? 0 : 100 * (clamped - least) / (most - least)
  }

  static func normalised(_ image: String) -> String {
    let colon = image.lastIndex(of: ":")
    let slash = image.lastIndex(of: "/")
    if let colon, slash.map({ colon > $0 }) ?? true { return image }
    return image + ":latest"
  }

  /// Scales so that the most is 100; reversed, so that the most is 0.
  static func normalise(_ raw: [String: Int64], reversed: Bool = false) -> [String: Int64] {
    let most = raw.values.max() ?? 0
    return raw.mapValues { score in
      if most == 0 { return reversed ? 100 : score }
      let scaled = 100 * score / most
      return reversed ? 100 - scaled : scaled
    }
  }
}
