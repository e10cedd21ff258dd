internal import AsyncHTTPClient
internal import Dispatch
internal import KCClient
public import KCPackage
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// Carries messages to registries of packages over HTTP. It waits for the answer: what uses it has nothing else to do,
/// and may be no task.
public final class RegistryHTTP: RegistryTransport {
  private let client: HTTPClient

  /// - Parameters:
  ///   - authority: certificates to trust besides those of the system, PEM.
  ///   - proxy: `http://…`, or nil.
  /// - Throws: where the certificates or the proxy are none.
  public init(authority: String? = nil, proxy: String? = nil) throws(PackageError) {
    do {
      var tls = TLSConfiguration.makeClientConfiguration()
      if let authority {
        tls.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMBytes(Array(authority.utf8)))]
      }
      var configuration = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
      configuration.timeout.connect = .seconds(10)
      configuration.connectionPool.retryConnectionEstablishment = false
      configuration.httpVersion = .http1Only
      if let proxy { configuration.proxy = try HTTPTransport.proxy(proxy) }
      client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    } catch let error as ClientError {
      throw PackageError(.registry, "\(error)")
    } catch {
      throw PackageError(.registry, "the certificates to trust cannot be read", help: "KC_REGISTRY_CA names a PEM file")
    }
  }

  /// A client must be shut down before it goes.
  deinit { client.shutdown(queue: .global()) { _ in } }

  public func send(_ request: RegistryRequest) throws(PackageError) -> RegistryResponse {
    do {
      var headers = HTTPHeaders([("user-agent", "kc")])
      for (name, value) in request.headers.sorted(by: { $0.key < $1.key }) where name != "content-length" {
        headers.replaceOrAdd(name: name, value: value)
      }
      let body: HTTPClient.Body? = ["GET", "HEAD"].contains(request.method) ? nil : .bytes(request.body)
      let message = try HTTPClient.Request(
        url: request.url, method: HTTPMethod(rawValue: request.method), headers: headers, body: body)
      // An error's page may be longer than what was asked for.
      let limit = max(request.limit, 1 << 16)
      let response = try client.execute(
        request: message, delegate: ResponseAccumulator(request: message, maxBodySize: limit),
        deadline: .now() + .seconds(120)
      ).wait()
      var out = RegistryResponse(status: Int(response.status.code))
      for (name, value) in response.headers {
        let name = name.lowercased()
        out.headers[name] = out.headers[name].map { "\($0), \(value)" } ?? value
      }
      if let body = response.body { out.body = Array(body.readableBytesView) }
      return out
    } catch is ResponseAccumulator.ResponseTooBigError {
      throw PackageError(.content, "\(Self.host(request.url)) sent more than it said it would")
    } catch {
      throw PackageError(.registry, ConnectionFailure.text(error, Self.host(request.url)))
    }
  }

  private static func host(_ url: String) -> String {
    let parts = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true)
    return parts.count > 1 ? String(parts[1]) : url
  }
}
