internal import KCCodec
internal import KCData
internal import Logging

/// What the engine makes of the machine's network, and takes away again: a bridge without ports that makes service
/// addresses reachable from the machine, the plugins' configuration, and one table of rules.
struct HostNetwork: Sendable {
  static let bridge = "kc0"
  static let address = "10.244.0.1"
  static let serviceRange = "10.96.0.0/16"
  static let table = "kc"
  let home: EngineHome

  func start(nodes: [LogicalNode]) async throws(EngineError) {
    do {
      try FileSystem.write("1", toKernel: "/proc/sys/net/ipv4/ip_forward")
      if !FileSystem.exists("/sys/class/net/\(Self.bridge)") {
        try await Command.run("ip", ["link", "add", Self.bridge, "type", "bridge"])
      }
      try await Command.run("ip", ["addr", "replace", "\(Self.address)/32", "dev", Self.bridge])
      for node in nodes { try await Command.run("ip", ["addr", "replace", "\(node.address)/32", "dev", Self.bridge]) }
      try await Command.run("ip", ["link", "set", Self.bridge, "up"])
      try await Command.run("ip", ["route", "replace", Self.serviceRange, "dev", Self.bridge, "src", Self.address])
      // Node ports answer on 127.0.0.1, too.
      try FileSystem.write("1", toKernel: "/proc/sys/net/ipv4/conf/\(Self.bridge)/route_localnet")
      try FileSystem.write("1", toKernel: "/proc/sys/net/ipv4/conf/all/route_localnet")
    } catch let failure as Command.Failure {
      throw EngineError("the network for pods cannot be set up: \(failure.tool): \(failure.message)")
    } catch {
      throw error as? EngineError ?? EngineError("the network for pods cannot be set up")
    }
    for node in nodes { try writePluginConfiguration(node) }
  }

  /// The node's pods hang on pairs of devices without a bridge.
  private func writePluginConfiguration(_ node: LogicalNode) throws(EngineError) {
    let folder = "\(home.cni)/\(node.name)"
    try FileSystem.makeFolder(folder)
    let value: Value = [
      "cniVersion": "0.4.0", "name": .string("kc-\(node.name)"),
      "plugins": [
        [
          "type": "ptp", "ipMasq": false,
          "ipam": [
            "type": "host-local", "dataDir": .string("\(home.cni)/addresses"),
            "ranges": [[["subnet": .string(node.podRange)]]], "routes": [["dst": "0.0.0.0/0"]],
          ],
        ]
      ],
    ]
    try FileSystem.write(JSON.bytes(value, pretty: true), to: "\(folder)/10-kc.conflist")
  }

  /// Replaces the rules in one transaction.
  static func apply(rules: String) async throws(EngineError) {
    do {
      try await Command.run("nft", ["-f", "-"], input: rules)
    } catch {
      throw EngineError("the rules for services could not be set: \(error.message)")
    }
  }

  /// Takes everything away again.
  func stop() async {
    _ = try? await Command.run("nft", ["delete", "table", "ip", Self.table])
    _ = try? await Command.run("ip", ["link", "delete", Self.bridge])
    FileSystem.removeTree(home.cni)
    for name in FileSystem.list("/var/lib/cni/results") where name.hasPrefix("kc-node-") {
      FileSystem.remove("/var/lib/cni/results/\(name)")
    }
  }
}
