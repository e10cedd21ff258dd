internal import KCData

/// Autoscalers, disruption budgets, claims and bindings.
extension CrossChecks {
  /// What an autoscaler scales; nil where the program does not declare it.
  private func target(of object: Object) -> Object? {
    guard let reference = child(object.root, names.spec).flatMap({ child($0, names.scaleTargetRef) }),
      let kind = text(reference, names.kind), let name = text(reference, names.name)
    else { return nil }
    return self.object(kind, object.namespace, name, group: "apps")
  }

  mutating func checkAutoscaler(_ object: Object) {
    guard let spec = child(object.root, names.spec) else { return }
    if let least = child(spec, names.minReplicas), let low = program.tree.int(of: least.value),
      let most = child(spec, names.maxReplicas), let high = program.tree.int(of: most.value), low > high
    {
      report(
        "KC0442", "\(title(object)) keeps at least \(low) pods and at most \(high)", at: least.site,
        labels: [(most.site, "the most")], help: "the least is not above the most")
    }
    for metric in elements(spec, names.metrics) {
      guard let resource = child(metric, names.resource), let name = text(resource, names.name) else { continue }
      checkAim(resource, name, object)
    }
    guard let target = target(of: object) else {
      if let reference = child(spec, names.scaleTargetRef), let kind = text(reference, names.kind) {
        checkName(
          text(reference, names.name), kind, kind.lowercased(), object,
          at: child(reference, names.name)?.site ?? reference.site,
          group: "apps")
      }
      return
    }
    for metric in elements(spec, names.metrics) {
      guard let resource = child(metric, names.resource), let name = text(resource, names.name),
        child(resource, names.target).flatMap({ text($0, names.type) }) == "Utilization"
      else { continue }
      // The share that is aimed for is what the user wrote of it.
      let aim = fields(child(resource, names.target)).map(\.node.site).first { $0 != object.root.site } ?? resource.site
      for container in elements(target.pod, names.containers) where !requests(container, name) {
        let own = text(container, names.name) ?? ""
        report(
          "KC0440",
          "\(title(object)) goes by a share of the \(name) that is requested, and `\(own)` of \(title(target)) requests none",
          at: aim, labels: [(container.site, "this container")],
          help: "say what it needs: `\(name == "memory" ? "memory = 256Mi..." : "cpu = 100m...")`")
        break
      }
    }
    if let other = scalers[target.instance].map({ objects[$0] }), other.instance != object.instance {
      report(
        "KC0441", "\(title(object)) scales \(title(target)), which \(title(other)) scales too", at: object.root.site,
        labels: [(other.root.site, "the other one")], help: "one autoscaler has several metrics: put them into one")
    }
  }

  /// By workload: the first autoscaler that scales it.
  func findScalers() -> [Int32: Int] {
    Dictionary(
      places(of: "HorizontalPodAutoscaler").compactMap { place in
        target(of: objects[place]).map { ($0.instance, place) }
      }, uniquingKeysWith: { first, _ in first })
  }

  private func requests(_ container: Node, _ name: String) -> Bool {
    guard let key = program.tree.keys.find(name), let resources = child(container, names.resources) else {
      return false
    }
    return [names.requests, names.limits].contains { child(resources, $0).flatMap { child($0, key) } != nil }
  }

  /// - Parameter place: where the object is among all.
  mutating func checkBudget(_ object: Object, _ place: Int) {
    guard let spec = child(object.root, names.spec),
      let selector = child(spec, names.selector).flatMap({ child($0, names.matchLabels) })
    else { return }
    let guarded = pods(selector, in: object.namespace)
    let shared = guarded.first { guards[$0.instance] != nil }
    if let pod = shared, let other = guards[pod.instance].map({ objects[$0] }) {
      report(
        "KC0451", "\(title(object)) guards \(title(pod)), which \(title(other)) guards too", at: object.root.site,
        isWarning: true,
        labels: [(other.root.site, "the other one")], help: "pods with two budgets cannot be evicted at all")
    }
    for pod in guarded where guards[pod.instance] == nil { guards[pod.instance] = place }
    if let lose = child(spec, names.maxUnavailable), isNone(lose.value) {
      return report(
        "KC0450", "\(title(object)) lets no pod go, so no node could ever be drained", at: lose.site,
        help: "let one go: `lose = 1`")
    }
    guard let keep = child(spec, names.minAvailable), guarded.count == 1, let replicas = replicas(guarded[0]) else {
      return
    }
    let isAll = program.tree.int(of: keep.value).map { $0 >= replicas } ?? isWhole(keep.value)
    guard isAll, replicas > 0 || program.tree.int(of: keep.value) != 0 else { return }
    report(
      "KC0450",
      "\(title(object)) keeps \(program.display(keep.value)) of the \(replicas == 1 ? "one pod" : "\(replicas) pods") of \(title(guarded[0])), so no node could ever be drained",
      at: keep.site,
      labels: [
        (
          child(guarded[0].root, names.spec).flatMap { child($0, names.replicas) }?.site ?? guarded[0].root.site,
          "this many run"
        )
      ],
      help: replicas > 1 ? "keep fewer: `keep = \(replicas - 1)`" : "run more pods, or let one go: `lose = 1`")
  }

  private func isNone(_ value: TreeValue) -> Bool {
    program.tree.int(of: value) == 0 || (value.tag == .percent && value.inlineNumber == 0)
      || program.tree.text(of: value) == "0%"
  }

  private func isWhole(_ value: TreeValue) -> Bool {
    (value.tag == .percent && value.inlineNumber >= 100_000) || program.tree.text(of: value) == "100%"
  }

  /// How many pods run at most: what an autoscaler allows, else the workload's own number.
  private func replicas(_ object: Object) -> Int64? {
    guard object.kind == "Deployment" || object.kind == "StatefulSet" || object.kind == "ReplicaSet" else { return nil }
    if let scaler = scalers[object.instance].map({ objects[$0] }) {
      return child(scaler.root, names.spec).flatMap { int($0, names.maxReplicas) }
    }
    return child(object.root, names.spec).map { int($0, names.replicas) ?? 1 }
  }

  /// Claims that only one node can mount, by more pods than that.
  mutating func checkClaims() {
    for object in objects where object.kind == "Deployment" {
      hold(object)
      guard let replicas = replicas(object), replicas > 1 else { continue }
      for volume in elements(object.pod, names.volumes) {
        guard let source = child(volume, names.persistentVolumeClaim), let name = text(source, names.claimName),
          let claim = self.object("PersistentVolumeClaim", object.namespace, name),
          let modes = child(claim.root, names.spec).flatMap({ child($0, names.accessModes) }), modes.value.tag == .list
        else { continue }
        let all = program.tree.items(of: modes.value).compactMap { program.tree.text(of: $0) }
        guard !all.isEmpty, all.allSatisfy({ $0.hasPrefix("ReadWriteOnce") }) else { continue }
        report(
          "KC0414", "\(title(object)) runs \(replicas) pods, and \(title(claim)) can be mounted by one node at a time",
          at: child(source, names.claimName)?.site ?? volume.site, isWarning: all != ["ReadWriteOncePod"],
          labels: [(modes.site, "\(all[0])")],
          help: "run one pod, ask for `ReadWriteMany`, or use a `statefulset` with a `claim` of each pod's own")
      }
    }
  }

  mutating func checkBinding(_ object: Object) {
    guard let role = child(object.root, names.roleRef), let kind = text(role, names.kind) else { return }
    checkName(
      text(role, names.name), kind, "role", object, at: child(role, names.name)?.site ?? role.site,
      namespace: kind == "ClusterRole" ? "" : object.namespace, group: "rbac.authorization.k8s.io")
  }
}
