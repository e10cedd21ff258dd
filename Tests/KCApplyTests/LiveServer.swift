import KCClient
import KCData
import KCKube
import KCLang
import KCPlan
import KCServer
import KCTestSupport
import Synchronization

/// An API server within the process, over a store of its own, and a client of it.
struct LiveServer: APITransport {
  let server: APIServer
  private let path: String
  /// How many requests were made, by method.
  private let counts: Counter

  final class Counter: Sendable {
    private let counts = Mutex<[String: Int]>([:])
    func note(_ method: String) { counts.withLock { $0[method, default: 0] += 1 } }
    func take() -> [String: Int] {
      counts.withLock { counts in
        defer { counts = [:] }
        return counts
      }
    }
  }

  init() async throws {
    path = "/tmp/kc-apply-test-\(newUID()).db"
    server = try APIServer(
      store: SQLiteStore(path: path), settings: .init(now: { Timestamp(seconds: 1_700_000_000) }))
    counts = Counter()
    try await server.bootstrap()
  }

  func remove() { for suffix in ["", "-wal", "-shm"] { _ = Oracle.run("rm -f '\(path)\(suffix)'") } }

  func send(_ request: APIRequest) async throws(ClientError) -> APIResponse {
    counts.note(request.method)
    var request = request
    request.user = .engine
    return await server.handle(request)
  }

  func client(_ manager: String = "kc") -> APIClient { APIClient(transport: self, fieldManager: manager) }

  func requests() -> [String: Int] { counts.take() }
}

/// Programs as what they declare.
enum Declared {
  static func objects(_ source: String, environment: String? = nil) throws -> [DesiredObject] {
    let compilation = Compilation(
      entry: ["main.kc", "project.kc"],
      provider: MemorySources(["main.kc": source, "project.kc": "project shop { namespace = \"shop\" }\n"]),
      options: CompileOptions(environment: environment, inputEnvironment: ["PASSWORD": "hunter2"]))
    if compilation.hasErrors { throw Problem(texts: compilation.diagnostics.map { "\($0)" }) }
    return compilation.resources.map { resource in
      var desired = DesiredObject(
        address: resource.address, sourceKind: resource.kind, object: resource.object,
        origin: Origin(file: resource.origin.file, line: resource.origin.line), dependencies: resource.dependencies,
        secretPaths: resource.secretPaths)
      desired.deferred = resource.deferred
      return desired
    }
  }

  struct Problem: Error { var texts: [String] }
}
