internal import Glibc
public import KCData

/// What tells the agent the time.
public protocol NodeClock: Sendable {
  var now: Timestamp { get }
  /// Returns after `seconds`, or at once when the task is cancelled.
  func wait(_ seconds: Double) async
}

/// The machine's clock.
public struct SystemNodeClock: NodeClock {
  public init() {}

  public var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
  }

  public func wait(_ seconds: Double) async {
    guard seconds > 0 else { return }
    try? await Task.sleep(for: .seconds(min(seconds, 1e8)))
  }
}
