internal import KCData
internal import KCKube

/// Objects that would have no effect here: they are refused, so that nobody relies on them.
enum Unsupported {
  private static let reasons: [String: String] = [
    "validatingwebhookconfigurations.admissionregistration.k8s.io": "it calls no webhooks",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io": "it calls no webhooks",
    "validatingadmissionpolicies.admissionregistration.k8s.io": "it evaluates no admission policies",
    "validatingadmissionpolicybindings.admissionregistration.k8s.io": "it evaluates no admission policies",
    "mutatingadmissionpolicies.admissionregistration.k8s.io": "it evaluates no admission policies",
    "mutatingadmissionpolicybindings.admissionregistration.k8s.io": "it evaluates no admission policies",
    "apiservices.apiregistration.k8s.io": "it passes requests on to no other server",
    "certificatesigningrequests.certificates.k8s.io": "it signs no certificates",
  ]

  static func check(_ object: Value, _ type: ResourceType) throws(APIStatus) {
    guard let reason = reasons[type.qualifiedName] else { return }
    throw APIStatus(
      code: 501, reason: "NotImplemented",
      message: "\(type.qualifiedName) \"\(object.name ?? "")\" would have no effect on this server: \(reason)",
      details: .init(name: object.name ?? "", group: type.group, kind: type.plural))
  }

  /// What to warn of in an object that is taken.
  static func warnings(_ object: Value, _ type: ResourceType) -> [String] {
    if type.qualifiedName == Catalogue.definitionResource {
      return KubeSchema.unreadablePatterns(of: object).map { "the pattern \($0.pattern) has no effect here: \($0.why)" }
        + KubeSchema.unreadableRules(of: object).map { "the rule \($0.rule) has no effect here: \($0.why)" }
    }
    guard type.qualifiedName == "namespaces" else { return [] }
    return object.labels.keys.filter { $0.hasPrefix("pod-security.kubernetes.io/") }.sorted()
      .map { "the label \($0) has no effect: this server does not check pod security levels" }
  }
}
