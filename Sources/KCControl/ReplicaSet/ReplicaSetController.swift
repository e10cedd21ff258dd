internal import KCClient
internal import KCData
internal import KCKube

/// Keeps as many pods as a replica set asks for.
struct ReplicaSetController: Reconciler {
  /// How many pods are made or removed in one go at most.
  static let burst = 500

  let name = "replicaset-controller"
  let kinds: [ObjectKind] = [.replicaSet, .pod]

  func keys(for object: Value, _ key: ObjectKey) -> [ObjectKey] {
    if key.kind == .replicaSet { return [key] }
    let owners = controllerKey(of: object, kind: .replicaSet)
    // An orphan may be wanted by any set of its namespace; which one is found out when it is reconciled.
    return owners.isEmpty && object.controllerOwner == nil
      ? [ObjectKey(.replicaSet, namespace: key.namespace, name: Self.everyone)] : owners
  }

  /// The name that stands for all replica sets of a namespace; no object can have it.
  static let everyone = "*"

  func reconcile(_ key: ObjectKey, in view: any ClusterView, now: Timestamp) -> Outcome {
    if key.name == Self.everyone { return adoptOrphans(key, in: view) }
    guard let set = view.get(key), let selector = try? LabelSelector(set.at("spec", "selector")), !selector.isEmpty
    else { return Outcome() }
    let claim = Claim(view.list(.pod, namespace: key.namespace), for: set, selector: selector)
    if !claim.changes.isEmpty { return Outcome(steps: claim.changes.map { [$0] }) }
    var outcome = Outcome()
    let active = claim.claimed.filter(\.isActivePod)
    if !set.isBeingDeleted { manage(set, active, in: view, now: now, &outcome) }
    var status = ReplicaSetStatus(set, pods: claim.claimed, now: now)
    status.conditions.remove(type: "ReplicaFailure")
    if let update = status.update(of: set) { outcome.then(update) }
    if let delay = status.nextAvailability { outcome.lookAgain(in: delay) }
    return outcome
  }

  private func adoptOrphans(_ key: ObjectKey, in view: any ClusterView) -> Outcome {
    let pods = view.list(.pod, namespace: key.namespace)
    var outcome = Outcome()
    for set in view.list(.replicaSet, namespace: key.namespace).sorted(by: { ($0.name ?? "") < ($1.name ?? "") }) {
      guard let selector = try? LabelSelector(set.at("spec", "selector")), !selector.isEmpty else { continue }
      for change in Claim(pods, for: set, selector: selector).changes { outcome.then(change) }
    }
    return outcome
  }

  private func manage(
    _ set: Value, _ active: [Value], in view: any ClusterView, now: Timestamp, _ outcome: inout Outcome
  ) {
    let difference = set.specReplicas - active.count
    if difference > 0 {
      let pod = pod(from: set.at("spec", "template"), of: set)
      let note = EventNote(set, "SuccessfulCreate", "Created pod: ")
      // A few at first, then more: when the first is refused, not all of them are tried.
      outcome.steps += slowStart(min(difference, Self.burst)).map { count in
        Array(repeating: Action.create(pod, note: note), count: count)
      }
    } else if difference < 0 {
      let victims = PodRanking(related: relatedPods(of: set, in: view), now: now).victims(
        among: active, count: min(-difference, Self.burst))
      outcome.steps.append(
        victims.compactMap { pod in
          ObjectKey(pod).map {
            .delete(
              $0, uid: pod.uid, note: EventNote(set, "SuccessfulDelete", "Deleted pod: \(pod.name ?? "")"))
          }
        })
    }
    if abs(difference) > Self.burst { outcome.lookAgain(in: 0) }
  }

  /// The active pods of all replica sets with the same controller.
  private func relatedPods(of set: Value, in view: any ClusterView) -> [Value] {
    let siblings: [Value]
    if let uid = set.controllerOwner?["uid"]?.string {
      siblings = view.controlled(by: uid, kind: .replicaSet)
    } else {
      siblings = [set]
    }
    return siblings.compactMap(\.uid).flatMap { view.controlled(by: $0, kind: .pod) }.filter(\.isActivePod)
  }

  func afterFailure(of key: ObjectKey, _ error: ClientError, in view: any ClusterView, now: Timestamp) -> [Action] {
    guard let set = view.get(key) else { return [] }
    let pods = view.controlled(by: set.uid ?? "", kind: .pod)
    var status = ReplicaSetStatus(set, pods: pods, now: now)
    let isShort = pods.filter(\.isActivePod).count < set.specReplicas
    status.conditions.set(
      Condition("ReplicaFailure", "True", isShort ? "FailedCreate" : "FailedDelete", error.description), now: now)
    let note = EventNote(
      set, isShort ? "FailedCreate" : "FailedDelete",
      "Error \(isShort ? "creating" : "deleting"): \(error.description)", isWarning: true)
    return [.note(note)] + (status.update(of: set).map { [$0] } ?? [])
  }
}

/// Splits a number into batches of 1, 2, 4, …
func slowStart(_ count: Int) -> [Int] {
  var batches: [Int] = []
  var rest = count
  var size = 1
  while rest > 0 {
    batches.append(min(size, rest))
    rest -= size
    size *= 2
  }
  return batches
}
