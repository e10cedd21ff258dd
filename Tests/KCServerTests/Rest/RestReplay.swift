import KCCodec
import KCData
import KCKube
import KCTestSupport
import Synchronization
@testable import KCServer

/// Sends the requests of a recorded transcript to a server of its own and compares the answers.
struct RestReplay {
  let server: APIServer
  let transcript: Value
  var placeholders = Placeholders()
  var agreement = Agreement()
  /// What differs for a reason that is known, by that reason.
  private(set) var explained: [String: [String]] = [:]
  private var reasons = RestReasons()
  /// Objects that the recorder made without a word, by their uid's placeholder.
  private var quiet: [(uid: String, version: Int, object: Value)] = []
  private let name: String
  private let text: String

  init(_ transcript: Value) async throws {
    self.transcript = transcript
    name = transcript["id"]?.string ?? ""
    text = JSON.text(transcript["steps"] ?? .null)
    server = try APIServer(store: MemoryStore(), settings: Self.settings)
    try await server.bootstrap()
    for (path, object) in Self.world { _ = await server.handle(Self.admin("POST", path, object)) }
    quiet = Self.quietObjects(transcript)
  }

  private static let settings: APIServer.Settings = {
    // Each look at the clock is a second later than the one before.
    let clock = Atomic<Int64>(1_700_000_000)
    var settings = APIServer.Settings { Timestamp(seconds: clock.wrappingAdd(1, ordering: .relaxed).newValue) }
    settings.version = "v1.36.2"
    settings.address = "10.0.0.1"
    settings.port = 26443
    // As the recorder's server was started.
    settings.checksServiceAccounts = false
    return settings
  }()

  /// What the recorder's cluster held.
  private static let world: [(String, Value)] = {
    let classes = "/apis/scheduling.k8s.io/v1/priorityclasses"
    var out: [(String, Value)] = [
      ("/api/v1/namespaces", ["metadata": ["name": "oracle"]]),
      (classes, ["metadata": ["name": "oracle-high"], "value": 1000]),
      (classes, ["metadata": ["name": "oracle-low"], "value": -5, "preemptionPolicy": "Never"]),
      (
        "/apis/node.k8s.io/v1/runtimeclasses",
        [
          "metadata": ["name": "oracle-rc"], "handler": "runc",
          "overhead": ["podFixed": ["cpu": "50m", "memory": "16Mi"]],
          "scheduling": ["nodeSelector": ["oracle/rc": "yes"], "tolerations": [["key": "rc", "operator": "Exists"]]],
        ]
      ),
    ]
    guard let bytes = Oracle.run("cat '\(Oracle.folder)/api/crds.json'"), let crds = try? JSON.parse(bytes).array
    else { return out }
    out += crds.map { ("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", $0) }
    return out
  }()

  static func admin(_ method: String, _ path: String, _ body: Value) -> APIRequest {
    APIRequest(
      method: method, path: path, headers: ["user-agent": "oracle"], contentType: "application/json",
      body: .value(body), user: Self.user("admin", group: "system:masters"))
  }

  /// Objects that first appear in the answer to a request that makes none.
  private static func quietObjects(_ transcript: Value) -> [(uid: String, version: Int, object: Value)] {
    var seen: Set<String> = []
    var out: [(uid: String, version: Int, object: Value)] = []
    func visit(_ value: Value?, _ kind: (String?, String?), _ found: (String, Int, Value) -> Void) {
      guard let value else { return }
      if let rows = value["rows"]?.array {
        for row in rows where row["object"]?.kind != "PartialObjectMetadata" {
          visit(row["object"], (nil, nil), found)
        }
        return
      }
      if let items = value["items"]?.array {
        let kind = value.kind.map { String($0.dropLast(4)) }
        for item in items { visit(item, (value.apiVersion, kind), found) }
      } else if let uid = value.uid, uid.hasPrefix("<uid:"), value.kind != "Table",
        let version = value.resourceVersion?.dropFirst(4).dropLast(), let number = Int(version)
      {
        var object = value
        object["apiVersion"] = .string(value.apiVersion ?? kind.0 ?? "")
        object["kind"] = .string(value.kind ?? kind.1 ?? "")
        // Of some there is only metadata: config maps need no more.
        if object.kind == "PartialObjectMetadata" {
          guard isOfConfigMaps else { return }
          object["apiVersion"] = "v1"
          object["kind"] = "ConfigMap"
        }
        found(uid, number, object)
      }
    }
    var isOfConfigMaps = false
    for step in transcript["steps"]?.array ?? [] {
      isOfConfigMaps = step.at("request", "path")?.string?.contains("/configmaps") ?? false
      var isMaking = ["POST", "PUT", "PATCH"].contains(step.at("request", "method")?.string ?? "")
      func note(_ uid: String, _ version: Int, _ object: Value) {
        guard seen.insert(uid).inserted, !isMaking else { return }
        out.append((uid, version, object))
      }
      for inner in step["during"]?.array ?? [] {
        isMaking = true
        visit(inner.at("response", "body"), (nil, nil), note)
      }
      isMaking = ["POST", "PUT", "PATCH"].contains(step.at("request", "method")?.string ?? "")
      visit(step.at("response", "body"), (nil, nil), note)
      for event in step.at("response", "events")?.array ?? [] { visit(event["object"], (nil, nil), note) }
    }
    return out.sorted { $0.version < $1.version }
  }

  mutating func run() async {
    for (index, step) in (transcript["steps"]?.array ?? []).enumerated() {
      // Where the recorder compacted its store.
      if (name, index) == ("gone", 4) { server.compact() }
      await makeQuietObjects(before: step)
      await play(step, "\(name) \(index)")
    }
  }

  /// Makes those objects that the answer to a step needs, by the versions that it names.
  private mutating func makeQuietObjects(before step: Value) async {
    let text = JSON.text(step["response"] ?? .null)
    var newest = 0
    for part in text.split(separator: "<rv:").dropFirst() {
      if let number = Int(part.prefix { $0.isNumber }) { newest = max(newest, number) }
    }
    while let next = quiet.first, next.version <= newest || text.contains(next.uid) {
      quiet.removeFirst()
      guard let type = ResourceTypes.builtin.find((next.object.apiVersion, next.object.kind)) else { continue }
      var object = next.object
      if let namespace = object.namespace {
        _ = await server.handle(Self.admin("POST", "/api/v1/namespaces", ["metadata": ["name": .string(namespace)]]))
      }
      for field in ["uid", "resourceVersion", "creationTimestamp", "managedFields"] {
        object.set(nil, at: "metadata", field)
      }
      let response = await server.handle(Self.admin("POST", type.path(namespace: object.namespace), object))
      guard case .value(let made) = response.body else { continue }
      var why = ""
      _ = placeholders.matches(.string(next.uid), made["metadata"]?["uid"], at: "", &why)
      _ = placeholders.matches(.string("<rv:\(next.version)>"), made["metadata"]?["resourceVersion"], at: "", &why)
    }
  }

  /// Whether an answer lists objects that the transcript says nothing of but their names.
  private func isUntold(_ expected: Value) -> Bool {
    (expected["names"]?.array ?? []).contains { name in
      !text.contains("\"name\":\(JSON.text(name))")
    }
  }

  /// Whether an answer shows an object of which the transcript has no more than a line or its metadata.
  private func isOnlyShown(_ body: Value?) -> Bool {
    let shown = body?["rows"]?[0]?["object"] ?? body
    guard ["PartialObjectMetadata", "Table"].contains(shown?.kind ?? ""), let uid = shown?.uid else { return false }
    return !placeholders.isKnown(String(uid.dropFirst().dropLast()))
  }

  private static func user(_ name: String, group: String) -> APIUser {
    APIUser(name: name, groups: [group, "system:authenticated"], uid: name)
  }

  private func request(_ recorded: Value) -> APIRequest? {
    var out = APIRequest(
      method: recorded["method"]?.string ?? "",
      path: placeholders.filled(recorded["path"]?.string ?? "").replacing("%2F", with: "/"),
      headers: ["user-agent": "oracle"], contentType: recorded["contentType"]?.string,
      accept: recorded["accept"]?.string)
    for (key, value) in recorded["query"]?.object ?? [:] {
      for one in value.array ?? [value] { out.query.append((key, placeholders.filled(one.string ?? ""))) }
    }
    for (key, value) in recorded["headers"]?.object ?? [:] {
      // Who asks is the carrier's to find out.
      if key == "Authorization" || key.hasPrefix("Impersonate") { return nil }
      out.headers[key.lowercased()] = value.string
    }
    if let body = recorded["body"] { out.body = .bytes(JSON.bytes(placeholders.filled(body))) }
    if let raw = recorded["raw"]?.string {
      var text = placeholders.filled(raw)
      if raw.hasPrefix("<"), let size = Int(raw.dropFirst().prefix { $0.isNumber }) {
        guard size < 3_000_000 else { return nil }
        text = "{\"metadata\":{\"name\":\"big\"},\"data\":{\"x\":\"\(String(repeating: "x", count: size - 80))\"}}"
      }
      out.body = .bytes(Array(text.utf8))
    }
    switch recorded["as"]?.string {
    case "anonymous"?: out.user = nil
    case let user?: out.user = Self.user(user, group: user)
    case nil: out.user = Self.user("admin", group: "system:masters")
    }
    return out
  }

  private mutating func play(_ step: Value, _ place: String) async {
    guard var request = request(step["request"] ?? .null) else {
      return note("the carrier finds out who asks, and how much a body may hold", place)
    }
    let expected = step["response"] ?? .null
    if isUntold(expected) { return note("what is listed was made without a word", place) }
    await prepare(step, request)
    // A watch that the server ended after some time is ended by the server here, too, after a shorter one.
    let ends = expected["closed"] == true && request[query: "timeoutSeconds"] != nil && expected["events"] != nil
    if ends { request.query = request.query.map { ($0.name, $0.name == "timeoutSeconds" ? "1" : $0.value) } }
    let response = await server.handle(request)
    if response.status == 404, expected["status"] == 200, isOnlyShown(expected["body"]) {
      return note("of an object that was made without a word only a line or the metadata is told", place)
    }
    var why = ""
    let isRight: Bool
    if case .events(let stream) = response.body, let events = expected["events"] {
      for inner in step["during"]?.array ?? [] { await play(inner, place + " during") }
      if !ends { server.endWatches() }
      let seen = await Self.collect(stream)
      isRight =
        response.status == Int(expected["status"]?.int ?? 0)
        && placeholders.matches(events.normalised(), .array(seen.map { $0.normalised() }), at: "events", &why)
    } else {
      isRight = compare(expected, response, &why)
    }
    let method = request.method
    if !isRight, let reason = reasons.reason(step, response, why) { return note(reason, place) }
    agreement.note(isRight, "\(place) \(method) \(request.path) \(request.query.map { "\($0)=\($1)" }): \(why)")
  }

  /// Whether the transcript tells of an object of this name.
  private func isNamed(_ name: String) -> Bool { text.contains("\"name\":\"\(name)\"") }

  private mutating func note(_ reason: String, _ place: String) { explained[reason, default: []].append(place) }

  /// The events of a watch that has ended. All of them are there: a request is answered after watches were told.
  private static func collect(_ stream: AsyncThrowingStream<Value, any Error>) async -> [Value] {
    var out: [Value] = []
    do { for try await event in stream { out.append(event) } } catch { return out }
    return out
  }

  private mutating func compare(_ expected: Value, _ response: APIResponse, _ why: inout String) -> Bool {
    var body: Value
    switch response.body {
    case .none, .stream, .events: body = .null
    case .value(let value): body = value.normalised()
    case .bytes(let bytes):
      body = .string(String(decoding: bytes, as: UTF8.self))
      if response.contentType == "application/json" { body = (try? JSON.parse(bytes))?.normalised() ?? body }
    }
    // Of some answers only the head was recorded.
    if expected["body"] == nil, expected["magic"] == nil, expected["names"] == nil { body = .null }
    var wanted = (expected["body"] ?? .null).normalised()
    if wanted == "" { wanted = .null }
    for field in ["gitCommit", "goVersion", "compiler", "gitTreeState"] where wanted["gitVersion"] != nil {
      wanted[field] = nil
      body[field] = nil
    }
    guard response.status == Int(expected["status"]?.int ?? 0) else {
      why = "\(response.status) for \(expected["status"]?.int ?? 0): \(JSON.text(body).prefix(300))"
      return false
    }
    let warnings = (expected.at("headers", "warning")?.array ?? []).compactMap(\.string)
    let header = warnings.map { "299 - \"\($0.replacing("\"", with: "\\\""))\"" }.joined(separator: ", ")
    guard header == response.headers["warning"] ?? "" else {
      why = "warnings: \(response.headers["warning"] ?? "none") for \(header)"
      return false
    }
    if let text = wanted.string, response.contentType.contains("yaml"), let given = body.string {
      wanted = (try? YAML.parseAll(text).first)?.normalised() ?? wanted
      body = (try? YAML.parseAll(given).first)?.normalised() ?? body
    }
    if let names = expected["names"], response.status == 200 {
      // Of all namespaces the recorder told its own.
      let all = body["items"]?.array ?? []
      let items = all.filter { body["kind"] != "NamespaceList" || isNamed($0.name ?? "") }
      body = .array(items.compactMap { $0.name.map { .string($0) } })
      return placeholders.matches(names, body, at: "names", &why)
    }
    if name == "tables", wanted["kind"] == "Table" {
      wanted = wanted["columnDefinitions"] ?? .null
      body = body["columnDefinitions"] ?? .null
    }
    if wanted["kind"] == "Status", !Self.comparesMessage(wanted) {
      Self.dropMessages(&wanted)
      Self.dropMessages(&body)
    }
    return placeholders.matches(wanted, body, at: "", &why)
  }

  /// Messages of validation are each server's own words; reasons and fields are compared.
  private static func comparesMessage(_ status: Value) -> Bool {
    !["Invalid", "BadRequest", "Forbidden", "UnsupportedMediaType", "NotAcceptable"].contains(
      status["reason"]?.string ?? "")
  }

  private static func dropMessages(_ status: inout Value) {
    status["message"] = nil
    guard case .array(let causes)? = status.at("details", "causes") else { return }
    let kept = causes.map { cause -> Value in
      var cause = cause
      cause["message"] = nil
      return cause
    }
    status.set(.array(kept), at: "details", "causes")
  }
}
