internal import Glibc

/// Control groups of nodes and pods, in both of Linux' hierarchies.
public struct Cgroups: Sendable {
  /// Where the hierarchies are mounted.
  private let root: String

  public init(root: String = "/sys/fs/cgroup") { self.root = root }

  /// Limits what all pods of a node use together.
  ///
  /// - Parameters:
  ///   - path: the node's group, such as `/kc/node-1`.
  ///   - milliCPU: thousandths of a processor; nil is no limit.
  ///   - memory: bytes; nil is no limit.
  /// - Returns: whether the machine let us.
  @discardableResult
  public func limit(_ path: String, milliCPU: Int64?, memory: Int64?) -> Bool {
    if isUnified {
      for group in Self.ancestors(path) { write("+cpu +memory +pids", "\(root)\(group)/cgroup.subtree_control") }
      make("\(root)\(path)")
      write("+cpu +memory +pids", "\(root)\(path)/cgroup.subtree_control")
      let cpu = write(milliCPU.map { "\($0.clampedMultiply(100)) 100000" } ?? "max 100000", "\(root)\(path)/cpu.max")
      return write(memory.map(String.init) ?? "max", "\(root)\(path)/memory.max") && cpu
    }
    make("\(root)/cpu\(path)")
    make("\(root)/memory\(path)")
    // On the way up nothing below the group may be above its limit, so the limit is set before pods are there.
    write("100000", "\(root)/cpu\(path)/cpu.cfs_period_us")
    let cpu = write(milliCPU.map { String($0.clampedMultiply(100)) } ?? "-1", "\(root)/cpu\(path)/cpu.cfs_quota_us")
    return write(memory.map(String.init) ?? "-1", "\(root)/memory\(path)/memory.limit_in_bytes") && cpu
  }

  /// Removes a group and those in it. Those that still hold processes stay.
  public func remove(_ path: String) {
    guard path.count > 1 else { return }
    for hierarchy in hierarchies { removeTree("\(hierarchy)\(path)", depth: 0) }
  }

  /// The groups directly in a group: of a node, its pods.
  public func children(_ path: String) -> [String] {
    Set(
      hierarchies.flatMap { hierarchy in
        Files.names("\(hierarchy)\(path)").filter { Files.kind("\(hierarchy)\(path)/\($0)") == S_IFDIR }
      }
    ).sorted()
  }

  /// A process of a group, as this machine numbers it; nil where it has none.
  func process(_ path: String) -> Int? {
    for hierarchy in hierarchies {
      guard let bytes = Files.read("\(hierarchy)\(path)/cgroup.procs", limit: 4096) else { continue }
      let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
      if let number = Int(String(decoding: line, as: UTF8.self)), number > 0 { return number }
    }
    return nil
  }

  private var isUnified: Bool { Files.exists("\(root)/cgroup.controllers") }

  private var hierarchies: [String] {
    if isUnified { return [root] }
    return Files.names(root).map { "\(root)/\($0)" }.filter { Files.kind($0) == S_IFDIR }
  }

  private func removeTree(_ path: String, depth: Int) {
    guard depth < 32, Files.exists(path) else { return }
    for name in Files.names(path) where Files.kind("\(path)/\(name)") == S_IFDIR {
      removeTree("\(path)/\(name)", depth: depth + 1)
    }
    rmdir(path)
  }

  private func make(_ path: String) { try? Files.makeFolder(path) }

  @discardableResult
  private func write(_ text: String, _ path: String) -> Bool {
    let file = open(path, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    let bytes = Array(text.utf8)
    return Glibc.write(file, bytes, bytes.count) == bytes.count
  }

  /// The groups above a path, from the top.
  private static func ancestors(_ path: String) -> [String] {
    var out = [""]
    for part in path.split(separator: "/").dropLast() { out.append("\(out[out.count - 1])/\(part)") }
    return out
  }
}

extension Int64 {
  fileprivate func clampedMultiply(_ factor: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: factor)
    return overflow ? .max : product
  }
}
