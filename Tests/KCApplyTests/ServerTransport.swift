import KCApply
import KCClient
import KCData
import KCKube
import KCPlan
import KCServer
import Synchronization

/// A store that forgets with the process.
final class MemoryStore: Store {
  private let rows = Mutex<[String: StoreChange]>([:])

  func load() throws(StoreError) -> StoreContent {
    rows.withLock { rows in
      StoreContent(
        revision: rows.values.map(\.revision).max() ?? 0,
        rows: rows.values.compactMap { change in change.bytes.map { (change.key, change.revision, $0) } })
    }
  }

  func commit(_ changes: [StoreChange]) async throws(StoreError) {
    rows.withLock { rows in for change in changes { rows[change.key] = change } }
  }
}

/// A generator of numbers that gives the same ones for the same seed.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Requests to a server in this process, with what can go wrong on the way.
final class FaultyTransport: APITransport {
  /// What happens to a request.
  enum Fault: Sendable {
    /// It gets through.
    case none
    /// It never arrives.
    case lost
    /// It is carried out, and the answer is lost.
    case answerLost
    /// The server refuses without doing anything.
    case refused(Int)
  }

  private let server: APIServer
  /// Decides, by the number of the request and the request.
  private let fault: @Sendable (Int, APIRequest) -> Fault
  private let count = Atomic<Int>(0)

  init(_ server: APIServer, fault: @escaping @Sendable (Int, APIRequest) -> Fault = { _, _ in .none }) {
    self.server = server
    self.fault = fault
  }

  /// How many requests there were.
  var requests: Int { count.load(ordering: .relaxed) }

  func send(_ request: APIRequest) async throws(ClientError) -> APIResponse {
    if Task.isCancelled { throw .cancelled }
    let number = count.wrappingAdd(1, ordering: .relaxed).newValue
    var request = request
    request.user = .engine
    switch fault(number, request) {
    case .none: return await server.handle(request)
    case .lost: throw .unreachable("the connection broke")
    case .answerLost:
      _ = await server.handle(request)
      throw .unreachable("the connection broke")
    case .refused(let code):
      return APIResponse(
        status: code, body: .value(APIStatus(code: code, reason: "Unknown", message: "not now").value))
    }
  }
}

/// Answers for logs as a kubelet does: it wants to know of which container.
struct LogTransport: APITransport {
  let base: FaultyTransport

  func send(_ request: APIRequest) async throws(ClientError) -> APIResponse {
    guard request.path.hasSuffix("/log") else { return try await base.send(request) }
    guard request[query: "container"] == "app", request[query: "previous"] == "true" else {
      return APIResponse(status: 400, body: .value([:]))
    }
    return APIResponse(status: 200, body: .bytes(Array("app ends\nfor want of a database\n".utf8)))
  }
}

/// A server with the means to plan for it and apply to it.
struct Bench {
  let server: APIServer

  init() async throws {
    server = try APIServer(
      store: MemoryStore(), settings: .init(now: { Timestamp(seconds: 1_700_000_000) }))
    try await server.bootstrap()
  }

  func client(fault: @escaping @Sendable (Int, APIRequest) -> FaultyTransport.Fault = { _, _ in .none }) -> APIClient {
    APIClient(transport: FaultyTransport(server, fault: fault), fieldManager: "kc")
  }

  static let namespace = "shop"

  /// A config map as a declaration.
  static func config(_ name: String, _ value: String) -> DesiredObject {
    DesiredObject(
      address: "config.\(name)", sourceKind: "config",
      object: [
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": ["name": .string(name), "namespace": .string(namespace)], "data": ["value": .string(value)],
      ], origin: Origin(file: "shop.kc", line: 1))
  }

  static func secret(_ name: String, _ value: String) -> DesiredObject {
    DesiredObject(
      address: "secret.\(name)", sourceKind: "secret",
      object: [
        "apiVersion": "v1", "kind": "Secret",
        "metadata": ["name": .string(name), "namespace": .string(namespace)], "data": ["value": .string(value)],
      ], origin: Origin(file: "shop.kc", line: 2))
  }

  static func service(_ name: String, port: Int64) -> DesiredObject {
    DesiredObject(
      address: "service.\(name)", sourceKind: "service",
      object: [
        "apiVersion": "v1", "kind": "Service",
        "metadata": ["name": .string(name), "namespace": .string(namespace)],
        "spec": ["selector": ["app": .string(name)], "ports": [["port": .int(port)]]],
      ], origin: Origin(file: "shop.kc", line: 3))
  }

  /// The plan that makes the server as declared.
  func plan(_ desired: [DesiredObject], client: APIClient? = nil) async throws -> Plan {
    let live = try await LiveReader(client: client ?? self.client(), target: "test").read(
      project: "shop", namespace: Self.namespace, desired: desired)
    return Planner().plan(project: "shop", namespace: Self.namespace, environment: nil, desired: desired, live: live)
  }

  static var options: Applier.Options {
    var options = Applier.Options(timeout: .seconds(5))
    options.retries = .init(patience: .milliseconds(40), first: .milliseconds(1), longest: .milliseconds(4))
    options.author = "test"
    options.lockObservation = .milliseconds(1)
    return options
  }

  func apply(_ desired: [DesiredObject], client: APIClient? = nil, _ options: Applier.Options = Bench.options)
    async throws
  {
    let plan = try await plan(desired)
    try await Applier(client: client ?? self.client(), options: options, report: { _ in })
      .apply(plan, namespace: Self.namespace)
  }

  /// The objects of a kind in the project's namespace, by name, without those that kc keeps for itself.
  func objects(_ plural: String) async throws -> [String: Value] {
    guard let type = ResourceTypes.builtin.named(plural) else { return [:] }
    let list = try await client().list(type, namespace: Self.namespace).items
    return Dictionary(
      list.compactMap { object in object.name.map { ($0, object) } }
        .filter { !$0.0.hasPrefix("kc.") && $0.0 != "kube-root-ca.crt" }, uniquingKeysWith: { $1 })
  }
}
