internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Why a server could not be talked to, in words that help.
enum ConnectionFailure {
  static func text(_ error: any Error, _ server: String) -> String {
    switch error {
    case let error as HTTPClientError where error == .connectTimeout: "\(server) does not answer"
    case let error as HTTPClientError where error == .deadlineExceeded: "\(server) took too long to answer"
    case let error as HTTPClientError where error == .remoteConnectionClosed: closed(server)
    case let error as HTTPClientError where error == .tlsHandshakeTimeout: "\(server) does not speak TLS"
    case let error as HTTPClientError where error == .httpProxyHandshakeTimeout: "the proxy does not answer"
    case let error as HTTPClientError where error == .invalidProxyResponse:
      "the proxy answers that it does not lead to \(server)"
    case let error as HTTPClientError where error == .proxyAuthenticationRequired:
      "the proxy wants a name and a password, or other ones: `proxy-url: http://NAME:PASSWORD@HOST` says them"
    case let error as NIOConnectionError: connecting(error, server)
    case let error as IOError: system(error, server)
    case is NIOSSLExtraError:
      "\(server) could not prove who it is: its certificate is not for that name"
    case NIOSSLError.handshakeFailed(let reason): handshake(reason, server)
    case let error as BoringSSLError: handshake(error, server)
    case is NIOSSLError: "\(server) broke off the connection"
    default: "the connection to \(server) broke (\(type(of: error)))"
    }
  }

  /// Whether nobody was talked to yet: through a proxy it is that one then that is not there.
  static func isOnTheWay(_ error: any Error) -> Bool {
    error is NIOConnectionError || (error as? HTTPClientError) == .connectTimeout
  }

  /// Whether it is the certificate of the server that is not believed.
  static func isCertificate(_ error: any Error) -> Bool {
    switch error {
    case is NIOSSLExtraError: true
    case NIOSSLError.handshakeFailed(let reason): "\(reason)".contains("CERTIFICATE_VERIFY_FAILED")
    default: false
    }
  }

  private static func closed(_ server: String) -> String {
    // One that speaks TLS answers nothing to what is none.
    let isClear = server.hasPrefix("http://")
    return "\(server) closed the connection" + (isClear ? ": is its address https:// rather than http://?" : "")
  }

  private static func connecting(_ error: NIOConnectionError, _ server: String) -> String {
    if let first = error.connectionErrors.first {
      guard let error = first.error as? IOError else { return "\(server) does not answer" }
      return system(error, server)
    }
    return "there is no host \(error.host): its name leads to no address"
  }

  private static func system(_ error: IOError, _ server: String) -> String {
    switch error.errnoCode {
    case ECONNREFUSED: "nothing listens at \(server)"
    case EHOSTUNREACH, ENETUNREACH: "no network leads to \(server)"
    case ETIMEDOUT: "\(server) does not answer"
    case ECONNRESET, EPIPE: closed(server)
    default: "nothing listens at \(server) (error \(error.errnoCode))"
    }
  }

  /// The library tells reasons as texts of its errors only.
  private static func handshake(_ error: BoringSSLError, _ server: String) -> String {
    let reason = "\(error)"
    func has(_ words: String...) -> Bool { words.contains { reason.contains($0) } }
    if has("CERTIFICATE_VERIFY_FAILED") {
      return "\(server) could not prove who it is: its certificate is not the one that was expected"
    }
    if has("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST") {
      return "\(server) does not speak TLS: is its address http:// rather than https://?"
    }
    if has("CERTIFICATE_REQUIRED", "BAD_CERTIFICATE", "UNKNOWN_CA", "CERTIFICATE_EXPIRED", "CERTIFICATE_UNKNOWN") {
      return "\(server) does not accept the client certificate that it was shown, or wants one"
    }
    if has("UNSUPPORTED_PROTOCOL", "PROTOCOL_VERSION", "HANDSHAKE_FAILURE") {
      return "\(server) and kc have no version or cipher of TLS in common"
    }
    return "\(server) broke off the connection"
  }
}
