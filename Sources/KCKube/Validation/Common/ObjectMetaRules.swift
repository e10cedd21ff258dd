internal import KCData

/// `metadata` of all kinds.
enum ObjectMetaRules {
  static func check(_ object: Value, type: ResourceType, _ report: inout ValidationReport) {
    let path = FieldPath("metadata")
    let metadata = object["metadata"] ?? .null
    let prefix = metadata.text("generateName")
    if !prefix.isEmpty, !isPrefix(prefix, type) {
      report.invalid(path["generateName"], "not the start of a valid name", value: .string(prefix))
    }
    let name = metadata.text("name")
    if name.isEmpty {
      report.required(path["name"], "name or generateName is required")
    } else if !isValid(name, type) {
      report.invalid(path["name"], "not a valid name for a \(type.kind)", value: .string(name))
    }
    if type.namespaced, !Names.isLabel(metadata.text("namespace")) {
      report.invalid(path["namespace"], "not a valid namespace", value: metadata["namespace"])
    }
    report.nonNegative(metadata["generation"], path["generation"])
    labels(metadata["labels"], path["labels"], &report)
    annotations(metadata["annotations"], path["annotations"], &report)
    owners(metadata.list("ownerReferences"), path["ownerReferences"], &report)
    finalizers(metadata.texts("finalizers"), path["finalizers"], type, &report)
  }

  static func labels(_ labels: Value?, _ path: FieldPath, _ report: inout ValidationReport) {
    for (key, value) in labels?.object ?? [:] {
      report.qualifiedName(key, path)
      labelValue(value.string ?? "", path, &report)
    }
  }

  static func labelValue(_ text: String, _ path: FieldPath, _ report: inout ValidationReport) {
    if !Names.isLabelValue(text) {
      report.invalid(path, "not a label value of at most 63 letters, digits, '-', '_' and '.'", value: .string(text))
    }
  }

  /// The metadata of objects that are made from a template: labels and annotations, and nothing else.
  static func template(_ metadata: Value?, _ path: FieldPath, _ report: inout ValidationReport) {
    labels(metadata?["labels"], path["labels"], &report)
    annotations(metadata?["annotations"], path["annotations"], &report)
    for (field, value) in metadata?.object ?? [:] where field != "labels" && field != "annotations" {
      // An empty list is one that is set; the server says uID.
      if value == .null || value == "" || value == 0 { continue }
      report.forbidden(path[field == "uid" ? "uID" : field], "cannot be set")
    }
  }

  static func annotations(_ annotations: Value?, _ path: FieldPath, _ report: inout ValidationReport) {
    var size = 0
    for (key, value) in annotations?.object ?? [:] {
      size += key.utf8.count + (value.string?.utf8.count ?? 0)
      report.qualifiedName(key.lowercased(), path)
    }
    if size > 262_144 { report.tooLong(path, 262_144) }
  }

  private static func owners(_ owners: [Value], _ path: FieldPath, _ report: inout ValidationReport) {
    var controllers = 0
    for owner in owners {
      let version = owner.text("apiVersion").split(separator: "/", omittingEmptySubsequences: false)
      if version.count > 2 || (version.last ?? "").isEmpty {
        report.invalid(path["apiVersion"], "version must not be empty", value: owner["apiVersion"])
      }
      for field in ["kind", "name", "uid"] where owner.text(field).isEmpty {
        report.invalid(path[field], "must not be empty", value: "")
      }
      if owner["apiVersion"] == "v1", owner["kind"] == "Event" {
        report.invalid(path, "an event cannot be an owner", value: owner)
      }
      if owner.flag("controller") { controllers += 1 }
    }
    if controllers > 1 { report.invalid(path, "only one owner can be the controller", value: .array(owners)) }
  }

  private static let simpleFinalizers: Set<String> = ["kubernetes", "orphan", "foregroundDeletion"]
  /// Groups whose kinds may have finalizers without a domain.
  private static let lenientGroups: Set<String> = [
    "admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "coordination.k8s.io",
    "node.k8s.io", "policy",
  ]

  private static func finalizers(
    _ finalizers: [String], _ path: FieldPath, _ type: ResourceType, _ report: inout ValidationReport
  ) {
    for (index, finalizer) in finalizers.enumerated() {
      report.qualifiedName(finalizer, path)
      if !finalizer.contains("/"), !simpleFinalizers.contains(finalizer), !lenientGroups.contains(type.group),
        type.qualifiedKind != "Event"
      {
        report.invalid(path[index], "must have a domain, as in example.com/name", value: .string(finalizer))
      }
    }
    if finalizers.contains("orphan"), finalizers.contains("foregroundDeletion") {
      report.invalid(path, "orphan and foregroundDeletion exclude each other")
    }
  }

  /// Whether names can start with a text. The server puts an `a` in the place of a dash at the end and of what stands
  /// before it, and holds some kinds' prefixes only against what a path may have in it.
  private static func isPrefix(_ prefix: String, _ type: ResourceType) -> Bool {
    switch type.qualifiedKind {
    case "DeviceClass.resource.k8s.io", "ReplicationController", "PodDisruptionBudget.policy", "Event":
      return !prefix.contains("/") && !prefix.contains("%")
    case "CSIDriver.storage.k8s.io", "CronJob.batch", "IPAddress.networking.k8s.io": return isValid(prefix, type)
    default:
      guard type.group != "rbac.authorization.k8s.io" else { return !prefix.contains("/") && !prefix.contains("%") }
      let masked = prefix.utf8.count > 1 && prefix.hasSuffix("-") ? prefix.dropLast(2) + "a" : prefix
      return isValid(String(masked), type)
    }
  }

  static func isValid(_ name: String, _ type: ResourceType) -> Bool {
    switch type.qualifiedKind {
    case "Namespace", "Service", "StatefulSet.apps": Names.isLabel(name)
    case "CSIDriver.storage.k8s.io": Names.isSubdomain(name) && name.utf8.count <= 63
    case "CronJob.batch": Names.isSubdomain(name) && name.utf8.count <= 52
    case "IPAddress.networking.k8s.io": IPAddress(name).map { $0.description == name } ?? false
    case "Event", "PodDisruptionBudget.policy": Names.isPathSegment(name)
    default:
      type.group == "rbac.authorization.k8s.io" ? Names.isPathSegment(name) : Names.isSubdomain(name)
    }
  }

  /// What may not change in the metadata of an object.
  static func checkUpdate(_ object: Value, old: Value, type: ResourceType, _ report: inout ValidationReport) {
    let path = FieldPath("metadata")
    let new = object["metadata"] ?? .null
    let before = old["metadata"] ?? .null
    for field in ["name", "namespace", "uid"] where !new.text(field).isEmpty {
      report.immutable(new[field], before[field], path[field])
    }
    for field in ["deletionTimestamp", "deletionGracePeriodSeconds"] {
      // An update that leaves them out keeps them.
      if new.has(field) { report.immutable(new[field], before[field], path[field]) }
    }
    if old.isBeingDeleted {
      let added = Set(new.texts("finalizers")).subtracting(before.texts("finalizers"))
      if !added.isEmpty { report.forbidden(path["finalizers"], "no finalizers can be added while it is being deleted") }
    }
    if new.text("resourceVersion").isEmpty, versioned.contains(type.qualifiedKind) {
      report.invalid(path["resourceVersion"], "must be specified for an update", value: 0)
    }
  }

  /// Kinds that can be updated only by saying which version is meant.
  static let versioned: Set<String> = [
    "Lease.coordination.k8s.io", "PodDisruptionBudget.policy", "CustomResourceDefinition.apiextensions.k8s.io",
    "APIService.apiregistration.k8s.io", "RuntimeClass.node.k8s.io", "CSIDriver.storage.k8s.io",
    "CSINode.storage.k8s.io", "VolumeAttachment.storage.k8s.io", "CSIStorageCapacity.storage.k8s.io",
    "VolumeAttributesClass.storage.k8s.io", "ValidatingWebhookConfiguration.admissionregistration.k8s.io",
    "MutatingWebhookConfiguration.admissionregistration.k8s.io",
    "ValidatingAdmissionPolicy.admissionregistration.k8s.io",
    "ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io",
  ]
}
