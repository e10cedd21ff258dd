internal import KCData
internal import KCKube

/// Who manages the fields of an object, read from its `managedFields`.
struct FieldOwners {
  private var entries: [(manager: String, fields: Value, time: String)] = []

  init(_ object: Value) {
    for entry in object.at("metadata", "managedFields")?.array ?? [] {
      // What is scaled is a field of the object like any other.
      guard ["", "scale"].contains(entry["subresource"]?.string ?? ""), let manager = entry["manager"]?.string,
        let fields = entry["fieldsV1"]
      else { continue }
      entries.append((manager, fields, entry["time"]?.string ?? ""))
    }
  }

  /// Whether a manager manages anything here.
  func manages(_ manager: String) -> Bool { entries.contains { $0.manager == manager } }

  /// Whether `manager` manages the field at `path`.
  func holds(_ path: FieldPath, _ manager: String) -> Bool {
    entries.contains { $0.manager == manager && Self.holds($0.fields, path.elements[...]) }
  }

  /// Who wrote last beside `manager`: of what was taken away nobody is the manager any more.
  func lastWriter(besides manager: String) -> String? {
    entries.filter { $0.manager != manager }.max { $0.time < $1.time }?.manager
  }

  /// The managers of the field at `path` (with named list elements) that are not `manager`.
  func others(of path: FieldPath, than manager: String) -> [String] {
    entries.filter { $0.manager != manager && Self.holds($0.fields, path.elements[...]) }.map(\.manager)
  }

  /// Fields that the target's own parts fill in, and nobody means to decide about.
  private static let bindings: Set<String> = [
    "volumeName", "nodeName", "clusterIP", "clusterIPs", "nodePort", "finalizers",
  ]

  /// The fields of what is declared of an object (its spec and data) that others manage and that are not declared.
  func foreign(in object: Value, declared: Value, isSecret: (FieldPath) -> Bool) -> [ForeignField] {
    var out: [ForeignField] = []
    for entry in entries where entry.manager != Planner.fieldManager {
      for top in ["spec", "data"] {
        guard let fields = entry.fields["f:\(top)"], object.kind != "Secret" || top == "spec" else { continue }
        Self.leaves(fields, object[top], declared[top], FieldPath(top), 0) { path, value in
          if case .field(let last)? = path.elements.last, Self.bindings.contains(last) { return }
          if holds(path, Planner.fieldManager) || out.contains(where: { $0.path == path }) { return }
          out.append(ForeignField(path: path, manager: entry.manager, value: isSecret(path) ? nil : value))
        }
      }
    }
    return out
  }

  /// Calls `found` with the leaves of a set of fields that are there and not declared.
  private static func leaves(
    _ set: Value, _ live: Value?, _ declared: Value?, _ path: FieldPath, _ depth: Int,
    _ found: (FieldPath, Value) -> Void
  ) {
    guard depth < 32, let live, case .object(let fields) = set else { return }
    if fields.isEmpty || (fields.count == 1 && fields["."] != nil) {
      if declared == nil { found(path, live) }
      return
    }
    for (key, below) in fields {
      if key.hasPrefix("f:") {
        let name = String(key.dropFirst(2))
        let next = name.contains(".") || name.contains("/") ? path.key(name) : path.field(name)
        leaves(below, live[name], declared?[name], next, depth + 1, found)
      } else if key.hasPrefix("k:") {
        guard let (name, element) = Self.element(of: live, key) else { continue }
        let said = declared.flatMap { Self.element(of: $0, key)?.value }
        leaves(below, element, said, path.key(name), depth + 1, found)
      }
    }
  }

  /// The element of a list that a key (`k:{"name":"app"}`) means: by its name, the one field that we look at.
  private static func element(of list: Value, _ key: String) -> (name: String, value: Value)? {
    for field in ["name", "containerPort", "port", "mountPath", "topologyKey", "uid", "ip"] {
      for element in list.array ?? [] {
        if let text = element[field]?.string, key.contains("\"\(field)\":\"\(text)\"") { return (text, element) }
        if let number = element[field]?.int,
          key.contains("\"\(field)\":\(number)}") || key.contains("\"\(field)\":\(number),")
        {
          return (String(number), element)
        }
      }
    }
    return nil
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
