internal import KCCodec
internal import KCData
internal import KCHTTP
internal import KCProxy
internal import Synchronization

/// Answers for the cluster's names, from the file that the engine keeps; other names are asked of the machine's own
/// name server.
public struct NamesServer: Sendable {
  private let home: EngineHome

  /// How often the file is looked at, in milliseconds.
  static let interval = 100

  public init(home: EngineHome) { self.home = home }

  /// Serves until the process ends.
  public func run() async throws(EngineError) {
    let shared = Zone(DNSZone(domain: "cluster.local"))
    let path = home.names
    let reading = Task {
      var last: [UInt8] = []
      while !Task.isCancelled {
        if let bytes = FileSystem.read(path), bytes != last, let content = try? JSON.parse(bytes) {
          last = bytes
          shared.set(
            DNSZone(
              domain: "cluster.local", services: content["services"]?.array ?? [],
              endpointSlices: content["slices"]?.array ?? []))
        }
        try? await Task.sleep(for: .milliseconds(Self.interval))
      }
    }
    defer { reading.cancel() }
    let upstream = Self.upstream()
    let server = DatagramServer(host: HostNetwork.address, port: 53) { query in
      switch DNSResponder(zone: shared.get()).reply(to: query) {
      case .answer(let bytes): return bytes
      case .ignore: return nil
      case .forward:
        guard let upstream else { return Self.refusal(query) }
        return await DatagramClient.ask(host: upstream, port: 53, query, seconds: 3) ?? Self.refusal(query)
      }
    }
    do {
      try await server.run()
    } catch {
      throw EngineError("names cannot be served on \(HostNetwork.address): \(error)")
    }
  }

  /// The names as they are now.
  private final class Zone: Sendable {
    private let value: Mutex<DNSZone>
    init(_ zone: DNSZone) { value = Mutex(zone) }
    func get() -> DNSZone { value.withLock { $0 } }
    func set(_ zone: DNSZone) { value.withLock { $0 = zone } }
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
