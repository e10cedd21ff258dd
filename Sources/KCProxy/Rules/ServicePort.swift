internal import KCData
internal import KCKube

/// An address and port that traffic goes to.
struct Target: Hashable, Comparable {
  var address: IPv4
  var port: UInt16

  static func < (left: Target, right: Target) -> Bool {
    (left.address, left.port) < (right.address, right.port)
  }
}

/// The transports that services can have.
enum Transport: String {
  case tcp, udp, sctp

  init?(_ value: Value?) { self.init(rawValue: (value?.string ?? "TCP").lowercased()) }
}

/// One port of a service and the pods behind it.
struct ServicePort {
  /// `namespace/service:port`
  var name: String
  var transport: Transport
  var port: UInt16
  var nodePort: UInt16?
  /// Where it can be reached: its cluster address, external ones, and those of load balancers.
  var addresses: [IPv4]
  var targets: [Target]
  /// Whether a client should keep its pod.
  var isSticky: Bool
}

extension ServicePort {
  /// The ports of all services that have an address, in order.
  ///
  /// - Parameter leaving: identities of pods that are known to be on their way out, whatever their slice says yet.
  static func all(services: [Value], slices: [Value], leaving: Set<String>) -> [ServicePort] {
    var slicesOf: [String: [Value]] = [:]
    for slice in slices where slice["addressType"]?.string ?? "IPv4" == "IPv4" {
      guard let service = slice.labels["kubernetes.io/service-name"] else { continue }
      slicesOf["\(slice.namespace ?? "")/\(service)", default: []].append(slice)
    }
    return services.sorted { $0.namespacedName < $1.namespacedName }.flatMap { service in
      ports(of: service, slices: slicesOf[service.namespacedName] ?? [], leaving)
    }
  }

  private static func ports(of service: Value, slices: [Value], _ leaving: Set<String>) -> [ServicePort] {
    guard service.at("spec", "type")?.string != "ExternalName" else { return [] }
    let addresses = addresses(of: service)
    guard !addresses.isEmpty else { return [] }
    return (service.at("spec", "ports")?.array ?? []).compactMap { port in
      guard let transport = Transport(port["protocol"]), let number = portNumber(port["port"]) else { return nil }
      let name = port["name"]?.string ?? ""
      return ServicePort(
        name: "\(service.namespacedName):\(name)", transport: transport, port: number,
        nodePort: portNumber(port["nodePort"]), addresses: addresses,
        targets: targets(slices, name, transport, leaving),
        isSticky: service.at("spec", "sessionAffinity")?.string == "ClientIP")
    }
  }

  private static func addresses(of service: Value) -> [IPv4] {
    var texts = service.at("spec", "clusterIPs")?.array ?? []
    if texts.isEmpty { texts = [service.at("spec", "clusterIP") ?? .null] }
    texts += service.at("spec", "externalIPs")?.array ?? []
    texts += (service.at("status", "loadBalancer", "ingress")?.array ?? []).compactMap { $0["ip"] }
    var seen: Set<IPv4> = []
    return texts.compactMap { $0.string.flatMap { IPv4($0) } }.filter { seen.insert($0).inserted }
  }

  /// The pods that are ready; where there is none, those that still serve while they end.
  private static func targets(
    _ slices: [Value], _ portName: String, _ transport: Transport, _ leaving: Set<String>
  ) -> [Target] {
    var ready: Set<Target> = []
    var ending: Set<Target> = []
    for slice in slices {
      guard
        let port = slice["ports"]?.array?.first(where: {
          ($0["name"]?.string ?? "") == portName && Transport($0["protocol"]) == transport
        }).flatMap({ portNumber($0["port"]) })
      else { continue }
      for endpoint in slice["endpoints"]?.array ?? [] {
        guard let address = endpoint["addresses"]?[0]?.string.flatMap({ IPv4($0) }) else { continue }
        let target = Target(address: address, port: port)
        let isReady = endpoint.at("conditions", "ready")?.bool ?? true
        let isLeaving = endpoint.at("targetRef", "uid")?.string.map(leaving.contains) ?? false
        if isReady && !isLeaving {
          ready.insert(target)
        } else if endpoint.at("conditions", "serving")?.bool ?? isReady,
          isLeaving || endpoint.at("conditions", "terminating")?.bool ?? false
        {
          ending.insert(target)
        }
      }
    }
    return (ready.isEmpty ? ending : ready).sorted()
  }
}

/// A port number; nil for anything else, and for 0.
func portNumber(_ value: Value?) -> UInt16? {
  value?.int.flatMap { UInt16(exactly: $0) }.flatMap { $0 == 0 ? nil : $0 }
}
