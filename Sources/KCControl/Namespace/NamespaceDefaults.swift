internal import KCData
internal import KCKube

/// Gives every namespace its default service account and the certificate by which pods know the API.
struct NamespaceDefaults: Reconciler {
  let name = "namespace-defaults-controller"
  let kinds: [ObjectKind] = [.namespace, .serviceAccount, .configMap]
  /// The certificate authority of the API, in PEM.
  let authority: String

  private static let configName = "kube-root-ca.crt"
  private static let description = """
    Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the \
    internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes \
    clusters.
    """

  func keys(for object: Value, _ key: ObjectKey) -> [ObjectKey] {
    switch key.kind {
    case .namespace: return [key]
    case .serviceAccount where key.name != "default": return []
    case .configMap where key.name != Self.configName: return []
    default: return [ObjectKey(.namespace, namespace: nil, name: key.namespace ?? "")]
    }
  }

  func reconcile(_ key: ObjectKey, in view: any ClusterView, now: Timestamp) -> Outcome {
    guard let namespace = view.get(key), !namespace.isBeingDeleted else { return Outcome() }
    var outcome = Outcome()
    if view.get(ObjectKey(.serviceAccount, namespace: key.name, name: "default")) == nil {
      outcome.then(
        .create([
          "apiVersion": "v1", "kind": "ServiceAccount",
          "metadata": ["name": "default", "namespace": .string(key.name)],
        ]))
    }
    let wanted: Value = ["ca.crt": .string(authority)]
    if var config = view.get(ObjectKey(.configMap, namespace: key.name, name: Self.configName)) {
      if config["data"] != wanted {
        config["data"] = wanted
        outcome.then(.update(config))
      }
    } else {
      outcome.then(
        .create([
          "apiVersion": "v1", "kind": "ConfigMap",
          "metadata": [
            "name": .string(Self.configName), "namespace": .string(key.name),
            "annotations": ["kubernetes.io/description": .string(Self.description)],
          ],
          "data": wanted,
        ]))
    }
    return outcome
  }
}
