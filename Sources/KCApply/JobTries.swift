internal import KCData
internal import KCKube

/// The tries of a job, each a pod that ended.
struct JobTries {
  /// Tries that failed alike before that counts as certain: a second one may find what the first was too early for.
  static let hopeless = 3

  /// The failed ones that are still there, the newest last.
  private let pods: [Value]
  /// How many failed, those that are gone counted, too.
  let failed: Int
  /// How many may be made in all.
  private let allowed: Int
  /// Whether each failure counts against the limit.
  private let isPlain: Bool
  private let hasSuccess: Bool

  init(_ job: Value, _ pods: [Value]) {
    self.pods = pods.filter { $0.at("status", "phase")?.string == "Failed" }
      .sorted { ($0.creationTimestamp ?? Timestamp(seconds: 0)) < ($1.creationTimestamp ?? Timestamp(seconds: 0)) }
    failed = max(self.pods.count, Int(clamping: job.at("status", "failed")?.int ?? 0))
    allowed = Int(clamping: (job.at("spec", "backoffLimit")?.int ?? 6) &+ 1)
    isPlain = job.at("spec", "backoffLimitPerIndex") == nil && job.at("spec", "podFailurePolicy") == nil
    hasSuccess = (job.at("status", "succeeded")?.int ?? 0) > 0
  }

  /// The newest that failed.
  var last: Value? { pods.last }

  /// `3 of 7 tries failed: pod migrate-x2x4k: container app ended with exit code 2`
  var words: String {
    let count = isPlain ? "\(failed) of \(allowed) tries failed" : "\(failed) \(failed == 1 ? "try" : "tries") failed"
    return count + (last.flatMap(PodFailure.trouble).map { ": \($0)" } ?? "")
  }

  /// Whether another try will not do better: the last ones failed in the same way, and none ever did well.
  var isHopeless: Bool {
    guard isPlain, !hasSuccess, pods.count >= Self.hopeless else { return false }
    let ends = pods.suffix(Self.hopeless).map(PodFailure.end)
    return ends.allSatisfy { $0 != nil && $0 == ends[0] }
  }
}
