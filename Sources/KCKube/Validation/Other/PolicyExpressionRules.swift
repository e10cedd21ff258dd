internal import KCData

/// Expressions in admission, and the policies that consist of them.
enum ExpressionRules {
  private static let webhookNames = ["object", "oldObject", "request", "authorizer"]

  static func conditions(
    _ conditions: [Value], _ path: FieldPath, knowing names: [String] = webhookNames,
    _ report: inout ValidationReport
  ) {
    if conditions.count > 64 { report.tooMany(path, conditions.count, 64) }
    var seen: Set<String> = []
    for (index, condition) in conditions.enumerated() {
      let here = path[index]
      let name = condition.text("name")
      if name.isEmpty { report.required(here["name"]) } else { report.qualifiedName(name, here["name"]) }
      if !name.isEmpty, !seen.insert(name).inserted { report.duplicate(here["name"], name) }
      expression(condition.text("expression"), here["expression"], of: .bool, knowing: names, &report)
    }
  }

  /// - Parameter names: the variables that the expression can use.
  static func expression(
    _ text: String, _ path: FieldPath, of kind: CELSyntax.Kind?, knowing names: [String] = webhookNames,
    _ report: inout ValidationReport
  ) {
    if text.allSatisfy(\.isWhitespace) { return report.required(path) }
    switch CELSyntax.read(text) {
    case .failure: report.invalid(path, "is not an expression that compiles", value: .string(text))
    case .success(let read):
      let found = read.kind
      if let stranger = read.roots.subtracting(names).sorted().first {
        report.invalid(path, "uses \(stranger), which is not declared", value: .string(text))
      } else if let kind, found != .any, found != kind {
        report.invalid(path, "must evaluate to \(kind.rawValue), not \(found.rawValue)", value: .string(text))
      }
    }
  }

  static func policy(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    if let policy = spec.set("failurePolicy")?.string {
      report.oneOf(policy, ["Fail", "Ignore"], path["failurePolicy"])
    }
    if let kind = spec.set("paramKind") {
      let version = kind.text("apiVersion")
      let parts = version.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      if version.isEmpty {
        report.required(path["paramKind"]["apiVersion"])
      } else if parts.count > 2 || !Names.isServiceName(parts[parts.count - 1])
        || parts.count == 2 && !Names.isSubdomain(parts[0])
      {
        report.invalid(path["paramKind"]["apiVersion"], "not an API version", value: .string(version))
      }
      let name = kind.text("kind")
      if name.isEmpty {
        report.required(path["paramKind"]["kind"])
      } else if !Names.isServiceName(name.lowercased()) {
        report.invalid(path["paramKind"]["kind"], "not the name of a kind", value: .string(name))
      }
    }
    if let match = spec.set("matchConstraints") {
      resources(match, path["matchConstraints"], &report)
      if match.list("resourceRules").isEmpty { report.required(path["matchConstraints"]["resourceRules"]) }
    } else {
      report.required(path["matchConstraints"])
    }
    var names = webhookNames + ["namespaceObject"]
    if spec.has("paramKind") { names.append("params") }
    conditions(spec.list("matchConditions"), path["matchConditions"], knowing: names, &report)
    names.append("variables")
    for (index, variable) in spec.list("variables").enumerated() {
      let here = path["variables"][index]
      let name = variable.text("name")
      if name.isEmpty {
        report.required(here["name"])
      } else if !Names.isIdentifier(name) {
        report.invalid(here["name"], "not an identifier", value: .string(name))
      }
      expression(variable.text("expression"), here["expression"], of: nil, knowing: names, &report)
    }
    let validations = spec.list("validations")
    let audits = spec.list("auditAnnotations")
    if validations.isEmpty, audits.isEmpty {
      for field in ["validations", "auditAnnotations"] {
        report.required(path[field], "validations or auditAnnotations must have an entry")
      }
    }
    for (index, validation) in validations.enumerated() {
      let here = path["validations"][index]
      expression(validation.text("expression"), here["expression"], of: .bool, knowing: names, &report)
      if let message = validation.set("message")?.string, message.allSatisfy(\.isWhitespace), !message.isEmpty {
        report.invalid(here["message"], "must not be blank", value: .string(message))
      }
      let dynamic = validation.text("messageExpression")
      if !dynamic.isEmpty {
        expression(dynamic, here["messageExpression"], of: .string, knowing: names, &report)
      }
      if let reason = validation.set("reason")?.string {
        report.oneOf(reason, ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"], here["reason"])
      }
    }
    for (index, audit) in audits.enumerated() {
      report.qualifiedName("\(object.name ?? "")/\(audit.text("key"))", path["auditAnnotations"][index]["key"])
      expression(
        audit.text("valueExpression"), path["auditAnnotations"][index]["valueExpression"], of: nil, knowing: names,
        &report)
    }
  }

  private static func resources(_ match: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    if let policy = match.set("matchPolicy")?.string {
      report.oneOf(policy, ["Equivalent", "Exact"], path["matchPolicy"])
    } else {
      report.required(path["matchPolicy"])
    }
    for field in ["namespaceSelector", "objectSelector"] {
      if match.has(field) {
        SelectorRules.labels(match[field], path[field], &report)
      } else {
        report.required(path[field])
      }
    }
    for field in ["resourceRules", "excludeResourceRules"] {
      for (index, rule) in match.list(field).enumerated() { WebhookRules.rule(rule, path[field][index], &report) }
    }
  }

  static func binding(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    let name = spec.text("policyName")
    if name.isEmpty { report.required(path["policyName"]) } else { report.subdomain(name, path["policyName"]) }
    if let reference = spec.set("paramRef") {
      let here = path["paramRef"]
      let hasName = !reference.text("name").isEmpty
      if !hasName, !reference.has("selector") { report.required(here["name"], "name or selector must be given") }
      if hasName, reference.has("selector") {
        for field in ["name", "selector"] { report.forbidden(here[field], "name and selector exclude each other") }
      }
      SelectorRules.labels(reference["selector"], here["selector"], &report)
      let action = reference.set("parameterNotFoundAction")?.string
      if let action {
        report.oneOf(action, ["Deny", "Allow"], here["parameterNotFoundAction"])
      } else {
        report.required(here["parameterNotFoundAction"])
      }
    }
    if let match = spec.set("matchResources") { resources(match, path["matchResources"], &report) }
    let actions = spec.texts("validationActions")
    if actions.isEmpty { report.required(path["validationActions"], "at least one action is required") }
    var seen: Set<String> = []
    for (index, action) in actions.enumerated() {
      report.oneOf(action, ["Audit", "Deny", "Warn"], path["validationActions"][index])
      if !seen.insert(action).inserted { report.duplicate(path["validationActions"][index], action) }
    }
    if seen.isSuperset(of: ["Deny", "Warn"]) {
      report.invalid(path["validationActions"], "must not contain both Deny and Warn", value: spec["validationActions"])
    }
  }
}
