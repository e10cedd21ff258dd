/// How probes and hooks reach a container over the network.
public protocol ProbeIO: Sendable {
  /// Sends one GET request, following no redirect.
  ///
  /// - Parameters:
  ///   - scheme: `HTTP` or `HTTPS`; certificates are not verified.
  ///   - timeout: seconds for all of it.
  /// - Returns: the status code.
  func httpGet(
    host: String, port: Int, path: String, scheme: String, headers: [HTTPHeader], timeout: Double
  ) async throws(ProbeFailure) -> Int

  /// Opens a connection and closes it.
  func tcpConnect(host: String, port: Int, timeout: Double) async throws(ProbeFailure)
}

/// A header of an HTTP request.
public struct HTTPHeader: Sendable, Hashable {
  public var name: String
  public var value: String

  public init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}

/// Why a probe failed, in plain words.
public struct ProbeFailure: Error, Sendable, Hashable, CustomStringConvertible {
  public var message: String
  public var description: String { message }

  public init(_ message: String) { self.message = message }
}
