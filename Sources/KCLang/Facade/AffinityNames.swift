/// The names that affinity rules have for labels which every node has.
public enum AffinityNames {
  /// The labels that say where a node is, by their names: `zone`.
  public static let topologies = [
    "hostname": "kubernetes.io/hostname", "zone": "topology.kubernetes.io/zone",
    "region": "topology.kubernetes.io/region",
  ]

  /// All of these labels, by their names: `arch`.
  public static let labels = topologies.merging([
    "arch": "kubernetes.io/arch", "os": "kubernetes.io/os", "instance-type": "node.kubernetes.io/instance-type",
  ]) { first, _ in first }
}
