internal import KCClient
internal import KCData
internal import KCKube
internal import Logging

/// The mark of a node that nothing runs on any more, for certain: its pods need not be waited for.
///
/// A node's taints are one value of the API: they are read, changed and written as a whole, so that those of others stay.
struct OutOfService: Sendable {
  static let taint: Value = [
    "key": "node.kubernetes.io/out-of-service", "value": "nodeshutdown", "effect": "NoExecute",
  ]
  /// How often another's write may come between.
  private static let attempts = 20

  let client: APIClient
  let log: Logger

  /// Marks a node, or takes the mark away.
  func set(_ name: String, _ isOut: Bool) async {
    guard let type = client.types.find(apiVersion: "v1", kind: "Node") else { return }
    for _ in 0..<Self.attempts {
      do throws(ClientError) {
        guard let node = try await client.find(type, namespace: nil, name: name) else { return }
        let present = node.at("spec", "taints")?.array ?? []
        let wanted = Self.taints(present, isOut: isOut)
        if wanted == present { return }
        var metadata: Value = [:]
        metadata["resourceVersion"] = node.at("metadata", "resourceVersion")
        _ = try await client.patch(
          type, namespace: nil, name: name,
          ["metadata": metadata, "spec": ["taints": wanted.isEmpty ? .null : .array(wanted)]])
        return
      } catch {
        if error.isConflict { continue }
        log.error("node \(name) cannot be marked: \(error)")
        return
      }
    }
    log.error("node \(name) cannot be marked: others write to it all the time")
  }

  /// The taints of a node with the mark, or without it.
  static func taints(_ present: [Value], isOut: Bool) -> [Value] {
    let others = present.filter { $0["key"] != taint["key"] }
    if !isOut { return others }
    let isMarked = present.contains { $0["key"] == taint["key"] && $0["effect"] == taint["effect"] }
    return isMarked ? present : others + [taint]
  }
}
