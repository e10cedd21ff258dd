internal import KCData
internal import KCKube

/// Keeps the older form of endpoints, one object for each service: `kubectl describe service` reads it.
struct EndpointsController: Reconciler {
  static let endpoints = ObjectKind("v1", "Endpoints")
  /// How many addresses are told of; there may be more behind the service.
  static let limit = 1000

  let name = "endpoint-controller"
  let kinds: [ObjectKind] = [.service, .endpointSlice, endpoints]

  func keys(for object: Value, _ key: ObjectKey) -> [ObjectKey] {
    let service = key.kind == .endpointSlice ? object.labels["kubernetes.io/service-name"] : key.name
    return service.map { [ObjectKey(.service, namespace: key.namespace, name: $0)] } ?? []
  }

  func reconcile(_ key: ObjectKey, in view: any ClusterView, now: Timestamp) -> Outcome {
    guard let service = view.get(key), !service.isBeingDeleted,
      !stringMap(service.at("spec", "selector")).isEmpty, service.at("spec", "type")?.string != "ExternalName"
    else { return Outcome() }
    let slices = view.list(.endpointSlice, namespace: key.namespace).filter {
      $0.labels["kubernetes.io/service-name"] == key.name && $0["addressType"]?.string == "IPv4"
    }
    let subsets = slices.sorted { ($0.name ?? "") < ($1.name ?? "") }.compactMap(subset)
    var labels = service.labels
    labels["endpoints.kubernetes.io/managed-by"] = "endpoint-controller"
    if service.at("spec", "clusterIP")?.string == "None" { labels["service.kubernetes.io/headless"] = "" }
    let present = view.get(ObjectKey(Self.endpoints, namespace: key.namespace, name: key.name))
    var wanted: Value =
      present ?? [
        "apiVersion": "v1", "kind": "Endpoints",
        "metadata": ["name": .string(key.name), "namespace": .string(key.namespace ?? "")],
      ]
    wanted.set(Value(labels), at: "metadata", "labels")
    wanted["subsets"] = subsets.isEmpty ? nil : .array(subsets)
    guard let present else { return Outcome(steps: [[.create(wanted)]]) }
    return wanted == present ? Outcome() : Outcome(steps: [[.update(wanted)]])
  }

  private func subset(_ slice: Value) -> Value? {
    var ready: [Value] = []
    var others: [Value] = []
    for endpoint in (slice["endpoints"]?.array ?? []).prefix(Self.limit) {
      let conditions = endpoint["conditions"]
      let isReady = conditions?["ready"]?.bool ?? true
      if !isReady, conditions?["terminating"]?.bool ?? false { continue }
      var address: Value = ["ip": endpoint["addresses"]?[0] ?? ""]
      address["hostname"] = endpoint["hostname"]
      address["nodeName"] = endpoint["nodeName"]
      address["targetRef"] = endpoint["targetRef"]
      if isReady { ready.append(address) } else { others.append(address) }
    }
    guard !ready.isEmpty || !others.isEmpty else { return nil }
    let ports = SlicePorts(ports: slice["ports"]?.array ?? []).ports.map { port -> Value in
      var out = port
      if port["name"] == "" { out["name"] = nil }
      return out
    }
    var subset: Value = [:]
    if !ready.isEmpty { subset["addresses"] = .array(ready) }
    if !others.isEmpty { subset["notReadyAddresses"] = .array(others) }
    if !ports.isEmpty { subset["ports"] = .array(ports) }
    return subset
  }
}
