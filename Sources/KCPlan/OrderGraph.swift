internal import KCData

/// The order of a plan as a graph: a node for each step, an arrow from what comes first to what waits for it.
public struct OrderGraph: Sendable {
  public struct Node: Sendable, Hashable {
    public var address: String
    /// `deployment web`
    public var title: String
    public var action: Step.Action
    public var wave: Int
  }

  public struct Edge: Sendable, Hashable {
    /// Positions in `nodes`.
    public var from: Int
    public var to: Int
    /// Whether the source refers from one to the other; otherwise the kinds make the order.
    public var isReference: Bool
  }

  /// In the order in which they are dealt with.
  public private(set) var nodes: [Node] = []
  /// Every arrow leads to a later node: there is no cycle.
  public private(set) var edges: [Edge] = []

  /// - Parameter changesOnly: leaves out what stays as it is.
  public init(_ plan: Plan, changesOnly: Bool = false) {
    let steps = changesOnly ? plan.changes : plan.steps
    nodes = steps.map { Node(address: $0.address, title: $0.title, action: $0.action, wave: $0.wave) }
    let last = (steps.filter { $0.action != .remove }.map(\.wave).max() ?? -1) + 1
    // Removals come last, the dependants before what they need.
    var ranks: [Int] = []
    for (index, step) in steps.enumerated() where step.action == .remove {
      let rank = Ordering.rank(step.key.kind)
      if ranks.last != rank { ranks.append(rank) }
      nodes[index].wave = last + ranks.count - 1
    }
    let places = Dictionary(nodes.enumerated().map { ($0.element.address, $0.offset) }, uniquingKeysWith: { a, _ in a })
    for (index, step) in steps.enumerated() {
      for address in step.after {
        guard let other = places[address], nodes[other].wave != nodes[index].wave else { continue }
        // A service names the workload that it selects, and is made before it all the same.
        let isForward = nodes[other].wave < nodes[index].wave
        edges.append(Edge(from: isForward ? other : index, to: isForward ? index : other, isReference: true))
      }
    }
    addKindOrder(steps, places)
    edges = Array(Set(edges)).sorted { ($0.from, $0.to) < ($1.from, $1.to) }
  }

  /// Namespaces come before what is in them, definitions before objects of their kind.
  private mutating func addKindOrder(_ steps: [Step], _ places: [String: Int]) {
    var namespaces: [String: Int] = [:]
    var definitions: [String: Int] = [:]
    for (index, step) in steps.enumerated() where step.action != .remove {
      if step.key.kind == "Namespace" { namespaces[step.key.name] = index }
      if step.key.kind == "CustomResourceDefinition",
        let group = step.object?.at("spec", "group")?.string,
        let kind = step.object?.at("spec", "names", "kind")?.string
      {
        definitions["\(group)/\(kind)"] = index
      }
    }
    for (index, step) in steps.enumerated() where step.action != .remove {
      let group = step.key.apiVersion.split(separator: "/").first.map(String.init) ?? ""
      for first in [namespaces[step.key.namespace], definitions["\(group)/\(step.key.kind)"]] {
        guard let first, first != index, nodes[first].wave < nodes[index].wave,
          !edges.contains(where: { $0.from == first && $0.to == index })
        else { continue }
        edges.append(Edge(from: first, to: index, isReference: false))
      }
    }
  }

  /// The same graph where nothing is compared with a target.
  public func withoutActions() -> OrderGraph {
    var graph = self
    for index in graph.nodes.indices { graph.nodes[index].action = .keep }
    return graph
  }

  /// The nodes of each wave, by position.
  public var waves: [[Int]] {
    var out: [[Int]] = []
    var last: Int?
    for index in nodes.indices.sorted(by: { (nodes[$0].wave, $0) < (nodes[$1].wave, $1) }) {
      if nodes[index].wave != last { out.append([]) }
      last = nodes[index].wave
      out[out.count - 1].append(index)
    }
    return out
  }
}
