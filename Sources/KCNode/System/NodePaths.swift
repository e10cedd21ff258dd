/// Where an agent keeps a pod's files.
struct NodePaths: Sendable, Hashable {
  /// Volumes and managed files of pods.
  var state: String
  /// Logs: `<logs>/pods/<namespace>_<name>_<uid>/<container>/<restart>.log`.
  var logs: String

  func pod(_ uid: String) -> String { "\(state)/pods/\(uid)" }
  func volumes(_ uid: String) -> String { "\(pod(uid))/volumes" }
  func volume(_ uid: String, _ name: String) -> String { "\(volumes(uid))/\(name)" }
  func hosts(_ uid: String) -> String { "\(pod(uid))/etc-hosts" }
  func terminationLog(_ uid: String, _ container: String, _ attempt: UInt32) -> String {
    "\(pod(uid))/containers/\(container)/\(attempt).message"
  }
  func podLogs(_ pod: PodSpec) -> String {
    PodLogs.folder(root: logs, namespace: pod.namespace, name: pod.name, uid: pod.uid)
  }
}
