internal import KCData

/// The fields that a write leaves as they are, whatever it says, and that it therefore cannot manage.
enum ResetFields {
  static func ignored(by subresource: String, of type: ResourceType) -> FieldSet {
    var set = FieldSet()
    switch subresource {
    case "": if type.subresources.contains("status") { set.insert(["f:status"]) }
    case "status":
      set.insert(["f:spec"])
      for path in alsoByStatus(type) { set.insert(path) }
    case "approval": set.insert(["f:spec"])
    default: break
    }
    return set
  }

  private static func alsoByStatus(_ type: ResourceType) -> [[String]] {
    switch (type.group, type.kind) {
    case ("apps", "Deployment"): [["f:metadata", "f:labels"]]
    case ("", "Pod"): [["f:metadata", "f:deletionTimestamp"], ["f:metadata", "f:ownerReferences"]]
    case ("certificates.k8s.io", "CertificateSigningRequest"): [["f:status", "f:conditions"]]
    case ("apiextensions.k8s.io", "CustomResourceDefinition"), ("storage.k8s.io", "VolumeAttachment"),
      ("resource.k8s.io", "ResourceClaim"):
      [["f:metadata"]]
    default: ResourceTypes.builtin.find(apiVersion: type.apiVersion, kind: type.kind) == nil ? [["f:metadata"]] : []
    }
  }
}
