internal import KCData
internal import KCKube

/// Volumes of pods.
extension Lifter {
  /// `volume files { config = settings }`
  mutating func volumeLine(_ given: Remainder) -> SourceLine? {
    var volume = given
    guard let name = volume.text("name") else { return nil }
    var body: [SourceLine] = []
    let path = volume.path
    let head = "volume \(SourceText.blockName(name))"
    if let config = volume.text("configMap", "name") {
      let known = find("ConfigMap", config)?.text
      body.append(.text("config = \(known ?? literal(config))", path.field("configMap").field("name")))
      addFiles(&volume, "configMap", to: &body)
    } else if let secret = volume.text("secret", "secretName") {
      let known = find("Secret", secret)?.text
      body.append(.text("secret = \(known ?? literal(secret))", path.field("secret").field("secretName")))
      addFiles(&volume, "secret", to: &body)
    } else if let claim = volume.text("persistentVolumeClaim", "claimName") {
      volume.drop(false, "persistentVolumeClaim", "readOnly")
      let known = find("PersistentVolumeClaim", claim)?.text
      body.append(.text("claim = \(known ?? literal(claim))", path.field("persistentVolumeClaim")))
    } else if let host = volume.text("hostPath", "path") {
      volume.drop("", "hostPath", "type")
      body.append(.text("host = \(literal(host))", path.field("hostPath")))
      if let type = volume.text("hostPath", "type") {
        body.append(.text("hostType = \(SourceText.quoted(type))", path.field("hostPath").field("type")))
      }
    } else if let folder = serverFolder(volume) {
      volume.take("nfs")
      body.append(folder)
    } else if let sources = volume.peek("projected", "sources")?.array, let blocks = projected(sources, path) {
      volume.take("projected", "sources")
      body += blocks
      addMode(&volume, "projected", to: &body)
    } else if let items = volume.peek("downwardAPI", "items")?.array,
      let fields = fieldFiles(items, path.field("downwardAPI").field("items"))
    {
      volume.take("downwardAPI", "items")
      body.append(fields)
      addMode(&volume, "downwardAPI", to: &body)
    } else if let line = ephemeral(volume) {
      volume.take("ephemeral")
      body.append(line)
    } else if let line = driver(volume) {
      volume.take("csi")
      body.append(line)
    } else if let empty = volume.peek("emptyDir")?.object {
      volume.take("emptyDir")
      guard addEmpty(empty, path.field("emptyDir"), to: &body) else { return nil }
      if body.isEmpty { return .text("\(head) {}", path) }
    } else if volume.isEmpty {
      return .text("\(head) {}", path)
    }
    addRaw(volume, "Volume", to: &body)
    return .block(head, body, path)
  }

  /// `nfs { server = "files", path = "/shared" }`
  private func serverFolder(_ volume: Remainder) -> SourceLine? {
    guard let given = volume.peek("nfs") else { return nil }
    let path = volume.path("nfs")
    var nfs = Remainder(given, path)
    guard let server = nfs.text("server"), let folder = nfs.text("path"), !server.isEmpty, folder.hasPrefix("/") else {
      return nil
    }
    var body: [SourceLine] = [
      .value("server", .string(server), path.field("server")), .value("path", .string(folder), path.field("path")),
    ]
    if let readOnly = nfs.bool("readOnly") { body.append(.text("readOnly = \(readOnly)", path.field("readOnly"))) }
    return nfs.isEmpty ? .block("nfs", body, path) : nil
  }

  private func addEmpty(_ empty: Fields, _ path: FieldPath, to body: inout [SourceLine]) -> Bool {
    if let size = empty["sizeLimit"] {
      guard let amount = SourceText.amount(size) else { return false }
      body.append(.text("size = \(amount)", path))
    }
    if let medium = empty["medium"]?.string, !medium.isEmpty {
      guard medium == "Memory" else { return false }
      body.append(.text("medium = \"Memory\"", path))
    }
    return empty.keys.allSatisfy { $0 == "sizeLimit" || $0 == "medium" }
  }

  // MARK: Files

  /// What configs and secrets have besides their names: items, whether they may be missing, permissions.
  private func addFiles(_ volume: inout Remainder, _ source: String, to body: inout [SourceLine]) {
    addItems(&volume, source, to: &body)
    if let optional = volume.bool(source, "optional") {
      body.append(.text("optional = \(optional)", volume.path(source, "optional")))
    }
    addMode(&volume, source, to: &body)
  }

  private func addItems(_ volume: inout Remainder, _ source: String, to body: inout [SourceLine]) {
    guard let items = volume.peek(source, "items")?.array, !items.isEmpty else { return }
    var fields = Fields()
    for item in items {
      guard item.object?.count == 2, let key = item["key"]?.string, let path = item["path"], path.string != nil,
        fields[key] == nil
      else { return }
      fields[key] = path
    }
    volume.take(source, "items")
    body.append(.value("items", .object(fields), volume.path(source, "items")))
  }

  private func addMode(_ volume: inout Remainder, _ source: String, to body: inout [SourceLine]) {
    volume.drop(420, source, "defaultMode")
    guard case .int(let mode)? = volume.peek(source, "defaultMode"), (0...0o777).contains(mode) else { return }
    volume.take(source, "defaultMode")
    let digits = String(mode, radix: 8)
    let text = String(repeating: "0", count: 3 - digits.utf8.count) + digits
    body.append(.text("mode = \(SourceText.quoted(text))", volume.path(source, "defaultMode")))
  }

  /// `fields { labels = pod.field("metadata.labels") }`
  private func fieldFiles(_ items: [Value], _ path: FieldPath) -> SourceLine? {
    var lines: [SourceLine] = []
    var names: Set<String> = []
    for (place, item) in items.enumerated() {
      guard case .object(var fields) = item, let name = fields["path"]?.string, names.insert(name).inserted else {
        return nil
      }
      fields["path"] = nil
      guard fields.count == 1, fields["fieldRef"] != nil || fields["resourceFieldRef"] != nil,
        let value = environmentValue(.object(fields))
      else { return nil }
      let key = SourceText.isFieldName(name) ? name : SourceText.quoted(name)
      lines.append(.text("\(key) = \(value)", path.index(place)))
    }
    return lines.isEmpty ? nil : .block("fields", lines, path)
  }

  // MARK: Several things in one

  /// `source settings { config = settings }`, for each of them.
  private func projected(_ sources: [Value], _ path: FieldPath) -> [SourceLine]? {
    var taken: Set<String> = []
    var blocks: [SourceLine] = []
    for (place, source) in sources.enumerated() {
      let own = path.field("projected").field("sources").index(place)
      guard source.object?.count == 1, let block = projection(Remainder(source, own), &taken) else { return nil }
      blocks.append(block)
    }
    return blocks.isEmpty ? nil : blocks
  }

  private func projection(_ given: Remainder, _ taken: inout Set<String>) -> SourceLine? {
    var source = given
    var body: [SourceLine] = []
    var name = "fields"
    if let config = source.text("configMap", "name") {
      name = config
      body.append(.text("config = \(find("ConfigMap", config)?.text ?? literal(config))"))
      addFiles(&source, "configMap", to: &body)
    } else if let secret = source.text("secret", "name") {
      name = secret
      body.append(.text("secret = \(find("Secret", secret)?.text ?? literal(secret))"))
      addFiles(&source, "secret", to: &body)
    } else if let file = source.text("serviceAccountToken", "path") {
      name = "token"
      body.append(.text("token = \(literal(file))"))
      if let audience = source.text("serviceAccountToken", "audience") {
        body.append(.text("audience = \(literal(audience))"))
      }
      source.drop(3600, "serviceAccountToken", "expirationSeconds")
      if let seconds = source.int("serviceAccountToken", "expirationSeconds") {
        guard seconds >= 600 else { return nil }
        body.append(.text("expires = \(SourceText.duration(seconds: seconds))"))
      }
    } else if let items = source.peek("downwardAPI", "items")?.array,
      let fields = fieldFiles(items, source.path("downwardAPI", "items"))
    {
      source.take("downwardAPI", "items")
      body.append(fields)
    } else {
      return nil
    }
    guard source.isEmpty else { return nil }
    let stem = name
    var count = 1
    while !taken.insert(name).inserted {
      count += 1
      name = "\(stem)-\(count)"
    }
    return .block("source \(SourceText.blockName(name))", body, given.path)
  }

  // MARK: Claims and drivers

  /// `ephemeral { size = 1Gi, class = "fast" }`
  private func ephemeral(_ volume: Remainder) -> SourceLine? {
    let path = volume.path("ephemeral")
    guard let given = volume.peek("ephemeral"), given.object?.count == 1,
      let template = given["volumeClaimTemplate"], template.object?.count == 1
    else { return nil }
    var claim = Remainder(template, path)
    guard let size = claim.take("spec", "resources", "requests", "storage").flatMap(SourceText.amount),
      let modes = claim.texts("spec", "accessModes")
    else { return nil }
    var body: [SourceLine] = [.text("size = \(size)")]
    if let type = claim.text("spec", "storageClassName") { body.append(.text("class = \(literal(type))")) }
    if modes != ["ReadWriteOnce"] { body.append(.text("modes = \(list(modes))")) }
    claim.drop("Filesystem", "spec", "volumeMode")
    return claim.isEmpty ? .block("ephemeral", body, path) : nil
  }

  /// `csi { driver = "secrets-store.csi.k8s.io", readOnly = true }`
  private func driver(_ volume: Remainder) -> SourceLine? {
    let path = volume.path("csi")
    guard let given = volume.peek("csi") else { return nil }
    var csi = Remainder(given, path)
    guard let name = csi.text("driver") else { return nil }
    var body: [SourceLine] = [.text("driver = \(literal(name))", path.field("driver"))]
    if let readOnly = csi.bool("readOnly") { body.append(.text("readOnly = \(readOnly)", path.field("readOnly"))) }
    if let type = csi.text("fsType") { body.append(.text("fileSystem = \(literal(type))", path.field("fsType"))) }
    if let attributes = csi.map("volumeAttributes"), !attributes.isEmpty {
      body.append(.value("attributes", .object(attributes), path.field("volumeAttributes")))
    }
    if let secret = csi.text("nodePublishSecretRef", "name") {
      body.append(.text("secret = \(find("Secret", secret)?.text ?? literal(secret))"))
    }
    return csi.isEmpty ? .block("csi", body, path) : nil
  }
}
