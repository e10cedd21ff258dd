internal import KCData
internal import KCKube

/// Events are news: they go an hour after they were last seen, as in Kubernetes.
enum EventExpiry {
  /// In seconds.
  static let lifetime: Int64 = 3600
  /// How often old ones are looked for, in seconds.
  static let interval: Int64 = 60

  /// Removes what is too old; part of the write of a new event, so that nothing has to wake up for it.
  static func sweep(_ type: ResourceType, in state: inout ObjectState, now: Timestamp) {
    guard type.kind == "Event", now.seconds - state.lastEventSweep >= interval else { return }
    state.lastEventSweep = now.seconds
    for event in state.list(type.storageKey, namespace: nil) where isOld(event.value, now) {
      _ = state.remove(type.storageKey, event.value)
    }
  }

  private static func isOld(_ event: Value, _ now: Timestamp) -> Bool {
    let times = [
      event.at("series", "lastObservedTime"), event["lastTimestamp"], event["deprecatedLastTimestamp"],
      event["eventTime"], event.at("metadata", "creationTimestamp"),
    ]
    guard let last = times.compactMap({ $0?.string.flatMap { Timestamp($0) } }).max() else { return false }
    return now.seconds - last.seconds > lifetime
  }
}
