public import KCData

/// Fields that the API server filled in beside what was declared, and refuses beside what is declared now.
///
/// A deployment that says nothing of its strategy is given limits of a rolling update. Nobody manages them, so an apply
/// that says `Recreate` leaves them where they are, and is refused for them. An apply with `rollingUpdate: null` would
/// leave them, too: server-side apply merges an empty map into what is there. What it does take away is what its
/// manager had and no longer declares. So they are noted as kc's first.
public enum Superseded {
  /// The object with such fields noted as managed by kc, which an apply of `desired` then takes away.
  ///
  /// - Returns: nil where there are none, or where they are another manager's to take away.
  public static func released(by desired: Value, in current: Value) -> Value? {
    guard let path = field(of: desired), desired.at(path[...]) == nil,
      case .object(let fields)? = current.at(path[...]),
      FieldOwners(current).others(of: FieldPath(path.map { .field($0) }), than: Planner.fieldManager).isEmpty,
      case .array(var entries)? = current.at("metadata", "managedFields"),
      let index = entries.firstIndex(where: isOurs)
    else { return nil }
    let leaves = Fields(fields.map { ("f:\($0.key)", Value.object([:])) })
    entries[index].set(.object(leaves), at: (["fieldsV1"] + path.map { "f:\($0)" })[...])
    var out = current
    out.set(.array(entries), at: "metadata", "managedFields")
    return out
  }

  /// Whether all that a refusal objects to is gone with such a field.
  static func explains(_ refusal: [String], _ desired: Value) -> Bool {
    guard let path = field(of: desired) else { return false }
    let name = path.joined(separator: ".")
    return !refusal.isEmpty && refusal.allSatisfy { $0 == name || $0.hasPrefix("\(name).") }
  }

  private static func isOurs(_ entry: Value) -> Bool {
    entry["manager"]?.string == Planner.fieldManager && entry["operation"] == "Apply"
      && (entry["subresource"]?.string ?? "").isEmpty
  }

  /// The field that cannot stand beside what is declared.
  private static func field(of desired: Value) -> [String]? {
    switch (desired["apiVersion"]?.string, desired["kind"]?.string) {
    case ("apps/v1"?, "Deployment"?) where desired.at("spec", "strategy", "type") == "Recreate":
      ["spec", "strategy", "rollingUpdate"]
    case ("apps/v1"?, "StatefulSet"?) where desired.at("spec", "updateStrategy", "type") == "OnDelete":
      ["spec", "updateStrategy", "rollingUpdate"]
    default: nil
    }
  }
}
