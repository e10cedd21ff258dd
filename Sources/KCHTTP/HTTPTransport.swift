internal import AsyncHTTPClient
internal import Dispatch
public import KCClient
internal import KCCodec
internal import KCData
public import KCKube
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// Carries requests to an API over HTTPS.
public final class HTTPTransport: APITransport {
  /// How a server is reached and convinced.
  public struct Connection: Sendable {
    /// `https://127.0.0.1:6443`
    public var server: String
    /// PEM; nil trusts what the system trusts.
    public var authority: String?
    public var isUnverified = false
    public var token: String?
    /// PEM.
    public var clientCertificate: String?
    public var clientKey: String?
    /// The name that the server's certificate must be for; nil is the host of its address.
    public var serverName: String?
    /// The proxy to go through: `http://…` or `socks5://…`, with a name and password where it wants them.
    public var proxy: String?
    /// Sent with every request.
    public var headers: [(name: String, value: String)] = []
    /// Where the token comes from if it may change; wins over `token`.
    public var tokens: (any TokenProvider)?
    /// How long the first answer is waited for: a server that has answered nothing yet may be none.
    public var patience = Duration.seconds(9)

    public init(server: String) { self.server = server }
  }

  private let client: HTTPClient
  private let connection: Connection
  private let warned = Mutex<[String]>([])
  /// Whether the server has answered anything.
  private let hasAnswered = Atomic<Bool>(false)
  /// The server's address as requests have it.
  private let base: String

  /// - Throws: `unreachable` where a certificate or key cannot be read.
  public init(_ connection: Connection) throws(ClientError) {
    self.connection = connection
    var tls = TLSConfiguration.makeClientConfiguration()
    if let authority = connection.authority {
      let roots = try Self.read("certificate-authority") { try NIOSSLCertificate.fromPEMBytes(Array(authority.utf8)) }
      tls.trustRoots = .certificates(roots)
    }
    if connection.isUnverified { tls.certificateVerification = .none }
    if let certificate = connection.clientCertificate, let key = connection.clientKey {
      let chain = try Self.read("client-certificate") {
        try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8))
      }
      tls.certificateChain = chain.map { .certificate($0) }
      let secret = try Self.read("client-key") { try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem) }
      tls.privateKey = .privateKey(secret)
    }
    var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
    configuration.timeout.connect = .seconds(5)
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 32
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.httpVersion = .http1Only
    configuration.http1_1ConnectionDebugInitializer = { channel in
      channel.eventLoop.submit { try HeadWithBody.add(to: channel) }
    }
    if let proxy = connection.proxy { configuration.proxy = try Self.proxy(proxy) }
    // The name stands in the requests, and leads to where the server is.
    if let name = connection.serverName, let host = Proxy.host(of: connection.server), name != host {
      configuration.dnsOverride = [name: host]
      base = connection.server.replacing("://" + (host.contains(":") ? "[\(host)]" : host), with: "://" + name)
    } else {
      base = connection.server
    }
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  /// Reads a part of the credentials.
  ///
  /// - Parameter name: what a kubeconfig calls it.
  private static func read<Output>(_ name: String, _ work: () throws -> Output) throws(ClientError) -> Output {
    do { return try work() } catch {
      throw .unreachable("the \(name) in the kubeconfig cannot be read: it is not PEM, or holds something else")
    }
  }

  /// What the server warned of in its answers to changes and dry runs, each once, as it came. Warnings to reads are about
  /// what kc asks, and no concern of those who use it.
  public var warnings: [String] { warned.withLock { $0 } }

  /// Gives up the connections.
  public func close() async { try? await client.shutdown() }

  /// A client must be shut down before it goes; one that was closed already says so, which is no matter.
  deinit { client.shutdown(queue: .global()) { _ in } }

  public func send(_ request: APIRequest) async throws(ClientError) -> APIResponse {
    guard let tokens = connection.tokens else { return try await send(request, token: connection.token) }
    let answer = try await send(request, token: try await tokens.token(refreshing: false))
    guard answer.status == 401 else { return answer }
    // A token may end while kc runs: once more with a new one.
    return try await send(request, token: try await tokens.token(refreshing: true))
  }

  private func send(_ request: APIRequest, token: String?) async throws(ClientError) -> APIResponse {
    let isStream = ["watch", "follow"].contains { request[query: $0] == "true" }
    let isKnown = hasAnswered.load(ordering: .relaxed)
    let limit: TimeAmount = isStream ? .hours(24) : isKnown ? .seconds(60) : TimeAmount(connection.patience)
    do {
      let response = try await client.execute(convert(request, token), timeout: limit)
      hasAnswered.store(true, ordering: .relaxed)
      var out = APIResponse(
        status: Int(response.status.code), contentType: response.headers.first(name: "content-type") ?? "")
      if request.method != "GET" { note(response.headers["warning"]) }
      if let wait = response.headers.first(name: "retry-after") { out.headers["retry-after"] = wait }
      if isStream, out.status < 400 {
        out.body = request[query: "watch"] == "true" ? .events(events(response.body)) : .stream(pieces(response.body))
        return out
      }
      let body = try await response.body.collect(upTo: 512 * 1024 * 1024)
      out.body = .bytes(Array(body.readableBytesView))
      return out
    } catch is CancellationError {
      throw .cancelled
    } catch {
      if !isKnown, let error = error as? HTTPClientError, error == .deadlineExceeded {
        throw .unreachable("\(connection.server) takes connections, but does not answer")
      }
      throw .unreachable(await reason(error))
    }
  }

  private func convert(_ request: APIRequest, _ token: String?) -> HTTPClientRequest {
    let query = request.query.map { "\(escaped($0.name))=\(escaped($0.value))" }.joined(separator: "&")
    let path = request.path.split(separator: "/", omittingEmptySubsequences: false).map { escaped(String($0)) }
    var out = HTTPClientRequest(
      url: base + path.joined(separator: "/") + (query.isEmpty ? "" : "?\(query)"))
    out.method = HTTPMethod(rawValue: request.method)
    out.headers.add(name: "accept", value: request.accept ?? "application/json")
    out.headers.add(name: "user-agent", value: "kc")
    for (name, value) in connection.headers { out.headers.add(name: name, value: value) }
    if let token { out.headers.add(name: "authorization", value: "Bearer \(token)") }
    if let type = request.contentType { out.headers.add(name: "content-type", value: type) }
    switch request.body {
    case .none: break
    case .value(let value): out.body = .bytes(JSON.bytes(value))
    case .bytes(let bytes): out.body = .bytes(bytes)
    }
    return out
  }

  /// The proxy that a URL names.
  static func proxy(_ url: String) throws(ClientError) -> HTTPClient.Configuration.Proxy {
    let parts = url.split(separator: "://", maxSplits: 1).map(String.init)
    guard let authority = parts.last?.split(separator: "/").first, let host = Proxy.host(of: "x://\(authority)") else {
      throw .unreachable("the proxy \"\(withoutUser(url))\" is no URL")
    }
    let scheme = parts.count > 1 ? parts[0] : "http"
    let at = authority.lastIndex(of: "@")
    let port = Proxy.port(of: "x://\(authority)")
    switch scheme {
    case "http":
      let user = at.map { String(authority[..<$0]) }?.split(separator: ":", maxSplits: 1).map { String($0) }
      guard let user else { return .server(host: host, port: port ?? 80) }
      return .server(
        host: host, port: port ?? 80,
        authorization: .basic(username: unescaped(user[0]), password: user.count > 1 ? unescaped(user[1]) : ""))
    case "socks5", "socks5h": return .socksServer(host: host, port: port ?? 1080)
    default: throw .unreachable("kc cannot go through a proxy that speaks \(scheme); http and socks5 it can")
    }
  }

  private static func unescaped(_ text: String) -> String {
    var out: [UInt8] = []
    var bytes = Array(text.utf8)[...]
    while let byte = bytes.popFirst() {
      if byte == UInt8(ascii: "%"), bytes.count >= 2,
        let code = UInt8(String(decoding: bytes.prefix(2), as: UTF8.self), radix: 16)
      {
        out.append(code)
        bytes = bytes.dropFirst(2)
      } else {
        out.append(byte)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// A URL without the password in it.
  private static func withoutUser(_ url: String) -> String {
    url.lastIndex(of: "@").map { String(url[url.index(after: $0)...]) } ?? url
  }

  private func escaped(_ text: String) -> String {
    func isPlain(_ byte: UInt8) -> Bool {
      switch byte {
      case 48...57, 65...90, 97...122, 45, 46, 95, 126: true
      default: false
      }
    }
    if text.utf8.allSatisfy(isPlain) { return text }
    var out: [UInt8] = []
    let digits = Array("0123456789ABCDEF".utf8)
    for byte in text.utf8 {
      if isPlain(byte) {
        out.append(byte)
      } else {
        out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// What went wrong, in words that help.
  private func reason(_ error: any Error) async -> String {
    let proxy = ConnectionFailure.isOnTheWay(error) ? connection.proxy : nil
    let peer = proxy.map { "the proxy \(Self.withoutUser($0)), through which \(connection.server) is reached" }
    let text = ConnectionFailure.text(error, peer ?? connection.server)
    // Through a proxy another way would have to be taken.
    guard ConnectionFailure.isCertificate(error), connection.proxy == nil, let host = Proxy.host(of: connection.server)
    else { return text }
    let name = connection.serverName ?? host
    let port = Proxy.port(of: connection.server) ?? 443
    guard let shown = await ServerCertificate.shown(by: host, port: port, name: name) else { return text }
    let fault = shown.fault(name: name, hasAuthority: connection.authority != nil)
    return "\(connection.server) could not prove who it is: \(fault)"
  }

  private func note(_ headers: [String]) {
    let texts = headers.compactMap(Self.warning)
    guard !texts.isEmpty else { return }
    warned.withLock { warned in
      for text in texts where !warned.contains(text) { warned.append(text) }
    }
  }

  /// The text of a warning as Kubernetes sends it, `299 - "text"` (RFC 7234, 5.5); nil where it is none.
  static func warning(_ header: String) -> String? {
    guard header.hasPrefix("299 "), let start = header.firstIndex(of: "\"") else { return nil }
    var text = ""
    var isEscaped = false
    for character in header[header.index(after: start)...] {
      if !isEscaped, character == "\"" { return text.isEmpty ? nil : text }
      isEscaped = !isEscaped && character == "\\"
      if !isEscaped { text.append(character) }
    }
    return nil
  }

  private func pieces(_ body: HTTPClientResponse.Body) -> AsyncThrowingStream<[UInt8], any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          for try await buffer in body { continuation.yield(Array(buffer.readableBytesView)) }
          continuation.finish()
        } catch {
          continuation.finish(throwing: ClientError.unreachable("the stream broke"))
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  /// A line is an event.
  private func events(_ body: HTTPClientResponse.Body) -> AsyncThrowingStream<Value, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          var rest: [UInt8] = []
          for try await buffer in body {
            rest += buffer.readableBytesView
            var start = 0
            while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
              if end > start { continuation.yield(try JSON.parse(Array(rest[start..<end]))) }
              start = end + 1
            }
            rest.removeFirst(start)
          }
          continuation.finish()
        } catch let error as CodecError {
          continuation.finish(throwing: ClientError.badAnswer(error.message))
        } catch {
          continuation.finish(throwing: ClientError.unreachable("the watch broke"))
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }
}
