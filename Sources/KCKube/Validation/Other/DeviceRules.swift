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
    let metadata = object.at("spec", "metadata")
    ObjectMetaRules.labels(metadata?["labels"], FieldPath("spec", "metadata", "labels"), &report)
    ObjectMetaRules.annotations(metadata?["annotations"], FieldPath("spec", "metadata", "annotations"), &report)
    spec(object.at("spec", "spec") ?? [:], FieldPath("spec", "spec"), &report)
  }

  private static func spec(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let devices = spec["devices"] ?? [:]
    let here = path["devices"]
    let requests = devices.list("requests")
    if requests.count > 32 { report.tooMany(here["requests"], requests.count, 32) }
    var names: Set<String> = []
    for (index, request) in requests.enumerated() {
      self.request(request, here["requests"][index], &names, &report)
    }
    for (index, constraint) in devices.list("constraints").enumerated() {
      let spot = here["constraints"][index]
      known(constraint.texts("requests"), names, spot["requests"], &report)
      if let attribute = constraint.set("matchAttribute")?.string {
        if attribute.isEmpty || !attribute.contains("/") {
          report.invalid(spot["matchAttribute"], "must have a domain", value: .string(attribute))
        }
      } else if !constraint.has("distinctAttribute") {
        report.required(spot["matchAttribute"])
      }
    }
    configurations(devices.list("config"), here["config"], requests: names, &report)
  }

  private static func known(
    _ wanted: [String], _ names: Set<String>, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    for (index, name) in wanted.enumerated() where !names.contains(name) {
      report.invalid(path[index], "must be the name of a request in the claim", value: .string(name))
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
    if let exact { self.device(exact, path["exactly"], mayAdminister: true, &report) }
    if choices.count > 8 { report.tooMany(path["firstAvailable"], choices.count, 8) }
    var inner: Set<String> = []
    for (index, choice) in choices.enumerated() {
      let here = path["firstAvailable"][index]
      let own = choice.text("name")
      report.label(own, here["name"])
      if !own.isEmpty, !inner.insert(own).inserted { report.duplicate(here, own) }
      names.insert("\(name)/\(own)")
      device(choice, here, mayAdminister: false, &report)
    }
  }

  private static func device(
    _ device: Value, _ path: FieldPath, mayAdminister: Bool, _ report: inout ValidationReport
  ) {
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
    PodPlacementRules.tolerations(
      device.list("tolerations").filter { !$0.text("key").isEmpty }, path["tolerations"], &report)
  }

  private static func selectors(_ holder: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let selectors = holder.list("selectors")
    if selectors.count > 32 { report.tooMany(path["selectors"], selectors.count, 32) }
    for (index, selector) in selectors.enumerated() {
      let here = path["selectors"][index]
      guard let cel = selector.set("cel") else {
        report.required(here["cel"])
        continue
      }
      ExpressionRules.expression(
        cel.text("expression"), here["cel"]["expression"], of: .bool, knowing: ["device"], &report)
    }
  }

  private static func configurations(
    _ list: [Value], _ path: FieldPath, requests: Set<String>?, _ report: inout ValidationReport
  ) {
    if list.count > 32 { report.tooMany(path, list.count, 32) }
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
      } else if opaque["parameters"]?.object == nil {
        report.invalid(here["opaque"]["parameters"], "must be an object")
      }
    }
  }
}
