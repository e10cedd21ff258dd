internal import Glibc
internal import Logging

/// Starts the engine's own containerd and keeps it running. Containers do not depend on it to go on.
struct ContainerdSupervisor: Sendable {
  let home: EngineHome
  let nodes: [LogicalNode]
  let logger: Logger

  private var configPath: String { "\(home.containerd)/config.toml" }
  private var pidPath: String { Self.pidPath(home) }
  private static func pidPath(_ home: EngineHome) -> String { "\(home.containerd)/containerd.pid" }

  /// Whether a containerd of this folder was started and not stopped: it may have died since, and its containers go on.
  static func wasStarted(_ home: EngineHome) -> Bool { FileSystem.exists(pidPath(home)) }

  /// What must be installed, with the package that has it.
  static let tools = [
    ("containerd", "containerd"), ("ctr", "containerd"), ("runc", "runc"), ("nft", "nftables"), ("ip", "iproute2"),
  ]

  /// Says what is missing on this machine.
  static func checkTools() throws(EngineError) {
    if geteuid() != 0 {
      throw EngineError("the engine runs containers and needs root", help: "run kc with sudo")
    }
    let searched = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin"
    let path: [String] = searched.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
    var missing: [String] = []
    for (tool, package) in tools where !path.contains(where: { access("\($0)/\(tool)", X_OK) == 0 }) {
      if !missing.contains(package) { missing.append(package) }
    }
    if !FileSystem.exists("/usr/lib/cni/ptp") { missing.append("containernetworking-plugins") }
    if !missing.isEmpty {
      throw EngineError(
        "the engine needs what is not installed here: \(missing.joined(separator: ", "))",
        help: "apt-get install \(missing.joined(separator: " "))")
    }
  }

  /// Starts containerd, or joins the one that an engine before left running.
  func start() async throws(EngineError) {
    try FileSystem.makeFolder(home.containerd, mode: 0o711)
    let config = configuration()
    let isSame = FileSystem.readText(configPath) == config
    try FileSystem.write(config, to: configPath)
    if let process = runningProcess() {
      if isSame, await answers() { return }
      kill(process, SIGTERM)
      try await wait("containerd does not stop") { !DetachedProcess.isAlive(process) }
    }
    try await launch()
  }

  private func launch() async throws(EngineError) {
    let process = try DetachedProcess(
      "containerd", ["--config", configPath], log: "\(home.path)/containerd.log")
    try FileSystem.write(String(process.id), to: pidPath)
    try await wait("containerd does not answer; see \(home.path)/containerd.log") {
      if !DetachedProcess.isAlive(process.id) { return true }
      return await answers()
    }
    if !DetachedProcess.isAlive(process.id) {
      let said = FileSystem.readText("\(home.path)/containerd.log")?.split(separator: "\n").last ?? ""
      throw EngineError("containerd ended at once: \(said.suffix(300))")
    }
  }

  private func runningProcess() -> pid_t? {
    guard let text = FileSystem.readText(pidPath), let process = pid_t(text), DetachedProcess.isAlive(process),
      FileSystem.readText("/proc/\(process)/cmdline")?.contains(configPath) == true
    else { return nil }
    return process
  }

  private func answers() async -> Bool {
    (try? await Command.run("ctr", ["--address", home.socket, "--connect-timeout", "1s", "version"])) != nil
  }

  /// Restarts containerd whenever it ends, until the task is cancelled.
  func keep() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(500))
      if Task.isCancelled { return }
      if let process = runningProcess(), DetachedProcess.isAlive(process) { continue }
      logger.warning("containerd ended; starting it again")
      do { try await launch() } catch { logger.error("\(error)") }
    }
  }

  /// Ends containerd. Its containers must be gone before.
  func stop() async {
    guard let process = runningProcess() else { return }
    kill(process, SIGTERM)
    try? await wait("") { !DetachedProcess.isAlive(process) }
    if DetachedProcess.isAlive(process) { kill(process, SIGKILL) }
    FileSystem.remove(pidPath)
  }

  private func wait(_ message: String, _ condition: () async -> Bool) async throws(EngineError) {
    for _ in 0..<200 {
      if await condition() { return }
      try? await Task.sleep(for: .milliseconds(50))
    }
    throw EngineError(message)
  }

  /// containerd's configuration: a runtime handler per node, each with its own network.
  private func configuration() -> String {
    let mayAdjust = Capabilities.hasResource
    let hasAppArmor = FileSystem.exists("/sys/module/apparmor")
    var out = """
      version = 2
      root = "\(home.containerd)/root"
      state = "\(home.containerd)/state"
      [grpc]
        address = "\(home.socket)"
      [plugins."io.containerd.grpc.v1.cri"]
        sandbox_image = "\(PauseImage.name)"
        restrict_oom_score_adj = \(!mayAdjust)
        disable_apparmor = \(!hasAppArmor)
        disable_tcp_service = true
        netns_mounts_under_state_dir = true
        max_container_log_line_size = 16384
      [plugins."io.containerd.grpc.v1.cri".cni]
        bin_dir = "/usr/lib/cni"
        conf_dir = "\(home.cni)/\(nodes.first?.name ?? "none")"
      [plugins."io.containerd.grpc.v1.cri".registry]
        config_path = "\(home.containerd)/registries"
      [plugins."io.containerd.grpc.v1.cri".containerd]
        default_runtime_name = "kc-\(nodes.first?.name ?? "none")"
        snapshotter = "overlayfs"

      """
    for index in 1...LogicalNode.limit {
      out += """
        [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kc-node-\(index)]
          runtime_type = "io.containerd.runc.v2"
          cni_conf_dir = "\(home.cni)/node-\(index)"
          cni_max_conf_num = 1

        """
    }
    return out
  }
}

/// What this process may do.
enum Capabilities {
  /// Whether it has CAP_SYS_RESOURCE, which lowering a process' out-of-memory score takes.
  static var hasResource: Bool {
    guard let status = FileSystem.readText("/proc/self/status"),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("CapEff:") }),
      let bits = UInt64(line.split(separator: "\t").last ?? "", radix: 16)
    else { return false }
    return bits & (1 << 24) != 0
  }
}
