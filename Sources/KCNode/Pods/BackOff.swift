internal import KCData

/// Waits that double with each failure, for several things at once.
struct BackOff: Sendable {
  /// Seconds after the first failure.
  var base: Double
  /// Seconds at most.
  var maximum: Double
  private var entries: [String: Entry] = [:]

  private struct Entry {
    var delay: Double
    var updated: Timestamp
  }

  init(base: Double, maximum: Double) {
    self.base = base
    self.maximum = maximum
  }

  /// The longest that an entry counts: something that went well for so long starts over.
  private var memory: Double { maximum * 2 }

  /// Seconds that `key` must let pass between a failure and the next try; 0 before the first.
  func delay(_ key: String) -> Double { entries[key]?.delay ?? 0 }

  /// Until when `key` must wait that failed at `failure`; nil when it may go on.
  func wait(_ key: String, after failure: Timestamp, now: Timestamp) -> Timestamp? {
    guard let entry = entries[key], failure.seconds(since: entry.updated) <= memory else { return nil }
    let end = failure.advanced(by: entry.delay)
    return now < end ? end : nil
  }

  /// Notes that `key` is tried again: the next wait is longer.
  mutating func advance(_ key: String, now: Timestamp) {
    guard let entry = entries[key], now.seconds(since: entry.updated) <= memory else {
      entries[key] = Entry(delay: base, updated: now)
      return
    }
    entries[key] = Entry(delay: min(entry.delay * 2, maximum), updated: now)
  }

  mutating func reset(_ key: String) { entries[key] = nil }
}
