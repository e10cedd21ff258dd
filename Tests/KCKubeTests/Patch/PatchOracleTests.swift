import KCCodec
import KCData
import KCKube
import KCTestSupport
import Testing

@Suite struct PatchOracleTests {
  @Test func patches() throws {
    guard let records = Oracle.records("api/patch.jsonl.gz") else { return }
    var patched = Agreement()
    var refused = Agreement()
    var invalid = Agreement()
    for record in records {
      // The media types that no patch has, and bodies that are no JSON, are the server's to refuse.
      guard record["patch"] != nil,
        record["status"] != 415 || record["contentType"]?.string?.contains("strategic") == true,
        record["status"] != 0
      else { continue }
      let name = "\(record["id"]?.string ?? ""): \(JSON.text(record["patch"] ?? .null).prefix(300))"
      var server = RecordedServer()
      var before = record["before"] ?? .null
      before.set(.string(RecordedServer.uid), at: "metadata", "uid")
      before.set("7", at: "metadata", "resourceVersion")
      server.live = RecordedServer.concrete(before)
      var step = record
      step["body"] = record["patch"]
      let answer = server.answer(step, now: Timestamp(seconds: 0))
      if let after = record["after"] {
        patched.note(difference(answer, after) == nil, "\(name)\n    \(difference(answer, after) ?? "")")
      } else if record["causes"] != nil || record["message"]?.string?.contains("is invalid") == true {
        invalid.note(refusal(answer, record) == nil, "\(name)\n    \(refusal(answer, record) ?? "")")
      } else {
        refused.note(refusal(answer, record) == nil, "\(name)\n    \(refusal(answer, record) ?? "")")
      }
    }
    patched.report("patch, objects", shown: 20)
    refused.report("patch, refusals", shown: 40)
    #expect(patched.reaches(0.99))
    invalid.report("patch, refused by validation", shown: 3)
    #expect(refused.reaches(0.98))
    #expect(invalid.reaches(0.98))
  }

  private func difference(_ answer: RecordedServer.Answer, _ after: Value) -> String? {
    switch answer {
    case .notTried: "not tried"
    case .refused(let status): "refused, \(status.message)"
    case .object(let result):
      Difference.first(
        of: CreatePipeline.comparable(RecordedServer.recorded(result)), and: CreatePipeline.comparable(after))
    }
  }

  private func refusal(_ answer: RecordedServer.Answer, _ record: Value) -> String? {
    let message = record["message"]?.string ?? ""
    guard case .refused(let status) = answer else { return "accepted, not: \(message.prefix(200))" }
    if Int64(status.code) != record["status"]?.int {
      return "\(status.code) \(status.message), not: \(message.prefix(200))"
    }
    // The words are compared where they are this module's.
    let isOurs = status.code == 500 || message.hasPrefix("invalid patch") || message.hasPrefix("error decoding")
    return isOurs && status.message != message ? "got \(status.message)\n    want \(message)" : nil
  }
}
