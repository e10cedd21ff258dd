/// Keys that wait for a worker.
///
/// A key is in it once however often it is added, is never given out twice at the same time, and comes back when it was
/// added while being worked on. A plain value: time is passed in, in seconds of any steady clock.
struct WorkQueue<Key: Hashable & Sendable>: Sendable {
  /// The first and the longest delay of a key that keeps failing, in seconds.
  static var backOff: ClosedRange<Double> { 0.005...30 }

  /// How many keys it holds at most. What does not fit is dropped, and `hasLost` says so.
  let capacity: Int
  private(set) var hasLost = false
  private var ready: [Key] = []
  private var head = 0
  private var waiting: Set<Key> = []
  private var working: Set<Key> = []
  private var again: Set<Key> = []
  private var delayed: [Key: Double] = [:]
  private var failures: [Key: Int] = [:]

  init(capacity: Int = 65_536) { self.capacity = capacity }

  var isIdle: Bool { waiting.isEmpty && working.isEmpty && delayed.isEmpty }
  /// How many keys are being worked on.
  var inProgress: Int { working.count }
  /// When the next delayed key is due.
  var nextDue: Double? { delayed.values.min() }

  /// Adds a key, to be given out as soon as a worker is free.
  mutating func add(_ key: Key) {
    delayed[key] = nil
    if working.contains(key) {
      again.insert(key)
      return
    }
    guard !waiting.contains(key) else { return }
    guard waiting.count < capacity else {
      hasLost = true
      return
    }
    waiting.insert(key)
    ready.append(key)
  }

  /// Adds a key at a time; an earlier time already set for it stays.
  mutating func add(_ key: Key, at time: Double) {
    if waiting.contains(key) || again.contains(key) { return }
    guard delayed.count < capacity else {
      hasLost = true
      return
    }
    delayed[key] = min(delayed[key] ?? time, time)
  }

  /// Adds a key after a delay that doubles with every failure since the last `forget`.
  mutating func addAfterFailure(_ key: Key, now: Double) {
    let count = failures[key, default: 0]
    failures[key] = min(count + 1, 40)
    var delay = Self.backOff.lowerBound
    for _ in 0..<count where delay < Self.backOff.upperBound { delay *= 2 }
    add(key, at: now + min(delay, Self.backOff.upperBound))
  }

  /// Ends a key's series of failures.
  mutating func forget(_ key: Key) { failures[key] = nil }

  /// Gives out the next key that is due.
  mutating func next(now: Double) -> Key? {
    if !delayed.isEmpty {
      for (key, _) in delayed.filter({ $0.value <= now }).sorted(by: { $0.value < $1.value }) {
        add(key)
      }
    }
    guard head < ready.count else { return nil }
    let key = ready[head]
    head += 1
    if head > 64, head * 2 > ready.count {
      ready.removeFirst(head)
      head = 0
    }
    waiting.remove(key)
    working.insert(key)
    return key
  }

  /// Takes a key back from a worker.
  mutating func done(_ key: Key) {
    working.remove(key)
    if again.remove(key) != nil { add(key) }
  }

  /// Whether keys were dropped since the last call; then all of them must be added anew.
  mutating func takeLoss() -> Bool {
    defer { hasLost = false }
    return hasLost
  }
}
