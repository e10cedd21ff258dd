public import KCData

/// What the API server of Kubernetes 1.36 fills in where an object leaves something out.
public enum Defaulting {
  /// Fills in the defaults of an object and brings it into the form that the API server writes: nulls and empty
  /// values that say nothing go, quantities and times become canonical. Doing it again changes nothing.
  ///
  /// Objects of kinds that Kubernetes does not have (custom resources) keep all but their metadata as it is.
  public static func apply(to object: inout Value, type: ResourceType) {
    guard object.object != nil else { return }
    object["apiVersion"] = .string(type.apiVersion)
    object["kind"] = .string(type.kind)
    rules[type.qualifiedKind]?(&object)
    form(&object, type: type)
    dropRepeatedOwners(&object)
  }

  /// Owners that are named twice over, in all their fields, are named once.
  private static func dropRepeatedOwners(_ object: inout Value) {
    guard let owners = object.at("metadata", "ownerReferences")?.array, owners.count > 1 else { return }
    var kept: [Value] = []
    for owner in owners where !kept.contains(owner) { kept.append(owner) }
    if kept.count < owners.count { object.set(.array(kept), at: "metadata", "ownerReferences") }
  }

  /// Brings an object into the form that the API server writes, without filling in defaults.
  static func form(_ object: inout Value, type: ResourceType) {
    ScalarForm.canonicalise(&object, type: type)
    object = KubeSchema.builtin.canonical(object, apiVersion: type.apiVersion, kind: type.kind)
  }

  /// By kind and group: the defaults that a kind has beyond those of its structure.
  static let rules: [String: @Sendable (inout Value) -> Void] = [
    "Pod": pod, "PodTemplate": podTemplate, "ReplicationController": replicationController, "Service": service,
    "Secret": secret, "Namespace": namespace, "Node": node, "PersistentVolume": persistentVolume,
    "PersistentVolumeClaim": persistentVolumeClaim, "LimitRange": limitRange, "Endpoints": endpoints,
    "Deployment.apps": deployment, "ReplicaSet.apps": replicaSet, "StatefulSet.apps": statefulSet,
    "DaemonSet.apps": daemonSet, "Job.batch": job, "CronJob.batch": cronJob,
    "HorizontalPodAutoscaler.autoscaling": horizontalPodAutoscaler,
    "EndpointSlice.discovery.k8s.io": endpointSlice, "NetworkPolicy.networking.k8s.io": networkPolicy,
    "IngressClass.networking.k8s.io": ingressClass, "RoleBinding.rbac.authorization.k8s.io": roleBinding,
    "ClusterRoleBinding.rbac.authorization.k8s.io": roleBinding, "PriorityClass.scheduling.k8s.io": priorityClass,
    "StorageClass.storage.k8s.io": storageClass, "CSIDriver.storage.k8s.io": csiDriver,
    "ValidatingWebhookConfiguration.admissionregistration.k8s.io": validatingWebhooks,
    "MutatingWebhookConfiguration.admissionregistration.k8s.io": mutatingWebhooks,
    "ValidatingAdmissionPolicy.admissionregistration.k8s.io": admissionPolicy,
    "ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io": admissionPolicyBinding,
    "MutatingAdmissionPolicy.admissionregistration.k8s.io": admissionPolicy,
    "MutatingAdmissionPolicyBinding.admissionregistration.k8s.io": admissionPolicyBinding,
    "CustomResourceDefinition.apiextensions.k8s.io": customResourceDefinition,
    "APIService.apiregistration.k8s.io": apiService, "FlowSchema.flowcontrol.apiserver.k8s.io": flowSchema,
    "PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io": priorityLevel,
    "ResourceClaim.resource.k8s.io": resourceClaim, "ResourceClaimTemplate.resource.k8s.io": resourceClaimTemplate,
  ]
}

extension ResourceType {
  /// The kind with its group, `Deployment.apps`; the kind alone in the core group.
  var qualifiedKind: String { group.isEmpty ? kind : "\(kind).\(group)" }
}
