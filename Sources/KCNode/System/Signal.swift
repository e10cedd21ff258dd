/// Wakes one who waits; several wakes before it looks are one.
struct Signal: Sendable {
  private let stream: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

  func wake() { continuation.yield() }

  /// Ends the waiting for good.
  func end() { continuation.finish() }

  /// An element for each wake, or several; for one reader.
  var wakes: AsyncStream<Void> { stream }
}
