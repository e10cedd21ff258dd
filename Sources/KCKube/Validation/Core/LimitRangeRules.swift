internal import KCData

/// Limit ranges.
enum LimitRangeRules {
  static func check(_ object: Value, _ report: inout ValidationReport) {
    var types: Set<String> = []
    for (index, limit) in (object["spec"]?.list("limits") ?? []).enumerated() {
      let here = FieldPath("spec", "limits")[index]
      let type = limit.text("type")
      report.qualifiedName(type, here["type"])
      if !type.contains("/"), !["Pod", "Container", "PersistentVolumeClaim"].contains(type) {
        report.invalid(here["type"], "must be a standard limit type or have a domain", value: .string(type))
      }
      if !types.insert(type).inserted { report.duplicate(here["type"], type) }
      self.limit(limit, type, here, &report)
    }
  }

  private static let sides = ["min", "max", "default", "defaultRequest", "maxLimitRequestRatio"]

  private static func limit(
    _ limit: Value, _ type: String, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    var amounts: [String: [String: Quantity]] = [:]
    for side in sides {
      for (name, value) in limit.map(side) {
        if type == "Pod", side.hasPrefix("default") { continue }
        let here = path[side].key(name)
        if type == "Pod" || type == "Container" {
          ResourceRules.name(name, here, &report)
        } else {
          QuotaRules.resourceName(name, here, isForQuota: false, &report)
        }
        amounts[name, default: [:]][side] = Quantity(value)
      }
    }
    if type == "Pod" {
      for side in ["default", "defaultRequest"] where !limit.map(side).isEmpty {
        report.forbidden(path[side], "may not be specified when type is Pod")
      }
    }
    if type == "PersistentVolumeClaim", limit.at("min", "storage") == nil, limit.at("max", "storage") == nil {
      report.required(path["limits"], "either minimum or maximum storage value is required, but neither was provided")
    }
    for (name, of) in amounts.sorted(by: { $0.key < $1.key }) { compare(name, of, path, &report) }
  }

  private static func compare(
    _ name: String, _ of: [String: Quantity], _ path: FieldPath, _ report: inout ValidationReport
  ) {
    func refuse(_ side: String, _ why: String) {
      report.invalid(path[side].key(name), why, value: of[side].map { .string($0.description) })
    }
    func isOver(_ left: String, _ right: String) -> Bool {
      guard let left = of[left], let right = of[right] else { return false }
      return left > right
    }
    if isOver("min", "max") { refuse("min", "must not be more than max") }
    if isOver("min", "defaultRequest") { refuse("defaultRequest", "must not be less than min") }
    if isOver("defaultRequest", "max") { refuse("defaultRequest", "must not be more than max") }
    if isOver("defaultRequest", "default") { refuse("defaultRequest", "must not be more than default") }
    if isOver("min", "default") { refuse("default", "must not be less than min") }
    if isOver("default", "max") { refuse("default", "must not be more than max") }
    ratio(name, of, refuse)
    let isCounted = !ResourceRules.isNative(name) || name.hasPrefix("hugepages-")
    if isCounted, let limit = of["default"], let request = of["defaultRequest"], limit != request {
      refuse("defaultRequest", "must equal default for resources that cannot be overcommitted")
    }
  }

  private static func ratio(_ name: String, _ of: [String: Quantity], _ refuse: (String, String) -> Void) {
    guard let ratio = of["maxLimitRequestRatio"] else { return }
    if ratio < Quantity(1) { refuse("maxLimitRequestRatio", "must be at least 1") }
    guard let least = of["min"], let most = of["max"] else { return }
    let isMilli = most.value < Int64.max / 1000
    let top = isMilli ? most.milliValue : most.value
    let bottom = isMilli ? least.milliValue : least.value
    guard bottom != 0 else { return }
    let bound = Double(top) / Double(bottom)
    if ratio.value > 0, Double(ratio.nano) / 1e9 > bound {
      refuse("maxLimitRequestRatio", "must be at most max/min, \(bound)")
    }
  }
}
