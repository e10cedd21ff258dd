internal import KCData
internal import KCKube

/// What a job's pods say, and how new ones look.
enum JobPods {
  static let finalizer = "batch.kubernetes.io/job-tracking"
  static let indexLabel = "batch.kubernetes.io/job-completion-index"
  static let failureCount = "batch.kubernetes.io/job-index-failure-count"

  static func index(_ pod: Value) -> Int? {
    (pod.annotations[indexLabel] ?? pod.labels[indexLabel]).flatMap { Int($0) }
  }

  static func isTracked(_ pod: Value) -> Bool { pod.finalizers.contains(finalizer) }

  static func untracked(_ pod: Value) -> Value {
    var pod = pod
    let left = pod.finalizers.filter { $0 != finalizer }
    pod.set(left.isEmpty ? nil : .array(left.map { .string($0) }), at: "metadata", "finalizers")
    return pod
  }

  /// When a pod that ended did so.
  static func endTime(_ pod: Value, _ now: Timestamp) -> Timestamp {
    let ends = (pod.at("status", "containerStatuses")?.array ?? []).compactMap {
      $0.time("state", "terminated", "finishedAt")
    }
    let deletion = pod.deletionTimestamp?.advanced(by: -Double(pod.count("metadata", "deletionGracePeriodSeconds")))
    let time =
      ends.max() ?? deletion ?? pod.condition("Ready")?.time("lastTransitionTime")
      ?? pod.creationTimestamp ?? now
    return min(time, now)
  }

  /// A pod of a job.
  ///
  /// - Parameters:
  ///   - index: its completion index, for jobs that have them.
  ///   - failures: how often pods with this index have failed, where that is limited.
  static func make(_ job: Value, index: Int?, failures: Int?) -> Value {
    var pod = pod(from: job.at("spec", "template"), of: job)
    pod.set(.array(pod.finalizers.map { .string($0) } + [.string(finalizer)]), at: "metadata", "finalizers")
    guard let index else { return pod }
    pod.set(.string("\(job.name ?? "")-\(index)-"), at: "metadata", "generateName")
    pod.set(.string("\(index)"), at: "metadata", "annotations", indexLabel)
    pod.set(.string("\(index)"), at: "metadata", "labels", indexLabel)
    if let failures { pod.set(.string("\(failures)"), at: "metadata", "annotations", failureCount) }
    pod.set(.string("\(job.name ?? "")-\(index)"), at: "spec", "hostname")
    for list in ["containers", "initContainers"] {
      guard let containers = pod.at("spec", list)?.array else { continue }
      pod.set(.array(containers.map(withIndex)), at: "spec", list)
    }
    return pod
  }

  private static func withIndex(_ container: Value) -> Value {
    let variable: Value = [
      "name": "JOB_COMPLETION_INDEX",
      "valueFrom": ["fieldRef": ["fieldPath": .string("metadata.labels['\(indexLabel)']")]],
    ]
    let present = container["env"]?.array ?? []
    if present.contains(where: { $0["name"] == variable["name"] }) { return container }
    var container = container
    container["env"] = .array(present + [variable])
    return container
  }
}
