internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
internal import KCCodec
internal import KCData
internal import KCKube
public import KCServer
public import Logging
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Why a server could not listen.
public enum ListenError: Error, Sendable, Hashable {
  case portInUse(port: Int)
  case failed(String)
}

/// Serves an API over HTTPS.
public struct APIListener: Sendable {
  /// A body may have as many bytes, as in Kubernetes.
  public static let bodyLimit = 3 * 1024 * 1024

  private let server: APIServer
  private let credentials: ServerCredentials
  private let host: String
  private let port: Int
  private let logger: Logger

  public init(server: APIServer, credentials: ServerCredentials, host: String, port: Int, logger: Logger) {
    self.server = server
    self.credentials = credentials
    self.host = host
    self.port = port
    self.logger = logger
  }

  /// Serves until the task is cancelled.
  ///
  /// - Parameter onReady: called once requests are answered.
  public func run(onReady: @escaping @Sendable () async -> Void) async throws(ListenError) {
    do {
      var tls = TLSConfiguration.makeServerConfiguration(
        certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(credentials.certificate.utf8)).map {
          .certificate($0)
        },
        privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(credentials.key.utf8), format: .pem)))
      tls.minimumTLSVersion = .tlsv12
      let adapter = RequestAdapter(server: server, token: credentials.token)
      var quiet = logger
      quiet.logLevel = .critical
      let application = Application(
        responder: CallbackResponder<BasicRequestContext> { request, _ in await adapter.respond(request) },
        server: HTTPServerBuilder { [tls] responder in
          ClosingChannel(base: try TLSChannel(HTTP1Channel(responder: responder), tlsConfiguration: tls))
        },
        configuration: .init(address: .hostname(host, port: port), serverName: nil),
        onServerRunning: { _ in await onReady() }, logger: quiet)
      try await application.run()
    } catch let error as IOError where error.errnoCode == EADDRINUSE {
      throw .portInUse(port: port)
    } catch {
      throw .failed("\(error)")
    }
  }
}

/// Turns HTTP into requests to the API, and answers into HTTP.
private struct RequestAdapter: Sendable {
  let server: APIServer
  let token: String

  func respond(_ request: Request) async -> Response {
    var body = Payload.none
    // The body of a GET means nothing, and is left to tell of the end of the connection.
    if request.method != .get {
      do {
        let collected = try await request.body.collect(upTo: APIListener.bodyLimit)
        body = collected.readableBytes == 0 ? .none : .bytes(Array(collected.readableBytesView))
      } catch {
        let why = "Request entity too large: limit is \(APIListener.bodyLimit)"
        return convert(refusal(413, "RequestEntityTooLarge", why), request)
      }
    }
    var api = APIRequest(
      method: request.method.rawValue, path: request.uri.path, query: query(request.uri.query ?? ""),
      contentType: request.headers[.contentType], accept: request.headers[.accept], body: body)
    api.path = decoded(api.path)
    if let agent = request.headers[.userAgent] { api.headers["user-agent"] = agent }
    // Other ways to say who one is are not known here: who tries them is nobody in particular.
    if let given = request.headers[.authorization], given.lowercased().hasPrefix("bearer ") {
      guard isRight(given) else { return convert(refusal(401, "Unauthorized", "Unauthorized"), request) }
      api.user = APIUser(name: "kc-admin", groups: ["system:masters", "system:authenticated"])
      if let other = impersonated(request) {
        api.user = other
      } else if request.headers.contains(where: { $0.name.canonicalName.hasPrefix("impersonate-") }) {
        return convert(
          refusal(500, "InternalError", "whom to impersonate is said in part: there is no Impersonate-User"), request)
      }
    }
    return convert(await server.handle(api), request)
  }

  /// Whom the administrator asks as, to see what others may do.
  private func impersonated(_ request: Request) -> APIUser? {
    func values(_ name: String) -> [String] { HTTPField.Name(name).map { request.headers[values: $0] } ?? [] }
    guard let name = values("impersonate-user").first, !name.isEmpty else { return nil }
    var groups = values("impersonate-group")
    if groups.isEmpty, name.hasPrefix("system:serviceaccount:") {
      let namespace = name.split(separator: ":", omittingEmptySubsequences: false).dropFirst(2).first ?? ""
      groups = ["system:serviceaccounts", "system:serviceaccounts:\(namespace)"]
    }
    if !groups.contains("system:unauthenticated") { groups.append("system:authenticated") }
    return APIUser(name: name, groups: groups, uid: values("impersonate-uid").first ?? "")
  }

  private func refusal(_ code: Int, _ reason: String, _ message: String) -> APIResponse {
    APIResponse(status: code, body: .value(APIStatus(code: code, reason: reason, message: message).value))
  }

  /// Compares in the same time wherever the texts differ.
  private func isRight(_ header: String) -> Bool {
    let given = Array(header.utf8)
    let wanted = Array("Bearer \(token)".utf8)
    guard given.count == wanted.count else { return false }
    return zip(given, wanted).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  private func query(_ text: String) -> [(name: String, value: String)] {
    text.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      func plain(_ part: Substring) -> String { decoded(part.replacing("+", with: " ")) }
      return (plain(parts[0]), parts.count > 1 ? plain(parts[1]) : "")
    }
  }

  private func decoded(_ text: some StringProtocol) -> String {
    var out: [UInt8] = []
    var bytes = Array(text.utf8)[...]
    while let byte = bytes.popFirst() {
      if byte == UInt8(ascii: "%"), bytes.count >= 2,
        let value = UInt8(String(decoding: bytes.prefix(2), as: UTF8.self), radix: 16)
      {
        out.append(value)
        bytes = bytes.dropFirst(2)
      } else {
        out.append(byte)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  private func convert(_ response: APIResponse, _ request: Request) -> Response {
    var headers = HTTPFields()
    headers[.contentType] = response.contentType
    for (name, value) in response.headers {
      if let name = HTTPField.Name(name) { headers[name] = value }
    }
    let status = HTTPResponse.Status(code: response.status)
    switch response.body {
    case .none: return Response(status: status, headers: headers)
    case .value(let value):
      return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: JSON.bytes(value))))
    case .bytes(let bytes):
      return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    case .events(let events):
      return Response(
        status: status, headers: headers,
        body: .init { writer in
          // An empty piece first: the client learns at once that its watch stands.
          try await writer.write(ByteBuffer())
          try await request.body.consumeWithCancellationOnInboundClose { _ in
            for try await event in events {
              var line = JSON.bytes(event)
              line.append(UInt8(ascii: "\n"))
              try await writer.write(ByteBuffer(bytes: line))
            }
          }
          try await writer.finish(nil)
        })
    case .stream(let pieces):
      return Response(
        status: status, headers: headers,
        body: .init { writer in
          try await request.body.consumeWithCancellationOnInboundClose { _ in
            for try await piece in pieces { try await writer.write(ByteBuffer(bytes: piece)) }
          }
          try await writer.finish(nil)
        })
    }
  }
}
