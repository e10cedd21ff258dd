import KCCodec
import KCData
import KCKube
import KCTestSupport
import Testing

@Suite struct ApplyOracleTests {
  /// Each step starts from the recorded object, so that one difference does not cause others.
  @Test func serverSideApply() throws {
    guard let records = Oracle.records("api/ssa.jsonl.gz") else { return }
    var managers = Agreement()
    var objects = Agreement()
    var refusals = Agreement()
    var invalid = Agreement()
    for record in records {
      var server = RecordedServer()
      for (index, step) in (record["steps"]?.array ?? []).enumerated() {
        let name = "\(record["id"]?.string ?? "") step \(index), \(step["do"]?.string ?? "")"
        let now = Timestamp(seconds: Int64(index) * 10)
        let answer = server.answer(step, now: now)
        if let expected = step["object"], step["do"] != "get", step["do"] != "delete" {
          let difference = compare(answer, expected)
          managers.note(difference.managers == nil, "\(name): \(difference.managers ?? "")")
          objects.note(difference.object == nil, "\(name): \(difference.object ?? "")")
          if step.at("query", "dryRun") == nil {
            server.live = continued(expected, answer, now)
          }
        } else if step["do"] == "delete" {
          server.live = nil
        } else if isOurs(step) {
          if case .notTried = answer { continue }
          let difference = compare(answer, refusal: step)
          if step["status"] == 422 {
            invalid.note(difference == nil, "\(name): \(difference ?? "")")
          } else {
            refusals.note(difference == nil, "\(name): \(difference ?? "")")
          }
        }
      }
    }
    managers.report("ssa, managed fields", shown: 20)
    objects.report("ssa, objects", shown: 80)
    refusals.report("ssa, refusals", shown: 40)
    #expect(managers.reaches(1))
    #expect(objects.reaches(0.99))
    invalid.report("ssa, refused by validation", shown: 3)
    #expect(refusals.reaches(1))
    #expect(invalid.reaches(0.98))
  }

  /// Whether a refusal is a matter of the object, not of the request around it.
  private func isOurs(_ step: Value) -> Bool {
    guard let status = step["status"]?.int, status != 404, step["do"] != "get" else { return false }
    let message = step["message"]?.string ?? ""
    return !message.hasPrefix("PatchOptions") && !message.hasPrefix("the name") && !message.hasPrefix("error decoding")
      && !message.hasPrefix("Operation cannot be fulfilled") && !message.hasPrefix("the namespace")
  }

  /// The recorded object as the next step finds it: with a uid, and with times where the record has none.
  private func continued(_ expected: Value, _ answer: RecordedServer.Answer, _ now: Timestamp) -> Value {
    var live = expected
    var times: [Value: Value] = [:]
    if case .object(let result) = answer {
      for entry in result.at("metadata", "managedFields")?.array ?? [] { times[key(entry)] = entry["time"] }
    }
    if let entries = live.at("metadata", "managedFields")?.array {
      live.set(
        .array(
          entries.map { entry in
            var entry = entry
            entry["time"] = times[key(entry)] ?? .string(now.rfc3339)
            return entry
          }), at: "metadata", "managedFields")
    }
    live.set(.string(RecordedServer.uid), at: "metadata", "uid")
    live.set("7", at: "metadata", "resourceVersion")
    return RecordedServer.concrete(live)
  }

  private func key(_ entry: Value) -> Value {
    [entry["manager"] ?? "", entry["operation"] ?? "", entry["apiVersion"] ?? "", entry["subresource"] ?? ""]
  }

  private func compare(
    _ answer: RecordedServer.Answer, _ expected: Value
  ) -> (managers: String?, object: String?) {
    switch answer {
    case .notTried: return ("not tried", "not tried")
    case .refused(let status):
      let why = "refused, \(status.message)"
      return (status.reason == "Invalid" ? nil : why, why)
    case .object(let object):
      let result = RecordedServer.recorded(object)
      let (left, right) = (managers(result), managers(expected))
      let place = Difference.first(
        of: CreatePipeline.comparable(result), and: CreatePipeline.comparable(expected))
      return (
        left == right ? nil : "\n    got  \(JSON.text(left, sorted: true))\n    want \(JSON.text(right, sorted: true))",
        place
      )
    }
  }

  private func compare(_ answer: RecordedServer.Answer, refusal step: Value) -> String? {
    guard case .refused(let status) = answer else { return "accepted, not \(step["message"]?.string ?? "")" }
    if Int64(status.code) != step["status"]?.int { return "\(status.code) \(status.message)" }
    guard status.code != 422 else { return nil }
    let message = step["message"]?.string ?? ""
    let isSame = status.message == message
    return isSame ? nil : "\n    got  \(status.message)\n    want \(message)"
  }

  private func managers(_ object: Value) -> Value {
    let entries = (object.at("metadata", "managedFields")?.array ?? []).map { entry -> Value in
      var entry = entry
      entry["time"] = nil
      return entry
    }
    return .array(
      entries.sorted { left, right in
        let names = ["operation", "manager", "apiVersion", "subresource"]
        return names.map { left[$0]?.string ?? "" }.lexicographicallyPrecedes(names.map { right[$0]?.string ?? "" })
      })
  }
}
