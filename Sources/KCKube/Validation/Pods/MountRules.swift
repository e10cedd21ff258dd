internal import KCData

/// The volumes that a container mounts and the devices it uses.
enum MountRules {
  static func check(
    _ container: Value, _ path: FieldPath, _ context: PodRules.Context, _ report: inout ValidationReport
  ) {
    let mounts = container.list("volumeMounts")
    let devices = container.list("volumeDevices")
    let devicePaths = Set(devices.map { $0.text("devicePath") })
    let deviceNames = Set(devices.map { $0.text("name") })
    var paths: Set<String> = []
    for (index, mount) in mounts.enumerated() {
      let here = path["volumeMounts"][index]
      let name = mount.text("name")
      report.notEmpty(name, here["name"])
      if context.volumes[name] == nil { report.notFound(here["name"], name) }
      let target = mount.text("mountPath")
      report.notEmpty(target, here["mountPath"])
      if !paths.insert(target).inserted { report.invalid(here["mountPath"], "must be unique", value: .string(target)) }
      if devicePaths.contains(target) { report.invalid(here["mountPath"], "is also the path of a device") }
      if deviceNames.contains(name) { report.invalid(here["name"], "is also used as a device", value: .string(name)) }
      if !mount.text("subPath").isEmpty, !mount.text("subPathExpr").isEmpty {
        report.invalid(here["subPathExpr"], "cannot be set with subPath", value: mount["subPathExpr"])
      }
      details(mount, container, path["volumeMounts"], &report)
    }
    self.devices(devices, mounts, path["volumeDevices"], context, &report)
  }

  private static func details(
    _ mount: Value, _ container: Value, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    if !mount.text("subPath").isEmpty { PathRules.descending(mount.text("subPath"), path["subPath"], &report) }
    if !mount.text("subPathExpr").isEmpty {
      PathRules.descending(mount.text("subPathExpr"), path["subPathExpr"], &report)
    }
    let propagation = mount.set("mountPropagation")?.string
    if let propagation {
      report.oneOf(propagation, ["Bidirectional", "HostToContainer", "None"], path["mountPropagation"])
      if propagation == "Bidirectional", container.at("securityContext", "privileged") != true {
        report.forbidden(path["mountPropagation"], "Bidirectional is for privileged containers only")
      }
    }
    guard let readOnly = mount.set("recursiveReadOnly")?.string else { return }
    let here = path["recursiveReadOnly"]
    switch readOnly {
    case "Disabled": break
    case "Enabled", "IfPossible":
      if !mount.flag("readOnly") { report.forbidden(here, "may only be specified when readOnly is true") }
      if let propagation, propagation != "None" {
        report.forbidden(here, "may only be specified without mount propagation")
      }
    default: report.unsupported(here, readOnly, allowed: ["Disabled", "Enabled", "IfPossible"])
    }
  }

  private static func devices(
    _ devices: [Value], _ mounts: [Value], _ path: FieldPath, _ context: PodRules.Context,
    _ report: inout ValidationReport
  ) {
    let mountPaths = Set(mounts.map { $0.text("mountPath") })
    let mountNames = Set(mounts.map { $0.text("name") })
    var names: Set<String> = []
    var paths: Set<String> = []
    for (index, device) in devices.enumerated() {
      let here = path[index]
      let name = device.text("name")
      report.notEmpty(name, here["name"])
      if !names.insert(name).inserted { report.invalid(here["name"], "must be unique", value: .string(name)) }
      if let volume = context.volumes[name] {
        if !volume.has("persistentVolumeClaim"), !volume.has("ephemeral") {
          report.invalid(here["name"], "only claims can be used as devices", value: .string(name))
        }
      } else {
        report.notFound(here["name"], name)
      }
      let target = device.text("devicePath")
      if target.isEmpty {
        report.required(here["devicePath"])
      } else {
        if !paths.insert(target).inserted { report.invalid(here["devicePath"], "must be unique") }
        PathRules.withoutBacksteps(target, here["devicePath"], &report)
      }
      if mountPaths.contains(target) { report.invalid(here["devicePath"], "is also the path of a mount") }
      if mountNames.contains(name) { report.invalid(here["name"], "is also mounted", value: .string(name)) }
    }
  }
}
