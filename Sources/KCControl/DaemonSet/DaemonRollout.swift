internal import KCData
internal import KCKube

/// One look at a daemon set.
struct DaemonRollout {
  private let set: Value
  private let now: Timestamp
  private let history: RevisionHistory
  private let shape: DaemonPods
  private let nodes: [Value]
  /// The pods of each node, oldest first.
  private var podsOn: [String: [Value]] = [:]
  private let minReady: Int
  private var doomed: [Value] = []
  private var places: [String] = []
  private(set) var outcome = Outcome()

  init(_ set: Value, pods: [Value], nodes: [Value], history: RevisionHistory, now: Timestamp) {
    self.set = set
    self.now = now
    self.history = history
    self.nodes = nodes.sorted { ($0.name ?? "") < ($1.name ?? "") }
    shape = DaemonPods(set: set)
    minReady = set.count("spec", "minReadySeconds")
    for pod in pods.sorted(by: isOlder) {
      if let node = DaemonPods.node(of: pod) { podsOn[node, default: []].append(pod) }
    }
  }

  private var hash: String { history.update.revisionHash }
  private func isNew(_ pod: Value) -> Bool { pod.labels[RevisionHistory.hashLabel] == hash }
  private func isAvailable(_ pod: Value) -> Bool { pod.isAvailablePod(minReadySeconds: minReady, now: now) }
  private var rolling: Value? { self.set.at("spec", "updateStrategy", "rollingUpdate") }
  private var isRolling: Bool { self.set.at("spec", "updateStrategy", "type")?.string != "OnDelete" }
  private var desired: Int { nodes.count { shape.suits($0).runs } }

  private var maxSurge: Int { isRolling ? scaled(rolling?["maxSurge"], of: desired, roundingUp: true) : 0 }
  private var maxUnavailable: Int {
    let unavailable = scaled(rolling?["maxUnavailable"] ?? 1, of: desired, roundingUp: true)
    return unavailable == 0 && maxSurge == 0 ? 1 : unavailable
  }

  mutating func run() {
    for action in history.actions { outcome.then(action) }
    place()
    // An update begins when every node has what it should have.
    if doomed.isEmpty, places.isEmpty, isRolling {
      if maxSurge == 0 { replace() } else { surge() }
    }
    act()
    finish()
  }

  private mutating func place() {
    for node in nodes {
      let name = node.name ?? ""
      let (runs, stays) = shape.suits(node)
      let pods = podsOn[name] ?? []
      if !stays {
        doomed += pods.filter { !$0.isBeingDeleted }
      } else if pods.isEmpty {
        if runs { places.append(name) }
      } else {
        let present = pods.filter { !$0.isBeingDeleted }
        let running = present.filter { !$0.isFinishedPod }
        doomed += present.filter(\.isFinishedPod) + surplus(running)
      }
    }
    let known = Set(nodes.compactMap(\.name))
    for (node, pods) in podsOn where !known.contains(node) { doomed += pods.filter { !$0.isBeingDeleted } }
  }

  /// The pods of a node beyond the one that it should have; while surging, one of each revision.
  private func surplus(_ pods: [Value]) -> [Value] {
    if maxSurge == 0 { return Array(pods.dropFirst()) }
    let (new, old) = (pods.filter(isNew), pods.filter { !isNew($0) })
    return Array(new.dropFirst() + old.dropFirst())
  }

  private func pair(_ pods: [Value]) -> (new: Value?, old: Value?) {
    let present = pods.filter { !$0.isBeingDeleted }
    return (present.first(where: isNew), present.first { !isNew($0) })
  }

  /// Deletes old pods as far as availability allows; those that are not available anyway, all.
  private mutating func replace() {
    var unavailable = 0
    var candidates: [Value] = []
    for name in podsOn.keys.sorted() {
      switch pair(podsOn[name] ?? []) {
      case (nil, nil), (_?, _?): unavailable += 1
      case (let new?, nil): if !isAvailable(new) { unavailable += 1 }
      case (nil, let old?): if isAvailable(old) { candidates.append(old) } else { doomed.append(old) }
      }
    }
    doomed += candidates.prefix(max(0, maxUnavailable - unavailable))
  }

  /// Makes new pods beside the old ones, and deletes an old one when the new one beside it is available.
  private mutating func surge() {
    var surging = 0
    var candidates: [String] = []
    for name in podsOn.keys.sorted() {
      guard case let (new, old?) = pair(podsOn[name] ?? []) else { continue }
      if let new {
        if isAvailable(new) { doomed.append(old) } else { surging += 1 }
      } else if isAvailable(old) {
        candidates.append(name)
      } else {
        places.append(name)
      }
    }
    places += candidates.prefix(max(0, maxSurge - surging))
  }

  private mutating func act() {
    let deletions = doomed.compactMap { pod in
      ObjectKey(pod).map { key in
        Action.delete(key, uid: pod.uid, note: EventNote(set, "SuccessfulDelete", "Deleted pod: \(pod.name ?? "")"))
      }
    }
    if !deletions.isEmpty { outcome.steps.append(deletions) }
    let note = EventNote(set, "SuccessfulCreate", "Created pod: ")
    let creations = places.map { Action.create(shape.pod(on: $0, hash: hash), note: note) }
    var rest = creations[...]
    for size in slowStart(creations.count) {
      outcome.steps.append(Array(rest.prefix(size)))
      rest = rest.dropFirst(size)
    }
  }

  private mutating func finish() {
    var (current, misplaced, wanted, ready, available, updated) = (0, 0, 0, 0, 0, 0)
    for node in nodes {
      let pods = podsOn[node.name ?? ""] ?? []
      let (runs, stays) = shape.suits(node)
      guard runs || (stays && !pods.isEmpty) else {
        if !pods.isEmpty { misplaced += 1 }
        continue
      }
      wanted += 1
      guard let pod = pods.first else { continue }
      current += 1
      if isNew(pod) { updated += 1 }
      guard pod.isReadyPod else { continue }
      ready += 1
      if isAvailable(pod) {
        available += 1
      } else {
        outcome.lookAgain(in: pod.secondsUntilAvailable(minReadySeconds: minReady, now: now))
      }
    }
    var status: Value = [
      "currentNumberScheduled": Value(current), "numberMisscheduled": Value(misplaced),
      "desiredNumberScheduled": Value(wanted), "numberReady": Value(ready),
    ]
    status["observedGeneration"] = set.generation.map { .int($0) }
    status.setCount(updated, "updatedNumberScheduled")
    status.setCount(available, "numberAvailable")
    status.setCount(wanted - available, "numberUnavailable")
    status.setCount(history.collisions, "collisionCount")
    status["conditions"] = set.at("status", "conditions")
    if status != set["status"] {
      var changed = set
      changed["status"] = status
      outcome.then(.update(changed, subresource: "status"))
    }
    trimHistory()
  }

  private mutating func trimHistory() {
    let hashes = Set(podsOn.values.flatMap { $0 }.compactMap { $0.labels[RevisionHistory.hashLabel] })
    var inUse = Set(history.revisions.filter { hashes.contains($0.revisionHash) }.compactMap(\.name))
    inUse.insert(history.update.name ?? "")
    let limit = set.optionalCount("spec", "revisionHistoryLimit") ?? 10
    for action in history.surplus(limit: limit, inUse: inUse) { outcome.then(action) }
  }
}
