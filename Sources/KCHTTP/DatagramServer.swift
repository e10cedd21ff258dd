internal import NIOCore
internal import NIOPosix

/// Answers datagrams: what the cluster's DNS is served with.
public struct DatagramServer: Sendable {
  private let host: String
  private let port: Int
  private let answer: @Sendable ([UInt8]) async -> [UInt8]?

  /// - Parameters:
  ///   - host: the exact address to bind to; answers to translated addresses must come from it.
  ///   - answer: the reply to a datagram; nil for none.
  public init(host: String, port: Int, answer: @escaping @Sendable ([UInt8]) async -> [UInt8]?) {
    self.host = host
    self.port = port
    self.answer = answer
  }

  /// Serves until the task is cancelled.
  public func run() async throws(ListenError) {
    do {
      let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .channelOption(.socketOption(.so_reuseaddr), value: 1)
        .bind(host: host, port: port) { channel in
          channel.eventLoop.makeCompletedFuture {
            try NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>(
              wrappingChannelSynchronously: channel)
          }
        }
      try await channel.executeThenClose { inbound, outbound in
        for try await packet in inbound {
          if let reply = await answer(Array(packet.data.readableBytesView)) {
            try await outbound.write(
              AddressedEnvelope(remoteAddress: packet.remoteAddress, data: ByteBuffer(bytes: reply)))
          }
        }
      }
    } catch let error as IOError where error.errnoCode == EADDRINUSE {
      throw .portInUse(port: port)
    } catch is CancellationError {
      return
    } catch {
      throw .failed("\(error)")
    }
  }
}
