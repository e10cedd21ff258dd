internal import KCData

/// Where pods may run, held to the nodes that `project.kc` declares.
extension CrossChecks {
  /// The labels that a pod's node has to have, in the order of their keys: the first that no declared node has with those
  /// before it.
  mutating func checkNodes(_ pod: Node) {
    var left = program.declaredNodes
    if left.isEmpty { return }
    for (key, wanted) in fields(child(pod, names.nodeSelector)) {
      let name = program.text(Int32(key))
      guard let value = program.tree.text(of: wanted.value) else { continue }
      let before = left
      left.removeAll { $0.labels[name] != value }
      guard left.isEmpty else { continue }
      let all = before.count == program.declaredNodes.count ? "declared node" : "node with the labels before it"
      report(
        "KC0155", "no \(all) has `\(value)` as its label `\(name)`", at: wanted.site,
        notes: [Program.labels(named: name, of: before)],
        help: "name another label, or let a `node` of the project say `\(Program.setting(name, value))`")
      return
    }
  }
}
