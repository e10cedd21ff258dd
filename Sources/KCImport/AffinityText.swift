/// Labels and taints as affinity rules write them.
enum AffinityText {
  private static let topologies = [
    "kubernetes.io/hostname": "hostname", "topology.kubernetes.io/zone": "zone",
    "topology.kubernetes.io/region": "region",
  ]

  /// Labels that every node has, and the names that rules have for them.
  private static let labels = topologies.merging([
    "kubernetes.io/arch": "arch", "kubernetes.io/os": "os", "node.kubernetes.io/instance-type": "instance-type",
  ]) { first, _ in first }

  /// `zone`, `"example.com/rack"`
  static func topology(_ key: String) -> String { topologies[key] ?? SourceText.quoted(key) }

  /// `arch`, `disktype`, `"example.com/disk"`: what rules have a name for means that.
  static func label(_ key: String) -> String {
    if let name = labels[key] { return name }
    return SourceText.isBare(key) && !labels.values.contains(key) ? key : SourceText.quoted(key)
  }

  /// `dedicated`, `"example.com/dedicated"`
  static func taint(_ key: String) -> String { SourceText.isBare(key) ? key : SourceText.quoted(key) }
}
