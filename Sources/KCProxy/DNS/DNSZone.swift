public import KCData
internal import KCKube

/// The names of a cluster and what they stand for.
public struct DNSZone: Sendable {
  /// What is behind a name.
  struct Records: Sendable, Hashable {
    var addresses: [IPv4] = []
    var services: [Service] = []
    var alias: String?
    var text: String?

    struct Service: Sendable, Hashable {
      var port: UInt16
      var target: String
    }
  }

  /// The cluster's domain, in lower case, without a dot at its end.
  public let domain: String
  private var records: [String: Records] = [:]
  /// Names that exist, if only because there are names below them.
  private var existing: Set<String> = []
  private var names: [IPv4: String] = [:]

  /// A zone without services.
  public init(domain: String) {
    self.domain = domain.lowercased()
    add("dns-version.\(self.domain)") { $0.text = "1.1.0" }
    for part in ["svc", "pod"] { mark("\(part).\(self.domain)") }
  }

  /// A zone from a cluster's objects.
  ///
  /// - Parameter leaving: identities of pods that are on their way out, whatever their endpoint slice says yet.
  public init(domain: String, services: [Value], endpointSlices: [Value], leaving: Set<String> = []) {
    self.init(domain: domain)
    var slicesOf: [String: [Value]] = [:]
    for slice in endpointSlices where slice["addressType"]?.string ?? "IPv4" == "IPv4" {
      guard let service = slice.labels["kubernetes.io/service-name"] else { continue }
      slicesOf["\(slice.namespace ?? "")/\(service)", default: []].append(slice)
    }
    for service in services {
      guard let name = service.name, let namespace = service.namespace else { continue }
      let full = "\(name).\(namespace).svc.\(self.domain)"
      if service.at("spec", "type")?.string == "ExternalName" {
        add(full) { $0.alias = service.at("spec", "externalName")?.string?.lowercased() }
      } else if service.at("spec", "clusterIP")?.string == "None" {
        addHeadless(full, slicesOf[service.namespacedName] ?? [], leaving)
      } else {
        addService(full, service)
      }
    }
  }

  private mutating func addService(_ name: String, _ service: Value) {
    guard let address = service.at("spec", "clusterIP")?.string.flatMap({ IPv4($0) }) else { return }
    add(name) { $0.addresses = [address] }
    names[address] = name
    for port in service.at("spec", "ports")?.array ?? [] {
      guard let number = portNumber(port["port"]) else { continue }
      addPort(port, number, of: name, target: name)
    }
  }

  private mutating func addHeadless(_ name: String, _ slices: [Value], _ leaving: Set<String>) {
    mark(name)
    for slice in slices.sorted(by: { ($0.name ?? "") < ($1.name ?? "") }) {
      for endpoint in slice["endpoints"]?.array ?? [] {
        guard let address = endpoint["addresses"]?[0]?.string.flatMap({ IPv4($0) }),
          endpoint.at("conditions", "ready")?.bool ?? true,
          !(endpoint.at("targetRef", "uid")?.string.map(leaving.contains) ?? false)
        else { continue }
        let dashed = address.description.split(separator: ".").joined(separator: "-")
        let host = "\(endpoint["hostname"]?.string ?? dashed).\(name)"
        add(name) { if !$0.addresses.contains(address) { $0.addresses.append(address) } }
        add(host) { if !$0.addresses.contains(address) { $0.addresses.append(address) } }
        if endpoint["hostname"] != nil { names[address] = host }
        for port in slice["ports"]?.array ?? [] {
          if let number = portNumber(port["port"]) { addPort(port, number, of: name, target: host) }
        }
      }
    }
  }

  private mutating func addPort(_ port: Value, _ number: UInt16, of name: String, target: String) {
    guard let portName = port["name"]?.string, !portName.isEmpty, let transport = Transport(port["protocol"]) else {
      return
    }
    let service = Records.Service(port: number, target: target.lowercased())
    add("_\(portName)._\(transport.rawValue).\(name)") {
      if !$0.services.contains(service) { $0.services.append(service) }
    }
  }

  private mutating func add(_ name: String, _ change: (inout Records) -> Void) {
    let name = name.lowercased()
    change(&records[name, default: Records()])
    mark(name)
  }

  /// Notes that a name exists, and with it all that it lies below.
  private mutating func mark(_ name: String) {
    var rest = Substring(name.lowercased())
    while !rest.isEmpty, existing.insert(String(rest)).inserted {
      guard let dot = rest.firstIndex(of: ".") else { break }
      rest = rest[rest.index(after: dot)...]
    }
  }
}

/// Asking.
extension DNSZone {
  /// Whether the zone is the authority for a name.
  func contains(_ name: String) -> Bool { name == domain || name.hasSuffix(".\(domain)") }

  /// What is behind a name of the zone; nil where there is no such name.
  func find(_ name: String) -> Records? {
    if let found = records[name] { return found }
    if existing.contains(name) { return Records() }
    return podAddress(name).map { Records(addresses: [$0]) }
  }

  /// `10-244-1-7.ns.pod.cluster.local` says its address itself.
  private func podAddress(_ name: String) -> IPv4? {
    guard name.hasSuffix(".pod.\(domain)") else { return nil }
    let parts = name.dropLast(domain.count + 5).split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 2 ? IPv4(parts[0], separator: "-") : nil
  }

  /// The name of an address, as asked for by `7.1.244.10.in-addr.arpa`.
  func name(ofReverse name: String) -> String? {
    guard name.hasSuffix(".in-addr.arpa") else { return nil }
    let text = name.dropLast(13).split(separator: ".").reversed().joined(separator: ".")
    return IPv4(text).flatMap { names[$0] }
  }
}
