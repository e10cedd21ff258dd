import Dispatch
import Glibc
import KCApply

/// Ctrl-C and SIGTERM, while something is applied.
enum Interrupt {
  /// Does the work; the first signal cancels it, a second one ends the process at once.
  static func during(
    _ work: @escaping @Sendable () async throws(ApplyFailure) -> Void
  ) async throws(ApplyFailure) {
    let task = Task { () -> ApplyFailure? in
      do throws(ApplyFailure) {
        try await work()
        return nil
      } catch {
        return error
      }
    }
    let sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        if task.isCancelled { exit(128 + number) }
        Terminal.say("\nStopping after what is under way. Once more ends kc at once.")
        task.cancel()
      }
      source.resume()
      return source
    }
    defer {
      for source in sources { source.cancel() }
      for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }
    if let failure = await task.value { throw failure }
  }
}
