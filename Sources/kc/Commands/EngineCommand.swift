import ArgumentParser
import Glibc
import KCClient
import KCCodec
import KCData
import KCEngine
import KCHTTP
import KCKube

/// `kc engine`
struct EngineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "engine",
    abstract: "The engine on this machine: a Kubernetes of its own, on containerd.",
    discussion: """
      Examples:
        kc engine start --nodes 3
        kc engine status
        kubectl --kubeconfig "$(kc engine kubeconfig)" get pods
        kc engine node stop node-2
      """,
    subcommands: [Start.self, Stop.self, Status.self, KubeconfigPath.self, Load.self, Node.self, Run.self, Names.self])

  struct Start: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "start", abstract: "Start the engine.")
    @Option(help: "How many logical nodes. As many as at the last start where it is not said, and 1 at the first.")
    var nodes: Int?
    @Option(help: "The port of its API, on 127.0.0.1. That of the last start, and 6443 at the first.") var port: Int?
    @Option(
      name: .customLong("scheduler-config"),
      help: "A KubeSchedulerConfiguration (YAML or JSON): profiles, weights, back-off. Plans foretell by it, too.")
    var scheduling: String?

    func run() async throws {
      let home = EngineHome()
      let wasRunning = home.running() != nil
      let rules = try scheduling.map(ClusterFile.schedulerConfiguration)
      do {
        try await EngineLauncher.start(
          home: home, nodes: nodes, port: port, scheduling: rules.map { .configuration($0) } ?? .usual)
      } catch {
        throw Terminal.fail(error.message, help: error.help, code: .target)
      }
      guard !wasRunning, let state = home.readState() else { return Terminal.say("The engine runs already.") }
      let count = "\(state.nodes) node\(state.nodes == 1 ? "" : "s")"
      Terminal.say("The engine runs: \(count), API at https://127.0.0.1:\(state.port).")
    }
  }

  struct Stop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "stop",
      abstract: "Stop the engine and all it runs. What was applied is kept, and runs again after the next start.")

    func run() async throws {
      do {
        switch try await EngineLauncher.stop(home: EngineHome()) {
        case .engine: Terminal.say("The engine is stopped; nothing of it runs any more.")
        case .remains: Terminal.say("The engine had died; what it had left running is stopped.")
        case .nothing: Terminal.say("No engine runs.")
        }
      } catch {
        throw Terminal.fail(error.message, help: error.help, code: .target)
      }
    }
  }

  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "status", abstract: "Tell whether the engine runs, and how it stands.")
    @Flag(help: "As JSON.") var json = false

    func run() async throws {
      guard let state = EngineHome().running() else {
        let remains = EngineRemains(home: EngineHome()).areThere
        if json {
          Terminal.out(JSON.text(["running": false, "remains": .bool(remains)]) + "\n")
        } else {
          Terminal.out("No engine runs.\n")
          if remains {
            Terminal.say(
              "What one that died has started still runs: `kc engine start` takes it up, `kc engine stop` ends it.")
          }
        }
        throw Exit.target.exit
      }
      let target = try await Target.connect(try TargetOptions.parse([]))
      let nodes = try await list("Node", target)
      let pods = try await list("Pod", target)
      await target.close()
      if json {
        Terminal.out(
          JSON.text([
            "running": true, "process": .int(Int64(state.process)), "port": Value(state.port),
            "nodes": Value(nodes.count), "pods": Value(pods.count),
          ]) + "\n")
        return
      }
      Terminal.out("The engine runs: process \(state.process), API at https://127.0.0.1:\(state.port).\n")
      for node in nodes.sorted(by: { ($0.name ?? "") < ($1.name ?? "") }) {
        let ready = (node.at("status", "conditions")?.array ?? []).first { $0["type"] == "Ready" }?["status"]
        let count = pods.count { $0.at("spec", "nodeName") == node.at("metadata", "name") }
        let zone = node.labels["topology.kubernetes.io/zone"].map { " zone \($0)" } ?? ""
        Terminal.out(
          "  \(node.name ?? "")\(zone)  \(ready == "True" ? "ready" : "not ready")  \(count) pod\(count == 1 ? "" : "s")\n"
        )
      }
    }

    private func list(_ kind: String, _ target: Target) async throws -> [Value] {
      guard let type = target.client.types.find(apiVersion: "v1", kind: kind) else { return [] }
      do {
        return try await target.client.list(type).items
      } catch {
        throw Target.failure(error)
      }
    }
  }

  struct KubeconfigPath: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "kubeconfig", abstract: "Print where the engine's kubeconfig is, for kubectl and other tools.")
    @Flag(help: "Print its content instead.") var raw = false

    func run() throws {
      let path = EngineHome().kubeconfig
      guard Files.exists(path) else {
        throw Terminal.fail("there is no kubeconfig yet", help: "start the engine: kc engine start", code: .target)
      }
      if raw {
        guard let text = Files.readText(path) else {
          throw Terminal.fail("\(path) cannot be read", help: "use sudo", code: .target)
        }
        Terminal.out(text)
      } else {
        Terminal.out(path + "\n")
      }
    }
  }

  struct Load: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "load",
      abstract: "Bring images into the engine from archives (OCI or Docker), without a registry.",
      discussion: "Example:\n  buildah push shop/web:v1 oci-archive:web.tar:shop/web:v1 && kc engine load web.tar")
    @Argument(help: "Archives.") var archives: [String]

    func run() async throws {
      for path in archives {
        do {
          for name in try await EngineImages(home: EngineHome()).load(path) { Terminal.say("Loaded \(name).") }
        } catch {
          throw Terminal.fail(error.message, help: error.help, code: .target)
        }
      }
    }
  }

  /// Runs the engine in the foreground; what `start` starts.
  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "run", abstract: "Run the engine here.", shouldDisplay: false)
    @Option var nodes = 1
    @Option var port = EngineLauncher.defaultPort

    func run() async throws {
      do {
        try await Engine(home: EngineHome(), nodes: nodes, port: port).run()
      } catch {
        throw Terminal.fail(error.message, help: error.help, code: .target)
      }
    }
  }

  /// Answers for the cluster's names; what the engine starts beside itself.
  struct Names: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "names", abstract: "Serve names here.", shouldDisplay: false)

    func run() async throws {
      do {
        try await NamesServer(home: EngineHome()).run()
      } catch {
        throw Terminal.fail(error.message, help: error.help, code: .target)
      }
    }
  }

  struct Node: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "node",
      abstract: "Make a logical node fail, or bring it back.", subcommands: [StopNode.self, StartNode.self])

    struct StopNode: AsyncParsableCommand {
      static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Make a node fail, as by a loss of power: its pods come up elsewhere.")
      @Argument(help: "The node: node-2.") var name: String
      func run() async throws { try await Node.set(name, isStopped: true) }
    }

    struct StartNode: AsyncParsableCommand {
      static let configuration = CommandConfiguration(commandName: "start", abstract: "Bring a failed node back.")
      @Argument(help: "The node: node-2.") var name: String
      func run() async throws { try await Node.set(name, isStopped: false) }
    }

    private static func set(_ name: String, isStopped: Bool) async throws {
      let target = try await Target.connect(try TargetOptions.parse([]))
      guard let type = target.client.types.find(apiVersion: "v1", kind: "Node") else { return }
      do throws(ClientError) {
        let patch: Value = ["metadata": ["annotations": [Engine.powerAnnotation: isStopped ? "off" : .null]]]
        _ = try await target.client.patch(type, namespace: nil, name: name, patch)
      } catch {
        if error.isNotFound {
          throw Terminal.fail("there is no node \(name)", help: "`kc engine status` lists them", code: .target)
        }
        throw Target.failure(error)
      }
      await target.close()
      Terminal.say(isStopped ? "\(name) is off." : "\(name) is on again.")
    }
  }
}
