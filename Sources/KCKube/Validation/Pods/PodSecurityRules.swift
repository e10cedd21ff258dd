internal import KCData

/// Security of a pod as a whole: its own security context, its operating system, host namespaces.
enum PodSecurityRules {
  static func check(_ path: FieldPath, _ context: PodRules.Context, _ report: inout ValidationReport) {
    let spec = context.spec
    let here = path["securityContext"]
    let security = spec["securityContext"] ?? .null
    SecurityContextRules.ids(security, ["fsGroup", "runAsUser", "runAsGroup"], here, &report)
    for (index, group) in security.list("supplementalGroups").enumerated() {
      report.inRange(group.int ?? 0, 0...2_147_483_647, here["supplementalGroups"][index])
    }
    if let policy = security.set("fsGroupChangePolicy")?.string {
      report.oneOf(policy, ["Always", "OnRootMismatch"], here["fsGroupChangePolicy"])
    }
    if let policy = security.set("supplementalGroupsPolicy")?.string {
      report.oneOf(policy, ["Merge", "Strict"], here["supplementalGroupsPolicy"])
    }
    if let policy = security.set("seLinuxChangePolicy")?.string {
      report.requiredOneOf(policy, ["MountOption", "Recursive"], here["seLinuxChangePolicy"])
    }
    SecurityContextRules.profiles(security, here, &report)
    SecurityContextRules.windows(security["windowsOptions"], here["windowsOptions"], &report)
    sysctls(spec, security, here["sysctls"], &report)
    namespaces(spec, path, &report)
    hostProcess(path, context, &report)
    system(path, context, &report)
  }

  private static func namespaces(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    if spec.flag("shareProcessNamespace"), spec.flag("hostPID") {
      report.invalid(
        path["securityContext"]["shareProcessNamespace"], "cannot be set with hostPID", value: true)
    }
    guard spec["hostUsers"] == false else { return }
    for (field, shown) in [("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")]
    where spec.flag(field) {
      report.forbidden(path[shown], "when hostUsers is false")
    }
    for (index, container) in spec.list("containers").enumerated() where !container.list("volumeDevices").isEmpty {
      report.forbidden(path["containers"][index]["volumeDevices"], "when hostUsers is false")
    }
  }

  private static func sysctls(
    _ spec: Value, _ security: Value, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    var names: Set<String> = []
    for (index, sysctl) in security.list("sysctls").enumerated() {
      let name = sysctl.text("name")
      let here = path[index]["name"]
      if name.isEmpty {
        report.required(here)
      } else if !isSysctl(name) {
        report.invalid(here, "not the name of a kernel parameter", value: .string(name))
      } else if !names.insert(name).inserted {
        report.duplicate(here, name)
      }
      let dotted = name.replacing("/", with: ".")
      if spec.flag("hostNetwork"), dotted.hasPrefix("net.") {
        report.invalid(here, "may not be specified when hostNetwork is true", value: .string(name))
      }
      let isShared =
        dotted.hasPrefix("kernel.shm") || dotted.hasPrefix("kernel.msg") || dotted == "kernel.sem"
        || dotted.hasPrefix("fs.mqueue.")
      if spec.flag("hostIPC"), isShared {
        report.invalid(here, "may not be specified when hostIPC is true", value: .string(name))
      }
    }
  }

  private static func isSysctl(_ name: String) -> Bool {
    name.utf8.count <= 253
      && name.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "." || $0 == "/" }).allSatisfy { part in
        guard let first = part.utf8.first, let last = part.utf8.last else { return false }
        func isPlain(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...122).contains(byte) }
        return isPlain(first) && isPlain(last) && part.utf8.allSatisfy { isPlain($0) || $0 == 45 || $0 == 95 }
      }
  }

  /// Windows containers that run on the host.
  private static func hostProcess(
    _ path: FieldPath, _ context: PodRules.Context, _ report: inout ValidationReport
  ) {
    let spec = context.spec
    let ofPod = spec.at("securityContext", "windowsOptions", "hostProcess")?.bool
    var count = 0
    var total = 0
    for field in ["initContainers", "containers"] {
      for (index, container) in spec.list(field).enumerated() {
        total += 1
        let own = container.at("securityContext", "windowsOptions", "hostProcess")?.bool
        let here = path[field][index]["securityContext"]["windowsOptions"]["hostProcess"]
        if let ofPod, let own, ofPod != own {
          report.invalid(here, "must be the same as that of the pod", value: .bool(own))
        }
        if own ?? ofPod ?? false { count += 1 }
      }
    }
    guard count > 0 else { return }
    if count < total {
      report.invalid(path, "all containers must be host process containers when one is")
    }
    if !context.hostNetwork {
      report.invalid(path["hostNetwork"], "must be true with host process containers", value: false)
    }
  }

  private static func system(_ path: FieldPath, _ context: PodRules.Context, _ report: inout ValidationReport) {
    guard let system = context.spec.set("os") else { return }
    let name = system.text("name")
    if name.isEmpty {
      report.required(path["os"]["name"])
    } else {
      report.oneOf(name, ["linux", "windows"], path["os"])
    }
    let spec = context.spec
    let here = path["securityContext"]
    let security = spec["securityContext"] ?? .null
    let isWindows = name == "windows"
    guard isWindows || name == "linux" else { return }
    let ofPod = isWindows ? podOnLinux : ["windowsOptions"]
    for field in ofPod where !Defaulting.isNil(security[field]) && security[field] != [] {
      report.forbidden(here[field], "cannot be set for a \(name) pod")
    }
    if isWindows {
      for field in ["hostPID", "hostIPC"] where spec.flag(field) {
        report.forbidden(path[field], "cannot be set for a windows pod")
      }
      for field in ["hostUsers", "shareProcessNamespace"] where spec.has(field) {
        report.forbidden(path[field], "cannot be set for a windows pod")
      }
    }
    let fields = isWindows ? containerOnLinux : ["windowsOptions"]
    for kind in ["containers", "initContainers", "ephemeralContainers"] {
      for (index, container) in spec.list(kind).enumerated() {
        for field in fields where !Defaulting.isNil(container.at("securityContext", field)) {
          report.forbidden(path[kind][index]["securityContext"][field], "cannot be set for a \(name) pod")
        }
      }
    }
  }

  private static let podOnLinux = [
    "appArmorProfile", "seLinuxOptions", "seccompProfile", "fsGroup", "fsGroupChangePolicy", "sysctls", "runAsUser",
    "runAsGroup", "supplementalGroups", "supplementalGroupsPolicy",
  ]
  private static let containerOnLinux = [
    "appArmorProfile", "seLinuxOptions", "seccompProfile", "capabilities", "readOnlyRootFilesystem", "privileged",
    "allowPrivilegeEscalation", "procMount", "runAsUser", "runAsGroup",
  ]
}
