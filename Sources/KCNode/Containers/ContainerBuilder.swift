internal import KCData

/// Makes the configuration of a container.
struct ContainerBuilder {
  let pod: PodSpec
  let spec: ContainerSpec
  let node: NodeConfiguration
  let paths: NodePaths

  /// - Parameters:
  ///   - image: the image, for its user.
  ///   - environment: as `EnvironmentBuilder` makes it.
  ///   - mounts: of its volumes.
  /// - Throws: when the declaration cannot be followed.
  func config(
    attempt: UInt32, image: ContainerImage, environment: [EnvironmentVariable], mounts: [Mount]
  ) throws(ConfigurationError) -> ContainerConfig {
    if let unsupported { throw ConfigurationError(unsupported) }
    var config = ContainerConfig(name: spec.name, image: image.id)
    config.attempt = attempt
    var values: [String: String] = [:]
    for variable in environment { values[variable.name] = variable.value }
    func expanded(_ key: String) -> [String] {
      (spec.value[key]?.array ?? []).compactMap(\.string).map { VariableExpansion.expand($0) { values[$0] } }
    }
    config.command = expanded("command")
    config.args = expanded("args")
    config.workingDirectory = spec.value["workingDir"]?.string ?? ""
    config.environment = environment
    config.mounts = mounts
    config.labels = [
      PodLabels.podName: pod.name, PodLabels.podNamespace: pod.namespace, PodLabels.podUID: pod.uid,
      PodLabels.containerName: spec.name, PodLabels.node: node.name,
    ]
    config.annotations = [
      PodLabels.image: spec.image, PodLabels.restartCount: String(attempt),
      PodLabels.gracePeriod: String(pod.gracePeriod),
      PodLabels.terminationMessagePath: terminationMessagePath,
    ]
    config.logPath = "\(spec.name)/\(attempt).log"
    config.stdin = spec.value["stdin"]?.bool ?? false
    config.stdinOnce = spec.value["stdinOnce"]?.bool ?? false
    config.tty = spec.value["tty"]?.bool ?? false
    config.resources = ResourceBuilder(quality: QualityOfService(pod), allocatable: node.allocatable).resources(spec)
    config.security = try SecurityBuilder(pod: pod, spec: spec, namespaces: sandbox.namespaces).security(image)
    return config
  }

  var terminationMessagePath: String {
    let path = spec.value["terminationMessagePath"]?.string ?? ""
    return path.isEmpty ? "/dev/termination-log" : path
  }

  private var sandbox: SandboxBuilder { SandboxBuilder(pod: pod, node: node, paths: paths) }

  /// What the container asks for and this node does not do.
  private var unsupported: String? {
    for probe in [spec.startupProbe, spec.readinessProbe, spec.livenessProbe] {
      if case .unsupported(let why)? = probe?.action { return why }
    }
    let security = [spec.value["securityContext"], pod.spec["securityContext"]].compactMap { $0 }
    let asked: [(Bool, String)] = [
      (spec.value["volumeDevices"]?.array?.isEmpty == false, "block devices"),
      (pod.spec["hostUsers"]?.bool == false, "user namespaces (hostUsers: false)"),
      (pod.spec["resourceClaims"]?.array?.isEmpty == false, "resource claims"),
      (pod.spec["runtimeClassName"]?.string != nil, "runtime classes"),
      (spec.value.at("lifecycle", "stopSignal") != nil, "stop signals"),
      (
        security.contains { ["RuntimeDefault", "Localhost"].contains($0.at("appArmorProfile", "type")?.string) },
        "AppArmor profiles"
      ),
    ]
    if let (_, what) = asked.first(where: { $0.0 }) { return "\(what) are not supported by this node" }
    return nil
  }
}

/// Makes the security settings of a container.
struct SecurityBuilder {
  let pod: PodSpec
  let spec: ContainerSpec
  let namespaces: NamespaceOptions

  func security(_ image: ContainerImage) throws(ConfigurationError) -> ContainerSecurity {
    let ofPod = pod.spec["securityContext"] ?? [:]
    let own = spec.value["securityContext"] ?? [:]
    func setting(_ key: String) -> Value? { own[key].flatMap { $0.isNull ? nil : $0 } ?? ofPod[key] }
    var out = ContainerSecurity()
    out.privileged = own["privileged"]?.bool ?? false
    out.runAsUser = setting("runAsUser")?.int
    out.runAsGroup = setting("runAsGroup")?.int
    if out.runAsUser == nil {
      out.runAsUser = image.uid
      if image.uid == nil, !image.userName.isEmpty { out.runAsUserName = image.userName }
    }
    // A group without a user is refused by the runtime.
    if out.runAsGroup != nil && out.runAsUser == nil && out.runAsUserName == nil { out.runAsUser = 0 }
    if setting("runAsNonRoot")?.bool == true { try requireNonRoot(out, image) }
    out.supplementalGroups = SandboxBuilder.groups(ofPod)
    out.readOnlyRootFilesystem = own["readOnlyRootFilesystem"]?.bool ?? false
    out.noNewPrivileges = own["allowPrivilegeEscalation"]?.bool == false
    out.addCapabilities = (own.at("capabilities", "add")?.array ?? []).compactMap(\.string)
    out.dropCapabilities = (own.at("capabilities", "drop")?.array ?? []).compactMap(\.string)
    out.namespaces = namespaces
    if !out.privileged {
      out.maskedPaths = own["procMount"]?.string == "Unmasked" ? [] : Self.masked
      out.readOnlyPaths = own["procMount"]?.string == "Unmasked" ? [] : Self.readOnly
    }
    out.seccomp = try seccomp(setting("seccompProfile"))
    return out
  }

  private func requireNonRoot(_ security: ContainerSecurity, _ image: ContainerImage) throws(ConfigurationError) {
    if let name = security.runAsUserName {
      throw ConfigurationError(
        "container has runAsNonRoot and image has non-numeric user (\(name)), cannot verify user is non-root")
    }
    if security.runAsUser ?? 0 == 0 {
      throw ConfigurationError("container has runAsNonRoot and its user is root (container: \(spec.name))")
    }
  }

  private func seccomp(_ profile: Value?) throws(ConfigurationError) -> ContainerSecurity.Seccomp {
    switch profile?["type"]?.string {
    case nil, "Unconfined": return .unconfined
    case "RuntimeDefault": return .runtimeDefault
    case let type: throw ConfigurationError("seccomp profiles of type \(type ?? "") are not supported by this node")
    }
  }

  /// Parts of `/proc` and `/sys` that tell of, or change, the whole machine.
  private static let masked = [
    "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
    "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
    "/sys/devices/virtual/powercap",
  ]
  private static let readOnly = [
    "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
  ]
}
