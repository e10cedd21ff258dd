internal import KCData

/// The managers of an object's fields.
struct ManagedFields {
  struct Entry {
    var manager: String
    /// `Apply` or `Update`.
    var operation: String
    var apiVersion: String
    var subresource: String
    var time: String
    var set: FieldSet

    func isSame(_ other: (manager: String, operation: String, subresource: String)) -> Bool {
      manager == other.manager && operation == other.operation && subresource == other.subresource
    }
  }

  var entries: [Entry] = []

  init(_ object: Value?) {
    for value in object?.at("metadata", "managedFields")?.array ?? [] {
      entries.append(
        Entry(
          manager: value["manager"]?.string ?? "", operation: value["operation"]?.string ?? "",
          apiVersion: value["apiVersion"]?.string ?? "", subresource: value["subresource"]?.string ?? "",
          time: value["time"]?.string ?? "", set: FieldSet(fieldsV1: value["fieldsV1"] ?? .null)))
    }
  }

  /// The entry of a manager, made if there is none yet.
  mutating func set(
    _ set: FieldSet, manager: String, operation: String, subresource: String, apiVersion: String, time: String
  ) {
    let name = (manager: manager, operation: operation, subresource: subresource)
    if let index = entries.firstIndex(where: { $0.isSame(name) }) {
      if set.isEmpty {
        entries.remove(at: index)
      } else if entries[index].set != set || entries[index].apiVersion != apiVersion {
        entries[index].set = set
        entries[index].apiVersion = apiVersion
        entries[index].time = time
      }
    } else if !set.isEmpty {
      entries.append(
        Entry(
          manager: manager, operation: operation, apiVersion: apiVersion, subresource: subresource, time: time,
          set: set))
    }
  }

  func set(manager: String, operation: String, subresource: String) -> FieldSet {
    entries.first { $0.isSame((manager, operation, subresource)) }?.set ?? FieldSet()
  }

  /// Takes fields from all entries but one.
  mutating func subtract(_ fields: FieldSet, except keep: (manager: String, operation: String, subresource: String)) {
    for index in entries.indices where !entries[index].isSame(keep) {
      entries[index].set = entries[index].set.subtracting(fields)
    }
    entries.removeAll { $0.set.isEmpty }
  }

  /// All fields that someone manages.
  var union: FieldSet { entries.reduce(FieldSet()) { $0.union($1.set) } }

  /// As `metadata.managedFields`: applies first, then by time and name.
  var value: Value {
    let ordered = entries.sorted {
      ($0.operation, $0.time, $0.manager, $0.apiVersion, $0.subresource)
        < ($1.operation, $1.time, $1.manager, $1.apiVersion, $1.subresource)
    }
    return .array(
      ordered.map { entry in
        var out: Value = [
          "manager": .string(entry.manager), "operation": .string(entry.operation),
          "apiVersion": .string(entry.apiVersion), "time": .string(entry.time), "fieldsType": "FieldsV1",
          "fieldsV1": entry.set.fieldsV1,
        ]
        if !entry.subresource.isEmpty { out["subresource"] = .string(entry.subresource) }
        return out
      })
  }
}
