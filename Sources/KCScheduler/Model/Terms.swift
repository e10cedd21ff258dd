internal import KCData
internal import KCKube

/// A condition on a node's labels and fields; all of it must hold.
struct NodeTerm: Sendable, Hashable {
  struct Requirement: Sendable, Hashable {
    var key: String
    var operation: String
    var values: [String]

    init(_ value: Value) {
      key = value["key"]?.string ?? ""
      operation = value["operator"]?.string ?? ""
      values = (value["values"]?.array ?? []).compactMap(\.string)
    }

    func matches(_ found: String?) -> Bool {
      switch operation {
      case "In": return found.map(values.contains) ?? false
      case "NotIn": return !(found.map(values.contains) ?? false)
      case "Exists": return found != nil
      case "DoesNotExist": return found == nil
      case "Gt", "Lt":
        guard let left = found.flatMap({ Int64($0) }), let right = values.first.flatMap({ Int64($0) }) else {
          return false
        }
        return operation == "Gt" ? left > right : left < right
      default: return false
      }
    }
  }

  var labels: [Requirement]
  var fields: [Requirement]

  init(_ value: Value) {
    labels = (value["matchExpressions"]?.array ?? []).map { Requirement($0) }
    fields = (value["matchFields"]?.array ?? []).map { Requirement($0) }
  }

  /// A term without conditions matches nothing.
  func matches(_ node: NodeObject) -> Bool {
    if labels.isEmpty && fields.isEmpty { return false }
    return labels.allSatisfy { $0.matches(node.labels[$0.key]) }
      && fields.allSatisfy { $0.key == "metadata.name" && $0.matches(node.name) }
  }

  /// The names of nodes that the fields allow; nil where they say nothing of names.
  var nodeNames: Set<String>? {
    let named = fields.filter { $0.key == "metadata.name" && $0.operation == "In" }
    guard !named.isEmpty else { return nil }
    return named.dropFirst().reduce(Set(named[0].values)) { $0.intersection($1.values) }
  }
}

/// What a pod puts up with.
struct Toleration: Sendable, Hashable {
  var key: String
  var operation: String
  var value: String
  var effect: String

  init(_ object: Value) {
    key = object["key"]?.string ?? ""
    operation = object["operator"]?.string ?? "Equal"
    value = object["value"]?.string ?? ""
    effect = object["effect"]?.string ?? ""
  }

  func tolerates(_ taint: Taint) -> Bool {
    if !effect.isEmpty, effect != taint.effect { return false }
    if !key.isEmpty, key != taint.key { return false }
    switch operation {
    case "", "Equal": return value == taint.value
    case "Exists": return true
    default: return false
    }
  }
}

struct Taint: Sendable, Hashable {
  var key: String
  var value: String
  var effect: String
}

/// Which pods an affinity rule speaks of, and what "near" means.
struct PodTerm: Sendable, Hashable {
  var topologyKey: String
  var selector: LabelSelector
  var namespaces: Set<String>
  /// Selects namespaces by their labels; nil where only names count.
  var namespaceSelector: LabelSelector?

  init(_ value: Value, namespace: String, labels: [String: String]) {
    topologyKey = value["topologyKey"]?.string ?? ""
    var selection = value["labelSelector"]
    // Keys whose values the pod itself gives, where the API has not merged them already: the pod may have been
    // relabelled since.
    if selection?.isNull == false {
      for (field, operation) in [("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")] {
        for key in (value[field]?.array ?? []).compactMap(\.string) {
          guard let label = labels[key] else { continue }
          var expressions = selection?["matchExpressions"]?.array ?? []
          let condition: Value = ["key": .string(key), "operator": .string(operation), "values": [.string(label)]]
          if !expressions.contains(where: { $0["key"] == condition["key"] }) { expressions.append(condition) }
          selection?["matchExpressions"] = .array(expressions)
        }
      }
    }
    selector = (try? LabelSelector(selection)) ?? LabelSelector(labels: [:])
    namespaces = Set((value["namespaces"]?.array ?? []).compactMap(\.string))
    if let selection = value["namespaceSelector"], !selection.isNull {
      namespaceSelector = try? LabelSelector(selection)
    }
    if namespaces.isEmpty, namespaceSelector == nil { namespaces = [namespace] }
  }

  func matches(_ pod: PodRules, _ snapshot: borrowing Snapshot) -> Bool {
    guard selector.matches(pod.labels) else { return false }
    if namespaces.contains(pod.namespace) { return true }
    guard let namespaceSelector else { return false }
    return namespaceSelector.matches(snapshot.namespaceLabels(pod.namespace))
  }
}

extension PodTerm {
  /// Whether a rule of a pod that is being placed speaks of another pod. As kube-scheduler has it: a selector that would
  /// match a namespace without labels matches every namespace then.
  func speaks(of pod: PodRules, _ snapshot: borrowing Snapshot) -> Bool {
    if matches(pod, snapshot) { return true }
    return namespaceSelector?.matches([:]) == true && selector.matches(pod.labels)
  }
}

/// How evenly pods are to be spread.
struct SpreadConstraint: Sendable, Hashable {
  var maxSkew: Int64
  var topologyKey: String
  var isRequired: Bool
  var selector: LabelSelector
  var minDomains: Int64
  var honorsAffinity: Bool
  var honorsTaints: Bool

  init(_ value: Value, labels: [String: String]) {
    maxSkew = value["maxSkew"]?.int ?? 1
    topologyKey = value["topologyKey"]?.string ?? ""
    isRequired = value["whenUnsatisfiable"]?.string != "ScheduleAnyway"
    var selection = value["labelSelector"]
    if selection?.isNull == false {
      for key in (value["matchLabelKeys"]?.array ?? []).compactMap(\.string) {
        guard let label = labels[key] else { continue }
        var expressions = selection?["matchExpressions"]?.array ?? []
        let condition: Value = ["key": .string(key), "operator": "In", "values": [.string(label)]]
        if !expressions.contains(where: { $0["key"] == condition["key"] }) { expressions.append(condition) }
        selection?["matchExpressions"] = .array(expressions)
      }
    }
    selector = (try? LabelSelector(selection)) ?? LabelSelector(labels: [:])
    minDomains = value["minDomains"]?.int ?? 1
    honorsAffinity = value["nodeAffinityPolicy"]?.string != "Ignore"
    honorsTaints = value["nodeTaintsPolicy"]?.string == "Honor"
  }

  /// A constraint for pods that say nothing.
  init(default topologyKey: String, maxSkew: Int64, isRequired: Bool, selector: LabelSelector) {
    self.maxSkew = maxSkew
    self.topologyKey = topologyKey
    self.isRequired = isRequired
    self.selector = selector
    minDomains = 1
    honorsAffinity = true
    honorsTaints = false
  }
}

/// A preference for nodes, and how much it counts.
struct WeightedNodeTerm: Sendable, Hashable {
  var weight: Int64
  var term: NodeTerm
}

/// A preference about other pods, and how much it counts.
struct WeightedPodTerm: Sendable, Hashable {
  var weight: Int64
  var term: PodTerm
}
