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
}
