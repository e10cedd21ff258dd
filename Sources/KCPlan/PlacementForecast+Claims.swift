internal import KCData
internal import KCKube
internal import KCScheduler

/// Volumes that pods claim.
extension PlacementForecast {
  /// The claims that stateful sets make for a pod, as volumes of it.
  ///
  /// - Parameter ordinal: which of the pods.
  mutating func claimed(_ template: Value, by object: Value, ordinal: Int) -> Value {
    let claims = object.at("spec", "volumeClaimTemplates")?.array ?? []
    if claims.isEmpty { return template }
    var template = template
    var volumes = template.at("spec", "volumes")?.array ?? []
    for claim in claims {
      let base = claim.at("metadata", "name")?.string ?? ""
      var made = claim
      let name = "\(base)-\(object.name ?? "")-\(ordinal)"
      made["apiVersion"] = "v1"
      made["kind"] = "PersistentVolumeClaim"
      made.set(.string(name), at: "metadata", "name")
      made.set(object.at("metadata", "namespace"), at: "metadata", "namespace")
      expect(made)
      volumes.removeAll { $0["name"]?.string == base }
      volumes.append(["name": .string(base), "persistentVolumeClaim": ["claimName": .string(name)]])
    }
    template.set(.array(volumes), at: "spec", "volumes")
    return template
  }

  /// Takes in a claim that will be there: with the class that it gets.
  mutating func expect(_ claim: Value) {
    let known = knownClaims[claim.namespacedName]
    if let known, !Self.isFree(known) { return }
    var claim = known ?? claim
    if claim.storageClassName == nil, let standard = defaultClass {
      claim.set(.string(standard), at: "spec", "storageClassName")
    }
    // Where the class leaves it to the scheduler, that finds the volume, too.
    let mode = claim.storageClassName.flatMap { storageClasses[$0] }?["volumeBindingMode"]?.string
    if mode != "WaitForFirstConsumer", let volume = volume(for: claim) {
      freeVolumes[volume] = nil
      claim.set(.string(volume), at: "spec", "volumeName")
      claim.set("yes", at: "metadata", "annotations", "pv.kubernetes.io/bind-completed")
    }
    knownClaims[claim.namespacedName] = claim
    snapshot.update(claim)
  }

  private static func isFree(_ claim: Value) -> Bool {
    claim.annotations["pv.kubernetes.io/bind-completed"] == nil && claim.at("status", "phase") != "Lost"
  }

  /// The volume that a claim gets, which is there or will be: the one that it names, or the smallest that fits it.
  private func volume(for claim: Value) -> String? {
    if let name = claim.at("spec", "volumeName")?.string, !name.isEmpty { return freeVolumes[name]?.name }
    func size(_ value: Value?) -> Quantity { value?.string.flatMap { Quantity($0) } ?? Quantity(0) }
    func text(_ object: Value, _ field: String, _ standard: String) -> String {
      object.at("spec", field)?.string ?? standard
    }
    func modes(_ object: Value) -> Set<String> {
      Set((object.at("spec", "accessModes")?.array ?? []).compactMap(\.string))
    }
    let selector = claim.at("spec", "selector").flatMap { try? LabelSelector($0) }
    return freeVolumes.values.filter { volume in
      volume.at("spec", "claimRef").map {
        $0["name"]?.string == claim.name && $0["namespace"]?.string == claim.namespace
      }
        ?? true
        && volume.storageClassName ?? "" == claim.storageClassName ?? ""
        && text(volume, "volumeMode", "Filesystem") == text(claim, "volumeMode", "Filesystem")
        && modes(claim).isSubset(of: modes(volume)) && selector?.matches(volume.labels) ?? true
        && size(volume.at("spec", "capacity", "storage")) >= size(claim.at("spec", "resources", "requests", "storage"))
    }.min {
      (size($0.at("spec", "capacity", "storage")), $0.name ?? "") < (
        size($1.at("spec", "capacity", "storage")), $1.name ?? ""
      )
    }?.name
  }

  /// A pod without the claims that will be bound by the time it is placed, wherever that is.
  func withoutSettledClaims(_ pod: Value) -> Value {
    guard let volumes = pod.at("spec", "volumes")?.array, !volumes.isEmpty else { return pod }
    let namespace = pod.at("metadata", "namespace")?.string ?? "default"
    let left = volumes.filter { volume in
      guard let name = volume.at("persistentVolumeClaim", "claimName")?.string else { return true }
      guard let claim = knownClaims["\(namespace)/\(name)"] else { return live.knowsStorage }
      return !isSettled(claim)
    }
    if left.count == volumes.count { return pod }
    var pod = pod
    pod.set(.array(left), at: "spec", "volumes")
    return pod
  }

  /// Whether where a claim's volume is does not matter or is not known.
  private func isSettled(_ claim: Value) -> Bool {
    if claim.at("spec", "volumeName") != nil { return false }
    if !live.knowsStorage { return true }
    guard let name = claim.storageClassName, let found = storageClasses[name] else {
      // Without a class only a volume that is there already will do.
      return live.cluster.others.contains { volume in
        volume.kind == "PersistentVolume" && volume.at("status", "phase") == "Available"
          && volume.storageClassName ?? "" == claim.storageClassName ?? ""
      }
    }
    return found["volumeBindingMode"]?.string != "WaitForFirstConsumer"
      && found["provisioner"]?.string != "kubernetes.io/no-provisioner"
  }

  private var defaultClass: String? {
    storageClasses.values.first { $0.annotations["storageclass.kubernetes.io/is-default-class"] == "true" }?.name
  }
}
