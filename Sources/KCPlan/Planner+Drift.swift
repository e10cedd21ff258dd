public import KCData
internal import KCKube

/// What somebody else has done to what was applied.
extension Planner {
  /// Who changed a field on the target since kc applied it: then kc no longer manages it, and another does; or nobody,
  /// where it was taken away.
  func drift(_ field: FieldChange, _ owners: FieldOwners, _ lastApplied: Value?) -> String? {
    guard owners.manages(Self.fieldManager), !owners.holds(field.path, Self.fieldManager) else { return nil }
    if let other = owners.others(of: field.path, than: Self.fieldManager).first { return other }
    guard field.old == nil, let new = field.new, let lastApplied, lastApplied.named(field.path) == new else {
      return nil
    }
    return owners.lastWriter(besides: Self.fieldManager) ?? "somebody"
  }

  /// Whether it takes the last apply's objects to tell what the declaration adds from what somebody has taken away.
  public static func mayLack(_ current: Value, to result: Value) -> Bool {
    let owners = FieldOwners(current)
    return owners.manages(fieldManager)
      && ObjectDiff.changes(from: current, to: result).contains {
        $0.old == nil && !owners.holds($0.path, fieldManager)
      }
  }

  /// The values of a secret that somebody else has written since kc did, with who that was: what they were nobody keeps.
  public static func takenOver(_ secret: Value) -> [(key: String, manager: String)] {
    let owners = FieldOwners(secret)
    guard secret.kind == "Secret" else { return [] }
    return (secret["data"]?.object ?? [:]).map(\.key).sorted().compactMap { key in
      let path = FieldPath("data").key(key)
      guard !owners.holds(path, fieldManager) else { return nil }
      return owners.others(of: path, than: fieldManager).first.map { (key, $0) }
    }
  }
}

extension Value {
  /// The value at a path that names elements of lists by their names.
  fileprivate func named(_ path: FieldPath) -> Value? {
    var current: Value? = self
    for element in path.elements {
      switch element {
      case .field(let name): current = current?[name]
      case .index(let place): current = current?[place]
      case .key(let name):
        let list = current?.array
        current = list.map { $0.first { $0["name"]?.string == name } } ?? current?[name]
      }
    }
    return current
  }
}
