import KCData
import Synchronization

@testable import KCControl

/// A clock that moves when it is told to.
final class ManualTime: TimeSource {
  private let state = Mutex<(seconds: Double, sleepers: [(due: Double, wake: AsyncStream<Void>.Continuation)])>((0, []))
  private let start = Timestamp(seconds: 1_700_000_000)

  var now: Timestamp { start.advanced(by: uptime) }
  var uptime: Double { state.withLock { $0.seconds } }

  func sleep(seconds: Double) async {
    let due = uptime + seconds
    let (stream, wake) = AsyncStream<Void>.makeStream()
    state.withLock { $0.sleepers.append((due, wake)) }
    // Ends when woken, and when the task is cancelled.
    for await _ in stream { return }
  }

  /// Moves on, and wakes those whose time has come.
  func advance(by seconds: Double) {
    let due = state.withLock { state in
      state.seconds += seconds
      let now = state.seconds
      let due = state.sleepers.filter { $0.due <= now }
      state.sleepers.removeAll { $0.due <= now }
      return due
    }
    for sleeper in due { sleeper.wake.yield() }
  }
}
