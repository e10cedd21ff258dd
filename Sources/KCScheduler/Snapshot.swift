public import KCData
internal import KCKube

/// The cluster as the scheduler sees it: a value, kept up to date change by change. The planner and the engine use the
/// same.
public struct Snapshot: Sendable {
  /// In the order in which they came.
  public private(set) var nodes: [NodeInfo] = []
  private var nodeIndex: [String: Int] = [:]
  /// The node of each pod that has one.
  private var podNode: [String: String] = [:]
  private var namespaces: [String: [String: String]] = [:]
  private(set) var services: [String: Value] = [:]
  private(set) var replicaSets: [String: Value] = [:]
  private(set) var budgets: [String: Value] = [:]
  private(set) var volumes: [String: Value] = [:]
  private(set) var claims: [String: Value] = [:]
  /// Pods that wait for a node to be cleared for them, by node.
  private(set) var nominated: [String: [PodInfo]] = [:]

  public init() {}

  /// A cluster from its objects.
  public init(nodes: [Value], pods: [Value], namespaces: [Value] = [], others: [Value] = []) {
    for object in nodes + namespaces + others { update(object) }
    for pod in pods { addPod(pod) }
  }

  public func node(_ name: String) -> NodeInfo? { nodeIndex[name].map { nodes[$0] } }
  func index(ofNode name: String) -> Int? { nodeIndex[name] }
  func namespaceLabels(_ name: String) -> [String: String] { namespaces[name] ?? ["kubernetes.io/metadata.name": name] }
  /// The node a pod runs on, as `namespace/name`.
  public func nodeName(ofPod key: String) -> String? { podNode[key] }

  /// Takes in a node, namespace, service, replica set, budget, volume or claim; other kinds are of no concern.
  public mutating func update(_ object: Value) {
    let key = object.namespacedName
    switch object.kind {
    case "Node": updateNode(object)
    case "Namespace":
      var labels = object.labels
      labels["kubernetes.io/metadata.name"] = object.name ?? ""
      namespaces[object.name ?? ""] = labels
    case "Service": services[key] = object
    case "ReplicaSet": replicaSets[key] = object
    case "PodDisruptionBudget": budgets[key] = object
    case "PersistentVolume": volumes[object.name ?? ""] = object
    case "PersistentVolumeClaim": claims[key] = object
    default: break
    }
  }

  /// Forgets an object.
  public mutating func remove(_ object: Value) {
    let key = object.namespacedName
    switch object.kind {
    case "Node": removeNode(object.name ?? "")
    case "Namespace": namespaces[object.name ?? ""] = nil
    case "Service": services[key] = nil
    case "ReplicaSet": replicaSets[key] = nil
    case "PodDisruptionBudget": budgets[key] = nil
    case "PersistentVolume": volumes[object.name ?? ""] = nil
    case "PersistentVolumeClaim": claims[key] = nil
    case "Pod": removePod(key)
    default: break
    }
  }

  private mutating func slot(_ name: String) -> Int {
    if let index = nodeIndex[name] { return index }
    nodeIndex[name] = nodes.count
    nodes.append(NodeInfo(name: name))
    return nodes.count - 1
  }

  public mutating func updateNode(_ node: Value) { nodes[slot(node.name ?? "")].update(node) }

  /// Removes a node; pods that name it stay known until they are removed.
  public mutating func removeNode(_ name: String) {
    guard let index = nodeIndex[name] else { return }
    if nodes[index].pods.isEmpty {
      nodes.remove(at: index)
      nodeIndex = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($0.element.name, $0.offset) })
    } else {
      nodes[index].isPresent = false
    }
  }

  /// Takes in a pod, new or changed. One without a node or one that has ended takes no room.
  public mutating func addPod(_ pod: Value) {
    let info = PodInfo(pod)
    removePod(info.key)
    let phase = pod.at("status", "phase")?.string
    if info.nodeName.isEmpty || phase == "Succeeded" || phase == "Failed" {
      if !info.nominatedNode.isEmpty, info.nodeName.isEmpty { nominate(info, node: info.nominatedNode) }
      return
    }
    place(info, on: info.nodeName)
  }

  /// Puts a pod on a node, as when it was just given that node.
  public mutating func place(_ pod: PodInfo, on node: String) {
    var pod = pod
    pod.nodeName = node
    let index: Int
    if let known = nodeIndex[node] {
      index = known
    } else {
      index = slot(node)
      nodes[index].isPresent = false
    }
    nodes[index].add(pod)
    podNode[pod.key] = node
  }

  /// - Parameter key: `namespace/name`
  public mutating func removePod(_ key: String) {
    for node in Array(nominated.keys) { nominated[node]?.removeAll { $0.key == key } }
    nominated = nominated.filter { !$0.value.isEmpty }
    guard let name = podNode.removeValue(forKey: key), let index = nodeIndex[name] else { return }
    nodes[index].remove(key)
    if !nodes[index].isPresent, nodes[index].pods.isEmpty { removeNode(name) }
  }

  /// Remembers that a node is being cleared for a pod.
  public mutating func nominate(_ pod: PodInfo, node: String) {
    var pod = pod
    pod.nominatedNode = node
    nominated[node, default: []].append(pod)
  }

  /// Changes one node in a trial.
  mutating func withNode(_ index: Int, _ change: (inout NodeInfo) -> Void) { change(&nodes[index]) }
}
