internal import KCData

/// The files of a pod that the agent itself writes and mounts.
struct ManagedFiles {
  let pod: PodSpec
  let node: NodeConfiguration
  let paths: NodePaths

  /// Writes `/etc/hosts` of the pod.
  func writeHosts(addresses: [String]) throws(Files.Failure) {
    try Files.makeFolder(paths.pod(pod.uid))
    try Files.write(Array(hosts(addresses).utf8), to: paths.hosts(pod.uid))
  }

  func hosts(_ addresses: [String]) -> String {
    var text: String
    if pod.usesHostNetwork {
      text = String(decoding: Files.read("/etc/hosts", limit: 1 << 20) ?? [], as: UTF8.self)
    } else {
      text = "# Written by the node; changes are lost when the pod restarts.\n127.0.0.1\tlocalhost\n"
      text += "::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nff02::1\tip6-allnodes\n"
      text += "ff02::2\tip6-allrouters\n"
      let builder = SandboxBuilder(pod: pod, node: node, paths: paths)
      let names = (builder.fullName.map { [$0] } ?? []) + [builder.hostname]
      for address in addresses { text += "\(address)\t\(names.joined(separator: "\t"))\n" }
    }
    for alias in pod.spec["hostAliases"]?.array ?? [] {
      let names = (alias["hostnames"]?.array ?? []).compactMap(\.string)
      text += "\(alias["ip"]?.string ?? "")\t\(names.joined(separator: "\t"))\n"
    }
    return text
  }

  /// The mounts of a container's managed files; the one for its last words is made here.
  func mounts(
    _ container: ContainerSpec, attempt: UInt32, messagePath: String, declared: [Mount]
  ) throws(Files.Failure) -> [Mount] {
    var out: [Mount] = []
    if !declared.contains(where: { $0.containerPath == "/etc/hosts" }) {
      out.append(Mount(containerPath: "/etc/hosts", hostPath: paths.hosts(pod.uid)))
    }
    let message = paths.terminationLog(pod.uid, container.name, attempt)
    try Files.makeFolder(paths.pod(pod.uid) + "/containers/" + container.name)
    try Files.write([], to: message, mode: 0o666)
    out.append(Mount(containerPath: messagePath, hostPath: message))
    return out
  }

  /// What a container that has ended left to say.
  func message(_ container: ContainerSpec, _ state: ContainerState) -> String? {
    let path = paths.terminationLog(pod.uid, container.name, state.attempt)
    if let bytes = Files.read(path, limit: 4096), !bytes.isEmpty { return String(decoding: bytes, as: UTF8.self) }
    guard container.value["terminationMessagePolicy"]?.string == "FallbackToLogsOnError", state.exitCode != 0 else {
      return nil
    }
    let tail = PodLogs.lastLines(path: state.logPath, lines: 80, bytes: 2048)
    return tail.isEmpty ? nil : String(decoding: tail, as: UTF8.self)
  }
}
