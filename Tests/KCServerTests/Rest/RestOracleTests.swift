import KCData
import KCTestSupport
import Testing

@Suite struct RestOracleTests {
  /// The recorded conversations with a Kubernetes API server, held again.
  @Test func restTranscriptsOracle() async throws {
    guard let transcripts = Oracle.records("api/rest.jsonl.gz") else { return }
    var all = Agreement()
    for transcript in transcripts {
      var replay = try await RestReplay(transcript)
      await replay.run()
      let one = replay.agreement
      for _ in 0..<one.agreed { all.note(true, "") }
      for difference in one.differences { all.note(false, difference) }
      if !one.differences.isEmpty { print("rest \(transcript["id"]?.string ?? ""): \(one.agreed) of \(one.total)") }
    }
    print("rest: \(all.agreed) of \(all.total) steps")
    if Oracle.isFull { for difference in all.differences { print("  \(difference)") } }
    #expect(all.reaches(Self.share))
  }

  /// Raised as the server learns more.
  static let share = 0.87
}
