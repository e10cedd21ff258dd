extension ComposeEmitter {
  /// The workload and the services of a service.
  mutating func write(_ given: ComposeService, to out: inout SourceLines) {
    var service = given
    let own = service.mounts.compactMap(\.volume).filter { volumeUses[$0] == 1 }
    let isStateful = service.kind == .deployment && !own.isEmpty
    if isStateful { service.kind = .statefulset }
    places[service.key].map { services[$0].kind = service.kind }
    for text in loader.reader.remarks.take(service.node, isDeep: false) { out.line(text) }
    var body = SourceLines(margin: 1)
    writeWorkload(&service, templates: isStateful ? Set(own) : [], to: &body)
    // What nothing says that the workload has.
    writeRemarks(service.node, to: &out)
    out.block("\(service.kind.rawValue) \(service.name)") { $0.paste(body) }
    writeServices(service, to: &out)
    noteFields(service)
  }

  private mutating func writeWorkload(
    _ service: inout ComposeService, templates: Set<String>, to out: inout SourceLines
  ) {
    let node = service.node
    if service.name != service.host { out.line("name = \(SourceText.quoted(service.host))") }
    if service.kind == .job, let retries = retries(service) { out.line("retries = \(retries)") }
    writeRemarks(node["deploy"]?["replicas"], node["deploy"]?["update_config"], node["scale"], to: &out)
    writeScale(service, to: &out)
    if let grace = node["stop_grace_period"], let text = grace.text {
      if let time = ComposeUnits.milliseconds(loader.reader.variables.plain(text)) {
        out.line("grace = \(ComposeUnits.duration(time, least: 0))")
      } else {
        note(.error, "`\(text)` is no duration", at: grace)
      }
    }
    for (field, key) in [("network_mode", "hostNetwork"), ("pid", "hostPID"), ("ipc", "hostIPC")]
    where node[field]?.text == "host" { out.line("\(key) = true") }
    if let text = node["hostname"]?.text, let name = ComposeNames.dns(loader.reader.variables.plain(text)) {
      writeRemarks(node["hostname"], to: &out)
      out.line("hostname = \(SourceText.quoted(name))")
    }
    // Variables such as `REDIS_PORT`, which Compose does not make, would be taken for settings.
    if !hosts.isEmpty { out.line("serviceLinks = false") }
    writeAnnotations(service, to: &out)
    let volumes = volumeNames(service, templates)
    writeWaits(service, to: &out)
    writePreStart(service, volumes, to: &out)
    out.gap()
    var container = SourceLines(margin: 2)
    writeContainer(service, volumes, to: &container)
    Self.nest("container app", container, to: &out)
    writeVolumes(service, volumes, templates, to: &out)
    writeAffinity(service, to: &out)
    readPodFields(&service)
    writePodFields(service, to: &out)
  }

  /// A block around lines that are written already.
  static func nest(_ head: String, _ inner: SourceLines, to out: inout SourceLines) {
    out.block(head) { $0.paste(inner) }
  }

  private mutating func writeScale(_ service: ComposeService, to out: inout SourceLines) {
    let deploy = service.node["deploy"]
    if let node = deploy?["replicas"] ?? service.node["scale"], let text = node.text {
      let plain = loader.reader.variables.plain(text)
      guard let count = Int(plain), count >= 0, count <= 1_000_000 else {
        return note(.error, "`\(plain)` is no number of replicas", at: node)
      }
      switch service.kind {
      case .deployment, .statefulset:
        if let variable = ComposeVariables.whole(text) {
          loader.reader.variables.markNumber(variable)
          out.line("replicas = \(parameter(variable))")
        } else if count != 1 {
          if count > 1, service.kind == .statefulset { noteOwnClaims(service, count, at: node) }
          out.line("replicas = \(count)")
        }
      case .job: if count > 1 { out.line("completions = \(count)") }
      case .daemonset: break
      }
    }
    guard service.kind == .deployment else { return }
    if service.mounts.contains(where: { $0.volume != nil }) {
      return out.block("rollout") { $0.line("type = \"Recreate\"") }
    }
    guard let update = deploy?["update_config"], update.entries != nil else { return }
    let step = min(max(Int(update["parallelism"]?.text ?? "1") ?? 1, 0), 1_000_000)
    out.block("rollout") { out in
      if step == 0 { return out.line("type = \"Recreate\"") }
      let isStartFirst = update["order"]?.text == "start-first"
      out.line("maxSurge = \(isStartFirst ? step : 0)")
      out.line("maxUnavailable = \(isStartFirst ? 0 : step)")
    }
  }

  /// How often a job is tried again, where the service says it.
  private func retries(_ service: ComposeService) -> Int? {
    if isNeverRepeated(service) { return 0 }
    let policy = service.node["deploy"]?["restart_policy"]
    let restart = loader.reader.variables.plain(service.node["restart"]?.text ?? "")
    let most = policy?["max_attempts"]?.text ?? (restart.hasPrefix("on-failure:") ? String(restart.dropFirst(11)) : "")
    return Int(loader.reader.variables.plain(most)).flatMap { (0...1_000_000).contains($0) ? $0 : nil }
  }

  func isNeverRepeated(_ service: ComposeService) -> Bool {
    let policy = service.node["deploy"]?["restart_policy"]?["condition"]?.text
    return policy == "none"
      || policy == nil && loader.reader.variables.plain(service.node["restart"]?.text ?? "") == "no"
  }

  private mutating func noteOwnClaims(_ service: ComposeService, _ count: Int, at node: ComposeNode) {
    note(
      .warning,
      "each of the \(count) pods of `\(service.key)` has claims of its own; in Compose all have the same volume",
      help: "for one that all share write a `claim` with `modes = [\"ReadWriteMany\"]`, and mount that", at: node)
  }

  /// Labels of Compose are free text, as annotations are.
  private mutating func writeAnnotations(_ service: ComposeService, to out: inout SourceLines) {
    var seen = Set<String>()
    var lines: [String] = []
    for (field, node) in [
      ("labels", service.node["labels"]), ("annotations", service.node["annotations"]),
      ("labels", service.node["deploy"]?["labels"]),
    ] {
      for pair in pairs(node, field) where !pair.key.hasPrefix("kompose.") {
        let key = loader.reader.variables.plain(pair.key)
        guard Self.isAnnotation(key) else {
          leave(.warning, "`\(key)` cannot be the name of an annotation: it is left out", at: pair.node)
          continue
        }
        if seen.insert(key).inserted { lines.append("\(SourceText.fieldName(key)) = \(string(pair.value ?? ""))") }
      }
    }
    guard !lines.isEmpty else { return }
    out.block("podAnnotations") { out in for line in lines { out.line(line) } }
  }

  private static func isAnnotation(_ key: String) -> Bool {
    let parts = key.split(separator: "/", omittingEmptySubsequences: false)
    guard let name = parts.last, parts.count <= 2, (1...63).contains(name.utf8.count), key.utf8.count < 300 else {
      return false
    }
    func isInner(_ byte: UInt8) -> Bool { isEdge(byte) || byte == 45 || byte == 46 || byte == 95 }
    func isEdge(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...122).contains(byte | 32) }
    guard name.utf8.allSatisfy(isInner), name.utf8.first.map(isEdge) == true, name.utf8.last.map(isEdge) == true else {
      return false
    }
    if parts.count == 1 { return true }
    return !parts[0].isEmpty
      && parts[0].split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
        !label.isEmpty && label.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == 45 }
          && label.first != "-" && label.last != "-"
      }
  }

  /// The volumes of the pod: a name for each mount.
  private mutating func volumeNames(_ service: ComposeService, _ templates: Set<String>) -> [String] {
    var known: [String: String] = [:]
    var taken = Set<String>()
    return service.mounts.map { mount in
      let (identity, wanted): (String, String)
      switch mount.source {
      case .named(let name): (identity, wanted) = ("v\(name)", ComposeNames.dns(name) ?? "data")
      case .external(let name): (identity, wanted) = ("e\(name)", name)
      case .config(let name): (identity, wanted) = ("c\(name) \(mount.mode ?? "")", "\(name)-file")
      case .secret(let name): (identity, wanted) = ("s\(name) \(mount.mode ?? "")", "\(name)-file")
      case .host(let path): (identity, wanted) = ("h\(path)", folderName(path, besides: taken))
      case .nfs(let server, let path): (identity, wanted) = ("n\(server)\(path)", ComposeNames.dns(path) ?? "files")
      case .empty: (identity, wanted) = ("t\(mount.target)", ComposeNames.dns(mount.target) ?? "empty")
      }
      if let name = known[identity] { return name }
      // The container is called `app`.
      let label = ComposeNames.dns(String(wanted.prefix(55))) ?? "data"
      let short = label == "app" ? "app-data" : label
      var name = names.local(short, ending: "data")
      var number = 2
      while !taken.insert(name).inserted {
        name = names.local("\(short)-\(number)", ending: "data")
        number += 1
      }
      known[identity] = name
      return name
    }
  }

  /// A name for a folder or file of the machine: its own, with as many of those around it as tell it from others.
  private func folderName(_ path: String, besides taken: Set<String>) -> String {
    let parts = loader.reader.variables.plain(path).split(separator: "/")
    let names = (1...max(1, parts.count)).compactMap { ComposeNames.dns(parts.suffix($0).joined(separator: "-")) }
    return names.first { !taken.contains($0) } ?? names.last ?? "host-root"
  }

  private mutating func writeVolumes(
    _ service: ComposeService, _ volumes: [String], _ templates: Set<String>, to out: inout SourceLines
  ) {
    var seen = Set<String>()
    for (mount, name) in zip(service.mounts, volumes) where seen.insert(name).inserted {
      if seen.count == 1 { out.gap() }
      switch mount.source {
      case .named(let volume) where templates.contains(volume): out.line("claim \(name) = \(volumeSize(volume))")
      case .named(let volume):
        let claim = sharedClaim(volume)
        out.block("volume \(name)") { $0.line("claim = \(claim)") }
      case .external(let claim): out.block("volume \(name)") { $0.line("claim = \(SourceText.quoted(claim))") }
      case .config(let config): Self.writeFiles(name, "config = \(config)", mount.mode, to: &out)
      case .secret(let secret): Self.writeFiles(name, "secret = \(secret)", mount.mode, to: &out)
      case .nfs(let server, let path):
        out.block("volume \(name)") { out in
          out.block("nfs") { out in
            out.line("server = \(SourceText.quoted(server))")
            out.line("path = \(SourceText.quoted(path))")
          }
        }
      case .host(let path):
        let written = string(path)
        out.block("volume \(name)") { $0.line("host = \(written)") }
      case .empty(let memory, let size):
        guard memory || size != nil else {
          out.line("volume \(name) {}")
          continue
        }
        out.block("volume \(name)") { out in
          if memory { out.line("medium = \"Memory\"") }
          if let size { out.line("size = \(size)") }
        }
      }
    }
  }

  private static func writeFiles(_ name: String, _ source: String, _ mode: String?, to out: inout SourceLines) {
    out.block("volume \(name)") { out in
      out.line(source)
      if let mode { out.line("mode = \"\(mode)\"") }
    }
  }

  private mutating func volumeSize(_ volume: String) -> String {
    let definition = volumes[volume]
    let label = pairs(definition?["labels"], "labels").first { $0.key == "kompose.volume.size" }?.value
    if let size = label.flatMap({ ComposeUnits.bytes($0) }) { return size }
    if let definition {
      note(
        .note, "Compose gives the volume `\(volume)` no size: 1Gi is assumed",
        alike: .init(subject: "`\(volume)`", many: "Compose gives the volumes % no size: 1Gi is assumed for each"),
        at: definition)
    }
    return "1Gi"
  }

  /// The claim of a volume that several services mount.
  private mutating func sharedClaim(_ volume: String) -> String {
    if let known = claims[volume] { return known }
    let label = ComposeNames.dns(volume) ?? "data"
    let name = names.declare("\(label)-claim", ending: "claim")
    claims[volume] = name
    let size = volumeSize(volume)
    if let definition = volumes[volume] {
      note(
        .note, "several services mount `\(volume)`: its claim is for pods of one node, as in Compose",
        help: "for pods on many nodes set `modes = [\"ReadWriteMany\"]` and a class that can do it",
        alike: .init(
          subject: "`\(volume)`",
          many: "several services mount %: their claims are for pods of one node, as in Compose"), at: definition)
    }
    declare(3) { out in out.block("claim \(name)") { $0.line("size = \(size)") } }
    return name
  }
}
