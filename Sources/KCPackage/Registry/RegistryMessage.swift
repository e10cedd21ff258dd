/// A request to a registry.
public struct RegistryRequest: Sendable, Hashable {
  public var method: String
  public var url: String
  /// Names in lower case.
  public var headers: [String: String]
  public var body: [UInt8]
  /// Bytes that the answer may have.
  public var limit: Int

  public init(
    _ method: String, _ url: String, headers: [String: String] = [:], body: [UInt8] = [], limit: Int = 4 << 20
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.limit = limit
  }
}

/// What a registry answers.
public struct RegistryResponse: Sendable, Hashable {
  public var status: Int
  /// Names in lower case.
  public var headers: [String: String]
  public var body: [UInt8]

  public init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

/// What carries messages to registries. It follows no redirections and repeats nothing.
public protocol RegistryTransport {
  /// - Throws: `registry` where there was no answer.
  func send(_ request: RegistryRequest) throws(PackageError) -> RegistryResponse
}

/// Who one is to a registry. It is never printed.
public enum RegistryCredential: Sendable, Hashable {
  case password(user: String, password: String)
  /// What `docker login` got instead of a password.
  case identityToken(String)
}
