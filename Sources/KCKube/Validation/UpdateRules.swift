internal import KCData

/// What may not change in an object, by kind.
enum UpdateRules {
  static func check(_ object: Value, old: Value, type: ResourceType, _ report: inout ValidationReport) {
    for (path, shown) in fixed[type.qualifiedKind] ?? [] {
      report.immutable(object.at(path), old.at(path), shown)
    }
    switch type.qualifiedKind {
    case "StatefulSet.apps": statefulSet(object, old, &report)
    case "Job.batch": JobUpdateRules.check(object, old, &report)
    case "Service": ServiceRules.update(object, old: old, &report)
    case "ConfigMap": DataRules.configMapUpdate(object, old: old, &report)
    case "Secret": DataRules.secretUpdate(object, old: old, &report)
    case "PersistentVolumeClaim": ClaimRules.claimUpdate(object, old: old, &report)
    case "PersistentVolume": ClaimRules.volumeUpdate(object, old: old, &report)
    case "Node": ClusterObjectRules.nodeUpdate(object, old: old, &report)
    case "ResourceQuota": QuotaRules.quotaUpdate(object, old: old, &report)
    case "CSINode.storage.k8s.io": StorageObjectRules.nodeUpdate(object, old: old, &report)
    case "ServiceCIDR.networking.k8s.io": NetworkingRules.serviceRangeUpdate(object, old: old, &report)
    case "CustomResourceDefinition.apiextensions.k8s.io": DefinitionRules.update(object, old: old, &report)
    case "Event.events.k8s.io": EventRules.update(object, old: old, type: type, &report)
    case "PriorityClass.scheduling.k8s.io":
      if object["value"] != old["value"] { report.forbidden(FieldPath("value"), "cannot be changed") }
    case "VolumeAttributesClass.storage.k8s.io":
      for field in ["driverName", "parameters"] where !Value.isSame(object[field], old[field]) {
        report.forbidden(FieldPath(field), "cannot be changed")
      }
    default: break
    }
  }

  private static func plain(_ paths: String...) -> [([String], FieldPath)] {
    paths.map { path in
      let parts = path.split(separator: ".").map(String.init)
      return (parts, FieldPath(parts.map { .field($0) }))
    }
  }

  /// Fields that cannot change, and how the server names them.
  static let fixed: [String: [([String], FieldPath)]] = [
    "Deployment.apps": plain("spec.selector"),
    "ReplicaSet.apps": plain("spec.selector"),
    "DaemonSet.apps": plain("spec.selector"),
    "ControllerRevision.apps": plain("data"),
    "StorageClass.storage.k8s.io": plain("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"),
    "CSIDriver.storage.k8s.io": [
      (["spec", "attachRequired"], FieldPath("spec", "attachedRequired")),
      (["spec", "volumeLifecycleModes"], FieldPath("spec", "volumeLifecycleModes")),
    ],
    "CSIStorageCapacity.storage.k8s.io": plain("nodeTopology", "storageClassName"),
    "VolumeAttachment.storage.k8s.io": plain("spec"),
    "RoleBinding.rbac.authorization.k8s.io": plain("roleRef"),
    "ClusterRoleBinding.rbac.authorization.k8s.io": plain("roleRef"),
    "IngressClass.networking.k8s.io": plain("spec.controller"),
    "IPAddress.networking.k8s.io": plain("spec.parentRef"),
    "PriorityClass.scheduling.k8s.io": plain("preemptionPolicy"),
    "RuntimeClass.node.k8s.io": plain("handler"),
    "EndpointSlice.discovery.k8s.io": plain("addressType"),
    "ResourceClaim.resource.k8s.io": plain("spec"),
    "ResourceClaimTemplate.resource.k8s.io": plain("spec"),
  ]

  /// What may change in a stateful set.
  static let openInStatefulSets = [
    "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
  ]

  private static func statefulSet(_ object: Value, _ old: Value, _ report: inout ValidationReport) {
    var new = object["spec"] ?? [:]
    var before = old["spec"] ?? [:]
    for field in openInStatefulSets {
      new[field] = nil
      before[field] = nil
    }
    if new != before {
      report.forbidden(
        FieldPath("spec"), "only \(openInStatefulSets.joined(separator: ", ")) of a stateful set can change")
    }
  }
}
