internal import KCHTTP
internal import KCProxy
internal import Logging

/// Serves the cluster's names; others are asked of the machine's own name server.
struct ClusterNames: Sendable {
  let proxy: ProxyLoop
  let log: Logger

  func run() async throws(ListenError) {
    let upstream = Self.upstream()
    let proxy = proxy
    let server = DatagramServer(host: HostNetwork.address, port: 53) { query in
      switch DNSResponder(zone: proxy.zone).reply(to: query) {
      case .answer(let bytes): return bytes
      case .ignore: return nil
      case .forward:
        guard let upstream else { return Self.refusal(query) }
        return await DatagramClient.ask(host: upstream, port: 53, query, seconds: 3) ?? Self.refusal(query)
      }
    }
    try await server.run()
  }

  /// The first IPv4 name server of this machine.
  private static func upstream() -> String? {
    for line in (FileSystem.readText("/etc/resolv.conf") ?? "").split(separator: "\n") {
      let words = line.split { $0 == " " || $0 == "\t" }
      if words.count == 2, words[0] == "nameserver", !words[1].contains(":"), words[1] != HostNetwork.address {
        return String(words[1])
      }
    }
    return nil
  }

  /// "Server failure", for the query: the name may exist, but nobody can be asked.
  private static func refusal(_ query: [UInt8]) -> [UInt8]? {
    guard query.count >= 12 else { return nil }
    var answer = query
    answer[2] |= 0x80
    answer[3] = (answer[3] & 0xf0) | 2
    return answer
  }
}

/// Puts the proxy's rules into the kernel.
struct KernelRules: RuleSetApplier {
  func apply(_ text: String) async throws { try await HostNetwork.apply(rules: text) }
}
