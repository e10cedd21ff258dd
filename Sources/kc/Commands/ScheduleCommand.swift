import ArgumentParser
import KCClient
import KCCodec
import KCData
import KCKube
import KCPlan
import KCScheduler

/// `kc schedule`
struct ScheduleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedule",
    abstract: "The scheduler by itself: on recordings, and on what could happen.",
    discussion: """
      Examples:
        gzip -dc resources.jsonl.gz | kc schedule replay - --compare
        kc schedule what-if 'drain node-2'
        kc schedule what-if 'lose zone a'
      """,
    subcommands: [ReplayCommand.self, WhatIfCommand.self])

  struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "replay", abstract: "Decide again what a recorded scheduler decided; a scenario a line.")
    @Argument(help: "A file, or - for standard input.") var file: String
    @Flag(help: "Compare with the recorded decisions instead of printing our own.") var compare = false

    func run() throws {
      guard let bytes = Files.read(file == "-" ? "/dev/stdin" : file) else {
        throw Terminal.fail("\(file) cannot be read", code: .input)
      }
      if bytes.starts(with: [0x1f, 0x8b]) {
        throw Terminal.fail(
          "\(file) is compressed", help: "gzip -dc \(file) | kc schedule replay -", code: .input)
      }
      var agreements: [String: ReplayAgreement] = [:]
      for (index, line) in bytes.split(separator: 0x0a).enumerated() {
        let scenario: Value
        do {
          scenario = try JSON.parse(Array(line))
        } catch {
          throw Terminal.fail("line \(index + 1) is no scenario: \(error.message)", code: .input)
        }
        let replay = Replay(scenario)
        if !compare {
          Terminal.out(JSON.text(replay.output) + "\n")
          continue
        }
        for outcome in replay.outcomes {
          agreements[outcome.family, default: ReplayAgreement(family: outcome.family)].add(outcome)
        }
      }
      for (_, agreement) in agreements.sorted(by: { $0.key < $1.key }) {
        Terminal.out(agreement.summary + "\n")
        for difference in agreement.differences { Terminal.out("  \(difference)\n") }
      }
      if agreements.values.contains(where: { !$0.isComplete }) { throw Exit.input.exit }
    }
  }

  struct WhatIfCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "what-if",
      abstract: "Say who would move where if a node or zone were drained, lost or added, on the live cluster.")
    @Argument(help: "'drain NODE', 'lose NODE', 'lose zone ZONE', 'add node zone=c cpu=4 memory=16Gi'.") var operation:
      String
    @OptionGroup var target: TargetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let wanted: WhatIf.Operation
      do {
        wanted = try WhatIf.Operation(parsing: operation)
      } catch {
        throw Terminal.fail(error.message, code: .usage)
      }
      let target = try await Target.connect(target)
      let outcome: WhatIf.Outcome
      do {
        let snapshot = Snapshot(
          nodes: try await list("v1", "Node", target), pods: try await list("v1", "Pod", target),
          namespaces: try await list("v1", "Namespace", target),
          others: try await list("v1", "Service", target) + list("apps/v1", "ReplicaSet", target)
            + list("policy/v1", "PodDisruptionBudget", target))
        outcome = try WhatIf().run(wanted, on: snapshot)
      } catch let problem as WhatIf.Problem {
        throw Terminal.fail(problem.message, code: .usage)
      } catch let error as ClientError {
        throw Target.failure(error)
      }
      await target.close()
      Terminal.out(text(outcome))
      if !outcome.stranded.isEmpty { throw Exit.input.exit }
    }

    private func list(_ apiVersion: String, _ kind: String, _ target: Target) async throws -> [Value] {
      guard let type = target.client.types.find(apiVersion: apiVersion, kind: kind) else { return [] }
      return try await target.client.list(type).items
    }

    private func text(_ outcome: WhatIf.Outcome) -> String {
      let style = output.style(for: 1)
      if outcome.moves.isEmpty && outcome.gone.isEmpty { return "Nothing would move.\n" }
      var lines: [String] = []
      let width = outcome.moves.map(\.pod.count).max() ?? 0
      for move in outcome.moves {
        let place =
          move.to.map { style.paint($0, .good) } ?? style.paint("fits nowhere: \(move.decision.message)", .bad)
        lines.append("  \(TextStyle.pad(move.pod, width))  \(move.from ?? "new") → \(place)")
      }
      for pod in outcome.gone { lines.append("  \(pod)  would be gone") }
      lines.append("\(outcome.moves.count) would move, \(outcome.stranded.count) would find no place.")
      return lines.joined(separator: "\n") + "\n"
    }
  }
}
