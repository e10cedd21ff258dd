internal import KCData

/// Objects of the group `storage.k8s.io`.
enum StorageObjectRules {
  static func storageClass(_ object: Value, _ report: inout ValidationReport) {
    let provisioner = object.text("provisioner")
    if provisioner.isEmpty {
      report.required(FieldPath("provisioner"))
    } else {
      report.qualifiedName(provisioner.lowercased(), FieldPath("provisioner"))
    }
    parameters(object, &report)
    if let policy = object.set("reclaimPolicy")?.string, !policy.isEmpty {
      report.oneOf(policy, ["Delete", "Retain"], FieldPath("reclaimPolicy"))
    }
    report.requiredOneOf(
      object.text("volumeBindingMode"), ["Immediate", "WaitForFirstConsumer"], FieldPath("volumeBindingMode"))
    SelectorRules.topology(object.list("allowedTopologies"), FieldPath("allowedTopologies"), &report)
  }

  private static func parameters(
    _ object: Value, mayBeEmpty: Bool = true, _ report: inout ValidationReport
  ) {
    let path = FieldPath("parameters")
    let parameters = object.map("parameters")
    if !mayBeEmpty, parameters.isEmpty { report.required(path, "at least one parameter is needed") }
    if parameters.count > 512 { report.tooLong(path, 512) }
    var size = 0
    for (key, value) in parameters {
      if key.isEmpty { report.invalid(path, "names must not be empty", value: "") }
      size += key.utf8.count + (value.string?.utf8.count ?? 0)
    }
    if size > 262_144 { report.tooLong(path, 262_144) }
  }

  static func attributesClass(_ object: Value, _ report: inout ValidationReport) {
    let driver = object.text("driverName")
    if driver.isEmpty {
      report.required(FieldPath("driverName"))
    } else {
      report.qualifiedName(driver.lowercased(), FieldPath("driverName"))
    }
    parameters(object, mayBeEmpty: false, &report)
  }

  static func driver(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    for field in ["attachRequired", "podInfoOnMount", "storageCapacity", "requiresRepublish", "seLinuxMount"]
    where !spec.has(field) {
      report.required(path[field == "attachRequired" ? "attachedRequired" : field])
    }
    report.requiredOneOf(
      spec.text("fsGroupPolicy"), ["File", "None", "ReadWriteOnceWithFSType"], path["fsGroupPolicy"])
    for mode in spec.texts("volumeLifecycleModes") {
      report.oneOf(mode, ["Persistent", "Ephemeral"], path["volumeLifecycleModes"])
    }
    if let seconds = spec.set("nodeAllocatableUpdatePeriodSeconds")?.int, seconds < 10 {
      report.invalid(path["nodeAllocatableUpdatePeriodSeconds"], "must be at least 10 seconds", value: .int(seconds))
    }
    if spec.has("serviceAccountTokenInSecrets"), spec.list("tokenRequests").isEmpty {
      report.invalid(
        path["serviceAccountTokenInSecrets"], "is of use only with tokenRequests",
        value: spec["serviceAccountTokenInSecrets"])
    }
    var audiences: Set<String> = []
    for (index, request) in spec.list("tokenRequests").enumerated() {
      let here = path["tokenRequests"][index]
      let audience = request.text("audience")
      guard audiences.insert(audience).inserted else {
        report.duplicate(here["audience"], audience)
        continue
      }
      guard let seconds = request.set("expirationSeconds")?.int else { continue }
      if seconds < 600 {
        report.invalid(here["expirationSeconds"], "must be at least 10 minutes", value: .int(seconds))
      } else if seconds > 4_294_967_296 {
        report.invalid(here["expirationSeconds"], "must be at most 2^32 seconds", value: .int(seconds))
      }
    }
  }

  static func node(_ object: Value, _ report: inout ValidationReport) {
    var names: Set<String> = []
    for (index, driver) in (object["spec"]?.list("drivers") ?? []).enumerated() {
      let here = FieldPath("spec", "drivers")[index]
      let name = driver.text("name")
      VolumeRules.driver(name, here["name"], &report)
      if !names.insert(name).inserted { report.duplicate(here["name"], name) }
      let id = driver.text("nodeID")
      if id.isEmpty { report.required(here["nodeID"]) }
      if id.utf8.count > 192 { report.invalid(here["nodeID"], "at most 192 bytes") }
      report.nonNegative(driver.at("allocatable", "count"), here["allocatable"]["count"])
      var keys: Set<String> = []
      for key in driver.texts("topologyKeys") {
        if !keys.insert(key).inserted { report.duplicate(here, key) }
        report.notEmpty(key, here)
        report.qualifiedName(key, here)
      }
    }
  }

  /// Of a driver that a node has already only the count of volumes may change.
  static func nodeUpdate(_ object: Value, old: Value, _ report: inout ValidationReport) {
    let before = Dictionary(
      (old["spec"]?.list("drivers") ?? []).map { ($0.text("name"), $0.without("allocatable")) },
      uniquingKeysWith: { first, _ in first })
    for driver in object["spec"]?.list("drivers") ?? [] {
      guard let same = before[driver.text("name")] else { continue }
      report.immutable(driver.without("allocatable"), same, FieldPath("spec", "drivers"))
    }
  }

  static func attachment(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    VolumeRules.driver(spec.text("attacher"), path["attacher"], &report)
    let source = spec["source"] ?? [:]
    let volume = source.set("persistentVolumeName")?.string
    let inline = source.set("inlineVolumeSpec")
    if volume == nil, inline == nil {
      report.required(path["source"], "inlineVolumeSpec or persistentVolumeName is needed")
    }
    if volume != nil, inline != nil {
      report.forbidden(path["source"], "only one of inlineVolumeSpec and persistentVolumeName may be given")
    }
    if let volume {
      if volume.isEmpty, inline == nil { report.required(path["source"]["persistentVolumeName"]) }
      report.subdomain(volume, path["source"]["persistentVolumeName"])
    }
    if let inline, volume == nil {
      ClaimRules.volumeSpec(inline, path["source"]["inlineVolumeSpec"], isInline: true, &report)
    }
    report.subdomain(spec.text("nodeName"), path["nodeName"])
  }

  static func capacity(_ object: Value, _ report: inout ValidationReport) {
    SelectorRules.labels(object["nodeTopology"], FieldPath("nodeTopology"), &report)
    report.subdomain(object.text("storageClassName"), FieldPath("storageClassName"))
    if let amount = object["capacity"].flatMap({ Quantity($0) }), amount.nano < 0 {
      report.invalid(FieldPath("capacity"), "must not be negative", value: object["capacity"])
    }
  }

  /// A reference to an object by API group, kind and name.
  static func typedReference(_ reference: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let group = reference.text("apiGroup")
    if reference.has("apiGroup") { report.subdomain(group, path["apiGroup"]) }
    for field in ["kind", "name"] {
      if reference.text(field).isEmpty {
        report.required(path[field])
      } else {
        report.pathSegment(reference.text(field), path[field])
      }
    }
  }
}
