internal import KCData

/// Pods and pod templates.
enum PodRules {
  /// What the rules of a pod's parts need to know of the whole.
  struct Context {
    var spec: Value
    /// Volumes by name.
    var volumes: [String: Value] = [:]
    /// Names of resource claims.
    var claims: Set<String> = []
    /// Whether this is a pod, not a template of pods.
    var isPod: Bool
    var hostNetwork: Bool { spec.flag("hostNetwork") }
    var hostUsers: Bool { spec["hostUsers"]?.bool ?? true }
    var gracePeriod: Int64 { spec["terminationGracePeriodSeconds"]?.int ?? 30 }
  }

  /// A pod.
  static func check(_ object: Value, _ report: inout ValidationReport) {
    check(object["spec"] ?? [:], FieldPath("spec"), isPod: true, &report)
    annotations(object.at("metadata", "annotations"), FieldPath("metadata", "annotations"), object["spec"], &report)
  }

  /// A new pod.
  static func checkCreate(_ object: Value, _ report: inout ValidationReport) {
    check(object, &report)
    let path = FieldPath("spec")
    let spec = object["spec"] ?? [:]
    if !spec.list("ephemeralContainers").isEmpty {
      report.forbidden(path["ephemeralContainers"], "cannot be set on create")
    }
    appArmor(object, &report)
    seccomp(object, &report)
    if !spec.list("schedulingGates").isEmpty, !spec.text("nodeName").isEmpty {
      report.forbidden(path["nodeName"], "cannot be set until all scheduling gates have been cleared")
    }
  }

  /// Seccomp profiles in annotations must be those in fields.
  private static func seccomp(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    func compare(_ key: String, _ profile: Value?, _ path: FieldPath) {
      guard let text = object.annotations[key], let profile, profile != .null else { return }
      let isSame =
        switch profile.text("type") {
        case "Unconfined": text == "unconfined"
        case "RuntimeDefault": text == "runtime/default" || text == "docker/default"
        case "Localhost": text.hasPrefix("localhost/")
        default: true
        }
      if !isSame {
        report.forbidden(path["seccompProfile"]["type"], "differs from the annotation")
      } else if profile["type"] == "Localhost", text != "localhost/\(profile.text("localhostProfile"))" {
        report.forbidden(path["seccompProfile"]["localhostProfile"], "differs from the annotation")
      }
    }
    compare(seccompKey, spec.at("securityContext", "seccompProfile"), FieldPath("spec", "securityContext"))
    for field in ["initContainers", "containers"] {
      for (index, container) in spec.list(field).enumerated() {
        compare(
          seccompPrefix + container.text("name"), container.at("securityContext", "seccompProfile"),
          FieldPath("spec")[field][index]["securityContext"])
      }
    }
  }

  /// Annotations whose meaning a pod cannot change.
  static func annotationUpdates(_ object: Value, old: Value, _ report: inout ValidationReport) {
    let (new, before) = (object.annotations, old.annotations)
    for key in Set(new.keys).union(before.keys).sorted() where new[key] != before[key] {
      if key.hasPrefix(appArmorPrefix) || key == "kubernetes.io/config.mirror" {
        report.forbidden(FieldPath("metadata", "annotations").key(key), "cannot be changed")
      }
    }
  }

  /// AppArmor profiles in annotations must be those in fields.
  private static func appArmor(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    for field in ["initContainers", "containers"] {
      for (index, container) in spec.list(field).enumerated() {
        guard let text = object.annotations[appArmorPrefix + container.text("name")],
          let named = PodStrategy.profile(text),
          let given = container.at("securityContext", "appArmorProfile")
            ?? spec.at("securityContext", "appArmorProfile")
        else { continue }
        let here = FieldPath("spec")[field][index]["securityContext"]["appArmorProfile"]
        for part in ["type", "localhostProfile"] where !Value.isSame(named[part], given[part]) {
          report.forbidden(here[part], "differs from the annotation")
          break
        }
      }
    }
  }

  /// The template of a workload.
  static func template(_ template: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    ObjectMetaRules.labels(template.at("metadata", "labels"), path["labels"], &report)
    ObjectMetaRules.annotations(template.at("metadata", "annotations"), path["annotations"], &report)
    annotations(template.at("metadata", "annotations"), path["annotations"], template["spec"], &report)
    check(template["spec"] ?? [:], path["spec"], isPod: false, &report)
    if !(template["spec"]?.list("ephemeralContainers") ?? []).isEmpty {
      report.forbidden(path["spec"]["ephemeralContainers"], "ephemeral containers are not allowed in a pod template")
    }
  }

  static func check(_ spec: Value, _ path: FieldPath, isPod: Bool, _ report: inout ValidationReport) {
    var context = Context(spec: spec, isPod: isPod)
    context.volumes = VolumeRules.check(spec, path, context, &report)
    context.claims = claims(spec, path, &report)
    ContainerRules.check(path, context, &report)
    PodResourceRules.check(path, context, &report)
    names(spec, path, &report)
    PodSecurityRules.check(path, context, &report)
    PodPlacementRules.check(path, context, &report)
    network(spec, path, &report)
  }

  private static func names(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    report.requiredOneOf(spec.text("restartPolicy"), ["Always", "OnFailure", "Never"], path["restartPolicy"])
    if let name = spec.set("runtimeClassName")?.string { report.subdomain(name, path["runtimeClassName"]) }
    for field in ["serviceAccountName", "nodeName", "priorityClassName"]
    where !spec.text(field).isEmpty {
      report.subdomain(spec.text(field), path[field])
    }
    if let seconds = spec.set("activeDeadlineSeconds")?.int {
      report.inRange(seconds, 1...2_147_483_647, path["activeDeadlineSeconds"])
    }
    for field in ["hostname", "subdomain"] where !spec.text(field).isEmpty {
      report.label(spec.text(field), path[field])
    }
    if let policy = spec.set("preemptionPolicy")?.string {
      report.requiredOneOf(policy, ["PreemptLowerPriority", "Never"], path["preemptionPolicy"])
    }
    hostnameOverride(spec, path, &report)
    for (index, gate) in spec.list("readinessGates").enumerated() {
      report.qualifiedName(gate.text("conditionType"), path["readinessGates"][index]["conditionType"])
    }
    var gates: Set<String> = []
    for (index, gate) in spec.list("schedulingGates").enumerated() {
      report.qualifiedName(gate.text("name"), path["schedulingGates"][index])
      if !gates.insert(gate.text("name")).inserted {
        report.duplicate(path["schedulingGates"][index], gate.text("name"))
      }
    }
  }

  private static func hostnameOverride(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    guard let name = spec.set("hostnameOverride")?.string else { return }
    let here = path["hostnameOverride"]
    if name.utf8.count > 64 { report.tooLong(here, 64) }
    if name.utf8.count <= 64 || !Names.isSubdomain(name) { report.subdomain(name, here) }
    if spec.flag("setHostnameAsFQDN") { report.forbidden(here, "cannot be set with setHostnameAsFQDN") }
    if spec.flag("hostNetwork") { report.forbidden(here, "cannot be set with hostNetwork") }
  }

  private static func network(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let policies = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]
    report.requiredOneOf(spec.text("dnsPolicy"), policies, path["dnsPolicy"])
    dns(spec, path["dnsConfig"], &report)
    for (index, alias) in spec.list("hostAliases").enumerated() {
      let here = path["hostAliases"][index]
      report.address(alias.text("ip"), here["ip"])
      for (place, name) in alias.texts("hostnames").enumerated() { report.subdomain(name, here["hostnames"][place]) }
    }
  }

  private static func dns(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let config = spec.set("dnsConfig")
    if spec["dnsPolicy"] == "None" {
      if config == nil {
        report.required(path, "must be given when dnsPolicy is None")
        return
      }
      if config?.list("nameservers").isEmpty ?? true {
        report.required(path["nameservers"], "at least one is needed when dnsPolicy is None")
        return
      }
    }
    guard let config else { return }
    let servers = config.texts("nameservers")
    if servers.count > 3 { report.invalid(path["nameservers"], "at most 3 are allowed", value: config["nameservers"]) }
    for (index, server) in servers.enumerated() { report.address(server, path["nameservers"][index]) }
    let searches = config.texts("searches")
    if searches.count > 32 { report.invalid(path["searches"], "at most 32 are allowed") }
    if searches.joined(separator: " ").utf8.count > 2048 {
      report.invalid(path["searches"], "at most 2048 characters are allowed")
    }
    for (index, search) in searches.enumerated() where search != "." {
      let name = search.hasSuffix(".") ? String(search.dropLast()) : search
      let relaxed = name.split(separator: ".", omittingEmptySubsequences: false).map { part in
        String(part).replacing("_", with: "-").trimmingDashes
      }
      report.subdomain(relaxed.joined(separator: "."), path["searches"][index])
    }
    for (index, option) in config.list("options").enumerated() where option.text("name").isEmpty {
      report.required(path["options"][index], "must not be empty")
    }
  }

  private static func claims(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) -> Set<String> {
    var names: Set<String> = []
    for (index, claim) in spec.list("resourceClaims").enumerated() {
      let here = path["resourceClaims"][index]
      let name = claim.text("name")
      if name.isEmpty {
        report.required(here["name"])
      } else if !names.insert(name).inserted {
        report.duplicate(here["name"], name)
      } else {
        report.label(name, here["name"])
      }
      let given = ["resourceClaimName", "resourceClaimTemplateName"].filter { claim.has($0) }
      if given.count != 1 {
        report.invalid(here, "exactly one of resourceClaimName and resourceClaimTemplateName is needed", value: claim)
      }
      for field in given { report.subdomain(claim.text(field), here[field]) }
    }
    return names
  }

  private static let seccompKey = "seccomp.security.alpha.kubernetes.io/pod"
  private static let seccompPrefix = "container.seccomp.security.alpha.kubernetes.io/"
  private static let appArmorPrefix = "container.apparmor.security.beta.kubernetes.io/"

  /// Annotations that the API server gives a meaning.
  private static func annotations(
    _ annotations: Value?, _ path: FieldPath, _ spec: Value?, _ report: inout ValidationReport
  ) {
    let names = ["containers", "initContainers", "ephemeralContainers"].flatMap { spec?.list($0) ?? [] }
      .map { $0.text("name") }
    for (key, value) in annotations?.object ?? [:] {
      let text = value.string ?? ""
      let isProfile = text.isEmpty || text == "runtime/default" || text == "unconfined" || text.hasPrefix("localhost/")
      if key.hasPrefix(appArmorPrefix) {
        let name = String(key.dropFirst(appArmorPrefix.count))
        if !names.contains(name) { report.invalid(path.key(key), "there is no such container", value: .string(name)) }
        if !isProfile { report.invalid(path.key(key), "not an AppArmor profile", value: value) }
      } else if key == seccompKey || key.hasPrefix(seccompPrefix) {
        let isKnown =
          ["runtime/default", "docker/default", "unconfined"].contains(text) || text.hasPrefix("localhost/")
        if !isKnown { report.invalid(path[key], "not a seccomp profile", value: value) }
      } else if key == "kubernetes.io/config.mirror" {
        if spec?.text("nodeName").isEmpty ?? true {
          report.invalid(path.key(key), "must set spec.nodeName if mirror pod annotation is set", value: value)
        }
      } else if key == "controller.kubernetes.io/pod-deletion-cost" {
        let digits = text.first == "-" ? text.dropFirst() : text[...]
        if Int32(text) == nil || text.hasPrefix("+") || digits.first == "0" && digits.utf8.count > 1 {
          report.invalid(path.key(key), "must be a 32-bit integer", value: value)
        }
      }
    }
  }
}

extension String {
  /// Without dashes at either end.
  fileprivate var trimmingDashes: String {
    var text = self[...]
    while text.first == "-" { text.removeFirst() }
    while text.last == "-" { text.removeLast() }
    return String(text)
  }
}
