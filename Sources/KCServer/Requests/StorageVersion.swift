internal import KCCodec
internal import KCData
internal import KCKube

/// How Kubernetes tells clients, in its discovery, that two names of a resource lead to the same objects.
enum StorageVersion {
  /// Kinds that are stored in another group or version than they are served in.
  private static let others: [String: String] = [
    "events.k8s.io/v1/Event": "/v1/Event",
    "autoscaling/v1/HorizontalPodAutoscaler": "autoscaling/v2/HorizontalPodAutoscaler",
    "apiextensions.k8s.io/v1/CustomResourceDefinition": "apiextensions.k8s.io/v1beta1/CustomResourceDefinition",
    "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy":
      "admissionregistration.k8s.io/v1beta1/MutatingAdmissionPolicy",
    "admissionregistration.k8s.io/v1/MutatingAdmissionPolicyBinding":
      "admissionregistration.k8s.io/v1beta1/MutatingAdmissionPolicyBinding",
  ]

  /// The first bytes of a digest of the group, version and kind that objects are stored as.
  static func hash(of type: ResourceType, _ version: String) -> String {
    let name = "\(type.group)/\(version)/\(type.kind)"
    var digest = SHA256()
    digest.update((others[name] ?? name).utf8)
    return Base64.encode(Array(digest.finish().prefix(8)))
  }
}
