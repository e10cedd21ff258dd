internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import KCNode
internal import Synchronization
internal import enum KCNode.RuntimeError

/// One connection to the runtime.
final class Connection: Sendable {
  let service: Runtime_V1_RuntimeService.Client<HTTP2ClientTransport.Posix>
  let images: Runtime_V1_ImageService.Client<HTTP2ClientTransport.Posix>
  private let client: GRPCClient<HTTP2ClientTransport.Posix>
  private let running: Task<Void, Never>

  /// - Throws: `unavailable` where no connection can be set up at all.
  init(path: String) throws(RuntimeError) {
    do {
      var config = HTTP2ClientTransport.Posix.Config.defaults
      // A local runtime is back soon or not at all; waiting for minutes, as for a remote one, would only delay pods.
      config.backoff = .init(initial: .milliseconds(50), max: .milliseconds(500), multiplier: 1.6, jitter: 0.2)
      let transport = try HTTP2ClientTransport.Posix(
        target: .unixDomainSocket(path: path, authority: "localhost"), transportSecurity: .plaintext, config: config)
      client = GRPCClient(transport: transport)
    } catch {
      throw .unavailable("no connection to \(path) can be set up")
    }
    service = Runtime_V1_RuntimeService.Client(wrapping: client)
    images = Runtime_V1_ImageService.Client(wrapping: client)
    running = Task { [client] in try? await client.runConnections() }
  }

  /// Begins to end the connection, after the calls that run.
  func retire() { client.beginGracefulShutdown() }

  /// Returns when the connection has ended.
  func ended() async { await running.value }
}

/// The connections to the runtime: a new one after a number of calls, so that none is broken under a call.
///
/// Runtimes written in Go measure a connection by a ping with nearly every call, and our side of it takes more than
/// 200 pings in half a minute for an attack and ends the connection. So none carries as many calls.
final class Connections: Sendable {
  /// Calls on one connection.
  static let limit = 150

  private let path: String
  private let state: Mutex<State>

  private struct State {
    var current: Entry
    /// Those that carry their last calls.
    var retired: [ObjectIdentifier: Entry] = [:]
    var isClosed = false
  }

  private struct Entry {
    var connection: Connection
    var calls = 0
    var active = 0
  }

  init(path: String) throws(RuntimeError) {
    self.path = path
    state = Mutex(State(current: Entry(connection: try Connection(path: path))))
  }

  deinit {
    state.withLock { state in
      state.current.connection.retire()
      for entry in state.retired.values { entry.connection.retire() }
    }
  }

  /// A connection for one call; `give(back:)` must follow.
  func take() throws(RuntimeError) -> Connection {
    try state.withLock { state throws(RuntimeError) in
      if state.current.calls >= Self.limit, !state.isClosed {
        let next = Entry(connection: try Connection(path: path))
        let old = state.current
        state.current = next
        if old.active == 0 { old.connection.retire() } else { state.retired[ObjectIdentifier(old.connection)] = old }
      }
      state.current.calls += 1
      state.current.active += 1
      return state.current.connection
    }
  }

  /// Notes that a call has ended.
  func give(back connection: Connection) {
    state.withLock { state in
      if state.current.connection === connection {
        state.current.active -= 1
        return
      }
      let id = ObjectIdentifier(connection)
      guard var entry = state.retired[id] else { return }
      entry.active -= 1
      state.retired[id] = entry.active > 0 ? entry : nil
      if entry.active == 0 { connection.retire() }
    }
  }

  /// Ends all connections, after the calls that run.
  func close() async {
    let all = state.withLock { state in
      state.isClosed = true
      return [state.current.connection] + state.retired.values.map(\.connection)
    }
    for connection in all { connection.retire() }
    for connection in all { await connection.ended() }
  }
}
