internal import KCData

/// One write's effect on who manages which field.
///
/// The rules are those of `sigs.k8s.io/structured-merge-diff`: fields that a write changes go to the writer; an apply
/// that would change a field of another manager is a conflict unless forced; what an applier no longer declares and
/// nobody else manages goes.
struct FieldUpdater {
  /// A field that another manager has and that an apply would change.
  struct Conflict {
    var manager: ManagedFields.Manager
    var path: [String]
  }

  let kind: String
  let apiVersion: String
  let ignored: FieldSet
  let schema: KubeSchema

  init(type: ResourceType, subresource: String, schema: KubeSchema) {
    kind = type.kind
    apiVersion = type.apiVersion
    ignored = ResetFields.ignored(by: subresource, of: type)
    self.schema = schema
  }

  /// The place of the object in one of the versions of its kind; nil for a version that is not served any more.
  private func root(_ version: String) -> TypedPosition? {
    if version == apiVersion || schema.type(apiVersion: version, kind: kind) != nil {
      return TypedPosition.root(apiVersion: version, kind: kind, schema: schema)
    }
    // A kind that the schema does not know has no versions that it could miss.
    return root.isDeduced ? root : nil
  }

  var root: TypedPosition { TypedPosition.root(apiVersion: apiVersion, kind: kind, schema: schema) }

  /// Whether an object has fields that a version which a manager wrote in does not have: who manages what cannot be
  /// followed any further then. Built-in kinds have the same fields in all their versions, or are converted.
  func loses(_ object: Value, _ managers: ManagedFields) -> Bool {
    let versions = Set(managers.entries.values.map(\.apiVersion)).subtracting([apiVersion])
    return versions.contains { version in
      guard let index = schema.type(apiVersion: version, kind: kind), schema.types[index].isCustom,
        let root = root(version)
      else { return false }
      var converted = object
      converted["apiVersion"] = .string(version)
      return Typed.misfit(of: converted, at: root, allowDuplicates: true) != nil
    }
  }

  /// Gives what differs between two objects to a manager.
  func update(
    _ managers: ManagedFields, from old: Value, to new: Value, by manager: ManagedFields.Manager
  ) -> ManagedFields {
    var managers = reconciled(managers)
    let comparison = FieldComparison(from: old, to: new, at: root).excluding(ignored)
    // Nothing is excepted: what the writer had before is taken from it too, and comes back below.
    _ = settle(&managers, old, new, comparison, except: nil, force: true)
    let own = comparison.modified.union(comparison.added).subtractingRecursively(ignored)
      .subtracting(Self.unmanaged)
    if !own.isEmpty {
      let before = managers.entries[manager]
      managers.entries[manager] = ManagedFields.Entry(
        apiVersion: apiVersion, time: nil, set: before.map { $0.set.union(own) } ?? own)
    }
    return managers
  }

  struct Applied {
    var object: Value
    var managers: ManagedFields
    /// Whether nothing changed but, perhaps, who manages what.
    var isSame: Bool
  }

  enum Problem: Error {
    case conflicts([Conflict])
    /// The object in the version that was applied before is not what that version allows.
    case cannotPrune(String)
  }

  /// Merges what a manager declares into the live object.
  func apply(
    _ config: Value, to live: Value, _ managers: ManagedFields, by manager: ManagedFields.Manager, force: Bool
  ) throws(Problem) -> Applied {
    var managers = reconciled(managers)
    var object = Typed.merge(live, config, at: root)
    let last = managers.entries[manager]
    let set = Typed.fields(of: config, at: root).subtractingRecursively(ignored)
    managers.entries[manager] = ManagedFields.Entry(apiVersion: apiVersion, time: last?.time, set: set)
    object = try prune(object, managers, last)
    let comparison = FieldComparison(from: live, to: object, at: root).excluding(ignored)
    let conflicts = settle(&managers, live, object, comparison, except: manager, force: force)
    if !conflicts.isEmpty, !force { throw .conflicts(conflicts) }
    if var own = managers.entries[manager] {
      own.set = own.set.subtracting(Self.unmanaged)
      managers.entries[manager] = own.set.isEmpty ? nil : own
    }
    return Applied(object: object, managers: managers, isSame: Typed.isSame(live, object))
  }

  /// Takes changed and removed fields from the managers that had them.
  ///
  /// - Returns: what other managers had and lost; without `force` nothing is taken where there is any of it.
  private func settle(
    _ managers: inout ManagedFields, _ old: Value, _ new: Value, _ comparison: FieldComparison,
    except keep: ManagedFields.Manager?, force: Bool
  ) -> [Conflict] {
    var byVersion = [apiVersion: comparison]
    var conflicts: [Conflict] = []
    var lost: [ManagedFields.Manager: FieldSet] = [:]
    for (manager, entry) in managers.entries where manager != keep {
      let comparison: FieldComparison
      if let known = byVersion[entry.apiVersion] {
        comparison = known
      } else if let root = root(entry.apiVersion) {
        comparison = FieldComparison(
          from: AutoscalerConversion.converted(old, to: entry.apiVersion),
          to: AutoscalerConversion.converted(new, to: entry.apiVersion), at: root
        ).excluding(ignored)
        byVersion[entry.apiVersion] = comparison
      } else {
        managers.entries[manager] = nil
        continue
      }
      let taken = entry.set.intersection(comparison.changed)
      conflicts += taken.paths().map { Conflict(manager: manager, path: $0) }
      lost[manager] = taken.union(comparison.removed)
    }
    if !conflicts.isEmpty, !force { return conflicts }
    for (manager, fields) in lost {
      guard var entry = managers.entries[manager] else { continue }
      entry.set = entry.set.subtracting(fields)
      managers.entries[manager] = entry
    }
    managers.removeEmpty()
    return conflicts
  }

  private func reconciled(_ managers: ManagedFields) -> ManagedFields {
    var out = managers
    for (manager, entry) in managers.entries {
      guard let root = root(entry.apiVersion) else {
        out.entries[manager] = nil
        continue
      }
      out.entries[manager]?.set = Typed.reconciled(entry.set, at: root)
    }
    return out
  }

  /// Fields that nobody manages: they name the object or are the server's.
  private static let unmanaged: FieldSet = {
    var set = FieldSet()
    for name in ["apiVersion", "kind", "metadata"] { set.insert(["f:\(name)"]) }
    for name in [
      "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields",
      "resourceVersion",
    ] { set.insert(["f:metadata", "f:\(name)"]) }
    return set
  }()
}

extension FieldUpdater {
  /// Removes what an applier declared last time, does not declare now, and nobody else manages.
  private func prune(
    _ merged: Value, _ managers: ManagedFields, _ last: ManagedFields.Entry?
  ) throws(Problem) -> Value {
    guard let last, !last.set.isEmpty, let root = root(last.apiVersion) else { return merged }
    // Fields are compared as they are called in the version of the last time.
    let merged = AutoscalerConversion.converted(merged, to: last.apiVersion)
    if last.apiVersion != apiVersion {
      var converted = merged
      converted["apiVersion"] = .string(last.apiVersion)
      if let misfit = Typed.misfit(of: converted, at: root, allowDuplicates: true) {
        throw .cannotPrune("failed to convert merged object to last applied version: \(misfit)")
      }
    }
    let lastSet = Typed.withNamedFields(last.set, at: root)
    var pruned = Typed.remove(lastSet, from: merged, at: root)
    pruned = addBackOwned(merged, pruned, managers, last.apiVersion)
    // What the applier did not have last time comes back too.
    let before = Typed.withNamedFields(Typed.fields(of: merged, at: root), at: root)
    let after = Typed.withNamedFields(Typed.fields(of: pruned, at: root), at: root)
    let left = Typed.remove(before.subtracting(after).intersection(lastSet), from: merged, at: root)
    return AutoscalerConversion.converted(left, to: apiVersion)
  }

  private func addBackOwned(
    _ merged: Value, _ pruned: Value, _ managers: ManagedFields, _ first: String
  ) -> Value {
    var byVersion: [String: FieldSet] = [:]
    for entry in managers.entries.values {
      byVersion[entry.apiVersion] = byVersion[entry.apiVersion].map { $0.union(entry.set) } ?? entry.set
    }
    var pruned = pruned
    let versions = byVersion.keys.sorted { ($0 == first ? 0 : 1, $0) < ($1 == first ? 0 : 1, $1) }
    for version in versions {
      guard let root = root(version), let managed = byVersion[version] else { continue }
      let all = AutoscalerConversion.converted(merged, to: version)
      let before = Typed.withNamedFields(Typed.fields(of: all, at: root), at: root)
      let rest = AutoscalerConversion.converted(pruned, to: version)
      let after = Typed.withNamedFields(Typed.fields(of: rest, at: root), at: root)
      let kept = after.union(Typed.withNamedFields(managed, at: root))
      pruned = Typed.remove(before.subtracting(kept), from: all, at: root)
    }
    return AutoscalerConversion.converted(pruned, to: first)
  }
}
