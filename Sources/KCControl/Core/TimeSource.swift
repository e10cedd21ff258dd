internal import Glibc
public import KCData

/// Where components get the time from, so that tests can make it.
public protocol TimeSource: Sendable {
  /// The time of day.
  var now: Timestamp { get }
  /// Seconds of a steady clock.
  var uptime: Double { get }
  /// Returns after `seconds`, or at once when the task is cancelled.
  func sleep(seconds: Double) async
}

/// The machine's clocks.
public struct SystemTime: TimeSource {
  public init() {}

  public var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
  }

  public var uptime: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  public func sleep(seconds: Double) async {
    try? await Task.sleep(for: .nanoseconds(Int64(max(0, min(seconds, 86_400)) * 1e9)))
  }
}
