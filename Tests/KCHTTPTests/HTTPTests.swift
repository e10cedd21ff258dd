import KCClient
import KCData
import KCHTTP
import KCKube
import KCServer
import KCTestSupport
import Logging
import Testing

@Suite struct HTTPTests {
  /// A server on a free port, and a client that has its credentials.
  private func withServer(_ body: (APIClient, HTTPTransport.Connection) async throws -> Void) async throws {
    let path = "/tmp/kc-http-test-\(newUID()).db"
    defer { _ = Oracle.run("rm -f '\(path)' '\(path)-wal' '\(path)-shm'") }
    let server = try APIServer(
      store: SQLiteStore(path: path), settings: .init(now: { Timestamp(seconds: 1_700_000_000) }))
    try await server.bootstrap()
    let credentials = try ServerCredentials.make(addresses: [[127, 0, 0, 1]])
    let port = Int.random(in: 20000...29999)
    let listener = APIListener(
      server: server, credentials: credentials, host: "127.0.0.1", port: port, logger: Logger(label: "test"))
    let (ready, signal) = AsyncStream<Void>.makeStream()
    let task = Task { try await listener.run(onReady: { signal.yield() }) }
    for await _ in ready { break }
    var connection = HTTPTransport.Connection(server: "https://127.0.0.1:\(port)")
    connection.authority = credentials.authority
    connection.token = credentials.token
    let transport = try HTTPTransport(connection)
    do {
      try await body(APIClient(transport: transport, fieldManager: "test"), connection)
    } catch {
      Issue.record(error)
    }
    await transport.close()
    task.cancel()
    _ = try? await task.value
  }

  @Test func requestsAndWatchesGoOverTheWire() async throws {
    try await withServer { client, _ in
      let type = try #require(ResourceTypes.builtin.named("configmaps"))
      let list = try await client.list(type, namespace: "default")
      let events = try await client.watch(type, namespace: "default", resourceVersion: list.resourceVersion)
      let map: Value = [
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "m", "namespace": "default"],
        "data": ["a": "ü 1"],
      ]
      let made = try await client.create(map, type: type)
      for try await event in events {
        #expect(event.kind == .added)
        #expect(event.object == made)
        break
      }
      #expect(try await client.get(type, namespace: "default", name: "m").at("data", "a") == "ü 1")
    }
  }

  /// Who may do all may ask as somebody else, and is answered as that one would be.
  @Test func theAdministratorMayAskAsOthers() async throws {
    try await withServer { _, connection in
      var bob = connection
      bob.headers = [("impersonate-user", "bob")]
      let transport = try HTTPTransport(bob)
      let type = try #require(ResourceTypes.builtin.named("configmaps"))
      await #expect(throws: ClientError.self) {
        try await APIClient(transport: transport, fieldManager: "test").list(type, namespace: "default")
      }
      await transport.close()
      var master = connection
      master.headers = [("impersonate-user", "eve"), ("impersonate-group", "system:masters")]
      let other = try HTTPTransport(master)
      _ = try await APIClient(transport: other, fieldManager: "test").list(type, namespace: "default")
      await other.close()
      // Whoever forgets the user does not act as the administrator.
      var nobody = connection
      nobody.headers = [("impersonate-group", "view")]
      let part = try HTTPTransport(nobody)
      #expect(try await part.send(APIRequest(method: "GET", path: "/api/v1/namespaces")).status == 500)
      await part.close()
    }
  }

  @Test func strangersAreTurnedAway() async throws {
    try await withServer { _, connection in
      var stranger = connection
      stranger.token = "wrong"
      let transport = try HTTPTransport(stranger)
      let type = try #require(ResourceTypes.builtin.named("pods"))
      await #expect { try await APIClient(transport: transport, fieldManager: "x").list(type) } throws: {
        ($0 as? ClientError)?.status?.code == 401
      }
      await transport.close()
      var doubtful = connection
      doubtful.authority = nil
      let suspicious = try HTTPTransport(doubtful)
      await #expect { try await APIClient(transport: suspicious, fieldManager: "x").list(type) } throws: {
        if case .unreachable(let why)? = $0 as? ClientError { why.contains("prove who it is") } else { false }
      }
      await suspicious.close()
    }
  }

  @Test func aDeadServerIsSaidPlainly() async throws {
    let transport = try HTTPTransport(.init(server: "https://127.0.0.1:1"))
    let type = try #require(ResourceTypes.builtin.named("pods"))
    await #expect { try await APIClient(transport: transport, fieldManager: "x").list(type) } throws: {
      $0 as? ClientError == .unreachable("nothing listens at https://127.0.0.1:1")
    }
    await transport.close()
    // Where it is the proxy that is not there, the server may be.
    var connection = HTTPTransport.Connection(server: "https://api.example.com")
    connection.proxy = "http://me:secret@127.0.0.1:1"
    let around = try HTTPTransport(connection)
    await #expect { try await APIClient(transport: around, fieldManager: "x").list(type) } throws: {
      $0 as? ClientError
        == .unreachable(
          "nothing listens at the proxy 127.0.0.1:1, through which https://api.example.com is reached")
    }
    await around.close()
  }

  @Test func secretsAreSealed() throws {
    let cipher = SealingCipher(secret: "a")
    let sealed = try cipher.seal(Array("password".utf8))
    #expect(!sealed.starts(with: Array("pass".utf8)))
    #expect(try cipher.open(sealed) == Array("password".utf8))
    #expect(throws: (any Error).self) { try SealingCipher(secret: "b").open(sealed) }
  }
}
