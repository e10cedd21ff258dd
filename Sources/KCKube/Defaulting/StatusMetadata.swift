internal import KCData

/// What a write of a status may change beside the status: of most kinds labels, annotations, owners and finalizers.
enum StatusMetadata {
  /// Takes over what may change.
  ///
  /// - Parameter result: the stored object with its new status.
  static func take(over result: inout Value, from object: Value, old: Value, _ type: ResourceType) {
    for field in ["labels", "annotations", "ownerReferences", "finalizers"] where !isKept(field, type) {
      result.set(object.at("metadata", field), at: "metadata", field)
    }
  }

  private static func isKept(_ field: String, _ type: ResourceType) -> Bool {
    switch type.qualifiedKind {
    case "Pod": field == "ownerReferences"
    case "Deployment.apps": field == "labels"
    case "CustomResourceDefinition.apiextensions.k8s.io", "VolumeAttachment.storage.k8s.io",
      "ResourceClaim.resource.k8s.io", "APIService.apiregistration.k8s.io",
      "FlowSchema.flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io":
      true
    default: false
    }
  }
}
