/// Gives the bearer token of requests, where it may change while kc runs.
public protocol TokenProvider: Sendable {
  /// - Parameter refreshing: whether the last one was refused, so that it is not to be given again.
  /// - Returns: nil where there is none.
  /// - Throws: `unreachable` where it cannot be had.
  func token(refreshing: Bool) async throws(ClientError) -> String?
}
