internal import KCData

/// What may change in a pod.
enum PodUpdateRules {
  static func check(_ object: Value, old: Value, _ report: inout ValidationReport) {
    PodRules.check(object, &report)
    PodAnnotationRules.updates(object, old: old, &report)
    let path = FieldPath("spec")
    let new = object["spec"] ?? [:]
    let before = old["spec"] ?? [:]
    for field in ["containers", "initContainers"] where new.list(field).count != before.list(field).count {
      report.forbidden(path[field], "pod updates may not add or remove containers")
      return
    }
    deadline(new, before, path["activeDeadlineSeconds"], &report)
    let gates = Set(before.list("schedulingGates").map { $0.text("name") })
    for (index, gate) in new.list("schedulingGates").enumerated() where !gates.contains(gate.text("name")) {
      report.forbidden(path["schedulingGates"][index]["name"], "gates can only be removed")
    }
    tolerations(new, before, path["tolerations"], &report)
    var fixed = pinned(new)
    var fixedBefore = pinned(before)
    if new["terminationGracePeriodSeconds"] == 1, (before["terminationGracePeriodSeconds"]?.int ?? 0) < 0 {
      fixed["terminationGracePeriodSeconds"] = nil
      fixedBefore["terminationGracePeriodSeconds"] = nil
    }
    if !gates.isEmpty {
      placement(new, before, path, &report)
      for field in ["nodeSelector", "affinity"] {
        fixed[field] = nil
        fixedBefore[field] = nil
      }
    }
    if fixed != fixedBefore {
      report.forbidden(
        path, "only images, the deadline, added tolerations and removed scheduling gates of a pod can change")
    }
  }

  private static func deadline(
    _ new: Value, _ before: Value, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    guard let former = before.set("activeDeadlineSeconds")?.int else { return }
    guard let seconds = new.set("activeDeadlineSeconds")?.int else {
      report.invalid(path, "must not be removed", value: .null)
      return
    }
    if seconds > former { report.invalid(path, "must not be raised", value: .int(seconds)) }
  }

  private static func tolerations(
    _ new: Value, _ before: Value, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    let wanted = new.list("tolerations").map { $0.without("tolerationSeconds") }
    let isKept = before.list("tolerations").allSatisfy { wanted.contains($0.without("tolerationSeconds")) }
    if !isKept { report.forbidden(path, "tolerations can only be added") }
  }

  /// Without what may change.
  private static func pinned(_ spec: Value) -> Value {
    var spec = spec.without("activeDeadlineSeconds", "tolerations", "schedulingGates")
    for field in ["containers", "initContainers"] {
      Defaulting.each(&spec, field) { container in container["image"] = nil }
    }
    return spec
  }

  /// Where a gated pod may run can be narrowed.
  private static func placement(
    _ new: Value, _ before: Value, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    let selector = new.map("nodeSelector")
    for (key, value) in before.map("nodeSelector") where selector[key] != value {
      report.invalid(path["nodeSelector"], "can only be added to", value: new["nodeSelector"])
      break
    }
    let required = ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]
    if let old = before.at(required)?.list("nodeSelectorTerms"), !old.isEmpty {
      let terms = new.at(required)?.list("nodeSelectorTerms") ?? []
      let here = path["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
      let isNarrowed =
        terms.count == old.count
        && zip(terms, old).allSatisfy { term, old in
          ["matchExpressions", "matchFields"].allSatisfy { field in
            let now = term.list(field)
            return old.list(field).allSatisfy { now.contains($0) }
          }
        }
      if !isNarrowed { report.invalid(here["nodeSelectorTerms"], "can only be narrowed") }
    }
    for field in ["podAffinity", "podAntiAffinity"] {
      let old = before.at("affinity", field)
      if !Value.isSame(new.at("affinity", field), old), !Defaulting.isNil(old) {
        report.invalid(path["affinity"][field], "cannot be changed")
      }
    }
  }

  /// What containers get can change, but not the pod's quality of service.
  static func resize(_ object: Value, old: Value, _ report: inout ValidationReport) {
    PodRules.check(object, &report)
    if QualityOfService.of(object) != QualityOfService.of(old) {
      report.invalid(FieldPath("spec"), "the pod's quality of service cannot change")
    }
  }

  /// Debugging containers can only be added, through their subresource.
  static func ephemeral(_ object: Value, old: Value, _ report: inout ValidationReport) {
    PodRules.check(object, &report)
    let now = object["spec"]?.list("ephemeralContainers") ?? []
    for container in old["spec"]?.list("ephemeralContainers") ?? [] {
      guard let same = now.first(where: { $0["name"] == container["name"] }) else {
        report.forbidden(
          FieldPath("spec", "ephemeralContainers"), "existing ephemeral containers may not be removed")
        continue
      }
      if same != container {
        report.forbidden(
          FieldPath("spec", "ephemeralContainers"), "existing ephemeral containers may not be changed")
      }
    }
  }

  /// The status of a pod.
  static func status(_ object: Value, old: Value, _ report: inout ValidationReport) {
    let path = FieldPath("status")
    let status = object["status"] ?? [:]
    conditions(status, &report)
    ends(object, old, path, &report)
    claims(object, path["resourceClaimStatuses"], &report)
    let nominated = status.text("nominatedNodeName")
    if !nominated.isEmpty, nominated != old.at("status", "nominatedNodeName")?.string {
      report.subdomain(nominated, path["nominatedNodeName"])
    }
    for field in ["podIPs", "hostIPs"] {
      let addresses = status.list(field).map { $0.text("ip") }
      for (index, address) in addresses.enumerated() { report.address(address, path[field][index]) }
      var seen: Set<String> = []
      for (index, address) in addresses.enumerated() where !seen.insert(address).inserted {
        report.duplicate(path[field][index], address)
      }
      let families = addresses.compactMap { IPAddress($0)?.isIPv6 }
      if addresses.count > 1, families.filter({ $0 }).count != 1 || addresses.count > 2 {
        report.invalid(path[field], "may have at most one address of each family", value: status[field])
      }
    }
    if let first = status.list("hostIPs").first, first["ip"] != status["hostIP"] {
      report.invalid(path["hostIPs"][0]["ip"], "must be equal to hostIP", value: first["ip"])
    }
    if let former = old.at("spec", "nodeName"), former != object.at("spec", "nodeName") {
      report.forbidden(path["nodeName"], "may not be changed directly")
    }
  }

  private static func conditions(_ status: Value, _ report: inout ValidationReport) {
    for (index, condition) in status.list("conditions").enumerated() {
      let type = condition.text("type")
      if ["PodScheduled", "Ready", "Initialized"].contains(type) { continue }
      // The server looks for them in the metadata.
      report.qualifiedName(type, FieldPath("metadata", "conditions")[index]["Type"])
    }
  }

  /// Containers that have ended and are not started again stay so.
  private static func ends(_ object: Value, _ old: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let policy = old.at("spec", "restartPolicy")?.string ?? ""
    let restartable = Set(
      (old["spec"]?.list("initContainers") ?? []).filter { $0["restartPolicy"] == "Always" }.map { $0.text("name") })
    for field in ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"] {
      let rule = field == "ephemeralContainerStatuses" ? "Never" : policy
      if rule == "Always" { continue }
      for (index, status) in (old["status"]?.list(field) ?? []).enumerated() {
        guard let end = status["state"]?.set("terminated") else { continue }
        let name = status.text("name")
        if end["exitCode"]?.int ?? 0 != 0, rule == "OnFailure" { continue }
        if field == "initContainerStatuses", restartable.contains(name) { continue }
        let isAlive = (object["status"]?.list(field) ?? []).contains {
          $0.text("name") == name && !($0["state"]?.has("terminated") ?? false)
        }
        if isAlive { report.forbidden(path[field][index]["state"], "an ended container is not started again") }
      }
    }
  }

  private static func claims(_ object: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let known = Set((object["spec"]?.list("resourceClaims") ?? []).map { $0.text("name") })
    var seen: Set<String> = []
    for (index, status) in (object["status"]?.list("resourceClaimStatuses") ?? []).enumerated() {
      let name = status.text("name")
      let here = path[index]["name"]
      if !known.contains(name) { report.invalid(here, "names no claim of the pod", value: .string(name)) }
      if !seen.insert(name).inserted { report.duplicate(here, name) }
      if let claim = status.set("resourceClaimName")?.string { report.subdomain(claim, here) }
    }
  }
}
