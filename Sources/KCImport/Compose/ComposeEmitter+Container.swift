extension ComposeEmitter {
  mutating func writeContainer(_ service: ComposeService, _ volumes: [String], to out: inout SourceLines) {
    let node = service.node
    writeRemarks(node["image"], node["build"], to: &out)
    out.line("image = \(image(service))")
    writeRemarks(node["entrypoint"], node["command"], to: &out)
    if let command = words(node["entrypoint"], "entrypoint", service), !command.isEmpty { out.list("command", command) }
    if let arguments = words(node["command"], "command", service), !arguments.isEmpty { out.list("args", arguments) }
    if let folder = node["working_dir"]?.text { out.line("workdir = \(string(folder))") }
    writePull(node["pull_policy"], to: &out)
    let ports = [node["ports"], node["expose"]]
    for text in ports.flatMap({ loader.reader.remarks.take($0, isDeep: false) }) { out.line(text) }
    for port in service.ports {
      writeRemarks(port.item, to: &out)
      guard port.transport != "TCP" else {
        out.line("port \(port.name) = \(port.number)")
        continue
      }
      out.block("port \(port.name)") { out in
        out.line("number = \(port.number)")
        out.line("protocol = \"\(port.transport)\"")
      }
    }
    for part in ports { writeRemarks(part, to: &out) }
    writeEnvironment(service, to: &out)
    writeResources(service, to: &out)
    writeRemarks(node["healthcheck"], to: &out)
    writeHealth(service, to: &out)
    let mounts = ["volumes", "configs", "secrets", "tmpfs"].map { node[$0] }
    for text in mounts.flatMap({ loader.reader.remarks.take($0, isDeep: false) }) { out.line(text) }
    for (mount, volume) in zip(service.mounts, volumes) {
      writeRemarks(mount.item, to: &out)
      let target = SourceText.quoted(mount.target)
      guard mount.isReadOnly || mount.path != nil else {
        out.line("mount \(target) = \(volume)")
        continue
      }
      out.block("mount \(target)") { out in
        out.line("volume = \(volume)")
        if let path = mount.path { out.line("path = \(SourceText.quoted(path))") }
        if mount.isReadOnly { out.line("readOnly = true") }
      }
    }
    for part in mounts { writeRemarks(part, to: &out) }
    writeSecurity(node, to: &out)
    writeHook("postStart", node["post_start"], "post_start", service, to: &out)
    writeHook("preStop", node["pre_stop"], "pre_stop", service, to: &out)
    let terminal = [("stdin_open", "stdin"), ("tty", "tty")].filter { node[$0.0]?.bool == true }
    if !terminal.isEmpty { out.block("raw") { out in for field in terminal { out.line("\(field.1) = true") } } }
    for text in loader.reader.remarks.takeEnd(node) { out.line(text) }
  }

  /// The image; where one is built, the name that it is to be pushed as.
  mutating func image(_ service: ComposeService) -> String {
    let node = service.node
    if let text = node["image"]?.text, !text.isEmpty {
      if let build = node["build"] {
        note(.note, "`build` has no counterpart: build and push the image", at: build)
      }
      let parts = text.split(separator: ComposeVariables.open, omittingEmptySubsequences: false)
      // A tag that nothing gives would be no image.
      if parts.count > 1, loader.reader.variables.plain(text).hasSuffix(":"),
        let last = ComposeVariables.names(text).last
      {
        loader.reader.variables.setDefault(last, "latest")
      }
      if loader.reader.variables.plain(text).isEmpty { return noImage(service, at: node["image"] ?? node) }
      return string(text)
    }
    guard let build = node["build"] else { return noImage(service, at: node) }
    let name = "\(projectName)-\(service.host)"
    note(
      .warning, "`build` has no counterpart: the image `\(name)` is assumed",
      help: "build and push it, and set `image` to where it is",
      alike: .init(
        subject: "`\(name)`", many: "`build` has no counterpart: the images % are assumed",
        help: "build and push them, and set `image` to where they are"), at: build)
    return SourceText.quoted(name)
  }

  private mutating func noImage(_ service: ComposeService, at node: ComposeNode) -> String {
    note(.warning, "`\(service.key)` names no image: `\(service.host)` is assumed", at: node)
    return SourceText.quoted(service.host)
  }

  /// A command as a list: a text is split as a shell does.
  mutating func words(_ node: ComposeNode?, _ field: String, _ service: ComposeService) -> [String]? {
    plainWords(node, field).map { words in words.map { argument($0, service) } }
  }

  private mutating func plainWords(_ node: ComposeNode?, _ field: String) -> [String]? {
    guard let node, !node.isNull else { return nil }
    if node.items != nil { return texts(node, field) }
    guard let text = node.text else {
      note(.error, "`\(field)` is a text or a list of texts", at: node)
      return nil
    }
    guard let words = ShellWords.split(text) else {
      note(.error, "a quote stays open in `\(field)`", at: node)
      return nil
    }
    return words
  }

  /// The text so that Kubernetes, which replaces `$(NAME)`, leaves it as it is.
  static func unexpanded(_ text: String) -> String {
    guard text.contains("$(") || text.contains("$$") else { return text }
    var out = ""
    let characters = Array(text)
    for (place, character) in characters.enumerated() {
      out.append(character)
      if character == "$", place + 1 < characters.count, characters[place + 1] == "(" || characters[place + 1] == "$" {
        out.append("$")
      }
    }
    return out
  }

  private mutating func writePull(_ node: ComposeNode?, to out: inout SourceLines) {
    switch node?.text {
    case nil: break
    case "always": out.line("pull = \"Always\"")
    case "never": out.line("pull = \"Never\"")
    case "missing", "if_not_present": out.line("pull = \"IfNotPresent\"")
    case let other?:
      if let node { leave(.note, "`pull_policy: \(other)` has no counterpart", at: node) }
    }
  }

  private mutating func writeResources(_ service: ComposeService, to out: inout SourceLines) {
    let node = service.node
    let resources = node["deploy"]?["resources"]
    let limits = resources?["limits"]
    let reservations = resources?["reservations"]
    let cores = (
      amount(reservations?["cpus"], ComposeUnits.cores, "cores"),
      amount(limits?["cpus"] ?? node["cpus"], ComposeUnits.cores, "cores")
    )
    let memory = (
      amount(reservations?["memory"] ?? node["mem_reservation"], ComposeUnits.bytes, "bytes"),
      amount(limits?["memory"] ?? node["mem_limit"], ComposeUnits.bytes, "bytes")
    )
    writeRemarks(
      resources, node["cpus"], node["mem_limit"], node["mem_reservation"], node["memswap_limit"], to: &out)
    if let range = Self.range(cores) { out.line("cpu = \(range)") }
    if let range = Self.range(memory) { out.line("memory = \(range)") }
    writeDevices(service, reservations?["devices"], to: &out)
    for (owner, field) in [(limits, "pids"), (reservations, "generic_resources")] {
      if let extra = owner?[field] { leave(.note, "`\(field)` of a container has no counterpart", at: extra) }
    }
  }

  /// `devices = { "nvidia.com/gpu": 1 }` for the graphics cards that a container asks for.
  private mutating func writeDevices(_ service: ComposeService, _ reserved: ComposeNode?, to out: inout SourceLines) {
    var count = 0
    var asked: ComposeNode?
    for node in [reserved, service.node["gpus"]].compactMap({ $0 }) where !node.isNull {
      var sum = 0
      for item in node.items ?? [node] {
        let isCard = item["driver"]?.text ?? "nvidia" == "nvidia"
        let asks = node.line != reserved?.line || texts(item["capabilities"], "capabilities").contains("gpu")
        guard isCard, asks else {
          leave(.note, "`devices` of a container has no counterpart", at: item)
          continue
        }
        asked = asked ?? item
        // `all` is as many as the machine has: one of them is asked for.
        let number = (item["count"]?.text ?? item.text).flatMap { Int(loader.reader.variables.plain($0)) }
        sum += max(1, number ?? item["device_ids"]?.items?.count ?? 1)
      }
      count = max(count, sum)
    }
    guard count > 0, let asked else { return }
    out.line("devices = { \"nvidia.com/gpu\": \(count) }")
    note(
      .note, "`\(service.key)` asks for NVIDIA's graphics cards: nodes have them with NVIDIA's device plugin",
      help: "see `kubectl describe node`: `nvidia.com/gpu`",
      alike: .init(
        subject: "`\(service.key)`",
        many: "% ask for NVIDIA's graphics cards: nodes have them with NVIDIA's device plugin",
        help: "see `kubectl describe node`: `nvidia.com/gpu`"), at: asked)
  }

  private mutating func amount(_ node: ComposeNode?, _ read: (String) -> String?, _ unit: String) -> String? {
    guard let node, !node.isNull else { return nil }
    let plain = loader.reader.variables.plain(node.text ?? "")
    guard let amount = read(plain) else {
      if plain != "0" { note(.error, "`\(plain)` is no amount of \(unit)", at: node) }
      return nil
    }
    return amount
  }

  private static func range(_ sides: (String?, String?)) -> String? {
    switch sides {
    case (nil, nil): nil
    case (let low?, nil): "\(low)..."
    case (nil, let high?): "...\(high)"
    case (let low?, let high?): low == high ? low : "\(low)...\(high)"
    }
  }

  private mutating func writeSecurity(_ node: ComposeNode, to out: inout SourceLines) {
    var lines: [String] = []
    if let user = node["user"], let text = user.text {
      let plain = loader.reader.variables.plain(text)
      let parts = plain.split(separator: ":").map(String.init)
      let number = parts.first.flatMap { UInt32($0) } ?? (parts.first == "root" ? 0 : nil)
      if let number {
        lines.append("user = \(number)")
      } else {
        note(
          .warning, "`user: \(plain)` is a name: pods take numbers", help: "set `security { user = … }` to its number",
          at: user)
      }
      if number != nil, parts.count > 1 {
        if let group = UInt32(parts[1]) {
          lines.append("group = \(group)")
        } else {
          note(.warning, "`\(parts[1])` is the name of a group: pods take numbers", at: user)
        }
      }
    }
    if node["read_only"]?.bool == true { lines.append("readOnlyRoot = true") }
    if node["privileged"]?.bool == true { lines.append("privileged = true") }
    for option in texts(node["security_opt"], "security_opt") {
      if option.hasPrefix("no-new-privileges"), !option.hasSuffix("false") {
        // What is privileged has all rights already, and the API server refuses both together.
        if node["privileged"]?.bool == true {
          if let place = node["security_opt"] {
            leave(.note, "`\(option)` has no counterpart where `privileged` is set", at: place)
          }
        } else {
          lines.append("escalation = false")
        }
      } else if ["seccomp:unconfined", "seccomp=unconfined"].contains(option) {
        lines.append("seccomp = \"Unconfined\"")
      } else if let place = node["security_opt"] {
        leave(.note, "`security_opt: \(option)` has no counterpart", at: place)
      }
    }
    let drop = texts(node["cap_drop"], "cap_drop")
    let add = texts(node["cap_add"], "cap_add")
    if !drop.isEmpty { lines.append("drop = \(SourceText.list(drop))") }
    if !add.isEmpty { lines.append("add = \(SourceText.list(add))") }
    guard !lines.isEmpty else { return }
    writeRemarks(
      node["user"], node["read_only"], node["privileged"], node["security_opt"], node["cap_drop"], node["cap_add"],
      to: &out)
    out.block("security") { out in for line in lines { out.line(line) } }
  }

  private mutating func writeHook(
    _ name: String, _ node: ComposeNode?, _ field: String, _ service: ComposeService, to out: inout SourceLines
  ) {
    guard let hooks = node?.items, let first = hooks.first else { return }
    if let command = plainWords(first["command"], field) { out.list(name, action(command, service)) }
    for extra in hooks.dropFirst() { note(.warning, "only the first of `\(field)` has a counterpart", at: extra) }
  }
}
