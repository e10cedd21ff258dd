internal import KCPlan
internal import Synchronization

/// What an apply has taken on and not seen healthy yet, as addresses: what the history keeps when it fails.
final class OpenSteps: Sendable {
  private let addresses = Mutex<Set<String>>([])

  var left: Set<String> { addresses.withLock { $0 } }

  func begin(_ all: Set<String>) { addresses.withLock { $0 = all } }

  func note(_ event: ApplyEvent) {
    guard case .healthy(let step) = event else { return }
    _ = addresses.withLock { $0.remove(step.address) }
  }
}
