/// Folders beside the Compose file that services keep data in.
extension ComposeEmitter {
  /// The most files of a folder that becomes a config, and the most bytes that they may have together.
  private static let mostFiles = 40
  private static let mostBytes = 512 * 1024

  /// The config that a small folder of texts becomes, such as one with scripts or settings; nil for any other.
  mutating func textFolder(
    _ full: String, _ names: [String], at target: String, isReadOnly: Bool, _ service: ComposeService
  ) -> ComposeService.Mount? {
    let names = names.filter { ![".gitkeep", ".gitignore", ".keep", ".DS_Store"].contains($0) }
    guard !names.isEmpty, names.count <= Self.mostFiles, isReadOnly || !Self.isData(full, target),
      !isSource(full, target, service)
    else { return nil }
    var files: [(key: String, text: String)] = []
    var size = 0
    for name in names {
      let path = "\(full)/\(name)"
      guard Self.dataKey(name) == name, !name.hasPrefix("."), !name.hasSuffix(".env"),
        !ComposeSecrets.isSecretFile(path),
        let bytes = loader.open(path), let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0)
      else { return nil }
      files.append((name, text))
      size += bytes.count
    }
    guard size <= Self.mostBytes else { return nil }
    let last = full.split(separator: "/").last.map(String.init) ?? "files"
    let source = boundFiles[full] ?? .config(declareConfig("\(service.host)-\(last)", files))
    boundFiles[full] = source
    let isScript = files.contains { $0.text.hasPrefix("#!") }
    return .init(target: target, source: source, isReadOnly: true, mode: isScript ? "755" : nil)
  }

  /// Whether a folder is what an image is built from, or the project itself.
  private func isSource(_ full: String, _ target: String, _ service: ComposeService) -> Bool {
    let whole = loader.reader.files.first.map { ComposeLoader.join($0, ".") } ?? ""
    if full == whole || full.isEmpty || contexts(service).contains(where: { full == $0 || full.hasPrefix("\($0)/") }) {
      return true
    }
    let programs = ["/app", "/code", "/src", "/usr/src", "/var/www", "/work", "/workspace", "/srv", "/opt", "/home"]
    return service.node["build"] != nil && programs.contains { target == $0 || target.hasPrefix("\($0)/") }
  }

  mutating func noteNotMounted(_ path: String, _ target: String, isFolder: Bool, at item: ComposeNode) {
    guard isFolder || loader.list == nil || path.hasPrefix("~") else {
      return leave(
        .warning, "there is no `\(path)` here: `\(target)` is not mounted",
        help: "put it where the file says; a folder for data is a volume",
        alike: .init(
          subject: "`\(path)` (`\(target)`)", many: "% are not here: they are not mounted",
          help: "put them where the file says; folders for data are volumes"), at: item)
    }
    let what = isFolder ? "a folder of the machine" : "a folder of the machine or a file that is not here"
    let all = isFolder ? "folders of the machine" : "folders of the machine or files that are not here"
    leave(
      .warning, "`\(path)` is \(what): `\(target)` is not mounted",
      help: "build it into the image, or put it into a config or a volume",
      alike: .init(
        subject: "`\(path)` (`\(target)`)", many: "% are \(all): they are not mounted",
        help: "build them into the images, or put them into configs or volumes"), at: item)
  }

  /// The volume that a folder of the project becomes; nil for one with sources or settings, which belong into the image,
  /// and for one that nobody writes to.
  mutating func dataFolder(
    _ path: String, at target: String, isReadOnly: Bool, _ item: ComposeNode, _ service: ComposeService
  ) -> ComposeService.Mount? {
    guard !path.hasPrefix("~"), !path.contains("\\") else { return nil }
    let full = ComposeLoader.join(loader.reader.files[item.file], path)
    let isKnown = folders[full] != nil
    guard isKnown || (isReadOnly ? isWritten(full) : Self.holdsData(path, target, contexts(service), full)) else {
      return nil
    }
    let name = folders[full] ?? path
    folders[full] = name
    if !isKnown {
      note(
        .note, "`\(path)` is a folder of the machine: a claim of 1Gi takes its place, which is empty at first",
        help: "copy what it holds into the volume, or build it into the image",
        alike: .init(
          subject: "`\(path)`",
          many: "% are folders of the machine: claims of 1Gi take their places, which are empty at first",
          help: "copy what they hold into the volumes, or build it into the images"), at: item)
    }
    return .init(target: target, source: .named(name), isReadOnly: isReadOnly)
  }

  /// Whether a service writes data to a folder, by its full path.
  private func isWritten(_ folder: String) -> Bool {
    let variables = loader.reader.variables
    return services.contains { service in
      (service.node["volumes"]?.items ?? []).contains { item in
        let parts = (item.text ?? "").split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let isText = parts.count > 1
        guard let source = isText ? parts[0] : item["source"]?.text,
          let target = isText ? parts[1] : item["target"]?.text
        else { return false }
        let isReadOnly = isText ? parts.dropFirst(2).joined().contains("ro") : item["read_only"]?.bool ?? false
        let path = variables.plain(source)
        return !isReadOnly && ComposeLoader.join(loader.reader.files[item.file], path) == folder
          && Self.holdsData(path, variables.plain(target), contexts(service), folder)
      }
    }
  }

  /// The folders that a service's image is built from, without that of the whole project.
  private func contexts(_ service: ComposeService) -> [String] {
    guard let build = service.node["build"], let text = build.text ?? build["context"]?.text else { return [] }
    let path = ComposeLoader.join(loader.reader.files[build.file], loader.reader.variables.plain(text))
    let whole = ComposeLoader.join(loader.reader.files[build.file], ".")
    return path == whole ? [] : [path]
  }

  /// What folders with data are called, and the ends of such names.
  private static let dataNames: Set<String> = [
    "data", "db", "database", "storage", "store", "logs", "log", "backup", "backups", "uploads", "cache", "state",
    "media", "volume", "volumes", "pgdata", "dump", "dumps", "downloads",
  ]
  /// What folders with sources and settings are called.
  private static let sourceNames: Set<String> = [
    "src", "source", "app", "apps", "code", "lib", "frontend", "backend", "client", "server", "api", "web", "www",
    "html", "static", "public", "templates", "scripts", "script", "bin", "conf", "etc", "certs", "certificates", "tls",
    "ssl", "keys", "secrets", "init", "initdb", "migrations", "dashboards", "provisioning", "plugins", "themes",
    "tests", "test", "docs", "node_modules", "packages", "nginx", "proto",
  ]
  /// Where containers have their program and its settings.
  private static let sourceTargets = [
    "/app", "/code", "/src", "/source", "/project", "/workspace", "/work", "/usr/src", "/usr/share", "/usr/local",
    "/var/www", "/srv/app", "/opt/app", "/etc", "/docker-entrypoint-initdb.d", "/go", "/bin", "/sbin", "/certs",
    "/home/node/app",
  ]

  /// Whether a folder is one that a service keeps data in, by its name and by where it is mounted.
  static func holdsData(_ path: String, _ target: String, _ contexts: [String], _ full: String) -> Bool {
    let parts = path.split(separator: "/").filter { $0 != "." && $0 != ".." }
    guard let name = parts.last?.lowercased(), let last = target.split(separator: "/").last?.lowercased() else {
      return false
    }
    // What has an ending is a file.
    guard !name.dropFirst().contains("."), !last.dropFirst().contains(".") || path.hasSuffix("/") else { return false }
    if isData(path, target) { return true }
    if sourceNames.contains(name) || name.hasSuffix("conf") { return false }
    if sourceTargets.contains(where: { target == $0 || target.hasPrefix("\($0)/") }) { return false }
    return !contexts.contains { full == $0 || full.hasPrefix("\($0)/") }
  }

  /// Whether a folder's name, or where it is mounted, says that it holds data.
  private static func isData(_ path: String, _ target: String) -> Bool {
    let names = [path, target].compactMap { $0.split(separator: "/").last?.lowercased() }
    return names.contains(where: isDataName) || target.hasPrefix("/var/lib/") || target.hasPrefix("/var/log")
  }

  private static func isDataName(_ name: String) -> Bool {
    dataNames.contains(name) || name.hasSuffix("data") || name.hasPrefix("data-") || name.hasPrefix("data_")
  }
}
