internal import KCLang

/// What Compose has and Kubernetes has not: it is said once for each line.
extension ComposeEmitter {
  /// Fields of a service that become something.
  private static let known: Set<String> = [
    "image", "build", "command", "entrypoint", "environment", "env_file", "ports", "expose", "volumes", "configs",
    "secrets", "tmpfs", "shm_size", "volumes_from", "healthcheck", "depends_on", "links", "deploy", "scale", "labels",
    "annotations", "user", "working_dir", "read_only", "privileged", "cap_add", "cap_drop", "security_opt",
    "stop_grace_period", "pull_policy", "hostname", "extra_hosts", "dns", "dns_search", "sysctls", "group_add",
    "platform", "profiles", "networks", "pre_start", "pre_stop", "post_start", "tty", "stdin_open", "dns_opt", "cpus",
    "mem_limit", "mem_reservation", "extends", "gpus",
    "init",
  ]

  /// Fields without a counterpart, and what to do instead.
  private static let missing: [String: String] = [
    "container_name": "pods have names of their own; use the service's name",
    "develop": "rebuild the image, and apply",
    "logging": "nodes keep the logs of containers; `kc logs` shows them",
    "devices": "use a device plugin, and ask for its resource in `raw`",
    "ulimits": "set them in the image or on the node",
    "external_links": "reach it by its name in the cluster",
    "models": "run the model as a service of its own",
    "stop_signal": "set STOPSIGNAL in the image",
    "memswap_limit": "swap is a matter of the nodes",
    "domainname": "set `subdomain` in `raw`",
  ]

  private static let defaults: [String: Set<String>] = [
    "restart": ["always", "unless-stopped"], "network_mode": ["host", "bridge"], "pid": ["host"], "ipc": ["host"],
    "oom_kill_disable": ["false"], "attach": ["true", "false"],
  ]

  /// What Compose knows besides, and has no counterpart.
  private static let others: Set<String> = [
    "annotations", "attach", "blkio_config", "cgroup", "cgroup_parent", "cpu_count", "cpu_percent", "cpu_period",
    "cpu_quota", "cpu_rt_period", "cpu_rt_runtime", "cpu_shares", "cpuset", "credential_spec", "develop",
    "device_cgroup_rules", "devices", "dns_search", "domainname", "external_links", "group_add",
    "init", "ipc", "isolation", "label_file", "logging", "mac_address", "mem_swappiness", "memswap_limit", "models",
    "network_mode", "oom_kill_disable", "oom_score_adj", "pid", "pids_limit", "provider", "runtime",
    "scale", "shm_size", "stop_grace_period", "stop_signal", "storage_opt", "ulimits", "use_api_socket", "userns_mode",
    "uts", "volumes_from",
  ]

  /// What a field that Compose does not know was to be.
  private static func meant(_ field: String) -> String? {
    if others.contains(field) { return nil }
    return Spelling.nearest(to: field, among: known).map { "did you mean `\($0)`?" }
  }

  /// Whether a field says what holds in any case.
  private func isDefault(_ entry: ComposeNode.Entry) -> Bool {
    guard let text = entry.node.text, let usual = Self.defaults[entry.key] else { return false }
    return usual.contains(loader.reader.variables.plain(text))
  }

  mutating func noteFields(_ service: ComposeService) {
    for entry in service.node.entries ?? [] where !Self.known.contains(entry.key) && !entry.key.hasPrefix("x-") {
      if isDefault(entry) { continue }
      switch entry.key {
      case "restart":
        let policy = loader.reader.variables.plain(entry.node.text ?? "")
        if service.kind == .job, isNeverRepeated(service) || policy.hasPrefix("on-failure") { continue }
        let what = policy.hasPrefix("on-failure") ? " when they have done their work, too" : ""
        leave(
          .note,
          "`restart: \(policy)` has no counterpart: the pods of a \(service.kind.rawValue) are restarted\(what)",
          help: service.kind == .job ? nil : "what ends by itself is a `job`", at: entry.node)
      default:
        leave(
          .warning, "`\(entry.key)` has no counterpart", help: Self.missing[entry.key] ?? Self.meant(entry.key),
          at: entry.node)
      }
    }
    noteDeploy(service)
    for network in service.node["networks"]?.entries ?? [] {
      for entry in network.node.entries ?? [] where entry.key != "aliases" {
        leave(.note, "`\(entry.key)` of a network has no counterpart", at: entry.node)
      }
    }
  }

  private mutating func noteDeploy(_ service: ComposeService) {
    guard let deploy = service.node["deploy"], !deploy.isNull else { return }
    guard let entries = deploy.entries else { return note(.error, "`deploy` is a map", at: deploy) }
    let known: Set<String> = ["mode", "replicas", "labels", "resources", "placement", "update_config"]
    for entry in entries where !known.contains(entry.key) && !entry.key.hasPrefix("x-") {
      switch entry.key {
      case "restart_policy":
        if let condition = entry.node["condition"]?.text, condition != "any", service.kind != .job {
          leave(
            .note, "`condition: \(condition)` has no counterpart: the pods of a \(service.kind.rawValue) are restarted",
            help: "what ends by itself is a `job`", at: entry.node)
        }
      case "endpoint_mode":
        if entry.node.text == "dnsrr" { note(.note, "`dnsrr` is `headless = true` of a service", at: entry.node) }
      default: leave(.note, "`deploy.\(entry.key)` has no counterpart", at: entry.node)
      }
    }
    let update = deploy["update_config"]
    for field in ["delay", "failure_action", "monitor", "max_failure_ratio"] {
      if let node = update?[field] { leave(.note, "`update_config.\(field)` has no counterpart", at: node) }
    }
  }

  mutating func noteTopLevel() {
    let known: Set<String> = ["services", "volumes", "configs", "secrets", "networks", "name", "version", "include"]
    for entry in project.entries ?? [] where !known.contains(entry.key) && !entry.key.hasPrefix("x-") {
      leave(.warning, "`\(entry.key)` has no counterpart", at: entry.node)
    }
    for network in project["networks"]?.entries ?? [] {
      leave(
        .note, "the network `\(network.key)` has no counterpart: all pods reach each other",
        help: "write a `networkpolicy` for what must not",
        alike: .init(
          subject: "`\(network.key)`", many: "the networks % have no counterpart: all pods reach each other"),
        at: network.node)
    }
    for volume in project["volumes"]?.entries ?? [] {
      for field in ["driver_opts", "driver"] {
        if let node = volume.node[field], node.text != "local", source(of: node) == nil {
          leave(.note, "`\(field)` of a volume has no counterpart: choose a class", at: node)
        }
      }
    }
  }

  /// How many fields of services and definitions of what they share became something, and how many parts did not.
  var summary: String {
    let left = Set(loader.reader.notes.filter { $0.topic == .leftOut })
    let shared = ["volumes", "configs", "secrets"].flatMap { project[$0]?.entries ?? [] }.count
    let fields = services.map { service in
      (service.node.entries ?? []).count { Self.known.contains($0.key) || isDefault($0) }
    }
    let brought = fields.reduce(shared, +)
    func count(_ number: Int, _ name: String) -> String { "\(number) \(name)\(number == 1 ? "" : "s")" }
    let rest = left.isEmpty ? "nothing is left out" : "\(count(left.count, "part")) left out"
    return "\(count(services.count, "service")): \(count(brought, "field")) brought over, \(rest)."
  }
}
