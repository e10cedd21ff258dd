internal import KCData
internal import KCKube

/// The reference by which `owner` controls an object.
func controllerReference(to owner: Value) -> Value {
  [
    "apiVersion": owner["apiVersion"] ?? .null, "kind": owner["kind"] ?? .null,
    "name": .string(owner.name ?? ""), "uid": .string(owner.uid ?? ""),
    "controller": true, "blockOwnerDeletion": true,
  ]
}

/// The objects that belong to a controller: those it controls and whose labels still match, and orphans that match.
struct Claim {
  /// Owned and matching.
  var claimed: [Value] = []
  /// The writes that adopt orphans and release those that match no more.
  var changes: [Action] = []

  /// - Parameter candidates: all objects of the kind in the owner's namespace.
  init(_ candidates: [Value], for owner: Value, selector: LabelSelector) {
    for object in candidates {
      if let controller = object.controllerOwner {
        guard controller["uid"]?.string == owner.uid else { continue }
        if selector.matches(object.labels) {
          claimed.append(object)
        } else if !owner.isBeingDeleted {
          changes.append(.update(Self.released(object, from: owner)))
        }
      } else if selector.matches(object.labels), !owner.isBeingDeleted, !object.isBeingDeleted {
        changes.append(.update(Self.adopted(object, by: owner)))
      }
    }
  }

  private static func released(_ object: Value, from owner: Value) -> Value {
    var object = object
    let others = object.ownerReferences.filter { $0["uid"]?.string != owner.uid }
    object.set(others.isEmpty ? nil : .array(others), at: "metadata", "ownerReferences")
    return object
  }

  private static func adopted(_ object: Value, by owner: Value) -> Value {
    var object = object
    let others = object.ownerReferences.filter { $0["uid"]?.string != owner.uid }
    object.set(.array(others + [controllerReference(to: owner)]), at: "metadata", "ownerReferences")
    return object
  }
}
