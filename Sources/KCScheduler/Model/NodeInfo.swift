/// A node with what runs there.
public struct NodeInfo: Sendable {
  /// Pods of one kind on the node.
  struct Group: Sendable {
    var rules: PodRules
    /// How many are not on their way out.
    var live: Int64
    var all: Int64
  }

  private(set) var object: NodeObject
  /// Whether there is a node object: pods can name nodes that are gone.
  private(set) var isPresent: Bool
  /// Changes with every change of the node or its pods; the same number never stands for two states.
  private(set) var version = 0
  /// Changes with the node's object.
  private(set) var objectVersion = 0

  /// What its pods ask for.
  public private(set) var requested = ResourceAmounts()
  private(set) var scoredCPU: Int64 = 0
  private(set) var scoredMemory: Int64 = 0
  /// In the order in which they came.
  public private(set) var pods: [PodInfo] = []
  private(set) var groups: [Group] = []
  private(set) var usedPorts: [HostPort: Int] = [:]
  /// Whether a port that two pods have is free once one of them has gone, as kube-scheduler takes it.
  var forgetsSharedPorts = false

  /// Its name.
  public var name: String { object.name }
  /// What it has to give.
  public var allocatable: ResourceAmounts { object.allocatable }
  /// How many pods it takes.
  public var podLimit: Int64 { object.podLimit }
  /// Its labels.
  public var labels: [String: String] { object.labels }

  init(_ object: NodeObject, isPresent: Bool, version: Int) {
    self.object = object
    self.isPresent = isPresent
    self.version = version
    objectVersion = version
  }

  /// Takes in another object; nil when it is gone. Pods stay.
  mutating func replace(_ new: NodeObject?, version: Int) {
    object = new ?? NodeObject(name: name)
    isPresent = new != nil
    self.version = version
    objectVersion = version
  }

  mutating func add(_ pod: PodInfo, version: Int) {
    self.version = version
    pods.append(pod)
    let rules = pod.rules
    count(rules)
    for port in rules.ports { usedPorts[port, default: 0] += 1 }
    let live: Int64 = pod.isTerminating ? 0 : 1
    if let index = groups.firstIndex(where: { $0.rules === rules }) {
      groups[index].live += live
      groups[index].all += 1
    } else {
      groups.append(Group(rules: rules, live: live, all: 1))
    }
  }

  private mutating func count(_ rules: PodRules) {
    requested.add(rules.requests)
    scoredCPU = scoredCPU.plus(rules.nodeScoredCPU)
    scoredMemory = scoredMemory.plus(rules.nodeScoredMemory)
  }

  /// - Returns: the pod, if it was there.
  @discardableResult
  mutating func remove(_ key: String, version: Int) -> PodInfo? {
    guard let index = pods.firstIndex(where: { $0.key == key }) else { return nil }
    self.version = version
    let pod = pods.remove(at: index)
    let rules = pod.rules
    // Added up anew: a sum at the end of its range does not come back by subtracting.
    (requested, scoredCPU, scoredMemory) = (ResourceAmounts(), 0, 0)
    for other in pods { count(other.rules) }
    for port in rules.ports {
      usedPorts[port, default: 1] -= 1
      if usedPorts[port] == 0 || forgetsSharedPorts { usedPorts[port] = nil }
    }
    if let group = groups.firstIndex(where: { $0.rules === rules }) {
      groups[group].live -= pod.isTerminating ? 0 : 1
      groups[group].all -= 1
      if groups[group].all == 0 { groups.remove(at: group) }
    }
    return pod
  }

  func hasConflict(with port: HostPort) -> Bool {
    if usedPorts.isEmpty { return false }
    return usedPorts.keys.contains { used in
      used.port == port.port && used.transport == port.transport
        && (used.address == port.address || used.address == "0.0.0.0" || port.address == "0.0.0.0")
    }
  }
}

/// A port of the node that a pod takes.
struct HostPort: Sendable, Hashable {
  var address: String
  var transport: String
  var port: Int64
}
