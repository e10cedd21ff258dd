public import KCData
internal import KCKube

/// The packet filter's rules that make services work: pure text out of objects, in the language of `nft -f`.
///
/// One table holds all, and is replaced whole in one transaction; connections that are there survive that.
public enum RuleSet {
  /// The rules for a cluster. The same objects, in whatever order, give the same text.
  ///
  /// - Parameters:
  ///   - table: the name of the table, of letters and digits.
  ///   - leaving: identities of pods that are on their way out, whatever their endpoint slice says yet.
  public static func text(
    services: [Value], endpointSlices: [Value], pods: [Value] = [], leaving: Set<String> = [], table: String = "kc"
  ) -> String {
    make(services: services, endpointSlices: endpointSlices, pods: pods, leaving: leaving, table: table).text
  }

  /// The rules, and the addresses of the pods that they lead to by services.
  static func make(
    services: [Value], endpointSlices: [Value], pods: [Value], leaving: Set<String>, table: String
  ) -> (text: String, addresses: Set<IPv4>) {
    let ports = ServicePort.all(services: services, slices: endpointSlices, leaving: leaving)
    let text = TableText(table: table, ports: ports, hostPorts: HostPort.all(pods: pods)).text
    return (text, Set(ports.flatMap { $0.targets.map(\.address) }))
  }

  /// The text that takes the table away, whether it is there or not.
  public static func removal(table: String = "kc") -> String { "table ip \(table)\ndelete table ip \(table)\n" }
}

/// The text of a table.
private struct TableText {
  let table: String
  let ports: [ServicePort]
  let hostPorts: [HostPort]

  var text: String {
    var lines = ["table ip \(table)", "delete table ip \(table)", "table ip \(table) {"]
    lines += serviceChains + hostPortChains
    lines += map("services", "ipv4_addr . inet_proto . inet_service : verdict", serviceElements)
    lines += map("node-ports", "inet_proto . inet_service : verdict", nodePortElements)
    lines += set("no-endpoints", "ipv4_addr . inet_proto . inet_service", deadAddresses)
    lines += set("no-endpoint-ports", "inet_proto . inet_service", deadNodePorts)
    lines += set("hairpin", "ipv4_addr . ipv4_addr", hairpins)
    lines += Self.hooks
    lines.append("}")
    return lines.joined(separator: "\n") + "\n"
  }

  private var alive: [ServicePort] { ports.filter { !$0.targets.isEmpty } }
  private var dead: [ServicePort] { ports.filter(\.targets.isEmpty) }

  /// A chain's name: that of the port, with what names may not hold replaced.
  private func chain(_ port: ServicePort) -> String {
    let name = port.name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == ".") ? $0 : "_" }
    return "svc-\(port.transport.rawValue)-\(port.port)-\(String(name))"
  }

  private func chain(_ port: HostPort) -> String {
    "host-\(port.transport.rawValue)-\(port.port)-\(port.address.map(\.description) ?? "any")"
  }

  // MARK: Elements

  private var serviceElements: [String] {
    var elements: [String] = []
    for port in alive {
      for address in port.addresses {
        elements.append("\(address) . \(port.transport.rawValue) . \(port.port) : goto \(chain(port))")
      }
    }
    for port in hostPorts {
      guard let address = port.address else { continue }
      elements.append("\(address) . \(port.transport.rawValue) . \(port.port) : goto \(chain(port))")
    }
    return unique(elements)
  }

  private var nodePortElements: [String] {
    var elements = alive.compactMap { port in
      port.nodePort.map { "\(port.transport.rawValue) . \($0) : goto \(chain(port))" }
    }
    elements += hostPorts.filter { $0.address == nil }.map {
      "\($0.transport.rawValue) . \($0.port) : goto \(chain($0))"
    }
    return unique(elements)
  }

  private var deadAddresses: [String] {
    unique(dead.flatMap { port in port.addresses.map { "\($0) . \(port.transport.rawValue) . \(port.port)" } })
  }

  private var deadNodePorts: [String] {
    unique(dead.compactMap { port in port.nodePort.map { "\(port.transport.rawValue) . \($0)" } })
  }

  /// A pod that reaches itself through a service must see the machine as the sender, or its answer would never leave it.
  private var hairpins: [String] {
    let addresses = Set(alive.flatMap { $0.targets.map(\.address) } + hostPorts.map(\.target.address))
    return addresses.sorted().map { "\($0) . \($0)" }
  }

  /// Keeps the first element of each key: two services cannot have the same address and port.
  private func unique(_ elements: [String]) -> [String] {
    var seen: Set<Substring> = []
    return elements.filter { seen.insert($0.prefix { $0 != ":" }).inserted }
  }

  // MARK: Chains

  private var serviceChains: [String] {
    alive.flatMap { port in
      ["  chain \(chain(port)) {", "    \(destination(port))", "  }"]
    }
  }

  private func destination(_ port: ServicePort) -> String {
    let start = "meta l4proto \(port.transport.rawValue) dnat ip"
    if port.targets.count == 1 { return "\(start) to \(port.targets[0].address):\(port.targets[0].port)" }
    let choice = port.isSticky ? "jhash ip saddr" : "numgen random"
    let seed = port.isSticky ? " seed 0x6b630001" : ""
    let elements = port.targets.enumerated().map { "\($0) : \($1.address) . \($1.port)" }
    return
      "\(start) addr . port to \(choice) mod \(port.targets.count)\(seed) map { \(elements.joined(separator: ", ")) }"
  }

  private var hostPortChains: [String] {
    hostPorts.flatMap { port in
      [
        "  chain \(chain(port)) {",
        "    meta l4proto \(port.transport.rawValue) dnat ip to \(port.target.address):\(port.target.port)", "  }",
      ]
    }
  }

  private func map(_ name: String, _ type: String, _ elements: [String]) -> [String] {
    declaration("map", name, type, elements)
  }

  private func set(_ name: String, _ type: String, _ elements: [String]) -> [String] {
    declaration("set", name, type, elements)
  }

  private func declaration(_ what: String, _ name: String, _ type: String, _ elements: [String]) -> [String] {
    var lines = ["  \(what) \(name) {", "    type \(type)"]
    if !elements.isEmpty {
      lines.append("    elements = {")
      lines += elements.map { "      \($0)," }
      lines.append("    }")
    }
    return lines + ["  }"]
  }

  /// The chains that the kernel calls. A refusal must be a reset: without one, clients wait a second.
  private static let hooks = """
      chain dispatch {
        ip daddr . meta l4proto . th dport vmap @services
        fib daddr type local meta l4proto . th dport vmap @node-ports
      }
      chain prerouting {
        type nat hook prerouting priority dstnat; policy accept;
        jump dispatch
      }
      chain output {
        type nat hook output priority -100; policy accept;
        jump dispatch
      }
      chain postrouting {
        type nat hook postrouting priority srcnat; policy accept;
        ip saddr . ip daddr @hairpin masquerade
        ip saddr 127.0.0.0/8 oifname != "lo" masquerade
      }
      chain refuse {
        meta l4proto tcp reject with tcp reset
        reject
      }
      chain check-address {
        ip daddr . meta l4proto . th dport @no-endpoints goto refuse
      }
      chain forward {
        type filter hook forward priority filter; policy accept;
        ct state new jump check-address
      }
      chain output-filter {
        type filter hook output priority filter; policy accept;
        ct state new jump check-address
      }
      chain input {
        type filter hook input priority filter; policy accept;
        ct state new jump check-address
        ct state new fib daddr type local meta l4proto . th dport @no-endpoint-ports goto refuse
      }
    """.split(separator: "\n").map(String.init)
}
