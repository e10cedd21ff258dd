internal import KCData
internal import KCKube

/// Whether nodes suit a pod template, as far as a daemon set must know.
enum NodeMatch {
  /// Whether a node has the labels and the name that a pod asks for.
  static func isWanted(_ node: Value, by spec: Value) -> Bool {
    if let name = spec["nodeName"]?.string, !name.isEmpty, name != node.name { return false }
    let labels = node.labels
    guard stringMap(spec["nodeSelector"]).allSatisfy({ labels[$0.key] == $0.value }) else { return false }
    let required = spec.at("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    guard let terms = required?["nodeSelectorTerms"]?.array else { return true }
    return terms.contains { term in
      let expressions = term["matchExpressions"]?.array ?? []
      let fields = term["matchFields"]?.array ?? []
      if expressions.isEmpty && fields.isEmpty { return false }
      return expressions.allSatisfy { matches($0, labels[$0["key"]?.string ?? ""]) }
        && fields.allSatisfy { $0["key"]?.string == "metadata.name" && matches($0, node.name) }
    }
  }

  private static func matches(_ expression: Value, _ value: String?) -> Bool {
    let values = expression["values"]?.array?.compactMap(\.string) ?? []
    switch expression["operator"]?.string {
    case "In"?: return value.map(values.contains) ?? false
    case "NotIn"?: return !(value.map(values.contains) ?? false)
    case "Exists"?: return value != nil
    case "DoesNotExist"?: return value == nil
    case "Gt"?, "Lt"?:
      guard let number = value.flatMap({ Int64($0) }), let bound = values.first.flatMap({ Int64($0) }) else {
        return false
      }
      return expression["operator"] == "Gt" ? number > bound : number < bound
    default: return false
    }
  }

  /// Whether all taints of a node with one of the effects are tolerated.
  static func toleratesTaints(of node: Value, _ tolerations: [Value], effects: Set<String>) -> Bool {
    NodeTaints.list(node).allSatisfy { taint in
      !effects.contains(taint["effect"]?.string ?? "") || tolerations.contains { NodeTaints.tolerates($0, taint) }
    }
  }
}
