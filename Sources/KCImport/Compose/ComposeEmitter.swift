internal import KCData

/// Turns a Compose project into a program.
struct ComposeEmitter {
  let project: ComposeNode
  /// The definitions of its volumes, by their names.
  let volumes: [String: ComposeNode]
  let projectName: String
  let options: ComposeImport.Options
  var loader: ComposeLoader
  var names = ComposeNames()
  /// The services that are imported, by their names in the files.
  var services: [ComposeService] = []
  var places: [String: Int] = [:]
  /// What they say of each other.
  var relations = ComposeRelations()
  /// Names in the program of what is shared between services, by the names in the files.
  var configs: [String: ComposeService.Source] = [:]
  var secrets: [String: String] = [:]
  var claims: [String: String] = [:]
  /// The configs and secrets that files and folders of the project became, by their full paths.
  var boundFiles: [String: ComposeService.Source] = [:]
  /// Folders of the machine that volumes take the place of, by their full paths: as the files name them first.
  var folders: [String: String] = [:]
  /// The configs and secrets that files of variables became, and what they say, by their full paths.
  var environmentFiles: [String: [String]] = [:]
  var environmentValues: [String: [(key: String, value: String)]] = [:]
  /// Variables of the environment that secrets are read from, and the value that each stands for, or where it is from.
  var inputs: Set<String> = []
  var inputSources: [String: String] = [:]
  /// The variables of the environment for those that files of their own give to included files.
  var variantInputs: [String: String] = [:]
  /// The variables of the environment, by how the program reads them.
  var inputNames: [String: String] = [:]
  /// What the variables of each service that are secret are read from, by their names.
  var secretEntries: [String: [String: String]] = [:]
  /// The variables that containers have for the secret ones in their commands, and those that they have for these alone.
  var secretArguments: [String: [String: String]] = [:]
  var addedSecrets: [String: [String]] = [:]
  /// The secrets of services that no other has a part in, by their keys.
  var ownSecrets: [String: String] = [:]
  /// Where a value that several services have stands, by what it is read from.
  var sharedSecrets: [String: String] = [:]
  /// The declarations that services need, by their kinds.
  var declarations: [(order: Int, lines: SourceLines)] = []
  /// How many services mount each named volume.
  var volumeUses: [String: Int] = [:]
  var parameterNames: [String: String] = [:]
  /// The parameters without a default, whose uses say one each.
  var optionalNames: [String: String] = [:]
  /// The services that aliases lead to, by the aliases.
  var owners: [String: String] = [:]

  /// The services that the aliases of each become: their names in the cluster and in the program.
  var ownAliases: [String: [(alias: String, name: String)]] = [:]
  /// What others reach services by, as the files say it.
  var hosts: [String: ComposeHost] = [:]
  /// The services that variables and commands name as hosts.
  var mentioned: Set<String> = []

  init(_ project: ComposeNode, projectName: String, options: ComposeImport.Options, loader: ComposeLoader) {
    self.project = project
    let volumes = project["volumes"]?.entries ?? []
    self.volumes = Dictionary(volumes.map { ($0.key, $0.node) }) { first, _ in first }
    self.projectName = projectName
    self.options = options
    self.loader = loader
  }

  mutating func note(
    _ severity: ImportNote.Severity, _ message: String, help: String? = nil, alike: ImportNote.Alike? = nil,
    at node: ComposeNode
  ) {
    loader.note(severity, message, help: help, alike: alike, at: node)
  }

  /// Says that a part of the project has no counterpart.
  mutating func leave(
    _ severity: ImportNote.Severity, _ message: String, help: String? = nil, alike: ImportNote.Alike? = nil,
    at node: ComposeNode
  ) {
    loader.note(severity, message, help: help, alike: alike, topic: .leftOut, at: node)
  }

  /// Writes the comments of parts of a service above what they become.
  mutating func writeRemarks(_ nodes: ComposeNode?..., to out: inout SourceLines) {
    for node in nodes { for text in loader.reader.remarks.take(node) { out.line(text) } }
  }

  /// The program's text.
  mutating func run() -> String {
    let header = (project.entries ?? []).flatMap { loader.reader.remarks.take($0.node, isDeep: false) }
    chooseServices()
    relations = ComposeRelations(services)
    findTaken()
    for place in services.indices {
      var service = services[place]
      prepare(&service)
      services[place] = service
    }
    readHosts()
    countVolumes()
    readSecrets()
    var bodies = SourceLines()
    for service in services {
      bodies.gap()
      write(service, to: &bodies)
    }
    noteTopLevel()
    var out = SourceLines()
    for text in header { out.line(text) }
    if !header.isEmpty { out.gap() }
    writeParameters(to: &out)
    // What services read stands before them, but for the files: these are long, and not what a reader looks for.
    for declaration in declarations.sorted(by: { $0.order < $1.order }) where declaration.order != Self.files {
      out.gap()
      out.paste(declaration.lines)
    }
    if !out.text.isEmpty, !bodies.text.isEmpty { out.gap() }
    for declaration in declarations where declaration.order == Self.files {
      bodies.gap()
      bodies.paste(declaration.lines)
    }
    return out.text + bodies.text
  }

  /// The order of blocks with the texts of files.
  static let files = 1

  /// Declares something beside the services: the text of a block.
  mutating func declare(_ order: Int, _ body: (inout SourceLines) -> Void) {
    var writer = SourceLines()
    body(&writer)
    declarations.append((order, writer))
  }

  private mutating func chooseServices() {
    guard let node = project["services"] else {
      return note(.warning, "there are no services in this project", at: project)
    }
    guard let entries = node.entries else { return note(.error, "`services` is a map of services", at: node) }
    if entries.isEmpty { return note(.error, "there are no services in this project", at: node) }
    defer { noteThatNoneIsChosen(node) }
    var chosen: [ComposeNode.Entry] = []
    let takesAll = takesAllProfiles(entries, at: node)
    for entry in entries {
      guard entry.node.entries != nil || entry.node.isNull else {
        note(.error, "the service `\(entry.key)` is a map of what it needs", at: entry.node)
        continue
      }
      let profiles = texts(entry.node["profiles"], "profiles")
      if !profiles.isEmpty, !takesAll, !profiles.contains(where: isActive) {
        note(
          .note, "`\(entry.key)` is left out: it belongs to the profile \(profiles.joined(separator: ", "))",
          help: "import it with `--profile \(profiles[0])`", at: entry.node)
        continue
      }
      chosen.append(entry)
    }
    nameServices(chosen)
  }

  /// Gives services their names: first to those that have one which objects can have.
  private mutating func nameServices(_ entries: [ComposeNode.Entry]) {
    var found: [String: (name: String, host: String)] = [:]
    var hosts: Set<String> = []
    for isExact in [true, false] {
      for entry in entries where (ComposeNames.dns(entry.key) == entry.key) == isExact {
        let label = ComposeNames.dns(entry.key) ?? "service"
        let name = names.declare(label)
        // Names that differ only in what objects' names cannot have, such as `A_b` and `a-b`, give two objects.
        let host = hosts.contains(label) ? name : label
        hosts.insert(host)
        found[entry.key] = (name, host)
        if host != entry.key.lowercased() { noteRenamed(entry.key, host, at: entry.node) }
      }
    }
    for entry in entries {
      places[entry.key] = services.count
      guard let (name, host) = found[entry.key] else { continue }
      services.append(ComposeService(key: entry.key, name: name, host: host, node: entry.node))
    }
  }

  /// Finds all defaults of variables before the first is written.
  private mutating func findTaken() {
    for service in services {
      for pair in pairs(service.node["environment"], "environment") where pair.value == nil { _ = taken(pair.key) }
    }
    for config in project["configs"]?.entries ?? [] { config.node["environment"]?.text.map { _ = taken($0) } }
  }

  /// Whether the services of all profiles are taken: nobody asked for one, and without them there would be none.
  private mutating func takesAllProfiles(_ entries: [ComposeNode.Entry], at node: ComposeNode) -> Bool {
    let profiles = entries.map { texts($0.node["profiles"], "profiles") }
    guard options.profiles.isEmpty, !profiles.isEmpty,
      profiles.allSatisfy({ !$0.isEmpty && !$0.contains(where: isActive) })
    else { return false }
    var seen = Set<String>()
    let names = profiles.joined().filter { seen.insert($0).inserted }
    note(
      .warning, "all services belong to profiles, and none of these is asked for: all are taken",
      help: "`--profile NAME` takes the services of one: \(names.joined(separator: ", "))", at: node)
    return true
  }

  /// All services may belong to profiles other than those that were asked for.
  private mutating func noteThatNoneIsChosen(_ node: ComposeNode) {
    guard services.isEmpty, (node.entries ?? []).allSatisfy({ $0.node["profiles"] != nil }) else { return }
    note(
      .error, "all services belong to profiles other than \(options.profiles.joined(separator: ", "))",
      help: "`--profile NAME` imports the services of one, `--profile '*'` those of all", at: node)
  }

  private func isActive(_ profile: String) -> Bool {
    let profiles = options.profiles + loader.profiles
    return profiles.contains(profile) || profiles.contains("*")
  }

  private mutating func countVolumes() {
    for service in services {
      for name in Set(service.mounts.compactMap(\.volume)) { volumeUses[name, default: 0] += 1 }
    }
  }

  /// A text with marks as a string literal with interpolations.
  mutating func string(_ text: String) -> String {
    if let whole = ComposeVariables.whole(text), loader.reader.variables.known[whole]?.isNumber != true {
      return parameter(whole)
    }
    if ComposeVariables.hasMarks(text) { return "\"\(interpolated(text))\"" }
    return SourceText.quoted(text, isRaw: loader.reader.variables.isNamed(in: text))
  }

  /// - Parameter variable: what is written for a variable of the files; its parameter, unless something else is.
  mutating func interpolated(
    _ text: String, isBlock: Bool = false,
    variable: (inout ComposeEmitter, String) -> String = { $0.parameter($1) }
  ) -> String {
    guard ComposeVariables.hasMarks(text) else { return SourceText.escaped(text, isBlock: isBlock) }
    var out = ""
    for (place, part) in text.split(separator: ComposeVariables.open, omittingEmptySubsequences: false).enumerated() {
      guard place > 0, let end = part.firstIndex(of: ComposeVariables.close) else {
        out += SourceText.escaped(String(part), isBlock: isBlock)
        continue
      }
      let rest = SourceText.escaped(part[part.index(after: end)...], isBlock: isBlock)
      out += "\\(\(variable(&self, String(part[..<end]))))" + rest
    }
    return out
  }

  /// The texts of a list, or the one text.
  mutating func texts(_ node: ComposeNode?, _ field: String) -> [String] {
    guard let node, !node.isNull else { return [] }
    if let text = node.text { return [text] }
    guard let items = node.items else {
      note(.error, "`\(field)` is a list of texts", at: node)
      return []
    }
    return items.compactMap { item in
      if item.text == nil, !item.isNull { note(.error, "`\(field)` is a list of texts", at: item) }
      return item.text
    }
  }

  /// Pairs, written as a map or as a list of `KEY=VALUE`.
  mutating func pairs(_ node: ComposeNode?, _ field: String) -> [(key: String, value: String?, node: ComposeNode)] {
    guard let node, !node.isNull else { return [] }
    guard let entries = ComposeMerge.pairsMap(node).entries else {
      note(.error, "`\(field)` is a map, or a list of `KEY=VALUE`", at: node)
      return []
    }
    return entries.compactMap { entry in
      guard entry.node.isScalar else {
        note(.error, "`\(entry.key)` in `\(field)` is a text", at: entry.node)
        return nil
      }
      return (entry.key, entry.node.text, entry.node)
    }
  }
}
