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

  /// The fields of what has a type of its own; those of all else are known only when there is an object.
  private static let typed: [String: [String: Set<String>]] = {
    let kind: Set<String> = ["group", "version", "kind"]
    let resource: Set<String> = ["group", "version", "resource"]
    return [
      "request": [
        "kind": kind, "resource": resource, "subResource": [], "requestKind": kind, "requestResource": resource,
        "requestSubResource": [], "name": [], "namespace": [], "operation": [],
        "userInfo": ["username", "uid", "groups", "extra"], "dryRun": [], "options": [],
      ],
      "device": ["driver": [], "attributes": [], "capacity": [], "allowMultipleAllocations": []],
    ]
  }()

  /// The first name that an expression uses and that nothing declares.
  private static func stranger(_ chains: [[String]], _ names: Set<String>) -> String? {
    for chain in chains.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      if !names.contains(chain[0]) { return chain[0] }
      guard chain.count > 1 else { continue }
      let name = "\(chain[0]).\(chain[1])"
      if chain[0] == "variables", !names.contains(name) { return name }
      guard let fields = typed[chain[0]] else { continue }
      guard let inner = fields[chain[1]] else { return name }
      if chain.count > 2, !inner.isEmpty, !inner.contains(chain[2]) { return "\(name).\(chain[2])" }
    }
    return nil
  }

  /// - Parameter names: the variables that the expression can use, `variables.a` for those of a policy.
  static func expression(
    _ text: String, _ path: FieldPath, of kind: CELSyntax.Kind?, knowing names: [String] = webhookNames,
    _ report: inout ValidationReport
  ) {
    if text.allSatisfy(\.isWhitespace) { return report.required(path) }
    switch CELSyntax.read(text) {
    case .failure: report.invalid(path, "is not an expression that compiles", value: .string(text))
    case .success(let read):
      let found = read.kind
      if let stranger = stranger(read.chains, Set(names)) {
        report.invalid(path, "uses \(stranger), which is not declared", value: .string(text))
      } else if let kind, found != .any, found != kind {
        report.invalid(path, "must evaluate to \(kind.rawValue), not \(found.rawValue)", value: .string(text))
      }
    }
  }

  static func policy(_ object: Value, _ report: inout ValidationReport) {
    let names = common(object, knowing: webhookNames + ["namespaceObject"], &report)
    outcomes(object, FieldPath("spec"), knowing: names, &report)
  }

  static func mutatingPolicy(_ object: Value, _ report: inout ValidationReport) {
    let made = ["Object", "JSONPatch", "jsonpatch"]
    let names = common(object, knowing: webhookNames + ["namespaceObject"] + made, &report)
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    report.requiredOneOf(spec.text("reinvocationPolicy"), ["IfNeeded", "Never"], path["reinvocationPolicy"])
    let mutations = spec.list("mutations")
    if mutations.isEmpty { report.required(path["mutations"], "must have an entry") }
    let fields = ["ApplyConfiguration": "applyConfiguration", "JSONPatch": "jsonPatch"]
    for (index, mutation) in mutations.enumerated() {
      let here = path["mutations"][index]
      let type = mutation.text("patchType")
      report.requiredOneOf(type, fields.keys.sorted(), here["patchType"])
      guard let field = fields[type] else { continue }
      if let part = mutation.set(field) {
        expression(part.text("expression"), here[field]["expression"], of: nil, knowing: names, &report)
      } else {
        report.required(here[field], "is needed for \(type)")
      }
    }
  }

  /// What policies of both kinds have. Returns the names that their expressions know.
  private static func common(
    _ object: Value, knowing known: [String], _ report: inout ValidationReport
  ) -> [String] {
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
    var names = known
    if spec.has("paramKind") { names.append("params") }
    conditions(spec.list("matchConditions"), path["matchConditions"], knowing: names, &report)
    names.append("variables")
    for (index, variable) in spec.list("variables").enumerated() {
      let here = path["variables"][index]
      let name = variable.text("name")
      if name.allSatisfy(\.isWhitespace) {
        report.required(here["name"])
      } else if !Names.isIdentifier(name) || CELSyntax.reserved.contains(name) {
        report.invalid(here["name"], "not an identifier", value: .string(name))
      }
      expression(variable.text("expression"), here["expression"], of: nil, knowing: names, &report)
      names.append("variables.\(name)")
    }
    return names
  }

  /// What a policy finds: whether a request is right, and what the log of the server says of it.
  private static func outcomes(
    _ object: Value, _ path: FieldPath, knowing names: [String], _ report: inout ValidationReport
  ) {
    let validations = object["spec"]?.list("validations") ?? []
    let audits = object["spec"]?.list("auditAnnotations") ?? []
    if validations.isEmpty, audits.isEmpty {
      for field in ["validations", "auditAnnotations"] {
        report.required(path[field], "validations or auditAnnotations must have an entry")
      }
    }
    for (index, item) in validations.enumerated() {
      validation(item, path["validations"][index], knowing: names, &report)
    }
    if audits.count > 20 {
      report.invalid(path["auditAnnotations"], "must not be more than 20", value: .int(Int64(audits.count)))
    }
    var keys: Set<String> = []
    for (index, audit) in audits.enumerated() {
      let here = path["auditAnnotations"][index]
      let (key, text) = (audit.text("key"), audit.text("valueExpression"))
      report.qualifiedName("\(object.name ?? "")/\(key)", here["key"])
      if !keys.insert(key).inserted { report.duplicate(here["key"], key) }
      if text.utf8.count > 5120 {
        report.required(here["valueExpression"], "must not be longer than 5120 bytes")
      } else {
        expression(text, here["valueExpression"], of: nil, knowing: names, &report)
      }
    }
  }

  private static func validation(
    _ validation: Value, _ path: FieldPath, knowing names: [String], _ report: inout ValidationReport
  ) {
    expression(validation.text("expression"), path["expression"], of: .bool, knowing: names, &report)
    let message = validation.text("message")
    if !message.isEmpty, message.allSatisfy(\.isWhitespace) {
      report.invalid(path["message"], "must not be blank", value: .string(message))
    } else if hasLines(message) {
      report.invalid(path["message"], "must not have line breaks", value: .string(message))
    }
    let dynamic = validation.text("messageExpression")
    if !dynamic.isEmpty, dynamic.allSatisfy(\.isWhitespace) {
      report.invalid(path["messageExpression"], "must not be blank", value: .string(dynamic))
    } else if !dynamic.isEmpty {
      // A message is made without asking what its reader may do.
      let known = names.filter { $0 != "authorizer" }
      expression(dynamic, path["messageExpression"], of: .string, knowing: known, &report)
    }
    if let reason = validation.set("reason")?.string {
      report.oneOf(reason, ["Forbidden", "Invalid", "RequestEntityTooLarge"], path["reason"])
    }
  }

  /// Whether a text goes on after a line break.
  private static func hasLines(_ text: String) -> Bool {
    var rest = text.drop(while: \.isWhitespace)
    while rest.last?.isWhitespace ?? false { rest.removeLast() }
    return rest.contains(where: \.isNewline)
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

  static func binding(_ object: Value, isMutating: Bool = false, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    let name = spec.text("policyName")
    if name.isEmpty { report.required(path["policyName"]) } else { report.subdomain(name, path["policyName"]) }
    if let reference = spec.set("paramRef") {
      let here = path["paramRef"]
      let hasName = !reference.text("name").isEmpty
      if !hasName, !reference.has("selector") { report.required(here, "name or selector must be given") }
      if hasName { report.pathSegment(reference.text("name"), here["name"]) }
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
    if isMutating { return }
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
