extension ComposeEmitter {
  /// Init containers that wait for services which have to be healthy first.
  mutating func writeWaits(_ service: ComposeService, to out: inout SourceLines) {
    guard let node = service.node["depends_on"], !node.isNull else { return }
    guard let entries = ComposeMerge.namesMap(node).entries else {
      return note(.error, "`depends_on` is a list of services, or a map of them", at: node)
    }
    for entry in entries {
      guard let place = places[entry.key] else {
        note(.warning, "`\(entry.key)` is no service that is imported", at: entry.node)
        continue
      }
      let other = services[place]
      switch entry.node["condition"]?.text ?? "service_started" {
      case "service_healthy":
        guard let port = other.ports.first(where: { $0.transport == "TCP" }) else {
          leave(
            .note, "`\(service.key)` does not wait for `\(entry.key)`, which opens no known port",
            help: "say its port with `expose`",
            alike: .init(
              subject: "`\(service.key)` for `\(entry.key)`",
              many: "services do not wait for those that open no known port: %", help: "say their ports with `expose`"),
            at: entry.node)
          continue
        }
        guard !dependsBack(entry.key, on: service.key) else {
          note(.error, "`\(service.key)` and `\(entry.key)` wait for each other", at: entry.node)
          continue
        }
        out.gap()
        out.block("init wait-\(ComposeNames.dns(String(other.host.prefix(50))) ?? "other")") { out in
          out.line("image = \"busybox:1.37\"")
          let target = "\\(\(other.name).host) \\(\(other.name).port.\(port.name).number)"
          out.line("command = [\"sh\", \"-c\", \"until nc -z \(target); do sleep 1; done\"]")
        }
      case "service_completed_successfully":
        leave(
          .warning, "`\(service.key)` does not wait for the job `\(entry.key)` to end",
          help: "let the container retry until what the job does is there", at: entry.node)
      default:
        note(
          .note, "pods start in no order: `\(service.key)` has to retry until `\(entry.key)` answers",
          alike: .init(
            subject: "`\(service.key)`", many: "pods start in no order: % have to retry until what they need answers"),
          at: entry.node)
      }
    }
  }

  /// Whether a service waits for another, by any number of steps.
  private func dependsBack(_ from: String, on goal: String) -> Bool {
    var seen: Set<String> = [from]
    var queue = [from]
    while let next = queue.popLast() {
      guard let node = places[next].flatMap({ services[$0].node["depends_on"] }) else { continue }
      for entry in ComposeMerge.namesMap(node).entries ?? [] where entry.node["condition"]?.text == "service_healthy" {
        if entry.key == goal { return true }
        if seen.insert(entry.key).inserted { queue.append(entry.key) }
      }
    }
    return false
  }

  /// `pre_start`: containers that run to their end before the service starts.
  mutating func writePreStart(_ service: ComposeService, _ volumes: [String], to out: inout SourceLines) {
    for (place, hook) in (service.node["pre_start"]?.items ?? []).enumerated() {
      guard hook.entries != nil, let command = words(hook["command"], "command", service) else {
        note(.error, "an entry of `pre_start` is a map with `command`", at: hook)
        continue
      }
      let image = hook["image"]?.text.map { string($0) } ?? image(service)
      let mounts = zip(service.mounts, volumes).filter { $0.0.volume != nil }
      out.gap()
      out.block("init prepare-\(place + 1)") { out in
        out.line("image = \(image)")
        out.list("command", command)
        writeSecrets(of: hook["command"], service, to: &out)
        for (mount, volume) in mounts { out.line("mount \(SourceText.quoted(mount.target)) = \(volume)") }
      }
    }
  }

  /// Placement: `deploy.placement` and `platform`.
  mutating func writeAffinity(_ service: ComposeService, to out: inout SourceLines) {
    var rules: [String] = []
    let placement = service.node["deploy"]?["placement"]
    for item in placement?["constraints"]?.items ?? [] {
      guard let text = item.text else { continue }
      if let rule = constraint(loader.reader.variables.plain(text)) {
        rules.append("require node \(rule)")
      } else {
        leave(.warning, "the constraint `\(loader.reader.variables.plain(text))` has no counterpart", at: item)
      }
    }
    for item in placement?["preferences"]?.items ?? [] {
      let label = item["spread"]?.text.map { $0.hasPrefix("node.labels.") ? String($0.dropFirst(12)) : $0 }
      if let label, Self.isLabel(label) {
        rules.append("spread by \(AffinityText.topology(label)) or best-effort")
      } else {
        leave(.warning, "this preference has no counterpart", at: item)
      }
    }
    if let node = placement?["max_replicas_per_node"] {
      if node.text == "1" {
        rules.append("require apart from self by hostname")
      } else {
        leave(.note, "`max_replicas_per_node` has no counterpart but for 1", at: node)
      }
    }
    if let node = service.node["platform"], let text = node.text.map({ loader.reader.variables.plain($0) }),
      !text.isEmpty
    {
      let parts = loader.reader.variables.plain(text).split(separator: "/").map(String.init)
      if parts.count > 1, ["amd64", "arm64", "arm", "s390x", "ppc64le", "riscv64", "386"].contains(parts[1]) {
        rules.append("require node arch == \(SourceText.quoted(parts[1]))")
      } else {
        leave(.note, "`platform: \(text)` has no counterpart", at: node)
      }
    }
    guard !rules.isEmpty else { return }
    out.gap()
    out.block("affinity") { out in
      var seen = Set<String>()
      for rule in rules where seen.insert(rule).inserted { out.line(rule) }
    }
  }

  /// `node.labels.disk == ssd`, `node.hostname != a`.
  private func constraint(_ text: String) -> String? {
    for sign in ["==", "!="] {
      guard let range = text.firstRange(of: sign) else { continue }
      let left = text[..<range.lowerBound].filter { $0 != " " }
      let right = String(text[range.upperBound...].drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
      let label: String
      switch left {
      case "node.hostname": label = "kubernetes.io/hostname"
      case "node.platform.os": label = "kubernetes.io/os"
      case "node.platform.arch": label = "kubernetes.io/arch"
      default:
        guard left.hasPrefix("node.labels.") else { return nil }
        label = String(left.dropFirst(12))
      }
      guard Self.isLabel(label), Self.isLabelValue(right) else { return nil }
      return "\(AffinityText.label(label)) \(sign) \(SourceText.quoted(right))"
    }
    return nil
  }

  private static func isLabel(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count <= 2 && parts.allSatisfy { !$0.isEmpty && isLabelValue(String($0)) }
  }

  private static func isLabelValue(_ text: String) -> Bool {
    text.utf8.count <= 63
      && text.utf8.allSatisfy {
        (48...57).contains($0) || (97...122).contains($0 | 32) || $0 == 45 || $0 == 46 || $0 == 95
      } && text.first?.isPunctuation != true && text.last?.isPunctuation != true
  }

  /// Fields of the pod that have no ergonomic form.
  mutating func readPodFields(_ service: inout ComposeService) {
    let node = service.node
    var byAddress: [(String, [String])] = []
    for pair in pairs(node["extra_hosts"], "extra_hosts") {
      let address = loader.reader.variables.plain(pair.value ?? "").filter { $0 != "[" && $0 != "]" }
      guard Self.isAddress(address) else {
        note(.warning, "`\(pair.key)` leads to `\(address)`, which is no address", at: pair.node)
        continue
      }
      if let place = byAddress.firstIndex(where: { $0.0 == address }) {
        byAddress[place].1.append(pair.key)
      } else {
        byAddress.append((address, [pair.key]))
      }
    }
    if !byAddress.isEmpty {
      let written = byAddress.map { "{ ip = \(SourceText.quoted($0.0)), hostnames = \(SourceText.list($0.1)) }" }
      service.raw.append(("hostAliases", "[\(written.joined(separator: ", "))]"))
    }
    let servers = texts(node["dns"], "dns").map { loader.reader.variables.plain($0) }.filter { server in
      if Self.isAddress(server) { return true }
      if let node = node["dns"], !server.isEmpty {
        note(.warning, "`\(server)` is no address of a DNS server, and is left out", at: node)
      }
      return false
    }
    // An empty one is how Compose says that there is none.
    let searches = texts(node["dns_search"], "dns_search").map { loader.reader.variables.plain($0) }
      .filter { !$0.isEmpty }
    let options = texts(node["dns_opt"], "dns_opt").map { text in
      let parts = loader.reader.variables.plain(text).split(separator: ":", maxSplits: 1).map(String.init)
      return SourceText.record(zip(["name", "value"], parts).map { (key: $0, text: SourceText.quoted($1)) })
    }
    if !servers.isEmpty || !searches.isEmpty || !options.isEmpty {
      var parts: [String] = []
      if !servers.isEmpty { parts.append("nameservers = \(SourceText.list(servers))") }
      if !searches.isEmpty { parts.append("searches = \(SourceText.list(searches))") }
      if !options.isEmpty { parts.append("options = [\(options.joined(separator: ", "))]") }
      service.raw.append(("dnsConfig", "{ \(parts.joined(separator: ", ")) }"))
    }
    readPodSecurity(&service)
  }

  /// Whether a text is an address of IPv4 or IPv6, as far as its characters say so.
  private static func isAddress(_ text: String) -> Bool {
    (text.contains(".") || text.contains(":")) && text.allSatisfy { $0.isHexDigit || $0 == "." || $0 == ":" }
  }

  private mutating func readPodSecurity(_ service: inout ComposeService) {
    let controls = pairs(service.node["sysctls"], "sysctls").compactMap { pair in
      pair.value.map { (key: pair.key, text: string($0)) }
    }
    var groups: [String] = []
    for text in texts(service.node["group_add"], "group_add") {
      if let number = UInt32(text) {
        groups.append(String(number))
      } else if let node = service.node["group_add"] {
        note(.warning, "`\(text)` is the name of a group: pods take numbers", at: node)
      }
    }
    if let group = filesGroup(service) { service.security.append(("fsGroup", group)) }
    if !groups.isEmpty { service.security.append(("groups", "[\(groups.joined(separator: ", "))]")) }
    if !controls.isEmpty { service.security.append(("sysctls", SourceText.record(controls))) }
  }

  /// The group that is to own what is in a service's claims: new ones are root's, and no other user writes to them.
  private func filesGroup(_ service: ComposeService) -> String? {
    let hasClaim = service.mounts.contains { mount in
      if case .external = mount.source { return true }
      return mount.volume != nil
    }
    guard hasClaim, let text = service.node["user"]?.text else { return nil }
    let numbers = loader.reader.variables.plain(text).split(separator: ":").map { UInt32($0) }
    guard let user = numbers.first ?? nil, user != 0 else { return nil }
    return (numbers.dropFirst().first ?? user).map(String.init)
  }

  mutating func writePodFields(_ service: ComposeService, to out: inout SourceLines) {
    if !service.security.isEmpty {
      out.gap()
      out.block("security") { out in for field in service.security { out.line("\(field.key) = \(field.value)") } }
    }
    guard !service.raw.isEmpty else { return }
    out.gap()
    out.block("podRaw") { out in for field in service.raw { out.line("\(field.key) = \(field.value)") } }
  }
}
