internal import KCData

/// Sources of storage that volumes of pods and persistent volumes share.
enum StorageSourceRules {
  static func check(
    _ kind: String, _ source: Value, _ path: FieldPath, inPod: Bool, _ report: inout ValidationReport
  ) {
    for field in needed[kind] ?? [] {
      if source[field]?.array?.isEmpty ?? source.text(field).isEmpty { report.required(path[field]) }
    }
    switch kind {
    case "hostPath":
      if !source.text("path").isEmpty { PathRules.withoutBacksteps(source.text("path"), path["path"], &report) }
      report.oneOf(
        source.text("type"),
        ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"],
        path["type"])
    case "gcePersistentDisk", "awsElasticBlockStore":
      if let number = source["partition"]?.int, !(0...255).contains(number) {
        report.invalid(path["partition"], "must be between 1 and 255", value: .int(number))
      }
    case "nfs":
      if !source.text("path").hasPrefix("/") {
        report.invalid(path["path"], "must be an absolute path", value: source["path"])
      }
    case "iscsi": iscsi(source, path, &report)
    case "glusterfs":
      if let namespace = source.set("endpointsNamespace")?.string, !inPod {
        report.label(namespace, path["endpointsNamespace"])
      }
    case "flocker":
      let given = ["datasetName", "datasetUUID"].filter { !source.text($0).isEmpty }
      if given.isEmpty { report.required(path, "one of datasetName and datasetUUID is required") }
      if given.count == 2 { report.invalid(path, "only one of datasetName and datasetUUID may be given") }
      if source.text("datasetName").contains("/") { report.invalid(path["datasetName"], "must not contain '/'") }
    case "cinder": secret(source, path, inPod: inPod, &report)
    case "storageos":
      for field in ["volumeName", "volumeNamespace"] where !source.text(field).isEmpty {
        report.label(source.text(field), path[field])
      }
      secret(source, path, inPod: inPod, &report)
    case "azureFile":
      if source["secretNamespace"] == "" { report.required(path["secretNamespace"]) }
    case "quobyte": quobyte(source, path, &report)
    case "fc": fibreChannel(source, path, &report)
    case "flexVolume":
      for (key, _) in source.map("options") where isReserved(key) {
        report.invalid(path["options"].key(key), "the kubernetes.io and k8s.io namespaces are reserved")
      }
    case "azureDisk": azureDisk(source, path, &report)
    default: break
    }
  }

  /// The secret of a driver; persistent volumes say in which namespace it is.
  private static func secret(
    _ source: Value, _ path: FieldPath, inPod: Bool, _ report: inout ValidationReport
  ) {
    guard let secret = source.set("secretRef") else { return }
    report.notEmpty(secret.text("name"), path["secretRef"]["name"])
    if !inPod { report.notEmpty(secret.text("namespace"), path["secretRef"]["namespace"]) }
  }

  /// Fields that must be given.
  private static let needed: [String: [String]] = [
    "hostPath": ["path"], "gcePersistentDisk": ["pdName"], "awsElasticBlockStore": ["volumeID"],
    "nfs": ["server", "path"], "iscsi": ["targetPortal", "iqn"], "glusterfs": ["endpoints", "path"],
    "rbd": ["monitors", "image"], "cinder": ["volumeID"], "cephfs": ["monitors"], "quobyte": ["registry", "volume"],
    "flexVolume": ["driver"], "azureFile": ["secretName", "shareName"], "vsphereVolume": ["volumePath"],
    "photonPersistentDisk": ["pdID"], "portworxVolume": ["volumeID"], "azureDisk": ["diskName", "diskURI"],
    "storageos": ["volumeName"], "scaleIO": ["gateway", "system", "volumeName"],
  ]

  private static func isReserved(_ key: String) -> Bool {
    let domain = key.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let name = ".\(domain[0].lowercased())"
    return name.hasSuffix(".kubernetes.io") || name.hasSuffix(".k8s.io")
  }

  private static func iscsi(_ source: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let iqn = source.text("iqn")
    if !iqn.isEmpty, !isInitiator(iqn) {
      report.invalid(path["iqn"], "must start with iqn, eui or naa", value: .string(iqn))
    }
    if let lun = source["lun"]?.int { report.inRange(lun, 0...255, path["lun"]) }
    if source.flag("chapAuthDiscovery") || source.flag("chapAuthSession"), !source.has("secretRef") {
      report.required(path["secretRef"])
    }
    if let secret = source.set("secretRef") { report.notEmpty(secret.text("name"), path["secretRef"]["name"]) }
    if let name = source.set("initiatorName")?.string, !isInitiator(name) {
      report.invalid(path["initiatorname"], "must start with iqn, eui or naa", value: .string(name))
    }
  }

  private static func isInitiator(_ text: String) -> Bool {
    if text.hasPrefix("iqn.") {
      let parts = text.dropFirst(4).split(separator: ".", maxSplits: 1)
      let date = parts.first?.split(separator: "-") ?? []
      return parts.count == 2 && date.count == 2 && date[0].utf8.count == 4 && date[1].utf8.count == 2
        && date.allSatisfy { Int($0) != nil }
    }
    let digits = text.dropFirst(4)
    if text.hasPrefix("eui.") { return digits.utf8.count == 16 && digits.allSatisfy(\.isHexDigit) }
    return text.hasPrefix("naa.") && (digits.utf8.count == 16 || digits.utf8.count == 32)
      && digits.allSatisfy(\.isHexDigit)
  }

  private static func quobyte(_ source: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let registry = source.text("registry")
    if registry.isEmpty { return }
    if source.text("tenant").utf8.count >= 65 {
      return report.required(path["tenant"], "must be a UUID of at most 64 bytes")
    }
    for server in registry.split(separator: ",", omittingEmptySubsequences: false) {
      // A host and a port; an IPv6 address stands in brackets.
      let host = server.hasPrefix("[") ? server.drop { $0 != "]" }.dropFirst() : server[...]
      if host.filter({ $0 == ":" }).count != 1 {
        report.invalid(path["registry"], "must be a list of host:port", value: source["registry"])
      }
    }
  }

  private static func fibreChannel(_ source: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let targets = source.list("targetWWNs")
    let wwids = source.list("wwids")
    if targets.isEmpty, wwids.isEmpty {
      report.required(path["targetWWNs"], "must specify either targetWWNs or wwids, but not both")
    }
    if !targets.isEmpty, !wwids.isEmpty {
      report.invalid(path["targetWWNs"], "only one of targetWWNs and wwids may be given")
    }
    guard !targets.isEmpty else { return }
    if let lun = source.set("lun")?.int {
      report.inRange(lun, 0...255, path["lun"])
    } else {
      report.required(path["lun"], "is required with targetWWNs")
    }
  }

  private static func azureDisk(_ source: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    if let mode = source.set("cachingMode")?.string {
      report.oneOf(mode, ["None", "ReadOnly", "ReadWrite"], path["cachingMode"])
    }
    let kind = source.set("kind")?.string ?? "Shared"
    report.oneOf(kind, ["Dedicated", "Managed", "Shared"], path["kind"])
    let address = source.text("diskURI")
    if kind == "Managed" {
      if !address.hasPrefix("/subscriptions/") {
        report.unsupported(path["diskURI"], address, allowed: ["/subscriptions/…/disks/NAME"])
      }
    } else if !address.hasPrefix("https://") {
      report.unsupported(path["diskURI"], address, allowed: ["https://ACCOUNT.blob.core.windows.net/…"])
    }
  }
}
