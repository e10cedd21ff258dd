import ArgumentParser
import KCClient
import KCData
import KCKube
import KCLang

/// `kc logs`
struct Logs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs",
    abstract: "Print what a pod writes, or all pods of a workload.",
    discussion: """
      Examples:
        kc logs web
        kc logs deployment.web
        kc logs web-7d4b9c-x2x9z --tail 20 --follow
      """)

  @Argument(help: "A pod, or the name of a workload.") var name: String
  @Option(name: [.customShort("n"), .long], help: "The namespace.") var namespace: String?
  @Option(name: [.customShort("c"), .long], help: "The container.") var container: String?
  @Option(help: "Only as many last lines.") var tail: Int?
  @Flag(name: .shortAndLong, help: "Go on as lines come.") var follow = false
  @Flag(help: "Of the container before its last restart.") var previous = false
  @OptionGroup var options: ProjectOptions
  @OptionGroup var target: TargetOptions

  func run() async throws {
    let project = try Get.project(options)
    let target = try await Target.connect(target, for: project)
    let namespace = namespace ?? project?.compilation.project.home ?? target.namespace
    guard let type = target.client.types.find(apiVersion: "v1", kind: "Pod") else { return }
    do {
      let all = try await target.client.list(type, namespace: namespace).items
      var pods = all.filter { $0.name == name }
      let workload = Self.workload(name)
      if pods.isEmpty { pods = all.filter { $0.labels["app.kubernetes.io/name"] == workload || $0.name == workload } }
      if pods.isEmpty {
        throw Terminal.fail(
          "there is no pod and no workload named \(name) in the namespace \(namespace)", code: .target)
      }
      for pod in pods.prefix(follow ? 1 : pods.count) {
        try await show(pod.name ?? "", type, namespace, prefix: pods.count > 1, target)
      }
    } catch let error as ClientError {
      throw Target.failure(error)
    }
    await target.close()
  }

  /// The name of a workload, of an address as plans have it (`deployment.web`) or as kubectl does (`deployment/web`).
  static func workload(_ name: String) -> String {
    name.split(whereSeparator: { $0 == "." || $0 == "/" }).last.map(String.init) ?? name
  }

  private func show(_ pod: String, _ type: ResourceType, _ namespace: String, prefix: Bool, _ target: Target)
    async throws
  {
    var query: [(name: String, value: String)] = []
    if let container { query.append(("container", container)) }
    if let tail { query.append(("tailLines", String(tail))) }
    if follow { query.append(("follow", "true")) }
    if previous { query.append(("previous", "true")) }
    let response = try await target.client.transport.send(
      APIRequest(method: "GET", path: type.path(namespace: namespace, name: pod, subresource: "log"), query: query))
    if response.status >= 400 {
      _ = try await target.client.object(
        APIRequest(method: "GET", path: type.path(namespace: namespace, name: pod, subresource: "log"), query: query))
    }
    func print(_ bytes: [UInt8]) {
      let text = Terminal.printable(String(decoding: bytes, as: UTF8.self))
      if !prefix { return Terminal.out(text) }
      for line in text.split(separator: "\n") { Terminal.out("\(pod)  \(line)\n") }
    }
    switch response.body {
    case .bytes(let bytes): print(bytes)
    case .stream(let pieces): for try await piece in pieces { print(piece) }
    default: break
    }
  }
}
