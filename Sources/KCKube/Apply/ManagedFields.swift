internal import KCData

/// The managers of an object's fields: `metadata.managedFields`.
struct ManagedFields {
  enum Operation: String { case apply = "Apply", update = "Update" }

  /// What tells entries apart. A manager's applies are one entry whatever their version; its updates are one for each.
  struct Manager: Hashable {
    var name: String
    var operation: Operation
    /// Empty for applies.
    var version: String
    var subresource: String

    init(name: String, operation: Operation, apiVersion: String, subresource: String) {
      self.name = name
      self.operation = operation
      version = operation == .apply ? "" : apiVersion
      self.subresource = subresource
    }
  }

  struct Entry {
    /// The version in which `set` names the fields.
    var apiVersion: String
    var time: String?
    var set: FieldSet
  }

  var entries: [Manager: Entry] = [:]

  init() {}

  /// - Returns: nil where an entry is malformed.
  init?(_ value: Value?) {
    for entry in value?.array ?? [] {
      guard let operation = entry["operation"]?.string.flatMap({ Operation(rawValue: $0) }),
        let version = entry["apiVersion"]?.string, !version.isEmpty, entry["fieldsType"]?.string == "FieldsV1",
        let set = FieldSet(fieldsV1: entry["fieldsV1"])
      else { return nil }
      let manager = Manager(
        name: entry["manager"]?.string ?? "", operation: operation, apiVersion: version,
        subresource: entry["subresource"]?.string ?? "")
      entries[manager] = Entry(apiVersion: version, time: entry["time"]?.string, set: set)
    }
  }

  /// The managers that an object records; none where the record is malformed.
  static func of(_ object: Value?) -> ManagedFields {
    ManagedFields(object?.at("metadata", "managedFields")) ?? ManagedFields()
  }

  /// Whether each manager manages the same as in another record.
  func hasSameFields(as other: ManagedFields) -> Bool {
    entries.count == other.entries.count
      && entries.allSatisfy { manager, entry in
        other.entries[manager].map { $0.set == entry.set && $0.apiVersion == entry.apiVersion } ?? false
      }
  }

  mutating func removeEmpty() { entries = entries.filter { !$0.value.set.isEmpty } }

  /// As `metadata.managedFields`: applies first, then by time and name; nil for none.
  var value: Value? {
    if entries.isEmpty { return nil }
    let ordered = entries.sorted { left, right in
      let (a, b) = (left.key, right.key)
      return (a.operation.rawValue, left.value.time ?? "", a.name, left.value.apiVersion, a.subresource)
        < (b.operation.rawValue, right.value.time ?? "", b.name, right.value.apiVersion, b.subresource)
    }
    return .array(
      ordered.map { manager, entry in
        var out: Value = [
          "manager": .string(manager.name), "operation": .string(manager.operation.rawValue),
          "apiVersion": .string(entry.apiVersion),
        ]
        if let time = entry.time { out["time"] = .string(time) }
        out["fieldsType"] = "FieldsV1"
        out["fieldsV1"] = entry.set.fieldsV1
        if !manager.subresource.isEmpty { out["subresource"] = .string(manager.subresource) }
        return out
      })
  }
}

extension ManagedFields {
  /// How many entries of updates are kept apart.
  static let updateLimit = 10

  /// Merges the oldest entries of updates until there are no more than the limit.
  mutating func capUpdates() {
    let updates = entries.filter { $0.key.operation == .update }
    guard updates.count > Self.updateLimit else { return }
    let oldestFirst = updates.sorted { left, right in
      (left.value.time ?? "", left.key.sortText) < (right.value.time ?? "", right.key.sortText)
    }
    var count = updates.count
    var firstOfVersion: [String: Manager] = [:]
    for (manager, entry) in oldestFirst {
      if count <= Self.updateLimit { break }
      let version = entry.apiVersion
      let bucket = Manager(name: "ancient-changes", operation: .update, apiVersion: version, subresource: "")
      guard let first = firstOfVersion[version] else {
        firstOfVersion[version] = manager
        continue
      }
      if entries[bucket] == nil { entries[bucket] = entries.removeValue(forKey: first) }
      guard var merged = entries[bucket] else { continue }
      merged.set = merged.set.union(entry.set)
      merged.time = entry.time
      entries[bucket] = merged
      entries[manager] = nil
      count -= 1
    }
  }
}

extension ManagedFields.Manager {
  /// Entries of the same second are ordered by this.
  fileprivate var sortText: String { "\(name)\u{0}\(operation.rawValue)\u{0}\(version)\u{0}\(subresource)" }
}
