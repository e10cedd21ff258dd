internal import KCData
internal import KCKube

/// Which volumes claims can have.
enum VolumeFit {
  /// The smallest free volume that fits; one that is kept for the claim comes first.
  static func best(for claim: Value, of volumes: [Value]) -> Value? {
    if let own = volumes.first(where: { belongs($0, to: claim) && !$0.isBeingDeleted }) { return own }
    return volumes.filter { fits($0, claim) }
      .min { (size($0), $0.name ?? "") < (size($1), $1.name ?? "") }
  }

  /// Whether a volume is kept for a claim.
  static func belongs(_ volume: Value, to claim: Value) -> Bool {
    guard let reference = volume.at("spec", "claimRef"), reference["name"]?.string == claim.name,
      (reference["namespace"]?.string ?? "default") == (claim.namespace ?? "default")
    else { return false }
    let uid = reference["uid"]?.string ?? ""
    return uid.isEmpty || uid == claim.uid
  }

  private static func fits(_ volume: Value, _ claim: Value) -> Bool {
    guard volume.at("spec", "claimRef") == nil, !volume.isBeingDeleted,
      volume.at("status", "phase")?.string ?? "Available" == "Available",
      volume.storageClassName ?? "" == claim.storageClassName ?? "",
      text(volume, "volumeMode", "Filesystem") == text(claim, "volumeMode", "Filesystem"),
      size(volume) >= amount(claim.at("spec", "resources", "requests", "storage"))
    else { return false }
    let modes = Set((volume.at("spec", "accessModes")?.array ?? []).compactMap(\.string))
    guard (claim.at("spec", "accessModes")?.array ?? []).compactMap(\.string).allSatisfy(modes.contains) else {
      return false
    }
    guard let selector = claim.at("spec", "selector") else { return true }
    return (try? LabelSelector(selector))?.matches(volume.labels) ?? false
  }

  private static func text(_ object: Value, _ field: String, _ standard: String) -> String {
    object.at("spec", field)?.string ?? standard
  }

  private static func size(_ volume: Value) -> Int64 { amount(volume.at("spec", "capacity", "storage")) }

  private static func amount(_ value: Value?) -> Int64 {
    guard let text = value?.string ?? value?.int.map(String.init), let quantity = Quantity(text) else { return 0 }
    return quantity.value
  }
}
