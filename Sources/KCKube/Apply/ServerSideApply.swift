public import KCData

/// Server-side apply: merging what a manager declares into an object, with a record of who manages which field.
///
/// Follows the structured merge of `sigs.k8s.io/structured-merge-diff`.
public enum ServerSideApply {
  /// Fields that nobody manages: they name the object or are the server's.
  private static let unmanaged: FieldSet = {
    var set = FieldSet()
    for path in [
      ["f:apiVersion"], ["f:kind"], ["f:metadata", "f:name"], ["f:metadata", "f:namespace"], ["f:metadata", "f:uid"],
      ["f:metadata", "f:creationTimestamp"], ["f:metadata", "f:selfLink"], ["f:metadata", "f:generation"],
      ["f:metadata", "f:managedFields"], ["f:metadata", "f:resourceVersion"],
      ["f:metadata", "f:deletionTimestamp"], ["f:metadata", "f:deletionGracePeriodSeconds"],
    ] { set.insert(path) }
    set.children["f:metadata"]?.isMember = false
    return set
  }()

  private static func managed(_ set: FieldSet) -> FieldSet {
    var result = set.subtractingRecursively(unmanaged)
    result.isMember = false
    if result.children["f:metadata"]?.children.isEmpty == true { result.children["f:metadata"] = nil }
    result.children["f:metadata"]?.isMember = false
    return result
  }

  /// Merges what a manager declares into an object.
  ///
  /// - Parameters:
  ///   - config: all that the manager wants to manage; what it managed before and leaves out now goes, unless others
  ///     manage it too.
  ///   - live: nil makes the object.
  ///   - force: whether fields that others manage and that would change are taken from them.
  /// - Throws: `Conflict` with a cause for each field that another manager has and that would change.
  public static func apply(
    _ config: Value, to live: Value?, manager: String, force: Bool, subresource: String = "", type: ResourceType,
    now: Timestamp, schema: KubeSchema = .builtin
  ) throws(APIStatus) -> Value {
    let root = TypedPosition.root(type, schema: schema)
    var config = config
    config.set(nil, at: "metadata", "managedFields")
    let me = (manager: manager, operation: "Apply", subresource: subresource)
    var managers = ManagedFields(live)
    var base = live ?? ["apiVersion": .string(type.apiVersion), "kind": .string(type.kind)]
    base.set(nil, at: "metadata", "managedFields")
    let declared = managed(TypedValue.fields(of: config, at: root))
    let before = managers.set(manager: manager, operation: "Apply", subresource: subresource)
    var merged = TypedValue.merge(base, config, at: root)
    managers.set(
      declared, manager: manager, operation: "Apply", subresource: subresource, apiVersion: type.apiVersion,
      time: now.rfc3339)
    merged = prune(merged, dropped: before, kept: managers.union, at: root)
    let comparison = FieldComparison(from: base, to: merged, at: root)
    try settle(&managers, comparison, me: me, force: force, type: type, name: config.name ?? "")
    merged.set(managers.value, at: "metadata", "managedFields")
    return merged
  }

  /// Removes what the manager no longer declares and nobody else manages.
  private static func prune(_ merged: Value, dropped: FieldSet, kept: FieldSet, at root: TypedPosition) -> Value {
    let gone = leavesToRemove(dropped.subtracting(kept), kept: kept)
    return gone.isEmpty ? merged : TypedValue.remove(gone, from: merged, at: root) ?? merged
  }

  /// A list element or map stays as long as someone manages something in it.
  private static func leavesToRemove(_ gone: FieldSet, kept: FieldSet) -> FieldSet {
    var result = gone
    if result.isMember, !kept.children.isEmpty { result.isMember = false }
    for (step, below) in gone.children {
      result.children[step] = leavesToRemove(below, kept: kept.subset(at: step))
    }
    return result
  }

  /// Takes changed fields from other managers, or refuses.
  private static func settle(
    _ managers: inout ManagedFields, _ comparison: FieldComparison,
    me: (manager: String, operation: String, subresource: String), force: Bool, type: ResourceType, name: String
  ) throws(APIStatus) {
    let changed = comparison.changed
    var causes: [APIStatus.Cause] = []
    for entry in managers.entries where !entry.isSame(me) {
      for path in entry.set.intersection(changed).paths() where !path.isEmpty {
        causes.append(
          APIStatus.Cause(
            reason: "FieldManagerConflict", message: ConflictText.message(entry), field: ConflictText.path(path)))
      }
    }
    if !causes.isEmpty, !force {
      let what = causes.count == 1 ? "1 conflict" : "\(causes.count) conflicts"
      let list = causes.map { "\($0.message): \($0.field)" }.joined(separator: "\n")
      throw APIStatus(
        code: 409, reason: "Conflict", message: "Apply failed with \(what): \(list)",
        details: .init(name: name, group: type.group, kind: type.plural, causes: causes))
    }
    managers.subtract(changed.union(comparison.removed), except: me)
  }

  /// Keeps the record of managers through any other write: what changed belongs to who changed it.
  public static func recordUpdate(
    old: Value?, new: inout Value, manager: String, subresource: String = "", type: ResourceType, now: Timestamp,
    schema: KubeSchema = .builtin
  ) {
    let root = TypedPosition.root(type, schema: schema)
    var managers = ManagedFields(old)
    new.set(nil, at: "metadata", "managedFields")
    var before = old ?? ["apiVersion": .string(type.apiVersion), "kind": .string(type.kind)]
    before.set(nil, at: "metadata", "managedFields")
    let comparison = FieldComparison(from: before, to: new, at: root)
    let me = (manager: manager, operation: "Update", subresource: subresource)
    let changed = managed(comparison.changed)
    let gone = comparison.removed
    managers.subtract(changed.union(gone), except: me)
    let own = managers.set(manager: manager, operation: "Update", subresource: subresource)
    let next = own.union(changed).subtracting(gone)
    managers.set(
      next, manager: manager, operation: "Update", subresource: subresource, apiVersion: type.apiVersion,
      time: now.rfc3339)
    if !managers.entries.isEmpty { new.set(managers.value, at: "metadata", "managedFields") }
  }
}

/// How conflicts are worded.
enum ConflictText {
  static func message(_ entry: ManagedFields.Entry) -> String {
    var out = "conflict with \"\(entry.manager)\""
    if !entry.subresource.isEmpty { out += " with subresource \"\(entry.subresource)\"" }
    if entry.operation != "Apply" { out += " using \(entry.apiVersion)" }
    return out
  }

  /// `.spec.template.spec.containers[name="app"].image`
  static func path(_ steps: [String]) -> String {
    var out = ""
    for step in steps {
      let rest = step.dropFirst(2)
      switch step.prefix(2) {
      case "f:": out += ".\(rest)"
      case "k:":
        let pairs = rest.dropFirst().dropLast().split(separator: ",").map { pair -> String in
          let parts = pair.split(separator: ":", maxSplits: 1)
          return parts.count == 2 ? "\(parts[0].replacing("\"", with: ""))=\(parts[1])" : String(pair)
        }
        out += "[\(pairs.joined(separator: ","))]"
      default: out += "[=\(rest)]"
      }
    }
    return out
  }
}
