internal import KCData
internal import KCKube

/// Empties namespaces that are being deleted, pods first, and lets them go when nothing is left.
struct NamespaceController: Reconciler {
  let name = "namespace-controller"
  let kinds: [ObjectKind]
  private let content: [ObjectKind]

  /// - Parameter types: the resources that the cluster serves.
  init(types: [ResourceType]) {
    content = types.filter(\.namespaced).map { ObjectKind($0) }
    kinds = content + [.namespace, .custom]
  }

  func keys(for object: Value, _ key: ObjectKey) -> [ObjectKey] {
    if key.kind == .namespace { return [key] }
    return key.namespace.map { [ObjectKey(.namespace, namespace: nil, name: $0)] } ?? []
  }

  func reconcile(_ key: ObjectKey, in view: any ClusterView, now: Timestamp) -> Outcome {
    guard let namespace = view.get(key), namespace.isBeingDeleted,
      namespace.at("spec", "finalizers")?.array?.contains("kubernetes") == true
    else { return Outcome() }
    let all = view.content(of: key.name)
    var outcome = Outcome()
    if all.isEmpty {
      outcome.then(.deleteAll(.event, namespace: key.name))
      let custom = view.customTypes.filter(\.namespaced).map { ObjectKind($0) }
      outcome.then(.finalizeNamespace(namespace, content: content + custom))
      return outcome
    }
    let pods = all.filter { ObjectKind(of: $0) == .pod }
    let doomed = (pods.isEmpty ? all : pods).filter { !$0.isBeingDeleted }
    let deletions = doomed.compactMap { object in ObjectKey(object).map { Action.delete($0, uid: object.uid) } }
    if !deletions.isEmpty { outcome.steps.append(deletions) }
    if let update = status(namespace, all, now) { outcome.then(update) }
    return outcome
  }

  private func status(_ namespace: Value, _ all: [Value], _ now: Timestamp) -> Action? {
    var conditions = namespace.at("status", "conditions")?.array ?? []
    for condition in fixedConditions + [remaining(all), finalizers(all)] {
      let current = conditions.first(type: condition.type)
      if current?["message"]?.string != condition.message { conditions.remove(type: condition.type) }
      conditions.set(condition, now: now)
    }
    var updated = namespace
    updated.set(.array(conditions), at: "status", "conditions")
    return updated == namespace ? nil : .update(updated, subresource: "status")
  }

  private var fixedConditions: [Condition] {
    [
      Condition(
        "NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered", "All resources successfully discovered"),
      Condition(
        "NamespaceDeletionGroupVersionParsingFailure", "False", "ParsedGroupVersions",
        "All legacy kube types successfully parsed"),
      Condition(
        "NamespaceDeletionContentFailure", "False", "ContentDeleted",
        "All content successfully deleted, may be waiting on finalization"),
    ]
  }

  private func remaining(_ all: [Value]) -> Condition {
    let counts = Dictionary(grouping: all) { ObjectKind(of: $0) }
    let text = counts.compactMap { kind, objects in
      kind.map { "\(plural($0)) has \(objects.count) resource instances" }
    }
    return Condition(
      "NamespaceContentRemaining", "True", "SomeResourcesRemain",
      "Some resources are remaining: \(text.sorted().joined(separator: ", "))")
  }

  private func plural(_ kind: ObjectKind) -> String {
    ResourceTypes.builtin.find(apiVersion: kind.apiVersion, kind: kind.name)?.qualifiedName ?? kind.name
  }

  private func finalizers(_ all: [Value]) -> Condition {
    var counts: [String: Int] = [:]
    for finalizer in all.flatMap(\.finalizers) { counts[finalizer, default: 0] += 1 }
    if counts.isEmpty {
      return Condition(
        "NamespaceFinalizersRemaining", "False", "ContentHasNoFinalizers",
        "All content-preserving finalizers finished")
    }
    let text = counts.sorted { $0.key < $1.key }.map { "\($0.key) in \($0.value) resource instances" }
    return Condition(
      "NamespaceFinalizersRemaining", "True", "SomeFinalizersRemain",
      "Some content in the namespace has finalizers remaining: \(text.joined(separator: ", "))")
  }
}
