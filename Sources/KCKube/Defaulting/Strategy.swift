public import KCData

/// What the API server does with an object on its way into the store, beyond defaulting: which fields a client cannot
/// set, what the server counts itself, and fields whose features are switched off.
///
/// Objects come from `Defaulting.apply` and `Admission`; results are in the form that the server writes.
public enum Strategy {
  /// Readies a new object.
  ///
  /// - Parameters:
  ///   - object: with `metadata.uid` already set, which a job's selector is made from.
  ///   - isWritten: whether the result is brought into the form that the server writes: what only looks at it needs none.
  public static func prepareForCreate(
    _ object: inout Value, type: ResourceType, now: Timestamp, isWritten: Bool = true
  ) {
    for field in ["selfLink", "deletionTimestamp", "deletionGracePeriodSeconds"] {
      if object.at("metadata", field) != nil { object.set(nil, at: "metadata", field) }
    }
    if !type.namespaced, object.namespace != nil { object.set(nil, at: "metadata", "namespace") }
    let kind = type.qualifiedKind
    if generated.contains(kind) { object.set(1, at: "metadata", "generation") }
    if withStatus.contains(kind) { object["status"] = nil }
    switch kind {
    case "Pod": PodStrategy.create(&object, now: now)
    case "Namespace": namespace(&object)
    case "PersistentVolumeClaim":
      DataSources.normalise(&object)
      object["status"] = ["phase": "Pending"]
    case "PersistentVolume":
      object["status"] = ["phase": "Pending", "lastPhaseTransitionTime": .string(now.rfc3339)]
    case "Service": ServiceStrategy.create(&object)
    case "Job.batch": JobStrategy.create(&object)
    case "LimitRange": if (object.name ?? "").isEmpty { object.set(.string(newUID()), at: "metadata", "name") }
    case "DaemonSet.apps":
      object.set("1", at: "metadata", "annotations", templateGeneration)
      PodStrategy.dropDisabledTemplate(&object)
    case "CustomResourceDefinition.apiextensions.k8s.io": definition(&object)
    case "Lease.coordination.k8s.io", "Node", "CSIDriver.storage.k8s.io", "ServiceAccount":
      FieldsSwitchedOff.drop(from: &object, old: nil, kind: kind)
    case "EndpointSlice.discovery.k8s.io":
      Defaulting.each(&object, "endpoints") { $0["deprecatedTopology"] = nil }
    case "StatefulSet.apps":
      dropMaxUnavailable(&object)
      PodStrategy.dropDisabledTemplate(&object)
    case "Deployment.apps", "ReplicaSet.apps", "ReplicationController", "CronJob.batch", "PodTemplate":
      PodStrategy.dropDisabledTemplate(&object)
    default: break
    }
    if isWritten { Defaulting.form(&object, type: type) }
  }

  /// Readies a change of an object itself: its status stays as it was, and its generation counts changes of what is
  /// wanted.
  ///
  /// - Parameter old: what is stored.
  /// - Parameter subresource: such as `status`, of which only that part changes; empty for the object itself.
  public static func prepareForUpdate(
    _ object: inout Value, old: Value, type: ResourceType, subresource: String = "", now: Timestamp? = nil
  ) {
    if subresource == "status" { return prepareForStatusUpdate(&object, old: old, type: type, now: now) }
    for field in ["creationTimestamp", "generation", "selfLink"] {
      object.set(old.at("metadata", field), at: "metadata", field)
    }
    let kind = type.qualifiedKind
    restrict(&object, old, kind, subresource)
    if withStatus.contains(kind) || kind == "Namespace" || kind == "Pod" { object["status"] = old["status"] }
    switch kind {
    case "Pod": PodStrategy.update(&object, old: old)
    case "Service": ServiceStrategy.update(&object, old: old)
    case "PersistentVolumeClaim": DataSources.normalise(&object)
    case "StatefulSet.apps": dropMaxUnavailable(&object)
    case "EndpointSlice.discovery.k8s.io":
      Defaulting.each(&object, "endpoints") { $0["deprecatedTopology"] = nil }
    case "DaemonSet.apps": countTemplates(&object, old)
    case "Lease.coordination.k8s.io", "Node", "CSIDriver.storage.k8s.io", "ServiceAccount":
      FieldsSwitchedOff.drop(from: &object, old: old, kind: kind)
    case "CustomResourceDefinition.apiextensions.k8s.io": addStoredVersion(&object)
    default: break
    }
    PodStrategy.dropDisabledTemplate(&object)
    Defaulting.apply(to: &object, type: type)
    countChange(&object, old, kind)
  }

  /// A subresource changes one part of an object; of a namespace the finalizers of its content are such a part.
  private static func restrict(_ object: inout Value, _ old: Value, _ kind: String, _ subresource: String) {
    var spec = old["spec"]
    switch (kind, subresource) {
    case ("Pod", "ephemeralcontainers"):
      spec?["ephemeralContainers"] = object.at("spec", "ephemeralContainers")
    case ("Pod", "resize"): spec = spec.map { PodStrategy.resized($0, to: object["spec"] ?? [:]) }
    case ("Namespace", "finalize"): spec?["finalizers"] = object.at("spec", "finalizers")
    case ("Namespace", _): break
    default: return
    }
    object["spec"] = spec
  }

  /// Readies a change of the status: everything else stays as it was.
  ///
  /// - Parameter old: what is stored.
  /// - Parameter now: the time of a change of phase, where the kind tells it.
  public static func prepareForStatusUpdate(
    _ object: inout Value, old: Value, type: ResourceType, now: Timestamp? = nil
  ) {
    var result = old
    result["status"] = object["status"]
    StatusMetadata.take(over: &result, from: object, old: old, type)
    if type.qualifiedKind == "Pod", Defaulting.isZero(result.at("status", "qosClass")) {
      result.set(old.at("status", "qosClass"), at: "status", "qosClass")
    }
    if type.qualifiedKind == "PersistentVolume" {
      let field = "lastPhaseTransitionTime"
      let isSame = result.at("status", "phase") == old.at("status", "phase")
      if isSame, result.at("status", field) == nil {
        result.set(old.at("status", field), at: "status", field)
      } else if !isSame, let now,
        result.at("status", field) == old.at("status", field) || result.at("status", field) == nil
      {
        result.set(.string(now.rfc3339), at: "status", field)
      }
    }
    for field in ["resourceVersion", "managedFields"] {
      result.set(object.at("metadata", field), at: "metadata", field)
    }
    object = result
    Defaulting.apply(to: &object, type: type)
  }

  private static func countChange(_ object: inout Value, _ old: Value, _ kind: String) {
    guard generated.contains(kind) || kind == "CSIDriver.storage.k8s.io", kind != "PriorityClass.scheduling.k8s.io"
    else { return }
    var isSame = wanted(object) == wanted(old)
    // Of some kinds parts of the metadata count too.
    let counted = ["Deployment.apps": "annotations", "EndpointSlice.discovery.k8s.io": "labels"][kind]
    if let counted, !Value.isSame(object.at("metadata", counted), old.at("metadata", counted)) { isSame = false }
    if isSame { return }
    object.set(.int((old.generation ?? 0) &+ 1), at: "metadata", "generation")
  }

  /// What counts for the generation: all but metadata and status.
  private static func wanted(_ object: Value) -> Value {
    var out = object
    out["metadata"] = nil
    out["status"] = nil
    return out
  }

  static let templateGeneration = "deprecated.daemonset.template.generation"

  private static func countTemplates(_ object: inout Value, _ old: Value) {
    let counted = old.annotations[templateGeneration].flatMap { Int64($0) } ?? 1
    let isSame = object.at("spec", "template") == old.at("spec", "template")
    object.set(.string("\(isSame ? counted : counted &+ 1)"), at: "metadata", "annotations", templateGeneration)
  }

  private static func namespace(_ object: inout Value) {
    var finalizers = object.at("spec", "finalizers")?.array ?? []
    if !finalizers.contains("kubernetes") { finalizers.append("kubernetes") }
    object.set(.array(finalizers), at: "spec", "finalizers")
    object["status"] = ["phase": "Active"]
  }

  private static func definition(_ object: inout Value) {
    let stored = (object.at("spec", "versions")?.array ?? []).filter { $0["storage"] == true }.compactMap { $0["name"] }
    object["status"] = ["storedVersions": .array(stored)]
    if object.at("spec", "preserveUnknownFields") == false { object.set(nil, at: "spec", "preserveUnknownFields") }
  }

  /// A version that becomes the storage version is one that objects may be stored in.
  private static func addStoredVersion(_ object: inout Value) {
    var stored = object.at("status", "storedVersions")?.array ?? []
    for version in object.at("spec", "versions")?.array ?? [] where version["storage"] == true {
      if let name = version["name"], !stored.contains(name) { stored.append(name) }
    }
    object.set(.array(stored), at: "status", "storedVersions")
  }

  /// The rolling update of several pods of a stateful set at once is a feature that is off.
  private static func dropMaxUnavailable(_ object: inout Value) {
    if object.at("spec", "updateStrategy", "rollingUpdate", "maxUnavailable") != nil {
      object.set(nil, at: "spec", "updateStrategy", "rollingUpdate", "maxUnavailable")
    }
  }

  /// Kinds whose generation the server counts.
  static let generated: Set<String> = [
    "Pod", "PodTemplate", "ReplicationController", "Deployment.apps", "ReplicaSet.apps", "StatefulSet.apps",
    "DaemonSet.apps", "Job.batch", "CronJob.batch", "EndpointSlice.discovery.k8s.io", "Ingress.networking.k8s.io",
    "IngressClass.networking.k8s.io", "NetworkPolicy.networking.k8s.io", "PodDisruptionBudget.policy",
    "PriorityClass.scheduling.k8s.io", "CustomResourceDefinition.apiextensions.k8s.io",
    "DeviceClass.resource.k8s.io", "FlowSchema.flowcontrol.apiserver.k8s.io",
    "PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io",
    "MutatingWebhookConfiguration.admissionregistration.k8s.io",
    "ValidatingWebhookConfiguration.admissionregistration.k8s.io",
    "ValidatingAdmissionPolicy.admissionregistration.k8s.io",
    "ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io",
    "MutatingAdmissionPolicy.admissionregistration.k8s.io",
    "MutatingAdmissionPolicyBinding.admissionregistration.k8s.io",
  ]

  /// Kinds whose status only its subresource sets.
  static let withStatus: Set<String> = [
    "ReplicationController", "Service", "PersistentVolumeClaim", "PersistentVolume", "ResourceQuota",
    "Deployment.apps", "ReplicaSet.apps", "StatefulSet.apps", "DaemonSet.apps", "Job.batch", "CronJob.batch",
    "HorizontalPodAutoscaler.autoscaling", "Ingress.networking.k8s.io", "ServiceCIDR.networking.k8s.io",
    "PodDisruptionBudget.policy", "CustomResourceDefinition.apiextensions.k8s.io", "ResourceClaim.resource.k8s.io",
    "FlowSchema.flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io",
    "ValidatingAdmissionPolicy.admissionregistration.k8s.io", "APIService.apiregistration.k8s.io",
    "VolumeAttachment.storage.k8s.io",
  ]
}
