public import KCData
internal import KCKube

/// What would happen to the pods of a cluster if its nodes changed. Nothing is changed: snapshots are values.
public struct WhatIf: Sendable {
  /// A change of the nodes.
  public enum Operation: Sendable, Hashable {
    case drain(node: String)
    /// A new node, and how many of it.
    case add(Value, count: Int)
    /// All nodes whose label has this value are lost.
    case lose(label: String, value: String)
    case loseNode(String)
  }

  /// Where a pod goes.
  public struct Move: Sendable {
    /// `namespace/name`
    public var pod: String
    /// Nil for a pod that was waiting.
    public var from: String?
    /// Nil for a pod that fits nowhere.
    public var to: String?
    /// Why it goes there, or nowhere.
    public var decision: Decision
  }

  /// What the change leads to.
  public struct Outcome: Sendable {
    /// In the order in which pods are placed: the most important first.
    public var moves: [Move] = []
    /// Pods that go with their nodes, since they belong there: those of daemon sets.
    public var gone: [String] = []
    /// The cluster afterwards.
    public var snapshot: Snapshot
    /// Moves of pods that fit nowhere.
    public var stranded: [Move] { moves.filter { $0.to == nil } }
  }

  /// Why an operation cannot be carried out.
  public struct Problem: Error, Sendable, Hashable {
    /// What is wrong, in a sentence.
    public var message: String
  }

  /// How the pods that have to move are placed.
  public var scheduling: SchedulerConfiguration

  public init(scheduling: SchedulerConfiguration = .default) { self.scheduling = scheduling }

  /// Those of a cluster's pods that wait for a node and could get one.
  public static func pending(_ pods: [Value]) -> [PodInfo] {
    pods.filter { pod in
      let phase = pod.at("status", "phase")?.string
      return (pod.at("spec", "nodeName")?.string ?? "").isEmpty && !pod.isBeingDeleted && phase != "Succeeded"
        && phase != "Failed"
    }.map { PodInfo($0) }.filter(\.gates.isEmpty)
  }

  /// Carries out an operation on a copy of the cluster.
  ///
  /// - Parameter pending: pods that wait for a node already; they are placed after those that move.
  public func run(
    _ operation: Operation, on snapshot: Snapshot, pending: [PodInfo] = []
  ) throws(Problem) -> Outcome {
    var outcome = Outcome(snapshot: snapshot)
    var displaced: [PodInfo] = []
    switch operation {
    case .drain(let name):
      guard snapshot.node(name) != nil else { throw Problem(message: "there is no node \"\(name)\"") }
      displaced = Self.empty(name, isLost: false, &outcome)
    case .loseNode(let name):
      guard snapshot.node(name) != nil else { throw Problem(message: "there is no node \"\(name)\"") }
      displaced = Self.empty(name, isLost: true, &outcome)
    case .lose(let label, let value):
      let lost = snapshot.nodes.filter { $0.labels[label] == value }
      if lost.isEmpty { throw Problem(message: "there is no node with \(label)=\(value)") }
      for node in lost { displaced += Self.empty(node.name, isLost: true, &outcome) }
    case .add(let node, let count):
      try Self.add(node, count, &outcome)
    }
    place(displaced, &outcome)
    place(pending, &outcome)
    return outcome
  }

  private static func add(_ node: Value, _ count: Int, _ outcome: inout Outcome) throws(Problem) {
    guard (1...1000).contains(count) else {
      throw Problem(message: "a number of nodes is between 1 and 1000, not \(count)")
    }
    let base = node.at("metadata", "name")?.string ?? "new"
    for number in 1...count {
      var node = node
      let name = count == 1 ? base : "\(base)-\(number)"
      if outcome.snapshot.node(name) != nil { throw Problem(message: "there is a node \"\(name)\" already") }
      node.set(.string(name), at: "metadata", "name")
      node.set(.string(name), at: "metadata", "labels", "kubernetes.io/hostname")
      outcome.snapshot.addNode(node)
    }
  }

  /// Takes the pods from a node that can live elsewhere.
  private static func empty(_ name: String, isLost: Bool, _ outcome: inout Outcome) -> [PodInfo] {
    guard let node = outcome.snapshot.node(name) else { return [] }
    var displaced: [PodInfo] = []
    for pod in node.pods {
      // A daemon set's pod, or one that the node itself makes, has no other place.
      let isBound = pod.rules.content.ownerKind == "DaemonSet" || pod.rules.content.ownerKind == "Node"
      if isBound && !isLost { continue }
      outcome.snapshot.removePod(pod.key)
      if isBound { outcome.gone.append(pod.key) } else if !pod.isTerminating { displaced.append(pod) }
    }
    if isLost { outcome.snapshot.removeNode(name) } else { outcome.snapshot.cordon(name) }
    return displaced
  }

  private func place(_ pods: [PodInfo], _ outcome: inout Outcome) {
    let ordered = pods.enumerated().sorted { left, right in
      left.element.priority != right.element.priority
        ? left.element.priority > right.element.priority : left.offset < right.offset
    }
    for (_, pod) in ordered {
      var free = pod
      free.nodeName = ""
      free.nominatedNode = ""
      let profile = scheduling.profiles.first { $0.schedulerName == pod.schedulerName } ?? .default
      let decision = Scheduler(profile: profile).schedule(free, in: outcome.snapshot)
      if let node = decision.node { outcome.snapshot.place(free, on: node) }
      let from = pod.nodeName.isEmpty ? nil : pod.nodeName
      outcome.moves.append(Move(pod: pod.key, from: from, to: decision.node, decision: decision))
    }
  }
}

extension WhatIf.Operation {
  private static let zone = "topology.kubernetes.io/zone"

  /// Reads an operation: `drain node-2`, `add node zone=c cpu=4 memory=16Gi`, `lose zone a`, `lose node node-2`.
  public init(parsing text: String) throws(WhatIf.Problem) {
    let words = text.split(separator: " ").map(String.init)
    switch (words.first, words.dropFirst().first) {
    case ("drain"?, let name?) where words.count == 2: self = .drain(node: name)
    case ("drain"?, "node"?) where words.count == 3: self = .drain(node: words[2])
    case ("lose"?, "zone"?) where words.count == 3: self = .lose(label: Self.zone, value: words[2])
    case ("lose"?, "node"?) where words.count == 3: self = .loseNode(words[2])
    case ("lose"?, let pair?) where words.count == 2 && pair.contains("="):
      let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw WhatIf.Problem(message: "\"\(pair)\" is not a label") }
      self = .lose(label: parts[0], value: parts[1])
    case ("add"?, "node"?): self = try Self.add(Array(words.dropFirst(2)))
    default:
      throw WhatIf.Problem(
        message: "\"\(text)\" is not one of: drain NODE, add node [zone=Z] [cpu=N] [memory=N], lose zone Z, lose node N"
      )
    }
  }

  private static func add(_ words: [String]) throws(WhatIf.Problem) -> Self {
    var node: Value = ["kind": "Node", "metadata": ["name": "new"]]
    node.set("110", at: "status", "allocatable", "pods")
    var count = 1
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw WhatIf.Problem(message: "\"\(word)\" is not NAME=VALUE") }
      switch parts[0] {
      case "name": node.set(.string(parts[1]), at: "metadata", "name")
      case "count":
        guard let number = Int(parts[1]) else { throw WhatIf.Problem(message: "\"\(parts[1])\" is not a number") }
        count = number
      case "zone": node.set(.string(parts[1]), at: "metadata", "labels", zone)
      case let name where name.contains("/") && Quantity(parts[1]) == nil:
        node.set(.string(parts[1]), at: "metadata", "labels", name)
      case let resource:
        guard Quantity(parts[1]) != nil else {
          throw WhatIf.Problem(message: "\(resource)=\(parts[1]): \"\(parts[1])\" is not a quantity")
        }
        node.set(.string(parts[1]), at: "status", "allocatable", resource)
      }
    }
    return .add(node, count: count)
  }
}
