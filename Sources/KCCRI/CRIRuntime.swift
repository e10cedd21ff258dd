internal import GRPCCore
public import enum KCNode.RuntimeError

/// A container runtime behind the Container Runtime Interface, on a unix socket.
///
/// The connection is made when it is first needed, and again when it breaks: a runtime that restarts is found again.
public final class CRIRuntime: Sendable {
  /// The path of the socket.
  public let socket: String
  private let connections: Connections

  /// - Parameter socket: the path, with or without `unix://` before it.
  /// - Throws: `unavailable` where no connection can be set up at all.
  public init(socket: String) throws(RuntimeError) {
    let path = socket.hasPrefix("unix://") ? String(socket.dropFirst("unix://".count)) : socket
    self.socket = path
    connections = try Connections(path: path)
  }

  /// Ends the connection, after the calls that run.
  public func close() async { await connections.close() }

  /// Makes a call within a time limit, and turns what goes wrong into plain words.
  ///
  /// - Parameters:
  ///   - what: what is being done, for messages: `starting the container`.
  ///   - seconds: the limit.
  ///   - isRepeatable: whether the call may be made again when the connection breaks under it.
  func call<Result: Sendable>(
    _ what: String, seconds: Int64 = 30, isRepeatable: Bool = true,
    _ body: (Connection, CallOptions) async throws -> Result
  ) async throws(RuntimeError) -> Result {
    var options = CallOptions.defaults
    options.timeout = .seconds(seconds)
    // Twice 16 MiB of a command's output, and a little more.
    options.maxResponseMessageBytes = 40 << 20
    for attempt in 1...Self.attempts {
      let connection = try connections.take()
      defer { connections.give(back: connection) }
      do {
        return try await body(connection, options)
      } catch let error as RPCError {
        guard error.code == .unavailable, isRepeatable, attempt < Self.attempts, !Task.isCancelled else {
          throw Self.plain(error, what: what, socket: socket)
        }
        try? await Task.sleep(for: .milliseconds(30 * attempt))
      } catch is CancellationError {
        throw .cancelled
      } catch {
        throw .failed("\(what) failed")
      }
    }
    throw .unavailable("nothing answers at \(socket)")
  }

  /// How often a call is tried while the connection breaks: for about half a second.
  static let attempts = 6

  /// What an error of the protocol means.
  static func plain(_ error: RPCError, what: String, socket: String) -> RuntimeError {
    let message = Self.words(error.message)
    let text = message.isEmpty ? "\(what) failed" : message
    switch error.code {
    case .unavailable: return .unavailable("nothing answers at \(socket)")
    case .deadlineExceeded: return .timedOut(what)
    case .cancelled: return .cancelled
    case .notFound: return .notFound(text)
    case .alreadyExists: return .alreadyExists(text)
    case .invalidArgument, .outOfRange, .failedPrecondition: return .invalid(text)
    case .unimplemented: return .invalid("the container runtime does not offer \(what)")
    case .permissionDenied, .unauthenticated: return .failed("not allowed: \(text)")
    default: return .failed(text)
    }
  }

  /// A message without the wrappings of protocols that it came through.
  static func words(_ message: String) -> String {
    var text = message[...]
    while let start = text.firstRange(of: "rpc error: code = ") {
      guard let end = text[start.upperBound...].firstRange(of: " desc = ") else { break }
      text = Substring(text[..<start.lowerBound] + text[end.upperBound...])
    }
    for suffix in [": unknown", ": not found"] where text.hasSuffix(suffix) { text = text.dropLast(suffix.count) }
    return String(text)
  }
}
