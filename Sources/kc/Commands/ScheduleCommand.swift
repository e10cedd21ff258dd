import ArgumentParser
import KCApply
import KCClient
import KCCodec
import KCData
import KCPlan
import KCScheduler

/// `kc schedule`
struct ScheduleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedule",
    abstract: "The scheduler by itself: on recordings, and on what could happen.",
    discussion: """
      Examples:
        kc schedule replay resources.jsonl.gz --compare
        kc schedule what-if 'drain node-2'
        kc schedule what-if 'lose zone a'
      """,
    subcommands: [ReplayCommand.self, WhatIfCommand.self])

  struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "replay", abstract: "Decide again what a recorded scheduler decided; a scenario a line.")
    @Argument(help: "A file, compressed or not, or - for standard input.") var file: String
    @Flag(help: "Compare with the recorded decisions instead of printing our own.") var compare = false

    func run() throws {
      let bytes = try content()
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

    private func content() throws -> [UInt8] {
      guard let bytes = Files.read(file == "-" ? "/dev/stdin" : file) else {
        throw Terminal.fail("\(file) cannot be read", code: .input)
      }
      guard Gzip.isCompressed(bytes) else { return bytes }
      do throws(Gzip.Failure) {
        return try Gzip.decompress(bytes)
      } catch .damaged {
        throw Terminal.fail("\(file) is a damaged gzip file", code: .input)
      } catch .tooLarge(let limit) {
        throw Terminal.fail("\(file) holds more than \(limit >> 20) MB", code: .input)
      }
    }
  }

  struct WhatIfCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "what-if",
      abstract: "Say who would move where if a node or zone were drained, lost or added.",
      discussion: "The live cluster is asked about, or with --nodes the one of a file.")
    @Argument(help: "'drain NODE', 'lose NODE', 'lose zone ZONE', 'add node zone=c cpu=4 memory=16Gi'.") var operation:
      String
    @Option(help: "A file with nodes and pods (kubectl get nodes,pods -A -o yaml) instead of the live cluster.")
    var nodes: String?
    @OptionGroup var target: TargetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let wanted: WhatIf.Operation
      do {
        wanted = try WhatIf.Operation(parsing: operation)
      } catch {
        throw Terminal.fail(error.message, code: .usage)
      }
      let (cluster, scheduling) = try await read()
      let outcome: WhatIf.Outcome
      do {
        let snapshot = Snapshot(
          nodes: cluster.nodes, pods: cluster.pods, namespaces: cluster.namespaces, others: cluster.others)
        outcome = try WhatIf(scheduling: scheduling).run(wanted, on: snapshot, pending: WhatIf.pending(cluster.pods))
      } catch {
        throw Terminal.fail(error.message, code: .usage)
      }
      Terminal.out(text(outcome))
      if !outcome.stranded.isEmpty { throw Exit.input.exit }
    }

    private func read() async throws -> (LiveState.Cluster, SchedulerConfiguration) {
      if let nodes { return (try ClusterFile.read(nodes), .default) }
      let target = try await Target.connect(target)
      let reader = LiveReader(client: target.client, target: target.name)
      do throws(ClientError) {
        let found = (try await reader.cluster(), try await reader.scheduling())
        await target.close()
        return found
      } catch {
        throw Target.failure(error)
      }
    }

    private func text(_ outcome: WhatIf.Outcome) -> String {
      let style = output.style(for: 1)
      if outcome.moves.isEmpty && outcome.gone.isEmpty { return "Nothing would move.\n" }
      var lines: [String] = []
      let width = outcome.moves.map(\.pod.count).max() ?? 0
      for move in outcome.moves {
        let place =
          move.to.map { style.paint($0, .good) } ?? style.paint("fits nowhere: \(move.decision.message)", .bad)
        lines.append("  \(TextStyle.pad(move.pod, width))  \(move.from ?? "waiting") → \(place)")
      }
      for pod in outcome.gone { lines.append("  \(pod)  would be gone") }
      lines.append("\(outcome.moves.count) would move, \(outcome.stranded.count) would find no place.")
      return lines.joined(separator: "\n") + "\n"
    }
  }
}
