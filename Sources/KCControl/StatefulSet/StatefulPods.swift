internal import KCData
internal import KCKube

/// The shape of a stateful set's pods and claims.
struct StatefulPods {
  let set: Value

  static func ordinal(of pod: Value, set: Value) -> Int? {
    let prefix = "\(set.name ?? "")-"
    guard let name = pod.name, name.hasPrefix(prefix) else { return nil }
    let rest = name.dropFirst(prefix.count)
    guard let ordinal = Int(rest), ordinal >= 0, String(ordinal) == rest else { return nil }
    return ordinal
  }

  private var claimTemplates: [Value] { self.set.at("spec", "volumeClaimTemplates")?.array ?? [] }

  private func claimName(_ template: Value, _ ordinal: Int) -> String {
    "\(template.name ?? "")-\(set.name ?? "")-\(ordinal)"
  }

  /// A pod with a place in the set.
  func pod(_ ordinal: Int, of revision: Value) -> Value {
    let name = "\(set.name ?? "")-\(ordinal)"
    var pod = KCControl.pod(from: revision.revisionTemplate, of: set, name: name)
    pod.set(.string(name), at: "metadata", "labels", "statefulset.kubernetes.io/pod-name")
    pod.set(.string(String(ordinal)), at: "metadata", "labels", "apps.kubernetes.io/pod-index")
    pod.set(.string(revision.name ?? ""), at: "metadata", "labels", RevisionHistory.hashLabel)
    pod.set(.string(name), at: "spec", "hostname")
    if let service = set.at("spec", "serviceName"), service != "" { pod.set(service, at: "spec", "subdomain") }
    let names = claimTemplates.compactMap(\.name)
    if !names.isEmpty {
      let others = (pod.at("spec", "volumes")?.array ?? []).filter { !names.contains($0["name"]?.string ?? "") }
      let volumes = claimTemplates.map { template -> Value in
        [
          "name": .string(template.name ?? ""),
          "persistentVolumeClaim": ["claimName": .string(claimName(template, ordinal))],
        ]
      }
      pod.set(.array(others + volumes), at: "spec", "volumes")
    }
    return pod
  }

  /// The claims of a pod that do not exist yet.
  func missingClaims(_ ordinal: Int, in view: any ClusterView) -> [Value] {
    claimTemplates.compactMap { template in
      let name = claimName(template, ordinal)
      let key = ObjectKey(.persistentVolumeClaim, namespace: set.namespace, name: name)
      guard view.get(key) == nil else { return nil }
      var claim = template
      claim["apiVersion"] = "v1"
      claim["kind"] = "PersistentVolumeClaim"
      claim["status"] = nil
      claim.set(.string(name), at: "metadata", "name")
      claim.set(set.namespace.map { .string($0) }, at: "metadata", "namespace")
      let labels = template.labels.merging(stringMap(set.at("spec", "selector", "matchLabels"))) { $1 }
      claim.set(Value(labels), at: "metadata", "labels")
      if retention("whenDeleted") { claim.set([controllerReference(to: set)], at: "metadata", "ownerReferences") }
      return claim
    }
  }

  private func retention(_ when: String) -> Bool {
    set.at("spec", "persistentVolumeClaimRetentionPolicy", when)?.string == "Delete"
  }

  /// The writes that give the claims of a pod the owner with whom they are to go.
  func claimOwnership(_ pod: Value, isCondemned: Bool, in view: any ClusterView) -> [Action] {
    guard let ordinal = Self.ordinal(of: pod, set: set) else { return [] }
    var wanted: [Value] = []
    if isCondemned, retention("whenScaled") {
      var owner = pod
      owner["apiVersion"] = "v1"
      owner["kind"] = "Pod"
      wanted = [controllerReference(to: owner)]
    } else if retention("whenDeleted") {
      wanted = [controllerReference(to: set)]
    }
    return claimTemplates.compactMap { template in
      let key = ObjectKey(.persistentVolumeClaim, namespace: set.namespace, name: claimName(template, ordinal))
      guard var claim = view.get(key) else { return nil }
      let others = claim.ownerReferences.filter { reference in
        let uid = reference["uid"]?.string
        return uid != set.uid && uid != pod.uid && reference["kind"]?.string != "Pod"
      }
      let owners = others + wanted
      if owners == claim.ownerReferences { return nil }
      claim.set(owners.isEmpty ? nil : .array(owners), at: "metadata", "ownerReferences")
      return .update(claim)
    }
  }
}
