public import KCData
internal import KCKube

/// Pods that wait for a node: the most important first, then the oldest.
///
/// A pod that found no node is set aside until something happens that could help against the plugins which turned it
/// down, and then waits for its back-off. A plain value: time is passed in, in seconds of a steady clock.
public struct SchedulingQueue: Sendable {
  /// The first and the longest back-off after a failed attempt, in seconds; it doubles in between.
  public var backOff: ClosedRange<Double>
  /// After this many seconds a pod that was set aside is tried again even if nothing happened.
  public var patience: Double
  /// How many pods it holds at most.
  public let capacity: Int

  private enum Place: Sendable {
    case active, backingOff, aside, gated, inFlight
  }

  private struct Entry: Sendable {
    var pod: Value
    var priority: Int64
    var created: Timestamp
    var number: Int
    var place = Place.active
    var attempts = 0
    var failedAt = 0.0
    /// The plugins that turned it down; empty when any change may help.
    var plugins: Set<String> = []
    /// Distinguishes an entry of the heaps from earlier ones of the same pod.
    var stamp = 0
  }

  private var entries: [String: Entry] = [:]
  private var active = Heap<Ticket>()
  private var waiting = Heap<Alarm>()
  /// What happened while pods were being tried.
  private var missed: [String: Set<ClusterEvent.Kind>] = [:]
  private var number = 0
  private var stamp = 0

  /// An empty queue; times are in seconds.
  public init(backOff: ClosedRange<Double> = 1...10, patience: Double = 300, capacity: Int = 100_000) {
    self.backOff = backOff
    self.patience = patience
    self.capacity = capacity
  }

  /// How many pods it holds, those included that are being tried.
  public var count: Int { entries.count }
  /// Whether it holds no pod.
  public var isEmpty: Bool { entries.isEmpty }
  /// How many wait for a change of the cluster.
  public var setAside: Int { entries.values.count { $0.place == .aside } }
  /// How many wait for their gates to be taken away.
  public var gated: Int { entries.values.count { $0.place == .gated } }

  /// A pod's identity: its UID, or where it has none its namespace and name.
  public static func id(_ pod: Value) -> String { pod.uid ?? pod.namespacedName }

  /// Adds a pod, or takes in its new form: a changed one is tried again.
  ///
  /// - Returns: false when the queue is full; the pod is not held then.
  @discardableResult
  public mutating func add(_ pod: Value, now: Double = 0) -> Bool {
    let id = Self.id(pod)
    if var entry = entries[id] {
      let isChanged = entry.pod["spec"] != pod["spec"] || entry.pod.labels != pod.labels
      entry.pod = pod
      entry.priority = pod.at("spec", "priority")?.int ?? 0
      entries[id] = entry
      guard isChanged else { return true }
      if entry.place == .inFlight {
        missed[id, default: []].formUnion(ClusterEvent.Kind.allCases)
      } else if entry.place == .gated || entry.place == .aside {
        entries[id]?.plugins = []
        retry(id, now: now)
      } else if entry.place == .active {
        activate(id)
      }
      return true
    }
    guard entries.count < capacity else { return false }
    number += 1
    entries[id] = Entry(
      pod: pod, priority: pod.at("spec", "priority")?.int ?? 0,
      created: pod.creationTimestamp ?? Timestamp(seconds: 0), number: number)
    activate(id)
    return true
  }

  /// Forgets a pod: it has a node, or is gone.
  public mutating func remove(_ id: String) {
    entries[id] = nil
    missed[id] = nil
  }

  /// Gives out the next pod to try; it stays known until `failed` or `remove`.
  public mutating func pop(now: Double) -> Value? {
    wake(now: now)
    while let ticket = active.popFirst() {
      guard var entry = entries[ticket.id], entry.stamp == ticket.stamp, entry.place == .active else { continue }
      entry.place = .inFlight
      entry.attempts += 1
      entries[ticket.id] = entry
      missed[ticket.id] = []
      return entry.pod
    }
    return nil
  }

  /// Sets a pod aside that found no node.
  public mutating func failed(_ id: String, decision: Decision, now: Double) {
    guard var entry = entries[id] else { return }
    entry.failedAt = now
    entry.plugins = decision.plugins
    let happened = missed.removeValue(forKey: id) ?? []
    if decision.isGated {
      entry.place = .gated
      entry.attempts = 0
      entries[id] = entry
      if happened.count == ClusterEvent.Kind.allCases.count { retry(id, now: now) }
      return
    }
    entry.place = .aside
    entries[id] = entry
    if happened.contains(where: { helps(ClusterEvent($0), entry) }) {
      retry(id, now: now)
    } else {
      setAlarm(id, at: now + patience)
    }
  }

  /// Lets a pod come back after its back-off without a change, as after an error.
  public mutating func failedByError(_ id: String, now: Double) {
    guard entries[id] != nil else { return }
    missed[id] = nil
    entries[id]?.failedAt = now
    entries[id]?.place = .aside
    retry(id, now: now)
  }

  /// Something happened in the cluster.
  public mutating func event(_ event: ClusterEvent, now: Double) {
    for id in missed.keys { missed[id]?.insert(event.kind) }
    for (id, entry) in entries where entry.place == .aside && helps(event, entry) { retry(id, now: now) }
  }

  /// When a pod is due that is not now; nil where none is. A time at or before now means at once.
  public var nextWake: Double? {
    let hasActive = active.elements.contains { ticket in
      entries[ticket.id].map { $0.place == .active && $0.stamp == ticket.stamp } ?? false
    }
    return hasActive ? -.infinity : waiting.first?.time
  }

  // MARK: Moving

  private func helps(_ event: ClusterEvent, _ entry: Entry) -> Bool {
    entry.plugins.isEmpty || entry.plugins.contains(where: event.helps)
  }

  private func readyAt(_ entry: Entry) -> Double {
    guard entry.attempts > 0 else { return entry.failedAt }
    var delay = backOff.lowerBound
    for _ in 1..<max(1, min(entry.attempts, 64)) { delay = min(delay * 2, backOff.upperBound) }
    return entry.failedAt + delay
  }

  private mutating func retry(_ id: String, now: Double) {
    guard let entry = entries[id] else { return }
    let ready = readyAt(entry)
    if ready <= now {
      activate(id)
    } else {
      entries[id]?.place = .backingOff
      setAlarm(id, at: ready)
    }
  }

  private mutating func activate(_ id: String) {
    guard var entry = entries[id] else { return }
    stamp += 1
    entry.stamp = stamp
    entry.place = .active
    entries[id] = entry
    active.push(
      Ticket(id: id, stamp: stamp, priority: entry.priority, created: entry.created, number: entry.number))
    tidy()
  }

  private mutating func setAlarm(_ id: String, at time: Double) {
    stamp += 1
    entries[id]?.stamp = stamp
    waiting.push(Alarm(id: id, stamp: stamp, time: time))
    tidy()
  }

  private mutating func wake(now: Double) {
    while let alarm = waiting.first, alarm.time <= now {
      _ = waiting.popFirst()
      guard let entry = entries[alarm.id], entry.stamp == alarm.stamp else { continue }
      if entry.place == .backingOff || entry.place == .aside { activate(alarm.id) }
    }
  }

  /// Heaps keep what was overtaken until it comes up; they are made anew before that is more than what counts.
  private mutating func tidy() {
    let limit = 2 * entries.count + 64
    if active.count > limit { active = Heap(active.elements.filter { entries[$0.id]?.stamp == $0.stamp }) }
    if waiting.count > limit { waiting = Heap(waiting.elements.filter { entries[$0.id]?.stamp == $0.stamp }) }
  }

  private struct Ticket: Sendable, Comparable {
    var id: String
    var stamp: Int
    var priority: Int64
    var created: Timestamp
    var number: Int

    static func < (left: Ticket, right: Ticket) -> Bool {
      if left.priority != right.priority { return left.priority > right.priority }
      return (left.created, left.number) < (right.created, right.number)
    }
  }

  private struct Alarm: Sendable, Comparable {
    var id: String
    var stamp: Int
    var time: Double

    static func < (left: Alarm, right: Alarm) -> Bool { (left.time, left.stamp) < (right.time, right.stamp) }
  }
}

extension Decision {
  /// The plugins that turned the pod down.
  public var plugins: Set<String> {
    var out = Set(rejected.values.map(\.plugin))
    if let prefilter { out.insert(prefilter.plugin) }
    if let narrowed { out.formUnion(narrowed.plugins) }
    return out
  }
}
