internal import KCData

/// Claims to devices and classes of devices.
enum DeviceRules {
  static func deviceClass(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    selectors(spec, FieldPath("spec"), &report)
    if let name = spec.set("extendedResourceName")?.string, !ResourceRules.isExtended(name) {
      report.invalid(FieldPath("spec", "extendedResourceName"), "must be an extended resource", value: .string(name))
    }
    configurations(spec.list("config"), FieldPath("spec", "config"), requests: nil, &report)
  }

  static func claim(_ object: Value, _ report: inout ValidationReport) {
    spec(object["spec"] ?? [:], FieldPath("spec"), &report)
  }

  static func template(_ object: Value, _ report: inout ValidationReport) {
    ObjectMetaRules.template(object.at("spec", "metadata"), FieldPath("spec", "metadata"), &report)
    spec(object.at("spec", "spec") ?? [:], FieldPath("spec", "spec"), &report)
  }

  /// Devices that others use are to be had only in namespaces that are marked for it.
  static func administration(
    _ object: Value, _ type: ResourceType, _ labels: [String: String], _ report: inout ValidationReport
  ) {
    let spec =
      switch type.qualifiedKind {
      case "ResourceClaim.resource.k8s.io": object["spec"]
      case "ResourceClaimTemplate.resource.k8s.io": object.at("spec", "spec")
      default: nil as Value?
      }
    guard let spec, labels["resource.kubernetes.io/admin-access"] != "true" else { return }
    for (index, request) in (spec["devices"]?.list("requests") ?? []).enumerated()
    where request["exactly"]?.flag("adminAccess") ?? false {
      report.forbidden(
        FieldPath("spec", "devices", "requests")[index]["adminAccess"],
        "needs the label resource.kubernetes.io/admin-access: true on the namespace")
    }
  }

  private static func spec(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let devices = spec["devices"] ?? [:]
    let here = path["devices"]
    let requests = devices.list("requests")
    // What is too long is not looked at any more: this holds for all lists here.
    if requests.count > 32 {
      report.tooMany(here["requests"], requests.count, 32)
    } else {
      var names: Set<String> = []
      for (index, request) in requests.enumerated() {
        self.request(request, here["requests"][index], &names, &report)
      }
    }
    let names = self.names(requests)
    let constraints = devices.list("constraints")
    if constraints.count > 32 {
      report.tooMany(here["constraints"], constraints.count, 32)
    } else {
      for (index, constraint) in constraints.enumerated() {
        self.constraint(constraint, names, here["constraints"][index], &report)
      }
    }
    configurations(devices.list("config"), here["config"], requests: names, &report)
  }

  /// What a claim's requests are called, and the choices within them.
  private static func names(_ requests: [Value]) -> Set<String> {
    var names: Set<String> = []
    for request in requests {
      names.insert(request.text("name"))
      for choice in request.list("firstAvailable") {
        names.insert("\(request.text("name"))/\(choice.text("name"))")
      }
    }
    return names
  }

  private static func constraint(
    _ constraint: Value, _ names: Set<String>, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    known(constraint.texts("requests"), names, path["requests"], &report)
    guard let field = ["matchAttribute", "distinctAttribute"].first(where: { constraint.has($0) }) else {
      return report.required(path, "matchAttribute or distinctAttribute is required")
    }
    attribute(constraint.text(field), path[field], &report)
  }

  /// An attribute of devices: a domain and a name, as in `gpu.example.com/numa`.
  private static func attribute(_ text: String, _ path: FieldPath, _ report: inout ValidationReport) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let name = parts[parts.count - 1]
    if parts.count > 2 || parts.count == 1 || parts[0].isEmpty || name.isEmpty {
      report.invalid(path, "must be a domain and a name separated by a slash", value: .string(text))
      if parts.count != 1 { return }
    } else {
      VolumeRules.driver(parts[0], path, &report)
    }
    if name.utf8.count > 32 { report.tooLong(path, 32) }
    if !Names.isIdentifier(name) { report.invalid(path, "must be an identifier", value: .string(name)) }
  }

  private static func known(
    _ wanted: [String], _ names: Set<String>, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    if wanted.count > 32 { return report.tooMany(path, wanted.count, 32) }
    var seen: Set<String> = []
    for (index, name) in wanted.enumerated() {
      if !names.contains(name) {
        report.invalid(path[index], "must be the name of a request in the claim", value: .string(name))
      }
      if !seen.insert(name).inserted { report.duplicate(path[index], name) }
    }
  }

  private static func request(
    _ request: Value, _ path: FieldPath, _ names: inout Set<String>, _ report: inout ValidationReport
  ) {
    let name = request.text("name")
    report.label(name, path["name"])
    if !name.isEmpty, !names.insert(name).inserted { report.duplicate(path, name) }
    let exact = request.set("exactly")
    let choices = request.list("firstAvailable")
    if exact == nil, choices.isEmpty {
      report.required(path, "exactly one of exactly and firstAvailable is required")
    }
    if exact != nil, !choices.isEmpty {
      report.invalid(path, "exactly one of exactly and firstAvailable is allowed", value: "")
    }
    if let exact, choices.isEmpty { device(exact, path["exactly"], &report) }
    guard exact == nil else { return }
    if choices.count > 8 { return report.tooMany(path["firstAvailable"], choices.count, 8) }
    var inner: Set<String> = []
    for (index, choice) in choices.enumerated() {
      let here = path["firstAvailable"][index]
      let own = choice.text("name")
      report.label(own, here["name"])
      if !own.isEmpty, !inner.insert(own).inserted { report.duplicate(here, own) }
      device(choice, here, &report)
    }
  }

  private static func device(_ device: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let name = device.text("deviceClassName")
    if name.isEmpty {
      report.required(path["deviceClassName"])
    } else {
      report.subdomain(name, path["deviceClassName"])
    }
    selectors(device, path, &report)
    let count = device["count"]?.int ?? 0
    switch device.text("allocationMode") {
    case "All":
      if count != 0 {
        report.invalid(path["count"], "must not be specified when allocationMode is All", value: .int(count))
      }
    case "ExactCount":
      if count <= 0 { report.invalid(path["count"], "must be greater than zero", value: .int(count)) }
    case let other: report.unsupported(path["allocationMode"], other, allowed: ["All", "ExactCount"])
    }
    for (index, toleration) in device.list("tolerations").enumerated() {
      self.toleration(toleration, path["tolerations"][index], &report)
    }
  }

  /// A toleration of a device's taint, which is checked less than that of a node's.
  private static func toleration(_ toleration: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let (key, value) = (toleration.text("key"), toleration.text("value"))
    if !key.isEmpty { report.qualifiedName(key, path["key"]) }
    switch toleration.text("operator") {
    case "Exists":
      if !value.isEmpty { report.invalid(path["value"], "must be empty for Exists", value: .string(value)) }
    case "Equal": ObjectMetaRules.labelValue(value, path["value"], &report)
    case let other: report.requiredOneOf(other, ["Equal", "Exists"], path["operator"])
    }
    report.oneOf(toleration.text("effect"), ["NoExecute", "NoSchedule", "None"], path["effect"], mayBeEmpty: true)
  }

  private static func selectors(_ holder: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let selectors = holder.list("selectors")
    if selectors.count > 32 { return report.tooMany(path["selectors"], selectors.count, 32) }
    for (index, selector) in selectors.enumerated() {
      let here = path["selectors"][index]
      guard let cel = selector.set("cel") else {
        report.required(here["cel"])
        continue
      }
      let text = cel.text("expression")
      if text.utf8.count > 10_240 {
        report.tooLong(here["cel"]["expression"], 10_240)
        continue
      }
      if text.isEmpty {
        report.invalid(here["cel"]["expression"], "is empty", value: "")
        continue
      }
      ExpressionRules.expression(
        text, here["cel"]["expression"], of: .bool, knowing: ["device"], &report)
    }
  }

  private static func configurations(
    _ list: [Value], _ path: FieldPath, requests: Set<String>?, _ report: inout ValidationReport
  ) {
    if list.count > 32 { return report.tooMany(path, list.count, 32) }
    for (index, item) in list.enumerated() {
      let here = path[index]
      if let requests { known(item.texts("requests"), requests, here["requests"], &report) }
      guard let opaque = item.set("opaque") else {
        report.required(here["opaque"])
        continue
      }
      VolumeRules.driver(opaque.text("driver"), here["opaque"]["driver"], &report)
      if !opaque.has("parameters") {
        report.required(here["opaque"]["parameters"])
      } else if CanonicalJSON.text(opaque["parameters"] ?? .null).utf8.count > 10_240 {
        report.tooLong(here["opaque"]["parameters"], 10_240)
      } else if opaque["parameters"]?.object == nil {
        report.invalid(here["opaque"]["parameters"], "must be an object")
      }
    }
  }
}
