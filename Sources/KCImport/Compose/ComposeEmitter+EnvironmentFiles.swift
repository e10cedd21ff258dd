/// Files of variables, `env_file`: what is secret in them becomes a secret, the rest a config.
extension ComposeEmitter {
  /// The configs and secrets with the variables of a service's files.
  mutating func environmentFiles(_ service: ComposeService) -> [String] {
    guard let node = service.node["env_file"], !node.isNull else { return [] }
    var out: [String] = []
    for item in node.items ?? [node] {
      guard let path = environmentPath(item) else {
        note(.error, "`env_file` is a path, or a list of paths", at: item)
        continue
      }
      let full = ComposeLoader.join(loader.reader.files[item.file], path)
      let known = environmentFiles[full] ?? declareEnvironment(full, path, service, at: item)
      environmentFiles[full] = known
      out += known.filter { !out.contains($0) }
    }
    return out
  }

  /// What a service's files of variables say, as other services may be named there.
  mutating func fileVariables(_ service: ComposeService) -> [(key: String, value: String)] {
    guard let node = service.node["env_file"], !node.isNull else { return [] }
    return (node.items ?? [node]).flatMap { item -> [(key: String, value: String)] in
      guard let path = environmentPath(item) else { return [] }
      return variables(in: ComposeLoader.join(loader.reader.files[item.file], path), of: item) ?? []
    }
  }

  private func environmentPath(_ item: ComposeNode) -> String? {
    (item.text ?? item["path"]?.text).map { loader.reader.variables.plain($0) }
  }

  /// The variables of a file, each once, with marks in their values; nil where it cannot be read.
  ///
  /// - Parameter item: the entry that names it, which may say how it is read.
  private mutating func variables(in file: String, of item: ComposeNode) -> [(key: String, value: String)]? {
    if let known = environmentValues[file] { return known }
    guard let bytes = loader.open(file) ?? example(of: file).flatMap({ loader.open($0) }) else { return nil }
    let isRaw = item["format"]?.text == "raw"
    let parsed = isRaw ? ComposeEnvFile.parseRaw(bytes) : ComposeEnvFile.parse(bytes)
    let values = Dictionary(parsed, uniquingKeysWith: { $1 })
    // What values are made of may stand in the file itself.
    let outer = loader.reader.variables.scoped
    loader.reader.variables.scoped = values.merging(outer) { $1 }
    defer { loader.reader.variables.scoped = outer }
    var seen = Set<String>()
    var found: [(key: String, value: String)] = []
    for (key, _) in parsed where Self.isVariable(key) && seen.insert(key).inserted {
      found.append((key, loader.reader.variables.mark(values[key] ?? "") { _ in }))
      if found.count == Self.mostVariables { break }
    }
    environmentValues[file] = found
    return found
  }

  /// A file that shows what one that is not there may say: `app.env.example`.
  private func example(of file: String) -> String? {
    [".example", ".sample", ".template", ".dist"].lazy.map { file + $0 }.first { loader.open($0) != nil }
  }

  /// The most variables of a file.
  private static let mostVariables = 1000

  /// Whether a variable's value must not stand in a program; an empty one is to be filled in.
  private func isSecret(_ key: String, _ value: String) -> Bool {
    ComposeSecrets.isSecret(key, saying: value) || ComposeSecrets.holdsPassword(value)
      || ComposeVariables.names(value).contains(where: loader.reader.variables.isSecret)
  }

  private mutating func declareEnvironment(
    _ full: String, _ path: String, _ service: ComposeService, at item: ComposeNode
  ) -> [String] {
    guard let all = variables(in: full, of: item) else {
      if item["required"]?.bool ?? true {
        note(
          .warning, "`\(path)` cannot be read: its variables are missing", help: "write them into a config or a secret",
          at: item)
      }
      return []
    }
    if loader.open(full) == nil, let shown = example(of: full)?.dropFirst(full.count) {
      note(.note, "`\(path)` is not there: its variables are as `\(path)\(shown)` says", at: item)
    }
    let file = path.split(separator: "/").last.map(String.init) ?? "env"
    let isSecretFile = ComposeSecrets.isSecretFile(file)
    let secrets = all.filter { isSecretFile || isSecret($0.key, $0.value) }
    let hidden = Set(secrets.map(\.key))
    let plain = all.filter { !hidden.contains($0.key) }
    let wanted = ComposeNames.dns(file == ".env" ? "env-file" : file) ?? "env-file"
    var out: [String] = []
    if !plain.isEmpty {
      let name = names.declare(wanted, ending: "config")
      let lines = plain.map { "\(SourceText.fieldName($0.key)) = \(hostText($0.value, $0.key, service))" }
      declare(2) { out in
        out.block("config \(name)") { out in out.block("data") { out in for line in lines { out.line(line) } } }
      }
      out.append(name)
    }
    if !secrets.isEmpty { out.append(declareSecrets(secrets, wanted, path, full, at: item)) }
    return out
  }

  /// A secret with the variables of a file that are secret.
  private mutating func declareSecrets(
    _ secrets: [(key: String, value: String)], _ wanted: String, _ path: String, _ full: String, at item: ComposeNode
  ) -> String {
    let file = path.split(separator: "/").last.map(String.init) ?? "env"
    let stem = file.hasSuffix(".env") && file.count > 4 ? String(file.dropLast(4)) : file
    var renamed: [String] = []
    let lines = secrets.map { key, value in
      let variable = claim(key, "=\(value)", prefix: Self.variableName(stem))
      inputs.insert(variable)
      if variable != key { renamed.append("`\(key)` as `\(variable)`") }
      return "\(SourceText.fieldName(key)) = input.env(\(SourceText.quoted(variable)))"
    }
    let name = names.declare(wanted, ending: "secret")
    let script = full.contains("/") ? full : "./\(full)"
    let isScript = loader.open(full).map(ComposeEnvFile.isScript) ?? false
    let how =
      !renamed.isEmpty
      ? ", \(renamed.joined(separator: ", "))" : isScript ? ": `set -a; . \(script); set +a`" : ""
    let most = 5
    let named = secrets.prefix(most).map { "`\($0.key)`" }.joined(separator: ", ")
    let others = secrets.count > most ? " and \(secrets.count - most) more" : ""
    let verb = secrets.count == 1 ? "looks like a secret and is" : "look like secrets and are"
    let them = secrets.count == 1 ? "it" : "them"
    note(
      .note, "\(named)\(others) in `\(path)` \(verb) not copied: the program reads \(them) from the environment",
      help: "set \(them) where `kc` runs\(how)", at: item)
    declare(2) { out in
      out.block("secret \(name)") { out in out.block("data") { out in for line in lines { out.line(line) } } }
    }
    return name
  }
}
