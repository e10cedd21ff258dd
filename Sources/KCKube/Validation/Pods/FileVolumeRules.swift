internal import KCData

/// Volumes that hold files made from config maps, secrets, fields of the pod, and tokens.
enum FileVolumeRules {
  static func keyed(_ source: Value, nameField: String, _ path: FieldPath, _ report: inout ValidationReport) {
    report.notEmpty(source.text(nameField), path[nameField])
    PathRules.mode(source["defaultMode"], path["defaultMode"], &report)
    items(source, path["items"], &report)
  }

  private static func items(_ source: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    for (index, item) in source.list("items").enumerated() {
      report.notEmpty(item.text("key"), path[index]["key"])
      file(item.text("path"), path[index]["path"], &report)
      PathRules.mode(item["mode"], path[index]["mode"], &report)
    }
  }

  private static func file(_ text: String, _ path: FieldPath, _ report: inout ValidationReport) {
    if text.isEmpty { report.required(path) } else { PathRules.unreserved(text, path, &report) }
  }

  static func downward(_ source: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    PathRules.mode(source["defaultMode"], path["defaultMode"], &report)
    for item in source.list("items") { downwardItem(item, path, &report) }
  }

  private static func downwardItem(_ item: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    file(item.text("path"), path["path"], &report)
    let field = item.set("fieldRef")
    let resource = item.set("resourceFieldRef")
    if let field {
      EnvironmentRules.fieldRef(field, path["fieldRef"], allowed: EnvironmentRules.volumeFields, &report)
      if resource != nil { report.invalid(path, "only one of fieldRef and resourceFieldRef may be given") }
    } else if let resource {
      EnvironmentRules.resourceRef(resource, path["resourceFieldRef"], inVolume: true, &report)
    } else {
      report.required(path, "one of fieldRef and resourceFieldRef is required")
    }
    PathRules.mode(item["mode"], path["mode"], &report)
  }

  static func projected(
    _ volume: Value, _ path: FieldPath, _ context: PodRules.Context, _ report: inout ValidationReport
  ) {
    PathRules.mode(volume["defaultMode"], path["defaultMode"], &report)
    var paths: Set<String> = []
    func take(_ text: String, _ report: inout ValidationReport) {
      if text.isEmpty { return }
      if !paths.insert(text).inserted {
        report.invalid(path, "conflicting duplicate paths", value: .string(text))
      }
    }
    for (index, source) in volume.list("sources").enumerated() {
      let here = path["sources"][index]
      var found = 0
      for kind in ["secret", "configMap", "downwardAPI", "serviceAccountToken"] {
        guard let part = source.set(kind) else { continue }
        found += 1
        switch kind {
        case "secret", "configMap":
          report.notEmpty(part.text("name"), here[kind]["name"])
          items(part, here[kind]["items"], &report)
          for item in part.list("items") { take(item.text("path"), &report) }
        case "downwardAPI":
          for item in part.list("items") {
            downwardItem(item, here[kind], &report)
            take(item.text("path"), &report)
          }
        default: token(part, path, here[kind], context, &report)
        }
      }
      if found > 1 { report.forbidden(here, "may not specify more than 1 volume type per source") }
    }
  }

  private static func token(
    _ token: Value, _ volume: FieldPath, _ path: FieldPath, _ context: PodRules.Context,
    _ report: inout ValidationReport
  ) {
    if context.isPod, context.spec.text("serviceAccountName").isEmpty {
      report.forbidden(path, "must not be specified when serviceAccountName is not set")
    }
    let seconds = token["expirationSeconds"]?.int ?? 3600
    if seconds < 600 {
      report.invalid(path["expirationSeconds"], "must be at least 10 minutes", value: .int(seconds))
    } else if seconds > 4_294_967_296 {
      report.invalid(path["expirationSeconds"], "must be at most 2^32 seconds", value: .int(seconds))
    }
    file(token.text("path"), volume["path"], &report)
  }
}
