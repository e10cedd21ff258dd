/// The order graph as text, and in Graphviz' language.
public enum GraphText {
  /// Stage by stage, each object with what it waits for.
  public static func text(_ graph: OrderGraph, style: TextStyle) -> String {
    var before: [Int: [Int]] = [:]
    for edge in graph.edges { before[edge.to, default: []].append(edge.from) }
    var lines: [String] = []
    for (number, stage) in graph.stages.enumerated() {
      lines.append(style.paint("\(number + 1)", .strong))
      for index in stage {
        let node = graph.nodes[index]
        let sign = node.action == .keep ? "" : "\(node.action.sign) "
        let names = (before[index] ?? []).map { graph.nodes[$0].title }
        let after = names.isEmpty ? "" : style.paint("  after \(names.joined(separator: ", "))", .faint)
        lines.append("  \(sign)\(node.title)\(after)")
      }
    }
    return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
  }

  /// For `dot`.
  public static func dot(_ graph: OrderGraph) -> String {
    var lines = ["digraph plan {", "  rankdir=LR;", "  node [shape=box];"]
    for (index, node) in graph.nodes.enumerated() { lines.append("  n\(index) [label=\"\(quoted(node.title))\"];") }
    for edge in graph.edges {
      lines.append("  n\(edge.from) -> n\(edge.to)\(edge.isReference ? "" : " [style=dashed]");")
    }
    return (lines + ["}"]).joined(separator: "\n") + "\n"
  }

  private static func quoted(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}
