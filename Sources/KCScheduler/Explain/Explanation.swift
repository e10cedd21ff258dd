/// Why a pod fits nowhere, and the least that would have to change.
public struct Explanation: Sendable {
  /// One node's reasons.
  public struct Node: Sendable, Hashable {
    /// The node's name.
    public var name: String
    /// What turned it down.
    public var rejection: Rejection
    /// Pods there, as `namespace/name`, that the rejection is about: whom the pod must be apart from, or whose rule bars
    /// it.
    public var pods: [String] = []

    public init(name: String, rejection: Rejection, pods: [String] = []) {
      self.name = name
      self.rejection = rejection
      self.pods = pods
    }

    /// In a few words: `350m cpu short`.
    public var words: String {
      if !rejection.shortages.isEmpty { return rejection.shortages.map(\.words).joined(separator: ", ") }
      let detail = rejection.detail.map { " (\($0))" } ?? ""
      switch rejection.plugin {
      case "NodeUnschedulable": return "takes no new pods (cordoned)"
      case "NodeName": return "is not the node the pod names"
      case "TaintToleration": return "has a taint that the pod does not tolerate\(detail)"
      case "NodeAffinity": return "is not a node the pod asks for\(detail)"
      case "NodePorts": return "has the port in use\(detail)"
      case "PodTopologySpread": return "would be spread unevenly\(detail)"
      case "InterPodAffinity": return "is barred by a rule about other pods" + Self.list(pods)
      default: return rejection.reasons.joined(separator: ", ")
      }
    }

    private static func list(_ pods: [String]) -> String {
      if pods.isEmpty { return "" }
      let more = pods.count > 3 ? " and \(pods.count - 3) more" : ""
      return " (\(pods.prefix(3).joined(separator: ", "))\(more))"
    }
  }

  /// A change after which the pod fits.
  public enum Change: Sendable, Hashable {
    /// Asking for so much less of a resource: thousandths of a processor, or whole units.
    case less([String: Int64], node: String)
    /// Doing without parts of the pod, by their paths.
    case drop([String])
    /// One more node like this one.
    case nodeLike(String)
    /// Evicting these pods, which a higher priority would do.
    case evict([String], node: String)
    /// Letting this node take pods again.
    case uncordon(String)

    /// In a few words.
    public var words: String {
      switch self {
      case .less(let amounts, let node):
        let list = amounts.sorted { $0.key < $1.key }.map { Rejection.Shortage.amount($0.value, $0.key) + " less" }
        return "\(list.joined(separator: " and ")), on \(node)"
      case .drop(let paths): return "without \(paths.joined(separator: " and "))"
      case .nodeLike(let name): return "one more node like \(name)"
      case .evict(let pods, let node): return "evicting \(pods.joined(separator: ", ")) from \(node)"
      case .uncordon(let node): return "uncordoning \(node)"
      }
    }
  }

  /// By name.
  public var nodes: [Node] = []
  /// A reason that holds for the pod as a whole.
  public var problem: Rejection?
  /// The smallest first; empty where none of the changes that are tried helps by itself.
  public var changes: [Change] = []
}

extension Rejection.Shortage {
  /// `350m cpu short`
  public var words: String {
    if resource == "pods" { return "has as many pods as it may" }
    return Self.amount(max(0, asked.minus(free)), resource) + " short"
  }

  static func amount(_ amount: Int64, _ resource: String) -> String {
    switch resource {
    case "cpu": amount % 1000 == 0 ? "\(amount / 1000) cpu" : "\(amount)m cpu"
    case "memory", "ephemeral-storage": "\(amount / (1 << 20) + (amount % (1 << 20) > 0 ? 1 : 0))Mi \(resource)"
    default: "\(amount) \(resource)"
    }
  }
}
