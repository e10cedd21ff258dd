internal import KCPlan
internal import Synchronization

/// What an apply has taken on and not seen healthy yet, as addresses: what the history keeps when it fails.
final class OpenSteps: Sendable {
  private let addresses = Mutex<(left: Set<String>, done: Set<String>)>(([], []))

  /// What is not healthy yet.
  var left: Set<String> { addresses.withLock { $0.left } }
  /// What was carried out of the plan that is.
  var done: Set<String> { addresses.withLock { $0.done } }

  func begin(_ all: Set<String>) { addresses.withLock { $0 = (all, []) } }

  func note(_ event: ApplyEvent) {
    switch event {
    case .healthy(let step): _ = addresses.withLock { $0.left.remove(step.address) }
    case .applied(let step), .removed(let step): _ = addresses.withLock { $0.done.insert(step.address) }
    default: break
    }
  }
}
