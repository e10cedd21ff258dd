import KCClient
import KCData
import KCHTTP
import KCKube
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// What comes of a connection, packet by packet; each is answered once the request is complete.
private final class Packets: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  let seen = Mutex<[String]>([])

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let text = String(buffer: unwrapInboundIn(data))
    let all = seen.withLock { seen in
      seen.append(text)
      return seen.joined()
    }
    // A request with a body ends with the body's brace, one without with the empty line.
    guard all.hasSuffix("}") || text.hasPrefix("GET") else { return }
    let answer = ByteBuffer(string: "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
    context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
  }
}

@Suite struct SendingTests {
  /// Both parts in one packet: two would wake the server twice for each object that is applied.
  @Test func aRequestGoesOutAtOnce() async throws {
    let packets = Packets()
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(packets) }
      }.bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(server.localAddress?.port)
    let transport = try HTTPTransport(.init(server: "http://127.0.0.1:\(port)"))
    for number in 1...3 {
      var request = APIRequest(method: "PATCH", path: "/a", contentType: "application/json")
      request.body = .value(["number": Value(number)])
      #expect(try await transport.send(request).status == 200)
      #expect(try await transport.send(APIRequest(method: "GET", path: "/b")).status == 200)
    }
    let seen = packets.seen.withLock { $0 }
    #expect(seen.count == 6, "\(seen)")
    #expect(seen.allSatisfy { $0.hasPrefix("GET") || $0.hasPrefix("PATCH") && $0.hasSuffix("}") }, "\(seen)")
    await transport.close()
    try await server.close()
  }
}

/// Takes what comes, and says nothing.
private final class Silence: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer
}

@Suite struct SilentServerTests {
  @Test func aServerThatNeverAnsweredIsNotWaitedForLong() async throws {
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Silence()) }
      }.bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(server.localAddress?.port)
    var connection = HTTPTransport.Connection(server: "http://127.0.0.1:\(port)")
    connection.patience = .milliseconds(200)
    let transport = try HTTPTransport(connection)
    let words = "http://127.0.0.1:\(port) takes connections, but does not answer"
    await #expect(throws: ClientError.unreachable(words)) {
      try await transport.send(APIRequest(method: "GET", path: "/api"))
    }
    await transport.close()
    try await server.close()
  }
}

@Suite struct CredentialTests {
  @Test func whichCredentialIsBrokenIsTold() {
    var connection = HTTPTransport.Connection(server: "https://127.0.0.1:1")
    connection.authority = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    let words = "the certificate-authority in the kubeconfig cannot be read: it is not PEM, or holds something else"
    #expect(throws: ClientError.unreachable(words)) { try HTTPTransport(connection) }
  }
}
