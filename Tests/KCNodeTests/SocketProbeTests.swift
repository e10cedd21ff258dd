import Glibc
import KCData
import Testing

@testable import KCNode

@Suite struct SocketProbeTests {
  /// A server that answers one request with `answer`, or with silence.
  private final class Server: Sendable {
    let port: Int
    private let socket: Int32

    init(answer: String?) {
      let listener = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = inet_addr("127.0.0.1")
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          _ = bind(listener, $0, size)
          listen(listener, 5)
          _ = getsockname(listener, $0, &size)
        }
      }
      port = Int(in_port_t(bigEndian: address.sin_port))
      socket = listener
      guard let answer else { return }
      Task.detached {
        let client = accept(listener, nil, nil)
        var buffer = [UInt8](repeating: 0, count: 4096)
        _ = recv(client, &buffer, buffer.count, 0)
        _ = send(client, answer, answer.utf8.count, Int32(MSG_NOSIGNAL))
        close(client)
      }
    }

    deinit { close(socket) }
  }

  private func get(_ port: Int, timeout: Double = 5) async throws -> Int {
    try await SocketProbeIO().httpGet(
      host: "127.0.0.1", port: port, path: "/", scheme: "HTTP", headers: [], timeout: timeout)
  }

  @Test func listeningPortsAreSeen() throws {
    let server = Server(answer: nil)
    #expect(!ListeningPorts.read(process: Int(getpid())).contains(server.port), "loopback is not reached from outside")
    let table = """
        sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
         0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1
         1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1
         2: 0A00010A:C350 0100010A:0050 01 00000000:00000000 00:00000000 00000000     0        0 3 1
         3: 00000000000000000000000000000000:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000 00:0 0 0
         4: 00000000000000000000000001000000:1F92 00000000000000000000000000000000:0000 0A 00000000:00000000 00:0 0 0
      """
    #expect(ListeningPorts.parse(table) == [80, 8081])
    #expect(ListeningPorts.words([]) == nil)
    #expect(ListeningPorts.words([80]) == "port 80")
    #expect(ListeningPorts.words([80, 8081]) == "ports 80 and 8081")
    #expect(ListeningPorts.words(Array(1...10)) == "ports 1, 2, 3, 4, 5, 6, 7, 8 and 2 more")
  }

  @Test func anAnswerHasItsStatus() async throws {
    let fine = Server(answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    #expect(try await get(fine.port) == 200)
    let gone = Server(answer: "HTTP/1.0 503 Gone\r\n\r\n")
    #expect(try await get(gone.port) == 503)
    let rubbish = Server(answer: "hello\n")
    await #expect(throws: ProbeFailure.self) { try await get(rubbish.port) }
  }

  @Test func silenceIsCutOff() async throws {
    let silent = Server(answer: nil)
    await #expect(throws: ProbeFailure.self) { try await get(silent.port, timeout: 0.05) }
    try await SocketProbeIO().tcpConnect(host: "localhost", port: silent.port, timeout: 5)
  }

  @Test func aClosedPortIsSaidToBe() async throws {
    await #expect(throws: ProbeFailure("dial tcp 127.0.0.1:1: connect: connection refused")) {
      try await SocketProbeIO().tcpConnect(host: "127.0.0.1", port: 1, timeout: 5)
    }
    await #expect(throws: ProbeFailure("\"no.such.name\" is no address")) {
      try await SocketProbeIO().tcpConnect(host: "no.such.name", port: 1, timeout: 5)
    }
  }
}
