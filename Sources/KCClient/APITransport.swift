public import KCKube

/// What carries requests to a Kubernetes API: HTTPS, or a call within the process.
public protocol APITransport: Sendable {
  /// Sends a request and gives its answer, whatever its status.
  ///
  /// For a watch or a followed log, the answer comes as soon as it begins, with `.events` or `.stream` as its body.
  /// - Throws: `unreachable` where there was no answer, `cancelled` when the task was.
  func send(_ request: APIRequest) async throws(ClientError) -> APIResponse
}

/// Why a request to an API had no result.
public enum ClientError: Error, Sendable, Hashable {
  /// The API refused.
  case status(APIStatus)
  /// There was no answer; the text says why in plain words.
  case unreachable(String)
  /// Nothing was asked, for want of credentials to ask with; the text says why.
  case noCredentials(String)
  /// There was an answer, but not one that a Kubernetes API gives.
  case badAnswer(String)
  case cancelled
}

extension ClientError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .status(let status): status.message
    case .unreachable(let why): "the API could not be reached: \(why)"
    case .noCredentials(let why): "there are no credentials for the API: \(why)"
    case .badAnswer(let why): "the API gave an answer that makes no sense: \(why)"
    case .cancelled: "cancelled"
    }
  }

  public var status: APIStatus? { if case .status(let status) = self { status } else { nil } }
  public var isNotFound: Bool { status?.isNotFound ?? false }
  public var isConflict: Bool { status?.isConflict ?? false }
  public var isAlreadyExists: Bool { status?.isAlreadyExists ?? false }
  /// Whether the same request may succeed later: no answer, too many requests, or a failure inside the server.
  public var isTransient: Bool {
    switch self {
    case .unreachable: true
    case .status(let status): status.code == 429 || status.code >= 500
    case .noCredentials, .badAnswer, .cancelled: false
    }
  }
}
