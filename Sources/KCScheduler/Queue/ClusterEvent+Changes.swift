public import KCData
internal import KCKube

extension ClusterEvent {
  /// What a change of an object means for pods that wait; empty where it cannot help any.
  ///
  /// - Parameters:
  ///   - old: the object before; nil when it is new.
  ///   - new: the object now; nil when it is gone.
  public static func events(from old: Value?, to new: Value?) -> [ClusterEvent] {
    switch (new ?? old)?.kind {
    case "Node": nodeEvents(old, new).map { ClusterEvent($0) }
    case "Pod": podEvents(old, new).map { ClusterEvent($0) }
    case "Namespace": old?.labels == new?.labels ? [] : [ClusterEvent(.namespaceChanged)]
    case "Service": old?["spec"] == new?["spec"] ? [] : [ClusterEvent(.serviceChanged)]
    case "PersistentVolume", "PersistentVolumeClaim", "StorageClass", "CSINode": [ClusterEvent(.storageChanged)]
    default: []
    }
  }

  private static func nodeEvents(_ old: Value?, _ new: Value?) -> [Kind] {
    guard let new else { return [.nodeRemoved] }
    guard let old else { return [.nodeAdded] }
    let (before, now) = (NodeObject(old), NodeObject(new))
    var out: [Kind] = []
    if before.labels != now.labels { out.append(.nodeLabelsChanged) }
    if before.taints != now.taints || before.isUnschedulable != now.isUnschedulable { out.append(.nodeTaintsChanged) }
    if before.allocatable != now.allocatable || before.podLimit != now.podLimit { out.append(.nodeAllocatableChanged) }
    return out
  }

  private static func podEvents(_ old: Value?, _ new: Value?) -> [Kind] {
    func isPlaced(_ pod: Value?) -> Bool {
      guard let pod, let node = pod.at("spec", "nodeName")?.string, !node.isEmpty else { return false }
      let phase = pod.at("status", "phase")?.string
      return phase != "Succeeded" && phase != "Failed"
    }
    switch (isPlaced(old), isPlaced(new)) {
    case (false, false): return []
    case (false, true): return [.assignedPodAdded]
    case (true, false): return [.assignedPodRemoved]
    case (true, true):
      guard let old, let new else { return [] }
      var out: [Kind] = []
      if old.labels != new.labels { out.append(.assignedPodLabelsChanged) }
      // A pod on its way out no longer counts for how pods are spread.
      if old.isBeingDeleted != new.isBeingDeleted { out.append(.assignedPodLabelsChanged) }
      if old["spec"] != new["spec"] || old.at("status", "containerStatuses") != new.at("status", "containerStatuses"),
        PodInfo(old).requests != PodInfo(new).requests
      {
        out.append(.assignedPodShrank)
      }
      return out
    }
  }
}
