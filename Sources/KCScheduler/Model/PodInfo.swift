public import KCData
internal import KCKube

/// What the scheduler needs to know of a pod, read once from its object.
public struct PodInfo: Sendable {
  /// `namespace/name`
  public var key: String
  /// Its name.
  public var name: String
  /// Where it runs; empty while it waits.
  public var nodeName: String
  /// The node that is being cleared for it; empty if none.
  public internal(set) var nominatedNode: String
  /// Whether it is on its way out.
  public internal(set) var isTerminating: Bool
  /// Whether that is because a more important pod needs its place.
  var isPreempted: Bool
  var startTime: Timestamp
  var rules: PodRules

  /// Its namespace.
  public var namespace: String { rules.namespace }
  /// Its priority, as its class gave it.
  public var priority: Int64 { rules.priority }
  /// What it asks for in all.
  public var requests: ResourceAmounts { rules.requests }
  /// Gates that keep it from being placed.
  public var gates: [String] { rules.content.gates }
  /// The scheduler that it is for.
  public var schedulerName: String { rules.content.schedulerName }

  /// Reads a pod's object, which the API's defaults have completed.
  public init(_ pod: Value) {
    rules = PodRules(PodRules.Content(pod))
    name = pod.name ?? ""
    key = "\(rules.namespace)/\(name)"
    nodeName = pod.at("spec", "nodeName")?.string ?? ""
    nominatedNode = pod.at("status", "nominatedNodeName")?.string ?? ""
    isTerminating = pod.isBeingDeleted
    isPreempted = (pod.at("status", "conditions")?.array ?? []).contains {
      $0["type"] == "DisruptionTarget" && $0["status"] == "True" && $0["reason"] == "PreemptionByScheduler"
    }
    startTime = pod.at("status", "startTime")?.string.flatMap { Timestamp($0) } ?? Timestamp(seconds: .max / 2)
  }
}
