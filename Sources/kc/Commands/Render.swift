import ArgumentParser
import KCCodec
import KCData
import KCKube
import KCLang
import KCPlan
import KCSyntax

/// `kc render`
struct Render: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Print the objects that the program declares, sorted and stable.",
    discussion: """
      Examples:
        kc render --env prod > manifests.yaml
        kc render --format json | jq '.items[].metadata.name'
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case yaml, json }

  @OptionGroup var options: ProjectOptions
  @OptionGroup var output: OutputOptions
  @Option(help: "yaml or json.") var format = Format.yaml

  func run() throws {
    let project = try Project.load(options, assumesInputs: true)
    try project.report(output, as: format == .json ? .json : nil)
    switch format {
    case .yaml: writeYAML(project)
    case .json: writeJSON(project)
    }
  }

  /// Writes in chunks, straight from the compiler's values.
  private func writeYAML(_ project: Project) {
    enum Source {
      case tree(TreeValue)
      case value(Value)
    }
    let tree = project.compilation.tree
    let namer = ObjectNamer(tree)
    var order = ObjectOrder<Source>()
    for resource in project.compilation.resources {
      if resource.isProtected {
        let object = Project.shown(resource)
        order.add(.value(Self.ordered(object)), as: object)
      } else {
        let names = namer.names(of: resource.tree)
        order.add(.tree(resource.tree), kind: names.kind, namespace: names.namespace, name: names.name)
      }
    }
    for one in project.neededNamespaces() { order.add(.value(Self.ordered(one.object)), as: one.object) }
    var writer = YAML.ObjectWriter(tree)
    for (place, object) in order.objects.enumerated() {
      if place > 0 { writer.endDocument() }
      switch object {
      case .tree(let value): writer.append(value)
      case .value(let value): writer.append(value)
      }
      if writer.count >= 1 << 16 { Terminal.out(writer.take()) }
    }
    Terminal.out(writer.take())
  }

  private func writeJSON(_ project: Project) {
    let all = project.compilation.resources.map(Project.shown) + project.neededNamespaces().map(\.object)
    var order = ObjectOrder<Value>()
    for object in all { order.add(object, as: object) }
    let list: Value = ["apiVersion": "v1", "kind": "List", "items": .array(order.objects.map(Self.ordered))]
    Terminal.out(JSON.text(list, pretty: true) + "\n")
  }

  /// The order that people expect: what it is, its name, what it says; other keys by name.
  static func ordered(_ object: Value) -> Value {
    guard case .object(let fields) = sorted(object) else { return object }
    let first = ["apiVersion", "kind", "metadata"]
    let pairs = first.compactMap { key in fields[key].map { (key, $0) } }
    let rest = fields.filter { key, _ in !first.contains(key) }.map { ($0.key, $0.value) }
    return .object(Fields(pairs + rest))
  }

  private static func sorted(_ value: Value) -> Value {
    switch value {
    case .object(let fields):
      var result = fields.mapValues(sorted)
      result.sort()
      return .object(result)
    case .array(let elements): return .array(elements.map(sorted))
    default: return value
    }
  }
}
