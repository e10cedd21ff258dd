internal import KCData

/// Services, but for the ranges of addresses and ports of a cluster.
enum ServiceRules {
  static func check(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    let type = spec.text("type")
    let isHeadless = spec["clusterIP"] == "None"
    if spec.list("ports").isEmpty, !isHeadless, type != "ExternalName" { report.required(path["ports"]) }
    topologyAnnotations(object, &report)
    if type == "LoadBalancer" {
      for (index, port) in spec.list("ports").enumerated() where port["port"] == 10250 {
        report.invalid(path["ports"][index], "is the port of the node agent", value: port["port"])
      }
    }
    switch type {
    case "LoadBalancer", "NodePort":
      if isHeadless {
        report.invalid(path["clusterIPs"][0], "may not be None for \(type) services", value: "None")
      }
    case "ExternalName":
      if !spec.list("clusterIPs").isEmpty || !spec.text("clusterIP").isEmpty {
        report.forbidden(path["clusterIPs"], "may not be set for ExternalName services")
      }
      externalName(spec, path["externalName"], &report)
      for field in ["ipFamilies", "ipFamilyPolicy"] where spec.has(field) && spec[field] != [] {
        report.forbidden(path[field], "may not be set for ExternalName services")
      }
    default: break
    }
    ServicePortRules.check(spec, path, &report)
    if spec.has("selector") { ObjectMetaRules.labels(spec["selector"], path["selector"], &report) }
    affinity(spec, path, &report)
    addresses(spec, type, path, &report)
    external(spec, type, path, &report)
    report.requiredOneOf(type, ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"], path["type"])
    loadBalancer(spec, type, path, &report)
    if spec.list("loadBalancerSourceRanges").isEmpty { sourceRanges(object, type, &report) }
    if let policy = spec.set("trafficDistribution")?.string {
      report.oneOf(
        policy, ["PreferClose", "PreferSameNode", "PreferSameZone"], path["trafficDistribution"])
    }
  }

  /// Two annotations, an older and a newer one, that must agree.
  private static func topologyAnnotations(_ object: Value, _ report: inout ValidationReport) {
    let mode = "service.kubernetes.io/topology-mode"
    guard let hints = object.annotations["service.kubernetes.io/topology-aware-hints"],
      let text = object.annotations[mode], text != hints
    else { return }
    report.invalid(
      FieldPath("metadata", "annotations").key(mode), "must match the annotation topology-aware-hints",
      value: .string(text))
  }

  private static func externalName(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    var name = spec.text("externalName")
    if name.utf8.count > 0, name.hasSuffix(".") { name.removeLast() }
    if name.isEmpty { report.required(path) } else { report.subdomain(name, path) }
  }

  private static func affinity(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let kind = spec.text("sessionAffinity")
    report.requiredOneOf(kind, ["ClientIP", "None"], path["sessionAffinity"])
    let config = spec.set("sessionAffinityConfig")
    let here = path["sessionAffinityConfig"]
    if kind == "ClientIP" {
      guard let seconds = config?.at("clientIP", "timeoutSeconds")?.int else {
        report.required(here, "is needed for ClientIP")
        return
      }
      if seconds <= 0 || seconds > 86400 {
        report.invalid(
          here["clientIP"]["timeoutSeconds"], "must be greater than 0 and at most 86400", value: .int(seconds))
      }
    } else if kind == "None", config != nil {
      report.forbidden(here, "must not be set when the session affinity is None")
    }
  }

  static func addresses(
    _ spec: Value, _ type: String, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    let here = path["clusterIPs"]
    let first = spec.text("clusterIP")
    let all = spec.texts("clusterIPs")
    if first.isEmpty, !all.isEmpty {
      report.invalid(here, "must be empty when clusterIP is not specified", value: spec["clusterIPs"])
    }
    if !first.isEmpty, let head = all.first, head != first {
      report.invalid(here, "first value must match clusterIP", value: spec["clusterIPs"])
    }
    families(spec, type, path, &report)
    if type == "ExternalName" { return }
    if all.contains("None"), all.count > 1 {
      report.invalid(here, "None must be the only value", value: spec["clusterIPs"])
      return
    }
    for (index, address) in all.enumerated() where address != "None" { report.address(address, here[index]) }
    if all.count > 2 { report.invalid(here, "may only hold up to 2 values", value: spec["clusterIPs"]) }
    let parsed = all.compactMap { IPAddress($0) }
    if parsed.count > 1, parsed.count == all.count {
      if parsed[0].isIPv6 == parsed[1].isIPv6 {
        report.invalid(here, "may have at most one address of each family", value: spec["clusterIPs"])
      }
    }
    let wanted = spec.texts("ipFamilies")
    for (index, address) in parsed.enumerated() where index < wanted.count && parsed.count == all.count {
      if address.isIPv6 != (wanted[index] == "IPv6") {
        report.invalid(here[index], "expected an \(wanted[index]) address", value: .string(all[index]))
      }
    }
  }

  private static func families(
    _ spec: Value, _ type: String, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    let families = spec.texts("ipFamilies")
    var seen: Set<String> = []
    for (index, family) in families.enumerated() {
      report.oneOf(family, ["IPv4", "IPv6"], path["ipFamilies"][index])
      if !seen.insert(family).inserted { report.duplicate(path["ipFamilies"][index], family) }
    }
    guard let policy = spec.set("ipFamilyPolicy")?.string else { return }
    report.oneOf(policy, ["PreferDualStack", "RequireDualStack", "SingleStack"], path["ipFamilyPolicy"])
  }

  private static func external(
    _ spec: Value, _ type: String, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    for (index, address) in spec.texts("externalIPs").enumerated() {
      EndpointRules.reachable(address, path["externalIPs"][index], &report)
    }
    let isOpen =
      type == "LoadBalancer" || type == "NodePort" || (type == "ClusterIP" && !spec.list("externalIPs").isEmpty)
    let policy = spec.text("externalTrafficPolicy")
    let here = path["externalTrafficPolicy"]
    if isOpen {
      report.requiredOneOf(policy, ["Cluster", "Local"], here)
    } else if !policy.isEmpty {
      report.invalid(here, "may only be set for externally-accessible services", value: .string(policy))
    }
    if let policy = spec.set("internalTrafficPolicy")?.string {
      report.oneOf(policy, ["Cluster", "Local"], path["internalTrafficPolicy"])
    } else if type != "ExternalName", ["NodePort", "LoadBalancer", "ClusterIP"].contains(type) {
      report.required(path["internalTrafficPolicy"])
    }
    if let port = spec["healthCheckNodePort"]?.int, port != 0 {
      let here = path["healthCheckNodePort"]
      if type == "LoadBalancer", policy == "Local" {
        report.portNumber(port, here)
      } else {
        report.invalid(
          here, "is for LoadBalancer services with the external traffic policy Local", value: .int(port))
      }
    }
  }

  private static func loadBalancer(
    _ spec: Value, _ type: String, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    let isBalancer = type == "LoadBalancer"
    for (index, range) in spec.texts("loadBalancerSourceRanges").enumerated()
    where IPRange(range.split(separator: " ").joined()) == nil {
      report.invalid(path["LoadBalancerSourceRanges"][index], "not an address range", value: .string(range))
    }
    if !spec.list("loadBalancerSourceRanges").isEmpty, !isBalancer {
      report.forbidden(path["LoadBalancerSourceRanges"], "may only be used when type is LoadBalancer")
    }
    if spec.has("allocateLoadBalancerNodePorts"), !isBalancer {
      report.forbidden(path["allocateLoadBalancerNodePorts"], "may only be used when type is LoadBalancer")
    }
    if isBalancer, !spec.has("allocateLoadBalancerNodePorts") {
      report.required(path["allocateLoadBalancerNodePorts"])
    }
    guard let name = spec.set("loadBalancerClass")?.string else { return }
    if isBalancer {
      report.qualifiedName(name, path["loadBalancerClass"])
    } else {
      report.forbidden(path["loadBalancerClass"], "may only be used when type is LoadBalancer")
    }
  }

  private static let rangesAnnotation = "service.beta.kubernetes.io/load-balancer-source-ranges"

  /// The ranges in an annotation, as they once were given.
  private static func sourceRanges(_ object: Value, _ type: String, _ report: inout ValidationReport) {
    guard let text = object.annotations[rangesAnnotation] else { return }
    let path = FieldPath("metadata", "annotations").key(rangesAnnotation)
    if type != "LoadBalancer" { report.forbidden(path, "may only be used when type is LoadBalancer") }
    if text.allSatisfy(\.isWhitespace) { return }
    for range in text.split(separator: ",", omittingEmptySubsequences: false)
    where IPRange(range.split(separator: " ").joined()) == nil {
      report.invalid(path, "not an address range", value: .string(String(range)))
    }
  }

  static func status(_ object: Value, _ report: inout ValidationReport) {
    let balancer = object["status"]?["loadBalancer"] ?? [:]
    let path = FieldPath("status", "loadBalancer")
    if object.at("spec", "type") != "LoadBalancer", !balancer.list("ingress").isEmpty {
      report.forbidden(path["ingress"], "may only be used when type is LoadBalancer")
    } else {
      ingressPoints(balancer, path, &report)
    }
  }

  /// The addresses of a load balancer.
  static func ingressPoints(_ balancer: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    for (index, point) in balancer.list("ingress").enumerated() {
      let here = path["ingress"][index]
      let address = point.text("ip")
      if !address.isEmpty { report.address(address, here["ip"]) }
      if let mode = point.set("ipMode")?.string {
        if address.isEmpty {
          report.forbidden(here["ipMode"], "may not be specified without ip")
        } else {
          report.oneOf(mode, ["Proxy", "VIP"], here["ipMode"])
        }
      }
      let host = point.text("hostname")
      if !host.isEmpty {
        report.subdomain(host, here["hostname"])
        if IPAddress(host) != nil {
          report.invalid(here["hostname"], "must be a DNS name, not an address", value: .string(host))
        }
      }
    }
  }

  // MARK: Changes

  static func update(_ object: Value, old: Value, _ report: inout ValidationReport) {
    let new = object["spec"] ?? [:]
    let before = old["spec"] ?? [:]
    let path = FieldPath("spec")
    let type = new.text("type")
    if before.text("type") != "ExternalName", type != "ExternalName" {
      let isHeadless = new["clusterIP"] == "None"
      let wasHeadless = before["clusterIP"] == "None"
      if !isHeadless || !wasHeadless { kept(new, before, "clusterIPs", path, &report) }
      if !isHeadless, !wasHeadless { kept(new, before, "ipFamilies", path, &report) }
    }
    if type == "LoadBalancer", before.text("type") == "LoadBalancer" {
      if !Value.isSame(new["loadBalancerClass"], before["loadBalancerClass"]) {
        report.invalid(path["loadBalancerClass"], "may not change once set", value: new["loadBalancerClass"])
      }
    }
    if ServiceStrategy.needsHealthCheck(new), ServiceStrategy.needsHealthCheck(before),
      new["healthCheckNodePort"] != before["healthCheckNodePort"]
    {
      report.forbidden(path["healthCheckNodePort"], "cannot be changed")
    }
  }

  /// The first address and family stay; the second comes and goes with the policy.
  private static func kept(
    _ new: Value, _ before: Value, _ field: String, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    let now = new.texts(field)
    let former = before.texts(field)
    if now.count == former.count {
      for (index, text) in former.enumerated() where now[index] != text {
        report.invalid(
          path[field][field == "clusterIPs" ? index : 0], "may not change once set", value: new[field])
      }
      return
    }
    if let head = former.first {
      if now.isEmpty, now.count < former.count {
        report.invalid(path[field][0], "the first cannot be taken away", value: new[field])
      } else if let first = now.first, first != head {
        report.invalid(path[field][0], "may not change once set", value: new[field])
      }
    }
    if now.count == 1, former.count > 1, new["ipFamilyPolicy"] != "SingleStack" {
      report.invalid(
        path["ipFamilyPolicy"], "must be SingleStack when the second of \(field) is given up",
        value: new["ipFamilyPolicy"])
    }
  }
}
