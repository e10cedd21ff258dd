internal import KCClient
public import KCKube
public import KCPlan

/// Why an apply ended before all was done.
public indirect enum ApplyFailure: Error, Sendable {
  /// Another apply holds the project's lock.
  case locked(LockHolder)
  /// The lock was broken while the apply ran: by whom.
  case lockLost(by: String)
  /// A saved plan no longer fits what is there.
  case moved([String])
  /// The target could not be reached; steps before it stand.
  case unreachable(String)
  /// Fields of these steps belong to other managers: nothing was changed.
  case contested([Step])
  /// Fields of a step turned out to belong to other managers; steps before it stand.
  case conflict(step: Step, fields: [ConflictingField])
  /// The target refused a step.
  case refused(step: Step, status: APIStatus)
  /// The target refused what kc keeps for itself: the record, the lock or the history.
  case recordRefused(APIStatus)
  /// What runs on the target may not be looked at, so that nothing could be known of what is made: nothing was.
  case blind(String)
  /// A step was applied, but what it made cannot become healthy.
  case unhealthy(step: Step, cause: String, logs: [String])
  /// A step was applied, but not healthy in time.
  case timedOut(step: Step, state: String)
  case cancelled
  /// An apply failed and the project went back to a revision; or could not, for a second failure.
  case rolledBack(after: ApplyFailure, to: Int, failure: ApplyFailure?)
}

extension ApplyFailure {
  init(_ error: ClientError) {
    switch error {
    case .cancelled: self = .cancelled
    case .status(let status): self = .recordRefused(status)
    case .unreachable, .noCredentials, .badAnswer: self = .unreachable(error.description)
    }
  }

  /// What kind of failure it is, in a word for machines.
  public var reason: String {
    switch self {
    case .locked: "locked"
    case .lockLost: "lockLost"
    case .moved: "moved"
    case .unreachable: "unreachable"
    case .conflict, .contested: "conflict"
    case .refused: "refused"
    case .recordRefused: "recordRefused"
    case .blind: "blind"
    case .unhealthy: "unhealthy"
    case .timedOut: "timedOut"
    case .cancelled: "stopped"
    case .rolledBack(_, _, let failure): failure == nil ? "rolledBack" : "rollbackFailed"
    }
  }

  /// The step that failed, where it was one.
  public var step: Step? {
    switch self {
    case .conflict(let step, _), .refused(let step, _), .unhealthy(let step, _, _), .timedOut(let step, _): step
    case .rolledBack(let first, _, _): first.step
    case .contested(let steps): steps.first
    case .locked, .lockLost, .moved, .unreachable, .recordRefused, .blind, .cancelled: nil
    }
  }

  /// In one line, for the history.
  public var brief: String {
    switch self {
    case .locked(let holder): "locked by \(holder.name)"
    case .lockLost(let other): "the lock was broken by \(other)"
    case .moved: "the plan no longer fitted"
    case .unreachable(let why): why
    case .contested(let steps):
      steps.map { "\($0.title): \($0.conflicts.map(\.owner).first ?? "another") manages its fields" }
        .joined(separator: "; ")
    case .conflict(let step, let fields): "\(step.title): \(fields.map(\.owner).first ?? "another") manages its fields"
    case .refused(let step, let status): "\(step.title): \(status.message)"
    case .recordRefused(let status): status.message
    case .blind(let why): why
    case .unhealthy(let step, let cause, _): "\(step.title): \(cause)"
    case .timedOut(let step, let state):
      "\(step.title) was not \(step.action == .remove ? "gone" : "healthy") in time: \(state)"
    case .cancelled: "stopped"
    case .rolledBack(let first, _, _): first.brief
    }
  }
}

/// What happens while a plan is applied.
public enum ApplyEvent: Sendable {
  case applying(Step)
  case applied(Step)
  /// What is still awaited, in words: `2 of 3 pods ready`; and the pods, where there are any.
  case waiting(Step, String, pods: [StatusReport.Pod])
  case healthy(Step)
  case removing(Step)
  case removed(Step)
  /// An apply failed; the project goes back to a revision. The secrets, as addresses, keep the values that they have.
  case rollingBack(to: Int, because: ApplyFailure, secrets: [String])
  /// An apply failed, and the project cannot go back: why.
  case notRolledBack(String)
}
