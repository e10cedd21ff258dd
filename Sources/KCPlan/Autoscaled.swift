public import KCData
internal import KCKube

/// Leaves the replicas of workloads to the autoscalers that are declared for them.
public enum Autoscaled {
  /// The declared objects as they are to be sent: a workload that has an autoscaler keeps the replicas it has.
  ///
  /// The number is sent only where nobody but kc manages it yet: leaving it out then would set it back to 1.
  ///
  /// - Parameter leaving: autoscalers that the plan removes: they scale nothing any more.
  public static func prepare(
    _ desired: [DesiredObject], live: [ObjectKey: Value], leaving: Set<ObjectKey> = []
  ) -> [DesiredObject] {
    let staying = live.filter { !leaving.contains($0.key) }.values
    let scalers = Dictionary(
      (desired.map(\.object) + staying).compactMap { object in target(of: object).map { ($0, object.name ?? "") } },
      uniquingKeysWith: { first, _ in first })
    if scalers.isEmpty { return desired }
    return desired.map { item in
      let own = Target(kind: item.key.kind, namespace: item.key.namespace, name: item.key.name)
      guard let scaler = scalers[own], let declared = item.object.at("spec", "replicas"), let current = live[item.key],
        !current.isBeingDeleted
      else { return item }
      var item = item
      let path = FieldPath("spec", "replicas")
      let kept = current.at("spec", "replicas")
      let isOurs = FieldOwners(current).holds(path, Planner.fieldManager)
      item.object.set(isOurs ? kept : nil, at: "spec", "replicas")
      if kept != declared {
        item.ceded = ForeignField(path: path, manager: "autoscaler \(scaler)", value: kept, declared: declared)
      }
      return item
    }
  }

  /// Gives the declared replicas of workloads whose autoscaler the plan removes back to the program: who scaled them does
  /// so no more, and need not be asked.
  static func free(_ steps: inout [Step], from removals: [InventoryEntry], live: [ObjectKey: Value]) {
    let freed = Set(removals.compactMap { live[$0.key].flatMap(target(of:)) })
    if freed.isEmpty { return }
    for index in steps.indices {
      let key = steps[index].key
      guard freed.contains(Target(kind: key.kind, namespace: key.namespace, name: key.name)),
        steps[index].conflicts.contains(where: { $0.field == replicas })
      else { continue }
      steps[index].conflicts.removeAll { $0.field == replicas }
      steps[index].takes = [replicas]
    }
  }

  /// The declared objects, with the replicas that autoscalers gave to workloads which have another name now.
  static func carry(over moves: [String: String], _ desired: [DesiredObject], live: LiveState) -> [DesiredObject] {
    if moves.isEmpty { return desired }
    let former = Dictionary(
      live.inventory.compactMap { entry in moves[entry.address].map { ($0, entry.key) } }, uniquingKeysWith: { $1 })
    let targets = Set(desired.compactMap { target(of: $0.object) })
    return desired.map { item in
      guard live.objects[item.key] == nil, let old = former[item.address].flatMap({ live.objects[$0] }),
        targets.contains(Target(kind: item.key.kind, namespace: item.key.namespace, name: item.key.name)),
        let count = old.at("spec", "replicas")
      else { return item }
      var item = item
      item.object.set(count, at: "spec", "replicas")
      return item
    }
  }

  private static let replicas = "spec.replicas"

  private struct Target: Hashable {
    var kind: String
    var namespace: String
    var name: String
  }

  private static func target(of object: Value) -> Target? {
    guard object.kind == "HorizontalPodAutoscaler", let target = object.at("spec", "scaleTargetRef"),
      let kind = target["kind"]?.string, let name = target["name"]?.string
    else { return nil }
    return Target(kind: kind, namespace: object.namespace ?? "", name: name)
  }
}
