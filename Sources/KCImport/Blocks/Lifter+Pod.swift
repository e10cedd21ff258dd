internal import KCData
internal import KCKube

/// The pods of a workload.
extension Lifter {
  /// Writes the pod that a workload's object describes.
  mutating func liftPod() -> Bool {
    let podPath = WorkloadLabels.pod(of: own.kind) + ["spec"]
    guard let spec = rest.value.at(podPath), spec.object != nil else { return false }
    rest.remove(podPath)
    let template = Array(podPath.dropLast()) + ["metadata"]
    if own.head.kind != "pod" {
      if rest.value.at(template + ["creationTimestamp"])?.isNull ?? false {
        rest.remove(template + ["creationTimestamp"])
      }
      if rest.value.at(template)?.object?.isEmpty ?? false { rest.remove(template) }
    }
    var pod = Remainder(spec, rest.path(podPath))
    guard addRestart(&pod) else { return false }
    addPodFields(&pod)
    let volumes = volumeNames(pod)
    let claims =
      rest.peek("spec", "volumeClaimTemplates")?.array?.compactMap { $0.at("metadata", "name")?.string } ?? []
    guard Set(volumes).count == volumes.count, let containers = pod.take("containers")?.array, !containers.isEmpty
    else {
      return false
    }
    let mounts = Set(volumes + claims)
    for (place, container) in (pod.take("initContainers")?.array ?? []).enumerated() {
      guard addContainer("init", container, pod.path.field("initContainers").index(place), mounts) else { return false }
    }
    for (place, container) in containers.enumerated() {
      guard addContainer("container", container, pod.path.field("containers").index(place), mounts) else {
        return false
      }
    }
    guard addVolumes(&pod) else { return false }
    if own.head.kind == "statefulset" { guard addClaims() else { return false } }
    addAffinity(&pod)
    let raw = Remainder(pod.value.plain(podShape), pod.path)
    if !raw.isEmpty {
      lines.append(.gap)
      lines.append(SourceLine(.body("podRaw", raw.fields, podShape), [pod.path]))
      rawLeaves += raw.value.leaves
    }
    return true
  }

  private var podShape: KubeSchema.Shape? {
    let schema = KubeSchema.builtin
    return schema.type(apiVersion: "v1", kind: "Pod").flatMap { schema.types[$0].field("spec")?.shape }
  }

  /// What `raw` says of a part of the object that the library's block does not.
  mutating func addRaw(_ part: Remainder, _ type: String, to body: inout [SourceLine]) {
    guard !part.isEmpty else { return }
    let shape = partShape(type)
    let raw = part.value.plain(shape)
    guard let fields = raw.object, !fields.isEmpty else { return }
    rawLeaves += raw.leaves
    body.append(SourceLine(.body("raw", fields, shape), [part.path]))
  }

  private func partShape(_ type: String) -> KubeSchema.Shape? {
    let schema = KubeSchema.builtin
    func inner(_ shape: KubeSchema.Shape?, _ field: String) -> KubeSchema.Shape? {
      guard case .type(let index)? = shape else { return nil }
      let found = schema.types[index].field(field)?.shape
      if case .list(let element)? = found { return element }
      return found
    }
    switch type {
    case "Container": return inner(podShape, "containers")
    case "Volume": return inner(podShape, "volumes")
    case "VolumeMount": return inner(inner(podShape, "containers"), "volumeMounts")
    default: return schema.type(apiVersion: "v1", kind: type).map { .type($0) }
    }
  }

  private mutating func addRestart(_ pod: inout Remainder) -> Bool {
    let path = pod.path("restartPolicy")
    let policy = pod.text("restartPolicy")
    let isJob = ["job", "cronjob"].contains(own.head.kind)
    let standard = isJob ? "Never" : "Always"
    guard let policy else { return !isJob }
    if policy == standard { return true }
    guard isJob || own.head.kind == "pod", ["Always", "OnFailure", "Never"].contains(policy) else { return false }
    lines.append(.text("restart = \(SourceText.quoted(policy))", path))
    return true
  }

  private mutating func addPodFields(_ pod: inout Remainder) {
    pod.drop("ClusterFirst", "dnsPolicy")
    pod.drop("default-scheduler", "schedulerName")
    pod.drop(30, "terminationGracePeriodSeconds")
    pod.dropEmpty("securityContext")
    pod.dropEmpty("nodeSelector")
    pod.dropEmpty("tolerations")
    pod.dropEmpty("affinity")
    for key in ["hostNetwork", "hostPID", "hostIPC"] { pod.drop(false, key) }
    // What the API server takes for the same, as it stood in its first version.
    let account = pod.text("serviceAccountName") ?? pod.peek("serviceAccount")?.string
    if let account {
      if pod.peek("serviceAccount") == .string(account) { pod.take("serviceAccount") }
      let known = find("ServiceAccount", account)?.text
      lines.append(.text("account = \(known ?? literal(account))", pod.path("serviceAccountName")))
    }
    if let token = pod.bool("automountServiceAccountToken") {
      lines.append(.text("token = \(token)", pod.path("automountServiceAccountToken")))
    }
    if let priority = pod.text("priorityClassName") {
      lines.append(.text("priority = \(literal(priority))", pod.path("priorityClassName")))
    }
    if case .int(let grace)? = pod.peek("terminationGracePeriodSeconds"), grace >= 0, grace < 1_000_000_000 {
      pod.take("terminationGracePeriodSeconds")
      lines.append(
        .text("grace = \(SourceText.duration(seconds: grace))", pod.path("terminationGracePeriodSeconds")))
    }
    for key in ["hostNetwork", "hostPID", "hostIPC"] {
      if let shared = pod.bool(key) { lines.append(.text("\(key) = \(shared)", pod.path(key))) }
    }
    if let shared = pod.bool("shareProcessNamespace") {
      lines.append(.text("shareProcesses = \(shared)", pod.path("shareProcessNamespace")))
    }
    for (name, key) in [
      ("hostname", "hostname"), ("runtimeClass", "runtimeClassName"), ("dnsPolicy", "dnsPolicy"),
      ("nodeName", "nodeName"), ("scheduler", "schedulerName"),
    ] {
      if let text = pod.text(key) { lines.append(.text("\(name) = \(literal(text))", pod.path(key))) }
    }
    // The API server fills it in for pods alone, and not in templates of pods.
    if own.head.kind == "pod" { pod.drop(true, "enableServiceLinks") }
    if let links = pod.bool("enableServiceLinks") {
      lines.append(.text("serviceLinks = \(links)", pod.path("enableServiceLinks")))
    }
    if let labels = pod.map("nodeSelector") {
      lines.append(.value("nodeSelector", .object(labels), pod.path("nodeSelector")))
    }
    addPullSecrets(&pod)
    addPodSecurity(&pod)
  }

  private mutating func addPullSecrets(_ pod: inout Remainder) {
    guard let secrets = pod.peek("imagePullSecrets")?.array, !secrets.isEmpty,
      secrets.allSatisfy({ $0.object?.count == 1 && $0["name"]?.string != nil })
    else { return }
    pod.take("imagePullSecrets")
    let texts = secrets.compactMap { secret in
      secret["name"]?.string.map { find("Secret", $0)?.text ?? literal($0) }
    }
    lines.append(.list("pullSecrets", texts, pod.path("imagePullSecrets")))
  }

  private mutating func addPodSecurity(_ pod: inout Remainder) {
    let path = pod.path("securityContext")
    var parts: [SourceLine] = []
    for (name, key) in [("user", "runAsUser"), ("group", "runAsGroup"), ("fsGroup", "fsGroup")] {
      if let number = pod.int("securityContext", key) { parts.append(.text("\(name) = \(number)", path.field(key))) }
    }
    if let truth = pod.bool("securityContext", "runAsNonRoot") {
      parts.append(.text("nonRoot = \(truth)", path.field("runAsNonRoot")))
    }
    if let groups = pod.peek("securityContext", "supplementalGroups")?.array, !groups.isEmpty,
      groups.allSatisfy({ ($0.int ?? -1) >= 0 })
    {
      pod.take("securityContext", "supplementalGroups")
      let numbers = groups.compactMap { $0.int.map(SourceText.integer) }
      parts.append(.list("groups", numbers, path.field("supplementalGroups")))
    }
    if let policy = pod.text("securityContext", "fsGroupChangePolicy") {
      parts.append(.text("fsGroupChange = \(SourceText.quoted(policy))", path.field("fsGroupChangePolicy")))
    }
    addKernelSettings(&pod, to: &parts)
    if let label = Self.seLinux(&pod) { parts.append(label) }
    if let seccomp = Self.seccomp(&pod) { parts.append(.text(seccomp, path.field("seccompProfile"))) }
    guard !parts.isEmpty else { return }
    lines.append(.block("security", parts, path))
  }

  /// `sysctls = { "net.core.somaxconn": "1024" }`
  private func addKernelSettings(_ pod: inout Remainder, to parts: inout [SourceLine]) {
    let path = pod.path("securityContext", "sysctls")
    guard let settings = pod.peek("securityContext", "sysctls")?.array, !settings.isEmpty else { return }
    var fields = Fields()
    for setting in settings {
      guard setting.object?.count == 2, let name = setting["name"]?.string, let value = setting["value"],
        value.string != nil, fields[name] == nil
      else { return }
      fields[name] = value
    }
    pod.take("securityContext", "sysctls")
    parts.append(.value("sysctls", .object(fields), path))
  }

  /// `seLinux { level = "s0:c123" }`
  static func seLinux(_ owner: inout Remainder) -> SourceLine? {
    let path = owner.path("securityContext", "seLinuxOptions")
    let names = ["level", "role", "type", "user"]
    guard let options = owner.peek("securityContext", "seLinuxOptions")?.object, !options.isEmpty,
      options.allSatisfy({ key, value in names.contains(key) && value.string != nil })
    else { return nil }
    owner.take("securityContext", "seLinuxOptions")
    let lines = names.compactMap { key in
      options[key]?.string.map { SourceLine.text("\(key) = \(SourceText.quoted($0))", path.field(key)) }
    }
    return .block("seLinux", lines, path)
  }

  /// `seccomp = "RuntimeDefault"`
  static func seccomp(_ owner: inout Remainder) -> String? {
    guard let profile = owner.peek("securityContext", "seccompProfile"), profile.object?.count == 1,
      let type = profile["type"]?.string, ["RuntimeDefault", "Unconfined"].contains(type)
    else { return nil }
    owner.take("securityContext", "seccompProfile")
    return "seccomp = \(SourceText.quoted(type))"
  }

  // MARK: Volumes

  private func volumeNames(_ pod: Remainder) -> [String] {
    pod.peek("volumes")?.array?.compactMap { $0["name"]?.string } ?? []
  }

  private mutating func addVolumes(_ pod: inout Remainder) -> Bool {
    let path = pod.path("volumes")
    guard let volumes = pod.take("volumes")?.array, !volumes.isEmpty else { return true }
    lines.append(.gap)
    for (place, volume) in volumes.enumerated() {
      guard let line = volumeLine(Remainder(volume, path.index(place))) else { return false }
      lines.append(line)
    }
    return true
  }
}
