import ArgumentParser
import KCApply
import KCClient
import KCCodec
import KCData
import KCLang
import KCPlan

/// `kc status`
struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show what the project owns on the target, and how it stands.",
    discussion: """
      Examples:
        kc status
        kc status --format json
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case human, json }

  @OptionGroup var options: ProjectOptions
  @OptionGroup var target: TargetOptions
  @OptionGroup var output: OutputOptions
  @Option(help: "human or json.") var format = Format.human

  func run() async throws {
    let project = try Project.known(options, output)
    let target = try await Target.connect(target, for: project)
    let report: StatusReport
    do throws(ClientError) {
      report = try await StatusReader(client: target.client).read(
        project: project.compilation.project.name, namespace: Planning.namespace(project))
    } catch {
      throw Target.failure(error)
    }
    let drift = try await drift(target, project)
    let elsewhere =
      report.rows.isEmpty
      ? await StatusReader(client: target.client).elsewhere(
        project: report.project, namespace: Planning.namespace(project)) : nil
    let unfinished = await LiveReader(client: target.client, target: target.name).unfinished(
      report.project, Planning.namespace(project))
    await target.close()
    switch format {
    case .human: Terminal.out(text(report, target, elsewhere) + text(unfinished, report) + text(drift))
    case .json:
      var out = value(report)
      out["drift"] = Self.value(drift)
      out["unfinished"] = unfinished.map(PlanJSON.unfinished)
      Terminal.out(JSON.text(out, pretty: true) + "\n")
    }
    if !report.isHealthy { throw Exit.partial.exit }
  }

  private func drift(_ target: Target, _ project: Project) async throws -> Drift {
    do {
      return try await Drift.read(
        target, project: project.compilation.project.name, namespace: Planning.namespace(project))
    } catch let error as ClientError {
      throw Target.failure(error)
    } catch let failure as History.Failure {
      if case .client(let error) = failure { throw Target.failure(error) }
      // A history that cannot be read says nothing of drift; `kc history` tells.
      return Drift(entries: [], revision: nil)
    }
  }

  /// That the last apply is still under way, or did not come to its end.
  private func text(_ unfinished: Unfinished?, _ report: StatusReport) -> String {
    guard let unfinished else { return "" }
    let titles = Dictionary(report.rows.map { ($0.address, $0.title) }, uniquingKeysWith: { first, _ in first })
    let open = (unfinished.open ?? []).sorted().map { titles[$0] ?? $0 }
    return "\n" + output.style(for: 1).paint("! ", .warning) + unfinished.words(open) + "\n"
  }

  /// What was changed on the target since the last apply, and by whom.
  private func text(_ drift: Drift) -> String {
    guard let revision = drift.revision, !drift.entries.isEmpty else { return "" }
    let style = output.style(for: 1)
    var lines = ["", style.paint("Changed on the target since revision \(revision)", .strong), ""]
    for entry in drift.entries {
      lines.append("  \(entry.title)" + (entry.isGone ? "  " + style.paint("gone", .bad) : ""))
      for field in entry.fields {
        let values =
          field.isSecret ? "a secret" : "\(Self.short(field.applied)) → \(Self.short(field.live))"
        let manager = field.manager.map { ", by \($0)" } ?? ""
        lines.append("    \(field.path)  " + style.paint(values, .warning) + manager)
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func short(_ value: Value?) -> String {
    guard let value else { return "nothing" }
    let text = value.string ?? JSON.text(value)
    return text.count > 60 ? String(text.prefix(59)) + "…" : text
  }

  private static func value(_ drift: Drift) -> Value {
    .array(
      drift.entries.map { entry in
        [
          "address": .string(entry.address), "gone": .bool(entry.isGone),
          "fields": .array(
            entry.fields.map { field in
              var out: Value = ["path": .string(field.path), "manager": field.manager.map { .string($0) } ?? .null]
              if field.isSecret {
                out["secret"] = true
              } else {
                out["applied"] = field.applied ?? .null
                out["live"] = field.live ?? .null
              }
              return out
            }),
        ]
      })
  }

  private func text(_ report: StatusReport, _ target: Target, _ elsewhere: String?) -> String {
    let style = output.style(for: 1)
    let environment = report.environment.map { " · \($0)" } ?? ""
    var lines = [style.paint("\(report.project)\(environment) on \(target.name)", .strong), ""]
    if report.rows.isEmpty { return lines[0] + "\n\nNothing is applied.\n" + (elsewhere.map { "But \($0).\n" } ?? "") }
    let width = report.rows.map(\.title.count).max() ?? 0
    for row in report.rows.sorted(by: { ($0.title, $0.address) < ($1.title, $1.address) }) {
      let state: String
      switch row.health {
      case .healthy?: state = style.paint(row.isDone ? "done, and gone since" : "healthy", .good)
      case .progressing(let what)?: state = style.paint(what, .warning)
      case .failed?, .barred?: state = style.paint(row.health?.failure?.cause ?? "", .bad)
      case nil: state = style.paint("gone", .bad)
      }
      lines.append("  \(TextStyle.pad(row.title, width))  \(state)")
      for line in row.logs { lines.append("    " + style.paint("| ", .faint) + Printable.text(line)) }
      for pod in row.pods {
        let ready = pod.isReady ? "ready" : pod.phase.lowercased()
        let restarts = pod.restarts == 0 ? "" : ", \(pod.restarts) restart\(pod.restarts == 1 ? "" : "s")"
        lines.append("    \(pod.name)  \(pod.node ?? "no node")  \(ready)\(restarts)")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func value(_ report: StatusReport) -> Value {
    [
      "project": .string(report.project), "healthy": .bool(report.isHealthy),
      "resources": .array(
        report.rows.map { row in
          var out: Value = [
            "address": .string(row.address), "kind": .string(row.key.kind), "name": .string(row.key.name),
          ]
          switch row.health {
          case .healthy?: out["health"] = row.isDone ? "done" : "healthy"
          case .progressing(let what)?:
            out["health"] = "progressing"
            out["state"] = .string(what)
          case .failed?, .barred?:
            out["health"] = "failed"
            out["state"] = (row.health?.failure?.cause).map { .string($0) }
          case nil: out["health"] = "gone"
          }
          if !row.logs.isEmpty { out["logs"] = .array(row.logs.map { .string($0) }) }
          out["pods"] = .array(
            row.pods.map {
              [
                "name": .string($0.name), "node": $0.node.map { .string($0) } ?? .null, "ready": .bool($0.isReady),
                "phase": .string($0.phase), "restarts": Value($0.restarts),
              ]
            })
          return out
        }),
    ]
  }
}
