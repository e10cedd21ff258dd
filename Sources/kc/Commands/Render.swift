import ArgumentParser
import KCCodec
import KCData
import KCKube
import KCPlan

/// `kc render`
struct Render: ParsableCommand {
  static let configuration = CommandConfiguration(
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
    let objects = project.desired().map(Self.hidingSecrets).sorted { left, right in
      (left.kind ?? "", left.namespace ?? "", left.name ?? "") < (
        right.kind ?? "", right.namespace ?? "", right.name ?? ""
      )
    }.map(Self.ordered)
    switch format {
    case .yaml: Terminal.out(objects.map { YAML.text($0) }.joined(separator: "---\n"))
    case .json:
      let list: Value = ["apiVersion": "v1", "kind": "List", "items": .array(objects)]
      Terminal.out(JSON.text(list, pretty: true) + "\n")
    }
  }

  /// Secret values are never printed.
  private static func hidingSecrets(_ desired: DesiredObject) -> Value {
    var object = desired.object
    for path in desired.secretPaths {
      var keys: [String] = []
      for element in path.elements {
        switch element {
        case .field(let name), .key(let name): keys.append(name)
        case .index: break
        }
      }
      if object.at(keys) != nil { object.set("(secret)", at: keys[...]) }
    }
    return object
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
