internal import KCData
internal import KCKube

/// What the server sees to before an object is stored: the namespace is there, services get their addresses, pods
/// their priority.
struct Admission {
  let server: APIServer
  let type: ResourceType

  func create(_ object: inout Value, state: inout ObjectState) throws(APIStatus) {
    if type.namespaced { try checkNamespace(object, state) }
    switch (type.group, type.kind) {
    case ("", "Pod"): try pod(&object, state)
    case ("", "Service"): try ServiceAddresses(settings: server.settings).assign(&object, state)
    default: break
    }
  }

  func update(_ object: inout Value, old: Value, state: inout ObjectState) throws(APIStatus) {
    guard type.group.isEmpty, type.kind == "Service" else { return }
    // What the server chose stays when it is left out.
    for field in ["clusterIP", "clusterIPs"] where object.at("spec", field) == nil {
      object.set(old.at("spec", field), at: "spec", field)
    }
    try ServiceAddresses(settings: server.settings).assign(&object, state)
  }

  private func checkNamespace(_ object: Value, _ state: borrowing ObjectState) throws(APIStatus) {
    let name = object.namespace ?? ""
    guard let namespace = state.get("namespaces", nil, name)?.value else {
      throw APIStatus(
        code: 404, reason: "NotFound", message: "namespaces \"\(name)\" not found",
        details: .init(name: name, kind: "namespaces"))
    }
    if namespace.isBeingDeleted {
      throw .forbidden(
        type, object.name ?? "",
        "unable to create new content in namespace \(name) because it is being terminated")
    }
  }

  private func pod(_ object: inout Value, _ state: borrowing ObjectState) throws(APIStatus) {
    let className = object.at("spec", "priorityClassName")?.string ?? ""
    switch className {
    case "system-node-critical": object.set(2_000_001_000, at: "spec", "priority")
    case "system-cluster-critical": object.set(2_000_000_000, at: "spec", "priority")
    case "":
      let fallback = state.list("priorityclasses.scheduling.k8s.io", namespace: nil)
        .first { $0.value["globalDefault"]?.bool == true }?.value
      if let fallback { object.set(.string(fallback.name ?? ""), at: "spec", "priorityClassName") }
      object.set(fallback?["value"] ?? 0, at: "spec", "priority")
      if let policy = fallback?["preemptionPolicy"] { object.set(policy, at: "spec", "preemptionPolicy") }
    default:
      guard let found = state.get("priorityclasses.scheduling.k8s.io", nil, className)?.value else {
        throw .forbidden(type, object.name ?? "", "no PriorityClass with name \(className) was found")
      }
      object.set(found["value"] ?? 0, at: "spec", "priority")
      if let policy = found["preemptionPolicy"] { object.set(policy, at: "spec", "preemptionPolicy") }
    }
    if object.at("spec", "preemptionPolicy") == nil {
      object.set("PreemptLowerPriority", at: "spec", "preemptionPolicy")
    }
    tolerations(&object)
  }

  /// A pod stays on a node that is not ready or out of reach for five minutes, unless it says otherwise.
  private func tolerations(_ object: inout Value) {
    var list = object.at("spec", "tolerations")?.array ?? []
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
      let isSaid = list.contains { toleration in
        let effect = toleration["effect"]?.string ?? ""
        let named = toleration["key"]?.string ?? ""
        return (named == key || named.isEmpty) && (effect == "NoExecute" || effect.isEmpty)
      }
      if !isSaid {
        list.append(["key": .string(key), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300])
      }
    }
    object.set(.array(list), at: "spec", "tolerations")
  }
}

/// Gives services their cluster addresses and node ports.
struct ServiceAddresses {
  let settings: APIServer.Settings

  func assign(_ object: inout Value, _ state: borrowing ObjectState) throws(APIStatus) {
    let type = object.at("spec", "type")?.string ?? "ClusterIP"
    if type == "ExternalName" { return }
    let others = state.list("services", namespace: nil).map(\.value)
      .filter { $0.name != object.name || $0.namespace != object.namespace }
    try assignAddress(&object, others)
    if type == "NodePort" || type == "LoadBalancer" { try assignPorts(&object, others) }
  }

  private func assignAddress(_ object: inout Value, _ others: [Value]) throws(APIStatus) {
    let used = Set(others.compactMap { $0.at("spec", "clusterIP")?.string })
    guard let range = IPv4Range(settings.serviceRange) else { return }
    let asked = object.at("spec", "clusterIP")?.string ?? ""
    if asked == "None" {
      object.set(["None"], at: "spec", "clusterIPs")
      return
    }
    if !asked.isEmpty {
      if used.contains(asked) || !range.contains(asked) {
        throw .invalid(
          ResourceType(group: "", version: "v1", kind: "Service", plural: "services", namespaced: true),
          object.name ?? "",
          [
            .init(
              reason: "FieldValueInvalid",
              message: "Invalid value: [\"\(asked)\"]: failed to allocate IP \(asked): it is taken or not in the range",
              field: "spec.clusterIPs")
          ])
      }
      object.set([.string(asked)], at: "spec", "clusterIPs")
      return
    }
    // From a random start, so that a removed service's address is not soon another's: clients may remember it.
    let size = range.size - 2
    let start = UInt32.random(in: 0..<size)
    for step in 0..<size {
      // The first addresses are for services that ask for theirs, as the API's and the DNS's.
      let offset = 16 + (start + step) % max(1, size - 16)
      let address = range.address(offset)
      if !used.contains(address) {
        object.set(.string(address), at: "spec", "clusterIP")
        object.set([.string(address)], at: "spec", "clusterIPs")
        return
      }
    }
    throw APIStatus(
      code: 500, reason: "InternalError", message: "no cluster address is left in \(settings.serviceRange)")
  }

  private func assignPorts(_ object: inout Value, _ others: [Value]) throws(APIStatus) {
    var used: Set<Int64> = []
    for other in others {
      for port in other.at("spec", "ports")?.array ?? [] {
        if let number = port["nodePort"]?.int { used.insert(number) }
      }
    }
    var ports = object.at("spec", "ports")?.array ?? []
    for index in ports.indices where (ports[index]["nodePort"]?.int ?? 0) == 0 {
      let free = settings.nodePorts.shuffled().first { !used.contains(Int64($0)) }
      guard let free else { throw APIStatus(code: 500, reason: "InternalError", message: "no node port is left") }
      used.insert(Int64(free))
      ports[index]["nodePort"] = Value(free)
    }
    object.set(.array(ports), at: "spec", "ports")
  }
}

/// A range of IPv4 addresses.
struct IPv4Range {
  let base: UInt32
  let size: UInt32

  /// Reads CIDR notation.
  init?(_ text: String) {
    let parts = text.split(separator: "/")
    guard parts.count == 2, let length = UInt32(parts[1]), (8...30).contains(length),
      let address = Self.number(String(parts[0]))
    else { return nil }
    size = 1 << (32 - length)
    base = address & ~(size - 1)
  }

  static func number(_ text: String) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    guard parts.count == 4 else { return nil }
    var out: UInt32 = 0
    for part in parts {
      guard let part else { return nil }
      out = out << 8 | UInt32(part)
    }
    return out
  }

  func contains(_ text: String) -> Bool { Self.number(text).map { $0 >= base && $0 - base < size } ?? false }

  func address(_ offset: UInt32) -> String {
    let number = base + offset
    return [24, 16, 8, 0].map { String(number >> $0 & 255) }.joined(separator: ".")
  }
}
