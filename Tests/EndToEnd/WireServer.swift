import Dispatch
import Glibc
import KCClient
import KCControl
import KCData
import KCHTTP
import KCKube
import KCServer
import KCTestSupport
import Logging
import Synchronization
import Testing

/// An API over the wire on this machine, with the controllers of a cluster and no node, and the kc program beside it: no
/// root and no containers are needed.
final class WireServer: Sendable {
  let folder = "/tmp/kc-wire-\(newUID().prefix(8))"
  let port = Int.random(in: 20000...29999)
  let credentials: ServerCredentials
  private let server: APIServer
  private let tasks = Mutex<[Task<Void, Never>]>([])

  struct Failure: Error { var text: String }

  init() async throws {
    mkdir(folder, 0o700)
    credentials = try ServerCredentials.make(addresses: [[127, 0, 0, 1]])
    server = try APIServer(
      store: SQLiteStore(path: "\(folder)/store.db"),
      settings: .init(now: { SystemTime().now }))
    try await server.bootstrap()
    try await start()
    write(
      "kubeconfig", Self.kubeconfig(server: url, authority: credentials.authority, user: "token: \(credentials.token)"))
  }

  /// Runs a body beside a server and a project with a program; what goes wrong in it is recorded, and all is removed.
  static func with(
    project: String, _ program: String, _ body: (WireServer) async throws -> Void
  ) async throws {
    let wire = try await WireServer()
    wire.write("project.kc", "project \(project) { namespace = \"\(project)\" }\n")
    wire.write("main.kc", program)
    do { try await body(wire) } catch { Issue.record(error) }
    await wire.remove()
  }

  var url: String { "https://127.0.0.1:\(port)" }

  /// Begins to answer again on the port that it had: the one before may need a moment to let go of it.
  func restart() async throws {
    for _ in 0..<100 {
      do { return try await start() } catch { try await Task.sleep(for: .milliseconds(20)) }
    }
    try await start()
  }

  /// Begins to answer.
  func start() async throws {
    let listener = APIListener(
      server: server, credentials: credentials, host: "127.0.0.1", port: port, logger: Logger(label: "test"))
    let (ready, signal) = AsyncStream<String?>.makeStream()
    let task = Task {
      var end = "ended"
      do { try await listener.run(onReady: { signal.yield(nil) }) } catch { end = "\(error)" }
      signal.yield(end)
    }
    for await problem in ready {
      if let problem { throw Failure(text: "the API cannot be served: \(problem)") }
      break
    }
    tasks.withLock { $0.append(task) }
  }

  /// Ends all connections and answers no more.
  func stop() async {
    server.endWatches()
    let running = tasks.withLock { tasks in
      defer { tasks = [] }
      return tasks
    }
    for task in running { task.cancel() }
    for task in running { await task.value }
  }

  /// Runs the controllers, so that workloads make pods; these stay pending, for want of nodes.
  func control() {
    let plane = ControlPlane(
      transport: Direct(server: server), settings: ControlSettings(authority: credentials.authority))
    let task = Task { await plane.run() }
    tasks.withLock { $0.append(task) }
  }

  /// A client of the API that needs no wire.
  func client(_ manager: String = "test") -> APIClient {
    APIClient(transport: Direct(server: server), fieldManager: manager)
  }

  private struct Direct: APITransport {
    let server: APIServer
    func send(_ request: APIRequest) async throws(ClientError) -> APIResponse {
      var request = request
      request.user = .engine
      return await server.handle(request)
    }
  }

  func write(_ name: String, _ text: String) { writeFile("\(folder)/\(name)", text) }

  /// A kubeconfig with one context.
  static func kubeconfig(
    server: String, authority: String, user: String, name: String = "test", cluster: String = ""
  ) -> String {
    let pem = authority.isEmpty ? "" : "\n    certificate-authority-data: \(Base64.encode(Array(authority.utf8)))"
    return """
      apiVersion: v1
      kind: Config
      current-context: \(name)
      clusters:
      - name: \(name)
        cluster:
          server: \(server)\(pem)\(cluster)
      users:
      - name: \(name)
        user:
          \(user)
      contexts:
      - name: \(name)
        context: {cluster: \(name), user: \(name)}

      """
  }

  /// Runs a command in the folder, on a thread that nothing else waits for.
  @discardableResult
  func run(_ command: String) async -> Outcome {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(returning: self.shell(command)) }
    }
  }

  /// Runs kc in the folder.
  func kc(_ arguments: String, environment: String = "") async -> Outcome {
    await run("\(environment) \(Self.program) \(arguments)")
  }

  static let program: String = {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let own = String(decoding: buffer[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return own[..<(own.lastIndex(of: "/") ?? own.endIndex)] + "/kc"
  }()

  @discardableResult
  private func shell(_ command: String) -> Outcome {
    let name = "run-\(newUID().prefix(8))"
    if access(folder, F_OK) != 0 { mkdir(folder, 0o700) }
    // What this process has open, its listener above all, is not to outlive it in a child; 255 is the script itself.
    let closing = "for f in /proc/self/fd/*; do n=${f##*/}; [ $n -gt 2 ] && [ $n -ne 255 ] && eval \"exec $n>&-\"; done"
    write(
      "\(name).sh", "\(closing)\ncd \(folder)\nexport KC_HOME=\(folder)/home HOME=\(folder)\n\(command)\n")
    let status = system(
      "exec env -u KUBECONFIG -u KC_PLAN_KEY bash \(folder)/\(name).sh >\(folder)/\(name).out 2>\(folder)/\(name).err </dev/null"
    )
    func text(_ kind: String) -> String {
      String(decoding: Oracle.run("cat \(folder)/\(name).\(kind)") ?? [], as: UTF8.self)
    }
    let code = status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
    return Outcome(status: code, out: text("out"), messages: text("err"))
  }

  /// Ends the server and removes its folder.
  func remove() async {
    await stop()
    _ = Oracle.run("rm -rf \(folder)")
  }
}
