/// Where pods will run, as text for people.
struct PlacementText {
  let placements: [Placement]
  let style: TextStyle

  init(_ placements: [Placement], style: TextStyle) {
    self.placements = placements
    self.style = style
  }

  private static let indent = String(repeating: " ", count: 12)

  func lines() -> [String] {
    let width = placements.map { $0.name.count + String($0.total).count + 2 }.max() ?? 0
    return placements.enumerated().flatMap { index, placement in
      let head = index == 0 ? "Placement   " : Self.indent
      let name = TextStyle.pad("\(placement.name) ×\(placement.total)", width)
      var shares = placement.nodes.map { "\($0.node) ×\($0.pods)" }
      // A hundred nodes are no line: the fullest are told.
      if shares.count > 12 {
        let fullest = placement.nodes.sorted { ($1.pods, $0.node) < ($0.pods, $1.node) }.prefix(8)
        shares = fullest.map { "\($0.node) ×\($0.pods)" } + ["\(placement.nodes.count - 8) more nodes"]
      }
      if placement.unplaced > 0 {
        let verb = placement.unplaced == 1 ? "fits" : "fit"
        let when = placement.onlyDuringRollout ? " while rolling out" : ""
        shares.append(style.paint("\(placement.unplaced) \(verb) nowhere\(when)", .bad))
      }
      var lines = ["\(head)\(name)   \(shares.joined(separator: " · "))"]
      if !placement.isCertain { lines += wrap(style.paint("≈ \(Self.forecast)", .faint)) }
      for (words, isBad) in Self.displacements(placement.displaced) {
        lines += wrap(isBad ? style.paint("✗ ", .bad) + words : style.paint(words, .warning))
      }
      for reason in Self.reasons(placement.obstacles) { lines += wrap(style.paint("✗ ", .bad) + reason) }
      for remedy in placement.remedies.prefix(3) { lines += wrap(style.paint("→ ", .good) + "would fit: \(remedy)") }
      return lines
    }
  }

  /// What is said of a placement that may come out otherwise.
  static let forecast = "may come out otherwise: it depends on which pods are gone when new ones look for a node"

  /// Whom a placement evicts, a line for all of one fate; and whether that fate is a bad one.
  static func displacements(_ displaced: [Placement.Displaced]) -> [(words: String, isBad: Bool)] {
    var order: [Placement.Fate] = []
    var pods: [Placement.Fate: [String]] = [:]
    for one in displaced {
      if pods[one.fate] == nil { order.append(one.fate) }
      pods[one.fate, default: []].append(one.pod)
    }
    return order.map { fate in
      let names = pods[fate] ?? []
      return ("evicts \(names.joined(separator: ", "))\(fate.words(names.count))", fate == .fitsNowhere)
    }
  }

  private func wrap(_ text: String) -> [String] {
    style.wrap(text, indent: Self.indent, hanging: Self.indent + "  ")
  }

  /// Nodes barred for the same reason share a line.
  static func reasons(_ obstacles: [Placement.Obstacle]) -> [String] {
    var order: [String] = []
    var nodes: [String: [String]] = [:]
    for obstacle in obstacles {
      var reason = obstacle.reason
      if let rule = obstacle.rule { reason += " (`\(rule.text)`, \(rule.origin.place))" }
      if nodes[reason] == nil { order.append(reason) }
      nodes[reason, default: []].append(obstacle.node)
    }
    return order.map { reason in
      let names = nodes[reason] ?? []
      let who = names.count > 4 ? "\(names.count) nodes" : names.joined(separator: ", ")
      return "\(who): \(reason)"
    }
  }
}

extension Placement.Fate {
  /// What is said of pods after that they are evicted.
  func words(_ count: Int) -> String {
    switch self {
    case .moves(let node): ", which then \(count == 1 ? "runs" : "run") on \(node)"
    case .fitsNowhere: ", which then \(count == 1 ? "fits" : "fit") nowhere else"
    case .ends: ", which nobody makes again"
    case .unknown: ""
    }
  }
}
