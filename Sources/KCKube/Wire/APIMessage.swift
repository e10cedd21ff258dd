public import KCData

/// A request to a Kubernetes API, independent of what carries it: HTTPS, or a call within the process.
public struct APIRequest: Sendable {
  /// The HTTP method, in capitals.
  public var method: String
  /// The path, percent-decoded, without the query: `/api/v1/namespaces/default/pods`.
  public var path: String
  /// The query, decoded, in order; a name may stand more than once.
  public var query: [(name: String, value: String)]
  /// Headers other than content type, accept and authorisation, with names in lower case.
  public var headers: [String: String]
  public var contentType: String?
  public var accept: String?
  public var body: Payload
  /// Who asks, as the carrier has proved it; nil is anonymous.
  public var user: APIUser?

  public init(
    method: String, path: String, query: [(name: String, value: String)] = [], headers: [String: String] = [:],
    contentType: String? = nil, accept: String? = nil, body: Payload = .none, user: APIUser? = nil
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.contentType = contentType
    self.accept = accept
    self.body = body
    self.user = user
  }

  /// The first value of a query parameter.
  public subscript(query name: String) -> String? { query.first { $0.name == name }?.value }
}

/// An authenticated user.
public struct APIUser: Sendable, Hashable {
  public var name: String
  public var groups: [String]
  /// Distinguishes users that had the same name at different times; empty where the carrier knows none.
  public var uid: String

  public init(name: String, groups: [String] = [], uid: String = "") {
    self.uid = uid
    self.name = name
    self.groups = groups
  }
}

/// A body: parsed where both sides are in one process, bytes where it came or goes over a wire.
public enum Payload: Sendable {
  case none
  case value(Value)
  case bytes([UInt8])
}

/// The answer to a request.
public struct APIResponse: Sendable {
  public var status: Int
  public var headers: [String: String]
  public var contentType: String
  public var body: Body

  public enum Body: Sendable {
    case none
    case value(Value)
    case bytes([UInt8])
    /// A watch: one object (`type`, `object`) each, until either side ends it.
    case events(AsyncThrowingStream<Value, any Error>)
    /// Bytes as they come: a log that is followed.
    case stream(AsyncThrowingStream<[UInt8], any Error>)
  }

  public init(
    status: Int, headers: [String: String] = [:], contentType: String = "application/json", body: Body = .none
  ) {
    self.status = status
    self.headers = headers
    self.contentType = contentType
    self.body = body
  }
}
