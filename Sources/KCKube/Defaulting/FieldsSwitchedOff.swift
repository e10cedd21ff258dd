internal import KCData

/// Fields that the server takes and drops, since their features are off or gone. One that an object has already stays.
enum FieldsSwitchedOff {
  private static let byKind: [String: [[String]]] = [
    "Lease.coordination.k8s.io": [["spec", "strategy"], ["spec", "preferredHolder"]],
    "Node": [["spec", "configSource"], ["status", "config"]],
    "CSIDriver.storage.k8s.io": [["spec", "preventPodSchedulingIfMissing"]],
  ]

  /// - Parameter old: what is stored; nil for a new object.
  static func drop(from object: inout Value, old: Value?, kind: String) {
    for path in byKind[kind] ?? [] {
      guard let holder = object[path[0]], holder[path[1]] != nil, old?.at(path) == nil else { continue }
      object[path[0]] = holder.without(path[1])
    }
    // Of the secrets that a service account names, only the names count.
    guard kind == "ServiceAccount", let secrets = object["secrets"]?.array else { return }
    object["secrets"] = .array(secrets.map { secret in secret["name"].map { ["name": $0] } ?? [:] })
  }
}
