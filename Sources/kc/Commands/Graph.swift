import ArgumentParser
import KCCodec
import KCData
import KCKube
import KCLang
import KCPlan
import KCSyntax

/// `kc graph`
struct Graph: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph",
    abstract: "Show the order in which the program's objects are made, and what each waits for.",
    discussion: """
      Examples:
        kc graph --env prod
        kc graph --format dot | dot -Tpng > order.png
        kc graph --format svg > order.svg
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, dot, svg, json }

  @OptionGroup var options: ProjectOptions
  @OptionGroup var output: OutputOptions
  @Option(help: "text, dot, svg or json.") var format = Format.text

  func run() throws {
    let project = try Project.load(options, assumesInputs: true)
    try project.report(output, as: format == .json ? .json : nil)
    let plan = Planner().plan(
      project: project.compilation.project.name, namespace: Planning.namespace(project),
      environment: project.environment, desired: project.desired(), live: LiveState(target: "nothing"))
    let graph = OrderGraph(plan)
    switch format {
    case .text: Terminal.out(GraphText.text(Self.plain(graph), style: output.style(for: 1)))
    case .dot: Terminal.out(GraphText.dot(graph))
    case .json: Terminal.out(JSON.text(PlanJSON.graph(graph), pretty: true) + "\n")
    case .svg:
      guard graph.nodes.count <= GraphSVG.limit else {
        throw Terminal.fail(
          "\(graph.nodes.count) objects make no readable picture; at most \(GraphSVG.limit) are drawn",
          help: "--format dot | dot -Tsvg lays out any number", code: .input)
      }
      Terminal.out(GraphSVG(graph).render())
    }
  }

  /// Without signs: nothing is compared with a target here.
  private static func plain(_ graph: OrderGraph) -> OrderGraph { graph.withoutActions() }
}
