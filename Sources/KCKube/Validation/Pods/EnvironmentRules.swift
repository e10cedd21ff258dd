internal import KCData

/// The environment of a container, and references to fields and resources of its pod.
enum EnvironmentRules {
  static func check(
    _ container: Value, _ path: FieldPath, _ context: PodRules.Context, _ report: inout ValidationReport
  ) {
    for (index, variable) in container.list("env").enumerated() {
      let here = path["env"][index]
      let name = variable.text("name")
      if name.isEmpty { report.required(here["name"]) } else { self.name(name, here["name"], &report) }
      if let source = variable.set("valueFrom") {
        self.source(source, hasValue: !variable.text("value").isEmpty, here["valueFrom"], context, &report)
      }
    }
    for (index, source) in container.list("envFrom").enumerated() {
      let here = path["envFrom"][index]
      if !source.text("prefix").isEmpty { name(source.text("prefix"), here["prefix"], &report) }
      let given = ["configMapRef", "secretRef"].filter { source.has($0) }
      for field in given {
        let name = source[field]?.text("name") ?? ""
        if name.isEmpty {
          report.required(here[field]["name"])
        } else {
          report.subdomain(name.hasSuffix("-") ? name.dropLast() + "a" : name, here[field]["name"])
        }
      }
      if given.count != 1 {
        report.invalid(path["envFrom"], "exactly one of configMapRef and secretRef is needed", value: "")
      }
    }
  }

  private static func name(_ name: String, _ path: FieldPath, _ report: inout ValidationReport) {
    if !Names.isVariable(name) {
      report.invalid(path, "must consist of printable ASCII characters other than '='", value: .string(name))
    }
  }

  private static func source(
    _ source: Value, hasValue: Bool, _ path: FieldPath, _ context: PodRules.Context, _ report: inout ValidationReport
  ) {
    var count = 0
    if let field = source.set("fieldRef") {
      count += 1
      fieldRef(field, path["fieldRef"], allowed: variableFields, &report)
    }
    if let resource = source.set("resourceFieldRef") {
      count += 1
      resourceRef(resource, path["resourceFieldRef"], inVolume: false, &report)
    }
    for field in ["configMapKeyRef", "secretKeyRef"] {
      guard let reference = source.set(field) else { continue }
      count += 1
      report.subdomain(reference.text("name"), path[field]["name"])
      dataKey(reference.text("key"), path[field]["key"], &report)
    }
    if let file = source.set("fileKeyRef") {
      count += 1
      fileKey(file, path["fileKeyRef"], context, &report)
    }
    if count == 0 {
      report.invalid(path, "one source must be given", value: "")
    } else if hasValue || count > 1 {
      report.invalid(path, "only one of a value and a source may be given", value: "")
    }
  }

  private static func fileKey(
    _ file: Value, _ path: FieldPath, _ context: PodRules.Context, _ report: inout ValidationReport
  ) {
    let key = file.text("key")
    if key.isEmpty {
      report.required(path["key"])
    } else if !Names.isVariable(key) || key.utf8.count > 128 {
      report.invalid(path["key"], "not a valid environment variable name", value: .string(key))
    }
    let volume = file.text("volumeName")
    if volume.isEmpty {
      report.required(path["volumeName"])
    } else if let found = context.volumes[volume] {
      if !found.has("emptyDir") { report.invalid(path["volumeName"], "must be an emptyDir volume") }
    } else {
      report.notFound(path["volumeName"], volume)
    }
    let file = file.text("path")
    if file.isEmpty { report.required(path["path"]) } else { PathRules.descending(file, path["path"], &report) }
  }

  static func dataKey(_ key: String, _ path: FieldPath, _ report: inout ValidationReport) {
    if key.isEmpty {
      report.required(path)
    } else if !Names.isDataKey(key) {
      report.invalid(path, "must consist of letters, digits, '-', '_' and '.'", value: .string(key))
    }
  }

  static let variableFields = [
    "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP",
    "status.hostIPs", "status.podIP", "status.podIPs",
  ]
  static let volumeFields = [
    "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid",
  ]
  private static let knownFields =
    variableFields + volumeFields + [
      "spec.restartPolicy", "spec.schedulerName", "status.phase",
    ]

  /// A reference to a field of the pod.
  static func fieldRef(_ reference: Value, _ path: FieldPath, allowed: [String], _ report: inout ValidationReport) {
    if reference.text("apiVersion").isEmpty {
      report.required(path["apiVersion"])
      return
    }
    let field = reference.text("fieldPath")
    if field.isEmpty {
      report.required(path["fieldPath"])
      return
    }
    let here = path["fieldPath"]
    if reference["apiVersion"] != "v1" {
      report.invalid(here, "pods have no such version", value: .string(field))
    } else if let (map, key) = subscripted(field) {
      switch map {
      case "metadata.annotations": report.qualifiedName(key.lowercased(), path)
      case "metadata.labels": report.qualifiedName(key, path)
      default: report.invalid(here, "has no keys", value: .string(field))
      }
    } else if field == "spec.host" {
      return
    } else if !knownFields.contains(field) {
      report.invalid(here, "there is no such field", value: .string(field))
    } else if !allowed.contains(field) {
      report.unsupported(here, field, allowed: allowed)
    }
  }

  /// The parts of `metadata.labels['key']`.
  private static func subscripted(_ field: String) -> (map: String, key: String)? {
    guard field.hasSuffix("']"), let open = field.firstRange(of: "['"), open.lowerBound > field.startIndex else {
      return nil
    }
    guard open.upperBound <= field.index(field.endIndex, offsetBy: -2) else { return nil }
    return (String(field[..<open.lowerBound]), String(field[open.upperBound...].dropLast(2)))
  }

  private static let resources = [
    "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage",
    "requests.memory",
  ]

  /// A reference to a resource of a container.
  static func resourceRef(_ reference: Value, _ path: FieldPath, inVolume: Bool, _ report: inout ValidationReport) {
    let resource = reference.text("resource")
    if inVolume, reference.text("containerName").isEmpty {
      report.required(path["containerName"])
    } else if resource.isEmpty {
      report.required(path["resource"])
    } else if !resources.contains(resource), !resource.hasPrefix("limits.hugepages-"),
      !resource.hasPrefix("requests.hugepages-")
    {
      report.unsupported(path["resource"], resource, allowed: resources)
    }
    guard let divisor = reference["divisor"].flatMap({ Quantity($0) }), !divisor.isZero else { return }
    let isCounted = resource.hasSuffix(".cpu")
    let allowed =
      isCounted ? ["1m", "1"] : ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"]
    if !allowed.contains(divisor.description) {
      report.invalid(path["divisor"], "only \(allowed.joined(separator: ", ")) are supported", value: .string(resource))
    }
  }
}
