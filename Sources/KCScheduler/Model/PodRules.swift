internal import KCData
internal import KCKube

/// What the scheduler reads from a pod but for its name, its place and its state: what all pods of one template have in
/// common. Compared by content; shared between the pods of a snapshot.
final class PodRules: Sendable, Hashable {
  /// The content, as one value that can be compared.
  struct Content: Sendable, Hashable {
    var namespace: String
    var labels: [String: String]
    var priority: Int64
    var neverPreempts: Bool
    var requests = ResourceAmounts()
    var demand = Demand()
    var ports: [HostPort] = []
    var nodeSelector: [String: String] = [:]
    var requiredNodeTerms: [NodeTerm]?
    var preferredNodeTerms: [WeightedNodeTerm] = []
    var tolerations: [Toleration] = []
    var requiredAffinity: [PodTerm] = []
    var requiredAntiAffinity: [PodTerm] = []
    var preferredAffinity: [WeightedPodTerm] = []
    var preferredAntiAffinity: [WeightedPodTerm] = []
    var spread: [SpreadConstraint] = []
    var images: [String] = []
    var containerCount = 0
    var claims: [String] = []
    var disks: [Disk] = []
    var gates: [String] = []
    var schedulerName = ""
    var ownerName: String?
    var ownerKind: String?
  }

  let content: Content
  private let digest: Int

  init(_ content: Content) {
    self.content = content
    digest = content.hashValue
  }

  var namespace: String { content.namespace }
  var labels: [String: String] { content.labels }
  var priority: Int64 { content.priority }
  var requests: ResourceAmounts { content.requests }
  var nodeScoredCPU: Int64 { content.demand.heldCPU }
  var nodeScoredMemory: Int64 { content.demand.heldMemory }
  var ports: [HostPort] { content.ports }
  var requiredAffinity: [PodTerm] { content.requiredAffinity }
  var requiredAntiAffinity: [PodTerm] { content.requiredAntiAffinity }

  /// Whether it says anything about other pods.
  var hasAffinity: Bool {
    !content.requiredAffinity.isEmpty || !content.requiredAntiAffinity.isEmpty || !content.preferredAffinity.isEmpty
      || !content.preferredAntiAffinity.isEmpty
  }

  static func == (left: PodRules, right: PodRules) -> Bool {
    left === right || (left.digest == right.digest && left.content == right.content)
  }

  func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}

/// What a pod counts for in scores.
struct Demand: Sendable, Hashable {
  /// As the pod is being placed: containers that ask for nothing count as small ones, and what is said for the whole pod
  /// does not count.
  var scoredCPU: Int64 = 0
  var scoredMemory: Int64 = 0
  /// As nodes add it up: what is said for the whole pod counts here.
  var heldCPU: Int64 = 0
  var heldMemory: Int64 = 0
}

/// A disk of a cloud or a storage network that pods may not share at will.
struct Disk: Sendable, Hashable {
  var id: String
  var isReadOnly: Bool
  /// Whether several pods may read it at a time.
  var canBeShared: Bool

  func conflicts(with other: Disk) -> Bool {
    id == other.id && !(canBeShared && other.canBeShared && isReadOnly && other.isReadOnly)
  }
}

extension PodRules.Content {
  /// Reads a pod's object; what the API defaults is expected to be there.
  init(_ pod: Value) {
    let spec = pod["spec"] ?? .object([:])
    namespace = pod.namespace ?? "default"
    labels = pod.labels
    priority = spec["priority"]?.int ?? 0
    neverPreempts = spec["preemptionPolicy"] == "Never"
    let containers = spec["containers"]?.array ?? []
    let initContainers = spec["initContainers"]?.array ?? []
    let amounts = PodRequests(pod)
    requests = amounts.total
    demand = amounts.demand
    ports = (containers + initContainers.filter { $0["restartPolicy"] == "Always" }).flatMap(Self.hostPorts)
    nodeSelector = stringMap(spec["nodeSelector"])
    tolerations = (spec["tolerations"]?.array ?? []).map { Toleration($0) }
    readAffinity(spec["affinity"])
    spread = (spec["topologySpreadConstraints"]?.array ?? []).map { SpreadConstraint($0, labels: labels) }
    let volumes = spec["volumes"]?.array ?? []
    let references = volumes.compactMap { $0.at("image", "reference")?.string }
    images = ((initContainers + containers).compactMap { $0["image"]?.string } + references)
      .map(ImageName.normalised)
    containerCount = containers.count + initContainers.count
    let podName = pod.name ?? ""
    claims = volumes.compactMap { volume in
      if let name = volume.at("persistentVolumeClaim", "claimName")?.string { return name }
      guard volume["ephemeral"] != nil, let name = volume["name"]?.string else { return nil }
      return "\(podName)-\(name)"
    }
    disks = volumes.compactMap(Disk.init)
    gates = (spec["schedulingGates"]?.array ?? []).compactMap { $0["name"]?.string }
    schedulerName = spec["schedulerName"]?.string ?? "default-scheduler"
    ownerName = pod.controllerOwner?["name"]?.string
    ownerKind = pod.controllerOwner?["kind"]?.string
  }

  private mutating func readAffinity(_ affinity: Value?) {
    guard let affinity else { return }
    let required = "requiredDuringSchedulingIgnoredDuringExecution"
    let preferred = "preferredDuringSchedulingIgnoredDuringExecution"
    requiredNodeTerms = affinity.at("nodeAffinity", required, "nodeSelectorTerms")?.array?.map { NodeTerm($0) }
    preferredNodeTerms = (affinity.at("nodeAffinity", preferred)?.array ?? []).map {
      WeightedNodeTerm(weight: $0["weight"]?.int ?? 0, term: NodeTerm($0["preference"] ?? .null))
    }
    func terms(_ kind: String) -> [PodTerm] {
      (affinity.at(kind, required)?.array ?? []).map { PodTerm($0, namespace: namespace, labels: labels) }
    }
    func weighted(_ kind: String) -> [WeightedPodTerm] {
      (affinity.at(kind, preferred)?.array ?? []).map {
        WeightedPodTerm(
          weight: $0["weight"]?.int ?? 0,
          term: PodTerm($0["podAffinityTerm"] ?? .null, namespace: namespace, labels: labels))
      }
    }
    requiredAffinity = terms("podAffinity")
    requiredAntiAffinity = terms("podAntiAffinity")
    preferredAffinity = weighted("podAffinity")
    preferredAntiAffinity = weighted("podAntiAffinity")
  }

  private static func hostPorts(_ container: Value) -> [HostPort] {
    (container["ports"]?.array ?? []).compactMap { port in
      guard let number = port["hostPort"]?.int, number > 0 else { return nil }
      let address = port["hostIP"]?.string ?? ""
      return HostPort(
        address: address.isEmpty ? "0.0.0.0" : address, transport: port["protocol"]?.string ?? "TCP", port: number)
    }
  }
}

extension Disk {
  /// The disk of a volume; nil for volumes that are no such disk.
  init?(_ volume: Value) {
    if let disk = volume["gcePersistentDisk"] {
      self.init(id: "gce/\(disk["pdName"]?.string ?? "")", isReadOnly: disk["readOnly"] == true, canBeShared: true)
    } else if let disk = volume["awsElasticBlockStore"] {
      self.init(id: "aws/\(disk["volumeID"]?.string ?? "")", isReadOnly: false, canBeShared: false)
    } else if let disk = volume["iscsi"] {
      self.init(id: "iscsi/\(disk["iqn"]?.string ?? "")", isReadOnly: disk["readOnly"] == true, canBeShared: true)
    } else if let disk = volume["rbd"] {
      let monitors = (disk["monitors"]?.array ?? []).compactMap(\.string).sorted().joined(separator: ",")
      self.init(
        id: "rbd/\(monitors)/\(disk["pool"]?.string ?? "rbd")/\(disk["image"]?.string ?? "")",
        isReadOnly: disk["readOnly"] == true, canBeShared: true)
    } else {
      return nil
    }
  }
}

/// Names of images.
enum ImageName {
  /// The name with its tag; without one it is `latest`.
  static func normalised(_ image: String) -> String {
    let colon = image.lastIndex(of: ":")
    let slash = image.lastIndex(of: "/")
    if let colon, slash.map({ colon > $0 }) ?? true { return image }
    return image + ":latest"
  }
}
