import Glibc
import KCTestSupport
import Testing

/// A registry of its own for one test: Debian's docker-registry, on a free port of this machine.
final class Registry {
  let host: String
  private let port: UInt16
  private let folder: String
  private let process: pid_t

  /// Whether this machine has the program; says so, once, where not.
  static let isPossible: Bool = {
    let isThere = Oracle.run("command -v docker-registry").map { !$0.isEmpty } ?? false
    if !isThere { print("SKIPPED: tests of packages in registries need docker-registry (Debian's docker-registry)") }
    return isThere
  }()

  /// Another program may take a free port before the registry does: then there is another one.
  static func start() throws -> Registry {
    var log = ""
    for _ in 0..<3 {
      let one = try Registry()
      if one.waitUntilItListens() { return one }
      log = String(decoding: Oracle.run("cat \(one.folder)/log") ?? [], as: UTF8.self)
      one.stop()
    }
    throw RegistryFailure(text: log)
  }

  private init() throws {
    port = UInt16(try Self.freePort())
    host = "127.0.0.1:\(port)"
    folder = "/tmp/kc-registry-\(getpid())-\(port)"
    let config =
      "version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: \(folder)/data}}\nhttp: {addr: \(host)}\n"
    // The shell gives way to the program, so that its number is the program's.
    let start =
      "mkdir -p \(folder) && printf '%s' '\(config)' >\(folder)/config.yml && "
      + "{ docker-registry serve \(folder)/config.yml >\(folder)/log 2>&1 </dev/null & echo $!; }"
    process = pid_t(String(decoding: Oracle.run(start) ?? [], as: UTF8.self).split(separator: "\n").first ?? "") ?? -1
  }

  func stop() {
    if process > 1 { kill(process, SIGTERM) }
    _ = Oracle.run("rm -rf '\(folder)'")
  }

  /// A port that nothing has now: one that the system gave out for a moment.
  private static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard isBound else { throw RegistryFailure(text: "no port") }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  private static func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    address.sin_port = port.bigEndian
    return address
  }

  private func waitUntilItListens() -> Bool {
    for _ in 0..<500 {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      var address = Self.loopback(port)
      let isThere = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
      }
      if isThere { return true }
      if kill(process, 0) != 0 { return false }
      usleep(20_000)
    }
    return false
  }
}

struct RegistryFailure: Error {
  var text: String
}
