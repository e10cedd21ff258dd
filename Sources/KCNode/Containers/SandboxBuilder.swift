internal import KCData
internal import KCKube

/// Makes the configuration of a pod's sandbox.
struct SandboxBuilder {
  let pod: PodSpec
  let node: NodeConfiguration
  let paths: NodePaths

  func config(attempt: UInt32) -> SandboxConfig {
    var config = SandboxConfig(name: pod.name, namespace: pod.namespace, uid: pod.uid)
    config.attempt = attempt
    config.hostname = pod.usesHostNetwork ? "" : hostname
    config.logDirectory = paths.podLogs(pod)
    config.dns = dns
    config.labels = pod.object.labels.merging([
      PodLabels.podName: pod.name, PodLabels.podNamespace: pod.namespace, PodLabels.podUID: pod.uid,
      PodLabels.node: node.name,
    ]) { $1 }
    config.annotations = [PodLabels.gracePeriod: String(pod.gracePeriod)]
    config.cgroupParent = node.podCgroup(pod.uid)
    config.namespaces = namespaces
    config.privileged = pod.all.contains { $0.value.at("securityContext", "privileged")?.bool == true }
    let security = pod.spec["securityContext"] ?? [:]
    for sysctl in security["sysctls"]?.array ?? [] {
      if let name = sysctl["name"]?.string { config.sysctls[name] = sysctl["value"]?.string ?? "" }
    }
    config.supplementalGroups = Self.groups(security)
    return config
  }

  /// The namespaces that all containers of the pod share.
  var namespaces: NamespaceOptions {
    var options = NamespaceOptions()
    options.hostNetwork = pod.usesHostNetwork
    options.hostIPC = pod.spec["hostIPC"]?.bool ?? false
    if pod.spec["hostPID"]?.bool == true {
      options.pid = .node
    } else if pod.spec["shareProcessNamespace"]?.bool == true {
      options.pid = .pod
    }
    return options
  }

  /// The name the pod has for itself; Linux allows 63 characters.
  var hostname: String {
    if let name = pod.spec["hostnameOverride"]?.string, !name.isEmpty { return name }
    let name = pod.spec["hostname"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? pod.name
    var short = String(name.prefix(63))
    while let last = short.last, last == "-" || last == "." { short.removeLast() }
    return short
  }

  /// The name under the cluster's domain, for pods of a headless service.
  var fullName: String? {
    guard let subdomain = pod.spec["subdomain"]?.string, !subdomain.isEmpty else { return nil }
    return "\(hostname).\(subdomain).\(pod.namespace).svc.\(node.clusterDomain)"
  }

  static func groups(_ security: Value) -> [Int64] {
    let groups = (security["supplementalGroups"]?.array ?? []).compactMap(\.int)
    return security["fsGroup"]?.int.map { [$0] + groups } ?? groups
  }

  private var dns: DNSConfig? {
    var config: DNSConfig
    switch pod.spec["dnsPolicy"]?.string ?? "ClusterFirst" {
    case "None": config = DNSConfig()
    case "ClusterFirst" where pod.usesHostNetwork: return merged(nil)
    case "ClusterFirst", "ClusterFirstWithHostNet":
      guard !node.clusterDNS.isEmpty else { return merged(nil) }
      let domain = node.clusterDomain
      config = DNSConfig(
        servers: node.clusterDNS, searches: ["\(pod.namespace).svc.\(domain)", "svc.\(domain)", domain],
        options: ["ndots:5"])
    default: return merged(nil)
    }
    return merged(config)
  }

  /// Adds what the pod itself asks for; on the machine's own settings, only where it asks for something.
  private func merged(_ base: DNSConfig?) -> DNSConfig? {
    guard let extra = pod.spec["dnsConfig"], extra.object?.isEmpty == false else { return base }
    var config = base ?? HostResolver.config()
    func strings(_ key: String) -> [String] { extra[key]?.array?.compactMap(\.string) ?? [] }
    config.servers += strings("nameservers").filter { !config.servers.contains($0) }
    config.searches += strings("searches").filter { !config.searches.contains($0) }
    for option in extra["options"]?.array ?? [] {
      guard let name = option["name"]?.string else { continue }
      config.options.removeAll { $0 == name || $0.hasPrefix("\(name):") }
      config.options.append(option["value"]?.string.map { "\(name):\($0)" } ?? name)
    }
    return config
  }
}

/// The machine's own resolver settings.
enum HostResolver {
  static func config(path: String = "/etc/resolv.conf") -> DNSConfig {
    var config = DNSConfig()
    let text = String(decoding: Files.read(path, limit: 65536) ?? [], as: UTF8.self)
    for line in text.split(separator: "\n") {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
      switch words.first {
      case "nameserver": config.servers += words.dropFirst().prefix(1)
      case "search": config.searches = Array(words.dropFirst())
      case "options": config.options += words.dropFirst()
      default: continue
      }
    }
    return config
  }
}
