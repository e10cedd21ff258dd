internal import KCData

/// Counts the results of one probe of one container. Pure.
struct ProbeTracker: Sendable, Hashable {
  let probe: ProbeSpec
  private var inRow = 0
  private var last: Bool?
  /// What the probe says now; nil while it has not said anything.
  private(set) var verdict: Bool?

  init(_ probe: ProbeSpec) {
    self.probe = probe
    // Until they fail, live containers count as live; ready ones must show it.
    verdict = probe.kind == .liveness ? true : probe.kind == .readiness ? false : nil
  }

  /// Takes a container as being what it was before the agent knew it.
  mutating func adopt(_ verdict: Bool) { self.verdict = verdict }

  /// Whether a probe that is not due may be tried: a container that has never shown itself ready may do so any moment.
  var isEager: Bool { probe.kind != .liveness && verdict != true && probe.successThreshold == 1 }

  /// Notes a result.
  ///
  /// - Parameter isExtra: whether the try was not due; its failure says nothing.
  /// - Returns: whether the verdict changed.
  mutating func record(_ success: Bool, isExtra: Bool = false) -> Bool {
    if !success && isExtra { return false }
    inRow = last == success ? inRow + 1 : 1
    last = success
    guard inRow >= (success ? probe.successThreshold : probe.failureThreshold) else { return false }
    let old = verdict
    verdict = success
    return old != success
  }
}
