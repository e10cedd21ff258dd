import ArgumentParser
import Glibc
import KCClient
import KCData
import KCLang

/// Which target is meant, by the command line, the environment and the project, in this order.
enum TargetChoice {
  case engine
  case inCluster
  case kubeconfig(paths: [String], context: String?)

  /// A choice, and what must be so of it.
  struct Chosen {
    var choice: TargetChoice
    /// The name of the target in the project.
    var name: String?
    var expected: Value?
  }

  static func choose(_ options: TargetOptions, _ project: Project?) throws -> Chosen {
    let known = project?.compilation.project.settings["target-clusters"]?.object ?? [:]
    let bound = project?.environment.flatMap { environment in
      known.first { $0.value["environments"]?.array?.contains(.string(environment)) ?? false }
    }
    if options.kubeconfig != nil || options.context != nil {
      // What an environment is bound to guards it, however the cluster was named.
      return Chosen(
        choice: .kubeconfig(paths: options.kubeconfig.map { [$0] } ?? defaultPaths, context: options.context),
        name: bound?.key, expected: bound?.value["expect"])
    }
    let wanted = options.target ?? bound?.key ?? project?.compilation.project.settings["target"]?.string
    guard let name = wanted, name != "engine" else { return Chosen(choice: .engine, name: nil, expected: nil) }
    if let cluster = known[name] {
      return Chosen(choice: choice(of: cluster, project), name: name, expected: cluster["expect"])
    }
    if name == "in-cluster" { return Chosen(choice: .inCluster, name: nil, expected: nil) }
    let names = ["engine", "in-cluster"] + known.keys
    throw Terminal.fail(
      "there is no target \(name)",
      help: "there are \(names.joined(separator: ", ")); project.kc declares more: target-cluster \(name) { … }",
      code: .input)
  }

  private static func choice(of cluster: Value, _ project: Project?) -> TargetChoice {
    let context = cluster["context"]?.string
    guard let path = cluster["kubeconfig"]?.string else { return .kubeconfig(paths: defaultPaths, context: context) }
    if path.hasPrefix("~/") { return .kubeconfig(paths: [home + path.dropFirst(1)], context: context) }
    let full = path.hasPrefix("/") ? path : "\(project?.root ?? ".")/\(path)"
    return .kubeconfig(paths: [full], context: context)
  }

  /// `KUBECONFIG`, a list, or the usual place.
  private static var defaultPaths: [String] {
    let list = variable("KUBECONFIG")?.split(separator: ":").map(String.init) ?? []
    return list.isEmpty ? ["\(home)/.kube/config"] : list
  }

  private static var home: String { variable("HOME") ?? "/root" }

  static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The kubeconfig of a choice; nil for the engine.
  func kubeconfig() throws -> Kubeconfig? {
    switch self {
    case .engine: return nil
    case .inCluster: return try Self.inClusterConfig()
    case .kubeconfig(let paths, let context):
      let sources = try paths.compactMap { path in try Self.source(path, isOnly: paths.count == 1) }
      guard !sources.isEmpty else {
        throw Terminal.fail(
          "none of the kubeconfigs \(paths.joined(separator: ":")) is there",
          help: "name one with --kubeconfig or KUBECONFIG; for the engine on this machine, name none", code: .target)
      }
      do throws(Kubeconfig.Failure) {
        return try Kubeconfig(sources, context: context, read: Files.readText)
      } catch {
        throw Terminal.fail(error.description, code: .target)
      }
    }
  }

  /// A kubeconfig; nil for one of several that is not there, which is as in kubectl.
  private static func source(_ path: String, isOnly: Bool) throws -> Kubeconfig.Source? {
    if let text = Files.readText(path) { return Kubeconfig.Source(path: path, text: text) }
    let code = errno
    if code == ENOENT, !isOnly { return nil }
    throw Terminal.fail(
      "the kubeconfig \(path) cannot be read: \(String(cString: strerror(code)))",
      help: code == ENOENT ? "name another with --kubeconfig or KUBECONFIG; for the engine, name none" : nil,
      code: .target)
  }

  /// What a pod knows of the cluster that it runs in.
  private static func inClusterConfig() throws -> Kubeconfig {
    let folder = "/var/run/secrets/kubernetes.io/serviceaccount"
    guard let host = variable("KUBERNETES_SERVICE_HOST"), let port = variable("KUBERNETES_SERVICE_PORT"),
      Files.exists("\(folder)/token")
    else {
      throw Terminal.fail(
        "kc does not run in a pod with a service account, so there is no cluster around it", code: .target)
    }
    var config = Kubeconfig(
      server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)", context: "in-cluster",
      namespace: Files.readText("\(folder)/namespace") ?? "default")
    config.authority = Files.readText("\(folder)/ca.crt")
    config.tokenFile = "\(folder)/token"
    return config
  }
}
