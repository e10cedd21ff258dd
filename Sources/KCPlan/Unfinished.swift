/// The last apply of a project, where it did not come to its end: it failed, or its process died.
public struct Unfinished: Sendable, Hashable {
  /// Its number in the history.
  public var revision: Int
  /// The addresses of what it did not see healthy; nil where the history does not say, and it may be anything.
  public var open: Set<String>?
  /// Who is at it now; nil where nobody is.
  public var runBy: String?

  public init(revision: Int, open: Set<String>? = nil) {
    self.revision = revision
    self.open = open
  }

  /// Whether it may have left this one unhealthy.
  public func covers(_ address: String) -> Bool { open?.contains(address) ?? true }
}

extension Plan {
  /// Whether nothing is left to do: neither a change nor what an unfinished apply has left.
  public var isDone: Bool { isEmpty && unfinished == nil }

  /// Kinds whose health tells how the last apply stands: what others are has been told by their apply.
  private static let telling: Set = [
    "Deployment", "StatefulSet", "ReplicaSet", "DaemonSet", "Job", "Pod", "PersistentVolumeClaim",
  ]

  /// `last apply (revision 3) was not finished: deployment web`
  public var unfinishedWords: String? {
    guard let unfinished else { return nil }
    let titles = steps.filter { step in
      step.action != .remove && Self.telling.contains(step.key.kind) && unfinished.open?.contains(step.address) ?? false
    }.map(\.title)
    return unfinished.words(titles)
  }
}

extension Unfinished {
  /// `last apply (revision 3) was not finished: deployment web`
  ///
  /// - Parameter titles: what it did not see healthy.
  public func words(_ titles: [String]) -> String {
    if let runBy { return "an apply (revision \(revision)) by \(runBy) is under way: this is a moment in it" }
    let rest = titles.count > 8 ? ", and \(titles.count - 8) more" : ""
    let list = titles.isEmpty ? "" : ": \(titles.prefix(8).joined(separator: ", "))\(rest)"
    return "last apply (revision \(revision)) was not finished\(list)"
  }
}
