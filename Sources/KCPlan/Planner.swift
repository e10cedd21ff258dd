public import KCData
public import KCKube

/// Compares what is declared with what is there.
public struct Planner {
  /// The name under which kc's fields are managed.
  public static let fieldManager = "kc"
  /// Says on an object which project it is of.
  public static let projectLabel = "app.kubernetes.io/part-of"
  /// Says on an object that its removal has to be allowed by itself.
  public static let protectAnnotation = "kc.dev/protect"
  /// Says on a namespace that a project's apply has made it and not recorded that yet.
  public static let madeForAnnotation = "kc.dev/made-for"
  /// Says on a pod template what its configuration was, so that a change of it makes new pods.
  public static let configHashAnnotation = "kc.dev/config-hash"

  /// Those that Kubernetes makes itself.
  public static let systemNamespaces: Set = ["default", "kube-system", "kube-public", "kube-node-lease"]

  /// What a plan may do, and what the program says besides its objects.
  public struct Options: Sendable {
    /// Addresses that were and what they are called now, as `moved` says.
    public var moves: [String: String] = [:]
    /// What may be removed although it is protected or holds data, by address or as plans call it; `ALL` for all.
    public var allowDelete: Set<String> = []

    public init(moves: [String: String] = [:], allowDelete: Set<String> = []) {
      self.moves = moves
      self.allowDelete = allowDelete
    }

    func allows(_ address: String) -> Bool { allowDelete.contains("ALL") || allowDelete.contains(address) }
  }

  let types: ResourceTypes
  let schema: KubeSchema
  var options: Options

  /// - Parameter schema: has custom kinds, too, where the target cannot be asked what an apply would do.
  public init(types: ResourceTypes = .builtin, schema: KubeSchema = .builtin, options: Options = Options()) {
    self.types = types
    self.schema = schema
    self.options = options
  }

  /// For a target, and with what the plan's own definitions say of their kinds once they are there.
  ///
  /// - Parameter types: the kinds that the target serves.
  public init(types: ResourceTypes, defining desired: [DesiredObject], options: Options = Options()) {
    let definitions = desired.map(\.object).filter { $0.kind == "CustomResourceDefinition" }
    if definitions.isEmpty {
      self.init(types: types, options: options)
      return
    }
    var types = types
    for type in definitions.flatMap(ResourceType.declared) where types.find((type.apiVersion, type.kind)) == nil {
      types.insert(type)
    }
    self.init(types: types, schema: KnownKinds(definedBy: definitions).schema, options: options)
  }

  /// The plan that makes `live` as `desired` says.
  ///
  /// - Parameters:
  ///   - namespace: where the project's record is kept.
  ///   - sources: what else the plan stands for (sources, parameters); only for its digest.
  public func plan(
    project: String, namespace: String, environment: String?, desired: [DesiredObject], live: LiveState,
    sources: [UInt8] = []
  ) -> Plan {
    let names = ShownName.Names(desired, live.inventory)
    var planner = self
    planner.options.allowDelete = names.addresses(of: options.allowDelete)
    var plan = planner.planned(
      project: project, namespace: namespace, environment: environment, desired: desired, live: live, sources: sources)
    names.call(&plan.steps)
    return plan
  }

  private func planned(
    project: String, namespace: String, environment: String?, desired: [DesiredObject], live: LiveState,
    sources: [UInt8]
  ) -> Plan {
    let prepared = Autoscaled.carry(
      over: options.moves, Self.prepare(desired, live: live.objects, inventory: live.inventory), live: live)
    let recorded = Dictionary(live.inventory.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    var steps = steps(for: prepared, of: project, live: live, recorded: recorded)
    let declared = Set(desired.map(\.key))
    let undeclared = live.inventory.filter { !declared.contains($0.key) && live.objects[$0.key] != nil }
    var (removals, stays) = leaving(undeclared, project: project, live: live)
    let renames = Renames(options.moves, inventory: live.inventory)
    renames.mark(&steps)
    let turning = Turning(steps, live: live)
    let handed = HandedOver(steps, live: live)
    steps = Ordering.waves(
      steps, dependencies: Dictionary(desired.map { ($0.address, $0.dependencies) }, uniquingKeysWith: { $1 }),
      waits: Ordering.waits(desired).merging(turning.waits) { $0 + $1 }.merging(handed.waits) { $0 + $1 })
    let leaving = Set(removals.map(\.key))
    annotate(&steps, live: live, leaving: leaving)
    Self.refuseTaken(&steps, leaving: leaving, live: live)
    handed.relieve(&steps)
    renames.warn(&steps)
    turning.annotate(&steps)
    for index in steps.indices { contest(&steps[index], project: project, live: live, recorded: recorded) }
    let renamed = removals.filter { options.moves[$0.address] != nil }
    removals.removeAll { options.moves[$0.address] != nil }
    refuseOrphans(&steps, of: removals, live: live)
    remakeOrphans(&steps, live: live)
    Self.refuseMisplaced(&steps)
    Self.refuseNameless(&steps)
    Self.refuseRepeats(&steps)
    Autoscaled.free(&steps, from: removals, live: live.objects)
    var gone = removalSteps(removals, live: live) { entry in
      "no longer declared" + (Risks.keepsClaims(live.objects[entry.key]) ? "; its claims stay" : "")
    }
    // The new one is healthy by then: nothing stands still.
    gone += removalSteps(renamed, live: live) { entry in
      "renamed to \(options.moves[entry.address] ?? ""): goes when that is healthy"
    }.map { step in
      var step = step
      step.risks.removeAll { $0.kind == .downtime }
      if step.guardReason == nil, Renames.hasClaims(live.objects[step.key]), !options.allows(step.address) {
        step.guardReason = "its data stays in its claims, and the new one starts without"
      }
      return step
    }
    GivingWay(steps).mark(&gone, live: live)
    GivingWay.relieve(&steps, by: gone)
    steps += gone
    var placements: [Placement] = []
    let places = steps.contains(where: PlacementForecast.places)
    if places {
      placements = PlacementForecast.placements(for: steps, live: live, desired: prepared)
      if GivingWay.givePorts(&steps, for: placements, live: live) {
        placements = PlacementForecast.placements(for: steps, live: live, desired: prepared)
      }
    }
    var plan = Plan(
      project: project, environment: environment, target: live.target, steps: steps, placements: placements,
      digest: PlanDigest.digest(steps: steps, cluster: live.cluster, sources: sources),
      recordNamespace: namespace)
    plan.nodes = PlanDigest.nodeMarks(live.cluster)
    if places, live.cluster.hidesNodes {
      plan.unforeseen = "not foretold: you may not list the nodes of this target"
    }
    plan.unfinished = live.unfinished
    plan.stays = stays
    plan.appliedAs = Self.formerEnvironment(live, environment)
    plan.alsoIn = live.elsewhere.filter { $0.environment == environment }.map(\.namespace)
    return plan
  }

  /// How the last apply's environment is called, where that was another one: `env prod`, `no env`.
  static func formerEnvironment(_ live: LiveState, _ environment: String?) -> String? {
    if live.inventory.isEmpty || live.environment == environment { return nil }
    return live.environment.map { "env \($0)" } ?? "no env"
  }

  /// The declared objects as they are to be sent, beside what is there: with the replicas that autoscalers chose, and
  /// the counts that make pods anew when their secrets change.
  ///
  /// - Parameter inventory: what the project owns: what of it is not declared any more goes.
  public static func prepare(
    _ desired: [DesiredObject], live: [ObjectKey: Value], inventory: [InventoryEntry] = []
  ) -> [DesiredObject] {
    let leaving = Set(inventory.map(\.key)).subtracting(desired.map(\.key))
    return SecretRevisions.prepare(Autoscaled.prepare(desired, live: live, leaving: leaving), live: live)
  }

  func removalSteps(
    _ entries: [InventoryEntry], live: LiveState, effect: (InventoryEntry) -> String
  ) -> [Step] {
    let steps = entries.map { entry in
      let current = live.objects[entry.key]
      var step = Step(
        action: .remove, address: entry.address, title: entry.title, key: entry.key, effect: effect(entry),
        liveVersion: current.map(ObjectDiff.fingerprint), liveUID: current?.uid)
      step.risks = Risks.of(step, live: current)
      if let current, !options.allows(entry.address) { step.guardReason = Risks.guardReason(current) }
      return step
    }
    return steps.sorted {
      (-Ordering.removalRank($0.key), $0.key) < (-Ordering.removalRank($1.key), $1.key)
    }
  }

  func step(for desired: DesiredObject, of project: String, live: LiveState, recorded: InventoryEntry?) -> Step {
    var step = Step(
      action: .add, address: desired.address, title: desired.title, key: desired.key, object: desired.object,
      origin: desired.origin)
    step.refusal = live.refused[desired.key]
    step.holdsSecrets = desired.object.kind == "Secret" || desired.hasSecrets
    step.deferred = desired.deferred
    if let current = live.objects[desired.key], current.isBeingDeleted, desired.key.kind == "Namespace" {
      let held = current.at("spec", "finalizers")?.array?.compactMap(\.string).filter { $0 != "kubernetes" } ?? []
      let by = held.isEmpty ? "" : ", held by \(held.joined(separator: ", "))"
      step.refusal = APIStatus(
        code: 409, reason: "Conflict",
        message: "namespace \(desired.key.name) is being removed\(by): nothing can be made in it until it is gone")
    }
    guard let current = live.objects[desired.key], !current.isBeingDeleted else {
      // It has done what it was for, and went.
      if let done = recorded?.done, desired.deferred.isEmpty, done == InventoryEntry.mark(ofPassing: step) {
        step.action = .keep
        return step
      }
      if recorded?.done != nil {
        step.effect = "runs again: it was done, and what is declared of it has changed since"
        return step
      }
      // It was recorded and is not there: somebody removed it, unless an apply ended before it came to it.
      let isMissing = recorded != nil && !(live.unfinished?.covers(desired.address) ?? false)
      if isMissing {
        step.effect =
          live.isPartial
          ? "the file does not have it: made, where it is not there"
          : live.unfinished?.removesAll ?? false
            ? "made again: a destroy that was not finished has removed it"
            : "made again: it was removed on the target since the last apply"
      }
      step.changes = deferredChanges(desired, nil)
      return step
    }
    step.liveVersion = ObjectDiff.fingerprint(current)
    step.liveUID = current.uid
    // One that says for whom it was made is of an apply that died before it could write that down.
    step.isFound = desired.key.kind == "Namespace" && current.annotations[Self.madeForAnnotation] != project
    step.leftAlone = FieldOwners(current).foreign(in: current, declared: desired.object, isSecret: desired.isSecret)
    if let ceded = desired.ceded {
      step.leftAlone.removeAll { $0.path == ceded.path }
      step.leftAlone.append(ceded)
    }
    if !desired.deferred.isEmpty {
      step.changes = deferredChanges(desired, current)
      step.action = .change
      return step
    }
    if Self.stopsBeingHeadless(desired, current) {
      giveAddress(&step, desired, current)
      return step
    }
    if live.settled.contains(desired.key) {
      step.action = .keep
      return step
    }
    switch live.predicted[desired.key] {
    case .success(let result)?:
      step.changes = changes(
        from: current, to: result, desired: desired, lastApplied: live.lastApplied[desired.key])
      step.action = step.changes.isEmpty ? .keep : .change
    case .failure(let refusal)?:
      refuse(&step, refusal, current: current, desired: desired)
      if step.action == .replace { step.refusal = live.refusedAnew[desired.key] }
    case nil:
      step.changes = changes(from: current, to: predict(desired, current), desired: desired)
      step.action = step.changes.isEmpty ? .keep : .change
    }
    if step.action == .change { step.conflicts = live.conflicts[desired.key] ?? [] }
    return step
  }

  /// Whether the target serves an object's kind in the version that is declared, or will once the plan has defined it.
  public func knows(_ desired: DesiredObject) -> Bool {
    types.find((desired.object.apiVersion, desired.object.kind)) != nil
  }

  /// Whether an apply of a declared object would certainly change nothing: neither a field nor who manages it.
  ///
  /// False where it cannot be known without asking the target.
  public func isSettled(_ desired: DesiredObject, _ current: Value) -> Bool {
    guard !current.isBeingDeleted, let type = types.find((desired.object.apiVersion, desired.object.kind)),
      FieldOwners(current).manages(Self.fieldManager),
      let merged = try? ServerSideApply.apply(
        desired.object, to: current, manager: Self.fieldManager, force: true, type: type, now: Timestamp(seconds: 0),
        schema: schema)
    else { return false }
    let owners = (current.at("metadata", "managedFields"), merged.at("metadata", "managedFields"))
    guard let before = owners.0, let after = owners.1 else { return false }
    return ObjectDiff.changes(from: current, to: merged).isEmpty && ObjectDiff.isSame(before, after)
  }

  /// What an apply would make of `current`, by our own rules, for targets that could not be asked.
  func predict(_ desired: DesiredObject, _ current: Value) -> Value {
    guard let type = types.find((desired.object.apiVersion, desired.object.kind)) else { return desired.object }
    let base = Superseded.released(by: desired.object, in: current) ?? current
    let merged = try? ServerSideApply.apply(
      desired.object, to: base, manager: Self.fieldManager, force: true, type: type, now: Timestamp(seconds: 0),
      schema: schema)
    var result = merged ?? desired.object
    Defaulting.apply(to: &result, type: type)
    return schema.completed(result, apiVersion: type.apiVersion, kind: type.kind)
  }

  /// A refusal is a replacement where a field cannot be changed in place, and stands as a refusal otherwise.
  private func refuse(_ step: inout Step, _ refusal: APIStatus, current: Value, desired: DesiredObject) {
    let wanted = predict(desired, current)
    step.changes = changes(from: current, to: wanted, desired: desired)
    let causes = (refusal.details?.causes ?? []).map(\.field)
    if Superseded.explains(causes, desired.object), Superseded.released(by: desired.object, in: current) != nil {
      step.action = .change
      return
    }
    let type = types.find((desired.object.apiVersion, desired.object.kind))
    var fixed = type.map { Immutability.changed(old: current, new: wanted, type: $0) } ?? []
    // Of some fields of a pod only some changes are refused. It is replaced where it would do as a new one.
    if fixed.isEmpty, current.kind == "Pod", let type, Offline.refusal(of: desired.object, type, schema) == nil {
      fixed = step.changes.map(\.field.path).filter { $0.topField == "spec" && $0.elements.last != .field("image") }
    }
    if !fixed.isEmpty, let holder = Self.holder(of: current) {
      step.action = .change
      step.refusal = APIStatus(
        code: 422, reason: "Invalid",
        message:
          "a volume that \(holder) has stays what it is: declare the other one under a name of its own, and let a "
          + "claim take that")
    } else if let first = fixed.first, refusal.code == 422 {
      step.action = .replace
      step.effect =
        current.kind == "Job"
        ? "recreates the job: \(FieldLabel.label(first)) is immutable"
        : "replaced: \(FieldLabel.label(first)) is immutable"
    } else {
      step.action = .change
      step.refusal = refusal
    }
  }

  /// - Parameter lastApplied: what the last apply sent, where that is known.
  func changes(
    from current: Value, to result: Value, desired: DesiredObject, lastApplied: Value? = nil
  ) -> [Step.Change] {
    let all = ObjectDiff.changes(from: current, to: result)
    if all.isEmpty { return [] }
    let fields = Allocated.masked(all, of: result, declared: desired.object)
    let desired = desired.traced
    let owners = FieldOwners(current)
    return fields.map { field in
      Step.Change(
        field: field, origin: desired.origin(of: field.position), driftedBy: drift(field, owners, lastApplied),
        isSecret: desired.object.kind == "Secret" && ["data", "stringData"].contains(field.path.topField)
          || desired.isSecret(field.position))
    }
  }

  /// Adds in words what each step does, and what it may cost.
  ///
  /// - Parameter leaving: what the plan removes.
  private func annotate(_ steps: inout [Step], live: LiveState, leaving: Set<ObjectKey>) {
    let quotas = QuotaForecast(steps, live: live, leaving: leaving)
    let volumes = steps.compactMap(\.object).filter { $0.kind == "PersistentVolume" }
    for index in steps.indices {
      // What an autoscaler or somebody else has scaled keeps its pods: they count, though they are not declared.
      let current = live.objects[steps[index].key]
      var known = steps[index]
      known.object = Effect.scaled(known.object, by: known, live: current)
      if known.effect.isEmpty { steps[index].effect = Effect.describe(known) }
      steps[index].risks = Risks.of(known, live: current)
      steps[index].risks += Self.lacks(steps[index], live, volumes: volumes)
      if let problem = quotas.problem(of: steps[index]) { steps[index].risks.append(Risk(.stuck, problem)) }
      if let refusal = live.refusedPods[steps[index].key], steps[index].action != .keep,
        !quotas.isOutdated(refusal, in: steps[index].key.namespace)
      {
        steps[index].risks.append(Risk(.stuck, "its pods would be refused: \(refusal)"))
      }
      if let kept = Self.keptClaims(steps[index], live) { steps[index].effect += "; \(kept)" }
      guard steps[index].action == .replace, let current = live.objects[steps[index].key],
        !options.allows(steps[index].address)
      else { continue }
      // To replace is to remove first.
      steps[index].guardReason = Risks.guardReason(current) ?? steps[index].object.flatMap(Risks.protection)
    }
  }
}

extension FieldPath {
  /// The name of the outermost field.
  var topField: String {
    if case .field(let name)? = elements.first { name } else { "" }
  }
}
