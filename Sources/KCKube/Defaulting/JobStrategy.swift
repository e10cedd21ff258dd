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
    if object.at("spec", "manualSelector") == true { return }
    let uid = object.uid ?? ""
    let name = object.name ?? ""
    let own = [
      ("batch.kubernetes.io/controller-uid", uid), ("batch.kubernetes.io/job-name", name), ("controller-uid", uid),
      ("job-name", name),
    ]
    let selector = object.at("spec", "selector")
    // A selector that is there already is left, for validation to refuse.
    if !Defaulting.isNil(selector), selector?["matchLabels"]?[own[0].0] != .string(uid) { return }
    let before = object.at("spec", "template", "metadata", "labels")
    for (key, value) in own { object.set(.string(value), at: "spec", "template", "metadata", "labels", key) }
    object.set(.string(uid), at: "spec", "selector", "matchLabels", own[0].0)
    // Labels that came from the template follow it.
    let labels = object.at("metadata", "labels")
    if Defaulting.isZero(labels) || labels == before, let made = object.at("spec", "template", "metadata", "labels") {
      object.set(made, at: "metadata", "labels")
    }
  }
}
