internal import KCData
internal import KCKube
internal import KCPlan

/// A pod that nothing else makes, whose image was changed where it runs: its status speaks of the old container until the
/// new one is there.
enum PodChange {
  /// - Parameters:
  ///   - made: the pod right after the change.
  ///   - now: as it is.
  /// - Returns: whether a container that is to be another one is still the same.
  static func isPending(_ step: Step, _ made: Value?, _ now: Value) -> Bool {
    guard step.key.kind == "Pod", step.action == .change, let made else { return false }
    let images = Set(
      step.changes.compactMap { change -> String? in
        guard case .field("image")? = change.field.path.elements.last else { return nil }
        return change.field.new?.string
      })
    let names = (made.at("spec", "containers")?.array ?? []).filter { images.contains($0["image"]?.string ?? "") }
      .compactMap { $0["name"]?.string }
    return names.contains { name in
      guard let before = status(name, made)?["containerID"]?.string, !before.isEmpty, let current = status(name, now)
      else { return false }
      // That the old one was ended for the new one, and that this waits for its turn, is no failure.
      let waiting = current.at("state", "waiting", "reason")?.string
      return current["containerID"]?.string == before && (waiting == nil || waiting == "CrashLoopBackOff")
    }
  }

  private static func status(_ name: String, _ pod: Value) -> Value? {
    pod.at("status", "containerStatuses")?.array?.first { $0["name"]?.string == name }
  }
}
