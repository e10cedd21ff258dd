/// The labels and annotations by which sandboxes and containers are found again.
enum PodLabels {
  static let podName = "io.kubernetes.pod.name"
  static let podNamespace = "io.kubernetes.pod.namespace"
  static let podUID = "io.kubernetes.pod.uid"
  static let containerName = "io.kubernetes.container.name"
  /// Which logical node runs it.
  static let node = "kc.dev/node"
  static let restartCount = "io.kubernetes.container.restartCount"
  /// The image as its pod named it when the container was made.
  static let image = "kc.dev/image"
  static let gracePeriod = "io.kubernetes.pod.terminationGracePeriod"
  static let terminationMessagePath = "io.kubernetes.container.terminationMessagePath"
}
