internal import KCClient
internal import KCData
internal import KCKube
internal import KCPlan

/// Who on a target, beside the rules of the API that kc knows itself, has a say in what comes new: only where somebody has
/// is it asked for each object what it would say.
struct Admission: Sendable {
  /// Namespaces with a quota, and those with limits or a level of security for pods.
  private var counted: Set<String> = []
  private var limited: Set<String> = []
  private let hasPolicies: Bool

  private static let policies = [
    "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "ValidatingAdmissionPolicyBinding",
    "MutatingAdmissionPolicyBinding",
  ]

  /// Groups that reach into the server, which not every server lets.
  private static let optional: Set = ["admissionregistration.k8s.io", "apiregistration.k8s.io", "certificates.k8s.io"]

  init(_ state: LiveState, hasPolicies: Bool) {
    self.hasPolicies = hasPolicies
    for object in state.cluster.others {
      switch object.kind {
      case "ResourceQuota": counted.insert(object.namespace ?? "")
      case "LimitRange": limited.insert(object.namespace ?? "")
      default: break
      }
    }
    for namespace in state.cluster.namespaces
    where namespace.labels.keys.contains(where: { $0.hasPrefix("pod-security.kubernetes.io/enforce") }) {
      limited.insert(namespace.name ?? "")
    }
  }

  /// Whether there are webhooks or policies, or nobody may know.
  static func hasPolicies(_ client: APIClient) async -> Bool {
    let types = client.types.all.filter {
      $0.group == "admissionregistration.k8s.io" && Self.policies.contains($0.kind)
    }
    let found = try? await inParallel(types, width: LiveReader.width) { type async throws(ClientError) -> Bool in
      do throws(ClientError) {
        return try await !client.list(type).items.isEmpty
      } catch {
        // Where there are none at all, none is asked; who may not look does not know.
        return !(error.isNotFound || error.status?.code == 501)
      }
    }
    return found.map { $0.contains(true) } ?? true
  }

  /// Whether anybody may refuse a new object that is right by itself.
  func judges(_ item: DesiredObject) -> Bool {
    if hasPolicies || counted.contains(item.key.namespace) { return true }
    // Of kinds that others define kc does not know all rules; and there are kinds that a target may not offer.
    let group = String(item.key.group)
    return Self.optional.contains(group) || item.key.kind == "ResourceQuota"
      || ResourceTypes.builtin.find(apiVersion: item.key.apiVersion, kind: item.key.kind) == nil
  }

  /// Whether anybody may refuse pods that are right by themselves.
  func judgesPods(of item: DesiredObject) -> Bool {
    hasPolicies || counted.contains(item.key.namespace) || limited.contains(item.key.namespace)
  }
}
