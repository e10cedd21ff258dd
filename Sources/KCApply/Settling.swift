internal import KCData
internal import KCKube

/// How long pods that are ready must stay so before that is believed.
///
/// A container without a readiness probe counts as ready as soon as its process runs, and one whose program ends at once
/// is ready for a moment. One that is asked whether it is ready has said so itself.
enum Settling {
  /// For containers that are not asked.
  static let unasked = Duration.seconds(1)
  /// The longest that a first answer of a liveness probe is waited for.
  static let longest = 2.0

  static func time(_ pods: [Value]) -> Duration {
    pods.filter { !$0.isBeingDeleted }.map(time).max() ?? .zero
  }

  private static func time(_ pod: Value) -> Duration {
    if pod.isFinishedPod { return .zero }
    return (pod.at("spec", "containers")?.array ?? []).map { container in
      var time = container["readinessProbe"] == nil && container["startupProbe"] == nil ? unasked : .zero
      if let first = firstLiveness(container) { time = max(time, .milliseconds(Int(first * 1000) + 500)) }
      return time
    }.max() ?? .zero
  }

  /// When the first answer of a liveness probe is there, in seconds; nil where it takes too long to wait for.
  private static func firstLiveness(_ container: Value) -> Double? {
    guard let probe = container["livenessProbe"] else { return nil }
    let first = Double(probe["initialDelaySeconds"]?.int ?? 0) + Double(probe["periodSeconds"]?.int ?? 10)
    return first <= longest ? first : nil
  }
}

extension Value {
  /// Whether a pod has ended.
  var isFinishedPod: Bool { ["Succeeded", "Failed"].contains(at("status", "phase")?.string ?? "") }
}
