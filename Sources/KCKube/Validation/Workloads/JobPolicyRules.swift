internal import KCData

/// When a job is given up or has succeeded.
enum JobPolicyRules {
  static func failure(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let policy = spec["podFailurePolicy"] ?? [:]
    let containers = Set(
      ["containers", "initContainers"].flatMap { spec.at("template", "spec")?.list($0) ?? [] }.map { $0.text("name") })
    if policy.list("rules").count > 20 { report.tooMany(path["rules"], policy.list("rules").count, 20) }
    for (index, rule) in policy.list("rules").enumerated() {
      let here = path["rules"][index]
      let action = rule.text("action")
      report.requiredOneOf(action, ["Count", "FailIndex", "FailJob", "Ignore"], here["action"])
      if action == "FailIndex", !spec.has("backoffLimitPerIndex") {
        report.invalid(here["action"], "requires backoffLimitPerIndex", value: .string(action))
      }
      let conditions = rule.list("onPodConditions")
      if let codes = rule.set("onExitCodes") {
        exitCodes(codes, here["onExitCodes"], containers, &report)
        if !conditions.isEmpty { report.invalid(here, "only one of onExitCodes and onPodConditions may be given") }
      } else if conditions.isEmpty {
        report.invalid(here, "one of onExitCodes and onPodConditions is required")
      }
      if conditions.count > 20 { report.tooMany(here["onPodConditions"], conditions.count, 20) }
      for (place, condition) in conditions.enumerated() {
        let spot = here["onPodConditions"][place]
        report.qualifiedName(condition.text("type"), spot["type"])
        report.requiredOneOf(condition.text("status"), ["False", "True", "Unknown"], spot["status"])
      }
    }
  }

  private static func exitCodes(
    _ codes: Value, _ path: FieldPath, _ containers: Set<String>, _ report: inout ValidationReport
  ) {
    let name = codes.text("operator")
    report.requiredOneOf(name, ["In", "NotIn"], path["operator"])
    if let container = codes.set("containerName")?.string, !containers.contains(container) {
      report.invalid(path["containerName"], "there is no such container", value: .string(container))
    }
    let values = codes.list("values").map { $0.int ?? 0 }
    if values.isEmpty { report.invalid(path["values"], "at least one value is required", value: codes["values"]) }
    if values.count > 255 { report.tooMany(path["values"], values.count, 255) }
    var isOrdered = true
    var seen: Set<Int64> = []
    for (index, value) in values.enumerated() {
      if name == "In", value == 0 { report.invalid(path["values"][index], "must not be 0 for In", value: 0) }
      if !seen.insert(value).inserted { report.duplicate(path["values"][index], "\(value)") }
      if index > 0, values[index - 1] > value { isOrdered = false }
    }
    if !isOrdered { report.invalid(path["values"], "must be ordered", value: codes["values"]) }
  }

  static func success(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let policy = spec["successPolicy"] ?? [:]
    if spec["completionMode"] != "Indexed" {
      return report.invalid(path, "requires Indexed completion mode", value: policy)
    }
    let rules = policy.list("rules")
    if rules.isEmpty { report.required(path["rules"], "at least one rule is required") }
    if rules.count > 20 { report.tooMany(path["rules"], rules.count, 20) }
    let completions = spec["completions"]?.int ?? 0
    for (index, rule) in rules.enumerated() {
      let here = path["rules"][index]
      let count = rule.set("succeededCount")?.int
      let indexes = rule.set("succeededIndexes")?.string
      if count == nil, indexes == nil {
        report.required(here, "one of succeededCount and succeededIndexes is required")
      }
      var total: Int64?
      if let indexes {
        if indexes.utf8.count > 65_536 { report.tooLong(here["succeededIndexes"], 65_536) }
        total = Self.total(indexes, completions)
        if total == nil {
          report.invalid(here["succeededIndexes"], "not a list of ordered indexes", value: .string(indexes))
        }
      }
      guard let count else { continue }
      report.nonNegative(.int(count), here["succeededCount"])
      if count > completions {
        report.invalid(here["succeededCount"], "must be at most the completions", value: .int(count))
      }
      if let total, count > total {
        report.invalid(here["succeededCount"], "must be at most the number of indexes", value: .int(count))
      }
    }
  }

  /// How many indexes a list such as `0,2-4` names; nil where it is no ordered list of them.
  private static func total(_ text: String, _ completions: Int64) -> Int64? {
    intervals(text, completions).map { list in list.reduce(0) { $0 + Int64($1.count) } }
  }

  /// The indexes that a list such as `0,2-4` names; nil where it is no ordered list of them.
  static func intervals(_ text: String, _ completions: Int64) -> [ClosedRange<Int64>]? {
    if text.isEmpty { return [] }
    var list: [ClosedRange<Int64>] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
      let last = list.last?.upperBound ?? -1
      guard ends.count <= 2, let from = Int64(ends[0]), let to = Int64(ends[ends.count - 1]), from > last
      else { return nil }
      if to >= completions || (ends.count == 2 && to <= from) { return nil }
      list.append(from...to)
    }
    return list
  }
}
