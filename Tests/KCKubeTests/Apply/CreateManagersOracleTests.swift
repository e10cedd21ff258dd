import KCCodec
import KCData
import KCKube
import KCTestSupport
import Testing

@Suite struct CreateManagersOracleTests {
  /// Who manages what after a create: of objects of all kinds. The server notes it when the defaults are filled in and
  /// before admission adds its part.
  @Test func managersOfNewObjects() throws {
    guard let records = Oracle.records("api/defaulting.jsonl.gz") else { return }
    var agreement = Agreement()
    var perKind: [String: Agreement] = [:]
    for (index, record) in records.enumerated() where Oracle.isFull || index % 10 == 0 {
      guard let out = record["out"], let wanted = out.at("metadata", "managedFields"),
        let type = ResourceTypes.builtin.find((out.apiVersion, out.kind))
      else { continue }
      var object = try CreatePipeline.input(record)
      if type.namespaced { object.set(out.at("metadata", "namespace"), at: "metadata", "namespace") }
      object["apiVersion"] = out["apiVersion"]
      object["kind"] = out["kind"]
      object.set(nil, at: "metadata", "managedFields")
      Defaulting.apply(to: &object, type: type)
      ServerSideApply.recordUpdate(
        old: nil, new: &object, manager: "oracle", type: type, now: Timestamp(seconds: 0))
      let made = object.at("metadata", "managedFields")?.array?.first?["fieldsV1"] ?? .null
      let expected = wanted.array?.first?["fieldsV1"] ?? .null
      let difference = Difference.first(of: made, and: expected)
      let line = "\(record["id"]?.string ?? "") \(type.kind): \(difference ?? "")"
      agreement.note(difference == nil, line)
      perKind[type.kind, default: Agreement()].note(difference == nil, line)
    }
    agreement.report("managers of new objects", shown: 25)
    for (kind, part) in perKind.sorted(by: { $0.key < $1.key }) where part.agreed < part.total {
      print("  \(kind): \(part.agreed) of \(part.total)")
    }
    #expect(agreement.reaches(0.99))
  }

  /// Who manages what after a create and an update by the same manager.
  @Test func managersOfUpdatedObjects() throws {
    guard let records = Oracle.records("api/validation.jsonl.gz") else { return }
    var agreement = Agreement()
    for record in records {
      guard let out = record["out"], let wanted = out.at("metadata", "managedFields"), let made = record["create"],
        let update = record["update"], let path = record["path"]?.string
      else { continue }
      var server = RecordedServer()
      let query: Value = ["fieldManager": "oracle"]
      let isBelow = server.type(path: path)?.subresource.isEmpty == false
      let object = isBelow ? path.split(separator: "/").dropLast() : []
      let created = object.isEmpty ? path : "/" + object.joined(separator: "/")
      var step: Value = [
        "method": "POST", "path": .string(created), "contentType": "application/json", "query": query, "body": made,
      ]
      let name = record["id"]?.string ?? ""
      // What validation says is held against the recordings elsewhere.
      guard case .object(let live) = server.answer(step, now: Timestamp(seconds: 0)) else {
        continue
      }
      server.live = live
      step["method"] = "PUT"
      step["path"] = .string(path)
      step["body"] = update
      guard case .object(let result) = server.answer(step, now: Timestamp(seconds: 1)) else {
        continue
      }
      func fields(_ entries: Value?) -> Value {
        .array((entries?.array ?? []).map { [$0["subresource"] ?? .null, $0["fieldsV1"] ?? .null] })
      }
      let difference = Difference.first(of: fields(result.at("metadata", "managedFields")), and: fields(wanted))
      agreement.note(difference == nil, "\(name): \(difference ?? "")")
    }
    agreement.report("managers of updated objects", shown: 25)
    #expect(agreement.reaches(0.9))
  }

  /// An object that is applied becomes what it becomes when it is created, and applying it again changes nothing.
  @Test func appliedObjectsAreCreatedOnes() throws {
    guard let records = Oracle.records("api/defaulting.jsonl.gz") else { return }
    var same = Agreement()
    var settled = Agreement()
    for (index, record) in records.enumerated() where Oracle.isFull || index % 10 == 2 {
      guard let out = record["out"], let type = ResourceTypes.builtin.find((out.apiVersion, out.kind)) else { continue }
      var config = try CreatePipeline.input(record)
      config["apiVersion"] = out["apiVersion"]
      config["kind"] = out["kind"]
      config.set(nil, at: "metadata", "managedFields")
      let name = "\(record["id"]?.string ?? "") \(type.kind)"
      var created = config
      Defaulting.apply(to: &created, type: type)
      do throws(APIStatus) {
        let applied = try ServerSideApply.apply(
          config, to: nil, manager: "a", force: false, type: type, now: Timestamp(seconds: 0))
        var bare = applied
        bare.set(nil, at: "metadata", "managedFields")
        let difference = Difference.first(of: bare, and: created)
        same.note(difference == nil, "\(name): \(difference ?? "")")
        // An object that nobody manages anything of is, for the next apply, one from before the first.
        guard applied.at("metadata", "managedFields") != nil else { continue }
        let again = try ServerSideApply.apply(
          config, to: applied, manager: "a", force: false, type: type, now: Timestamp(seconds: 9))
        let change = Difference.first(of: again, and: applied)
        settled.note(change == nil, "\(name): \(change ?? "")")
      } catch { same.note(false, "\(name): \(error.message)") }
    }
    same.report("applied objects that are created ones", shown: 25)
    settled.report("applied again without change", shown: 25)
    #expect(same.reaches(1))
    #expect(settled.reaches(1))
  }
}
