internal import KCData
internal import KCKube

/// Pods that wait for a node: the most important first, then the oldest.
///
/// A pod that found no node is set aside until something changes in the cluster that could help, and then still waits for
/// its back-off. A plain value: time is passed in, in seconds of a steady clock.
struct SchedulingQueue: Sendable {
  /// The first and the longest back-off after a failed attempt, in seconds.
  static let backOff: ClosedRange<Double> = 1...10
  /// After this many seconds a pod that was set aside is tried again even if nothing happened.
  static let patience = 60.0

  private struct Entry {
    var pod: Value
    var priority: Int64
    var created: Timestamp
    var number: Int
    var attempts = 0
    /// When it was last set aside.
    var failedAt = 0.0
    /// Whether something changed while it was being tried, so that it must not be set aside for that attempt.
    var missedChange = false

    func isBefore(_ other: Entry) -> Bool {
      if priority != other.priority { return priority > other.priority }
      if created != other.created { return created < other.created }
      return number < other.number
    }

    var readyAt: Double {
      var delay = SchedulingQueue.backOff.lowerBound
      for _ in 1..<max(1, min(attempts, 10)) { delay = min(delay * 2, SchedulingQueue.backOff.upperBound) }
      return attempts == 0 ? 0 : failedAt + delay
    }
  }

  private var entries: [String: Entry] = [:]
  /// To be tried now.
  private var active: Set<String> = []
  /// To be tried when their back-off is over.
  private var backingOff: Set<String> = []
  /// The one that is being tried.
  private var current: String?
  private var count = 0

  var isEmpty: Bool { entries.isEmpty }
  /// How many wait for a change.
  var setAside: Int { entries.count - active.count - backingOff.count - (current == nil ? 0 : 1) }

  /// Adds a pod, or takes in its new form; a pod whose specification changed is tried again.
  mutating func add(_ pod: Value) {
    guard let uid = pod.uid else { return }
    if var entry = entries[uid] {
      let isChanged = entry.pod["spec"] != pod["spec"] || entry.pod.labels != pod.labels
      entry.pod = pod
      entries[uid] = entry
      if isChanged { activate(uid) }
      return
    }
    count += 1
    entries[uid] = Entry(
      pod: pod, priority: pod.at("spec", "priority")?.int ?? 0,
      created: pod.creationTimestamp ?? Timestamp(seconds: 0), number: count)
    active.insert(uid)
  }

  mutating func remove(uid: String) {
    entries[uid] = nil
    active.remove(uid)
    backingOff.remove(uid)
    if current == uid { current = nil }
  }

  /// Gives out the next pod.
  mutating func next(now: Double) -> Value? {
    for uid in backingOff where (entries[uid]?.readyAt ?? 0) <= now {
      backingOff.remove(uid)
      active.insert(uid)
    }
    for (uid, entry) in entries
    where isSetAside(uid) && entry.failedAt + Self.patience <= now { active.insert(uid) }
    let best = active.min { left, right in
      guard let a = entries[left], let b = entries[right] else { return false }
      return a.isBefore(b)
    }
    guard let best else { return nil }
    active.remove(best)
    current = best
    entries[best]?.attempts += 1
    entries[best]?.missedChange = false
    return entries[best]?.pod
  }

  /// Sets a pod aside that found no node.
  ///
  /// - Parameter retries: whether it comes back after its back-off without a change, as after an error.
  mutating func fail(uid: String, now: Double, retries: Bool = false) {
    if current == uid { current = nil }
    guard let entry = entries[uid] else { return }
    entries[uid]?.failedAt = now
    if retries || entry.missedChange { backingOff.insert(uid) }
  }

  /// Something changed that could help pods which were set aside.
  mutating func clusterChanged() {
    for uid in entries.keys {
      if uid == current {
        entries[uid]?.missedChange = true
      } else {
        activate(uid)
      }
    }
  }

  private mutating func activate(_ uid: String) {
    if !active.contains(uid) && uid != current { backingOff.insert(uid) }
  }

  private func isSetAside(_ uid: String) -> Bool {
    uid != current && !active.contains(uid) && !backingOff.contains(uid)
  }

  /// When a pod is to be tried next, if not at once.
  var nextDue: Double? {
    entries.compactMap { uid, entry in
      if backingOff.contains(uid) { return entry.readyAt }
      return isSetAside(uid) ? entry.failedAt + Self.patience : nil
    }.min()
  }
}
