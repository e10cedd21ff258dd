internal import KCData

extension ComposeEmitter {
  /// The most bytes of a file that a config takes: what an object may hold, with room for the rest.
  private static let fileLimit = 512 * 1024

  mutating func readMounts(_ service: inout ComposeService) {
    for item in list(service.node["volumes"], "volumes") {
      if let mount = volume(item, service) { add(mount, at: item, to: &service) }
    }
    for item in list(service.node["configs"], "configs") {
      if let mount = file(item, isSecret: false) { add(mount, at: item, to: &service) }
    }
    for item in list(service.node["secrets"], "secrets") {
      if let mount = file(item, isSecret: true) { add(mount, at: item, to: &service) }
    }
    if let node = service.node["tmpfs"] {
      for text in texts(node, "tmpfs") {
        let parts = loader.reader.variables.plain(text).split(separator: ":", maxSplits: 1).map(String.init)
        let size = parts.last?.split(separator: ",").first { $0.hasPrefix("size=") }
        let source = ComposeService.Source.empty(
          memory: true, size: size.flatMap { ComposeUnits.bytes(String($0.dropFirst(5))) })
        add(.init(target: parts.first ?? "", source: source), at: node, to: &service)
      }
    }
    if let node = service.node["shm_size"], let text = node.text {
      let size = ComposeUnits.bytes(loader.reader.variables.plain(text))
      if size == nil { note(.error, "`\(text)` is no amount of bytes", at: node) }
      add(.init(target: "/dev/shm", source: .empty(memory: true, size: size)), at: node, to: &service)
    }
    inherit(&service)
  }

  private mutating func list(_ node: ComposeNode?, _ field: String) -> [ComposeNode] {
    guard let node, !node.isNull else { return [] }
    guard let items = node.items else {
      note(.error, "`\(field)` of a service is a list", at: node)
      return []
    }
    return items
  }

  /// Says that a text is no place to mount at: of one that a variable is to give, that nothing does.
  private mutating func noTarget(_ text: String, at item: ComposeNode) {
    let written = (item.text ?? item["target"]?.text ?? "").split(separator: ":").last.map(String.init) ?? ""
    guard text.isEmpty, let name = ComposeVariables.names(written).last.map(ComposeVariables.base) else {
      return note(
        .error, "`\(loader.reader.variables.plain(text))` is no absolute path to mount at", at: item)
    }
    note(
      .error, "nothing gives the path to mount at: the variable `\(name)` is empty",
      help: "set `\(name)` in `.env` beside the file, or give it a default: `${\(name):-/data}`", at: item)
  }

  private mutating func add(_ given: ComposeService.Mount, at item: ComposeNode, to service: inout ComposeService) {
    var mount = given
    mount.item = item
    guard mount.target.hasPrefix("/"), !mount.target.contains(":"), !ComposeVariables.hasMarks(mount.target) else {
      return noTarget(mount.target, at: item)
    }
    if let place = service.mounts.firstIndex(where: { $0.target == mount.target }) {
      note(.warning, "`\(mount.target)` is mounted twice: this one counts", at: item)
      service.mounts[place] = mount
    } else {
      service.mounts.append(mount)
    }
  }

  /// An entry of `volumes`: `[SOURCE:]TARGET[:MODE]` or a map.
  private mutating func volume(_ item: ComposeNode, _ service: ComposeService) -> ComposeService.Mount? {
    let variables = loader.reader.variables
    if let text = item.text {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard parts.count > 1 else {
        return .init(target: variables.plain(text), source: .empty(memory: false, size: nil))
      }
      let isReadOnly = parts.count > 2 && parts[2].split(separator: ",").contains("ro")
      return mount(parts[0], at: variables.plain(parts[1]), isReadOnly: isReadOnly, item, service)
    }
    guard let target = item["target"]?.text.map({ variables.plain($0) }) else {
      note(.error, "a volume is a text such as \"data:/var/lib\", or a map with `target`", at: item)
      return nil
    }
    let isReadOnly = item["read_only"]?.bool ?? false
    switch item["type"]?.text ?? "volume" {
    case "tmpfs":
      let size = item["tmpfs"]?["size"]?.text.flatMap { ComposeUnits.bytes(variables.plain($0)) }
      return .init(target: target, source: .empty(memory: true, size: size))
    case "volume", "bind":
      guard let source = item["source"]?.text else {
        return .init(target: target, source: .empty(memory: false, size: nil))
      }
      var result = mount(source, at: target, isReadOnly: isReadOnly, item, service)
      if let path = item["volume"]?["subpath"]?.text { result?.path = variables.plain(path) }
      return result
    case let other:
      leave(.warning, "a volume of type `\(other)` has no counterpart: `\(target)` is not mounted", at: item)
      return nil
    }
  }

  private mutating func mount(
    _ source: String, at target: String, isReadOnly: Bool, _ item: ComposeNode, _ service: ComposeService
  ) -> ComposeService.Mount? {
    let plain = loader.reader.variables.plain(source)
    if plain.hasPrefix("/") {
      noteNode(plain, at: item)
      guard source.split(separator: "/").contains("..") else {
        return .init(target: target, source: .host(source), isReadOnly: isReadOnly)
      }
      // Kubernetes takes no path of a node with `..` in it.
      return .init(target: target, source: .host(ComposeLoader.resolve(source)), isReadOnly: isReadOnly)
    }
    if plain.hasPrefix(".") || plain.hasPrefix("~") || plain.contains("/") || plain.contains("\\") || plain.isEmpty {
      return projectFile(plain, at: target, isReadOnly: isReadOnly, item, service)
    }
    let definition = volumes[plain]
    if definition == nil {
      note(.warning, "the project defines no volume `\(plain)`: it is taken as one without settings", at: item)
    }
    if let external = definition?["external"], external.bool != false {
      let name = external["name"]?.text ?? definition?["name"]?.text ?? plain
      let label = ComposeNames.dns(loader.reader.variables.plain(name)) ?? "volume"
      note(
        .note, "the volume `\(plain)` is one that is there: the claim `\(label)` must be in the cluster",
        help: "make it, or declare a `claim`",
        alike: .init(
          subject: "`\(label)`", many: "volumes are ones that are there: the claims % must be in the cluster",
          help: "make them, or declare `claim`s"), at: definition ?? item)
      return .init(target: target, source: .external(label), isReadOnly: isReadOnly)
    }
    if let options = definition?["driver_opts"], let source = self.source(of: options) {
      if case .host(let path) = source { noteNode(path, at: options) }
      return .init(target: target, source: source, isReadOnly: isReadOnly)
    }
    return .init(target: target, source: .named(plain), isReadOnly: isReadOnly)
  }

  /// What the options of a volume's driver mount: a folder of the machine or of a file server; nil for anything else.
  func source(of options: ComposeNode) -> ComposeService.Source? {
    let variables = loader.reader.variables
    func option(_ field: String) -> String { options[field]?.text.map { variables.plain($0) } ?? "" }
    let flags = option("o").split(separator: ",").map(String.init)
    let device = option("device")
    if option("type").hasPrefix("nfs"), let address = flags.first(where: { $0.hasPrefix("addr=") }) {
      let path = device.drop { $0 == ":" }
      guard path.hasPrefix("/"), address.count > 5 else { return nil }
      return .nfs(server: String(address.dropFirst(5)), path: String(path))
    }
    guard flags.contains("bind") || flags.contains("rbind"), device.hasPrefix("/") else { return nil }
    return .host(ComposeLoader.resolve(device))
  }

  private mutating func noteNode(_ path: String, at item: ComposeNode) {
    note(
      .note, "`\(path)` is a path of the node that a pod runs on",
      help: "what must be the same on all nodes belongs into a `claim`",
      alike: .init(subject: "`\(path)`", many: "% are paths of the node that a pod runs on"), at: item)
  }

  /// A file or folder of the project that is bound into the container.
  private mutating func projectFile(
    _ path: String, at target: String, isReadOnly: Bool, _ item: ComposeNode, _ service: ComposeService
  ) -> ComposeService.Mount? {
    let full = ComposeLoader.join(loader.reader.files[item.file], path)
    guard !path.hasPrefix("~"), let bytes = loader.open(full) else {
      let names = path.hasPrefix("~") ? nil : loader.list?(full)
      if let names, let folder = textFolder(full, names, at: target, isReadOnly: isReadOnly, service) { return folder }
      if let folder = dataFolder(path, at: target, isReadOnly: isReadOnly, item, service) { return folder }
      noteNotMounted(path, target, isFolder: names != nil, at: item)
      return nil
    }
    let key = full.split(separator: "/").last.map(String.init) ?? "file"
    if ComposeSecrets.isSecretFile(full) {
      let name = declareSecret("\(service.host)-\(key)", key: key, input: nil, at: item)
      return .init(target: target, source: .secret(name), path: key, isReadOnly: true)
    }
    guard
      let source = boundFiles[full]
        ?? fileOfProject("\(service.host)-\(key)", path: full, key: key, bytes, owner: service.host, at: item)
    else { return nil }
    boundFiles[full] = source
    let isScript = bytes.starts(with: Array("#!".utf8))
    return .init(target: target, source: source, path: key, isReadOnly: true, mode: isScript ? "755" : nil)
  }

  /// An entry of `configs` or `secrets` of a service.
  private mutating func file(_ item: ComposeNode, isSecret: Bool) -> ComposeService.Mount? {
    let field = isSecret ? "secrets" : "configs"
    guard let text = item.text ?? item["source"]?.text else {
      note(.error, "an entry of `\(field)` is a name, or a map with `source`", at: item)
      return nil
    }
    let source = loader.reader.variables.plain(text)
    guard let definition = project[field]?[source] else {
      leave(.warning, "the project defines none of `\(field)` named `\(source)`: it is not mounted", at: item)
      return nil
    }
    var target = item["target"]?.text.map { loader.reader.variables.plain($0) } ?? source
    if !target.hasPrefix("/") { target = isSecret ? "/run/secrets/\(target)" : "/\(target)" }
    if item["uid"] != nil || item["gid"] != nil {
      leave(.note, "`uid` and `gid` of a file have no counterpart: it can be read by all", at: item)
    }
    let mode = item["mode"].flatMap { fileMode($0) }
    let key = Self.dataKey(source)
    if isSecret {
      let name =
        secrets[source] ?? declareSecret(source, key: key, input: definition["environment"]?.text, at: definition)
      secrets[source] = name
      return .init(target: target, source: .secret(name), path: key, isReadOnly: true, mode: mode)
    }
    guard let file = configs[source] ?? topConfig(source, key: key, definition) else { return nil }
    configs[source] = file
    return .init(target: target, source: file, path: key, isReadOnly: true, mode: mode)
  }

  /// `0440` as the three digits of a mode.
  private mutating func fileMode(_ node: ComposeNode) -> String? {
    var text = loader.reader.variables.plain(node.text ?? "").replacing("0o", with: "")
    // The parser has read the octal number already.
    if case .scalar(.int(let number)) = node.content { text = String(number, radix: 8) }
    let digits = String(text.drop { $0 == "0" })
    guard !digits.isEmpty, digits.count <= 3, digits.allSatisfy({ ("0"..."7").contains($0) }) else {
      note(.error, "`\(text)` is no mode of a file, such as 0440", at: node)
      return nil
    }
    return String(repeating: "0", count: 3 - digits.count) + digits
  }

  /// Mounts of `volumes_from`.
  private mutating func inherit(_ service: inout ComposeService) {
    for text in texts(service.node["volumes_from"], "volumes_from") {
      let parts = text.split(separator: ":").map(String.init)
      guard let name = parts.first, name != "container", let place = places[name], name != service.key else {
        note(
          .warning, "`volumes_from: \(text)` names no service that is imported",
          at: service.node["volumes_from"] ?? service.node)
        continue
      }
      for item in services[place].node["volumes"]?.items ?? [] {
        if var mount = volume(item, service), !service.mounts.contains(where: { $0.target == mount.target }) {
          if parts.last == "ro" { mount.isReadOnly = true }
          add(mount, at: item, to: &service)
        }
      }
    }
  }

  static func dataKey(_ text: String) -> String {
    let key = String(
      text.unicodeScalars.map { scalar in
        scalar.isASCII
          && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            || "-._".unicodeScalars.contains(scalar))
          ? Character(scalar) : "-"
      })
    return key.isEmpty ? "file" : key
  }
}
