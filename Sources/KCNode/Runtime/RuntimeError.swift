/// Why the container runtime did not do what it was asked, in words a user understands.
public enum RuntimeError: Error, Sendable, Hashable {
  /// The runtime does not answer: it is not running, or its socket cannot be reached.
  case unavailable(String)
  /// It did not finish in the time it was given. Whether it will still is not known.
  case timedOut(String)
  /// There is no such sandbox, container or image.
  case notFound(String)
  /// What was asked for is there already.
  case alreadyExists(String)
  /// The request is one that the runtime does not take.
  case invalid(String)
  /// It tried and failed.
  case failed(String)
  case cancelled
}

extension RuntimeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unavailable(let why): "the container runtime cannot be reached: \(why)"
    case .timedOut(let what): "\(what) took too long"
    case .notFound(let what), .alreadyExists(let what), .invalid(let what), .failed(let what): what
    case .cancelled: "cancelled"
    }
  }

  public var isNotFound: Bool { if case .notFound = self { true } else { false } }
}
