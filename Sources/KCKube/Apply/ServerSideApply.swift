public import KCData

/// Server-side apply: merging what a manager declares into an object, with a record of who manages which field.
public enum ServerSideApply {
  /// Merges what a manager declares into an object, and fills in the defaults.
  ///
  /// - Parameters:
  ///   - config: all that the manager wants to manage; what it managed before and leaves out now goes, unless others
  ///     manage it too. For the subresource `scale` this is a `Scale`.
  ///   - live: nil makes the object.
  ///   - manager: the field manager's name.
  ///   - force: whether fields that others manage and that would change are taken from them.
  ///   - now: the time that the manager's entry gets if the object changes.
  ///   - schema: the types to merge by; for custom resources one that knows them.
  /// - Returns: the object with its managers.
  /// - Throws: `Conflict` with a cause for each field that another manager has and that would change, `BadRequest` for
  ///   an object of another kind or one with managed fields, 500 without a reason (as the API server does) for one that
  ///   does not fit its type.
  public static func apply(
    _ config: Value, to live: Value?, manager: String, force: Bool, subresource: String = "", type: ResourceType,
    now: Timestamp, schema: KubeSchema = .builtin
  ) throws(APIStatus) -> Value {
    let config = subresource == "scale" ? try scaled(config, type) : config
    try check(config, type, schema)
    let updater = FieldUpdater(type: type, subresource: subresource, schema: schema)
    var managers = try recorded(live)
    var base = schema.canonical(
      live ?? ["apiVersion": .string(type.apiVersion), "kind": .string(type.kind)], apiVersion: type.apiVersion,
      kind: type.kind)
    base.set(nil, at: "metadata", "managedFields")
    if managers.entries.isEmpty, live != nil {
      managers = beforeFirstApply(base, updater, type, subresource, now, schema)
    }
    let me = ManagedFields.Manager(
      name: manager, operation: .apply, apiVersion: type.apiVersion, subresource: subresource)
    let result: FieldUpdater.Applied
    do throws(FieldUpdater.Problem) {
      result = try attempt(config, base, managers, me, force, updater)
    } catch {
      throw ApplyConflict.status(error)
    }
    var object = result.isSame ? base : finished(result.object, type, schema)
    if manager == LastApplied.manager { LastApplied.update(&object, from: config) }
    let before = managers
    managers = result.managers
    // A write that changes nothing is none, and has no time.
    let isNothing = result.isSame || (object == base && managers.hasSameFields(as: before))
    if !isNothing { managers.entries[me]?.time = now.rfc3339 }
    object.set(managers.value, at: "metadata", "managedFields")
    return object
  }

  /// Keeps the record of managers through any other write: what changed belongs to who changed it.
  ///
  /// - Parameters:
  ///   - old: nil for a create.
  ///   - new: the object as it is going to be stored. What it says of its managers counts, as with Kubernetes: an empty
  ///     list forgets them, none keeps the old ones.
  public static func recordUpdate(
    old: Value?, new: inout Value, manager: String, subresource: String = "", type: ResourceType, now: Timestamp,
    schema: KubeSchema = .builtin
  ) {
    var managers = kept(old, new, subresource)
    new.set(nil, at: "metadata", "managedFields")
    // An object that is not tracked stays so until the first apply.
    guard old == nil || !managers.entries.isEmpty else { return }
    let me = ManagedFields.Manager(
      name: manager.isEmpty ? "unknown" : manager, operation: .update, apiVersion: type.apiVersion,
      subresource: subresource)
    var before = old ?? ["apiVersion": .string(type.apiVersion), "kind": .string(type.kind)]
    before.set(nil, at: "metadata", "managedFields")
    let updater = FieldUpdater(type: type, subresource: subresource, schema: schema)
    if updater.loses(new, managers) { return }
    managers = updater.update(
      managers, from: schema.canonical(before, apiVersion: type.apiVersion, kind: type.kind),
      to: schema.canonical(
        ServerFields.compared(new, isNew: old == nil, type), apiVersion: type.apiVersion, kind: type.kind,
        isStored: false),
      by: me)
    if managers.entries[me] != nil, managers.entries[me]?.time == nil { managers.entries[me]?.time = now.rfc3339 }
    managers.capUpdates()
    new.set(managers.value, at: "metadata", "managedFields")
  }
}

extension ServerSideApply {
  /// Drops what a manager has by updates through a subresource.
  public static func forget(manager: String, subresource: String, in object: inout Value) {
    guard case .array(let entries)? = object.at("metadata", "managedFields") else { return }
    let kept = entries.filter {
      $0["manager"]?.string != manager || $0["operation"] != "Update" || $0["subresource"]?.string != subresource
    }
    object.set(kept.isEmpty ? nil : .array(kept), at: "metadata", "managedFields")
  }

  private static func check(_ config: Value, _ type: ResourceType, _ schema: KubeSchema) throws(APIStatus) {
    guard config.apiVersion == type.apiVersion, config.kind == type.kind else {
      let version = (config.apiVersion ?? "").split(separator: "/", omittingEmptySubsequences: false)
      let group = version.count > 1 ? version[0] : ""
      throw APIStatus(
        code: 400, reason: "BadRequest",
        message: "invalid object type: \(group)/\(version.last ?? ""), Kind=\(config.kind ?? "")")
    }
    if let managed = config.at("metadata", "managedFields"), managed != .null {
      throw APIStatus(code: 400, reason: "BadRequest", message: "metadata.managedFields must be nil")
    }
    let root = TypedPosition.root(apiVersion: type.apiVersion, kind: type.kind, schema: schema)
    if let misfit = Typed.misfit(of: config, at: root, allowDuplicates: false) {
      let name = "\(config.namespace ?? "")/\(config.name ?? "")"
      let kind = "\(type.group.isEmpty ? "/" : "\(type.group)/")\(type.version), Kind=\(type.kind)"
      throw APIStatus(
        code: 500, reason: "", message: "failed to create typed patch object (\(name); \(kind)): \(misfit)")
    }
  }

  /// A `Scale` as the part of the object that it stands for.
  private static func scaled(_ scale: Value, _ type: ResourceType) throws(APIStatus) -> Value {
    guard scale.apiVersion == "autoscaling/v1", scale.kind == "Scale" else {
      throw APIStatus(code: 400, reason: "BadRequest", message: "the subresource takes a Scale of autoscaling/v1")
    }
    var config: Value = ["apiVersion": .string(type.apiVersion), "kind": .string(type.kind)]
    if let name = scale.at("metadata", "name") { config.set(name, at: "metadata", "name") }
    if let replicas = scale.at("spec", "replicas") { config.set(replicas, at: "spec", "replicas") }
    return config
  }

  private static func recorded(_ live: Value?) throws(APIStatus) -> ManagedFields {
    guard let managers = ManagedFields(live?.at("metadata", "managedFields")) else {
      throw APIStatus(code: 500, reason: "", message: "failed to decode managed fields")
    }
    return managers
  }

  /// Who wrote what is there is not known: it gets a manager of its own.
  private static func beforeFirstApply(
    _ live: Value, _ updater: FieldUpdater, _ type: ResourceType, _ subresource: String, _ now: Timestamp,
    _ schema: KubeSchema
  ) -> ManagedFields {
    let me = ManagedFields.Manager(
      name: "before-first-apply", operation: .update, apiVersion: type.apiVersion, subresource: subresource)
    let empty = schema.canonical(
      ["apiVersion": .string(type.apiVersion), "kind": .string(type.kind)], apiVersion: type.apiVersion,
      kind: type.kind)
    var managers = updater.update(ManagedFields(), from: empty, to: live, by: me)
    managers.entries[me]?.time = now.rfc3339
    return managers
  }

  private static func attempt(
    _ config: Value, _ live: Value, _ managers: ManagedFields, _ me: ManagedFields.Manager, _ force: Bool,
    _ updater: FieldUpdater
  ) throws(FieldUpdater.Problem) -> FieldUpdater.Applied {
    do {
      return try updater.apply(config, to: live, managers, by: me, force: force)
    } catch .conflicts(let conflicts) where me.name == LastApplied.manager {
      guard let had = LastApplied.fields(of: live, updater) else { throw .conflicts(conflicts) }
      let left = conflicts.filter { !had.contains($0.path[...]) }
      guard left.isEmpty else { throw .conflicts(left) }
      return try updater.apply(config, to: live, managers, by: me, force: true)
    }
  }

  private static func finished(
    _ merged: Value, _ type: ResourceType, _ schema: KubeSchema
  ) -> Value {
    var object = schema.canonical(merged, apiVersion: type.apiVersion, kind: type.kind)
    Defaulting.apply(to: &object, type: type)
    object = schema.completed(object, apiVersion: type.apiVersion, kind: type.kind)
    return schema.canonical(object, apiVersion: type.apiVersion, kind: type.kind)
  }

  /// The managers that a write starts from.
  private static func kept(_ old: Value?, _ new: Value, _ subresource: String) -> ManagedFields {
    let given = new.at("metadata", "managedFields")?.array
    if subresource.isEmpty, let given {
      if given.isEmpty || given == [[:]] { return ManagedFields() }
      if let managers = ManagedFields(.array(given)), !managers.entries.isEmpty { return managers }
    }
    return ManagedFields.of(old)
  }
}
