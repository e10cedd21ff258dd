internal import Glibc

/// A node that is a slice of this machine.
public struct LogicalNode: Sendable, Hashable {
  /// Counted from 1.
  public let index: Int
  /// How many there are.
  public let count: Int

  /// Runtime handlers are declared ahead, for this many.
  public static let limit = 16

  public init(index: Int, count: Int) {
    self.index = index
    self.count = count
  }

  public var name: String { "node-\(index)" }
  /// `a`, `b`, `c`, and again from `a`.
  public var zone: String { ["a", "b", "c"][(index - 1) % 3] }
  /// The pods' addresses: `10.244.1.0/24`.
  var podRange: String { "10.244.\(index).0/24" }
  /// The node's own address, on the bridge that services are reached through.
  var address: String { "10.244.0.\(index + 1)" }

  var labels: [String: String] {
    #if arch(arm64)
      let architecture = "arm64"
    #else
      let architecture = "amd64"
    #endif
    return [
      "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": architecture,
      "topology.kubernetes.io/zone": zone, "topology.kubernetes.io/region": "local",
      // The first of three has the fast disk: something for a rule about nodes to tell apart.
      "disk": index % 3 == 0 ? "hdd" : "ssd",
    ]
  }

  /// The node's share of the machine's processors, in thousandths.
  var milliCPU: Int64 { Int64(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) * 1000 / Int64(count) }

  /// The node's share of the machine's memory in bytes, less what the system and the engine need.
  var memory: Int64 {
    let total = Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE)))
    let slice = max(64 << 20, (total - (512 << 20)) / Int64(count))
    return slice / (1 << 20) * (1 << 20)
  }
}
