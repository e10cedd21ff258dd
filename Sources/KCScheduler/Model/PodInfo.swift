public import KCData
internal import KCKube

/// What the scheduler needs to know of a pod, read once from its object.
public struct PodInfo: Sendable {
  /// `namespace/name`
  public var key: String
  public var namespace: String
  public var name: String
  var labels: [String: String]
  public var nodeName: String
  public var priority: Int64
  var neverPreempts: Bool
  var isTerminating: Bool
  var startTime: Timestamp
  public var requests: ResourceAmounts
  /// Requests for scoring: a container that asks for nothing counts as a small one.
  var scoredCPU: Int64
  var scoredMemory: Int64
  /// The same as nodes add them up: what is said for the whole pod counts there.
  var heldCPU: Int64
  var heldMemory: Int64
  /// What containers ask for, without what is said for the whole pod.
  var containerCPU: Int64
  var containerMemory: Int64
  var hasCPUOrMemoryRequest: Bool
  var ports: [HostPort]
  var nodeSelector: [String: String]
  var requiredNodeTerms: [NodeTerm]?
  var preferredNodeTerms: [(weight: Int64, term: NodeTerm)]
  var tolerations: [Toleration]
  var requiredAffinity: [PodTerm]
  var requiredAntiAffinity: [PodTerm]
  var preferredAffinity: [(weight: Int64, term: PodTerm)]
  var preferredAntiAffinity: [(weight: Int64, term: PodTerm)]
  var spread: [SpreadConstraint]
  var images: [String]
  var containerCount: Int
  var claims: [String]
  var diskIDs: [String]
  var gates: [String]
  var schedulerName: String
  var nominatedNode: String
  var ownerName: String?
  var ownerKind: String?

  var hasAffinity: Bool {
    !requiredAffinity.isEmpty || !requiredAntiAffinity.isEmpty || !preferredAffinity.isEmpty
      || !preferredAntiAffinity.isEmpty
  }

  struct HostPort: Sendable, Hashable {
    var address: String
    var transport: String
    var port: Int64
  }

  /// - Parameter facts: what the API decided about the pod, over what it says itself.
  public init(_ pod: Value) {
    let spec = pod["spec"] ?? .object([:])
    namespace = pod.namespace ?? "default"
    name = pod.name ?? ""
    key = "\(namespace)/\(name)"
    labels = pod.labels
    nodeName = spec["nodeName"]?.string ?? ""
    priority = spec["priority"]?.int ?? 0
    neverPreempts = spec["preemptionPolicy"] == "Never"
    isTerminating = pod.isBeingDeleted
    startTime = pod.at("status", "startTime")?.string.flatMap { Timestamp($0) } ?? Timestamp(seconds: .max / 2)
    let containers = spec["containers"]?.array ?? []
    let initContainers = spec["initContainers"]?.array ?? []
    requests = PodRequests.total(spec) { ResourceAmounts(PodRequests.effective($0)) }
    let scored = PodRequests.total(spec, withPodLevel: false, counting: PodRequests.scored)
    let plain = PodRequests.total(spec, withPodLevel: false) { ResourceAmounts(PodRequests.effective($0)) }
    containerCPU = plain.milliCPU
    containerMemory = plain.memory
    scoredCPU = scored.milliCPU
    scoredMemory = scored.memory
    let held = PodRequests.total(spec, counting: PodRequests.scored)
    heldCPU = held.milliCPU
    heldMemory = held.memory
    hasCPUOrMemoryRequest = requests.milliCPU != 0 || requests.memory != 0
    ports = (containers + initContainers.filter { $0["restartPolicy"] == "Always" }).flatMap(Self.hostPorts)
    nodeSelector = stringMap(spec["nodeSelector"])
    let affinity = spec["affinity"]
    let nodeAffinity = affinity?["nodeAffinity"]
    requiredNodeTerms = nodeAffinity?.at("requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")?.array?
      .map { NodeTerm($0) }
    preferredNodeTerms = (nodeAffinity?["preferredDuringSchedulingIgnoredDuringExecution"]?.array ?? []).map {
      ($0["weight"]?.int ?? 0, NodeTerm($0["preference"] ?? .null))
    }
    tolerations = (spec["tolerations"]?.array ?? []).map { Toleration($0) }
    let namespace = namespace
    let labels = labels
    func required(_ kind: String) -> [PodTerm] {
      (affinity?.at(kind, "requiredDuringSchedulingIgnoredDuringExecution")?.array ?? [])
        .map { PodTerm($0, namespace: namespace, labels: labels) }
    }
    func preferred(_ kind: String) -> [(Int64, PodTerm)] {
      (affinity?.at(kind, "preferredDuringSchedulingIgnoredDuringExecution")?.array ?? []).map {
        ($0["weight"]?.int ?? 0, PodTerm($0["podAffinityTerm"] ?? .null, namespace: namespace, labels: labels))
      }
    }
    requiredAffinity = required("podAffinity")
    requiredAntiAffinity = required("podAntiAffinity")
    preferredAffinity = preferred("podAffinity")
    preferredAntiAffinity = preferred("podAntiAffinity")
    spread = (spec["topologySpreadConstraints"]?.array ?? []).map { SpreadConstraint($0, labels: labels) }
    images = (initContainers + containers).compactMap { $0["image"]?.string }
    containerCount = containers.count + initContainers.count
    let volumes = spec["volumes"]?.array ?? []
    claims = volumes.compactMap { $0.at("persistentVolumeClaim", "claimName")?.string }
    diskIDs = volumes.compactMap(Self.exclusiveDisk)
    gates = (spec["schedulingGates"]?.array ?? []).compactMap { $0["name"]?.string }
    schedulerName = spec["schedulerName"]?.string ?? "default-scheduler"
    nominatedNode = pod.at("status", "nominatedNodeName")?.string ?? ""
    ownerName = pod.controllerOwner?["name"]?.string
    ownerKind = pod.controllerOwner?["kind"]?.string
  }

  private static func hostPorts(_ container: Value) -> [HostPort] {
    (container["ports"]?.array ?? []).compactMap { port in
      guard let number = port["hostPort"]?.int, number > 0 else { return nil }
      let address = port["hostIP"]?.string ?? ""
      return HostPort(
        address: address.isEmpty ? "0.0.0.0" : address, transport: port["protocol"]?.string ?? "TCP", port: number)
    }
  }

  /// Disks that only one pod may have at a time.
  private static func exclusiveDisk(_ volume: Value) -> String? {
    if let disk = volume["gcePersistentDisk"] {
      return disk["readOnly"] == true ? nil : "gce/\(disk["pdName"]?.string ?? "")"
    }
    if let disk = volume["awsElasticBlockStore"] { return "aws/\(disk["volumeID"]?.string ?? "")" }
    if let disk = volume["iscsi"] { return disk["readOnly"] == true ? nil : "iscsi/\(disk["iqn"]?.string ?? "")" }
    if let disk = volume["rbd"] {
      return disk["readOnly"] == true ? nil : "rbd/\(disk["pool"]?.string ?? "rbd")/\(disk["image"]?.string ?? "")"
    }
    return nil
  }
}

/// What a pod asks for in all.
enum PodRequests {
  /// Requests, with limits where there is no request.
  static func effective(_ container: Value) -> Value? {
    var requests = container.at("resources", "requests") ?? .object([:])
    for (name, limit) in container.at("resources", "limits")?.object ?? [:] where requests[name] == nil {
      requests[name] = limit
    }
    return requests
  }

  /// A container's requests for scoring: a tenth of a processor and 200 MiB where it says nothing.
  static func scored(_ container: Value) -> ResourceAmounts {
    let requests = effective(container)
    var amounts = ResourceAmounts(requests)
    if requests?["cpu"] == nil { amounts.milliCPU = 100 }
    if requests?["memory"] == nil { amounts.memory = 200 << 20 }
    return amounts
  }

  /// The sum of what runs together, or the most that initialisation needs; and the overhead.
  static func total(
    _ spec: Value, withPodLevel: Bool = true, counting amounts: (Value) -> ResourceAmounts
  ) -> ResourceAmounts {
    var running = ResourceAmounts()
    for container in spec["containers"]?.array ?? [] { running.add(amounts(container)) }
    var sidecars = ResourceAmounts()
    var peak = ResourceAmounts()
    for container in spec["initContainers"]?.array ?? [] {
      var need = amounts(container)
      if container["restartPolicy"] == "Always" {
        running.add(need)
        sidecars.add(need)
        need = sidecars
      } else {
        need.add(sidecars)
      }
      peak.raise(to: need)
    }
    running.raise(to: peak)
    if withPodLevel, let pod = spec["resources"] {
      // What is said for the whole pod is what counts for these.
      for (name, value) in pod["requests"]?.object ?? [:] { running[name] = ResourceAmounts.amount(value, of: name) }
    }
    running.add(ResourceAmounts(spec["overhead"]))
    return running
  }
}
