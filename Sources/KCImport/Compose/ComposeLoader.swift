/// Brings the files of a Compose project together: overrides, `include`, `extends`.
struct ComposeLoader {
  static let fileLimit = 64

  var reader = ComposeReader()
  let open: (String) -> [UInt8]?
  /// The names in a folder, nil for what is none; nil where nobody can tell.
  let list: ((String) -> [String]?)?
  /// Files that are being read, against includes that go round.
  private var stack: [String] = []
  private var count = 0

  init(list: ((String) -> [String]?)?, open: @escaping (String) -> [UInt8]?) {
    self.list = list
    self.open = open
  }

  /// The profiles that `.env` asks for.
  var profiles: [String] {
    let names = reader.variables.given["COMPOSE_PROFILES"] ?? ""
    return names.split(separator: ",").map { String($0.filter { $0 != " " }) }
  }

  mutating func note(
    _ severity: ImportNote.Severity, _ message: String, help: String? = nil, alike: ImportNote.Alike? = nil,
    topic: ImportNote.Topic = .other, at node: ComposeNode
  ) {
    let file = reader.files.indices.contains(node.file) ? reader.files[node.file] : ""
    var note = ImportNote(severity, message, help: help, file: file, line: node.line)
    (note.alike, note.topic) = (alike, topic)
    reader.notes.append(note)
  }

  /// The project that files make together, the later ones over the earlier; nil after a note.
  mutating func load(_ paths: [String]) -> ComposeNode? {
    var whole: ComposeNode?
    for path in paths {
      guard let bytes = open(path) else {
        reader.notes.append(ImportNote(.error, "there is no file \(path) that can be read", file: path))
        return nil
      }
      if count == 0 { readEnvironment(beside: path) }
      guard let project = load(path, bytes) else { return nil }
      whole = whole.flatMap { ComposeMerge.merge($0, project) } ?? project
    }
    return whole
  }

  /// The names of files that projects have instead of an `.env`, for people to copy and fill in.
  private static let examples = [
    ".env.example", ".env.sample", ".env.template", ".env.dist", "env.example", "example.env", "sample.env",
  ]

  private mutating func readEnvironment(beside path: String) {
    if let file = open(Self.join(path, ".env")) {
      reader.variables.given = Dictionary(ComposeEnvFile.parse(file), uniquingKeysWith: { $1 })
      return
    }
    for name in Self.examples {
      guard let file = open(Self.join(path, name)) else { continue }
      let values = Dictionary(ComposeEnvFile.parse(file), uniquingKeysWith: { $1 })
      reader.variables.example = (name, values.filter { !$0.value.isEmpty && !ComposeSecrets.isSecret($0.key) })
      return
    }
  }

  private mutating func load(_ path: String, _ bytes: [UInt8]) -> ComposeNode? {
    count += 1
    guard count <= Self.fileLimit, let documents = reader.read(path, bytes) else { return nil }
    stack.append(path)
    defer { stack.removeLast() }
    var whole: ComposeNode?
    for document in documents {
      guard document.entries != nil else {
        note(.error, "a Compose file is a map with `services`", at: document)
        continue
      }
      var project = Self.withServices(document)
      project = included(project, from: path)
      project = extended(project, from: path)
      whole = whole.flatMap { ComposeMerge.merge($0, project) } ?? project
    }
    if whole == nil {
      reader.notes.append(ImportNote(.error, "there is no Compose project in this file", file: path))
    }
    return whole
  }

  /// The first format had the services at the top.
  private static func withServices(_ document: ComposeNode) -> ComposeNode {
    let other: Set<String> = ["version", "name", "volumes", "networks", "configs", "secrets", "include", "models"]
    guard let entries = document.entries, document["services"] == nil else { return document }
    let services = entries.filter { entry in
      !other.contains(entry.key) && !entry.key.hasPrefix("x-")
        && (entry.node["image"] != nil || entry.node["build"] != nil || entry.node["extends"] != nil)
    }
    guard !services.isEmpty else { return document }
    let keys = Set(services.map(\.key))
    let rest = entries.filter { !keys.contains($0.key) }
    let node = ComposeNode(content: .map(services), file: document.file, line: document.line)
    return ComposeNode(
      content: .map(rest + [.init(key: "services", node: node)]), file: document.file, line: document.line)
  }

  private mutating func included(_ project: ComposeNode, from path: String) -> ComposeNode {
    guard let list = project["include"] else { return project }
    var whole: ComposeNode?
    for item in list.items ?? [] {
      let single: ComposeNode? = item.isScalar ? item : item["path"]
      for node in single?.items ?? [single].compactMap({ $0 }) {
        guard let name = node.text else { continue }
        let target = Self.join(path, reader.variables.plain(name))
        if stack.contains(target) {
          note(.error, "`\(name)` includes itself", at: node)
        } else if let bytes = open(target), let inner = load(target, bytes, with: environment(item, target, path)) {
          whole = whole.flatMap { ComposeMerge.merge($0, inner) } ?? inner
        } else {
          note(.warning, "`\(name)` cannot be included: its services are missing", at: node)
        }
      }
    }
    guard let whole else { return project }
    return ComposeMerge.merge(whole, project) ?? project
  }

  /// The variables of files that an entry of `include` names for what it includes: of `.env` beside it, unless it does.
  private mutating func environment(_ item: ComposeNode, _ target: String, _ path: String) -> [String: String] {
    let stated = item["env_file"]
    let folder = item["project_directory"]?.text.map { Self.join(path, "\(reader.variables.plain($0))/x") } ?? target
    var out: [String: String] = [:]
    for node in stated?.items ?? [stated].compactMap({ $0 }) {
      guard let name = node.text.map({ reader.variables.plain($0) }), name != "/dev/null" else { continue }
      if let bytes = open(Self.join(path, name)) {
        out.merge(ComposeEnvFile.parse(bytes)) { $1 }
      } else {
        note(.warning, "`\(name)` cannot be read: its variables are missing", at: node)
      }
    }
    if stated == nil, let bytes = open(Self.join(folder, ".env")) { out.merge(ComposeEnvFile.parse(bytes)) { $1 } }
    return out
  }

  /// Loads a file with defaults of variables that hold in it alone; those of what includes it come first.
  private mutating func load(_ path: String, _ bytes: [UInt8], with own: [String: String]) -> ComposeNode? {
    let outer = reader.variables.scoped
    defer { reader.variables.scoped = outer }
    reader.variables.scoped = own.merging(outer) { $1 }
    return load(path, bytes).map { filledIn($0) }
  }

  /// Services with what they extend below them.
  private mutating func extended(_ project: ComposeNode, from path: String) -> ComposeNode {
    guard let services = project["services"]?.entries, var entries = project.entries else { return project }
    var done: [ComposeNode.Entry] = []
    for entry in services {
      done.append(.init(key: entry.key, node: resolve(entry.node, name: entry.key, in: services, from: path, [])))
    }
    for place in entries.indices where entries[place].key == "services" {
      entries[place].node.content = .map(done)
    }
    return ComposeNode(content: .map(entries), file: project.file, line: project.line)
  }

  private mutating func resolve(
    _ service: ComposeNode, name: String, in services: [ComposeNode.Entry], from path: String, _ chain: [String]
  ) -> ComposeNode {
    guard let extends = service["extends"] else { return service }
    var own = service
    own.content = .map((service.entries ?? []).filter { $0.key != "extends" })
    guard let base = extends.text ?? extends["service"]?.text else {
      note(.error, "`extends` names no service", at: extends)
      return own
    }
    var (found, source) = (services, path)
    if let file = extends["file"]?.text {
      source = Self.join(path, reader.variables.plain(file))
      count += 1
      guard count <= Self.fileLimit, let bytes = open(source), let documents = reader.read(source, bytes),
        let other = documents.first.map(Self.withServices)?["services"]?.entries
      else {
        note(.warning, "`\(file)` cannot be read: `\(name)` lacks what it takes from there", at: extends)
        return own
      }
      found = other
    }
    let step = "\(source)#\(base)"
    guard !chain.contains(step), chain.count < 32, step != "\(path)#\(name)" || !chain.isEmpty || base != name else {
      note(.error, "`\(name)` extends itself: \((chain + [step]).joined(separator: " → "))", at: extends)
      return own
    }
    guard let parent = found.first(where: { $0.key == base })?.node else {
      note(.error, "`\(name)` extends `\(base)`, and there is no such service", at: extends)
      return own
    }
    let below = resolve(parent, name: base, in: found, from: source, chain + [step])
    return ComposeMerge.merge(below, own) ?? own
  }

  /// A path that a file names, seen from where the importer runs.
  static func join(_ file: String, _ path: String) -> String {
    if path.hasPrefix("/") { return path }
    let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    return resolve(file.hasPrefix("/") && folder.isEmpty ? "/\(path)" : folder.isEmpty ? path : "\(folder)/\(path)")
  }

  /// A path without `.` and, but at the start of a relative one, without `..`.
  static func resolve(_ path: String) -> String {
    let isRooted = path.hasPrefix("/")
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else if part != ".." || !isRooted {
        parts.append(part)
      }
    }
    return (isRooted ? "/" : "") + parts.joined(separator: "/")
  }
}
