internal import KCData

extension ComposeEmitter {
  mutating func writeEnvironment(_ service: ComposeService, to out: inout SourceLines) {
    let secrets = secretEntries[service.key] ?? [:]
    var lines: [(key: String, value: String, remarks: [String])] = []
    for text in loader.reader.remarks.take(service.node["environment"], isDeep: false) { out.line(text) }
    for pair in pairs(service.node["environment"], "environment") {
      guard Self.isVariable(pair.key) else {
        note(.error, "`\(loader.reader.variables.plain(pair.key))` cannot be the name of a variable", at: pair.node)
        continue
      }
      let remarks = loader.reader.remarks.take(pair.node)
      if secrets[pair.key] != nil {
        lines.append((pair.key, secretMember(pair.key, service), remarks))
      } else {
        lines.append((pair.key, plainValue(pair.key, pair.value, service, at: pair.node), remarks))
      }
    }
    for key in addedSecrets[service.key] ?? [] { lines.append((key, secretMember(key, service), [])) }
    if needsDataFolder(service), !lines.contains(where: { $0.key == "PGDATA" }) {
      lines.append(("PGDATA", SourceText.quoted("/var/lib/postgresql/data/pgdata"), []))
    }
    for line in lines {
      for text in line.remarks { out.line(text) }
      out.line("env \(SourceText.fieldName(line.key)) = \(line.value)")
    }
    for text in loader.reader.remarks.takeEnd(service.node["environment"]) { out.line(text) }
    let files = environmentFiles(service)
    if !files.isEmpty { out.line("envFrom = [\(files.joined(separator: ", "))]") }
  }

  /// Whether a service is a PostgreSQL that keeps its data at the root of a claim, where a file system has a folder of its
  /// own: it takes none that is not empty.
  private func needsDataFolder(_ service: ComposeService) -> Bool {
    let image = service.node["image"]?.text.map { loader.reader.variables.plain($0) } ?? ""
    let name = image.split(separator: "/").last?.prefix { $0 != ":" && $0 != "@" } ?? ""
    return ["postgres", "postgis", "pgvector", "timescaledb"].contains(name)
      && service.mounts.contains { $0.volume != nil && $0.target == "/var/lib/postgresql/data" && $0.path == nil }
  }

  /// A field of a block, whatever its name is.
  static func member(_ owner: String, _ key: String) -> String {
    SourceText.isBare(key) ? "\(owner).\(key)" : "\(owner)[\(SourceText.quoted(key))]"
  }

  /// Whether a container can have a variable of this name.
  static func isVariable(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(48...57).contains(first) else { return false }
    return name.utf8.allSatisfy {
      (48...57).contains($0) || (97...122).contains($0 | 32) || $0 == 45 || $0 == 46 || $0 == 95
    } && (first != 46 || name.utf8.count > 2)
  }

  private mutating func plainValue(
    _ key: String, _ value: String?, _ service: ComposeService, at node: ComposeNode
  ) -> String {
    if let value {
      if case .scalar(let scalar) = node.content, !ComposeVariables.hasMarks(value) {
        if scalar.bool != nil { return value }
        if case .int = scalar { return value.hasPrefix("-") ? SourceText.quoted(value) : value }
      }
      let text = hostText(Self.unexpanded(value), key, service)
      // `PORT=8080` in a list is a text, too, and reads as it does in a map.
      return text == SourceText.quoted(value) ? SourceText.plainVariable(value) ?? text : text
    }
    let taken = taken(key)
    if loader.reader.variables.given[key] == nil {
      note(
        .note, "`\(key)` is taken from the environment of Compose: it is a parameter here",
        help: "pass `--set \(key)=…`",
        alike: .init(
          subject: "`\(key)`", many: "% are taken from the environment of Compose: they are parameters here",
          help: "pass `--set NAME=…`"), at: node)
    }
    return string(taken)
  }

  /// Secrets with the variables of `env_file`.
  private mutating func environmentFiles(_ service: ComposeService) -> [String] {
    guard let node = service.node["env_file"], !node.isNull else { return [] }
    var out: [String] = []
    for item in node.items ?? [node] {
      guard let path = (item.text ?? item["path"]?.text).map({ loader.reader.variables.plain($0) }) else {
        note(.error, "`env_file` is a path, or a list of paths", at: item)
        continue
      }
      let full = ComposeLoader.join(loader.reader.files[item.file], path)
      if let known = environmentFiles[full] {
        if let known, !out.contains(known) { out.append(known) }
        continue
      }
      let name = declareEnvironment(full, path, isRequired: item["required"]?.bool ?? true, at: item)
      environmentFiles[full] = .some(name)
      if let name { out.append(name) }
    }
    return out
  }

  private mutating func declareEnvironment(
    _ full: String, _ path: String, isRequired: Bool, at item: ComposeNode
  ) -> String? {
    guard let bytes = loader.open(full) else {
      if isRequired {
        note(
          .warning, "`\(path)` cannot be read: its variables are missing", help: "write them into a config or a secret",
          at: item)
      }
      return nil
    }
    let values = Dictionary(ComposeEnvFile.parse(bytes), uniquingKeysWith: { $1 })
    let keys = ComposeEnvFile.parse(bytes).map(\.0).filter(Self.isVariable)
    let file = path.split(separator: "/").last.map(String.init) ?? "env"
    let stem = file.hasSuffix(".env") && file.count > 4 ? String(file.dropLast(4)) : file
    var seen = Set<String>()
    var renamed: [String] = []
    let lines = keys.filter { seen.insert($0).inserted }.prefix(1000).map { key in
      let variable = claim(key, "=\(values[key] ?? "")", prefix: Self.variableName(stem))
      inputs.insert(variable)
      if variable != key { renamed.append("`\(key)` as `\(variable)`") }
      return "\(SourceText.fieldName(key)) = input.env(\(SourceText.quoted(variable)))"
    }
    guard !lines.isEmpty else { return nil }
    let name = names.declare(ComposeNames.dns(file == ".env" ? "env-file" : file) ?? "env-file", ending: "secret")
    let script = full.contains("/") ? full : "./\(full)"
    let how =
      !renamed.isEmpty
      ? ", \(renamed.joined(separator: ", "))" : ComposeEnvFile.isScript(bytes) ? ": `set -a; . \(script); set +a`" : ""
    note(
      .note, "the values in `\(path)` may be secret and are not copied: the program reads them from the environment",
      help: "set its variables where `kc` runs\(how)", at: item)
    declare(2) { out in
      out.block("secret \(name)") { out in
        out.block("data") { out in for line in lines { out.line(line) } }
      }
    }
    return name
  }
}
