internal import KCData
internal import KCKube

/// What the scheduler reads from a node's object; the same until the object changes.
final class NodeObject: Sendable {
  let name: String
  let labels: [String: String]
  let taints: [Taint]
  let isUnschedulable: Bool
  let allocatable: ResourceAmounts
  let podLimit: Int64
  /// Sizes in bytes, by every name an image has.
  let images: [String: Int64]

  /// A node of which only the name is known, since pods name it.
  init(name: String) {
    self.name = name
    labels = [:]
    taints = []
    isUnschedulable = false
    allocatable = ResourceAmounts()
    podLimit = 0
    images = [:]
  }

  init(_ node: Value) {
    name = node.name ?? ""
    labels = node.labels
    taints = (node.at("spec", "taints")?.array ?? []).map {
      Taint(key: $0["key"]?.string ?? "", value: $0["value"]?.string ?? "", effect: $0["effect"]?.string ?? "")
    }
    isUnschedulable = node.at("spec", "unschedulable")?.bool ?? false
    let list = node.at("status", "allocatable") ?? node.at("status", "capacity")
    allocatable = ResourceAmounts(list)
    podLimit = list?["pods"].map { ResourceAmounts.amount($0, of: "pods") } ?? 0
    var images: [String: Int64] = [:]
    for image in node.at("status", "images")?.array ?? [] {
      for name in (image["names"]?.array ?? []).compactMap(\.string) { images[name] = image["sizeBytes"]?.int ?? 0 }
    }
    self.images = images
  }

  /// A node like another, under a name of its own.
  init(like other: NodeObject, name: String) {
    self.name = name
    var labels = other.labels
    if labels["kubernetes.io/hostname"] != nil { labels["kubernetes.io/hostname"] = name }
    self.labels = labels
    taints = other.taints
    isUnschedulable = false
    allocatable = other.allocatable
    podLimit = other.podLimit
    images = [:]
  }

  /// A node that takes no more pods.
  init(cordoning other: NodeObject) {
    name = other.name
    labels = other.labels
    taints = other.taints
    isUnschedulable = true
    allocatable = other.allocatable
    podLimit = other.podLimit
    images = other.images
  }

  /// Whether nothing differs that the scheduler looks at.
  func isSame(as other: NodeObject) -> Bool {
    name == other.name && labels == other.labels && taints == other.taints && isUnschedulable == other.isUnschedulable
      && allocatable == other.allocatable && podLimit == other.podLimit && images == other.images
  }
}
