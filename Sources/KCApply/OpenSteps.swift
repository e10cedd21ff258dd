internal import KCPlan
internal import Synchronization

/// What an apply has taken on and not seen healthy yet, as addresses: what the history keeps when it fails.
final class OpenSteps: Sendable {
  private let addresses = Mutex<Set<String>>([])
  /// What was carried out, of the plan that is.
  private let carriedOut = Mutex<Set<String>>([])

  var left: Set<String> { addresses.withLock { $0 } }
  var done: Set<String> { carriedOut.withLock { $0 } }

  func begin(_ all: Set<String>) {
    addresses.withLock { $0 = all }
    carriedOut.withLock { $0 = [] }
  }

  func note(_ event: ApplyEvent) {
    switch event {
    case .healthy(let step): _ = addresses.withLock { $0.remove(step.address) }
    case .applied(let step), .removed(let step): _ = carriedOut.withLock { $0.insert(step.address) }
    default: break
    }
  }
}
