/// Something that happened in the cluster and that may let a pod fit which did not.
public struct ClusterEvent: Sendable, Hashable {
  /// What happened.
  public enum Kind: Sendable, Hashable, CaseIterable {
    case nodeAdded
    case nodeLabelsChanged
    case nodeTaintsChanged
    case nodeAllocatableChanged
    case nodeRemoved
    /// A pod with a node came, or got one.
    case assignedPodAdded
    case assignedPodLabelsChanged
    /// A pod with a node asks for less than before.
    case assignedPodShrank
    /// A pod with a node went, or ended.
    case assignedPodRemoved
    case namespaceChanged
    case serviceChanged
    /// A volume, a claim, a storage class or the limits of a node's driver.
    case storageChanged
  }

  /// What happened.
  public var kind: Kind

  public init(_ kind: Kind) { self.kind = kind }

  /// Whether the event could help a pod that this plugin turned down.
  func helps(_ plugin: String) -> Bool {
    switch kind {
    case .nodeAdded: true
    case .nodeLabelsChanged:
      ["NodeAffinity", "PodTopologySpread", "InterPodAffinity", "VolumeBinding", "VolumeZone"].contains(plugin)
    case .nodeTaintsChanged: ["TaintToleration", "NodeUnschedulable", "PodTopologySpread"].contains(plugin)
    case .nodeAllocatableChanged: ["NodeResourcesFit", "NodeVolumeLimits"].contains(plugin)
    case .nodeRemoved: plugin == "PodTopologySpread"
    case .assignedPodAdded: ["InterPodAffinity", "PodTopologySpread"].contains(plugin)
    case .assignedPodLabelsChanged: ["InterPodAffinity", "PodTopologySpread"].contains(plugin)
    case .assignedPodShrank: plugin == "NodeResourcesFit"
    case .assignedPodRemoved:
      [
        "NodeResourcesFit", "NodePorts", "InterPodAffinity", "PodTopologySpread", "VolumeRestrictions",
        "NodeVolumeLimits",
      ].contains(plugin)
    case .namespaceChanged: plugin == "InterPodAffinity"
    case .serviceChanged: plugin == "PodTopologySpread"
    case .storageChanged:
      ["VolumeBinding", "VolumeZone", "VolumeRestrictions", "NodeVolumeLimits"].contains(plugin)
    }
  }
}
