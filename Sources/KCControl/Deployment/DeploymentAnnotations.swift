internal import KCData
internal import KCKube

/// The annotations by which a deployment and its replica sets keep account of revisions and sizes.
enum DeploymentAnnotation {
  static let revision = "deployment.kubernetes.io/revision"
  static let history = "deployment.kubernetes.io/revision-history"
  static let desired = "deployment.kubernetes.io/desired-replicas"
  static let maximum = "deployment.kubernetes.io/max-replicas"
  /// What a replica set does not take over from its deployment.
  static let own: Set<String> = [
    "kubectl.kubernetes.io/last-applied-configuration", revision, history, desired, maximum,
    "deprecated.deployment.rollback.to",
  ]
  /// The history annotation's longest form, in characters.
  static let historyLimit = 2000
}

extension Value {
  /// The revision of a deployment's replica set; 0 where it has none.
  var revision: Int64 { annotations[DeploymentAnnotation.revision].flatMap { Int64($0) } ?? 0 }

  mutating func setAnnotation(_ name: String, _ value: String?) {
    set(value.map { .string($0) }, at: "metadata", "annotations", name)
  }

  /// Notes the sizes that a replica set was scaled for.
  mutating func setSizes(desired: Int, maximum: Int) {
    setAnnotation(DeploymentAnnotation.desired, String(desired))
    setAnnotation(DeploymentAnnotation.maximum, String(maximum))
  }

  /// Makes the annotations of the replica set of the present revision what they should be.
  mutating func takeAnnotations(of deployment: Value, revision new: Int64) {
    for (name, value) in deployment.annotations where !DeploymentAnnotation.own.contains(name) {
      setAnnotation(name, value)
    }
    let old = annotations[DeploymentAnnotation.revision]
    guard (old.flatMap { Int64($0) } ?? 0) < new else { return }
    setAnnotation(DeploymentAnnotation.revision, String(new))
    guard let old, !old.isEmpty else { return }
    var history = annotations[DeploymentAnnotation.history].map { $0.split(separator: ",").map(String.init) } ?? []
    history.append(old)
    while history.joined(separator: ",").count > DeploymentAnnotation.historyLimit { history.removeFirst() }
    setAnnotation(DeploymentAnnotation.history, history.joined(separator: ","))
  }
}
