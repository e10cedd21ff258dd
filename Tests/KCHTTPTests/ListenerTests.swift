import Glibc
import KCClient
import KCData
import KCHTTP
import KCKube
import KCServer
import KCTestSupport
import Logging
import Testing

@Suite(.timeLimit(.minutes(1))) struct ListenerTests {
  private struct Served: Sendable {
    let server: APIServer
    let credentials: ServerCredentials
    /// Below those that the kernel gives to connections.
    let port = Int.random(in: 20000...29999)
    let path = "/tmp/kc-listener-test-\(newUID()).db"

    init() throws {
      server = try APIServer(
        store: SQLiteStore(path: path),
        settings: .init(now: { Timestamp(seconds: 1_700_000_000) }))
      credentials = try ServerCredentials.make(addresses: [[127, 0, 0, 1]])
    }

    func listener() -> APIListener {
      APIListener(
        server: server, credentials: credentials, host: "127.0.0.1", port: port, logger: Logger(label: "test"))
    }

    func transport() throws -> HTTPTransport {
      var connection = HTTPTransport.Connection(server: "https://127.0.0.1:\(port)")
      connection.authority = credentials.authority
      connection.token = credentials.token
      return try HTTPTransport(connection)
    }
  }

  /// Runs a body beside a listener that answers.
  private func serving(_ body: (Served) async throws -> Void) async throws {
    let served = try Served()
    defer { _ = Oracle.run("rm -f '\(served.path)' '\(served.path)-wal' '\(served.path)-shm'") }
    try await served.server.bootstrap()
    let (ready, signal) = AsyncStream<Void>.makeStream()
    let task = Task {
      // One that cannot begin ends the wait as well.
      defer { signal.finish() }
      try await served.listener().run(onReady: { signal.yield() })
    }
    var isReady = false
    for await _ in ready {
      isReady = true
      break
    }
    guard isReady else { return try await task.value }
    do { try await body(served) } catch { Issue.record(error) }
    task.cancel()
    _ = try? await task.value
  }

  @Test func aPortInUseIsSaidSo() async throws {
    try await serving { served in
      await #expect(throws: ListenError.portInUse(port: served.port)) {
        try await served.listener().run(onReady: {})
      }
    }
  }

  @Test func tooLargeBodiesAreRefused() async throws {
    try await serving { served in
      let transport = try served.transport()
      let path = "/api/v1/namespaces/default/configmaps"
      let body = [UInt8](repeating: UInt8(ascii: "x"), count: APIListener.bodyLimit + 1)
      let response = try await transport.send(
        APIRequest(method: "POST", path: path, contentType: "application/json", body: .bytes(body)))
      #expect(response.status == 413)
      #expect(try await transport.send(APIRequest(method: "GET", path: path)).status == 200)
      await transport.close()
    }
  }

  @Test func headersOfAnswersArrive() async throws {
    try await serving { served in
      let transport = try served.transport()
      let version = APIRequest(method: "GET", path: "/api/v1/pods", query: [("resourceVersion", "999999999")])
      #expect(try await transport.send(version).status == 504)
      let anonymous = try HTTPTransport(
        {
          var connection = HTTPTransport.Connection(server: "https://127.0.0.1:\(served.port)")
          connection.authority = served.credentials.authority
          return connection
        }())
      #expect(try await anonymous.send(APIRequest(method: "GET", path: "/api/v1/pods")).status == 403)
      #expect(try await anonymous.send(APIRequest(method: "GET", path: "/livez")).status == 200)
      await anonymous.close()
      await transport.close()
    }
  }

  @Test func aWatchThatIsGivenUpIsForgottenByTheServer() async throws {
    try await serving { served in
      let transport = try served.transport()
      let type = try #require(ResourceTypes.builtin.named("configmaps"))
      let client = APIClient(transport: transport, fieldManager: "test")
      let events = try await client.watch(type, resourceVersion: "1")
      let reader = Task { for try await _ in events {} }
      reader.cancel()
      _ = try? await reader.value
      // Closing waits for the connections; that of the watch ends with it.
      await transport.close()
    }
  }

  /// What was accepted and is not served yet when the listener ends is closed: NIO ends the program where it is not.
  @Test func endsWhileConnectionsComeIn() async throws {
    for _ in 0..<5 {
      var connections: [Int32] = []
      defer { for connection in connections { close(connection) } }
      try await serving { served in
        for _ in 0..<64 { connections.append(try Self.connect(to: served.port)) }
      }
    }
  }

  /// A connection that says nothing.
  private static func connect(to port: Int) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = in_port_t(port).bigEndian
    place.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    let status = withUnsafePointer(to: place) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(status == 0)
    return descriptor
  }
}
