internal import KCKube

/// What a pod's claims to volumes mean for where it can go: VolumeBinding, VolumeZone and the part of VolumeRestrictions
/// that looks at claims.
struct VolumeRules: Sendable {
  static let mismatch = "node(s) didn't match PersistentVolume's node affinity"
  static let missing = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"
  static let unavailable = "node(s) didn't find available persistent volumes to bind"
  private static let zoneKeys = [
    "topology.kubernetes.io/zone", "topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region",
  ]

  /// A claim that is bound when it is known where the pod goes.
  private struct Open: Sendable {
    var volumes: [(name: String, volume: Context.Volume)]
    var canProvision: Bool
    var topologies: [[NodeTerm.Requirement]]?
  }

  /// Why the claims cannot be used anywhere.
  private(set) var problem: Rejection?
  private var bound: [Context.Volume] = []
  private var isVolumeMissing = false
  private var open: [Open] = []
  /// Claims that one pod at a time may use, as `namespace/name`.
  private(set) var exclusive: [String] = []

  init() {}

  init(_ rules: PodRules, _ context: Context) {
    let names = rules.content.claims
    if names.isEmpty { return }
    var claims: [(key: String, name: String, claim: Context.Claim)] = []
    for name in names {
      let key = "\(rules.namespace)/\(name)"
      guard let claim = context.claims[key] else {
        refuse("VolumeRestrictions", "persistentvolumeclaim \"\(name)\" not found")
        return
      }
      claims.append((key, name, claim))
      if claim.accessModes.contains("ReadWriteOncePod") { exclusive.append(key) }
    }
    var hasImmediate = false
    for (key, name, claim) in claims {
      if claim.isLost {
        refuse(
          "VolumeBinding",
          "persistentvolumeclaim \"\(name)\" bound to non-existent persistentvolume \"\(claim.volume)\"")
        return
      }
      if claim.isBeingDeleted {
        refuse("VolumeBinding", "persistentvolumeclaim \"\(name)\" is being deleted")
        return
      }
      if claim.isBound {
        if let volume = context.volumes[claim.volume] { bound.append(volume) } else { isVolumeMissing = true }
      } else if claim.volume.isEmpty, let kind = context.classes[claim.storageClass], kind.waitsForConsumer {
        open.append(Self.open(key, claim, kind, context))
      } else {
        hasImmediate = true
      }
    }
    if hasImmediate { refuse("VolumeBinding", "pod has unbound immediate PersistentVolumeClaims") }
  }

  private mutating func refuse(_ plugin: String, _ reason: String) {
    problem = Rejection(plugin: plugin, isUnresolvable: true, reasons: [reason], constraint: "spec.volumes")
  }

  private static func open(
    _ key: String, _ claim: Context.Claim, _ kind: Context.StorageClass, _ context: Context
  ) -> Open {
    let fitting = context.volumes.filter { _, volume in
      (volume.claim == key || (volume.claim.isEmpty && (volume.phase.isEmpty || volume.phase == "Available")))
        && volume.storageClass == claim.storageClass && volume.capacity >= claim.request
        && volume.volumeMode == claim.volumeMode && Set(claim.accessModes).isSubset(of: volume.accessModes)
        && (claim.selector?.matches(volume.labels) ?? true)
    }.map { (name: $0.key, volume: $0.value) }
      .sorted { left, right in
        if (left.volume.claim == key) != (right.volume.claim == key) { return left.volume.claim == key }
        return (left.volume.capacity, left.name) < (right.volume.capacity, right.name)
      }
    let canProvision = !kind.provisioner.isEmpty && kind.provisioner != "kubernetes.io/no-provisioner"
    return Open(volumes: fitting, canProvision: canProvision, topologies: kind.topologies)
  }

  /// The first rejection of a node by VolumeBinding and VolumeZone.
  func rejection(_ node: NodeObject, _ profile: Profile) -> Rejection? {
    if profile.filters.contains(.volumeBinding), let reason = bindingProblem(node) {
      return Rejection(plugin: "VolumeBinding", isUnresolvable: true, reasons: [reason], constraint: "spec.volumes")
    }
    if profile.filters.contains(.volumeZone), !isInZone(node) {
      return Rejection(
        plugin: "VolumeZone", isUnresolvable: true, reasons: ["node(s) had no available volume zone"],
        constraint: "spec.volumes")
    }
    return nil
  }

  private func bindingProblem(_ node: NodeObject) -> String? {
    if isVolumeMissing { return Self.missing }
    for volume in bound {
      if let terms = volume.nodeTerms, !terms.contains(where: { $0.matches(node) }) { return Self.mismatch }
    }
    var taken: Set<String> = []
    for claim in open {
      let found = claim.volumes.first { name, volume in
        !taken.contains(name) && (volume.nodeTerms?.contains { $0.matches(node) } ?? true)
      }
      if let found {
        taken.insert(found.name)
      } else if !claim.canProvision || !Self.allows(claim.topologies, node) {
        return Self.unavailable
      }
    }
    return nil
  }

  private static func allows(_ topologies: [[NodeTerm.Requirement]]?, _ node: NodeObject) -> Bool {
    topologies?.contains { term in term.allSatisfy { $0.matches(node.labels[$0.key]) } } ?? true
  }

  private func isInZone(_ node: NodeObject) -> Bool {
    guard !bound.isEmpty, Self.zoneKeys.contains(where: { node.labels[$0] != nil }) else { return true }
    for volume in bound {
      for key in Self.zoneKeys {
        guard let zones = volume.labels[key] else { continue }
        // Several zones are written with two underscores between them.
        let allowed = Self.split(zones)
        guard let zone = node.labels[key], allowed.contains(zone) else { return false }
      }
    }
    return true
  }

  private static func split(_ zones: String) -> Set<String> {
    var out: Set<String> = []
    var current = ""
    var previous: Character?
    for character in zones {
      if character == "_", previous == "_" {
        current.removeLast()
        out.insert(current)
        current = ""
        previous = nil
        continue
      }
      current.append(character)
      previous = character
    }
    out.insert(current)
    return out
  }
}

/// NodeVolumeLimits: how many volumes of a driver a node takes.
enum VolumeLimits {
  static func rejection(_ rules: PodRules, _ node: NodeInfo, _ context: Context) -> Rejection? {
    if rules.content.claims.isEmpty { return nil }
    guard let limits = context.volumeLimits[node.name] else { return nil }
    var used: [String: Set<String>] = [:]
    for group in node.groups { collect(group.rules, context, &used) }
    var wanted: [String: Set<String>] = [:]
    collect(rules, context, &wanted)
    for (driver, handles) in wanted {
      guard let limit = limits[driver] else { continue }
      let known = used[driver] ?? []
      if !handles.isSubset(of: known), Int64(known.union(handles).count) > limit {
        return Rejection(
          plugin: "NodeVolumeLimits", isUnresolvable: false, reasons: ["node(s) exceed max volume count"],
          constraint: "spec.volumes")
      }
    }
    return nil
  }

  private static func collect(_ rules: PodRules, _ context: Context, _ out: inout [String: Set<String>]) {
    for name in rules.content.claims {
      guard let claim = context.claims["\(rules.namespace)/\(name)"], let volume = context.volumes[claim.volume],
        let driver = volume.driver
      else { continue }
      out[driver, default: []].insert(volume.handle)
    }
  }
}
