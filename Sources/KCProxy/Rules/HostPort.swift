internal import KCData
internal import KCKube

/// A port of this machine that leads to a pod.
struct HostPort: Hashable {
  /// nil is every address of the machine.
  var address: IPv4?
  var transport: Transport
  var port: UInt16
  var target: Target

  /// The host ports of all running pods with an address of their own, in order; of two pods that want the same, the one
  /// that is older gets it.
  static func all(pods: [Value]) -> [HostPort] {
    var taken: Set<String> = []
    let sorted = pods.sorted {
      ($0.creationTimestamp ?? .init(seconds: 0), $0.namespacedName)
        < ($1.creationTimestamp ?? .init(seconds: 0), $1.namespacedName)
    }
    return sorted.flatMap { pod -> [HostPort] in
      guard let address = pod.at("status", "podIP")?.string.flatMap({ IPv4($0) }),
        pod.at("spec", "hostNetwork")?.bool != true,
        !["Succeeded", "Failed"].contains(pod.at("status", "phase")?.string)
      else { return [] }
      let containers = (pod.at("spec", "containers")?.array ?? []) + (pod.at("spec", "initContainers")?.array ?? [])
      return containers.flatMap { $0["ports"]?.array ?? [] }.compactMap { port in
        guard let number = portNumber(port["hostPort"]), let inside = portNumber(port["containerPort"]),
          let transport = Transport(port["protocol"])
        else { return nil }
        let host = port["hostIP"]?.string.flatMap { IPv4($0) }.flatMap { $0.value == 0 ? nil : $0 }
        guard taken.insert("\(host.map(\.description) ?? "")/\(transport)/\(number)").inserted else { return nil }
        return HostPort(
          address: host, transport: transport, port: number, target: Target(address: address, port: inside))
      }
    }
  }
}
