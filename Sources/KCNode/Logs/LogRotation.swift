internal import Glibc
internal import KCData

/// Keeps the logs of running containers from filling the disk: a log that is too long is moved away and begun anew.
struct LogRotation: Sendable {
  let runtime: any ContainerRuntime
  /// The folder that holds `pods`.
  let root: String
  /// Bytes of one file.
  let limit: Int64
  /// How many old files a container keeps.
  let kept: Int

  func rotate(_ containers: [ContainerSummary], now: Timestamp) async {
    for container in containers where container.phase == .running {
      guard let path = path(container), let size = Files.size(path), size > limit else { continue }
      let old = "\(path).\(now.rfc3339.filter { $0 != ":" && $0 != "-" })"
      guard rename(path, old) == 0 else { continue }
      do throws(RuntimeError) {
        try await runtime.reopenLog(container.id)
      } catch {
        // It writes to the old file still: let that have its name again rather than lose what comes.
        if !Files.exists(path) { rename(old, path) }
        continue
      }
      prune(path)
    }
  }

  private func path(_ container: ContainerSummary) -> String? {
    let labels = container.labels
    guard let namespace = labels[PodLabels.podNamespace], let name = labels[PodLabels.podName],
      let uid = labels[PodLabels.podUID]
    else { return nil }
    let folder = PodLogs.folder(root: root, namespace: namespace, name: name, uid: uid)
    return "\(folder)/\(container.name)/\(container.attempt).log"
  }

  /// Removes the oldest of the files that were moved away.
  private func prune(_ path: String) {
    guard let slash = path.lastIndex(of: "/") else { return }
    let folder = String(path[..<slash])
    let prefix = "\(path[path.index(after: slash)...])."
    let old = Files.names(folder).filter { $0.hasPrefix(prefix) }
    for name in old.dropLast(kept) { Files.remove("\(folder)/\(name)") }
  }
}
