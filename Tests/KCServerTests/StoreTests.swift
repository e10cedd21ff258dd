import KCData
import KCKube
import KCTestSupport
import Testing

@testable import KCServer

@Suite struct StoreTests {
  private static let maps = "/api/v1/namespaces/default/configmaps"

  private static func map(_ name: String) -> Value { ["metadata": ["name": .string(name)], "data": ["a": "1"]] }

  /// A copy of the files of a store that is in use is what a loss of power leaves.
  @Test func whatWasAnsweredSurvivesALossOfPower() async throws {
    let fixture = try ServerFixture()
    defer { fixture.remove() }
    try await fixture.server.bootstrap()
    for index in 0..<20 { #expect(await fixture.call("POST", Self.maps, Self.map("m\(index)")).status == 201) }
    #expect(await fixture.call("DELETE", Self.maps + "/m3").status == 200)
    let copy = fixture.path + ".copy"
    _ = Oracle.run("cp '\(fixture.path)' '\(copy)'; cp '\(fixture.path)-wal' '\(copy)-wal'")
    let again = try ServerFixture(path: copy)
    defer { again.remove() }
    let names = (await again.call("GET", Self.maps).body["items"]?.array ?? []).compactMap(\.name)
    #expect(Set(names) == Set((0..<20).map { "m\($0)" }).subtracting(["m3"]))
    // Versions go on where they were: nothing that a client remembers is given out twice.
    let before = await fixture.call("GET", Self.maps).body.resourceVersion ?? ""
    let next = await again.call("POST", Self.maps, Self.map("next")).body.resourceVersion ?? ""
    #expect((Int(next) ?? 0) > (Int(before) ?? .max) - 1)
  }

  @Test func theFileIsForItsOwner() async throws {
    let fixture = try ServerFixture()
    defer { fixture.remove() }
    let mode = Oracle.run("stat -c %a '\(fixture.path)'") ?? []
    #expect(String(decoding: mode, as: UTF8.self) == "600\n")
  }

  @Test func aFullDiskIsSaidAndChangesNothing() async throws {
    let store = MemoryStore()
    let server = try APIServer(store: store, settings: .init(now: { Timestamp(seconds: 1_700_000_000) }))
    try await server.bootstrap()
    let post = APIRequest(method: "POST", path: Self.maps, body: .value(Self.map("a")), user: .engine)
    store.fail(with: .diskFull(path: "/var/lib/kc/store.db"))
    let refused = await server.handle(post)
    #expect(refused.status == 507)
    guard case .value(let status) = refused.body else {
      Issue.record("a status was expected")
      return
    }
    #expect(status["reason"] == "InsufficientStorage")
    #expect(status["message"]?.string?.contains("/var/lib/kc/store.db") == true)
    let get = APIRequest(method: "GET", path: Self.maps + "/a", user: .engine)
    #expect(await server.handle(get).status == 404)
    store.fail(with: nil)
    #expect(await server.handle(post).status == 201)
    #expect(await server.handle(get).status == 200)
  }

  @Test func secretsLieSealed() async throws {
    let store = MemoryStore()
    let server = try APIServer(
      store: store, cipher: Reverser(), settings: .init(now: { Timestamp(seconds: 1_700_000_000) }))
    try await server.bootstrap()
    let secret: Value = ["metadata": ["name": "s"], "stringData": ["password": "hunter2"]]
    let path = "/api/v1/namespaces/default/secrets"
    #expect(
      await server.handle(APIRequest(method: "POST", path: path, body: .value(secret), user: .engine)).status == 201)
    let row = try #require(try store.load().rows.first { $0.key.hasPrefix("secrets/") })
    #expect(row.bytes.first == UInt8(ascii: "}"))
    let again = try APIServer(
      store: store, cipher: Reverser(), settings: .init(now: { Timestamp(seconds: 1_700_000_000) }))
    #expect(await again.handle(APIRequest(method: "GET", path: path + "/s", user: .engine)).status == 200)
  }

  private struct Reverser: StoreCipher {
    func seal(_ bytes: [UInt8]) throws -> [UInt8] { bytes.reversed() }
    func open(_ bytes: [UInt8]) throws -> [UInt8] { bytes.reversed() }
  }

  @Test func aWatcherThatDoesNotListenIsCutOff() {
    let watcher = Watcher(
      resource: "configmaps", namespace: nil, labels: nil, fields: nil, after: 0, present: { $0 })
    func event(_ revision: Int) -> ObjectEvent {
      ObjectEvent(
        type: "ADDED", resource: "configmaps", namespace: "default", object: Self.map("m"), old: nil,
        revision: Int64(revision))
    }
    for revision in 1...Watcher.queueLimit { #expect(watcher.tell(event(revision))) }
    #expect(!watcher.tell(event(Watcher.queueLimit + 1)))
  }

  @Test func versionsShareWhatIsEqual() {
    let old: Value = ["metadata": ["name": "a", "labels": ["x": "y"]], "spec": ["list": [1, 2]], "status": ["n": 1]]
    var new = old
    new.set(2, at: "status", "n")
    new.set("z", at: "metadata", "labels", "x")
    #expect(new.sharing(with: old) == new)
    #expect(old.sharing(with: new) == old)
    #expect(new.sharing(with: "text") == new)
  }

  @Test func whatIsForgottenIsRefused() async throws {
    let fixture = try ServerFixture()
    defer { fixture.remove() }
    try await fixture.server.bootstrap()
    let old = await fixture.call("POST", Self.maps, Self.map("a")).body.resourceVersion ?? ""
    _ = await fixture.call("POST", Self.maps, Self.map("b"))
    let exact: [(name: String, value: String)] = [("resourceVersion", old), ("resourceVersionMatch", "Exact")]
    #expect(await fixture.call("GET", Self.maps, query: exact).body["items"]?.array?.count == 1)
    fixture.server.compact()
    #expect(await fixture.call("GET", Self.maps, query: exact).status == 410)
    let response = await fixture.server.handle(
      APIRequest(method: "GET", path: Self.maps, query: [("watch", "true"), ("resourceVersion", old)], user: .engine))
    guard case .events(let events) = response.body else {
      Issue.record("a watch was expected")
      return
    }
    var seen: [Value] = []
    for try await event in events { seen.append(event) }
    #expect(seen.first?["type"] == "ERROR")
    #expect(seen.first?.at("object", "code") == 410)
  }
}
