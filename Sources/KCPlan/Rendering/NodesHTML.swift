/// The nodes as boxes, with the pods that the plan makes in them.
struct NodesHTML {
  private let placements: [Placement]

  init(_ plan: Plan) { placements = plan.placements }

  /// More pods than this on a node are counted, not drawn.
  private static let drawn = 60

  func render() -> String {
    if placements.isEmpty { return "" }
    var pods: [String: [(name: String, count: Int)]] = [:]
    for placement in placements {
      for share in placement.nodes { pods[share.node, default: []].append((placement.name, share.pods)) }
    }
    var boxes = pods.sorted { $0.key < $1.key }.map { box($0.key, $0.value, isNowhere: false) }.joined()
    let unplaced = placements.filter { $0.unplaced > 0 }
    if !unplaced.isEmpty {
      boxes += box("fits nowhere", unplaced.map { ($0.name, $0.unplaced) }, isNowhere: true)
    }
    let why = unplaced.map(reasons).joined()
    let evicted = placements.flatMap { placement in
      placement.displaced.map { one in
        "<li><code>\(Markup.escape(one.pod))</code> is evicted for \(Markup.escape(placement.name))"
          + "\(Markup.escape(one.fate.words(1)))</li>"
      }
    }
    let evictions = evicted.isEmpty ? "" : "<h3>Evicted</h3><ul>\(evicted.joined())</ul>\n"
    return "<section id=\"nodes\"><h2>Placement</h2><div class=\"nodes\">\n\(boxes)</div>\n"
      + "\(forecasts)\(why)\(evictions)</section>\n"
  }

  /// Which placements may come out otherwise.
  private var forecasts: String {
    let names = placements.filter { !$0.isCertain }.map { "<code>\(Markup.escape($0.name))</code>" }
    return names.isEmpty ? "" : "<p>≈ \(names.joined(separator: ", ")): \(PlacementText.forecast)</p>\n"
  }

  private func box(_ node: String, _ pods: [(name: String, count: Int)], isNowhere: Bool) -> String {
    let total = pods.reduce(0) { $0 + $1.count }
    var marks = ""
    for entry in pods {
      let name = Markup.escape(entry.name)
      if entry.count > Self.drawn {
        marks += "<span class=\"pod\">\(name) ×\(entry.count)</span>"
      } else {
        for _ in 0..<entry.count { marks += "<span class=\"pod\">\(name)</span>" }
      }
    }
    let kind = isNowhere ? "node nowhere" : "node"
    return "<div class=\"\(kind)\"><h3>\(Markup.escape(node)) · \(Effect.plural(total, "pod"))</h3>"
      + "<div class=\"pods\">\(marks)</div></div>\n"
  }

  private func reasons(_ placement: Placement) -> String {
    let lines = PlacementText.reasons(placement.obstacles).map { "<li>\(Markup.escape($0))</li>" }
    let ways = placement.remedies.map { "<li>would fit: \(Markup.escape($0))</li>" }
    let list = (lines + ways).joined(separator: "\n")
    return "<h3>Why \(Markup.escape(placement.name)) does not fit</h3><ul>\n\(list)</ul>\n"
  }
}
