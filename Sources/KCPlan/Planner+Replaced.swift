internal import KCData
internal import KCKube

/// Changes that the API server neither makes nor refuses: it keeps what was, and says nothing.
extension Planner {
  /// Whether a service that has no address of its own is to have one again.
  ///
  /// The server gives addresses to new services only, and takes the old `None` where a change of one says nothing. Who
  /// else set it means it.
  static func stopsBeingHeadless(_ desired: DesiredObject, _ current: Value) -> Bool {
    let address = FieldPath("spec", "clusterIP")
    return desired.key.kind == "Service" && desired.key.apiVersion == "v1"
      && desired.object.at("spec", "type") != "ExternalName"
      && (desired.object.at("spec", "clusterIP")?.string ?? "").isEmpty
      && current.at("spec", "clusterIP") == "None"
      && FieldOwners(current).others(of: address, than: Self.fieldManager).isEmpty
  }

  /// The step that replaces such a service.
  func giveAddress(_ step: inout Step, _ desired: DesiredObject, _ current: Value) {
    var former = current
    var wanted = predict(desired, current)
    // The list says the same again.
    for field in ["clusterIP", "clusterIPs"] { wanted.set(nil, at: "spec", field) }
    former.set(nil, at: "spec", "clusterIPs")
    step.changes = changes(from: former, to: wanted, desired: desired)
    step.action = .replace
    step.effect = "replaced: clusterIP is immutable"
  }

  /// The claim that keeps a volume from being replaced.
  static func holder(of volume: Value) -> String? {
    guard volume.kind == "PersistentVolume", let claim = volume.at("spec", "claimRef", "name")?.string else {
      return nil
    }
    return "claim \(claim) in \(volume.at("spec", "claimRef", "namespace")?.string ?? "")"
  }

  /// What a replaced stateful set does not change: its claims stay, with the size that they have, and are taken again.
  ///
  /// - Returns: nil where no size changes, or where the claims go with the set.
  static func keptClaims(_ step: Step, _ live: LiveState) -> String? {
    guard step.action == .replace, step.key.kind == "StatefulSet", let former = live.objects[step.key],
      former.at("spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted") != "Delete"
    else { return nil }
    let sizes = templates(former)
    let changed = templates(step.object ?? .null).filter { name, size in sizes[name].map { $0 != size } ?? false }
    if changed.isEmpty { return nil }
    let count = live.cluster.others.count { object in
      guard object["kind"]?.string == "PersistentVolumeClaim", object.namespace == step.key.namespace else {
        return false
      }
      return changed.keys.contains { template in
        let prefix = "\(template)-\(step.key.name)-"
        let name = object.name ?? ""
        return name.hasPrefix(prefix) && Int(name.dropFirst(prefix.count)) != nil
      }
    }
    if live.knowsStorage, count == 0 { return nil }
    switch count {
    case 0: return "claims that are there keep their size"
    case 1: return "the claim that is there keeps its size"
    default: return "the \(count) claims that are there keep their size"
    }
  }

  /// The sizes that a stateful set asks for, by the names of its claims.
  private static func templates(_ set: Value) -> [String: Quantity] {
    var sizes: [String: Quantity] = [:]
    for claim in set.at("spec", "volumeClaimTemplates")?.array ?? [] {
      guard let name = claim.at("metadata", "name")?.string,
        let text = claim.at("spec", "resources", "requests", "storage")?.string, let size = Quantity(text)
      else { continue }
      sizes[name] = size
    }
    return sizes
  }
}
