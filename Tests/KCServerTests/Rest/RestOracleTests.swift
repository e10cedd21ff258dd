import KCData
import KCTestSupport
import Testing

@Suite struct RestOracleTests {
  /// The recorded conversations with a Kubernetes API server, held again. Of every step that differs the reason is
  /// printed; a difference without a reason is a failure.
  @Test func restTranscriptsOracle() async throws {
    guard let transcripts = Oracle.records("api/rest.jsonl.gz") else { return }
    var all = Agreement()
    var explained: [String: [String]] = [:]
    for transcript in transcripts {
      var replay = try await RestReplay(transcript)
      await replay.run()
      for _ in 0..<replay.agreement.agreed { all.note(true, "") }
      for difference in replay.agreement.differences { all.note(false, difference) }
      explained.merge(replay.explained) { $0 + $1 }
    }
    let known = explained.values.reduce(0) { $0 + $1.count }
    print("rest: \(all.agreed) of \(all.total + known) steps; \(known) others differ for a reason:")
    for (reason, places) in explained.sorted(by: { ($1.value.count, $0.key) < ($0.value.count, $1.key) }) {
      print("  \(places.count) × \(reason)")
      if Oracle.isFull { print("      \(places.joined(separator: ", "))") }
    }
    for difference in all.differences { print("  without a reason: \(difference.prefix(700))") }
    #expect(all.differences.isEmpty)
    #expect(known < 200)
  }
}
