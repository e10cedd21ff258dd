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
}
