internal import KCData
internal import KCKube

/// Keeps the endpoint slices of services with a selector: which pods stand behind which ports.
struct EndpointSliceController: Reconciler {
  /// How many endpoints one slice holds at most.
  static let sliceLimit = 100
  static let manager = "endpointslice-controller.k8s.io"
  private static let headless = "service.kubernetes.io/headless"

  let name = "endpointslice-controller"
  let kinds: [ObjectKind] = [.service, .pod, .endpointSlice, .node]

  func keys(for object: Value, _ key: ObjectKey) -> [ObjectKey] {
    switch key.kind {
    case .service: return [key]
    // Which services select the pod is found out when it is looked at.
    case .pod: return object.at("status", "podIP") == nil ? [] : [key]
    case .endpointSlice:
      guard object.labels["endpointslice.kubernetes.io/managed-by"] == Self.manager,
        let service = object.labels["kubernetes.io/service-name"]
      else { return [] }
      return [ObjectKey(.service, namespace: key.namespace, name: service)]
    default: return []
    }
  }

  func reconcile(_ key: ObjectKey, in view: any ClusterView, now: Timestamp) -> Outcome {
    var outcome = Outcome()
    if key.kind == .pod {
      outcome.alsoLookAt = services(concernedBy: key, in: view)
    } else if let service = view.get(key) {
      reconcile(service, in: view, &outcome)
    }
    return outcome
  }

  /// The services that select a pod, or did when their slices were written.
  private func services(concernedBy pod: ObjectKey, in view: any ClusterView) -> [ObjectKey] {
    let labels = view.get(pod)?.labels
    var names: Set<String> = []
    for service in view.list(.service, namespace: pod.namespace) {
      let selector = stringMap(service.at("spec", "selector"))
      guard let labels, !selector.isEmpty, selector.allSatisfy({ labels[$0.key] == $0.value }) else { continue }
      names.insert(service.name ?? "")
    }
    for slice in view.list(.endpointSlice, namespace: pod.namespace) {
      guard let service = slice.labels["kubernetes.io/service-name"], !names.contains(service) else { continue }
      let mentions = slice["endpoints"]?.array?.contains { $0.at("targetRef", "name")?.string == pod.name } ?? false
      if mentions { names.insert(service) }
    }
    return names.sorted().map { ObjectKey(.service, namespace: pod.namespace, name: $0) }
  }

  private func reconcile(_ service: Value, in view: any ClusterView, _ outcome: inout Outcome) {
    let selector = stringMap(service.at("spec", "selector"))
    guard !service.isBeingDeleted, !selector.isEmpty, service.at("spec", "type")?.string != "ExternalName" else {
      return
    }
    let pods = view.list(.pod, namespace: service.namespace).filter { pod in
      let labels = pod.labels
      return !pod.isFinishedPod && !(pod.at("status", "podIP")?.string ?? "").isEmpty
        && selector.allSatisfy { labels[$0.key] == $0.value }
    }.sorted { ($0.name ?? "") < ($1.name ?? "") }
    var wanted: [SlicePorts: [Value]] = [:]
    for pod in pods {
      wanted[SlicePorts(service, pod), default: []].append(endpoint(pod, service, in: view))
    }
    let present = view.list(.endpointSlice, namespace: service.namespace).filter {
      $0.labels["kubernetes.io/service-name"] == service.name
        && $0.labels["endpointslice.kubernetes.io/managed-by"] == Self.manager && !$0.isBeingDeleted
    }.sorted(by: isOlder)
    var slices = SliceArrangement(present: present, form: form(service))
    slices.arrange(wanted)
    outcome.steps += slices.steps
  }

  private func endpoint(_ pod: Value, _ service: Value, in view: any ClusterView) -> Value {
    let isTerminating = pod.isBeingDeleted
    let isReady = pod.isReadyPod
    let publishes = service.at("spec", "publishNotReadyAddresses")?.bool ?? false
    var endpoint: Value = ["addresses": [pod.at("status", "podIP") ?? ""]]
    endpoint["conditions"] = [
      "ready": .bool(publishes || (isReady && !isTerminating)), "serving": .bool(isReady),
      "terminating": .bool(isTerminating),
    ]
    if let hostname = pod.at("spec", "hostname")?.string, pod.at("spec", "subdomain")?.string == service.name {
      endpoint["hostname"] = .string(hostname)
    }
    endpoint["targetRef"] = [
      "kind": "Pod", "namespace": .string(pod.namespace ?? ""), "name": .string(pod.name ?? ""),
      "uid": .string(pod.uid ?? ""),
    ]
    guard let node = pod.nodeName else { return endpoint }
    endpoint["nodeName"] = .string(node)
    let labels = view.get(ObjectKey(.node, namespace: nil, name: node))?.labels ?? [:]
    if let zone = labels["topology.kubernetes.io/zone"] { endpoint["zone"] = .string(zone) }
    endpoint["hints"] = hints(service, endpoint)
    return endpoint
  }

  /// Where the service prefers traffic that stays near.
  private func hints(_ service: Value, _ endpoint: Value) -> Value? {
    guard let distribution = service.at("spec", "trafficDistribution")?.string, let zone = endpoint["zone"],
      endpoint.at("conditions", "ready")?.bool == true
    else { return nil }
    var hints: Value = ["forZones": [["name": zone]]]
    if distribution == "PreferSameNode", let node = endpoint["nodeName"] { hints["forNodes"] = [["name": node]] }
    return hints
  }

  /// A slice of the service without ports and endpoints.
  private func form(_ service: Value) -> Value {
    var labels = service.labels
    labels[Self.headless] = service.at("spec", "clusterIP")?.string == "None" ? "" : nil
    labels["endpointslice.kubernetes.io/managed-by"] = Self.manager
    labels["kubernetes.io/service-name"] = service.name ?? ""
    return [
      "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
      "metadata": [
        "generateName": .string("\(service.name ?? "")-"), "namespace": .string(service.namespace ?? ""),
        "labels": Value(labels), "ownerReferences": [controllerReference(to: service)],
      ],
      "addressType": "IPv4", "endpoints": [], "ports": [],
    ]
  }
}

/// The ports of a service as one pod serves them: pods that name them differently do not share a slice.
struct SlicePorts: Hashable {
  var ports: [Value]

  /// The ports of a slice as it was stored, in the same form.
  init(ports: [Value]) {
    self.ports = ports.map { port in
      var out: Value = ["name": port["name"] ?? "", "protocol": port["protocol"] ?? "TCP"]
      out["port"] = port["port"]
      out["appProtocol"] = port["appProtocol"]
      return out
    }
  }

  init(_ service: Value, _ pod: Value) {
    ports = (service.at("spec", "ports")?.array ?? []).compactMap { port in
      let transport = port["protocol"]?.string ?? "TCP"
      guard let number = Self.number(port, transport, pod) else { return nil }
      var out: Value = ["name": port["name"] ?? "", "protocol": .string(transport), "port": .int(number)]
      if let application = port["appProtocol"] { out["appProtocol"] = application }
      return out
    }.sorted { ($0["name"]?.string ?? "") < ($1["name"]?.string ?? "") }
  }

  private static func number(_ port: Value, _ transport: String, _ pod: Value) -> Int64? {
    guard let target = port["targetPort"], target != .string("") else { return port["port"]?.int }
    guard let name = target.string else { return target.int == 0 ? port["port"]?.int : target.int }
    let sidecars = (pod.at("spec", "initContainers")?.array ?? []).filter { $0["restartPolicy"]?.string == "Always" }
    for container in (pod.at("spec", "containers")?.array ?? []) + sidecars {
      for candidate in container["ports"]?.array ?? []
      where candidate["name"]?.string == name && (candidate["protocol"]?.string ?? "TCP") == transport {
        return candidate["containerPort"]?.int
      }
    }
    return nil
  }
}
