public import KCData
internal import KCKube

/// Makes pods anew when the secrets change that they read or mount.
///
/// A digest of a secret beside the pods would tell too much of it. So a secret counts how often it changed, in an
/// annotation of its own, and the pods say which counts they were made for. Nothing is counted before the first change.
/// The counts of what is there decide, not this plan's changes: an apply that dies in between is gone on with.
public enum SecretRevisions {
  /// On a secret: how often its data changed.
  public static let revisionAnnotation = "kc.dev/secret-revision"
  /// On a pod template: the counts of the secrets that it reads, `db=2 mail=1`.
  public static let consumerAnnotation = "kc.dev/secret-revisions"

  /// Kinds whose pods run on and are replaced when their template changes. A job is not done again for a new password.
  private static let kinds: Set<String> = ["Deployment", "StatefulSet", "DaemonSet"]

  /// The declared objects as they are to be sent: secrets and pod templates with their counts.
  public static func prepare(_ desired: [DesiredObject], live: [ObjectKey: Value]) -> [DesiredObject] {
    var secrets: [ObjectKey: Int] = [:]
    for (place, item) in desired.enumerated() where item.object.kind == "Secret" { secrets[item.key] = place }
    if secrets.isEmpty { return desired }
    let consumers = desired.indices.filter { follows(desired[$0], live) }
    if consumers.isEmpty { return desired }
    let known = Deferral.resolve(desired, live: live)

    // What the pods that are there were made for.
    var seen: [ObjectKey: Int] = [:]
    var readByLive: Set<ObjectKey> = []
    for place in consumers {
      guard let current = live[desired[place].key], !current.isBeingDeleted else { continue }
      let space = desired[place].key.namespace
      for (name, count) in recorded(current) { seen[key(name, space), default: 0].raise(to: count) }
      readByLive.formUnion(names(in: current).map { key($0, space) })
    }

    var out = desired
    var counts: [ObjectKey: Int] = [:]
    for (key, place) in secrets {
      let current = live[key].flatMap { $0.isBeingDeleted ? nil : $0 }
      var count = max(current?.annotations[revisionAnnotation].flatMap { Int($0) } ?? 0, seen[key] ?? 0, 0)
      let isNew = current.map { differs(known[place], $0) } ?? readByLive.contains(key)
      if isNew { count = min(count, Int.max - 1) + 1 }
      counts[key] = count
      out[place].object.mark(count > 0 ? String(count) : nil, revisionAnnotation, in: ["metadata"])
    }
    for place in consumers {
      let item = desired[place]
      // A secret that the program does not declare any more has the count that it had.
      let before = live[item.key].map(recorded) ?? [:]
      let marks = names(in: item.object).compactMap { name -> String? in
        let count = counts[key(name, item.key.namespace)] ?? before[name] ?? 0
        return count > 0 ? "\(name)=\(count)" : nil
      }
      out[place].object.mark(
        marks.isEmpty ? nil : marks.joined(separator: " "), consumerAnnotation, in: ["spec", "template", "metadata"])
    }
    return out
  }

  private static func key(_ secret: String, _ namespace: String) -> ObjectKey {
    ObjectKey(apiVersion: "v1", kind: "Secret", namespace: namespace, name: secret)
  }

  /// Whether a workload's pods are to be made anew; what comes from the history says so by having the annotation.
  private static func follows(_ item: DesiredObject, _ live: [ObjectKey: Value]) -> Bool {
    guard kinds.contains(item.key.kind) else { return false }
    if let said = item.restartsWithSecrets { return said }
    return [item.object, live[item.key]].contains { object in
      let annotations = object?.at("spec", "template", "metadata", "annotations")
      return annotations?[consumerAnnotation] != nil || annotations?[Planner.configHashAnnotation] != nil
    }
  }

  /// The counts that a live workload's template has.
  private static func recorded(_ workload: Value) -> [String: Int] {
    let text = workload.at("spec", "template", "metadata", "annotations", consumerAnnotation)?.string ?? ""
    var out: [String: Int] = [:]
    for mark in text.split(separator: " ") {
      let parts = mark.split(separator: "=")
      if parts.count == 2, let count = Int(parts[1]), count > 0 { out[String(parts[0])] = count }
    }
    return out
  }

  /// Whether an apply would change the data of a secret that is there.
  private static func differs(_ item: DesiredObject, _ current: Value) -> Bool {
    // What is not known yet may be anything.
    if item.deferred.contains(where: { ["data", "stringData"].contains($0.path.topField) }) { return true }
    var wanted: [String: [UInt8]?] = [:]
    for (name, value) in item.object["data"]?.object ?? [:] {
      wanted[name] = value.string.flatMap { Base64.decode($0) }
    }
    for (name, value) in item.object["stringData"]?.object ?? [:] { wanted[name] = value.string.map { Array($0.utf8) } }
    let there = current["data"]?.object ?? [:]
    for (name, value) in wanted where there[name]?.string.flatMap({ Base64.decode($0) }) != value { return true }
    let owners = FieldOwners(current)
    return there.contains { name, _ in
      wanted[name] == nil && owners.holds(FieldPath("data").key(name), Planner.fieldManager)
        && owners.others(of: FieldPath("data").key(name), than: Planner.fieldManager).isEmpty
    }
  }

  /// The secrets that pods of a workload read or mount, sorted.
  private static func names(in workload: Value) -> [String] {
    var found: Set<String> = []
    func add(_ name: Value?) { if let name = name?.string { found.insert(name) } }
    let pod = workload.at("spec", "template", "spec")
    for list in ["initContainers", "containers"] {
      for container in pod?[list]?.array ?? [] {
        for variable in container["env"]?.array ?? [] { add(variable.at("valueFrom", "secretKeyRef", "name")) }
        for source in container["envFrom"]?.array ?? [] { add(source.at("secretRef", "name")) }
      }
    }
    for volume in pod?["volumes"]?.array ?? [] {
      add(volume.at("secret", "secretName"))
      for source in volume.at("projected", "sources")?.array ?? [] { add(source.at("secret", "name")) }
    }
    return found.sorted()
  }
}

extension Int {
  fileprivate mutating func raise(to other: Int) { self = Swift.max(self, other) }
}

extension Value {
  /// Sets an annotation, or takes it away, and leaves no empty map behind.
  fileprivate mutating func mark(_ text: String?, _ name: String, in path: [String]) {
    let place = path + ["annotations"]
    guard text != nil || at(place[...])?[name] != nil else { return }
    set(text.map { .string($0) }, at: (place + [name])[...])
    if at(place[...])?.object?.isEmpty == true { set(nil, at: place[...]) }
  }
}
