/// Where pods will run, as text for people.
struct PlacementText {
  let placements: [Placement]
  let style: TextStyle

  init(_ placements: [Placement], style: TextStyle) {
    self.placements = placements
    self.style = style
  }

  func lines() -> [String] {
    let width = placements.map { $0.name.count + String($0.total).count + 2 }.max() ?? 0
    return placements.enumerated().flatMap { index, placement in
      let head = index == 0 ? "Placement   " : "            "
      let name = TextStyle.pad("\(placement.name) ×\(placement.total)", width)
      var shares = placement.nodes.map { "\($0.node) ×\($0.pods)" }
      if placement.unplaced > 0 {
        let verb = placement.unplaced == 1 ? "fits" : "fit"
        let when = placement.onlyDuringRollout ? " while rolling out" : ""
        shares.append(style.paint("\(placement.unplaced) \(verb) nowhere\(when)", .bad))
      }
      var lines = ["\(head)\(name)   \(shares.joined(separator: " · "))"]
      if !placement.evicts.isEmpty {
        lines.append("            \(style.paint("evicts \(placement.evicts.joined(separator: ", "))", .warning))")
      }
      if !placement.obstacles.isEmpty { lines += obstacles(placement.obstacles) }
      if !placement.remedies.isEmpty {
        lines.append("              would fit: \(placement.remedies.prefix(3).joined(separator: "; or "))")
      }
      return lines
    }
  }

  /// Nodes barred for the same reason share a line.
  private func obstacles(_ obstacles: [Placement.Obstacle]) -> [String] {
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
      return "            " + style.paint("✗ ", .bad) + "\(who): \(reason)"
    }
  }
}
