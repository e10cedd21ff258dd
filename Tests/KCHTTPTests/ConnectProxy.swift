import Dispatch
import Glibc
import Synchronization

/// An HTTP proxy on this machine that knows CONNECT alone, and remembers whom it was asked for.
final class ConnectProxy: Sendable {
  let port: UInt16
  private let listener: Int32
  private let seen = Mutex<[String]>([])

  /// The first lines of the requests, and the header that names the user.
  var requests: [String] { seen.withLock { $0 } }

  init?() {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var place = Self.loopback(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
        bind(listener, place, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, place, &length) == 0
      }
    }
    guard isBound else {
      Glibc.close(listener)
      return nil
    }
    self.listener = listener
    port = UInt16(bigEndian: place.sin_port)
    DispatchQueue.global().async { [self] in
      while true {
        let client = accept(listener, nil, nil)
        if client < 0 { return }
        DispatchQueue.global().async { self.serve(client) }
      }
    }
  }

  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    Glibc.close(listener)
  }

  private static func loopback(_ port: UInt16) -> sockaddr_in {
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = port.bigEndian
    place.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return place
  }

  private func serve(_ client: Int32) {
    var head: [UInt8] = []
    var byte: UInt8 = 0
    while !head.suffix(4).elementsEqual(Array("\r\n\r\n".utf8)), head.count < 8192 {
      guard read(client, &byte, 1) == 1 else {
        Glibc.close(client)
        return
      }
      head.append(byte)
    }
    let lines = String(decoding: head, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    let user = lines.first { $0.lowercased().hasPrefix("proxy-authorization:") }
    seen.withLock { $0.append((lines.first ?? "") + (user.map { " \($0)" } ?? "")) }
    let words = (lines.first ?? "").split(separator: " ")
    guard words.count > 1, words[0] == "CONNECT", let port = words[1].split(separator: ":").last.flatMap({ UInt16($0) })
    else {
      Glibc.close(client)
      return
    }
    let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var place = Self.loopback(port)
    let isConnected = withUnsafePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else {
      Glibc.close(client)
      return
    }
    let answer = Array("HTTP/1.1 200 Connection established\r\n\r\n".utf8)
    _ = answer.withUnsafeBytes { write(client, $0.baseAddress, $0.count) }
    DispatchQueue.global().async { Self.copy(server, client) }
    Self.copy(client, server)
    Glibc.close(client)
    Glibc.close(server)
  }

  private static func copy(_ from: Int32, _ to: Int32) {
    var buffer = [UInt8](repeating: 0, count: 16384)
    while true {
      let count = read(from, &buffer, buffer.count)
      guard count > 0, send(to, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
    }
    shutdown(to, Int32(SHUT_WR))
  }
}
