public import KCData

/// What the API server refuses.
///
/// Objects are expected with their defaults filled in (`Defaulting.apply`) and prepared (`Strategy`), as the server
/// checks them. Causes have the server's reasons and field paths.
public enum Validation {
  /// Checks a new object.
  ///
  /// - Parameter namespaceLabels: those of its namespace; nil where they are not known, and count for anything.
  public static func create(
    _ object: Value, type: ResourceType, namespaceLabels: [String: String]? = nil
  ) -> [APIStatus.Cause] {
    guard isKnown(type) else { return metadataOnly(object, type) }
    var report = ValidationReport()
    ObjectMetaRules.check(object, type: type, &report)
    switch type.qualifiedKind {
    case "Pod": PodRules.checkCreate(object, &report)
    case "CustomResourceDefinition.apiextensions.k8s.io":
      DefinitionRules.name(object, &report)
      DefinitionRules.approved(object, old: nil, &report)
      DefinitionRules.check(object, &report)
    case "Job.batch":
      // Labels that come from the template are reported there.
      if object.at("metadata", "labels") == object.at("spec", "template", "metadata", "labels") {
        report.causes.removeAll { $0.field == "metadata.labels" }
      }
      JobRules.newJob(object, &report)
      JobRules.job(object, &report)
    case "Ingress.networking.k8s.io":
      NetworkingRules.newIngress(object, &report)
      NetworkingRules.ingress(object, &report)
    default: rules[type.qualifiedKind]?(object, &report)
    }
    if let namespaceLabels { DeviceRules.administration(object, type, namespaceLabels, &report) }
    return distinct(report.causes)
  }

  /// Checks a change of an object, or of one of its subresources.
  ///
  /// - Parameter old: what is stored.
  /// - Parameter subresource: such as `status`; empty for the object itself.
  public static func update(
    _ object: Value, old: Value, type: ResourceType, subresource: String = ""
  ) -> [APIStatus.Cause] {
    var report = ValidationReport()
    ObjectMetaRules.checkUpdate(object, old: old, type: type, &report)
    guard isKnown(type) else { return distinct(metadataOnly(object, type) + report.causes) }
    ObjectMetaRules.check(object, type: type, &report)
    let kind = type.qualifiedKind
    switch (kind, subresource) {
    case (_, "status"): StatusRules.check(object, old: old, kind: kind, &report)
    case ("Pod", "ephemeralcontainers"): PodUpdateRules.ephemeral(object, old: old, &report)
    case ("Pod", "resize"): PodUpdateRules.resize(object, old: old, &report)
    case ("Pod", _): PodUpdateRules.check(object, old: old, &report)
    case ("CronJob.batch", _): JobRules.cronJob(object, old: old, &report)
    default:
      rules[kind]?(object, &report)
      UpdateRules.check(object, old: old, type: type, &report)
    }
    return distinct(report.causes)
  }

  /// Fields that the type does not have, and values of the wrong type: what strict decoding refuses.
  public static func unknownFields(_ object: Value, type: ResourceType) -> [APIStatus.Cause] {
    let findings = Decoding.findings(object, type: type)
    return findings.mismatches + findings.unknown
  }

  /// Why an object cannot be read as one of its type, as the answer (400) to whoever sent it; nil where it can.
  ///
  /// - Parameter isStrict: whether fields that the type does not have are refused.
  public static func decode(_ object: Value, type: ResourceType, isStrict: Bool = true) -> APIStatus? {
    Decoding.refusal(object, type: type, isStrict: isStrict)
  }

  /// The answer (422) to a request with an object that is refused for some causes.
  public static func status(_ causes: [APIStatus.Cause], object: Value, type: ResourceType) -> APIStatus {
    let name = object.name ?? object.at("metadata", "generateName")?.string ?? ""
    let texts = causes.map { "\($0.field): \($0.message)" }
    let list = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
    let shown = type.group.isEmpty ? type.kind : "\(type.kind).\(type.group)"
    return APIStatus(
      code: 422, reason: "Invalid", message: "\(shown) \"\(name)\" is invalid: \(list)",
      details: .init(name: name, group: type.group, kind: type.kind, causes: causes))
  }

  /// Whether an update must say which version of the object it changes.
  public static func needsVersion(_ type: ResourceType) -> Bool {
    !isKnown(type) || ObjectMetaRules.versioned.contains(type.qualifiedKind)
  }

  private static func isKnown(_ type: ResourceType) -> Bool {
    KubeSchema.builtin.type(apiVersion: type.apiVersion, kind: type.kind) != nil
  }

  /// Custom resources: their metadata is checked here, the rest against their own schema elsewhere.
  private static func metadataOnly(_ object: Value, _ type: ResourceType) -> [APIStatus.Cause] {
    var report = ValidationReport()
    ObjectMetaRules.check(object, type: type, &report)
    return distinct(report.causes)
  }

  private static func distinct(_ causes: [APIStatus.Cause]) -> [APIStatus.Cause] {
    var seen: Set<APIStatus.Cause> = []
    return causes.filter { seen.insert($0).inserted }
  }

  typealias Rule = @Sendable (Value, inout ValidationReport) -> Void

  /// By kind and group: what must be true of an object, new or changed.
  static let rules: [String: Rule] = [
    "Pod": { PodRules.check($0, &$1) },
    "PodTemplate": { WorkloadRules.podTemplate($0, &$1) },
    "ReplicationController": { WorkloadRules.replicationController($0, &$1) },
    "Deployment.apps": { WorkloadRules.deployment($0, &$1) },
    "ReplicaSet.apps": { WorkloadRules.replicaSet($0, &$1) },
    "StatefulSet.apps": { WorkloadRules.statefulSet($0, &$1) },
    "DaemonSet.apps": { WorkloadRules.daemonSet($0, &$1) },
    "ControllerRevision.apps": { PolicyRules.revision($0, &$1) },
    "Job.batch": { JobRules.job($0, &$1) },
    "CronJob.batch": { JobRules.cronJob($0, old: nil, &$1) },
    "Service": { ServiceRules.check($0, &$1) },
    "Endpoints": { EndpointRules.endpoints($0, &$1) },
    "EndpointSlice.discovery.k8s.io": { EndpointRules.slice($0, &$1) },
    "ConfigMap": { DataRules.configMap($0, &$1) },
    "Secret": { DataRules.secret($0, &$1) },
    "PersistentVolume": { ClaimRules.volume($0, &$1) },
    "PersistentVolumeClaim": { ClaimRules.claim($0, &$1) },
    "Namespace": { ClusterObjectRules.namespace($0, &$1) },
    "Node": { ClusterObjectRules.node($0, &$1) },
    "ResourceQuota": { QuotaRules.quota($0, &$1) },
    "LimitRange": { LimitRangeRules.check($0, &$1) },
    "Event": { EventRules.core($0, &$1) },
    "Event.events.k8s.io": { EventRules.new($0, &$1) },
    "Lease.coordination.k8s.io": { EventRules.lease($0, &$1) },
    "Role.rbac.authorization.k8s.io": { AccessRules.role($0, namespaced: true, &$1) },
    "ClusterRole.rbac.authorization.k8s.io": { AccessRules.role($0, namespaced: false, &$1) },
    "RoleBinding.rbac.authorization.k8s.io": { AccessRules.binding($0, namespaced: true, &$1) },
    "ClusterRoleBinding.rbac.authorization.k8s.io": { AccessRules.binding($0, namespaced: false, &$1) },
    "Ingress.networking.k8s.io": { NetworkingRules.ingress($0, &$1) },
    "IngressClass.networking.k8s.io": { NetworkingRules.ingressClass($0, &$1) },
    "NetworkPolicy.networking.k8s.io": { NetworkingRules.policy($0, &$1) },
    "IPAddress.networking.k8s.io": { NetworkingRules.ipAddress($0, &$1) },
    "ServiceCIDR.networking.k8s.io": { NetworkingRules.serviceRange($0, &$1) },
    "HorizontalPodAutoscaler.autoscaling": { AutoscalerRules.check($0, &$1) },
    "PodDisruptionBudget.policy": { PolicyRules.budget($0, &$1) },
    "PriorityClass.scheduling.k8s.io": { PolicyRules.priorityClass($0, &$1) },
    "RuntimeClass.node.k8s.io": { PolicyRules.runtimeClass($0, &$1) },
    "FlowSchema.flowcontrol.apiserver.k8s.io": { PolicyRules.flowSchema($0, &$1) },
    "PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io": { PolicyRules.priorityLevel($0, &$1) },
    "StorageClass.storage.k8s.io": { StorageObjectRules.storageClass($0, &$1) },
    "CSIDriver.storage.k8s.io": { StorageObjectRules.driver($0, &$1) },
    "CSINode.storage.k8s.io": { StorageObjectRules.node($0, &$1) },
    "CSIStorageCapacity.storage.k8s.io": { StorageObjectRules.capacity($0, &$1) },
    "VolumeAttachment.storage.k8s.io": { StorageObjectRules.attachment($0, &$1) },
    "VolumeAttributesClass.storage.k8s.io": { StorageObjectRules.attributesClass($0, &$1) },
    "ValidatingWebhookConfiguration.admissionregistration.k8s.io": {
      WebhookRules.check($0, isMutating: false, &$1)
    },
    "MutatingWebhookConfiguration.admissionregistration.k8s.io": { WebhookRules.check($0, isMutating: true, &$1) },
    "ValidatingAdmissionPolicy.admissionregistration.k8s.io": { ExpressionRules.policy($0, &$1) },
    "ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io": { ExpressionRules.binding($0, &$1) },
    "MutatingAdmissionPolicy.admissionregistration.k8s.io": { ExpressionRules.mutatingPolicy($0, &$1) },
    "MutatingAdmissionPolicyBinding.admissionregistration.k8s.io": {
      ExpressionRules.binding($0, isMutating: true, &$1)
    },
    "CustomResourceDefinition.apiextensions.k8s.io": { DefinitionRules.check($0, &$1) },
    "APIService.apiregistration.k8s.io": { WebhookRules.apiService($0, &$1) },
    "ResourceClaim.resource.k8s.io": { DeviceRules.claim($0, &$1) },
    "ResourceClaimTemplate.resource.k8s.io": { DeviceRules.template($0, &$1) },
    "DeviceClass.resource.k8s.io": { DeviceRules.deviceClass($0, &$1) },
    "ResourceSlice.resource.k8s.io": { DeviceSliceRules.slice($0, &$1) },
    "CertificateSigningRequest.certificates.k8s.io": { CertificateRules.request($0, &$1) },
  ]
}
