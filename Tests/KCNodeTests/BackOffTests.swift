import KCData
import Testing

@testable import KCNode

@Suite struct BackOffTests {
  let start = Timestamp(seconds: 1000)

  @Test func waitsDoubleToAMaximumAndAreForgotten() {
    var backOff = BackOff(base: 10, maximum: 300)
    #expect(backOff.wait("a", after: start, now: start) == nil)
    var delays: [Double] = []
    var now = start
    for _ in 0..<7 {
      backOff.advance("a", now: now)
      delays.append(backOff.delay("a"))
      now = now.advanced(by: 1)
    }
    #expect(delays == [10, 20, 40, 80, 160, 300, 300])
    #expect(backOff.wait("a", after: now, now: now.advanced(by: 299)) == now.advanced(by: 300))
    #expect(backOff.wait("a", after: now, now: now.advanced(by: 300)) == nil)
    // Ten minutes of running well.
    let late = now.advanced(by: 700)
    #expect(backOff.wait("a", after: late, now: late) == nil)
    backOff.advance("a", now: late)
    #expect(backOff.delay("a") == 10)
  }

  @Test func probesNeedTheirThresholds() throws {
    let probe = try #require(
      ProbeSpec(["exec": ["command": ["x"]], "failureThreshold": 2, "successThreshold": 2], kind: .readiness))
    var tracker = ProbeTracker(probe)
    #expect(tracker.verdict == false)
    let changes = [true, true, false, true, false, false].map { tracker.record($0) }
    #expect(changes == [false, true, false, false, false, true])
  }

  @Test func aFailureThatWasNotDueSaysNothing() throws {
    let probe = try #require(ProbeSpec(["exec": ["command": ["x"]], "failureThreshold": 1], kind: .startup))
    var tracker = ProbeTracker(probe)
    for _ in 0..<5 {
      let changed = tracker.record(false, isExtra: true)
      #expect(!changed)
    }
    #expect(tracker.verdict == nil)
    let changed = tracker.record(true, isExtra: true)
    #expect(changed)
  }

  @Test func imagesHaveAStandardPolicy() {
    #expect(PullPolicy.standard(for: "web") == .always)
    #expect(PullPolicy.standard(for: "host:5000/web") == .always)
    #expect(PullPolicy.standard(for: "web:latest") == .always)
    #expect(PullPolicy.standard(for: "host:5000/web:1.2") == .ifNotPresent)
    #expect(PullPolicy.standard(for: "web@sha256:1") == .ifNotPresent)
  }
}
