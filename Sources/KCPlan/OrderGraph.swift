internal import KCData

/// The order of a plan as a graph: a node for each step, an arrow from what comes first to what waits for it.
public struct OrderGraph: Sendable {
  public struct Node: Sendable, Hashable {
    public var address: String
    /// `deployment web`
    public var title: String
    public var action: Step.Action
    public var wave: Int
    /// Whether it goes before others are made, where removals come last.
    var givesWay = false
    fileprivate var comesLast: Bool { action == .remove && !givesWay }
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
    for (index, step) in steps.enumerated() where step.action == .remove && step.goesBefore.isEmpty {
      let rank = Ordering.removalRank(step.key)
      if ranks.last != rank { ranks.append(rank) }
      nodes[index].wave = last + ranks.count - 1
    }
    giveWay(steps)
    let places = Dictionary(nodes.enumerated().map { ($0.element.address, $0.offset) }, uniquingKeysWith: { a, _ in a })
    for (index, step) in steps.enumerated() {
      for address in step.goesBefore {
        if let other = places[address] { edges.append(Edge(from: index, to: other, isReference: false)) }
      }
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

  /// Removals that give way come in a wave of their own before the first step that needs what they have.
  private mutating func giveWay(_ steps: [Step]) {
    let waves = Dictionary(steps.map { ($0.address, $0.wave) }, uniquingKeysWith: { first, _ in first })
    for (index, step) in steps.enumerated() where !step.goesBefore.isEmpty {
      guard let first = step.goesBefore.compactMap({ waves[$0] }).min() else { continue }
      for other in nodes.indices where nodes[other].wave >= first && !nodes[other].givesWay { nodes[other].wave += 1 }
      (nodes[index].wave, nodes[index].givesWay) = (first, true)
    }
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
    var known = Set(edges.map { [$0.from, $0.to] })
    for (index, step) in steps.enumerated() where step.action != .remove {
      let group = step.key.group
      for first in [namespaces[step.key.namespace], definitions["\(group)/\(step.key.kind)"]] {
        guard let first, first != index, nodes[first].wave < nodes[index].wave,
          known.insert([first, index]).inserted
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

  /// The nodes by how many others have to come before, one after the other: those of a stage wait for none of their own.
  /// Removals come last, the dependants before what they need. By position; near what they wait for.
  public var stages: [[Int]] {
    var depth = Array(repeating: 0, count: nodes.count)
    let ordered = nodes.indices.sorted { (nodes[$0].wave, $0) < (nodes[$1].wave, $1) }
    var before: [[Int]] = Array(repeating: [], count: nodes.count)
    for edge in edges { before[edge.to].append(edge.from) }
    var last = -1
    for index in ordered where !nodes[index].comesLast {
      depth[index] = (before[index].map { depth[$0] }.max() ?? -1) + 1
      last = max(last, depth[index])
    }
    var previous: Int?
    for index in ordered where nodes[index].comesLast {
      if nodes[index].wave != previous { last += 1 }
      previous = nodes[index].wave
      depth[index] = last
    }
    var out: [[Int]] = Array(repeating: [], count: last + 1)
    for index in ordered { out[depth[index]].append(index) }
    // Arrows are shorter where nodes stand near what they wait for.
    var row = Array(repeating: 0.0, count: nodes.count)
    for stage in out.indices {
      let places = out[stage].map { index in
        before[index].isEmpty ? 0 : before[index].reduce(0) { $0 + row[$1] } / Double(before[index].count)
      }
      let sorted = zip(places, out[stage]).sorted { $0.0 == $1.0 ? $0.1 < $1.1 : $0.0 < $1.0 }
      out[stage] = sorted.map(\.1)
      for (place, index) in out[stage].enumerated() { row[index] = Double(place) }
    }
    return out
  }
}
