internal import NIOCore
internal import NIOHTTP1

/// Keeps the head of a request back until the body that follows comes, so that both go out at once: by themselves they are
/// two packets, and wake the server twice.
final class HeadWithBody: ChannelOutboundHandler {
  typealias OutboundIn = HTTPClientRequestPart
  typealias OutboundOut = HTTPClientRequestPart

  /// Whether a head was written and nothing yet that ends it.
  private var isHolding = false

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .head = unwrapOutboundIn(data) { isHolding = true } else { isHolding = false }
    context.write(data, promise: promise)
  }

  func flush(context: ChannelHandlerContext) {
    if !isHolding { context.flush() }
  }

  /// Puts one into the pipeline of a connection, where parts of requests come by.
  ///
  /// - Requires: the channel's event loop runs this.
  static func add(to channel: any Channel) throws {
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(HeadWithBody(), position: .after(pipeline.handler(type: HTTPRequestEncoder.self)))
  }
}
