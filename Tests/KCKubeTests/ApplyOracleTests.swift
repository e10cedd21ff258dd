import KCData
import KCKube
import KCTestSupport
import Testing

@Suite struct ApplyOracleTests {
  /// Each step starts from the recorded object, so that one difference does not cause others.
  @Test func serverSideApply() throws {
    guard let records = Oracle.records("api/ssa.jsonl.gz") else { return }
    var agreement = Agreement()
    for record in records {
      var live: Value?
      for (index, step) in (record["steps"]?.array ?? []).enumerated() {
        let expected = step["object"]
        defer { live = expected ?? live }
        guard step["contentType"]?.string == "application/apply-patch+yaml", let body = step["body"],
          step["path"]?.string?.hasSuffix("/status") == false,
          let type = ResourceTypes.builtin.find((body.apiVersion, body.kind))
        else { continue }
        let query = step["query"]
        do {
          var result = try ServerSideApply.apply(
            body, to: live, manager: query?["fieldManager"]?.string ?? "", force: query?["force"]?.string == "true",
            type: type, now: Timestamp(seconds: 0))
          Defaulting.apply(to: &result, type: type)
          let same = fields(result) == expected.map(fields)
          agreement.note(same && step["reason"] == nil, "\(record["id"]?.string ?? "") step \(index)")
        } catch {
          let causes = Set(step["causes"]?.array?.compactMap { $0["field"]?.string } ?? [])
          agreement.note(
            error.reason == step["reason"]?.string && Set(error.details?.causes.map(\.field) ?? []) == causes,
            "\(record["id"]?.string ?? "") step \(index): refused, \(error.message)")
        }
      }
    }
    agreement.report("ssa: applies, managed fields", shown: 10)
    #expect(agreement.reaches(0.5))
  }

  private func fields(_ object: Value) -> Value {
    let entries = (object.at("metadata", "managedFields")?.array ?? []).map { entry -> Value in
      var entry = entry
      entry["time"] = nil
      return entry
    }
    return .array(
      entries.sorted {
        ($0["operation"]?.string ?? "", $0["manager"]?.string ?? "", $0["subresource"]?.string ?? "")
          < ($1["operation"]?.string ?? "", $1["manager"]?.string ?? "", $1["subresource"]?.string ?? "")
      })
  }

  @Test func patches() throws {
    guard let records = Oracle.records("api/patch.jsonl.gz") else { return }
    var agreement = Agreement()
    for record in records {
      guard let before = record["before"], let patch = record["patch"],
        let type = ResourceTypes.builtin.find((before.apiVersion, before.kind))
      else { continue }
      do {
        var result: Value
        switch record["contentType"]?.string {
        case "application/json-patch+json"?: result = try JSONPatch.apply(patch, to: before)
        case "application/merge-patch+json"?: result = JSONMergePatch.apply(patch, to: before)
        default: result = try StrategicMergePatch.apply(patch, to: before, type: type)
        }
        Defaulting.apply(to: &result, type: type)
        let after = record["after"]
        agreement.note(
          result["spec"] == after?["spec"] && result["data"] == after?["data"] && result.labels == (after?.labels ?? [:]),
          "\(record["id"]?.string ?? "") \(record["contentType"]?.string ?? "")")
      } catch {
        agreement.note(record["after"] == nil, "\(record["id"]?.string ?? ""): refused, \(error.message)")
      }
    }
    agreement.report("patch")
    #expect(agreement.reaches(0.5))
  }
}
