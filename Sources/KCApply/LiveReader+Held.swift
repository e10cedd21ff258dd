public import KCClient
internal import KCData
internal import KCKube
public import KCPlan

extension LiveReader {
  /// What is in a namespace besides what a project owns.
  ///
  /// - Parameter known: the project's objects, which go anyway.
  public func held(in namespace: String, project: String, besides known: Set<ObjectKey>) async throws(ClientError)
    -> LiveState.Held
  {
    let kinds = [
      ("v1", "PersistentVolumeClaim"), ("apps/v1", "StatefulSet"), ("apps/v1", "Deployment"), ("apps/v1", "DaemonSet"),
      ("batch/v1", "Job"), ("batch/v1", "CronJob"), ("v1", "Pod"), ("v1", "Service"), ("v1", "ConfigMap"),
      ("v1", "Secret"),
    ]
    let types = kinds.compactMap { client.types.find(apiVersion: $0, kind: $1) }
    let found = try await inParallel(types, width: Self.width) { type async throws(ClientError) -> [Value] in
      try await client.list(type, namespace: namespace, limit: 500).items.filter { object in
        let isMade = !(object.at("metadata", "ownerReferences")?.array ?? []).isEmpty || object.isBeingDeleted
        return !isMade && !known.contains(ObjectKey(object)) && !Self.isHouseKeeping(object, project)
      }
    }
    let sets = known.filter { $0.kind == "StatefulSet" && $0.namespace == namespace }.map(\.name)
    var held = LiveState.Held()
    for object in found.joined() {
      let name = object.name ?? ""
      if let other = Inventory.project(ofRecord: object) {
        let words = "the record of project \(other)"
        if !held.others.contains(words) { held.others.append(words) }
      } else if object.kind != "PersistentVolumeClaim" {
        held.others.append("\(object.kind?.lowercased() ?? "") \(name)")
      } else if sets.contains(where: { Self.isClaim(name, of: $0) }) {
        held.left.append("claim \(name)")
      } else {
        held.others.append("claim \(name)")
      }
    }
    return held
  }

  /// Whether a claim was made for a stateful set: `data-db-0` for `db`.
  private static func isClaim(_ name: String, of set: String) -> Bool {
    guard let dash = name.lastIndex(of: "-"), Int(name[name.index(after: dash)...]) != nil else { return false }
    return name[..<dash].hasSuffix("-\(set)")
  }

  /// Whether an object is one that each namespace has, or the project's own record.
  private static func isHouseKeeping(_ object: Value, _ project: String) -> Bool {
    object.name == "kube-root-ca.crt" || Inventory.project(ofRecord: object) == project
      || object["type"]?.string == "kubernetes.io/service-account-token"
  }
}
