internal import Glibc

/// Probes over plain sockets. HTTPS it does not speak.
public struct SocketProbeIO: ProbeIO {
  private let clock = ContinuousClock()

  public init() {}

  public func tcpConnect(host: String, port: Int, timeout: Double) async throws(ProbeFailure) {
    let end = clock.now.advanced(by: .seconds(timeout))
    let socket = try await connect(host, port, until: end)
    close(socket)
  }

  public func httpGet(
    host: String, port: Int, path: String, scheme: String, headers: [HTTPHeader], timeout: Double
  ) async throws(ProbeFailure) -> Int {
    guard scheme.uppercased() == "HTTP" else { throw ProbeFailure("\(scheme) probes are not supported by this node") }
    let end = clock.now.advanced(by: .seconds(timeout))
    let socket = try await connect(host, port, until: end)
    defer { close(socket) }
    var lines = ["GET \(path) HTTP/1.1"]
    func has(_ name: String) -> Bool { headers.contains { $0.name.lowercased() == name } }
    if !has("host") { lines.append("Host: \(host.contains(":") ? "[\(host)]" : host):\(port)") }
    if !has("user-agent") { lines.append("User-Agent: kube-probe/1.36") }
    if !has("accept") { lines.append("Accept: */*") }
    lines.append("Connection: close")
    lines += headers.map { "\($0.name): \($0.value)" }
    try await send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8), socket, until: end)
    let line = try await firstLine(socket, until: end)
    let words = line.split(separator: " ")
    guard words.count >= 2, words[0].hasPrefix("HTTP/"), let status = Int(words[1]) else {
      throw ProbeFailure("Get \"http://\(host):\(port)\(path)\": malformed HTTP response")
    }
    return status
  }

  private func connect(_ host: String, _ port: Int, until end: ContinuousClock.Instant) async throws(ProbeFailure)
    -> Int32
  {
    let (family, address) = try Self.address(host, port)
    let socket = Glibc.socket(
      family,
      Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { throw ProbeFailure("no socket: \(Self.reason(errno))") }
    let result = address.withUnsafeBytes { bytes in
      bytes.withMemoryRebound(to: sockaddr.self) { Glibc.connect(socket, $0.baseAddress, socklen_t(bytes.count)) }
    }
    let where_ = "dial tcp \(host):\(port)"
    if result != 0 && errno != EINPROGRESS {
      let code = errno
      close(socket)
      throw ProbeFailure("\(where_): connect: \(Self.reason(code))")
    }
    do throws(ProbeFailure) {
      try await wait(socket, POLLOUT, until: end, "\(where_): i/o timeout")
    } catch {
      close(socket)
      throw error
    }
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &size)
    if code != 0 {
      close(socket)
      throw ProbeFailure("\(where_): connect: \(Self.reason(code))")
    }
    return socket
  }

  private func send(_ bytes: [UInt8], _ socket: Int32, until end: ContinuousClock.Instant) async throws(ProbeFailure) {
    var sent = 0
    while sent < bytes.count {
      try await wait(socket, POLLOUT, until: end, "the request could not be sent in time")
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno != EAGAIN, errno != EINTR { throw ProbeFailure("write: \(Self.reason(errno))") }
      sent += max(count, 0)
    }
  }

  /// The first line of an answer, as far as 4 KiB.
  private func firstLine(_ socket: Int32, until end: ContinuousClock.Instant) async throws(ProbeFailure) -> String {
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while received.count < 4096 {
      try await wait(socket, POLLIN, until: end, "no answer in time (Client.Timeout exceeded while awaiting headers)")
      let count = buffer.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
      if count < 0, errno == EAGAIN || errno == EINTR { continue }
      guard count > 0 else { throw ProbeFailure(count == 0 ? "EOF" : "read: \(Self.reason(errno))") }
      received += buffer[..<count]
      if let newline = received.firstIndex(of: UInt8(ascii: "\n")) {
        return String(decoding: received[..<newline], as: UTF8.self)
      }
    }
    throw ProbeFailure("malformed HTTP response")
  }

  /// Waits for a socket without holding a thread.
  private func wait(_ socket: Int32, _ events: Int32, until end: ContinuousClock.Instant, _ late: String)
    async throws(ProbeFailure)
  {
    var pause = 1
    while true {
      var entry = pollfd(fd: socket, events: Int16(events), revents: 0)
      if poll(&entry, 1, 0) > 0 { return }
      if clock.now >= end || Task.isCancelled { throw ProbeFailure(late) }
      try? await Task.sleep(for: .milliseconds(pause))
      pause = min(pause * 2, 20)
    }
  }

  /// A socket address from an address or a name that the machine's hosts file knows.
  private static func address(_ host: String, _ port: Int) throws(ProbeFailure) -> (family: Int32, bytes: [UInt8]) {
    let name = host == "localhost" ? "127.0.0.1" : host
    var four = sockaddr_in()
    four.sin_family = sa_family_t(AF_INET)
    four.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
    if inet_pton(AF_INET, name, &four.sin_addr) == 1 { return (AF_INET, withUnsafeBytes(of: four) { Array($0) }) }
    var six = sockaddr_in6()
    six.sin6_family = sa_family_t(AF_INET6)
    six.sin6_port = in_port_t(truncatingIfNeeded: port).bigEndian
    if inet_pton(AF_INET6, name, &six.sin6_addr) == 1 { return (AF_INET6, withUnsafeBytes(of: six) { Array($0) }) }
    throw ProbeFailure("\"\(host)\" is no address")
  }

  private static func reason(_ code: Int32) -> String { String(cString: strerror(code)).lowercased() }
}
