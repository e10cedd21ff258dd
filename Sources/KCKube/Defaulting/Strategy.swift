public import KCData

/// What the API server does with an object on its way into the store, beyond defaulting: which fields a client cannot
/// set, what the server counts itself, and fields whose features are switched off.
///
/// Objects come from `Defaulting.apply` and `Admission`; results are in the form that the server writes.
public enum Strategy {
  /// Readies a new object.
  ///
  /// - Parameter object: with `metadata.uid` already set, which a job's selector is made from.
  public static func prepareForCreate(_ object: inout Value, type: ResourceType, now: Timestamp) {
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
    case "PersistentVolumeClaim": DataSources.normalise(&object)
    case "PersistentVolume":
      object["status"] = ["phase": "Pending", "lastPhaseTransitionTime": .string(now.rfc3339)]
    case "Service": ServiceStrategy.create(&object)
    case "Job.batch": JobStrategy.create(&object)
    case "DaemonSet.apps":
      object.set("1", at: "metadata", "annotations", templateGeneration)
      PodStrategy.dropDisabledTemplate(&object)
    case "CustomResourceDefinition.apiextensions.k8s.io": definition(&object)
    case "EndpointSlice.discovery.k8s.io":
      Defaulting.each(&object, "endpoints") { $0["deprecatedTopology"] = nil }
    case "StatefulSet.apps":
      dropMaxUnavailable(&object)
      PodStrategy.dropDisabledTemplate(&object)
    case "Deployment.apps", "ReplicaSet.apps", "ReplicationController", "CronJob.batch", "PodTemplate":
      PodStrategy.dropDisabledTemplate(&object)
    default: break
    }
    Defaulting.apply(to: &object, type: type)
  }

  /// Readies a change of an object itself: its status stays as it was, and its generation counts changes of what is
  /// wanted.
  ///
  /// - Parameter old: what is stored.
  /// - Parameter subresource: such as `status`, of which only that part changes; empty for the object itself.
  public static func prepareForUpdate(
    _ object: inout Value, old: Value, type: ResourceType, subresource: String = ""
  ) {
    if subresource == "status" { return prepareForStatusUpdate(&object, old: old, type: type) }
    for field in ["creationTimestamp", "generation", "selfLink"] {
      object.set(old.at("metadata", field), at: "metadata", field)
    }
    if let partial = parts[subresource] {
      let given = object.at("spec", partial)
      let metadata = object["metadata"]
      object = old
      object["metadata"] = metadata
      object.set(given, at: "spec", partial)
    }
    let kind = type.qualifiedKind
    if withStatus.contains(kind) || kind == "Namespace" || kind == "Pod" { object["status"] = old["status"] }
    switch kind {
    case "Pod": PodStrategy.update(&object, old: old)
    case "Service": ServiceStrategy.update(&object, old: old)
    case "PersistentVolumeClaim": DataSources.normalise(&object)
    case "StatefulSet.apps": dropMaxUnavailable(&object)
    case "EndpointSlice.discovery.k8s.io":
      Defaulting.each(&object, "endpoints") { $0["deprecatedTopology"] = nil }
    case "DaemonSet.apps": countTemplates(&object, old)
    default: break
    }
    PodStrategy.dropDisabledTemplate(&object)
    Defaulting.apply(to: &object, type: type)
    guard generated.contains(kind) else { return }
    let generation = old.generation ?? 1
    object.set(.int(wanted(object) == wanted(old) ? generation : generation &+ 1), at: "metadata", "generation")
  }

  /// Subresources that change one field of the spec.
  private static let parts = ["ephemeralcontainers": "ephemeralContainers"]

  /// Readies a change of the status: everything else stays as it was.
  ///
  /// - Parameter old: what is stored.
  public static func prepareForStatusUpdate(_ object: inout Value, old: Value, type: ResourceType) {
    var result = old
    result["status"] = object["status"]
    for field in ["resourceVersion", "managedFields"] {
      result.set(object.at("metadata", field), at: "metadata", field)
    }
    object = result
    Defaulting.apply(to: &object, type: type)
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
    if object.at("spec", "preserveUnknownFields") != nil { object.set(nil, at: "spec", "preserveUnknownFields") }
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
