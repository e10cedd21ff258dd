internal import KCData

/// Definitions of custom resources.
enum DefinitionRules {
  /// The name of a new definition.
  static func name(_ object: Value, _ report: inout ValidationReport) {
    let name = object.name ?? ""
    let plural = object.at("spec", "names", "plural")?.string ?? ""
    let group = object.at("spec", "group")?.string ?? ""
    if !name.isEmpty, name != "\(plural).\(group)" {
      report.invalid(
        FieldPath("metadata", "name"), "must be the plural and the group joined by a dot", value: .string(name))
    }
  }

  static func check(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    let group = spec.text("group")
    if group.isEmpty {
      report.required(path["group"])
    } else {
      report.subdomain(group, path["group"])
      if group.split(separator: ".").count < 2 {
        report.invalid(path["group"], "must be a domain with at least one dot", value: .string(group))
      }
    }
    report.requiredOneOf(spec.text("scope"), ["Cluster", "Namespaced"], path["scope"])
    names(spec["names"] ?? [:], path["names"], &report)
    versions(object, spec, path, &report)
    conversion(spec["conversion"] ?? [:], path["conversion"], &report)
    if spec.flag("preserveUnknownFields") {
      report.invalid(path["preserveUnknownFields"], "cannot be true", value: true)
    }
  }

  private static let approval = "api-approved.kubernetes.io"

  /// Groups of the Kubernetes project ask for the place where their definitions were approved.
  ///
  /// - Parameter old: what is stored; what it lacks may go on to be missing.
  static func approved(_ object: Value, old: Value?, _ report: inout ValidationReport) {
    let group = object.at("spec", "group")?.string ?? ""
    let isProtected = ["k8s.io", "kubernetes.io"].contains { group == $0 || group.hasSuffix(".\($0)") }
    let text = object.annotations[approval] ?? ""
    guard isProtected, !isApproved(text) else { return }
    let before = old.map { $0.annotations[approval] ?? "" }
    if let before, !isApproved(before), before.isEmpty == text.isEmpty { return }
    let path = FieldPath("metadata", "annotations").key(approval)
    if text.isEmpty {
      report.required(path, "definitions of \(group) must say where they were approved, or \"unapproved\"")
    } else {
      report.invalid(path, "must be a URL, or begin with \"unapproved\"", value: .string(text))
    }
  }

  private static func isApproved(_ text: String) -> Bool {
    if text.hasPrefix("unapproved") { return true }
    guard let end = text.firstRange(of: "://"), end.lowerBound > text.startIndex else { return false }
    let host = text[end.upperBound...].prefix { !"/?#".contains($0) }
    return !host.isEmpty && !text.contains(where: \.isWhitespace)
  }

  private static func names(_ names: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let kind = names.text("kind")
    for (field, isKind) in [("plural", false), ("singular", false), ("kind", true), ("listKind", true)] {
      let text = names.text(field)
      if text.isEmpty || field != "plural" && kind.isEmpty {
        report.required(path[field])
      } else if !Names.isServiceName(isKind ? text.lowercased() : text) {
        report.invalid(path[field], "not a DNS label that starts with a letter", value: .string(text))
      }
    }
    for field in ["shortNames", "categories"] {
      for (index, name) in names.texts(field).enumerated() where !Names.isServiceName(name) {
        report.invalid(path[field][index], "not a DNS label that starts with a letter", value: .string(name))
      }
    }
    if kind == names.text("listKind"), !kind.isEmpty {
      report.invalid(path["listKind"], "kind and listKind may not be the same", value: .string(kind))
    }
  }

  private static func versions(
    _ object: Value, _ spec: Value, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    let versions = spec.list("versions")
    let here = path["versions"]
    let names = versions.map { $0.text("name") }
    let stored = versions.filter { $0.flag("storage") }
    var isRefused = false
    func refuse(_ why: String) {
      if !isRefused { report.invalid(here, why, value: spec["versions"]) }
      isRefused = true
    }
    for (index, name) in names.enumerated() where !Names.isServiceName(name) {
      report.invalid(here[index]["name"], "not a DNS label that starts with a letter", value: .string(name))
      // The first is the one that older clients know.
      if index == 0, !name.isEmpty {
        report.invalid(path["version"], "not a DNS label that starts with a letter", value: .string(name))
      }
    }
    for (index, version) in versions.enumerated() { deprecation(version, here[index], &report) }
    if Set(names).count < names.count { refuse("must not have the same version twice") }
    if stored.count != 1 { refuse("must have exactly one version marked as storage version") }
    storedVersions(object, stored, names, &report)
    // What all versions have in common is said of the definition.
    parts(versions, path, &report)
  }

  private static func deprecation(_ version: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    guard let warning = version.set("deprecationWarning")?.string else { return }
    let here = path["deprecationWarning"]
    if !version.flag("deprecated") { report.invalid(here, "is only for deprecated versions", value: .string(warning)) }
    let isPlain = warning.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
    if warning.isEmpty || warning.utf8.count > 256 || !isPlain {
      report.invalid(here, "must be 1 to 256 printable characters", value: .string(warning))
    }
  }

  private static func storedVersions(
    _ object: Value, _ stored: [Value], _ names: [String], _ report: inout ValidationReport
  ) {
    let path = FieldPath("status", "storedVersions")
    let listed = object["status"]?.texts("storedVersions") ?? []
    if listed.isEmpty { return report.invalid(path, "must have at least one stored version", value: .null) }
    for version in stored where !listed.contains(version.text("name")) || stored.count > 1 {
      if version == stored.first, listed.contains(version.text("name")) { continue }
      report.invalid(
        path, "must have the storage version \(version.text("name"))", value: object.at("status", "storedVersions"))
    }
    for (index, name) in listed.enumerated() where !names.contains(name) {
      report.invalid(path[index], "is missing from spec.versions", value: .string(name))
    }
  }

  private static func parts(_ versions: [Value], _ path: FieldPath, _ report: inout ValidationReport) {
    func isShared(_ field: String) -> Bool { versions.allSatisfy { Value.isSame($0[field], versions[0][field]) } }
    for (index, version) in versions.enumerated() {
      let own = path["versions"][index]
      if let schema = version["schema"]?.set("openAPIV3Schema") {
        let isCommon = isShared("schema")
        if isCommon, index > 0 { continue }
        let here = isCommon ? path["validation"]["openAPIV3Schema"] : own["schema"]["openAPIV3Schema"]
        let served = isCommon ? versions : [version]
        let hasStatus = served.contains { $0["subresources"]?.has("status") ?? false }
        DefinitionSchemaRules.root(schema, hasStatus: hasStatus, here, &report)
      } else {
        report.required(own["schema"]["openAPIV3Schema"])
      }
    }
    for (index, version) in versions.enumerated() {
      let own = path["versions"][index]
      for field in ["subresources", "additionalPrinterColumns", "selectableFields"] where version.has(field) {
        let isCommon = isShared(field)
        if isCommon, index > 0 { continue }
        let here = isCommon ? path[field] : own[field]
        switch field {
        case "subresources": scale(version[field]?.set("scale"), here["scale"], &report)
        case "additionalPrinterColumns": columns(version.list(field), here, &report)
        default:
          if version["schema"]?.set("openAPIV3Schema") == nil || isCommon && !isShared("schema") {
            report.invalid(here, "needs a schema beside it", value: "")
          } else {
            selectable(version.list(field), version, here, &report)
          }
        }
      }
    }
  }

  private static func scale(_ scale: Value?, _ path: FieldPath, _ report: inout ValidationReport) {
    guard let scale else { return }
    for (field, root) in [("specReplicasPath", ".spec."), ("statusReplicasPath", ".status.")] {
      let text = scale.text(field)
      if text.isEmpty {
        report.required(path[field])
      } else if !text.hasPrefix(root) {
        report.invalid(path[field], "must be a JSON path under \(root.dropLast())", value: .string(text))
      }
    }
    if let text = scale.set("labelSelectorPath")?.string, !text.isEmpty {
      let isInside = text.hasPrefix(".spec.") || text.hasPrefix(".status.")
      if !isInside {
        report.invalid(path["labelSelectorPath"], "must be a JSON path under .spec or .status", value: .string(text))
      }
    }
  }

  /// A path of field names: `.spec.replicas`.
  private static func isSimplePath(_ text: String) -> Bool {
    text.hasPrefix(".") && text.utf8.count > 1
      && text.dropFirst().split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
        !part.isEmpty && part.utf8.allSatisfy { Names.isAlphanumeric($0) || $0 == 95 || $0 == 45 }
      }
  }

  private static let columnTypes = ["boolean", "date", "integer", "number", "string"]

  private static func columns(_ columns: [Value], _ path: FieldPath, _ report: inout ValidationReport) {
    for (index, column) in columns.enumerated() {
      let here = path[index]
      report.notEmpty(column.text("name"), here["name"])
      let type = column.text("type")
      if type.isEmpty {
        report.required(here["type"], "must be one of \(columnTypes.joined(separator: ", "))")
      } else if !columnTypes.contains(type) {
        report.invalid(here["type"], "must be one of \(columnTypes.joined(separator: ", "))", value: .string(type))
      }
      let formats = ["int32", "int64", "float", "double", "byte", "date", "date-time", "password"]
      let format = column.text("format")
      if !format.isEmpty, !formats.contains(format) {
        report.invalid(here["format"], "must be one of \(formats.joined(separator: ", "))", value: .string(format))
      }
      let text = column.text("jsonPath")
      if text.isEmpty {
        report.required(here["JSONPath"])
      } else if !text.hasPrefix(".") {
        report.invalid(here["JSONPath"], "must be a simple JSON path starting with .", value: .string(text))
      }
    }
  }

  private static func selectable(
    _ fields: [Value], _ version: Value, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    var seen: Set<String> = []
    for (index, field) in fields.enumerated() {
      let here = path[index]["jsonPath"]
      let text = field.text("jsonPath")
      if text.isEmpty {
        report.required(here)
        continue
      }
      var schema = version["schema"]?["openAPIV3Schema"]
      for part in text.dropFirst().split(separator: ".") { schema = schema?.at("properties", String(part)) }
      guard isSimplePath(text), schema != nil || text.hasPrefix(".metadata") else {
        report.invalid(here, "must be the path of a field", value: .string(text))
        continue
      }
      if text.hasPrefix(".metadata") || !["string", "boolean", "integer"].contains(schema?.text("type") ?? "") {
        report.invalid(
          here, "must lead to a text, a whole number or a truth value outside metadata", value: .string(text))
      }
      if !seen.insert(text).inserted { report.duplicate(here, text) }
    }
    if seen.count > 8 { report.tooMany(path, seen.count, 8) }
  }

  private static func conversion(_ conversion: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let strategy = conversion.text("strategy")
    report.requiredOneOf(strategy, ["None", "Webhook"], path["strategy"])
    let webhook = conversion.set("webhook")
    let client = webhook?.set("clientConfig")
    let versions = webhook?.texts("conversionReviewVersions") ?? []
    if strategy == "Webhook" {
      if let client {
        WebhookRules.client(client, path["webhookClientConfig"], &report)
      } else {
        report.required(path["webhookClientConfig"], "is needed for the strategy Webhook")
      }
      if versions.isEmpty {
        report.required(path["conversionReviewVersions"])
      } else {
        WebhookRules.reviewVersions(versions, path["conversionReviewVersions"], &report)
      }
    } else if webhook != nil {
      if client != nil { report.forbidden(path["webhookClientConfig"], "is only for the strategy Webhook") }
      if !versions.isEmpty { report.forbidden(path["conversionReviewVersions"], "is only for the strategy Webhook") }
    }
  }

  static func update(_ object: Value, old: Value, _ report: inout ValidationReport) {
    let path = FieldPath("spec")
    approved(object, old: old, &report)
    report.immutable(object.at("spec", "group"), old.at("spec", "group"), path["group"])
    report.immutable(object.at("spec", "names", "plural"), old.at("spec", "names", "plural"), path["names"]["plural"])
    let isServed = (old["status"]?.list("conditions") ?? []).contains {
      $0["type"] == "Established" && $0["status"] == "True"
    }
    guard isServed else { return }
    report.immutable(object.at("spec", "scope"), old.at("spec", "scope"), path["scope"])
    report.immutable(object.at("spec", "names", "kind"), old.at("spec", "names", "kind"), path["names"]["kind"])
  }
}
