internal import Glibc
internal import KCData

/// Makes the volumes of a pod, and says where its containers see them.
struct VolumeMounter {
  let pod: PodSpec
  let paths: NodePaths
  let inputs: PodInputs
  let facts: PodFacts

  private var planner: VolumePlanner { VolumePlanner(pod: pod, inputs: inputs, facts: facts) }
  private var volumes: [Value] { pod.spec["volumes"]?.array ?? [] }

  /// Makes all volumes; those that are there already are brought up to date.
  func prepare() throws(ConfigurationError) {
    for volume in volumes {
      let name = volume["name"]?.string ?? ""
      let plan = try planner.plan(volume)
      do throws(Files.Failure) {
        try prepare(
          plan, at: paths.volume(pod.uid, name), isClaim: volume["persistentVolumeClaim"] != nil)
      } catch {
        throw ConfigurationError("volume \(name): \(error)")
      }
      if case .hostPath(let path, let type) = plan { try Self.checkHostPath(path, type) }
    }
  }

  private func prepare(_ plan: VolumePlan, at path: String, isClaim: Bool) throws(Files.Failure) {
    let group = pod.spec.at("securityContext", "fsGroup")?.int
    switch plan {
    case .emptyDir(let inMemory, let bytes):
      let isNew = !Files.exists(path)
      try Files.makeFolder(path, mode: 0o777)
      if inMemory { try Files.mountMemory(path, bytes: bytes) }
      if isNew {
        chmod(path, 0o777)
        if let group { Files.give(path, toGroup: group) }
      }
    case .files(let files, let inMemory):
      try Files.makeFolder(path)
      if inMemory { try Files.mountMemory(path, bytes: nil) }
      chmod(path, 0o755)
      if try AtomicFolder(path: path).replace(files, version: newUID()), let group {
        Files.give(path, toGroup: group)
      }
    case .hostPath(let host, let type):
      switch type {
      case "DirectoryOrCreate":
        let isNew = !Files.exists(host)
        try Files.makeFolder(host)
        // A claim's folder is its pod's, whoever that runs as.
        if isNew, isClaim {
          chmod(host, 0o777)
          if let group { Files.give(host, toGroup: group) }
        }
      case "FileOrCreate" where !Files.exists(host): try Files.write([], to: host)
      default: break
      }
    }
  }

  private static func checkHostPath(_ path: String, _ type: String) throws(ConfigurationError) {
    let wanted: (mode_t, String)? =
      switch type {
      case "Directory", "DirectoryOrCreate": (S_IFDIR, "directory")
      case "File", "FileOrCreate": (S_IFREG, "file")
      case "Socket": (S_IFSOCK, "socket")
      case "CharDevice": (S_IFCHR, "character device")
      case "BlockDevice": (S_IFBLK, "block device")
      default: nil
      }
    guard let wanted, Files.kind(path) != wanted.0 else { return }
    throw ConfigurationError("hostPath type check failed: \(path) is not a \(wanted.1)")
  }

  /// The mounts of a container, volumes and managed files.
  func mounts(_ container: ContainerSpec, values: [String: String]) throws(ConfigurationError) -> [Mount] {
    var out: [Mount] = []
    for mount in container.value["volumeMounts"]?.array ?? [] {
      let name = mount["name"]?.string ?? ""
      guard let volume = volumes.first(where: { $0["name"]?.string == name }) else {
        throw ConfigurationError("the volume \(name) is not declared")
      }
      let plan = try planner.plan(volume)
      var host = paths.volume(pod.uid, name)
      if case .hostPath(let path, _) = plan { host = path }
      let sub =
        mount["subPath"]?.string
        ?? mount["subPathExpr"]?.string.map { VariableExpansion.expand($0) { values[$0] } } ?? ""
      if !sub.isEmpty { host = try inside(host, try VolumePlanner.checked(sub), mayCreate: !plan.isReadOnly) }
      var result = Mount(
        containerPath: mount["mountPath"]?.string ?? "", hostPath: host,
        readOnly: plan.isReadOnly || mount["readOnly"]?.bool == true
          || volume.at("persistentVolumeClaim", "readOnly")?.bool == true)
      switch mount["mountPropagation"]?.string {
      case "HostToContainer": result.propagation = .hostToContainer
      case "Bidirectional": result.propagation = .bidirectional
      default: break
      }
      out.append(result)
    }
    return out
  }

  /// A path below a volume, which links must not lead out of.
  private func inside(_ volume: String, _ sub: String, mayCreate: Bool) throws(ConfigurationError) -> String {
    let path = "\(volume)/\(sub)"
    if !Files.exists(path), mayCreate { try? Files.makeFolder(path) }
    guard let real = Self.resolved(path), let base = Self.resolved(volume) else {
      throw ConfigurationError("the volume has no path \"\(sub)\"")
    }
    guard real == base || real.hasPrefix("\(base)/") else {
      throw ConfigurationError("the path \"\(sub)\" leads out of its volume")
    }
    return real
  }

  private static func resolved(_ path: String) -> String? {
    guard let text = realpath(path, nil) else { return nil }
    defer { free(text) }
    return String(cString: text)
  }
}
