import ArgumentParser
import KCCodec
import KCData
import KCKube
import KCLang
import KCPlan

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
    let project = try Project.load(options)
    try project.report(output)
    switch format {
    case .yaml: writeYAML(project)
    case .json: writeJSON(project)
    }
  }

  /// Objects are sorted by kind, namespace and name.
  private struct SortKey: Comparable {
    var kind, namespace, name: String

    init(_ object: Value) {
      (kind, namespace, name) = (object.kind ?? "", object.namespace ?? "", object.name ?? "")
    }

    init(_ object: TreeValue, _ tree: Tree) {
      func text(_ path: String...) -> String {
        var value = object
        for name in path {
          guard let key = tree.keys.find(name), let field = tree.field(key, of: value) else { return "" }
          value = field.value
        }
        return tree.text(of: value) ?? ""
      }
      (kind, namespace, name) = (text("kind"), text("metadata", "namespace"), text("metadata", "name"))
    }

    static func < (left: SortKey, right: SortKey) -> Bool {
      (left.kind, left.namespace, left.name) < (right.kind, right.namespace, right.name)
    }
  }

  /// Writes in chunks, straight from the compiler's values.
  private func writeYAML(_ project: Project) {
    enum Source {
      case tree(TreeValue)
      case value(Value)
    }
    let tree = project.compilation.tree
    var objects = project.compilation.resources.map { resource -> (key: SortKey, source: Source) in
      guard resource.isProtected else { return (SortKey(resource.tree, tree), .tree(resource.tree)) }
      let object = Project.shown(resource)
      return (SortKey(object), .value(Self.ordered(object)))
    }
    objects += project.neededNamespaces().map { (SortKey($0.object), .value(Self.ordered($0.object))) }
    objects.sort { $0.key < $1.key }
    var writer = YAML.ObjectWriter(tree)
    for (place, object) in objects.enumerated() {
      if place > 0 { writer.append("---\n".utf8) }
      switch object.source {
      case .tree(let value): writer.append(value)
      case .value(let value): writer.append(value)
      }
      if writer.bytes.count >= 1 << 16 {
        Terminal.out(writer.bytes)
        writer.removeAll()
      }
    }
    Terminal.out(writer.bytes)
  }

  private func writeJSON(_ project: Project) {
    let all = project.compilation.resources.map(Project.shown) + project.neededNamespaces().map(\.object)
    let objects = all.map { (SortKey($0), $0) }.sorted { $0.0 < $1.0 }
    let list: Value = ["apiVersion": "v1", "kind": "List", "items": .array(objects.map { Self.ordered($0.1) })]
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
