import KCCodec
import KCData
import KCKube
import KCTestSupport
import Testing

@Suite struct ValidationOracleTests {
  /// What an accepted update leads to, but for addresses and ports that the server chooses.
  @Test func updates() throws {
    guard let records = Oracle.records("api/validation.jsonl.gz") else { return }
    var agreement = Agreement()
    for record in records where record["method"] == "PUT" {
      guard let out = record["out"], out.kind != "CustomResourceDefinition", let request = RecordedRequest(record),
        let object = try request.answer().object
      else { continue }
      let expected = CreatePipeline.comparable(out)
      let found = RecordedRequest.resolved(CreatePipeline.comparable(object))
      let difference = Difference.first(of: found, and: expected)
      agreement.note(difference == nil, "\(record["id"]?.string ?? ""): \(difference ?? "")")
    }
    agreement.report("validation updates", shown: Oracle.isFull ? 400 : 20)
    #expect(agreement.reaches(0.99))
  }

  /// Whether our rules refuse what the recorded server refuses, with the same status, and name the same fields for
  /// the same reasons.
  @Test func validation() throws {
    guard let records = Oracle.records("api/validation.jsonl.gz") else { return }
    var verdicts = Agreement()
    var paths = Agreement()
    var perKind: [String: (verdicts: Agreement, paths: Agreement)] = [:]
    var skipped = 0
    for record in records {
      guard let answer = try RecordedRequest(record)?.answer() else {
        skipped += 1
        continue
      }
      let id = record["id"]?.string ?? ""
      let kind = String(id.prefix { $0 != "/" })
      let status = record["status"]?.int ?? 0
      let isSame = Int64(answer.code) == status
      let line = "\(id): \(answer.code), not \(status) \(answer.shown.prefix(200))"
      verdicts.note(isSame, line)
      perKind[kind, default: (Agreement(), Agreement())].verdicts.note(isSame, line)
      guard status == 422 else { continue }
      let expected = Set(
        (record["causes"]?.array ?? []).map { "\($0["field"]?.string ?? "") \($0["reason"]?.string ?? "")" })
      let found = Set(answer.causes.map { "\($0.field) \($0.reason)" })
      let difference =
        "\(id): too much \(found.subtracting(expected).sorted()), missing \(expected.subtracting(found).sorted())"
      paths.note(found == expected, difference)
      perKind[kind, default: (Agreement(), Agreement())].paths.note(found == expected, difference)
    }
    verdicts.report("validation verdicts", shown: Oracle.isFull ? 400 : 20)
    paths.report("validation paths", shown: Oracle.isFull ? 400 : 20)
    for (kind, part) in perKind.sorted(by: { $0.key < $1.key })
    where part.verdicts.agreed < part.verdicts.total || part.paths.agreed < part.paths.total {
      let (verdicts, paths) = part
      print(
        "  \(kind): verdicts \(verdicts.agreed) of \(verdicts.total), paths \(paths.agreed) of \(paths.total)")
    }
    if skipped > 0 { print("  not compared: \(skipped) of another content type") }
    #expect(verdicts.reaches(0.995))
    #expect(paths.reaches(0.99))
  }
}

/// A recorded write, and what our rules answer to it.
struct RecordedRequest {
  struct Answer {
    var code: Int
    var causes: [APIStatus.Cause] = []
    var message = ""
    /// What is stored then.
    var object: Value?
    var shown: String { causes.isEmpty ? message : causes.map { "\($0.field): \($0.message)" }.joined(separator: "; ") }
  }

  private static let now = Timestamp(seconds: 1_767_225_600)

  /// Any uid will do.
  private static let uid: Value = "8b5a1f0e-3c7d-4e2a-9d6b-1f2e3d4c5b6a"

  let record: Value
  let type: ResourceType
  let namespace: String?
  let name: String?
  let subresource: String

  init?(_ record: Value) {
    let content = record["contentType"]?.string ?? ""
    if record["raw"] != nil, !content.hasPrefix("application/json"), content != "application/yaml" { return nil }
    self.record = Self.resolved(record)
    var parts = (record["path"]?.string ?? "").split(separator: "?")[0].split(separator: "/").map(String.init)
    guard parts.count > 2 else { return nil }
    let group = parts[0] == "apis" ? parts[1] : ""
    let version = parts[0] == "apis" ? parts[2] : parts[1]
    parts.removeFirst(parts[0] == "apis" ? 3 : 2)
    var namespace: String?
    if parts.count > 2, parts[0] == "namespaces", record["method"] == "POST" || parts.count > 3 || parts[2] != "status"
    {
      if !["status", "finalize"].contains(parts[2]) {
        namespace = parts[1]
        parts.removeFirst(2)
      }
    }
    guard let type = ResourceTypes.builtin.find(group: group, version: version, plural: parts[0]) else { return nil }
    self.type = type
    self.namespace = namespace
    name = parts.count > 1 ? parts[1] : nil
    subresource = parts.count > 2 ? parts[2] : ""
  }

  /// With something in the place of each placeholder.
  static func resolved(_ value: Value, port: Int64 = 30799) -> Value {
    switch value {
    case "<uid>": uid
    case "<time>": "2026-01-01T00:00:00Z"
    case "<clusterIP>": "10.96.77.77"
    case "<nodePort>": .int(port)
    case .array(let elements):
      .array(elements.enumerated().map { resolved($0.element, port: 30701 + Int64($0.offset)) })
    case .object(let fields):
      .object(Fields(fields.map { ($0.key, resolved($0.value, port: $0.key == "healthCheckNodePort" ? 30799 : port)) }))
    default: value
    }
  }

  func answer() throws -> Answer {
    if record["method"] == "POST" {
      do { return try create(input()).answer } catch is CodecError { return Answer(code: 400) }
    }
    guard let first = record["create"], let object = record["update"] else { return Answer(code: 0) }
    let made = try create(first)
    guard made.answer.code == 201 else { return Answer(code: 1, message: "create: \(made.answer.shown)") }
    var old = made.object
    // What a controller has reported by then.
    if ["CustomResourceDefinition", "FlowSchema"].contains(type.kind), subresource.isEmpty {
      old["status"] = object["status"]
    }
    return update(object, old: old)
  }

  private func input() throws -> Value {
    guard let text = record["raw"]?.string else { return try CreatePipeline.input(record) }
    if record["contentType"] == "application/yaml" { return try YAML.parseAll(text).first ?? .null }
    return try JSON.parse(text)
  }

  private func create(_ input: Value) throws -> (answer: Answer, object: Value) {
    var object = input
    if let refusal = Validation.decode(object, type: type) {
      return (Answer(code: 400, message: refusal.message), object)
    }
    if type.namespaced {
      if let own = object.namespace, !own.isEmpty, own != namespace { return (Answer(code: 400), object) }
      object.set(namespace.map { .string($0) }, at: "metadata", "namespace")
    }
    object.set(Self.uid, at: "metadata", "uid")
    if (object.name ?? "").isEmpty, let prefix = object.at("metadata", "generateName")?.string, !prefix.isEmpty {
      object.set(.string(prefix + "x2x4x"), at: "metadata", "name")
    }
    let sent = object
    Defaulting.apply(to: &object, type: type)
    do { try Admission.create(&object, type: type, context: CreatePipeline.context) } catch {
      return (Answer(code: error.code, message: error.message), object)
    }
    Strategy.prepareForCreate(&object, type: type, now: Self.now)
    var causes = ServiceAllocation.check(object, type: type, cluster: .recorded)
    if causes.isEmpty { causes = Validation.create(object, type: type, namespaceLabels: [:]) }
    if causes.isEmpty {
      do { try Admission.check(object, type: type, context: CreatePipeline.context, sent: sent) } catch {
        return (Answer(code: error.code, message: error.message), object)
      }
    }
    object.set("1", at: "metadata", "resourceVersion")
    return (Answer(code: causes.isEmpty ? 201 : 422, causes: causes), Self.resolved(CreatePipeline.placed(object)))
  }

  private func update(_ input: Value, old: Value) -> Answer {
    var object = input
    if let refusal = Validation.decode(object, type: type) { return Answer(code: 400, message: refusal.message) }
    if let own = object.name, own != name { return Answer(code: 400) }
    if let uid = object.uid, Value(uid) != Self.uid { return Answer(code: 409) }
    switch object.resourceVersion {
    case nil:
      if !Validation.needsVersion(type) { object.set("1", at: "metadata", "resourceVersion") }
    case "<current>"?: object.set("1", at: "metadata", "resourceVersion")
    case let version?: return Answer(code: UInt64(version) == nil ? 500 : 409)
    }
    object.set(Self.uid, at: "metadata", "uid")
    if type.namespaced { object.set(old.at("metadata", "namespace"), at: "metadata", "namespace") }
    Defaulting.apply(to: &object, type: type)
    Admission.update(&object, type: type)
    Strategy.prepareForUpdate(&object, old: old, type: type, subresource: subresource, now: Self.now)
    var causes = ServiceAllocation.check(object, old: old, type: type, cluster: .recorded)
    if causes.isEmpty { causes = Validation.update(object, old: old, type: type, subresource: subresource) }
    return Answer(code: causes.isEmpty ? 200 : 422, causes: causes, object: object)
  }
}

extension ServiceAllocation.Cluster {
  /// The cluster of the recordings.
  static let recorded = ServiceAllocation.Cluster(isTaken: { $0 == "10.96.0.1" })
}
