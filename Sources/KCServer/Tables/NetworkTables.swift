internal import KCData
internal import KCKube

enum NetworkTables {
  /// The first three of a list, and how many more there are.
  private static func some(_ all: [String], none: String) -> Value {
    if all.isEmpty { return .string(none) }
    let more = all.count > 3 ? " + \(all.count - 3) more..." : ""
    return .string(all.prefix(3).joined(separator: ",") + more)
  }

  static let endpoints = TableLayout(.named("Endpoints,Age")) { object, now in
    var all: [String] = []
    for subset in object["subsets"]?.array ?? [] {
      let addresses = (subset["addresses"]?.array ?? []).compactMap { $0["ip"]?.string }
      let ports = (subset["ports"]?.array ?? []).compactMap { $0["port"]?.int }
      if ports.isEmpty { all += addresses }
      for port in ports { all += addresses.map { "\($0):\(port)" } }
    }
    return [some(all, none: "<none>"), object.age(now)]
  }

  static let slice = TableLayout(.named("AddressType,Ports,Endpoints,Age")) { object, now in
    let ports = (object["ports"]?.array ?? []).map { $0["port"]?.int.map(String.init) ?? "*" }
    let addresses = (object["endpoints"]?.array ?? []).flatMap { ($0["addresses"]?.array ?? []).compactMap(\.string) }
    return [
      object.cell("addressType"), some(ports, none: "<unset>"), some(addresses, none: "<unset>"), object.age(now),
    ]
  }

  static let ingress = TableLayout(.named("Class,Hosts,Address,Ports,Age")) { object, now in
    let rules = object.at("spec", "rules")?.array ?? []
    let hosts = rules.map { $0["host"]?.string ?? "" }.filter { !$0.isEmpty }
    let addresses = (object.at("status", "loadBalancer", "ingress")?.array ?? [])
      .compactMap { $0["ip"]?.string ?? $0["hostname"]?.string }
    let hasTLS = !(object.at("spec", "tls")?.array ?? []).isEmpty
    return [
      object.cell("spec", "ingressClassName", or: "<none>"), some(hosts, none: "*"),
      .string(addresses.joined(separator: ",")), .string(hasTLS ? "80, 443" : "80"), object.age(now),
    ]
  }

  static let ingressClass = TableLayout(.named("Controller,Parameters,Age")) { object, now in
    var parameters = "<none>"
    if let reference = object.at("spec", "parameters") {
      parameters = reference["kind"]?.string ?? ""
      if let group = reference["apiGroup"]?.string, !group.isEmpty { parameters += ".\(group)" }
      parameters += "/\(reference["name"]?.string ?? "")"
    }
    return [object.cell("spec", "controller"), .string(parameters), object.age(now)]
  }

  static let policy = TableLayout(.named("Pod-Selector,Age")) { object, now in
    [.string(LabelText.of(selector: object.at("spec", "podSelector"))), object.age(now)]
  }

  static let range = TableLayout(.named("CIDRs,Age")) { object, now in
    let ranges = (object.at("spec", "cidrs")?.array ?? []).compactMap(\.string)
    return [.string(ranges.joined(separator: ",")), object.age(now)]
  }
}
