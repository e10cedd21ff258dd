public import KCData

/// Addresses and ports that a service asks for, against what a cluster has.
public enum ServiceAllocation {
  /// What a cluster gives to services.
  public struct Cluster: Sendable {
    /// The ranges of addresses, the first being that of the cluster's main family.
    public var ranges: [IPRange]
    public var nodePorts: ClosedRange<Int64>
    /// Whether another service has an address.
    public var isTaken: @Sendable (String) -> Bool

    public init(
      ranges: [IPRange] = [IPRange("10.96.0.0/16")].compactMap(\.self),
      nodePorts: ClosedRange<Int64> = 30000...32767, isTaken: @escaping @Sendable (String) -> Bool = { _ in false }
    ) {
      self.ranges = ranges
      self.nodePorts = nodePorts
      self.isTaken = isTaken
    }
  }

  /// Why a service cannot have what it asks for in a cluster. The server looks at this first, and at all else
  /// (`Validation`) only where this is granted.
  ///
  /// - Parameter old: the service as it is stored, for a change: what it has is not asked for again.
  public static func check(
    _ object: Value, old: Value? = nil, type: ResourceType, cluster: Cluster
  ) -> [APIStatus.Cause] {
    guard type.qualifiedKind == "Service", let spec = object["spec"], spec["type"] != "ExternalName" else { return [] }
    var report = ValidationReport()
    ServiceRules.addresses(spec, spec.text("type"), FieldPath("spec"), &report)
    if !report.isEmpty { return report.causes }
    families(spec, cluster, &report)
    if !report.isEmpty { return report.causes }
    let had = Set(old?["spec"]?.texts("clusterIPs") ?? [])
    for text in spec.texts("clusterIPs") where text != "None" && !text.isEmpty && !had.contains(text) {
      guard let address = IPAddress(text) else { continue }
      let isInside = cluster.ranges.contains { $0.contains(address) && $0.address != address }
      if !isInside || cluster.isTaken(text) {
        let why =
          isInside ? "provided IP is already allocated" : "the provided network does not match the current range"
        report.invalid(
          FieldPath("spec", "clusterIPs"), "failed to allocate IP \(text): \(why)", value: spec["clusterIPs"])
      }
    }
    nodePorts(spec, old?["spec"], cluster, &report)
    return report.causes
  }

  private static func families(_ spec: Value, _ cluster: Cluster, _ report: inout ValidationReport) {
    let path = FieldPath("spec")
    let served = Set(cluster.ranges.map { $0.address.isIPv6 ? "IPv6" : "IPv4" })
    let isWithoutSelector = spec["clusterIP"] == "None" && Defaulting.isZero(spec["selector"])
    if isWithoutSelector { return }
    for (index, text) in spec.texts("clusterIPs").enumerated() {
      guard let address = IPAddress(text), !served.contains(address.isIPv6 ? "IPv6" : "IPv4") else { continue }
      report.invalid(path["clusterIPs"][index], "this cluster has no addresses of its family", value: .string(text))
    }
    if !report.isEmpty { return }
    if spec["ipFamilyPolicy"] == "SingleStack", spec.list("ipFamilies").count > 1 {
      report.invalid(
        path["ipFamilyPolicy"], "must be RequireDualStack or PreferDualStack for two families",
        value: spec["ipFamilyPolicy"])
      return
    }
    for (index, family) in spec.texts("ipFamilies").enumerated() where !served.contains(family) {
      report.invalid(path["ipFamilies"][index], "not configured on this cluster", value: .string(family))
    }
    if served.count < 2, spec["ipFamilyPolicy"] == "RequireDualStack" {
      report.invalid(path["ipFamilyPolicy"], "this cluster has one family only", value: spec["ipFamilyPolicy"])
    }
  }

  private static func nodePorts(
    _ spec: Value, _ old: Value?, _ cluster: Cluster, _ report: inout ValidationReport
  ) {
    let had = Set((old?.list("ports") ?? []).compactMap { $0["nodePort"]?.int })
    guard ServiceStrategy.usesNodePorts(spec) else { return }
    var used: Set<String> = []
    for (index, port) in spec.list("ports").enumerated() {
      guard let number = port["nodePort"]?.int, number != 0 else { continue }
      if !used.insert("\(number)/\(port.text("protocol"))").inserted {
        report.invalid(
          FieldPath("spec", "ports")[index]["nodePort"], "provided port is already allocated", value: .int(number))
      }
      if had.contains(number) { continue }
      if !cluster.nodePorts.contains(number) {
        report.invalid(
          FieldPath("spec", "ports")[index]["nodePort"],
          "provided port is not in the valid range. The range of valid ports is "
            + "\(cluster.nodePorts.lowerBound)-\(cluster.nodePorts.upperBound)", value: .int(number))
      }
    }
  }
}
