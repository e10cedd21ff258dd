internal import KCData

/// Who manages the fields of an object, read from its `managedFields`.
struct FieldOwners {
  private var entries: [(manager: String, fields: Value)] = []

  init(_ object: Value) {
    for entry in object.at("metadata", "managedFields")?.array ?? [] {
      guard entry["subresource"] == nil, let manager = entry["manager"]?.string, let fields = entry["fieldsV1"]
      else { continue }
      entries.append((manager, fields))
    }
  }

  /// The managers of the field at `path` (with named list elements) that are not `manager`.
  func others(of path: FieldPath, than manager: String) -> [String] {
    entries.filter { $0.manager != manager && Self.holds($0.fields, path.elements[...]) }.map(\.manager)
  }

  private static func holds(_ set: Value, _ path: ArraySlice<FieldPath.Element>) -> Bool {
    guard let first = path.first else { return true }
    guard case .object(let fields) = set else { return false }
    let rest = path.dropFirst()
    switch first {
    case .field(let name):
      return fields["f:\(name)"].map { holds($0, rest) } ?? false
    case .key(let name):
      if let below = fields["f:\(name)"] { return holds(below, rest) }
      // A list element: its key is written as JSON, of which any field may be the name.
      return fields.contains { key, below in
        key.hasPrefix("k:") && (key.contains(":\"\(name)\"") || key.contains(":\(name)}") || key.contains(":\(name),"))
          && holds(below, rest)
      }
    case .index: return false
    }
  }
}
