internal import KCData
internal import KCKube

/// Gives services their cluster addresses and node ports, within the write that makes them.
struct ServiceAddresses {
  let settings: APIServer.Settings
  var isDryRun = false

  private static let service = ResourceType(
    group: "", version: "v1", kind: "Service", plural: "services", namespaced: true)

  /// What services can have here, besides what others have already.
  func cluster(for object: Value, _ state: borrowing ObjectState) -> ServiceAllocation.Cluster {
    let others = others(than: object, state)
    let taken = Set(others.flatMap { $0.at("spec", "clusterIPs")?.array ?? [] }.compactMap(\.string))
    return ServiceAllocation.Cluster(
      ranges: [IPRange(settings.serviceRange)].compactMap(\.self),
      nodePorts: Int64(settings.nodePorts.lowerBound)...Int64(settings.nodePorts.upperBound),
      isTaken: { taken.contains($0) })
  }

  func assign(_ object: inout Value, _ state: borrowing ObjectState) throws(APIStatus) {
    let type = object.at("spec", "type")?.string ?? "ClusterIP"
    if type == "ExternalName" { return }
    let others = others(than: object, state)
    try assignAddress(&object, others)
    let allocates = object.at("spec", "allocateLoadBalancerNodePorts")?.bool ?? true
    if type == "NodePort" || type == "LoadBalancer" { try assignPorts(&object, others, allocates: allocates) }
  }

  private func others(than object: Value, _ state: borrowing ObjectState) -> [Value] {
    state.unordered("services").filter { $0.name != object.name || $0.namespace != object.namespace }
  }

  private func invalid(_ object: Value, _ field: String, _ message: String) -> APIStatus {
    .invalid(
      Self.service, object.name ?? "",
      [.init(reason: "FieldValueInvalid", message: "Invalid value: \(message)", field: field)])
  }

  private func assignAddress(_ object: inout Value, _ others: [Value]) throws(APIStatus) {
    guard let range = IPv4Range(settings.serviceRange) else { return }
    let asked = object.at("spec", "clusterIP")?.string ?? ""
    if asked == "None" { return object.set(["None"], at: "spec", "clusterIPs") }
    let used = Set(others.compactMap { $0.at("spec", "clusterIP")?.string })
    if !asked.isEmpty {
      let why =
        used.contains(asked)
        ? "provided IP is already allocated"
        : range.contains(asked) ? nil : "the provided network does not match the current range"
      if let why {
        throw invalid(object, "spec.clusterIPs", "[\"\(asked)\"]: failed to allocate IP \(asked): \(why)")
      }
      return object.set([.string(asked)], at: "spec", "clusterIPs")
    }
    guard let address = isDryRun ? range.address(0) : free(range, used) else {
      throw .plain(500, "failed to allocate a serviceIP: no address is left in \(settings.serviceRange)")
    }
    object.set(.string(address), at: "spec", "clusterIP")
    object.set([.string(address)], at: "spec", "clusterIPs")
  }

  /// From a random start, so that a removed service's address is not soon another's: clients may remember it. The
  /// first addresses are for services that ask for theirs, as the API's and the DNS's.
  private func free(_ range: IPv4Range, _ used: Set<String>) -> String? {
    let reserved = min(range.size / 16, 256)
    let count = range.size - reserved - 1
    let start = UInt32.random(in: 0..<count)
    for step in 0..<count {
      let address = range.address(reserved + (start + step) % count)
      if !used.contains(address) { return address }
    }
    return nil
  }

  private func assignPorts(_ object: inout Value, _ others: [Value], allocates: Bool) throws(APIStatus) {
    var used: Set<PortUse> = []
    for other in others {
      for port in other.at("spec", "ports")?.array ?? [] { if let use = PortUse(port) { used.insert(use) } }
      if let number = other.at("spec", "healthCheckNodePort")?.int { used.insert(PortUse(number: number, on: "TCP")) }
    }
    var ports = object.at("spec", "ports")?.array ?? []
    for (index, port) in ports.enumerated() {
      guard let use = PortUse(port) else { continue }
      let field = "spec.ports[\(index)].nodePort"
      guard settings.nodePorts.contains(Int(clamping: use.number)) else {
        let range = "\(settings.nodePorts.lowerBound)-\(settings.nodePorts.upperBound)"
        throw invalid(
          object, field,
          "\(use.number): provided port is not in the valid range. The range of valid ports is \(range)")
      }
      if !used.insert(use).inserted {
        throw invalid(object, field, "\(use.number): provided port is already allocated")
      }
    }
    for index in ports.indices where PortUse(ports[index]) == nil && allocates {
      ports[index]["nodePort"] = .int(try freePort(&used, ports[index]["protocol"]?.string ?? "TCP"))
    }
    object.set(.array(ports), at: "spec", "ports")
    let isLocal = object.at("spec", "externalTrafficPolicy") == "Local"
    if object.at("spec", "type") == "LoadBalancer", isLocal, object.at("spec", "healthCheckNodePort")?.int ?? 0 == 0 {
      object.set(.int(try freePort(&used, "TCP")), at: "spec", "healthCheckNodePort")
    }
  }

  private func freePort(_ used: inout Set<PortUse>, _ transport: String) throws(APIStatus) -> Int64 {
    let count = settings.nodePorts.count
    let start = Int.random(in: 0..<count)
    for step in 0..<count {
      let number = Int64(settings.nodePorts.lowerBound + (start + step) % count)
      if used.insert(PortUse(number: number, on: transport)).inserted { return number }
    }
    throw .plain(500, "failed to allocate a nodePort: range is full")
  }

  /// A node port that is taken, for one protocol.
  private struct PortUse: Hashable {
    var number: Int64
    var transport: String

    init(number: Int64, on transport: String) {
      self.number = number
      self.transport = transport
    }

    init?(_ port: Value) {
      guard let number = port["nodePort"]?.int, number != 0 else { return nil }
      self.init(number: number, on: port["protocol"]?.string ?? "TCP")
    }
  }
}
