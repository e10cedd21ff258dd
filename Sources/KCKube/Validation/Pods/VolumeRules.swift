internal import KCData

/// The volumes of a pod.
enum VolumeRules {
  /// Checks the volumes and returns them by name.
  static func check(
    _ spec: Value, _ path: FieldPath, _ context: PodRules.Context, _ report: inout ValidationReport
  ) -> [String: Value] {
    var byName: [String: Value] = [:]
    for (index, volume) in spec.list("volumes").enumerated() {
      let here = path["volumes"][index]
      let name = volume.text("name")
      let before = report.causes.count
      if name.isEmpty { report.required(here["name"]) } else { report.label(name, here["name"]) }
      if !name.isEmpty, byName[name] != nil { report.duplicate(here["name"], name) }
      sources(volume, here, context, &report)
      // One that is not right is as good as none to those who mount it.
      if report.causes.count == before { byName[name] = volume }
    }
    return byName
  }

  /// In the order in which a second one is refused.
  private static let kinds = [
    "emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs", "iscsi",
    "glusterfs", "flocker", "persistentVolumeClaim", "rbd", "cinder", "cephfs", "quobyte", "downwardAPI", "fc",
    "flexVolume", "configMap", "azureFile", "vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk",
    "storageos", "projected", "scaleIO", "csi", "ephemeral", "image",
  ]

  /// What the server calls some when they are one too many.
  private static let shown = ["cephfs": "cephFS", "downwardAPI": "downwarAPI"]

  private static func sources(
    _ volume: Value, _ path: FieldPath, _ context: PodRules.Context, _ report: inout ValidationReport
  ) {
    var found = 0
    for kind in kinds {
      guard let source = volume.set(kind) else { continue }
      found += 1
      if found > 1 {
        report.forbidden(path[shown[kind] ?? kind], "may not specify more than 1 volume type")
      } else {
        self.source(kind, source, volume, path, context, &report)
      }
    }
    let name = volume.text("name")
    if let portal = volume["iscsi"]?.set("targetPortal")?.string, volume["iscsi"]?.has("initiatorName") ?? false,
      name.utf8.count + portal.utf8.count + 1 > 64
    {
      report.invalid(path["name"], "with the target portal it must be at most 63 characters", value: .string(name))
    }
    if found == 0 { report.required(path, "must specify a volume type") }
  }

  private static func source(
    _ kind: String, _ source: Value, _ volume: Value, _ place: FieldPath, _ context: PodRules.Context,
    _ report: inout ValidationReport
  ) {
    let path = place[kind]
    switch kind {
    case "emptyDir":
      if let limit = source["sizeLimit"].flatMap({ Quantity($0) }), limit.nano < 0 {
        report.forbidden(path["sizeLimit"], "must not be negative")
      }
    case "gitRepo":
      report.notEmpty(source.text("repository"), path["repository"])
      PathRules.descending(source.text("directory"), path["directory"], &report)
    case "secret": FileVolumeRules.keyed(source, nameField: "secretName", path, &report)
    case "configMap": FileVolumeRules.keyed(source, nameField: "name", path, &report)
    case "persistentVolumeClaim": report.notEmpty(source.text("claimName"), path["claimName"])
    case "downwardAPI": FileVolumeRules.downward(source, path, &report)
    case "projected": FileVolumeRules.projected(source, path, context, &report)
    case "csi":
      driver(source.text("driver"), path["driver"], &report)
      if let secret = source.set("nodePublishSecretRef") {
        let name = secret.text("name")
        if name.isEmpty {
          report.required(path["nodePublishSecretRef"]["name"])
        } else {
          report.subdomain(name, path["name"])
        }
      }
    case "ephemeral": ephemeral(source, path, &report)
    case "image":
      report.notEmpty(source.text("reference"), path["reference"])
      report.oneOf(source.text("pullPolicy"), ["Always", "IfNotPresent", "Never"], path["pullPolicy"])
    default:
      // The server names this source differently here.
      let here = kind == "gcePersistentDisk" ? place["persistentDisk"] : path
      StorageSourceRules.check(kind, source, here, inPod: true, &report)
    }
  }

  static func driver(_ name: String, _ path: FieldPath, _ report: inout ValidationReport) {
    if name.isEmpty {
      report.required(path)
      return
    }
    if name.utf8.count > 63 { report.tooLong(path, 63) }
    report.subdomain(name.lowercased(), path)
  }

  private static func ephemeral(_ source: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let here = path["volumeClaimTemplate"]
    guard let template = source.set("volumeClaimTemplate") else {
      report.required(here)
      return
    }
    ObjectMetaRules.labels(template.at("metadata", "labels"), here["metadata"]["labels"], &report)
    ObjectMetaRules.annotations(template.at("metadata", "annotations"), here["metadata"]["annotations"], &report)
    for (field, value) in template.map("metadata") where field != "labels" && field != "annotations" && value != .null {
      report.forbidden(here["metadata"], "only labels and annotations may be set")
      break
    }
    ClaimRules.spec(template["spec"] ?? [:], here["spec"], &report)
  }
}
