internal import Synchronization

/// Says true the first time it is asked.
final class Once: Sendable {
  private let isTaken = Atomic<Bool>(false)

  func take() -> Bool { !isTaken.exchange(true, ordering: .relaxed) }
}
