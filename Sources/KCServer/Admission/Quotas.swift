internal import KCData
internal import KCKube

/// What a namespace may use in all: refuses what would be too much, and keeps the status of quotas true.
///
/// Use is counted from the objects that are there, in the write that changes them.
enum Quotas {
  static let resource = "resourcequotas"

  /// Refuses a new object that a quota has no room for.
  static func check(_ object: Value, _ type: ResourceType, _ state: borrowing ObjectState) throws(APIStatus) {
    guard type.namespaced, let namespace = object.namespace else { return }
    for quota in state.list(resource, namespace: namespace) {
      let hard = quota.value.at("spec", "hard")?.object ?? [:]
      try requireAmounts(object, type, quota.value.name ?? "", hard)
      var over: [(name: String, asked: Quantity, used: Quantity, limit: Quantity)] = []
      for (name, value) in hard {
        guard let limit = Amounts.read(value) else { continue }
        let asked = Amounts.of(object, type, counting: name)
        guard asked.nano > 0 else { continue }
        let used = use(name, namespace, state)
        if used + asked > limit { over.append((name, asked, used, limit)) }
      }
      if over.isEmpty { continue }
      over.sort { $0.name < $1.name }
      func list(_ amount: ((name: String, asked: Quantity, used: Quantity, limit: Quantity)) -> Quantity) -> String {
        over.map { "\($0.name)=\(amount($0))" }.joined(separator: ",")
      }
      throw .forbidden(
        type, object.name ?? "",
        "exceeded quota: \(quota.value.name ?? ""), requested: \(list(\.asked)), used: \(list(\.used)), "
          + "limited: \(list(\.limit))"
      )
    }
  }

  /// Where processor or memory is limited, each container must say what it takes.
  private static func requireAmounts(
    _ object: Value, _ type: ResourceType, _ quota: String, _ hard: Fields
  ) throws(APIStatus) {
    guard type.qualifiedName == "pods" else { return }
    let containers = (object.at("spec", "containers")?.array ?? []) + (object.at("spec", "initContainers")?.array ?? [])
    var missing: [String] = []
    for name in hard.keys.sorted() {
      guard let (side, amount) = Amounts.podResource(name) else { continue }
      let silent = containers.filter { $0.at("resources", side, amount) == nil }.compactMap { $0["name"]?.string }
      if !silent.isEmpty { missing.append("\(name) for: \(silent.joined(separator: ","))") }
    }
    if missing.isEmpty { return }
    throw .forbidden(
      type, object.name ?? "", "failed quota: \(quota): must specify \(missing.joined(separator: "; "))")
  }

  private static func use(_ name: String, _ namespace: String, _ state: borrowing ObjectState) -> Quantity {
    var sum = Quantity(0)
    for type in Amounts.counted(name, state.catalogue.types) {
      for object in state.list(type.storageKey, namespace: namespace) {
        sum = sum + Amounts.of(object.value, type, counting: name)
      }
    }
    return sum
  }

  /// Brings the status of quotas up to date with the changes of a write.
  ///
  /// - Parameter first: the place of the write's first change among those that are pending.
  static func follow(_ state: inout ObjectState, from first: Int, now: Timestamp) {
    guard let type = ResourceTypes.builtin.find(apiVersion: "v1", kind: "ResourceQuota") else { return }
    let namespaces = Set(state.pending[first...].map(\.event.namespace))
    for quota in state.list(resource, namespace: nil) {
      guard let namespace = quota.value.namespace, namespaces.contains(namespace) else { continue }
      let hard = quota.value.at("spec", "hard")?.object ?? [:]
      var used = Fields()
      for name in hard.keys.sorted() { used[name] = .string(use(name, namespace, state).description) }
      let status: Value = ["hard": .object(hard), "used": .object(used)]
      if quota.value["status"] == status { continue }
      var next = quota.value
      next["status"] = status
      ServerSideApply.recordUpdate(
        old: quota.value, new: &next, manager: "kube-apiserver", subresource: "status", type: type, now: now)
      _ = state.put(resource, next)
    }
  }
}

/// What objects take of what quotas limit.
private enum Amounts {
  static func read(_ value: Value) -> Quantity? {
    switch value {
    case .string(let text): Quantity(text)
    case .int(let number): Quantity(number)
    default: nil
    }
  }

  /// The side and name of a pod's resource that a quota limits.
  static func podResource(_ name: String) -> (side: String, amount: String)? {
    let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
    if ["cpu", "memory", "ephemeral-storage"].contains(name) { return ("requests", name) }
    guard parts.count == 2, ["requests", "limits"].contains(parts[0]), parts[1] != "storage" else { return nil }
    return (parts[0], parts[1])
  }

  /// The kinds that count.
  static func counted(_ name: String, _ types: ResourceTypes) -> [ResourceType] {
    var plural = name
    if name.hasPrefix("count/") { plural = String(name.dropFirst(6)) }
    if podResource(name) != nil { plural = "pods" }
    if name == "requests.storage" { plural = "persistentvolumeclaims" }
    if name.hasPrefix("services.") { plural = "services" }
    return types.all.first { $0.qualifiedName == plural }.map { [$0] } ?? []
  }

  /// Whether a quota can limit something by this name here.
  static func isKnown(_ name: String, _ types: ResourceTypes) -> Bool { !counted(name, types).isEmpty }

  static func of(_ object: Value, _ type: ResourceType, counting name: String) -> Quantity {
    let kind = type.qualifiedName
    if name == "count/\(kind)" { return Quantity(1) }
    if kind == "pods", ["Succeeded", "Failed"].contains(object.at("status", "phase")?.string ?? "") {
      return Quantity(0)
    }
    if let (side, amount) = podResource(name) {
      return kind == "pods" ? pod(object, side, amount) : Quantity(0)
    }
    switch (kind, name) {
    case ("persistentvolumeclaims", "requests.storage"):
      return object.at("spec", "resources", "requests", "storage").flatMap(read) ?? Quantity(0)
    case ("services", "services.nodeports"):
      guard ["NodePort", "LoadBalancer"].contains(object.at("spec", "type")?.string ?? "") else { return Quantity(0) }
      return Quantity(Int64(object.at("spec", "ports")?.array?.count ?? 0))
    case ("services", "services.loadbalancers"):
      return Quantity(object.at("spec", "type") == "LoadBalancer" ? 1 : 0)
    default: return Quantity(kind == name ? 1 : 0)
    }
  }

  /// Of a pod's containers together, or of its greediest init container.
  private static func pod(_ pod: Value, _ side: String, _ name: String) -> Quantity {
    func amounts(_ field: String) -> [Quantity] {
      (pod.at("spec", field)?.array ?? []).compactMap { $0.at("resources", side, name).flatMap(read) }
    }
    let sum = amounts("containers").reduce(Quantity(0)) { $0 + $1 }
    return max(sum, amounts("initContainers").max() ?? Quantity(0))
  }
}

extension Quotas {
  /// Refuses quotas that limit what is not counted here, or only some pods.
  static func checkSupported(
    _ quota: Value, _ type: ResourceType, _ state: borrowing ObjectState
  ) throws(APIStatus) {
    let names = quota.at("spec", "hard")?.object?.keys ?? []
    let unknown = names.filter { !Amounts.isKnown($0, state.catalogue.types) }
    var what = unknown.map { "the resource \($0)" }
    if quota.at("spec", "scopes") != nil || quota.at("spec", "scopeSelector") != nil { what.append("scopes") }
    if what.isEmpty { return }
    throw APIStatus(
      code: 501, reason: "NotImplemented",
      message: "\(type.qualifiedName) \"\(quota.name ?? "")\" would have no effect on this server: it knows no "
        + what.joined(separator: ", "), details: .init(name: quota.name ?? "", kind: type.plural))
  }
}
