/// Folders beside the Compose file that services keep data in.
extension ComposeEmitter {
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
    if isDataName(name) || isDataName(last) || target.hasPrefix("/var/lib/") || target.hasPrefix("/var/log") {
      return true
    }
    if sourceNames.contains(name) || name.hasSuffix("conf") { return false }
    if sourceTargets.contains(where: { target == $0 || target.hasPrefix("\($0)/") }) { return false }
    return !contexts.contains { full == $0 || full.hasPrefix("\($0)/") }
  }

  private static func isDataName(_ name: String) -> Bool {
    dataNames.contains(name) || name.hasSuffix("data") || name.hasPrefix("data-") || name.hasPrefix("data_")
  }
}
