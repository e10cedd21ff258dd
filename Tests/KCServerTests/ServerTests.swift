import KCCodec
import KCData
import KCKube
import KCServer
import KCTestSupport
import Synchronization
import Testing

/// A server over a file of its own.
struct ServerFixture {
  let server: APIServer
  let path: String

  init(path: String = "/tmp/kc-server-test-\(newUID()).db") throws {
    self.path = path
    server = try APIServer(
      store: SQLiteStore(path: path), settings: .init(now: { Timestamp(seconds: 1_700_000_000) }))
  }

  func remove() { for suffix in ["", "-wal", "-shm"] { _ = Oracle.run("rm -f '\(path)\(suffix)'") } }

  func call(
    _ method: String, _ path: String, _ body: Value? = nil, query: [(name: String, value: String)] = [],
    contentType: String = "application/json"
  ) async -> (status: Int, body: Value) {
    let response = await server.handle(
      APIRequest(
        method: method, path: path, query: query, contentType: contentType,
        body: body.map { .value($0) } ?? .none, user: .engine))
    if case .value(let value) = response.body { return (response.status, value) }
    return (response.status, .null)
  }

  static func pod(_ name: String) -> Value {
    [
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name), "labels": ["app": "x"]],
      "spec": ["containers": [["name": "c", "image": "img:1"]]],
    ]
  }
}

@Suite struct ServerTests {
  static let pods = "/api/v1/namespaces/default/pods"

  @Test func createsReadsAndRefuses() async throws {
    let fixture = try ServerFixture()
    defer { fixture.remove() }
    try await fixture.server.bootstrap()
    let made = await fixture.call("POST", Self.pods, ServerFixture.pod("a"))
    #expect(made.status == 201)
    #expect(made.body.at("status", "phase") == "Pending")
    #expect(made.body.at("spec", "restartPolicy") == "Always")
    #expect(await fixture.call("POST", Self.pods, ServerFixture.pod("a")).status == 409)
    #expect(await fixture.call("GET", Self.pods + "/a").body.uid == made.body.uid)
    #expect(await fixture.call("GET", Self.pods + "/b").status == 404)
    #expect(await fixture.call("POST", Self.pods, ["metadata": ["name": "UPPER"]]).status == 422)
    #expect(await fixture.call("POST", "/api/v1/namespaces/none/pods", ServerFixture.pod("a")).status == 404)
    #expect(await fixture.call("GET", "/api/v1/nonsense").status == 404)
  }

  @Test func staleVersionsConflict() async throws {
    let fixture = try ServerFixture()
    defer { fixture.remove() }
    try await fixture.server.bootstrap()
    let path = "/api/v1/namespaces/default/configmaps"
    var map: Value = ["metadata": ["name": "m"], "data": ["a": "1"]]
    map = await fixture.call("POST", path, map).body
    var changed = map
    changed.set("2", at: "data", "a")
    #expect(await fixture.call("PUT", path + "/m", changed).status == 200)
    changed.set("3", at: "data", "a")
    #expect(await fixture.call("PUT", path + "/m", changed).status == 409)
  }

  @Test func everythingAnsweredIsThereAfterReopening() async throws {
    let fixture = try ServerFixture()
    defer { fixture.remove() }
    try await fixture.server.bootstrap()
    await withTaskGroup(of: Void.self) { group in
      for index in 0..<50 {
        group.addTask { #expect(await fixture.call("POST", Self.pods, ServerFixture.pod("p\(index)")).status == 201) }
      }
    }
    let before = await fixture.call("GET", Self.pods).body
    let again = try ServerFixture(path: fixture.path)
    let after = await again.call("GET", Self.pods).body
    #expect(after["items"]?.array?.count == 50)
    #expect(after["items"] == before["items"])
    #expect(after.resourceVersion == before.resourceVersion)
  }

  @Test func watchesTellOfChangesInOrder() async throws {
    let fixture = try ServerFixture()
    defer { fixture.remove() }
    try await fixture.server.bootstrap()
    let version = await fixture.call("GET", Self.pods).body.resourceVersion ?? ""
    _ = await fixture.call("POST", Self.pods, ServerFixture.pod("early"))
    let response = await fixture.server.handle(
      APIRequest(
        method: "GET", path: Self.pods, query: [("watch", "true"), ("resourceVersion", version)], user: .engine))
    guard case .events(let events) = response.body else {
      Issue.record("a watch was expected")
      return
    }
    _ = await fixture.call("POST", Self.pods, ServerFixture.pod("late"))
    _ = await fixture.call("DELETE", Self.pods + "/early")
    var seen: [String] = []
    for try await event in events {
      seen.append("\(event["type"]?.string ?? "") \(event.at("object", "metadata", "name")?.string ?? "")")
      if seen.count == 4 { break }
    }
    #expect(seen == ["ADDED early", "ADDED late", "MODIFIED early", "DELETED early"])
  }

  @Test func podsOnNodesAreDeletedGracefully() async throws {
    let fixture = try ServerFixture()
    defer { fixture.remove() }
    try await fixture.server.bootstrap()
    _ = await fixture.call("POST", Self.pods, ServerFixture.pod("a"))
    let bound = await fixture.call(
      "POST", Self.pods + "/a/binding", ["metadata": ["name": "a"], "target": ["name": "n1"]])
    #expect(bound.status == 201)
    let marked = await fixture.call("DELETE", Self.pods + "/a")
    #expect(marked.body.isBeingDeleted)
    #expect(await fixture.call("GET", Self.pods + "/a").status == 200)
    _ = await fixture.call("DELETE", Self.pods + "/a", ["gracePeriodSeconds": 0])
    #expect(await fixture.call("GET", Self.pods + "/a").status == 404)
  }

  @Test func servicesGetAddresses() async throws {
    let fixture = try ServerFixture()
    defer { fixture.remove() }
    try await fixture.server.bootstrap()
    let path = "/api/v1/namespaces/default/services"
    let service: Value = [
      "apiVersion": "v1", "kind": "Service", "metadata": ["name": "s"],
      "spec": ["type": "NodePort", "selector": ["app": "x"], "ports": [["port": 80]]],
    ]
    let made = await fixture.call("POST", path, service).body
    #expect(made.at("spec", "clusterIP")?.string?.hasPrefix("10.96.") == true)
    #expect((30000...32767).contains(made.at("spec", "ports")?[0]?["nodePort"]?.int ?? 0))
    // Applying the same again changes nothing: what the server chose stays.
    let applied = await fixture.call(
      "PATCH", path + "/s", service, query: [("fieldManager", "kc")], contentType: "application/apply-patch+yaml")
    #expect(applied.status == 200)
    #expect(applied.body.at("spec", "clusterIP") == made.at("spec", "clusterIP"))
  }

  @Test func dryRunsLeaveNothingBehind() async throws {
    let fixture = try ServerFixture()
    defer { fixture.remove() }
    try await fixture.server.bootstrap()
    let made = await fixture.call("POST", Self.pods, ServerFixture.pod("a"), query: [("dryRun", "All")])
    #expect(made.status == 201)
    #expect(await fixture.call("GET", Self.pods + "/a").status == 404)
  }

  @Test func strangersGetNothing() async throws {
    let fixture = try ServerFixture()
    defer { fixture.remove() }
    let anonymous = await fixture.server.handle(APIRequest(method: "GET", path: Self.pods))
    #expect(anonymous.status == 403)
    let plain = await fixture.server.handle(
      APIRequest(method: "GET", path: Self.pods, user: APIUser(name: "plain", groups: ["system:authenticated"])))
    #expect(plain.status == 403)
    #expect(await fixture.server.handle(APIRequest(method: "GET", path: "/healthz")).status == 200)
  }
}

@Suite struct AdmissionTests {
  @Test func whatHasNoEffectIsRefused() async throws {
    let fixture = try ServerFixture()
    defer { fixture.remove() }
    try await fixture.server.bootstrap()
    let hook: Value = ["metadata": ["name": "w"], "webhooks": []]
    let path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
    let refused = await fixture.call("POST", path, hook)
    #expect(refused.status == 501)
    #expect(refused.body["message"]?.string?.contains("it calls no webhooks") == true)
  }

  @Test func quotasAreKept() async throws {
    let fixture = try ServerFixture()
    defer { fixture.remove() }
    try await fixture.server.bootstrap()
    let quotas = "/api/v1/namespaces/default/resourcequotas"
    let quota: Value = ["metadata": ["name": "q"], "spec": ["hard": ["configmaps": "1", "pods": "5"]]]
    #expect(await fixture.call("POST", quotas, quota).status == 201)
    let maps = "/api/v1/namespaces/default/configmaps"
    #expect(await fixture.call("POST", maps, ["metadata": ["name": "a"]]).status == 201)
    let refused = await fixture.call("POST", maps, ["metadata": ["name": "b"]])
    #expect(refused.status == 403)
    #expect(
      refused.body["message"]?.string?.hasSuffix(
        "exceeded quota: q, requested: configmaps=1, used: configmaps=1, limited: configmaps=1") == true)
    #expect(await fixture.call("GET", quotas + "/q").body.at("status", "used", "configmaps") == "1")
    _ = await fixture.call("DELETE", maps + "/a")
    #expect(await fixture.call("GET", quotas + "/q").body.at("status", "used", "configmaps") == "0")
    let unknown: Value = ["metadata": ["name": "r"], "spec": ["hard": ["count/dragons": "1"]]]
    #expect(await fixture.call("POST", quotas, unknown).status == 501)
  }

  @Test func eventsAreForgottenAfterAnHour() async throws {
    let time = Mutex<Int64>(1_700_000_000)
    let server = try APIServer(
      store: MemoryStore(), settings: .init(now: { Timestamp(seconds: time.withLock { $0 }) }))
    try await server.bootstrap()
    let path = "/api/v1/namespaces/default/events"
    func record(_ name: String) async -> Int {
      let event: Value = [
        "metadata": ["name": .string(name), "namespace": "default"],
        "involvedObject": ["kind": "Pod", "name": "p", "namespace": "default"],
      ]
      return await server.handle(APIRequest(method: "POST", path: path, body: .value(event), user: .engine)).status
    }
    #expect(await record("old") == 201)
    time.withLock { $0 += 3500 }
    #expect(await record("young") == 201)
    time.withLock { $0 += 200 }
    #expect(await record("new") == 201)
    let list = await server.handle(APIRequest(method: "GET", path: path, user: .engine))
    guard case .value(let value) = list.body else { return }
    #expect((value["items"]?.array ?? []).compactMap(\.name) == ["new", "young"])
  }
}
