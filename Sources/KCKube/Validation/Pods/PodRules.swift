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
    PodAnnotationRules.check(
      object.at("metadata", "annotations"), FieldPath("metadata", "annotations"), object["spec"], &report)
  }

  /// A new pod.
  static func checkCreate(_ object: Value, _ report: inout ValidationReport) {
    check(object, &report)
    let path = FieldPath("spec")
    let spec = object["spec"] ?? [:]
    if !spec.list("ephemeralContainers").isEmpty {
      report.forbidden(path["ephemeralContainers"], "cannot be set on create")
    }
    PodAnnotationRules.profiles(object.annotations, spec, path, &report)
    if !spec.list("schedulingGates").isEmpty, !spec.text("nodeName").isEmpty {
      report.forbidden(path["nodeName"], "cannot be set until all scheduling gates have been cleared")
    }
  }

  /// The template of a workload.
  static func template(_ template: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    ObjectMetaRules.labels(template.at("metadata", "labels"), path["labels"], &report)
    ObjectMetaRules.annotations(template.at("metadata", "annotations"), path["annotations"], &report)
    PodAnnotationRules.check(template.at("metadata", "annotations"), path["annotations"], template["spec"], &report)
    PodAnnotationRules.profiles(
      stringMap(template.at("metadata", "annotations")), template["spec"] ?? [:], path["spec"], &report)
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
      // Underscores may stand within a part and at its start.
      let relaxed = name.split(separator: ".", omittingEmptySubsequences: false).map { part in
        (part.hasPrefix("_") ? part.dropFirst() : part).replacing("_", with: "-")
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
}
