internal import KCData
internal import KCKube
internal import KCScheduler

extension PlacementForecast {
  /// The template of a workload's pods as its controller completes it: with the owner and the label of the revision, by
  /// which the scheduler knows the pods that it spreads together.
  ///
  /// - Parameters:
  ///   - current: the pods that the workload has.
  ///   - rolls: whether the template is a new one.
  mutating func owned(_ template: Value, by object: Value, current: [Value], rolls: Bool) -> Value {
    var template = template
    var owner = object
    if object.kind == "Deployment" {
      if !rolls, let pod = current.first, let reference = pod.controllerOwner {
        template.set(.array([reference]), at: "metadata", "ownerReferences")
        let revision = pod.labels["pod-template-hash"].map { Value.string($0) }
        template.set(revision, at: "metadata", "labels", "pod-template-hash")
        return template
      }
      owner = Self.replicaSet(of: object)
      template.set("forecast", at: "metadata", "labels", "pod-template-hash")
    }
    snapshot.update(owner)
    var reference: Value = ["controller": true, "uid": "forecast"]
    for field in ["apiVersion", "kind"] { reference[field] = owner[field] }
    reference["name"] = owner.at("metadata", "name")
    template.set(.array([reference]), at: "metadata", "ownerReferences")
    return template
  }

  /// The replica set that a deployment makes for a new template.
  private static func replicaSet(of deployment: Value) -> Value {
    var set: Value = ["apiVersion": "apps/v1", "kind": "ReplicaSet"]
    set.set(.string("\(deployment.name ?? "")-forecast"), at: "metadata", "name")
    set.set(deployment.at("metadata", "namespace"), at: "metadata", "namespace")
    set.set(deployment.at("spec", "selector"), at: "spec", "selector")
    set.set("forecast", at: "spec", "selector", "matchLabels", "pod-template-hash")
    return set
  }
}
