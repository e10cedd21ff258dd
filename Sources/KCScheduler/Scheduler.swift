public import KCData

/// Decides where pods go, as kube-scheduler 1.36 does.
public struct Scheduler: Sendable {
  /// How much a decision tells.
  public enum Detail: Sendable {
    /// Every node's verdict and points.
    case full
    /// Where the pod goes; verdicts only for a pod that found no node. Faster by far on many nodes.
    case choice
  }

  /// Which plugins take part.
  public var profile: Profile
  /// Decides between nodes with equal points; with 0 the first by name is taken.
  public var seed: UInt64
  /// How much decisions tell.
  public var detail: Detail

  public init(profile: Profile = .default, seed: UInt64 = 0, detail: Detail = .choice) {
    self.profile = profile
    self.seed = seed
    self.detail = detail
  }

  /// Decides about one pod. The snapshot is not changed: place the pod to carry on from the decision.
  ///
  /// - Parameter pod: the pod's object, with the API's defaults.
  public func schedule(_ pod: Value, in snapshot: borrowing Snapshot) -> Decision {
    schedule(PodInfo(pod), in: snapshot)
  }

  /// The same for a pod that was read before.
  public func schedule(_ pod: PodInfo, in snapshot: borrowing Snapshot) -> Decision {
    var decision = Decision()
    if profile.honorsGates, !pod.gates.isEmpty {
      decision.isGated = true
      decision.message = Messages.gated
      return decision
    }
    if snapshot.nodeCount == 0 {
      decision.message = Messages.noNodes
      return decision
    }
    let kind = GeneralKind.of(pod.rules, asked: snapshot.askedLabels, profile)
    return snapshot.memo.withView(of: kind, profile, in: snapshot) { [snapshot = copy snapshot] view in
      Attempt(pod: pod, snapshot: snapshot, scheduler: self).run(&view)
    }
  }
}
