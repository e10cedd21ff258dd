internal import KCData

/// Webhooks and policies of admission.
enum WebhookRules {
  static func check(_ object: Value, isMutating: Bool, _ report: inout ValidationReport) {
    var names: Set<String> = []
    for (index, hook) in object.list("webhooks").enumerated() {
      let here = FieldPath("webhooks")[index]
      self.hook(hook, here, isMutating: isMutating, &report)
      if !hook.text("name").isEmpty, !names.insert(hook.text("name")).inserted {
        report.duplicate(here["name"], hook.text("name"))
      }
    }
  }

  private static func hook(
    _ hook: Value, _ path: FieldPath, isMutating: Bool, _ report: inout ValidationReport
  ) {
    let name = hook.text("name")
    if name.isEmpty {
      report.required(path["name"])
    } else {
      report.subdomain(name, path["name"])
      if Names.isSubdomain(name), name.split(separator: ".").count < 3 {
        report.invalid(path["name"], "must be a domain of at least three parts", value: .string(name))
      }
    }
    let versions = hook.texts("admissionReviewVersions")
    if versions.isEmpty {
      report.required(path["admissionReviewVersions"], "must name v1 or v1beta1")
    } else {
      reviewVersions(versions, path["admissionReviewVersions"], &report)
    }
    for (index, rule) in hook.list("rules").enumerated() { self.rule(rule, path["rules"][index], &report) }
    if let policy = hook.set("failurePolicy")?.string {
      report.oneOf(policy, ["Fail", "Ignore"], path["failurePolicy"])
    }
    if let policy = hook.set("matchPolicy")?.string {
      report.oneOf(policy, ["Equivalent", "Exact"], path["matchPolicy"])
    }
    let effects = hook.set("sideEffects")?.string
    if let effects {
      report.oneOf(effects, ["None", "NoneOnDryRun"], path["sideEffects"])
    } else {
      report.required(path["sideEffects"], "must be None or NoneOnDryRun")
    }
    if let seconds = hook.set("timeoutSeconds")?.int, !(1...30).contains(seconds) {
      report.invalid(path["timeoutSeconds"], "must be between 1 and 30 seconds", value: .int(seconds))
    }
    if isMutating, let policy = hook.set("reinvocationPolicy")?.string {
      report.oneOf(policy, ["IfNeeded", "Never"], path["reinvocationPolicy"])
    }
    for field in ["namespaceSelector", "objectSelector"] { SelectorRules.labels(hook[field], path[field], &report) }
    client(hook["clientConfig"] ?? [:], path["clientConfig"], &report)
    ExpressionRules.conditions(hook.list("matchConditions"), path["matchConditions"], &report)
  }

  /// The versions of the questions that a webhook understands.
  static func reviewVersions(_ versions: [String], _ path: FieldPath, _ report: inout ValidationReport) {
    var seen: Set<String> = []
    for (index, version) in versions.enumerated() {
      guard seen.insert(version).inserted else {
        report.invalid(path[index], "stands twice", value: .string(version))
        continue
      }
      if !Names.isServiceName(version) {
        report.invalid(path[index], "not the name of a version", value: .string(version))
      }
    }
    if seen.isDisjoint(with: ["v1", "v1beta1"]) {
      report.invalid(path, "must include v1 or v1beta1", value: .array(versions.map { .string($0) }))
    }
  }

  static func client(_ client: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let url = client.set("url")?.string
    let service = client.set("service")
    if (url == nil) == (service == nil) { return report.required(path, "exactly one of url or service is required") }
    if let url { self.url(url, path["url"], &report) }
    guard let service else { return }
    let here = path["service"]
    // The server says one where it means the other.
    if service.text("name").isEmpty { report.required(here["namespace"]) }
    if service.text("namespace").isEmpty { report.required(here["name"]) }
    if let port = service.set("port")?.int, !(1...65535).contains(port) {
      report.invalid(here["port"], "must be between 1 and 65535", value: .int(port))
    }
    guard let text = service.set("path")?.string, !text.isEmpty else { return }
    if !text.hasPrefix("/") { report.invalid(here["path"], "must start with a '/'", value: .string(text)) }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    for (index, part) in parts.enumerated() {
      if part.isEmpty, index == parts.count - 1 { continue }
      if !Names.isSubdomain(String(part)) {
        report.invalid(here["path"], "has a part that is empty or no name", value: .string(text))
      }
    }
  }

  private static func url(_ url: String, _ path: FieldPath, _ report: inout ValidationReport) {
    guard let parts = WebURL(url) else {
      report.required(path, "must be a URL with https and a host")
      return
    }
    if parts.scheme != "https" {
      report.invalid(path, "https is the only scheme allowed", value: .string(parts.scheme))
    }
    if parts.host.isEmpty { report.invalid(path, "a host must be named", value: .string(url)) }
    if parts.hasUser { report.invalid(path, "user information is not permitted", value: .string(url)) }
    if !parts.fragment.isEmpty { report.invalid(path, "fragments are not permitted", value: .string(url)) }
    if !parts.query.isEmpty { report.invalid(path, "query parameters are not permitted", value: .string(url)) }
  }

  /// What a webhook or policy looks at.
  static func rule(_ rule: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    var names: Set<String> = []
    for (index, name) in rule.texts("resourceNames").enumerated() {
      report.pathSegment(name, path["resourceNames"][index])
      if !names.insert(name).inserted { report.duplicate(path["resourceNames"][index], name) }
    }
    let operations = rule.texts("operations")
    if operations.isEmpty {
      report.required(path["operations"])
    } else if operations.contains("*"), operations.count > 1 {
      report.invalid(path["operations"], "'*' must stand alone", value: rule["operations"])
    }
    for (index, operation) in operations.enumerated() {
      report.oneOf(operation, ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"], path["operations"][index])
    }
    for field in ["apiGroups", "apiVersions", "resources"] {
      let values = rule.texts(field)
      if values.isEmpty { report.required(path[field]) }
      if field != "resources", values.contains("*"), values.count > 1 {
        report.invalid(path[field], "'*' must stand alone", value: rule[field])
      }
      if field != "apiGroups" {
        for (index, value) in values.enumerated() where value.isEmpty { report.required(path[field][index]) }
      }
    }
    resources(rule.texts("resources"), path["resources"], &report)
    if let scope = rule.set("scope")?.string {
      report.oneOf(scope, ["*", "Cluster", "Namespaced"], path["scope"])
    }
  }

  /// Resources and subresources, where `*` covers others. What covers is looked for before what is covered, and of
  /// resources without subresources only the last counts: that is how the server does it.
  private static func resources(
    _ resources: [String], _ path: FieldPath, _ report: inout ValidationReport
  ) {
    var whole: Set<String> = []
    var everywhere: Set<String> = []
    var isPlain = false
    for (index, resource) in resources.enumerated() where !resource.isEmpty {
      let parts = resource.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2 else {
        isPlain = resource != "*"
        continue
      }
      if whole.contains(parts[0]) {
        report.invalid(path[index], "is covered by \(parts[0])/*", value: .string(resource))
      }
      if everywhere.contains(parts[1]) {
        report.invalid(path[index], "is covered by */\(parts[1])", value: .string(resource))
      }
      if parts[1] == "*" { whole.insert(parts[0]) }
      if parts[0] == "*" { everywhere.insert(parts[1]) }
    }
    if resources.count > 1, resources.contains("*/*") { report.invalid(path, "'*/*' must stand alone") }
    if resources.contains("*"), isPlain {
      report.invalid(path, "'*' covers all resources without subresources")
    }
  }

  // MARK: API services

  static func apiService(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    let group = spec.text("group")
    let version = spec.text("version")
    if object.name != "\(version).\(group)" {
      report.invalid(
        FieldPath("metadata", "name"), "must be spec.version and spec.group joined by a dot",
        value: object.at("metadata", "name"))
    }
    if group.isEmpty {
      if version != "v1" { report.required(path["group"], "only v1 may have an empty group") }
    } else {
      report.subdomain(group, path["group"])
    }
    if !Names.isServiceName(version) {
      report.invalid(path["version"], "not the name of a version", value: .string(version))
    }
    for (field, limit) in [("groupPriorityMinimum", Int64(20_000)), ("versionPriority", 1000)] {
      let number = spec[field]?.int ?? 0
      if number <= 0 || number > limit {
        report.invalid(path[field], "must be positive and at most \(limit)", value: .int(number))
      }
    }
    let bundle = !spec.text("caBundle").isEmpty
    if let service = spec.set("service") {
      if service.text("namespace").isEmpty { report.required(path["service"]["namespace"]) }
      if service.text("name").isEmpty { report.required(path["service"]["name"]) }
      if let port = service.set("port")?.int, !(1...65535).contains(port) {
        report.invalid(path["service"]["port"], "must be between 1 and 65535", value: .int(port))
      }
      if spec.flag("insecureSkipTLSVerify"), bundle {
        report.invalid(path["insecureSkipTLSVerify"], "may not be true if caBundle is present", value: true)
      }
    } else {
      if bundle { report.invalid(path["caBundle"], "local services may not have a caBundle") }
      if spec.flag("insecureSkipTLSVerify") {
        report.invalid(path["insecureSkipTLSVerify"], "local services may not skip verification", value: true)
      }
    }
  }
}
