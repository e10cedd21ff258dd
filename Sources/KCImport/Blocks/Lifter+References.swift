internal import KCData

/// References to other objects of the import, which are remembered: what a block refers to decides what it says.
extension Lifter {
  /// What a block's source refers to.
  final class References {
    fileprivate(set) var places: Set<Int> = []
  }

  /// The object of a kind and name that this one means, and how it is referred to.
  ///
  /// - Parameter namespace: where it is; that of this object, unless it is given.
  func find(_ kind: String, _ name: String, namespace: String?? = nil) -> (place: Int, text: String)? {
    noted(index.find(kind, name, from: place, namespace: namespace))
  }

  /// The workload whose pods have labels that select them, and nothing else does.
  func workload(_ labels: Fields) -> (place: Int, text: String)? { noted(index.workload(labels, from: place)) }

  /// How an object is referred to that was found.
  func reference(to target: Int) -> String? { index.reference(to: target, from: place) }

  private func noted(_ found: (place: Int, text: String)?) -> (place: Int, text: String)? {
    if let found { references.places.insert(found.place) }
    return found
  }
}
