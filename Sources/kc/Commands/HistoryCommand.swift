import ArgumentParser
import KCApply
import KCClient
import KCCodec
import KCData
import KCLang
import KCPlan

/// `kc history`
struct HistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Show what was applied when, and by whom.",
    discussion: """
      Examples:
        kc history
        kc history --format json
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case human, json }

  @OptionGroup var options: ProjectOptions
  @OptionGroup var target: TargetOptions
  @OptionGroup var output: OutputOptions
  @Option(help: "human or json.") var format = Format.human

  func run() async throws {
    let project = try Project.known(options, output)
    let target = try await Target.connect(target, for: project)
    let history = History(
      client: target.client, project: project.compilation.project.name, namespace: Planning.namespace(project))
    let revisions: [Revision]
    do throws(ClientError) { revisions = try await history.list() } catch { throw Target.failure(error) }
    let unfinished = await LiveReader(client: target.client, target: target.name).unfinished(
      project.compilation.project.name, Planning.namespace(project))
    await target.close()
    switch format {
    case .human: Terminal.out(text(revisions, project, target, runs: unfinished?.runBy != nil))
    case .json: Terminal.out(JSON.text(.array(revisions.map(Self.value)), pretty: true) + "\n")
    }
  }

  private func text(_ revisions: [Revision], _ project: Project, _ target: Target, runs: Bool) -> String {
    let style = output.style(for: 1)
    var lines = [style.paint("\(project.compilation.project.name) on \(target.name)", .strong), ""]
    if revisions.isEmpty { return lines[0] + "\n\nNothing was applied yet.\n" }
    let current = revisions.first { $0.outcome == .applied }?.number
    for revision in revisions {
      let state =
        switch revision.outcome {
        case .applied: revision.number == current ? style.paint("applied", .good) : "applied"
        case .failed: style.paint("failed", .bad)
        case .pending where runs && revision.number == revisions.first?.number: style.paint("under way", .warning)
        case .pending: style.paint("not finished", .warning)
        }
      // One that died could not count what it had done.
      let name = revision.removesAll ? "destroy, " : ""
      let summary = name + (revision.outcome == .pending ? "to do: \(revision.summary)" : revision.summary)
      let environment = revision.environment.map { "  \($0)" } ?? ""
      lines.append(
        "  \(TextStyle.pad(String(revision.number), 4))  \(revision.time)  \(state)\(environment)  "
          + "\(revision.author)  \(summary)")
      if let note = revision.note { lines.append("        " + style.paint(note, .faint)) }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func value(_ revision: Revision) -> Value {
    [
      "revision": Value(revision.number), "time": .string(revision.time),
      "outcome": .string(revision.outcome.rawValue), "author": .string(revision.author),
      "environment": revision.environment.map { .string($0) } ?? .null, "plan": .string(revision.plan),
      "summary": .string(revision.summary), "note": revision.note.map { .string($0) } ?? .null,
    ]
  }
}
