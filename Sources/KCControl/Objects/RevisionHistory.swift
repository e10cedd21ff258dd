internal import KCData
internal import KCKube

/// The templates that a stateful or daemon set has had, as ControllerRevisions.
struct RevisionHistory {
  static let hashLabel = "controller-revision-hash"

  /// Oldest first, the one of the present template last.
  private(set) var revisions: [Value]
  /// The writes that make it so.
  private(set) var actions: [Action] = []
  private(set) var collisions: Int

  /// - Parameter revisions: those that the owner controls.
  init(of owner: Value, revisions present: [Value], in view: any ClusterView) {
    collisions = owner.count("status", "collisionCount")
    revisions = present.sorted { ($0.revisionNumber, $0.name ?? "") < ($1.revisionNumber, $1.name ?? "") }
    let template = owner.at("spec", "template")?.withoutNulls ?? [:]
    let next = (revisions.last?.revisionNumber ?? 0) + 1
    if let index = revisions.lastIndex(where: { $0.revisionTemplate == template }) {
      guard index != revisions.count - 1 else { return }
      var again = revisions.remove(at: index)
      again["revision"] = .int(next)
      revisions.append(again)
      actions.append(.update(again))
    } else {
      let made = make(owner, template, next, in: view)
      revisions.append(made)
      actions.append(.create(made))
    }
  }

  /// The revision of the present template.
  var update: Value { revisions.last ?? [:] }

  func named(_ name: String?) -> Value? { revisions.first { $0.name == name } }

  private mutating func make(_ owner: Value, _ template: Value, _ number: Int64, in view: any ClusterView) -> Value {
    var hash = templateHash(template, collisions: collisions)
    for _ in 0..<100 {
      let key = ObjectKey(.controllerRevision, namespace: owner.namespace, name: "\(owner.name ?? "")-\(hash)")
      if view.get(key) == nil { break }
      collisions += 1
      hash = templateHash(template, collisions: collisions)
    }
    var labels = stringMap(template.at("metadata", "labels"))
    labels["controller.kubernetes.io/hash"] = hash
    var data = template
    data["$patch"] = "replace"
    return [
      "apiVersion": "apps/v1", "kind": "ControllerRevision",
      "metadata": [
        "name": .string("\(owner.name ?? "")-\(hash)"), "namespace": .string(owner.namespace ?? ""),
        "labels": Value(labels), "ownerReferences": [controllerReference(to: owner)],
      ],
      "data": ["spec": ["template": data]], "revision": .int(number),
    ]
  }

  /// The deletions that keep to the owner's limit, sparing the revisions that are in use.
  func surplus(limit: Int, inUse: Set<String>) -> [Action] {
    let idle = revisions.filter { !inUse.contains($0.name ?? "") }
    return idle.prefix(max(0, idle.count - limit)).compactMap { revision in
      ObjectKey(revision).map { .delete($0, uid: revision.uid) }
    }
  }
}

extension Value {
  /// The number of a ControllerRevision.
  var revisionNumber: Int64 { self["revision"]?.int ?? 0 }

  /// The template of a ControllerRevision.
  var revisionTemplate: Value {
    var template = at("data", "spec", "template")?.withoutNulls ?? [:]
    template["$patch"] = nil
    return template
  }

  /// The hash in the name of a ControllerRevision.
  var revisionHash: String { labels["controller.kubernetes.io/hash"] ?? "" }
}
