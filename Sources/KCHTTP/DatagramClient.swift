internal import NIOCore
internal import NIOPosix

/// Asks by a datagram and waits for the answer.
public enum DatagramClient {
  /// - Parameter seconds: how long to wait.
  /// - Returns: the first answer from that address; nil where none came.
  public static func ask(host: String, port: Int, _ query: [UInt8], seconds: Int) async -> [UInt8]? {
    do {
      // Before there is a channel: one that is made and not used ends the program.
      let address = try SocketAddress(ipAddress: host, port: port)
      let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(host: host, port: port) { channel in
          channel.eventLoop.makeCompletedFuture {
            try NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>(
              wrappingChannelSynchronously: channel)
          }
        }
      return try await channel.executeThenClose { inbound, outbound in
        try await outbound.write(AddressedEnvelope(remoteAddress: address, data: ByteBuffer(bytes: query)))
        return try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
          group.addTask {
            for try await packet in inbound { return Array(packet.data.readableBytesView) }
            return nil
          }
          group.addTask {
            try await Task.sleep(for: .seconds(seconds))
            return nil
          }
          defer { group.cancelAll() }
          return try await group.next() ?? nil
        }
      }
    } catch {
      return nil
    }
  }
}
