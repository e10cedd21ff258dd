internal import KCData

/// What the API server does with new jobs.
enum JobStrategy {
  /// The labels that pods of a job are given.
  static let labels = [
    "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name",
  ]

  /// Unless the job brings its own selector, one is made from its uid, and the labels that it selects by.
  static func create(_ object: inout Value) {
    PodStrategy.dropDisabledTemplate(&object)
    let before = object.at("spec", "template", "metadata", "labels")
    defer {
      // Labels that came from the template follow it.
      let own = object.at("metadata", "labels")
      if Defaulting.isZero(own) || own == before, let made = object.at("spec", "template", "metadata", "labels") {
        object.set(made, at: "metadata", "labels")
      }
    }
    if object.at("spec", "manualSelector") == true { return }
    let uid = object.uid ?? ""
    let name = object.name ?? ""
    for label in labels where object.at("spec", "template", "metadata", "labels", label) == nil {
      object.set(.string(label.hasSuffix("uid") ? uid : name), at: "spec", "template", "metadata", "labels", label)
    }
    if object.at("spec", "selector", "matchLabels", labels[0]) == nil {
      object.set(.string(uid), at: "spec", "selector", "matchLabels", labels[0])
    }
  }
}
