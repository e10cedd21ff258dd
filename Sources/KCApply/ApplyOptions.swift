public import KCClient
public import KCPlan

extension Applier {
  /// How a plan is carried out.
  public struct Options: Sendable {
    /// How long a step may take to become healthy.
    public var timeout: Duration
    /// Which fields are taken from other managers.
    public var ownership: Ownership
    /// Whether what is there must still be what the plan was made for (saved plans).
    public var exact: Bool
    /// What happens after a failure.
    public var onFailure: OnFailure
    /// Whether the lock of another apply is broken.
    public var breaksLock = false
    /// Who applies, for the history and the lock: `anna@laptop`.
    public var author = "unknown"
    /// The revision that the plan goes back to, if it does: the history says so.
    public var backTo: Int?
    /// How many revisions are remembered.
    public var historyLimit = History.defaultLimit
    /// How many requests are under way at once.
    public var width = 16
    /// How long a failure must stand before it counts: a pod that fits nowhere may fit when an old one has gone.
    public var failureGrace = Duration.seconds(3)
    /// How long another apply whose lock is broken has to notice that: longer than it takes to renew it.
    public var lockObservation = ApplyLock.observationTime
    /// How long a pod that failed before this apply already may take to be tried again: then it has failed for good.
    public var stalePatience = Duration.seconds(30)
    /// How long a rollout has its turn: then the next one begins, for the first may need it to become healthy.
    public var turn = Duration.seconds(30)
    /// How often the events of what does not become healthy are read.
    public var eventPause = Duration.seconds(2)
    /// How requests are repeated.
    public var retries = RetryingTransport.Policy()

    public init(
      timeout: Duration = .seconds(120), ownership: Ownership = .none, exact: Bool = false,
      onFailure: OnFailure = .stop
    ) {
      self.timeout = timeout
      self.ownership = ownership
      self.exact = exact
      self.onFailure = onFailure
    }
  }

  public enum OnFailure: String, Sendable, CaseIterable {
    /// What was applied stands.
    case stop
    /// The project goes back to the revision before.
    case rollback
  }

  /// Which fields an apply takes from other managers.
  public enum Ownership: Sendable, Hashable {
    case none
    /// These, and all below them: `spec.replicas`, or `deployment.web:spec.replicas` for one resource.
    case fields([String])
    case all

    /// Reads what a user wrote: fields, or `ALL`.
    public init(_ words: [String]) {
      if words.isEmpty {
        self = .none
      } else {
        self = words.contains { $0.uppercased() == "ALL" } ? .all : .fields(words)
      }
    }

    /// The steps of a plan with fields of others that this does not take, with those fields.
    public func contested(_ plan: Plan) -> [Step] {
      plan.conflicting.compactMap { step in
        var step = step
        step.conflicts = step.conflicts.filter { !covers([$0], of: step) }
        return step.conflicts.isEmpty ? nil : step
      }
    }

    /// A plan without the conflicts that this settles.
    public func settling(_ plan: Plan) -> Plan {
      let left = Dictionary(contested(plan).map { ($0.address, $0.conflicts) }, uniquingKeysWith: { $1 })
      var plan = plan
      for index in plan.steps.indices { plan.steps[index].conflicts = left[plan.steps[index].address] ?? [] }
      return plan
    }

    /// Whether a field of an object is among what is taken.
    public func takes(_ conflict: ConflictingField, of step: Step) -> Bool { covers([conflict], of: step) }

    /// Whether all of these conflicts may be forced.
    func covers(_ conflicts: [ConflictingField], of step: Step) -> Bool {
      switch self {
      case .none: false
      case .all: true
      case .fields(let fields):
        !conflicts.isEmpty
          && conflicts.allSatisfy { conflict in
            fields.contains { Self.matches($0, field: conflict.field, of: step) }
          }
      }
    }

    private static func matches(_ pattern: String, field: String, of step: Step) -> Bool {
      let isMeant = { (word: String) in ShownName.means(word, address: step.address, title: step.title) }
      if field == ConflictingField.whole, isMeant(pattern) { return true }
      var pattern = Substring(pattern)
      if let colon = pattern.firstIndex(of: ":"), !pattern[..<colon].contains("[") {
        guard isMeant(String(pattern[..<colon])) else { return false }
        pattern = pattern[pattern.index(after: colon)...]
      }
      if pattern.hasPrefix(".") { pattern.removeFirst() }
      guard field.hasPrefix(pattern), !pattern.isEmpty else { return false }
      let rest = field.dropFirst(pattern.count)
      return rest.isEmpty || rest.hasPrefix(".") || rest.hasPrefix("[")
    }
  }
}
