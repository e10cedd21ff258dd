internal import KCData

/// Selectors of labels, nodes and fields.
enum SelectorRules {
  /// `metav1.LabelSelector`. Returns whether it can be used for matching.
  @discardableResult
  static func labels(_ selector: Value?, _ path: FieldPath, _ report: inout ValidationReport) -> Bool {
    let before = report.causes.count
    guard let selector, selector != .null else { return true }
    ObjectMetaRules.labels(selector["matchLabels"], path["matchLabels"], &report)
    for (index, expression) in selector.list("matchExpressions").enumerated() {
      requirement(expression, path["matchExpressions"][index], isNode: false, &report)
    }
    return report.causes.count == before
  }

  private static func requirement(
    _ expression: Value, _ path: FieldPath, isNode: Bool, _ report: inout ValidationReport
  ) {
    let values = expression.texts("values")
    switch expression.text("operator") {
    case "In", "NotIn":
      if values.isEmpty { report.required(path["values"], "must be specified for In and NotIn") }
    case "Exists", "DoesNotExist":
      if !values.isEmpty { report.forbidden(path["values"], "may not be specified for Exists and DoesNotExist") }
    case "Gt" where isNode, "Lt" where isNode:
      if values.count != 1 { report.required(path["values"], "must be a single value for Gt and Lt") }
    case let other: report.invalid(path["operator"], "not a valid selector operator", value: .string(other))
    }
    report.qualifiedName(expression.text("key"), path["key"])
    for (index, value) in values.enumerated() {
      ObjectMetaRules.labelValue(value, path["values"][index], &report)
    }
  }

  /// `NodeSelector`: required terms.
  static func nodes(_ selector: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let terms = selector.list("nodeSelectorTerms")
    if terms.isEmpty {
      report.required(path["nodeSelectorTerms"], "must have at least one node selector term")
    }
    for (index, term) in terms.enumerated() { nodeTerm(term, path["nodeSelectorTerms"][index], &report) }
  }

  static func nodeTerm(_ term: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    for (index, expression) in term.list("matchExpressions").enumerated() {
      requirement(expression, path["matchExpressions"][index], isNode: true, &report)
    }
    for (index, expression) in term.list("matchFields").enumerated() {
      nodeField(expression, path["matchFields"][index], &report)
    }
  }

  private static func nodeField(_ expression: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    switch expression.text("operator") {
    case "In", "NotIn":
      if expression.list("values").count != 1 { report.required(path["values"], "must be a single value") }
    case let other: report.invalid(path["operator"], "not a valid selector operator", value: .string(other))
    }
    guard expression.text("key") == "metadata.name" else {
      report.invalid(path["key"], "not a valid field selector key", value: expression["key"])
      return
    }
    for (index, value) in expression.texts("values").enumerated() {
      report.subdomain(value, path["values"][index])
    }
  }

  /// `TopologySelectorTerm`s of a storage class.
  static func topology(_ terms: [Value], _ path: FieldPath, _ report: inout ValidationReport) {
    var seenTerms: Set<[String: Set<String>]> = []
    for (index, term) in terms.enumerated() {
      var keys: [String: Set<String>] = [:]
      let here = path[index]["matchLabelExpressions"]
      for (place, expression) in term.list("matchLabelExpressions").enumerated() {
        let key = expression.text("key")
        let values = expression.texts("values")
        if values.isEmpty { report.required(here[place]["values"]) }
        var seen: Set<String> = []
        for (number, value) in values.enumerated() where !seen.insert(value).inserted {
          report.duplicate(here[place]["values"][number], value)
        }
        report.qualifiedName(key, here[place]["key"])
        if keys[key] != nil { report.duplicate(here[place]["key"], key) }
        keys[key] = seen
      }
      // To the server a term without expressions repeats one that was there before the first.
      if !seenTerms.insert(keys).inserted || keys.isEmpty { report.duplicate(here, "") }
    }
  }
}
