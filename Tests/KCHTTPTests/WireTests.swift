import KCClient
import KCData
import KCHTTP
import KCKube
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization
import Testing

/// A server over TLS that remembers what it was sent, and answers as it is told.
private final class Recorder: Sendable {
  struct Seen: Sendable {
    var uri: String
    var headers: HTTPHeaders
  }

  private let seen = Mutex<[Seen]>([])
  /// The only token that is let in; nil lets everybody in.
  let token: Mutex<String?>

  /// Sent with each answer.
  let warnings = Mutex<[String]>([])

  init(token: String? = nil) { self.token = Mutex(token) }

  var requests: [Seen] { seen.withLock { $0 } }

  func answer(_ head: HTTPRequestHead) -> (HTTPResponseStatus, String) {
    seen.withLock { $0.append(Seen(uri: head.uri, headers: head.headers)) }
    let wanted = token.withLock { $0 }
    if let wanted, head.headers.first(name: "authorization") != "Bearer \(wanted)" { return (.unauthorized, "{}") }
    return (.ok, #"{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[]}"#)
  }

  /// Serves while the body runs.
  ///
  /// - Parameter clientAuthority: who must have signed the certificates of clients; nil asks for none.
  func serving(
    _ credentials: ServerCredentials, clientAuthority: String? = nil, _ body: (Int) async throws -> Void
  ) async throws {
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(credentials.certificate.utf8)).map {
        .certificate($0)
      }, privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(credentials.key.utf8), format: .pem)))
    if let clientAuthority {
      tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(clientAuthority.utf8)))
      tls.certificateVerification = .noHostnameVerification
    }
    let context = try NIOSSLContext(configuration: tls)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(Answering(self))
        }
      }.bind(host: "127.0.0.1", port: 0).get()
    do { try await body(channel.localAddress?.port ?? 0) } catch { Issue.record(error) }
    try await channel.close()
  }

  private final class Answering: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart
    private let recorder: Recorder
    private var head: HTTPRequestHead?

    init(_ recorder: Recorder) { self.recorder = recorder }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head): self.head = head
      case .body: break
      case .end:
        guard let head else { return }
        let (status, text) = recorder.answer(head)
        var answer = HTTPResponseHead(version: .http1_1, status: status)
        answer.headers.add(name: "content-type", value: "application/json")
        for warning in recorder.warnings.withLock({ $0 }) { answer.headers.add(name: "warning", value: warning) }
        answer.headers.add(name: "content-length", value: String(text.utf8.count))
        context.write(wrapOutboundOut(.head(answer)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      }
    }
  }
}

/// Tokens in turn: the last one for ever.
private final class Tokens: TokenProvider {
  private let rest: Mutex<[String]>
  private let asked = Mutex<[Bool]>([])

  init(_ tokens: [String]) { rest = Mutex(tokens) }

  var questions: [Bool] { asked.withLock { $0 } }

  func token(refreshing: Bool) async throws(ClientError) -> String? {
    asked.withLock { $0.append(refreshing) }
    return rest.withLock { tokens in
      if refreshing, tokens.count > 1 { tokens.removeFirst() }
      return tokens.first
    }
  }
}

/// The ways to a cluster, over loopback.
@Suite(.serialized, .timeLimit(.minutes(1))) struct WireTests {
  private let list = APIRequest(method: "GET", path: "/api/v1/pods")

  private func connection(_ port: Int, _ credentials: ServerCredentials, host: String = "127.0.0.1")
    -> HTTPTransport.Connection
  {
    var connection = HTTPTransport.Connection(server: "https://\(host):\(port)")
    connection.authority = credentials.authority
    return connection
  }

  private func send(_ connection: HTTPTransport.Connection, times: Int = 1) async throws -> Int {
    let transport = try HTTPTransport(connection)
    var status = 0
    do {
      for _ in 0..<times { status = try await transport.send(list).status }
    } catch {
      await transport.close()
      throw error
    }
    await transport.close()
    return status
  }

  @Test func throughAProxy() async throws {
    let proxy = try #require(ConnectProxy())
    defer { proxy.stop() }
    let credentials = try ServerCredentials.make(addresses: [[127, 0, 0, 1]])
    let recorder = Recorder()
    try await recorder.serving(credentials) { port async throws in
      var connection = connection(port, credentials)
      connection.proxy = "http://anna:s%20cret@127.0.0.1:\(proxy.port)"
      connection.token = "inner"
      #expect(try await send(connection) == 200)
      let asked = try #require(proxy.requests.first)
      #expect(asked.hasPrefix("CONNECT 127.0.0.1:\(port) "), "\(asked)")
      #expect(asked.lowercased().contains("proxy-authorization: basic yw5uytpzignyzxq="), "\(asked)")
      // The token goes to the cluster, through the tunnel, and not to the proxy.
      #expect(!asked.contains("inner"))
      #expect(recorder.requests.first?.headers.first(name: "authorization") == "Bearer inner")
      #expect(recorder.requests.first?.headers.first(name: "proxy-authorization") == nil)
    }
  }

  @Test func aProxyThatIsNotThereIsSaid() async throws {
    let credentials = try ServerCredentials.make(addresses: [[127, 0, 0, 1]])
    var connection = connection(9, credentials)
    connection.proxy = "http://127.0.0.1:1"
    await #expect(throws: ClientError.self) { try await send(connection) }
    connection.proxy = "ftp://127.0.0.1:1"
    #expect(throws: ClientError.self) { try HTTPTransport(connection) }
  }

  @Test func theServersNameIsAsked() async throws {
    let credentials = try ServerCredentials.make(addresses: [[10, 0, 0, 1]])
    let recorder = Recorder()
    try await recorder.serving(credentials) { port async throws in
      var connection = connection(port, credentials)
      // Its certificate is for names alone, and for an address that is not this one.
      await #expect(throws: ClientError.self) { try await send(connection) }
      connection.serverName = "kubernetes.default.svc"
      #expect(try await send(connection) == 200)
      #expect(recorder.requests.last?.headers.first(name: "host")?.hasPrefix("kubernetes.default.svc") == true)
      connection.serverName = "example.com"
      await #expect(throws: ClientError.self) { try await send(connection) }
    }
  }

  @Test func clientCertificates() async throws {
    let credentials = try ServerCredentials.make(addresses: [[127, 0, 0, 1]])
    let anna = try ClientCertificate(name: "anna")
    let stranger = try ClientCertificate(name: "stranger")
    let recorder = Recorder()
    try await recorder.serving(credentials, clientAuthority: anna.authority) { port async throws in
      var connection = connection(port, credentials)
      await #expect(throws: ClientError.self) { try await send(connection) }
      connection.clientCertificate = stranger.certificate
      connection.clientKey = stranger.key
      await #expect(throws: ClientError.self) { try await send(connection) }
      #expect(recorder.requests.isEmpty)
      connection.clientCertificate = anna.certificate
      connection.clientKey = anna.key
      #expect(try await send(connection) == 200)
      connection.clientCertificate = "no certificate"
      connection.clientKey = "no key"
      #expect(throws: ClientError.self) { try HTTPTransport(connection) }
    }
  }

  @Test func whoIsNotVerified() async throws {
    let credentials = try ServerCredentials.make(addresses: [[10, 0, 0, 1]])
    let recorder = Recorder()
    try await recorder.serving(credentials) { port async throws in
      var connection = connection(port, credentials)
      connection.authority = nil
      await #expect(throws: ClientError.self) { try await send(connection) }
      connection.isUnverified = true
      #expect(try await send(connection) == 200)
    }
  }

  /// A refused token is asked for anew, once, and the new one is used from then on.
  /// What stands in the error of a request that cannot be made.
  private func refusal(_ connection: HTTPTransport.Connection) async throws -> String {
    do {
      return "status \(try await send(connection))"
    } catch ClientError.unreachable(let why) {
      return why
    }
  }

  @Test func whyACertificateIsNotBelieved() async throws {
    let here = try ServerCredentials.make(addresses: [[127, 0, 0, 1]])
    let there = try ServerCredentials.make(addresses: [[127, 0, 0, 2]])
    let old = try ClientCertificate(name: "old", ended: true)
    let ended = ServerCredentials(
      authority: old.authority, certificate: old.certificate, key: old.key, token: "", storeKey: "")
    try await Recorder().serving(here) { port async throws in
      var other = connection(port, there)
      #expect(
        try await refusal(other) == "https://127.0.0.1:\(port) could not prove who it is: its certificate is signed by "
          + "\"CN=kc engine authority\", not by the certificate-authority that the kubeconfig names")
      other.authority = nil
      #expect(
        try await refusal(other).hasSuffix("not trusted here: name it as certificate-authority in the kubeconfig"))
    }
    try await Recorder().serving(there) { port async throws in
      #expect(
        try await refusal(connection(port, there)) == "https://127.0.0.1:\(port) could not prove who it is: its "
          + "certificate is for localhost, kubernetes, kubernetes.default, kubernetes.default.svc, "
          + "kubernetes.default.svc.cluster.local, 127.0.0.2, not for 127.0.0.1")
    }
    try await Recorder().serving(ended) { port async throws in
      #expect(try await refusal(connection(port, ended)).contains("its certificate ended at "))
    }
  }

  /// What the server warns of when something is changed is kept, each once; what it says of reading is not.
  @Test func warningsAreKept() async throws {
    let credentials = try ServerCredentials.make(addresses: [[127, 0, 0, 1]])
    let recorder = Recorder()
    try await recorder.serving(credentials) { port async throws in
      let transport = try HTTPTransport(connection(port, credentials))
      recorder.warnings.withLock {
        $0 = [
          #"299 - "would violate PodSecurity \"restricted:latest\"""#, #"299 - "v1 Thing is old""#, "199 x", "299 - \"",
        ]
      }
      _ = try await transport.send(list)
      #expect(transport.warnings.isEmpty)
      for _ in 0..<2 { _ = try await transport.send(APIRequest(method: "PATCH", path: "/api/v1/pods/a")) }
      #expect(transport.warnings == [#"would violate PodSecurity "restricted:latest""#, "v1 Thing is old"])
      await transport.close()
    }
  }

  @Test func tokensAreRenewed() async throws {
    let credentials = try ServerCredentials.make(addresses: [[127, 0, 0, 1]])
    let recorder = Recorder(token: "second")
    try await recorder.serving(credentials) { port async throws in
      var connection = connection(port, credentials)
      let tokens = Tokens(["first", "second"])
      connection.tokens = tokens
      #expect(try await send(connection, times: 2) == 200)
      #expect(tokens.questions == [false, true, false])
      #expect(recorder.requests.count == 3)
      // One that is refused again stays refused: nobody is asked for ever.
      recorder.token.withLock { $0 = "third" }
      #expect(try await send(connection) == 401)
      #expect(tokens.questions.count == 5)
    }
  }

  @Test func impersonationIsInTheHeaders() async throws {
    let credentials = try ServerCredentials.make(addresses: [[127, 0, 0, 1]])
    let recorder = Recorder()
    try await recorder.serving(credentials) { port async throws in
      var impersonation = Kubeconfig.Impersonation()
      impersonation.user = "anna"
      impersonation.uid = "u1"
      impersonation.groups = ["dev", "ops"]
      impersonation.extra = ["scopes": ["view"]]
      var connection = connection(port, credentials)
      connection.headers = impersonation.headers
      #expect(try await send(connection) == 200)
      let headers = try #require(recorder.requests.first).headers
      #expect(headers[canonicalForm: "Impersonate-User"] == ["anna"])
      #expect(headers[canonicalForm: "Impersonate-Uid"] == ["u1"])
      #expect(headers["Impersonate-Group"] == ["dev", "ops"])
      #expect(headers["Impersonate-Extra-scopes"] == ["view"])
    }
  }
}
