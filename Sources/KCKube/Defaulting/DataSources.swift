internal import KCData

/// The two fields of a claim that say what its volume starts with.
enum DataSources {
  /// Whether a source is a claim or a snapshot; others are left out of the older field.
  private static func isClassic(_ source: Value) -> Bool {
    let group = source["apiGroup"]?.string ?? ""
    switch source["kind"]?.string {
    case "PersistentVolumeClaim": return group.isEmpty
    case "VolumeSnapshot": return group == "snapshot.storage.k8s.io"
    default: return false
    }
  }

  /// Either is copied to the other. A reference into another namespace is a feature that is off.
  static func normalise(_ object: inout Value) {
    Defaulting.within(&object, "spec") { spec in
      if !Defaulting.isZero(spec["dataSourceRef"]?["namespace"]) { spec["dataSourceRef"] = nil }
      if let source = spec["dataSource"], !isClassic(source) { spec["dataSource"] = nil }
      let source = spec["dataSource"]
      let reference = spec["dataSourceRef"]
      if let source, Defaulting.isNil(reference) {
        spec["dataSourceRef"] = source
      } else if let reference, Defaulting.isNil(source), reference != .null {
        spec["dataSource"] = reference
      }
    }
  }
}
