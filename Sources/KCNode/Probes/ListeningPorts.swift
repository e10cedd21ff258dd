/// The ports that the processes of a pod listen on, as the kernel lists them (proc(5), `net/tcp`).
enum ListeningPorts {
  /// - Parameter process: any process of the pod, as this machine numbers it.
  /// - Returns: ports that connections from outside the pod reach, in order; nothing where the process is gone.
  static func read(process: Int) -> [Int] {
    let tables = ["tcp", "tcp6"].compactMap { Files.read("/proc/\(process)/net/\($0)", limit: 1 << 20) }
    return Set(tables.flatMap { parse(String(decoding: $0, as: UTF8.self)) }).sorted()
  }

  /// The ports of one table.
  static func parse(_ table: String) -> [Int] {
    table.split(separator: "\n").dropFirst().compactMap { line in
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      // 0A is LISTEN.
      guard words.count > 3, words[3] == "0A" else { return nil }
      let parts = words[1].split(separator: ":")
      guard parts.count == 2, !isLoopback(parts[0]) else { return nil }
      return Int(parts[1], radix: 16)
    }
  }

  /// Addresses stand there as 32-bit words of the machine's byte order.
  private static func isLoopback(_ address: Substring) -> Bool {
    address.count == 8 ? address.hasSuffix("7F") : address == "00000000000000000000000001000000"
  }

  /// `port 8080`, `ports 80 and 8080`; nil without one.
  static func words(_ ports: [Int]) -> String? {
    guard let last = ports.last else { return nil }
    let shown = ports.prefix(8).map(String.init)
    if ports.count == 1 { return "port \(last)" }
    if ports.count > 8 { return "ports \(shown.joined(separator: ", ")) and \(ports.count - 8) more" }
    return "ports \(shown.dropLast().joined(separator: ", ")) and \(last)"
  }
}
