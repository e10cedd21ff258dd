public import KCPlan

/// One apply of a project, as it is remembered on the target.
public struct Revision: Sendable, Hashable {
  /// How an apply ended.
  public enum Outcome: String, Sendable, Hashable {
    /// Under way, or ended without a word: its process died.
    case pending
    case applied
    case failed
  }

  /// Counted from 1 for each project on each target.
  public var number: Int
  public var outcome: Outcome
  public var environment: String?
  /// When it began, as RFC 3339.
  public var time: String
  /// Who applied it: `anna@laptop`.
  public var author: String
  /// The digest of the plan; of a saved one, what names it.
  public var plan: String
  /// What it did, in words: `1 added, 2 changed`.
  public var summary: String
  /// What else is to be said: `back to revision 3`, or why it failed.
  public var note: String?
  /// The addresses of what was not seen healthy, where it was not applied in full; nil where that is not known.
  public var open: Set<String>?
  /// Whether it was to remove all that the project owns. One that came to its end is not remembered, as nothing is.
  public var removesAll = false
  /// The revision that it goes back to, where it is a rollback.
  public var backTo: Int?
  /// Over how many objects its content is spread.
  var parts = 1

  /// `back to revision 3`
  static func note(backTo number: Int) -> String { "back to revision \(number)" }

  /// What a plan does, in words.
  ///
  /// - Parameter done: the addresses of what was carried out; nil is all.
  public static func summary(of plan: Plan, done: Set<String>? = nil) -> String {
    func count(_ action: Step.Action) -> Int {
      plan.steps.count { $0.action == action && done?.contains($0.address) ?? true }
    }
    let words: [(Step.Action, String)] = [
      (.add, "added"), (.change, "changed"), (.replace, "replaced"), (.remove, "removed"),
    ]
    let parts = words.filter { count($0.0) > 0 }.map { "\(count($0.0)) \($0.1)" }
    return parts.isEmpty ? "nothing changed" : parts.joined(separator: ", ")
  }
}

/// What a revision declared: enough to plan for it again.
public struct RevisionContent: Sendable {
  public var revision: Revision
  /// The objects; those of kind `Secret` have their keys, and no values.
  public var objects: [DesiredObject]
}
