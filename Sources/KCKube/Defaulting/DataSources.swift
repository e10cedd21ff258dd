internal import KCData

/// The two fields of a claim that say what its volume starts with.
enum DataSources {
  /// Either is copied to the other. A reference into another namespace is a feature that is off.
  static func normalise(_ object: inout Value) {
    Defaulting.within(&object, "spec") { spec in
      if !Defaulting.isZero(spec["dataSourceRef"]?["namespace"]) { spec["dataSourceRef"] = nil }
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
