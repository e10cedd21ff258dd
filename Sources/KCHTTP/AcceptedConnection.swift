internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import Synchronization

/// A connection from being accepted to being served.
///
/// A server that is cancelled drops what it accepted and did not begin to serve, and NIO ends the program where such a
/// connection goes without having been closed (apple/swift-nio#2637). This one closes itself then.
final class AcceptedConnection<Base: ServerChildChannel>: ServerChildChannelValue {
  private let base: Base
  private let value: Base.Value
  private let logger: Logger
  private let isServed = Atomic(false)

  init(base: Base, value: Base.Value, logger: Logger) {
    self.base = base
    self.value = value
    self.logger = logger
  }

  var channel: any Channel { value.channel }

  func serve() async {
    isServed.store(true, ordering: .relaxed)
    await base.handle(value: value, logger: logger)
  }

  deinit {
    guard !isServed.load(ordering: .relaxed) else { return }
    value.channel.close(promise: nil)
    // Handling is what closes it properly; nothing that came in is answered, since the task is cancelled.
    Task { [base, value, logger] in await base.handle(value: value, logger: logger) }.cancel()
  }
}

/// Serves connections as `Base` does, and closes those that it does not come to serve.
struct ClosingChannel<Base: ServerChildChannel>: ServerChildChannel {
  let base: Base

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<AcceptedConnection<Base>> {
    base.setup(channel: channel, logger: logger).map { AcceptedConnection(base: base, value: $0, logger: logger) }
  }

  func handle(value: AcceptedConnection<Base>, logger: Logger) async { await value.serve() }
}
