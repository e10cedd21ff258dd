internal import KCData

/// What the API server does with services, but for choosing addresses and ports.
enum ServiceStrategy {
  static func create(_ object: inout Value) {
    Defaulting.within(&object, "spec") { spec in
      if spec["type"] == "ExternalName" {
        dropAddresses(&spec)
      } else {
        addresses(&spec)
        families(&spec)
      }
    }
  }

  /// Keeps what the server chose when the change does not say otherwise.
  static func update(_ object: inout Value, old: Value) {
    let before = old["spec"] ?? .null
    Defaulting.within(&object, "spec") { spec in
      if spec["type"] == "ExternalName" {
        if before["type"] != "ExternalName" { leaveAddresses(&spec, before) }
        return
      }
      if before["type"] != "ExternalName" {
        // Of the first address and the list of addresses, the one that changed is meant.
        if spec["clusterIPs"] == before["clusterIPs"], spec["clusterIP"] != before["clusterIP"] {
          spec["clusterIPs"] = nil
        }
        for field in ["clusterIP", "clusterIPs"] where Defaulting.isZero(spec["clusterIP"]) {
          keepUnset(&spec, field, before)
        }
        if spec["clusterIP"] == before["clusterIP"] {
          for field in ["ipFamilies", "ipFamilyPolicy"] { keepUnset(&spec, field, before) }
        }
      }
      if usesNodePorts(spec), usesNodePorts(before) { keepNodePorts(&spec, before) }
      if needsHealthCheck(spec), needsHealthCheck(before) { keepUnset(&spec, "healthCheckNodePort", before) }
      dropOnChange(&spec, before)
      addresses(&spec)
      families(&spec)
    }
  }

  private static func keepUnset(_ spec: inout Value, _ field: String, _ before: Value) {
    if Defaulting.isZero(spec[field]), let value = before[field] { spec[field] = value }
  }

  /// Ports keep their node port, found by their port and protocol.
  private static func keepNodePorts(_ spec: inout Value, _ before: Value) {
    let old = before["ports"]?.array ?? []
    var used = Set((spec["ports"]?.array ?? []).compactMap { $0["nodePort"]?.int }.filter { $0 != 0 })
    Defaulting.each(&spec, "ports") { port in
      guard Defaulting.isZero(port["nodePort"]) else { return }
      let match = old.first { $0["port"] == port["port"] && $0["protocol"] == port["protocol"] }
      guard let number = match?["nodePort"]?.int, number != 0, used.insert(number).inserted else { return }
      port["nodePort"] = .int(number)
    }
  }

  static func usesNodePorts(_ spec: Value) -> Bool { spec["type"] == "NodePort" || spec["type"] == "LoadBalancer" }

  /// Whether the service has a port at which a load balancer can ask for the service's health.
  static func needsHealthCheck(_ spec: Value) -> Bool {
    spec["type"] == "LoadBalancer" && spec["externalTrafficPolicy"] == "Local"
  }

  /// Fields that a type does not have go when the type is left and they were not changed.
  private static func dropOnChange(_ spec: inout Value, _ before: Value) {
    if usesNodePorts(before), !usesNodePorts(spec) {
      let old = before["ports"]?.array ?? []
      let isSame = zip(spec["ports"]?.array ?? [], old).allSatisfy {
        Defaulting.isZero($0["nodePort"]) || $0["nodePort"] == $1["nodePort"]
      }
      if isSame { Defaulting.each(&spec, "ports") { $0["nodePort"] = nil } }
    }
    func drop(_ field: String, unless isNeeded: (Value) -> Bool) {
      if isNeeded(before), !isNeeded(spec), spec[field] == before[field] { spec[field] = nil }
    }
    drop("healthCheckNodePort", unless: needsHealthCheck)
    drop("allocateLoadBalancerNodePorts") { $0["type"] == "LoadBalancer" }
    drop("loadBalancerClass") { $0["type"] == "LoadBalancer" }
    drop("externalTrafficPolicy") { usesNodePorts($0) || !Defaulting.isZero($0["externalIPs"]) }
  }

  private static func leaveAddresses(_ spec: inout Value, _ before: Value) {
    let kept = ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]
    for field in kept where spec[field] == before[field] { spec[field] = nil }
    if Defaulting.isZero(spec["clusterIP"]) { spec["clusterIPs"] = nil }
    dropAddresses(&spec)
    dropOnChange(&spec, before)
  }

  private static func dropAddresses(_ spec: inout Value) { spec["internalTrafficPolicy"] = nil }

  /// The first address and the list of addresses say the same.
  private static func addresses(_ spec: inout Value) {
    if let address = spec["clusterIP"], !Defaulting.isZero(address) {
      if Defaulting.isZero(spec["clusterIPs"]) { spec["clusterIPs"] = [address] }
    }
  }

  /// The address families of a cluster with IPv4 only.
  private static func families(_ spec: inout Value) {
    let isWithoutSelector = spec["clusterIP"] == "None" && Defaulting.isZero(spec["selector"])
    Defaulting.setDefault(&spec, isWithoutSelector ? "RequireDualStack" : "SingleStack", "ipFamilyPolicy")
    var families = (spec["ipFamilies"]?.array ?? []).compactMap(\.string)
    if families.isEmpty {
      let addresses = (spec["clusterIPs"]?.array ?? []).compactMap(\.string).filter { $0 != "None" }
      for address in addresses {
        let family = address.contains(":") ? "IPv6" : "IPv4"
        if !families.contains(family) { families.append(family) }
      }
    }
    if families.isEmpty { families = ["IPv4"] }
    if isWithoutSelector, spec["ipFamilyPolicy"] != "SingleStack", families.count == 1 {
      families.append(families[0] == "IPv4" ? "IPv6" : "IPv4")
    }
    spec["ipFamilies"] = .array(families.map { .string($0) })
  }
}
