public import KCData
internal import KCKube

/// The cluster as the scheduler sees it: a value, kept up to date change by change. The planner and the engine use the
/// same. Copies are cheap, and changing one does not change the other.
public struct Snapshot: Sendable {
  /// In the order in which they came, those included that pods name but that are not there.
  private(set) var slots: [NodeInfo] = []
  /// The versions of the slots, side by side.
  private(set) var versions: [Int] = []
  private var slotOf: [String: Int] = [:]
  /// The node of each pod that has one.
  private var podNode: [String: String] = [:]
  /// One of each kind of pod, and how many there are.
  private var kinds: [PodRules: Int] = [:]
  /// Changes with what decisions look at besides nodes and pods.
  private(set) var contextVersion = 0
  /// Changes with disruption budgets.
  private(set) var budgetVersion = 0
  /// Changes with which nodes there are and which images they have.
  private(set) var nodeSetVersion = 0
  private(set) var nodeCount = 0
  private(set) var images: [String: ImageState] = [:]
  private(set) var context = Context()
  /// Pods that wait for a node to be cleared for them, by node.
  private(set) var nominated: [String: [PodInfo]] = [:]
  private var nominations: [String: String] = [:]
  /// How many pods use a claim.
  private(set) var claimUse: [String: Int] = [:]
  /// The labels of pods that rules, services and workloads have asked for.
  private(set) var askedLabels: Set<String> = []
  let memo = Memo()
  /// Whether kube-scheduler's way with ports that two pods of a node have is followed: for replays.
  let forgetsSharedPorts: Bool

  /// An image on the nodes: its size as the first node told, and how many nodes have it.
  struct ImageState: Sendable, Hashable {
    var size: Int64
    var nodes: Int
  }

  /// An empty cluster.
  public init() { self.init(forgetsSharedPorts: false) }

  init(forgetsSharedPorts: Bool) { self.forgetsSharedPorts = forgetsSharedPorts }

  /// A cluster from its objects.
  public init(nodes: [Value], pods: [Value], namespaces: [Value] = [], others: [Value] = []) {
    self.init()
    for object in nodes + namespaces + others { update(object) }
    for pod in pods { addPod(pod) }
  }

  /// The nodes, in the order in which they came.
  public var nodes: [NodeInfo] { slots.filter(\.isPresent) }
  /// The node of a name.
  public func node(_ name: String) -> NodeInfo? {
    slotOf[name].flatMap { slots[$0].isPresent ? slots[$0] : nil }
  }
  /// How many kinds of pods have a node.
  var kindCount: Int { kinds.count }
  func slot(of name: String) -> Int? { slotOf[name] }
  /// The node a pod runs on.
  ///
  /// - Parameter key: `namespace/name`
  public func nodeName(ofPod key: String) -> String? { podNode[key] }
  func namespaceLabels(_ name: String) -> [String: String] {
    context.namespaces[name] ?? ["kubernetes.io/metadata.name": name]
  }

  /// Takes in an object, new or changed: a node, a pod, a namespace, a service, a replica set, a budget, a volume, a
  /// claim, a storage class, a CSI node. Other kinds are of no concern.
  public mutating func update(_ object: Value) {
    switch object.kind {
    case "Node": updateNode(object)
    case "Pod": addPod(object)
    case "PodDisruptionBudget":
      _ = context.update(object)
      budgetVersion = memo.nextVersion()
    default:
      guard context.update(object) else { return }
      contextVersion = memo.nextVersion()
      Context.collectAskedLabels(of: object, &askedLabels)
    }
  }

  /// Forgets an object.
  public mutating func remove(_ object: Value) {
    switch object.kind {
    case "Node": removeNode(object.name ?? "")
    case "Pod": removePod(object.namespacedName)
    case "PodDisruptionBudget":
      _ = context.remove(object)
      budgetVersion = memo.nextVersion()
    default: if context.remove(object) { contextVersion = memo.nextVersion() }
    }
  }

  /// Says which labels a namespace has.
  public mutating func setNamespace(_ name: String, labels: [String: String]) {
    update(["kind": "Namespace", "metadata": ["name": .string(name), "labels": Value(labels)]])
  }

  // MARK: Nodes

  /// Takes in a node, new or changed.
  public mutating func addNode(_ node: Value) { updateNode(node) }

  /// Adds an empty node like another one.
  mutating func addNode(like other: String, named name: String) {
    guard let slot = slotOf[other] else { return }
    updateNode(NodeObject(like: slots[slot].object, name: name))
  }

  /// Lets a node take no more pods.
  public mutating func cordon(_ name: String) {
    guard let slot = slotOf[name], slots[slot].isPresent else { return }
    updateNode(NodeObject(cordoning: slots[slot].object))
  }

  /// Takes in a node, new or changed; its pods stay.
  public mutating func updateNode(_ node: Value) { updateNode(NodeObject(node)) }

  private mutating func updateNode(_ object: NodeObject) {
    let version = memo.nextVersion()
    if let index = slotOf[object.name] {
      if slots[index].isPresent, slots[index].object.isSame(as: object) { return }
      forgetImages(of: index)
      if !slots[index].isPresent { nodeCount += 1 }
      slots[index].replace(object, version: version)
      versions[index] = version
    } else {
      append(object, isPresent: true, version: version)
      nodeCount += 1
    }
    nodeSetVersion = version
    for (image, size) in object.images { images[image, default: ImageState(size: size, nodes: 0)].nodes += 1 }
  }

  private mutating func append(_ object: NodeObject, isPresent: Bool, version: Int) {
    slotOf[object.name] = slots.count
    var node = NodeInfo(object, isPresent: isPresent, version: version)
    node.forgetsSharedPorts = forgetsSharedPorts
    slots.append(node)
    versions.append(version)
  }

  /// Removes a node; pods that name it stay known until they are removed.
  public mutating func removeNode(_ name: String) {
    guard let index = slotOf[name], slots[index].isPresent else { return }
    forgetImages(of: index)
    nodeCount -= 1
    nodeSetVersion = memo.nextVersion()
    slots[index].replace(nil, version: nodeSetVersion)
    versions[index] = nodeSetVersion
    dropIfUnused(index)
  }

  private mutating func forgetImages(of index: Int) {
    guard slots[index].isPresent else { return }
    for image in slots[index].object.images.keys {
      images[image]?.nodes -= 1
      if images[image]?.nodes == 0 { images[image] = nil }
    }
  }

  private mutating func dropIfUnused(_ index: Int) {
    guard !slots[index].isPresent, slots[index].pods.isEmpty else { return }
    slotOf[slots[index].name] = nil
    slots.remove(at: index)
    versions.remove(at: index)
    for later in index..<slots.count { slotOf[slots[later].name] = later }
    nodeSetVersion = memo.nextVersion()
  }

  // MARK: Pods

  /// Takes in a pod, new or changed. One without a node or one that has ended takes no room.
  public mutating func addPod(_ pod: Value) {
    let info = PodInfo(pod)
    removePod(info.key)
    let phase = pod.at("status", "phase")?.string
    if phase == "Succeeded" || phase == "Failed" { return }
    if info.nodeName.isEmpty {
      if !info.nominatedNode.isEmpty { nominate(info, node: info.nominatedNode) }
    } else {
      place(info, on: info.nodeName)
    }
  }

  /// Puts a pod on a node, as when it was just given that node.
  public mutating func place(_ pod: PodInfo, on node: String) {
    var pod = pod
    pod.nodeName = node
    if podNode[pod.key] != nil || nominations[pod.key] != nil { removePod(pod.key) }
    intern(&pod)
    let index: Int
    if let known = slotOf[node] {
      index = known
    } else {
      index = slots.count
      nodeSetVersion = memo.nextVersion()
      append(NodeObject(name: node), isPresent: false, version: nodeSetVersion)
    }
    versions[index] = memo.nextVersion()
    slots[index].add(pod, version: versions[index])
    podNode[pod.key] = node
    for claim in pod.rules.content.claims { claimUse["\(pod.namespace)/\(claim)", default: 0] += 1 }
  }

  /// - Parameter key: `namespace/name`
  public mutating func removePod(_ key: String) {
    if let node = nominations.removeValue(forKey: key) {
      nominated[node]?.removeAll { $0.key == key }
      if nominated[node]?.isEmpty == true { nominated[node] = nil }
    }
    guard let name = podNode.removeValue(forKey: key), let index = slotOf[name],
      let pod = slots[index].remove(key, version: memo.nextVersion())
    else { return }
    versions[index] = slots[index].version
    if let count = kinds[pod.rules] { kinds[pod.rules] = count > 1 ? count - 1 : nil }
    for claim in pod.rules.content.claims {
      let claimKey = "\(pod.namespace)/\(claim)"
      claimUse[claimKey, default: 1] -= 1
      if claimUse[claimKey] == 0 { claimUse[claimKey] = nil }
    }
    dropIfUnused(index)
  }

  /// Forgets a pod.
  public mutating func removePod(namespace: String, name: String) { removePod("\(namespace)/\(name)") }

  /// Pods of one content share their rules.
  private mutating func intern(_ pod: inout PodInfo) {
    if let index = kinds.index(forKey: pod.rules) {
      pod.rules = kinds.keys[index]
      kinds.values[index] += 1
    } else {
      kinds[pod.rules] = 1
      pod.rules.content.collectAskedLabels(&askedLabels)
    }
  }

  /// Remembers that a node is being cleared for a pod.
  public mutating func nominate(_ pod: PodInfo, node: String) {
    if nominations[pod.key] != nil { removePod(pod.key) }
    var pod = pod
    pod.nominatedNode = node
    pod.rules.content.collectAskedLabels(&askedLabels)
    nominated[node, default: []].append(pod)
    nominations[pod.key] = node
  }

  /// Pods whose place another pod is to get, as if the API had been asked to delete them.
  public mutating func markPreempted(_ key: String) {
    guard let node = podNode[key], let index = slotOf[node],
      var pod = slots[index].pods.first(where: { $0.key == key })
    else { return }
    pod.isTerminating = true
    pod.isPreempted = true
    place(pod, on: node)
  }
}
