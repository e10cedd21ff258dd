internal import KCData

/// Persistent volumes and claims.
enum ClaimRules {
  static let accessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]

  static func claim(_ object: Value, _ report: inout ValidationReport) {
    spec(object["spec"] ?? [:], FieldPath("spec"), &report)
  }

  static func spec(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let modes = spec.texts("accessModes")
    if modes.isEmpty { report.required(path["accessModes"], "at least 1 access mode is required") }
    access(modes, path["accessModes"], &report)
    SelectorRules.labels(spec["selector"], path["selector"], &report)
    let storage = spec.at("resources", "requests", "storage")
    if let amount = storage.flatMap({ Quantity($0) }) {
      if amount.nano <= 0 {
        report.invalid(path["resources"].key("storage"), "must be greater than zero", value: storage)
      }
    } else {
      report.required(path["resources"].key("storage"))
    }
    if let name = spec.set("storageClassName")?.string, !name.isEmpty {
      report.subdomain(name, path["storageClassName"])
    }
    if let mode = spec.set("volumeMode")?.string { report.oneOf(mode, ["Block", "Filesystem"], path["volumeMode"]) }
    dataSources(spec, path, &report)
    if let name = spec.set("volumeAttributesClassName")?.string, !name.isEmpty {
      report.subdomain(name, path["volumeAttributesClassName"])
    }
  }

  private static func access(_ modes: [String], _ path: FieldPath, _ report: inout ValidationReport) {
    for mode in modes { report.oneOf(mode, accessModes, path) }
    if modes.contains("ReadWriteOncePod"), Set(modes).count > 1 {
      report.forbidden(path, "may not use ReadWriteOncePod with other access modes")
    }
  }

  private static func dataSources(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    for field in ["dataSource", "dataSourceRef"] {
      guard let source = spec.set(field) else { continue }
      report.notEmpty(source.text("name"), path[field]["name"])
      report.notEmpty(source.text("kind"), path[field]["kind"])
      let group = source.text("apiGroup")
      if group.isEmpty, source.text("kind") != "PersistentVolumeClaim" {
        report.invalid(path[field], "must be a claim when apiGroup is not specified", value: source["kind"])
      }
      if !group.isEmpty { report.subdomain(group, path[field]["apiGroup"]) }
    }
    if let source = spec.set("dataSource"), let reference = spec.set("dataSourceRef"),
      !reference.has("namespace"), source != reference
    {
      report.invalid(path, "dataSource must match dataSourceRef", value: [:])
    }
  }

  private static let classAnnotation = "volume.beta.kubernetes.io/storage-class"

  static func claimUpdate(_ object: Value, old: Value, _ report: inout ValidationReport) {
    let path = FieldPath("spec")
    let new = object["spec"] ?? [:]
    let before = old["spec"] ?? [:]
    var wanted = new
    var former = before
    // A volume and, where there was none, a class can be given once.
    if before.text("volumeName").isEmpty { former["volumeName"] = new["volumeName"] }
    let annotation = old.annotations[classAnnotation]
    if !before.has("storageClassName"), let name = new.set("storageClassName")?.string,
      annotation == nil || annotation == name
    {
      former["storageClassName"] = new["storageClassName"]
    }
    if object.annotations[classAnnotation] != annotation,
      annotation == nil || new.text("storageClassName") != annotation
    {
      report.invalid(FieldPath("metadata", "annotations", classAnnotation), "cannot be changed")
    }
    let isBound = object.at("status", "phase") == "Bound"
    if isBound, new.at("resources", "requests") != nil {
      wanted.set(before.at("resources", "requests", "storage"), at: "resources", "requests", "storage")
    }
    if isBound { wanted["volumeAttributesClassName"] = before["volumeAttributesClassName"] }
    if wanted != former {
      report.forbidden(path, "cannot be changed, but for resources.requests and the attributes class of bound claims")
    }
    shrinking(new, before, old, path, &report)
    if !Value.isSame(new["volumeMode"], before["volumeMode"]) {
      report.invalid(FieldPath("volumeMode"), "cannot be changed", value: new["volumeMode"])
    }
    if before.has("volumeAttributesClassName"), new.text("volumeAttributesClassName").isEmpty {
      report.forbidden(path["volumeAttributesClassName"], "cannot be removed")
    }
  }

  private static func shrinking(
    _ new: Value, _ before: Value, _ old: Value, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    func storage(_ spec: Value) -> Quantity? { spec.at("resources", "requests", "storage").flatMap { Quantity($0) } }
    guard let amount = storage(new), let former = storage(before), amount < former else { return }
    let actual = old.at("status", "capacity", "storage").flatMap { Quantity($0) } ?? Quantity(nano: 0)
    if amount <= actual {
      report.forbidden(path["resources"]["requests"]["storage"], "must be more than the actual capacity")
    }
  }

  static func claimStatus(_ object: Value, _ report: inout ValidationReport) {
    for (name, value) in object["status"]?.map("capacity") ?? [:] {
      if let amount = Quantity(value), amount.nano < 0 {
        report.invalid(FieldPath("status", "capacity").key(name), "must not be negative", value: value)
      }
    }
  }

  // MARK: Volumes

  private static let kinds = [
    "hostPath", "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "flocker", "nfs", "rbd", "quobyte", "cephfs",
    "iscsi", "cinder", "fc", "flexVolume", "azureFile", "vsphereVolume", "photonPersistentDisk", "portworxVolume",
    "azureDisk", "scaleIO", "local", "storageos", "csi",
  ]

  static func volume(_ object: Value, _ report: inout ValidationReport) {
    volumeSpec(object["spec"] ?? [:], FieldPath("spec"), isInline: false, &report)
  }

  /// - Parameter isInline: whether it stands in an attachment, where the driver's source alone is allowed.
  static func volumeSpec(
    _ spec: Value, _ path: FieldPath, isInline: Bool, _ report: inout ValidationReport
  ) {
    let modes = spec.texts("accessModes")
    if modes.isEmpty { report.required(path["accessModes"]) }
    access(modes, path["accessModes"], &report)
    if isInline {
      inline(spec, path, &report)
    } else {
      capacity(spec, path, &report)
    }
    let hasAffinity = !isInline && affinity(spec, path["nodeAffinity"], &report)
    source(spec, path, hasAffinity, &report)
    if spec.at("hostPath", "path") == "/", spec["persistentVolumeReclaimPolicy"] == "Recycle" {
      report.forbidden(path["persistentVolumeReclaimPolicy"], "may not be Recycle for a hostPath of '/'")
    }
    if let name = spec.set("volumeAttributesClassName")?.string {
      if name.isEmpty {
        report.required(path["volumeAttributesClassName"], "an empty name is not allowed")
      } else {
        report.subdomain(name, path["volumeAttributesClassName"])
      }
      if !spec.has("csi") { report.required(path["csi"], "is needed with volumeAttributesClassName") }
    }
  }

  private static func capacity(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let capacity = spec.map("capacity")
    if capacity.isEmpty { report.required(path["capacity"]) }
    if capacity["storage"] == nil || capacity.count > 1 {
      report.unsupported(path["capacity"], CanonicalJSON.text(spec["capacity"] ?? .null), allowed: ["storage"])
    }
    for (name, value) in capacity where (Quantity(value)?.nano ?? 1) <= 0 {
      report.invalid(path["capacity"].key(name), "must be greater than zero", value: value)
    }
    if let policy = spec.set("persistentVolumeReclaimPolicy")?.string, !policy.isEmpty {
      report.oneOf(policy, ["Delete", "Recycle", "Retain"], path["persistentVolumeReclaimPolicy"])
    }
    let storageClass = spec.text("storageClassName")
    if !storageClass.isEmpty { report.subdomain(storageClass, path["storageClassName"]) }
    if let mode = spec.set("volumeMode")?.string { report.oneOf(mode, ["Block", "Filesystem"], path["volumeMode"]) }
  }

  private static func inline(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    for field in ["claimRef", "capacity", "nodeAffinity"] where !Value.isSame(spec[field], nil) {
      report.forbidden(path[field], "may not be specified for inline volumes")
    }
    if !spec.has("csi") { report.required(path["csi"], "is needed for inline volumes") }
    if !["", "Retain"].contains(spec.text("persistentVolumeReclaimPolicy")) {
      report.forbidden(path["persistentVolumeReclaimPolicy"], "may only be Retain for inline volumes")
    }
    if !spec.text("storageClassName").isEmpty {
      report.forbidden(path["storageClassName"], "may not be specified for inline volumes")
    }
    if let mode = spec.set("volumeMode"), mode != "Filesystem" {
      report.forbidden(path["volumeMode"], "may only be Filesystem for inline volumes")
    }
  }

  private static func affinity(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) -> Bool {
    guard let affinity = spec.set("nodeAffinity") else { return false }
    guard let required = affinity.set("required") else {
      report.required(path["required"], "must specify required node constraints")
      return false
    }
    SelectorRules.nodes(required, path["required"], &report)
    return true
  }

  private static func source(
    _ spec: Value, _ path: FieldPath, _ hasAffinity: Bool, _ report: inout ValidationReport
  ) {
    var found = 0
    for kind in kinds {
      guard let source = spec.set(kind) else { continue }
      found += 1
      let here = path[kind]
      if found > 1, kind != "flexVolume" {
        report.forbidden(kind == "cephfs" ? path["cephFS"] : here, "may not specify more than 1 volume type")
        continue
      }
      switch kind {
      case "local":
        let text = source.text("path")
        if text.isEmpty {
          report.required(here["path"])
        } else {
          PathRules.withoutBacksteps(text, here["path"], &report)
        }
        if !hasAffinity { report.required(path["nodeAffinity"], "local volumes require node affinity") }
      case "csi":
        VolumeRules.driver(source.text("driver"), here["driver"], &report)
        report.notEmpty(source.text("volumeHandle"), here["volumeHandle"])
        for field in csiSecrets {
          guard let secret = source.set(field) else { continue }
          let (name, namespace) = (secret.text("name"), secret.text("namespace"))
          if name.isEmpty { report.required(here[field]["name"]) } else { report.subdomain(name, here[field]["name"]) }
          if namespace.isEmpty {
            report.required(here[field]["namespace"])
          } else {
            report.label(namespace, here[field]["namespace"])
          }
        }
      default:
        // The server names this source differently here.
        let shown = kind == "gcePersistentDisk" ? path["persistentDisk"] : here
        StorageSourceRules.check(kind, source, shown, inPod: false, &report)
      }
    }
    if found == 0 { report.required(path, "must specify a volume type") }
  }

  private static let csiSecrets = [
    "controllerPublishSecretRef", "controllerExpandSecretRef", "nodePublishSecretRef", "nodeExpandSecretRef",
  ]

  static func volumeUpdate(_ object: Value, old: Value, _ report: inout ValidationReport) {
    let new = object["spec"] ?? [:]
    let before = old["spec"] ?? [:]
    func sources(_ spec: Value) -> [Value?] {
      kinds.map { kind in
        // Secrets of a driver may be added.
        kind == "csi" ? spec[kind]?.without("controllerExpandSecretRef", "nodeExpandSecretRef") : spec[kind]
      }
    }
    if sources(new) != sources(before) {
      report.forbidden(FieldPath("spec", "persistentvolumesource"), "the source of a volume cannot be changed")
    }
    report.immutable(new["volumeMode"], before["volumeMode"], FieldPath("volumeMode"))
    if before.has("nodeAffinity") {
      report.immutable(new["nodeAffinity"], before["nodeAffinity"], FieldPath("nodeAffinity"))
    }
  }
}
