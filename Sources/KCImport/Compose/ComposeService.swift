/// A service on its way to a workload.
struct ComposeService {
  enum Kind: String { case deployment, statefulset, daemonset, job }

  struct Port {
    var name: String
    /// The number, or the parameter that holds it.
    var number: String
    /// The number where nothing else is given.
    var standard: Int
    var transport: String
    /// What it is published as on the host, where that is another number.
    var published: Published?
    /// What says it, where the service itself does.
    var item: ComposeNode?
  }

  /// A port on the host.
  struct Published {
    /// The number, or the mark of the variable that gives it.
    var written: String
    /// The number where nothing else is given.
    var number: Int
  }

  enum Source {
    /// A volume of the project, by its name in the files.
    case named(String)
    /// A claim that is there already.
    case external(String)
    case config(String)
    case secret(String)
    case host(String)
    /// A folder of a file server.
    case nfs(server: String, path: String)
    /// An empty volume, and the most it may hold.
    case empty(memory: Bool, size: String?)
  }

  struct Mount {
    var target: String
    var source: Source
    /// The file or folder of the volume that is mounted.
    var path: String?
    var isReadOnly = false
    /// The permissions of the files, as octal digits.
    var mode: String?
    /// What says it.
    var item: ComposeNode?

    var volume: String? { if case .named(let name) = source { name } else { nil } }
  }

  /// Its name in the files.
  let key: String
  /// Its name in the program.
  let name: String
  /// The name that other services reach it by.
  let host: String
  let node: ComposeNode
  var kind = Kind.deployment
  var ports: [Port] = []
  /// Whether the files say none of its ports: it may have others than those that are known.
  var isOpen = false
  var mounts: [Mount] = []
  /// Fields of the pod that only the API has: lines of `podRaw`.
  var raw: [(key: String, value: String)] = []
  /// What all containers of the pod may do.
  var security: [(key: String, value: String)] = []

  init(key: String, name: String, host: String, node: ComposeNode) {
    self.key = key
    self.name = name
    self.host = host
    self.node = node
  }
}

extension ComposeEmitter {
  /// Finds out what other services need to know of one: its kind, its ports and its volumes.
  mutating func prepare(_ service: inout ComposeService) {
    switch service.node["deploy"]?["mode"]?.text {
    case nil, "replicated": break
    case "global": service.kind = .daemonset
    case "replicated-job", "global-job": service.kind = .job
    case let other?:
      note(.error, "there is no mode `\(other)`", at: service.node["deploy"]?["mode"] ?? service.node)
    }
    if relations.awaited.contains(service.key) { service.kind = .job }
    readPorts(&service)
    readMounts(&service)
  }
}
