internal import KCData
internal import KCKube

/// What the scheduler needs to know of a node and of what runs there.
public struct NodeInfo: Sendable {
  public var name: String
  var labels: [String: String] = [:]
  var taints: [Taint] = []
  var isUnschedulable = false
  public var allocatable = ResourceAmounts()
  var podLimit: Int64 = 0
  /// Sizes in bytes, by every name an image has.
  var images: [String: Int64] = [:]
  /// Whether there is a node object: pods can name nodes that are gone.
  var isPresent = true

  public private(set) var requested = ResourceAmounts()
  private(set) var scoredCPU: Int64 = 0
  private(set) var scoredMemory: Int64 = 0
  public private(set) var pods: [PodInfo] = []
  private(set) var usedPorts: [PodInfo.HostPort: Int] = [:]
  private(set) var affinityPods = 0
  private(set) var requiredAntiAffinityPods = 0

  init(name: String) { self.name = name }

  /// Reads a node object; pods stay.
  mutating func update(_ node: Value) {
    isPresent = true
    labels = node.labels
    taints = (node.at("spec", "taints")?.array ?? []).map {
      Taint(key: $0["key"]?.string ?? "", value: $0["value"]?.string ?? "", effect: $0["effect"]?.string ?? "")
    }
    isUnschedulable = node.at("spec", "unschedulable")?.bool ?? false
    let list = node.at("status", "allocatable") ?? node.at("status", "capacity")
    allocatable = ResourceAmounts(list)
    podLimit = list?["pods"].map { ResourceAmounts.amount($0, of: "pods") } ?? 0
    images = [:]
    for image in node.at("status", "images")?.array ?? [] {
      for name in (image["names"]?.array ?? []).compactMap(\.string) { images[name] = image["sizeBytes"]?.int ?? 0 }
    }
  }

  mutating func add(_ pod: PodInfo) {
    pods.append(pod)
    requested.add(pod.requests)
    scoredCPU += pod.heldCPU
    scoredMemory += pod.heldMemory
    for port in pod.ports { usedPorts[port, default: 0] += 1 }
    if pod.hasAffinity { affinityPods += 1 }
    if !pod.requiredAntiAffinity.isEmpty { requiredAntiAffinityPods += 1 }
  }

  mutating func remove(_ key: String) {
    guard let index = pods.firstIndex(where: { $0.key == key }) else { return }
    let pod = pods.remove(at: index)
    requested.subtract(pod.requests)
    scoredCPU -= pod.heldCPU
    scoredMemory -= pod.heldMemory
    for port in pod.ports {
      usedPorts[port, default: 1] -= 1
      if usedPorts[port] == 0 { usedPorts[port] = nil }
    }
    if pod.hasAffinity { affinityPods -= 1 }
    if !pod.requiredAntiAffinity.isEmpty { requiredAntiAffinityPods -= 1 }
  }

  func hasConflict(with port: PodInfo.HostPort) -> Bool {
    usedPorts.keys.contains { used in
      used.port == port.port && used.transport == port.transport
        && (used.address == port.address || used.address == "0.0.0.0" || port.address == "0.0.0.0")
    }
  }
}
