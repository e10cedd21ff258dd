internal import KCData
internal import KCKube

/// The kind that a pod shares with others for which nodes are the same: labels that nobody asks for make no difference,
/// nor does the one node that each pod of a daemon set names.
///
/// So the pods of a stateful set or an indexed job, each with labels of its own, are one kind.
enum GeneralKind {
  static func of(_ rules: PodRules, asked: Set<String>, _ profile: Profile) -> PodRules {
    var own: Set<String> = []
    rules.content.collectAskedLabels(&own)
    let hasIdleLabels = rules.labels.keys.contains { !asked.contains($0) && !own.contains($0) }
    let isNamed = namesOneNode(rules.content, profile)
    if !hasIdleLabels && !isNamed { return rules }
    var content = rules.content
    if hasIdleLabels { content.labels = content.labels.filter { asked.contains($0.key) || own.contains($0.key) } }
    if isNamed { forgetName(&content) }
    return PodRules(content)
  }

  /// Whether the pod names one node, and that makes no other difference.
  private static func namesOneNode(_ content: PodRules.Content, _ profile: Profile) -> Bool {
    guard let terms = content.requiredNodeTerms, terms.count == 1, terms[0].fields.count == 1,
      terms[0].nodeNames?.count == 1, content.spread.isEmpty, profile.filters.contains(.nodeAffinity)
    else { return false }
    if case .constraints = profile.defaultSpread { return false }
    return true
  }

  private static func forgetName(_ content: inout PodRules.Content) {
    content.requiredNodeTerms?[0].fields = []
    // A term without conditions would match nothing.
    if content.requiredNodeTerms?[0].labels.isEmpty == true { content.requiredNodeTerms = nil }
  }
}

extension PodRules.Content {
  /// Adds the names of the labels that the pod's rules about other pods ask for.
  func collectAskedLabels(_ names: inout Set<String>) {
    for term in requiredAffinity { names.formUnion(term.selector.requirements.map(\.key)) }
    for term in requiredAntiAffinity { names.formUnion(term.selector.requirements.map(\.key)) }
    for entry in preferredAffinity { names.formUnion(entry.term.selector.requirements.map(\.key)) }
    for entry in preferredAntiAffinity { names.formUnion(entry.term.selector.requirements.map(\.key)) }
    for constraint in spread { names.formUnion(constraint.selector.requirements.map(\.key)) }
  }
}

extension Context {
  /// Adds the names of the labels that an object selects by, where it is a service or a workload.
  static func collectAskedLabels(of object: Value, _ names: inout Set<String>) {
    let selector = object.at("spec", "selector")
    switch object.kind {
    case "Service", "ReplicationController": names.formUnion(selector?.object?.keys ?? [])
    case "ReplicaSet", "StatefulSet":
      names.formUnion(selector?["matchLabels"]?.object?.keys ?? [])
      for expression in selector?["matchExpressions"]?.array ?? [] {
        if let key = expression["key"]?.string { names.insert(key) }
      }
    default: return
    }
  }
}
