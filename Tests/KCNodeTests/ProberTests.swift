import KCData
import Synchronization
import Testing

@testable import KCNode

@Suite struct ProberTests {
  /// A clock that jumps ahead when somebody waits.
  private final class JumpingClock: NodeClock {
    private let time = Mutex(Timestamp(seconds: 1000))
    var now: Timestamp { time.withLock { $0 } }
    func wait(_ seconds: Double) async {
      // Less than a nanosecond would be no step at all.
      if seconds > 0 { time.withLock { $0 = $0.advanced(by: max(seconds, 1e-6)) } }
      await Task.yield()
    }
  }

  /// Answers by what time it is.
  private struct TimedProbes: ProbeIO {
    let clock: JumpingClock
    let answers: @Sendable (Double) -> Bool

    func httpGet(host: String, port: Int, path: String, scheme: String, headers: [HTTPHeader], timeout: Double)
      async throws(ProbeFailure) -> Int
    { answers(clock.now.seconds(since: Timestamp(seconds: 1000))) ? 200 : 500 }
    func tcpConnect(host: String, port: Int, timeout: Double) async throws(ProbeFailure) {}
  }

  private struct Report: Sendable, Equatable {
    var time: Double
    var outcome: ProbeOutcome
  }

  /// What a prober reports until `isLast` says that it is enough.
  private func reports(
    _ probes: Value, answers: @escaping @Sendable (Double) -> Bool, isLast: @escaping @Sendable (ProbeOutcome) -> Bool
  ) async -> (reports: [Report], failures: Int) {
    let clock = JumpingClock()
    var container = probes
    container["name"] = "main"
    let runtime = FakeRuntime()
    let executor = ProbeExecutor(
      io: TimedProbes(clock: clock, answers: answers), runtime: runtime, containerID: "c",
      container: ContainerSpec(container, role: .main, podRestartPolicy: .always), address: "10.0.0.1")
    let (stream, continuation) = AsyncStream<Report>.makeStream()
    let failures = Mutex(0)
    let prober = ContainerProber(
      executor: executor, startedAt: clock.now, clock: clock, initial: ProbeOutcome(),
      report: { outcome in
        continuation.yield(Report(time: clock.now.seconds(since: Timestamp(seconds: 1000)), outcome: outcome))
        if isLast(outcome) { continuation.finish() }
      }, failed: { _, _ in failures.withLock { $0 += 1 } })
    let task = Task { await prober.run() }
    var all: [Report] = []
    for await report in stream { all.append(report) }
    task.cancel()
    await task.value
    return (all, failures.withLock { $0 })
  }

  private func http(_ more: Value = [:]) -> Value {
    var probe: Value = ["httpGet": ["port": 80]]
    for (key, value) in more.object ?? [:] { probe[key] = value }
    return probe
  }

  @Test func aServerIsReadySoonAfterItCanServe() async {
    let (reports, failures) = await reports(["readinessProbe": http()], answers: { $0 > 0.4 }, isLast: { $0.ready })
    #expect(reports.count == 2)
    #expect(reports[0] == Report(time: 0, outcome: ProbeOutcome(started: true)))
    #expect((0.4..<1).contains(reports[1].time), "it took \(reports[1].time) seconds")
    #expect(failures == 0)
  }

  @Test func theInitialDelayIsKept() async {
    let (reports, _) = await reports(
      ["readinessProbe": http(["initialDelaySeconds": 5])], answers: { _ in true }, isLast: { $0.ready })
    #expect(reports.last?.time == 5)
  }

  @Test func aStartThatTakesTooLongIsAFailure() async {
    let (reports, failures) = await reports(
      ["startupProbe": http(["periodSeconds": 2, "failureThreshold": 3]), "livenessProbe": http()],
      answers: { _ in false }, isLast: { $0.failure != nil })
    #expect(reports.map(\.outcome.failure) == ["failed startup probe"])
    #expect((6..<6.1).contains(reports[0].time))
    #expect(failures == 3)
  }

  @Test func livenessIsAskedOnlyOnceStarted() async {
    let (reports, failures) = await reports(
      [
        "startupProbe": http(["periodSeconds": 1, "failureThreshold": 30]),
        "livenessProbe": http(["periodSeconds": 3, "failureThreshold": 2]),
      ], answers: { $0 > 10 && $0 < 20 }, isLast: { $0.failure != nil })
    #expect(reports.first?.outcome.started == true)
    #expect((10..<12).contains(reports.first?.time ?? 0))
    #expect(reports.last?.outcome.failure == "failed liveness probe")
    #expect((20..<27).contains(reports.last?.time ?? 0))
    #expect(failures > 2)
  }
}
