/// The last apply of a project, or the removal of all of it, where that did not come to its end: it failed, or its process
/// died.
public struct Unfinished: Sendable, Hashable {
  /// Its number in the history.
  public var revision: Int
  /// The addresses of what it did not see healthy; nil where the history does not say, and it may be anything.
  public var open: Set<String>?
  /// Who is at it now; nil where nobody is.
  public var runBy: String?
  /// Whether it was to remove all that the project owns.
  public var removesAll: Bool
  /// The revision that it was to go back to, where it was a rollback.
  public var backTo: Int?

  public init(revision: Int, open: Set<String>? = nil, removesAll: Bool = false, backTo: Int? = nil) {
    self.revision = revision
    self.open = open
    self.removesAll = removesAll
    self.backTo = backTo
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
    unfinished?.words(openTitles)
  }

  /// What an unfinished apply has not seen healthy.
  var openTitles: [String] {
    steps.filter { step in
      step.action != .remove && Self.telling.contains(step.key.kind)
        && unfinished?.open?.contains(step.address) ?? false
    }.map(\.title)
  }
}

extension Unfinished {
  /// `last apply (revision 3) was not finished: deployment web`
  ///
  /// - Parameter titles: what it did not see healthy.
  public func words(_ titles: [String]) -> String {
    if let runBy {
      let name = removesAll ? "a destroy" : backTo.map { "a rollback to revision \($0)" } ?? "an apply"
      return "\(name) (revision \(revision)) by \(runBy) is under way: this is a moment in it"
    }
    if removesAll {
      return
        "last destroy (revision \(revision)) was not finished: kc destroy goes on with it, an apply makes again what it "
        + "has removed"
    }
    let rest = titles.count > 8 ? ", and \(titles.count - 8) more" : ""
    let list = titles.isEmpty ? "" : ": \(titles.prefix(8).joined(separator: ", "))\(rest)"
    if let backTo {
      return
        "last rollback to revision \(backTo) (revision \(revision)) was not finished\(list): kc rollback \(backTo) goes on "
        + "with it"
    }
    return "last apply (revision \(revision)) was not finished\(list)"
  }
}
