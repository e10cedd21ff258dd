public import KCData
public import KCKube

/// What a plan needs, without a target: from files, and by the rules of the API server that kc knows itself.
public enum Offline {
  /// - Parameters:
  ///   - objects: what is there, as `kubectl get -o yaml` prints it; none where everything is new.
  ///   - inventory: what the project owned after its last apply.
  ///   - target: how the plan calls where it goes.
  public static func state(
    desired: [DesiredObject], objects: [Value], inventory: [InventoryEntry], cluster: LiveState.Cluster,
    kinds: KnownKinds = .builtin, target: String
  ) -> LiveState {
    var live = LiveState(inventory: inventory, cluster: cluster, target: target)
    live.isPartial = true
    for object in objects { live.objects[ObjectKey(object)] = complete(object, kinds) }
    assumeNamespaces(of: desired, &live)
    let known = Deferral.resolve(desired, live: live.objects)
    for item in Planner.prepare(known, live: live.objects, inventory: inventory) where item.deferred.isEmpty {
      guard let type = kinds.types.find((item.object.apiVersion, item.object.kind)) else { continue }
      if let current = live.objects[item.key] {
        let (refusal, conflicts) = update(item, current, type, kinds.schema)
        if let refusal { live.predicted[item.key] = .failure(refusal) }
        if !conflicts.isEmpty { live.conflicts[item.key] = conflicts }
      } else if let refusal = refusal(of: item.object, type, kinds.schema) {
        live.refused[item.key] = refusal
      }
    }
    return live
  }

  /// Namespaces that the file has objects of are there, though lists of what is in a namespace leave it out. What the
  /// file does not tell of them is taken to be as declared.
  private static func assumeNamespaces(of desired: [DesiredObject], _ live: inout LiveState) {
    let used = Set(live.objects.keys.map(\.namespace))
    for item in desired where item.key.kind == "Namespace" && item.key.apiVersion == "v1" {
      guard used.contains(item.key.name), live.objects[item.key] == nil else { continue }
      live.objects[item.key] = item.object
      live.settled.insert(item.key)
    }
  }

  /// An object as the API server would give it: a file that people wrote leaves defaults out.
  private static func complete(_ object: Value, _ kinds: KnownKinds) -> Value {
    guard let type = kinds.types.find((object.apiVersion, object.kind)), Validation.decode(object, type: type) == nil
    else { return object }
    var object = object
    Defaulting.apply(to: &object, type: type)
    return kinds.schema.completed(object, apiVersion: type.apiVersion, kind: type.kind)
  }

  /// Why the API server would refuse a new object, by the rules of its type; nil where it would take it.
  public static func refusal(of object: Value, _ type: ResourceType, _ schema: KubeSchema) -> APIStatus? {
    if let refusal = Validation.decode(object, type: type) { return refusal }
    var object = object
    Defaulting.apply(to: &object, type: type)
    // What the server gives each object, and some rules look at.
    object.set("00000000-0000-4000-8000-000000000000", at: "metadata", "uid")
    Strategy.prepareForCreate(&object, type: type, now: Timestamp(seconds: 0))
    object = schema.completed(object, apiVersion: type.apiVersion, kind: type.kind)
    let causes =
      Validation.create(object, type: type)
      + schema.violations(of: object, apiVersion: type.apiVersion, kind: type.kind)
    return causes.isEmpty ? nil : Validation.status(causes, object: object, type: type)
  }

  /// Why an apply to an object would be refused, and the fields that it would have to take from others. What it makes of
  /// the object the planner finds out by itself.
  public static func update(
    _ item: DesiredObject, _ current: Value, _ type: ResourceType, _ schema: KubeSchema
  ) -> (refusal: APIStatus?, conflicts: [ConflictingField]) {
    let base = Superseded.released(by: item.object, in: current) ?? current
    func merge(force: Bool) throws(APIStatus) -> Value {
      try ServerSideApply.apply(
        item.object, to: base, manager: Planner.fieldManager, force: force, type: type, now: Timestamp(seconds: 0),
        schema: schema)
    }
    var conflicts: [ConflictingField] = []
    var merged: Value
    do throws(APIStatus) {
      do throws(APIStatus) {
        merged = try merge(force: false)
      } catch {
        conflicts = ConflictingField.list(error)
        if conflicts.isEmpty { return (error, []) }
        merged = try merge(force: true)
      }
    } catch {
      return (error, conflicts)
    }
    Strategy.prepareForUpdate(&merged, old: current, type: type)
    let causes =
      Validation.update(merged, old: current, type: type)
      + schema.violations(of: merged, old: current, apiVersion: type.apiVersion, kind: type.kind)
    return (causes.isEmpty ? nil : Validation.status(causes, object: merged, type: type), conflicts)
  }
}
