internal import KCData
public import KCKube

/// Compares what is declared with what is there.
public struct Planner {
  /// The name under which kc's fields are managed.
  public static let fieldManager = "kc"

  let types: ResourceTypes

  public init(types: ResourceTypes = .builtin) { self.types = types }

  /// The plan that makes `live` as `desired` says.
  ///
  /// - Parameters:
  ///   - namespace: where the project's record is kept.
  ///   - sources: what else the plan stands for (sources, parameters); only for its digest.
  public func plan(
    project: String, namespace: String, environment: String?, desired: [DesiredObject], live: LiveState,
    sources: [UInt8] = []
  ) -> Plan {
    var steps = desired.map { step(for: $0, live: live) }
    let declared = Set(desired.map(\.key))
    let removals = live.inventory.filter { !declared.contains($0.key) && live.objects[$0.key] != nil }
    steps = Ordering.waves(
      steps, dependencies: Dictionary(desired.map { ($0.address, $0.dependencies) }, uniquingKeysWith: { $1 }))
    annotate(&steps, desired: desired)
    steps += removalSteps(removals, live: live)
    var forecast = PlacementForecast(live: live, desired: desired)
    let placements = forecast.placements(for: steps)
    return Plan(
      project: project, environment: environment, target: live.target, steps: steps, placements: placements,
      digest: PlanDigest.digest(steps: steps, cluster: live.cluster, sources: sources),
      recordNamespace: namespace)
  }

  /// The plan that removes all that the project owns.
  public func planRemoval(project: String, namespace: String, environment: String?, live: LiveState) -> Plan {
    let steps = removalSteps(
      live.inventory.filter { live.objects[$0.key] != nil }, live: live, effect: "removed with the project")
    return Plan(
      project: project, environment: environment, target: live.target, steps: steps, placements: [],
      digest: PlanDigest.digest(steps: steps, cluster: live.cluster, sources: []), recordNamespace: namespace)
  }

  private func removalSteps(
    _ entries: [InventoryEntry], live: LiveState, effect: String = "no longer declared"
  ) -> [Step] {
    let steps = entries.map { entry in
      Step(
        action: .remove, address: entry.address, title: entry.key.title, key: entry.key, effect: effect,
        liveVersion: live.objects[entry.key].map(ObjectDiff.fingerprint), liveUID: live.objects[entry.key]?.uid)
    }
    return steps.sorted {
      (-Ordering.rank($0.key.kind), $0.key) < (-Ordering.rank($1.key.kind), $1.key)
    }
  }

  private func step(for desired: DesiredObject, live: LiveState) -> Step {
    var step = Step(
      action: .add, address: desired.address, title: desired.title, key: desired.key, object: desired.object,
      origin: desired.origin)
    guard let current = live.objects[desired.key], !current.isBeingDeleted else {
      step.effect = "new"
      return step
    }
    step.liveVersion = ObjectDiff.fingerprint(current)
    step.liveUID = current.uid
    switch live.predicted[desired.key] {
    case .success(let result)?:
      step.changes = changes(from: current, to: result, desired: desired)
      step.action = step.changes.isEmpty ? .keep : .change
    case .failure(let refusal)?:
      refuse(&step, refusal, current: current, desired: desired)
    case nil:
      step.changes = changes(from: current, to: predict(desired, current), desired: desired)
      step.action = step.changes.isEmpty ? .keep : .change
    }
    return step
  }

  /// What an apply would make of `current`, by our own rules, for targets that could not be asked.
  private func predict(_ desired: DesiredObject, _ current: Value) -> Value {
    guard let type = types.find((desired.object.apiVersion, desired.object.kind)) else { return desired.object }
    let merged = try? ServerSideApply.apply(
      desired.object, to: current, manager: Self.fieldManager, force: true, type: type, now: Timestamp(seconds: 0))
    var result = merged ?? desired.object
    Defaulting.apply(to: &result, type: type)
    return result
  }

  /// A refusal is a replacement where a field cannot be changed in place, and stands as a refusal otherwise.
  private func refuse(_ step: inout Step, _ refusal: APIStatus, current: Value, desired: DesiredObject) {
    let wanted = predict(desired, current)
    step.changes = changes(from: current, to: wanted, desired: desired)
    let type = types.find((desired.object.apiVersion, desired.object.kind))
    let fixed = type.map { Immutability.changed(old: current, new: wanted, type: $0) } ?? []
    if let first = fixed.first, refusal.code == 422 {
      step.action = .replace
      step.effect = "replaced: \(FieldLabel.label(first)) is immutable"
    } else {
      step.action = .change
      step.refusal = refusal
    }
  }

  private func changes(from current: Value, to result: Value, desired: DesiredObject) -> [Step.Change] {
    let fields = ObjectDiff.changes(from: current, to: result)
    if fields.isEmpty { return [] }
    let owners = FieldOwners(current)
    return fields.map { field in
      Step.Change(
        field: field, origin: desired.origin(of: field.position),
        driftedBy: owners.others(of: field.path, than: Self.fieldManager).first,
        isSecret: desired.object.kind == "Secret" && ["data", "stringData"].contains(field.path.topField)
          || desired.isSecret(field.position))
    }
  }

  /// Adds in words what each step does.
  private func annotate(_ steps: inout [Step], desired: [DesiredObject]) {
    for index in steps.indices where steps[index].effect.isEmpty || steps[index].action == .add {
      steps[index].effect = Effect.describe(steps[index])
    }
  }
}

extension FieldPath {
  /// The name of the outermost field.
  var topField: String {
    if case .field(let name)? = elements.first { name } else { "" }
  }
}
