internal import KCData

/// `metadata` of all kinds.
enum ObjectMetaRules {
  static func check(_ object: Value, type: ResourceType, _ report: inout ValidationReport) {
    let path = FieldPath("metadata")
    let name = object.name ?? ""
    if name.isEmpty {
      report.required(path.field("name"), "name or generateName is required")
    } else if !isValid(name, type) {
      report.invalid(path.field("name"), "not a valid name for a \(type.kind)", value: .string(name))
    }
    if type.namespaced, let namespace = object.namespace, !Names.isLabel(namespace) {
      report.invalid(path.field("namespace"), "not a valid namespace name", value: .string(namespace))
    }
    labels(object.at("metadata", "labels"), path.field("labels"), &report)
    var size = 0
    for (key, value) in object.at("metadata", "annotations")?.object ?? [:] {
      size += key.utf8.count + (value.string?.utf8.count ?? 0)
      if !Names.isQualifiedName(key.lowercased()) {
        report.invalid(path.field("annotations"), "not a valid annotation key", value: .string(key))
      }
    }
    if size > 262_144 { report.add("FieldValueTooLong", path.field("annotations"), "Too long: may not be more than 262144 bytes") }
  }

  static func labels(_ labels: Value?, _ path: FieldPath, _ report: inout ValidationReport) {
    for (key, value) in labels?.object ?? [:] {
      if !Names.isQualifiedName(key) { report.invalid(path, "not a valid label key", value: .string(key)) }
      if !Names.isLabelValue(value.string ?? "") { report.invalid(path, "not a valid label value", value: value) }
    }
  }

  private static func isValid(_ name: String, _ type: ResourceType) -> Bool {
    switch (type.group, type.kind) {
    case ("", "Namespace"): Names.isLabel(name)
    case ("", "Service"): Names.isLabel(name)
    case ("rbac.authorization.k8s.io", _): !name.isEmpty && name != "." && name != ".." && !name.contains("/") && !name.contains("%")
    default: Names.isSubdomain(name)
    }
  }
}

/// Services.
enum ServiceRules {
  static func check(_ object: Value, _ report: inout ValidationReport) {
    let path = FieldPath("spec", "ports")
    let ports = object.at("spec", "ports")?.array ?? []
    let type = object.at("spec", "type")?.string ?? "ClusterIP"
    if ports.isEmpty, type != "ExternalName", object.at("spec", "clusterIP") != "None" { report.required(path) }
    let types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]
    if !types.contains(type) { report.unsupported(FieldPath("spec", "type"), type, allowed: types) }
    var names: Set<String> = []
    for (index, port) in ports.enumerated() {
      let here = path.index(index)
      let name = port["name"]?.string ?? ""
      if name.isEmpty, ports.count > 1 { report.required(here.field("name")) }
      if !name.isEmpty, !Names.isLabel(name) { report.invalid(here.field("name"), "not a valid port name", value: .string(name)) }
      if !name.isEmpty, !names.insert(name).inserted { report.duplicate(here.field("name"), name) }
      let number = port["port"]?.int ?? 0
      if !(1...65535).contains(number) { report.invalid(here.field("port"), "must be between 1 and 65535", value: .int(number)) }
    }
    ObjectMetaRules.labels(object.at("spec", "selector"), FieldPath("spec", "selector"), &report)
  }
}

/// Config maps and secrets.
enum KeyedDataRules {
  static func check(_ object: Value, _ report: inout ValidationReport) {
    var size = 0
    for field in ["data", "binaryData"] {
      for (key, value) in object[field]?.object ?? [:] {
        size += value.string?.utf8.count ?? 0
        if !Names.isDataKey(key) { report.invalid(FieldPath(field).key(key), "not a valid key", value: .string(key)) }
      }
    }
    if size > 1_048_576 { report.add("FieldValueTooLong", FieldPath(""), "Too long: may not be more than 1048576 bytes") }
  }
}

/// Deployments and their like.
enum WorkloadRules {
  static func check(_ object: Value, type: ResourceType, _ report: inout ValidationReport) {
    let spec = object["spec"]
    let path = FieldPath("spec")
    if let replicas = spec?["replicas"]?.int, replicas < 0 {
      report.invalid(path.field("replicas"), "must be greater than or equal to 0", value: .int(replicas))
    }
    guard let template = spec?["template"] else {
      if ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job"].contains(type.kind) {
        report.required(path.field("template"))
      }
      return
    }
    if type.kind != "Job" { selector(spec?["selector"], template, path, &report) }
    ObjectMetaRules.labels(template.at("metadata", "labels"), FieldPath("spec", "template", "metadata", "labels"), &report)
    PodRules.check(template["spec"], FieldPath("spec", "template", "spec"), &report)
    let policy = template.at("spec", "restartPolicy")?.string ?? "Always"
    let allowed = type.kind == "Job" ? ["OnFailure", "Never"] : ["Always"]
    if !allowed.contains(policy) {
      report.unsupported(FieldPath("spec", "template", "spec", "restartPolicy"), policy, allowed: allowed)
    }
  }

  private static func selector(
    _ selector: Value?, _ template: Value, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    guard let selector else {
      report.required(path.field("selector"))
      return
    }
    guard let parsed = try? LabelSelector(selector) else { return }
    if parsed.isEmpty {
      report.invalid(path.field("selector"), "empty selector is invalid for a workload")
    } else if !parsed.matches(stringMap(template.at("metadata", "labels"))) {
      report.invalid(
        FieldPath("spec", "template", "metadata", "labels"), "`selector` does not match template `labels`")
    }
  }
}

/// Pods and pod templates.
enum PodRules {
  static func check(_ spec: Value?, _ path: FieldPath, _ report: inout ValidationReport) {
    guard let spec else {
      report.required(path.field("containers"))
      return
    }
    let containers = spec["containers"]?.array ?? []
    if containers.isEmpty { report.required(path.field("containers")) }
    var names: Set<String> = []
    let volumes = Set((spec["volumes"]?.array ?? []).compactMap { $0["name"]?.string })
    for field in ["initContainers", "containers"] {
      for (index, container) in (spec[field]?.array ?? []).enumerated() {
        let here = path.field(field).index(index)
        let name = container["name"]?.string ?? ""
        if name.isEmpty {
          report.required(here.field("name"))
        } else if !Names.isLabel(name) {
          report.invalid(here.field("name"), "not a valid container name", value: .string(name))
        } else if !names.insert(name).inserted {
          report.duplicate(here.field("name"), name)
        }
        if (container["image"]?.string ?? "").isEmpty { report.required(here.field("image")) }
        ports(container, here, &report)
        resources(container, here, &report)
        for (place, mount) in (container["volumeMounts"]?.array ?? []).enumerated() {
          let volume = mount["name"]?.string ?? ""
          if !volumes.contains(volume) {
            report.add(
              "FieldValueNotFound", here.field("volumeMounts").index(place).field("name"), "Not found: \"\(volume)\"")
          }
        }
      }
    }
    let policies = ["Always", "OnFailure", "Never"]
    if let policy = spec["restartPolicy"]?.string, !policies.contains(policy) {
      report.unsupported(path.field("restartPolicy"), policy, allowed: policies)
    }
  }

  private static func ports(_ container: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    var names: Set<String> = []
    for (index, port) in (container["ports"]?.array ?? []).enumerated() {
      let here = path.field("ports").index(index)
      let number = port["containerPort"]?.int ?? 0
      if number == 0 {
        report.required(here.field("containerPort"))
      } else if !(1...65535).contains(number) {
        report.invalid(here.field("containerPort"), "must be between 1 and 65535", value: .int(number))
      }
      guard let name = port["name"]?.string, !name.isEmpty else { continue }
      if name.utf8.count > 15 || !Names.isLabel(name) {
        report.invalid(here.field("name"), "not a valid port name", value: .string(name))
      } else if !names.insert(name).inserted {
        report.duplicate(here.field("name"), name)
      }
    }
  }

  private static func resources(_ container: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let resources = container["resources"]
    for side in ["limits", "requests"] {
      for (name, amount) in resources?[side]?.object ?? [:] {
        let here = path.field("resources").field(side).key(name)
        guard let quantity = quantity(amount) else { continue }
        if quantity.nano < 0 { report.invalid(here, "must be greater than or equal to 0", value: amount) }
        if side == "requests", let limit = resources?.at("limits", name).flatMap(self.quantity), quantity > limit {
          report.invalid(
            FieldPath(path.elements).field("resources").field("requests"),
            "must be less than or equal to \(name) limit of \(limit)", value: amount)
        }
      }
    }
  }

  private static func quantity(_ value: Value) -> Quantity? {
    switch value {
    case .string(let text): Quantity(text)
    case .int(let number): Quantity(number)
    default: nil
    }
  }

  /// Of a pod's spec only images, the deadline, tolerations and gates may change.
  static func checkUpdate(_ object: Value, _ old: Value, _ report: inout ValidationReport) {
    func fixed(_ spec: Value?) -> Value {
      var spec = spec ?? .object([:])
      for field in ["activeDeadlineSeconds", "tolerations", "schedulingGates", "terminationGracePeriodSeconds"] {
        spec[field] = nil
      }
      for field in ["containers", "initContainers"] {
        guard case .array(let list)? = spec[field] else { continue }
        spec[field] = .array(
          list.map { container in
            var container = container
            container["image"] = nil
            container["resources"] = nil
            return container
          })
      }
      return spec
    }
    if fixed(object["spec"]) != fixed(old["spec"]) {
      report.add(
        "FieldValueForbidden", FieldPath("spec"),
        "Forbidden: pod updates may not change fields other than the images, the deadline and added tolerations")
    }
  }
}
