internal import KCData

/// Blocks that were moved: what the record calls by their old address is theirs.
///
/// An object cannot change its name on a target. Where the block's new name is the object's, too, the new object is made
/// first, and the old one goes when that is healthy; where the object keeps its name, only the record changes.
struct Renames {
  /// The old address by the new one, of those that the record knows.
  private var former: [String: String] = [:]

  init(_ moves: [String: String], inventory: [InventoryEntry]) {
    for entry in inventory {
      if let new = moves[entry.address] { former[new] = entry.address }
    }
  }

  func mark(_ steps: inout [Step]) {
    if former.isEmpty { return }
    for index in steps.indices {
      guard let old = former[steps[index].address] else { continue }
      steps[index].movedFrom = old
      if steps[index].action == .add { steps[index].effect = "renamed from \(old): made before the old one goes" }
    }
  }

  /// Says what a new name costs beside a new object: claims are called after their set, and jobs run.
  func warn(_ steps: inout [Step]) {
    for index in steps.indices {
      guard let old = steps[index].movedFrom, steps[index].action == .add else { continue }
      switch steps[index].key.kind {
      case "Job": steps[index].effect = "renamed from \(old): runs again"
      case "StatefulSet" where Self.hasClaims(steps[index].object):
        steps[index].risks.append(
          Risk(.dataLoss, "its volumes are new and empty: those of \(old) stay, and it does not get them"))
      default: break
      }
    }
  }

  static func hasClaims(_ set: Value?) -> Bool {
    !(set?.at("spec", "volumeClaimTemplates")?.array ?? []).isEmpty
  }
}
