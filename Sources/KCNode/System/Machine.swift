internal import Glibc

/// What the agent tells of the machine it runs on.
struct Machine: Sendable, Hashable {
  var machineID = ""
  var bootID = ""
  var kernel = ""
  var osImage = ""
  /// As in images: `amd64`, `arm64`.
  var architecture = ""
  /// Bytes that programs could still get.
  var availableMemory: Int64 = .max
  /// The share of the disk that is free.
  var freeDisk = 1.0
  var processes: Int64 = 0
  var maximumProcesses: Int64 = .max

  static func read(stateDirectory: String) -> Machine {
    var out = Machine()
    out.machineID = text("/etc/machine-id")
    out.bootID = text("/proc/sys/kernel/random/boot_id")
    out.kernel = text("/proc/sys/kernel/osrelease")
    for line in text("/etc/os-release").split(separator: "\n") where line.hasPrefix("PRETTY_NAME=") {
      out.osImage = String(line.dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" })
    }
    var names = utsname()
    if uname(&names) == 0 {
      let machine = withUnsafeBytes(of: &names.machine) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      out.architecture = ["x86_64": "amd64", "aarch64": "arm64"][machine] ?? machine
    }
    for line in text("/proc/meminfo").split(separator: "\n") where line.hasPrefix("MemAvailable:") {
      if let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int64($0) }) {
        out.availableMemory = kilobytes * 1024
      }
    }
    var disk = statvfs()
    if statvfs(stateDirectory, &disk) == 0, disk.f_blocks > 0 {
      out.freeDisk = Double(disk.f_bavail) / Double(disk.f_blocks)
    }
    // The fourth word of the load is `running/all`.
    let load = text("/proc/loadavg").split(separator: " ").dropFirst(3).first?.split(separator: "/").last
    out.processes = load.flatMap { Int64($0) } ?? 0
    out.maximumProcesses = Int64(text("/proc/sys/kernel/pid_max")) ?? .max
    return out
  }

  private static func text(_ path: String) -> String {
    var bytes = Files.read(path, limit: 65536) ?? []
    while let last = bytes.last, last == UInt8(ascii: "\n") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}
