internal import KCClient
public import KCKube
public import KCPlan

/// Why an apply ended before all was done.
public enum ApplyFailure: Error, Sendable {
  /// Another apply holds the project's lock.
  case locked(holder: String, since: String)
  /// A saved plan no longer fits what is there.
  case moved([String])
  /// The target could not be reached; steps before it stand.
  case unreachable(String)
  /// Fields belong to other managers.
  case conflict(step: Step, status: APIStatus)
  /// The target refused a step.
  case refused(step: Step, status: APIStatus)
  /// A step was applied, but what it made cannot become healthy.
  case unhealthy(step: Step, cause: String, logs: [String])
  /// A step was applied, but not healthy in time.
  case timedOut(step: Step, state: String)
  case cancelled
}

/// What happens while a plan is applied.
public enum ApplyEvent: Sendable {
  case applying(Step)
  case applied(Step)
  /// What is still awaited, in words: `2 of 3 pods ready`.
  case waiting(Step, String)
  case healthy(Step)
  case removing(Step)
  case removed(Step)
}
