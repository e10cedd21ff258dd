import ArgumentParser
import KCClient
import KCCodec
import KCData
import KCKube
import KCLang
import KCPlan

/// `kc get`
struct Get: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "List objects on the target.",
    discussion: """
      Examples:
        kc get pods
        kc get deploy web --format yaml
        kc get nodes
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case human, wide, json, yaml }

  @Argument(help: "What: pods, deploy, svc, nodes, …") var resource: String
  @Argument(help: "Only this one.") var name: String?
  @Option(name: [.customShort("n"), .long], help: "The namespace.") var namespace: String?
  @Flag(name: [.customShort("A"), .customLong("all-namespaces")], help: "In all namespaces.") var all = false
  @Option(help: "human, wide, json or yaml.") var format = Format.human
  @OptionGroup var options: ProjectOptions
  @OptionGroup var target: TargetOptions

  /// The project around, where there is one: its namespace and its targets count.
  static func project(_ options: ProjectOptions) throws -> Project? {
    guard options.folder != nil || options.environment != nil || Project.exists(options) else { return nil }
    return try Project.known(options)
  }

  func run() async throws {
    let project = try Self.project(options)
    let target = try await Target.connect(target, for: project)
    guard let type = target.client.types.named(resource) else {
      throw Terminal.fail(
        "there is no kind of object called \(resource)", help: "for example pods, deploy, svc, nodes, cm", code: .usage)
    }
    let namespace =
      type.namespaced && !all ? namespace ?? project?.compilation.project.home ?? target.namespace : nil
    do {
      switch format {
      case .human, .wide: try await table(type, namespace, target)
      case .json, .yaml: try await objects(type, namespace, target)
      }
    } catch let error as ClientError {
      throw Target.failure(error)
    }
    await target.close()
  }

  private func objects(_ type: ResourceType, _ namespace: String?, _ target: Target) async throws {
    let value: Value
    if let name {
      value = try await target.client.get(type, namespace: namespace, name: name)
    } else {
      let items = try await target.client.list(type, namespace: namespace).items
      value = ["apiVersion": "v1", "kind": "List", "items": .array(items)]
    }
    Terminal.out(format == .json ? JSON.text(value, pretty: true) + "\n" : YAML.text(value))
  }

  private func table(_ type: ResourceType, _ namespace: String?, _ target: Target) async throws {
    let value = try await target.client.object(
      APIRequest(
        method: "GET", path: type.path(namespace: namespace, name: name),
        accept: "application/json;as=Table;v=v1;g=meta.k8s.io"))
    let columns = value["columnDefinitions"]?.array ?? []
    let shown = columns.indices.filter { format == .wide || (columns[$0]["priority"]?.int ?? 0) == 0 }
    var rows = [shown.map { columns[$0]["name"]?.string?.uppercased() ?? "" }]
    for row in value["rows"]?.array ?? [] {
      rows.append(shown.map { Self.cell(row["cells"]?[$0]) })
    }
    if type.namespaced, namespace == nil {
      let places = (value["rows"]?.array ?? []).map { $0.at("object", "metadata", "namespace")?.string ?? "" }
      for (index, place) in (["NAMESPACE"] + places).enumerated() { rows[index].insert(place, at: 0) }
    }
    if rows.count == 1 {
      Terminal.say("There are no \(type.plural)\(namespace.map { " in the namespace \($0)" } ?? "").")
      return
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    for row in rows {
      let cells = zip(row, widths).map { TextStyle.pad($0.0, $0.1) }
      var line = cells.joined(separator: "   ")
      while line.hasSuffix(" ") { line.removeLast() }
      Terminal.out(line + "\n")
    }
  }

  private static func cell(_ value: Value?) -> String {
    switch value {
    case .string(let text)?: Printable.text(text)
    case .int(let number)?: String(number)
    case .bool(let truth)?: String(truth)
    default: ""
    }
  }
}
