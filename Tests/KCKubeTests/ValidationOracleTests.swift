import KCCodec
import KCData
import KCKube
import KCTestSupport
import Testing

@Suite struct ValidationOracleTests {
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
      print(
        "  \(kind): verdicts \(part.verdicts.agreed) of \(part.verdicts.total), paths \(part.paths.agreed) of \(part.paths.total)"
      )
    }
    if skipped > 0 { print("  not compared: \(skipped) whose body is no JSON or YAML") }
    #expect(verdicts.reaches(0.5))
    #expect(paths.reaches(0.5))
  }
}

/// A recorded write, and what our rules answer to it.
struct RecordedRequest {
  struct Answer {
    var code: Int
    var causes: [APIStatus.Cause] = []
    var message = ""
    var shown: String { causes.isEmpty ? message : causes.map { "\($0.field): \($0.message)" }.joined(separator: "; ") }
  }

  /// Any uid will do.
  private static let uid: Value = "8b5a1f0e-3c7d-4e2a-9d6b-1f2e3d4c5b6a"

  let record: Value
  let type: ResourceType
  let namespace: String?
  let name: String?
  let subresource: String

  init?(_ record: Value) {
    if record["raw"] != nil { return nil }
    self.record = record
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

  func answer() throws -> Answer {
    if record["method"] == "POST" {
      do { return try create(CreatePipeline.input(record)).answer } catch is CodecError { return Answer(code: 400) }
    }
    guard let first = record["create"], let object = record["update"] else { return Answer(code: 0) }
    let made = try create(first)
    guard made.answer.code == 201 else { return Answer(code: 1, message: "create: \(made.answer.shown)") }
    return update(object, old: made.object)
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
    Defaulting.apply(to: &object, type: type)
    do { try Admission.create(&object, type: type, context: CreatePipeline.context) } catch {
      return (Answer(code: error.code, message: error.message), object)
    }
    Strategy.prepareForCreate(&object, type: type, now: Timestamp(seconds: 0))
    var causes = Validation.create(object, type: type)
    if causes.isEmpty { causes = ServiceAllocation.check(object, type: type, cluster: .recorded) }
    object.set("1", at: "metadata", "resourceVersion")
    return (Answer(code: causes.isEmpty ? 201 : 422, causes: causes), CreatePipeline.placed(object))
  }

  private func update(_ input: Value, old: Value) -> Answer {
    var object = input
    if let refusal = Validation.decode(object, type: type) { return Answer(code: 400, message: refusal.message) }
    if let own = object.name, own != name { return Answer(code: 400) }
    if let uid = object.uid, Value(uid) != Self.uid { return Answer(code: 409) }
    switch object.resourceVersion {
    case nil:
      if !Validation.needsVersion(type) { object.set("1", at: "metadata", "resourceVersion") }
    case "<current>"?, "1"?: object.set("1", at: "metadata", "resourceVersion")
    case let version?: return Answer(code: UInt64(version) == nil ? 500 : 409)
    }
    object.set(Self.uid, at: "metadata", "uid")
    if type.namespaced { object.set(old.at("metadata", "namespace"), at: "metadata", "namespace") }
    Defaulting.apply(to: &object, type: type)
    Admission.update(&object, type: type)
    Strategy.prepareForUpdate(&object, old: old, type: type, subresource: subresource)
    var causes = Validation.update(object, old: old, type: type, subresource: subresource)
    if causes.isEmpty { causes = ServiceAllocation.check(object, old: old, type: type, cluster: .recorded) }
    return Answer(code: causes.isEmpty ? 200 : 422, causes: causes)
  }
}

extension ServiceAllocation.Cluster {
  /// The cluster of the recordings.
  static let recorded = ServiceAllocation.Cluster(isTaken: { $0 == "10.96.0.1" })
}
