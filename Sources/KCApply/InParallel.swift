/// Does `work` for each item, a few at a time, and keeps the order of the results.
///
/// After a failure nothing new is begun; what is under way is awaited.
/// - Parameter endsEarly: whether what is under way is cancelled after a failure.
/// - Throws: the first failure.
func inParallel<Item: Sendable, Output: Sendable, Failure: Error>(
  _ items: [Item], width: Int, endsEarly: Bool = false,
  _ work: @escaping @Sendable (Item) async throws(Failure) -> Output
) async throws(Failure) -> [Output] {
  typealias Outcome = (index: Int, result: Result<Output, Failure>)
  let all = await withTaskGroup(of: Outcome.self, returning: Result<[Output], Failure>.self) { group in
    var outputs = [Output?](repeating: nil, count: items.count)
    var first: Failure?
    var next = 0
    func startOne() {
      guard next < items.count, first == nil else { return }
      let index = next
      next += 1
      group.addTask {
        do throws(Failure) {
          return (index, .success(try await work(items[index])))
        } catch {
          return (index, .failure(error))
        }
      }
    }
    for _ in 0..<max(width, 1) { startOne() }
    while let outcome = await group.next() {
      switch outcome.result {
      case .success(let output): outputs[outcome.index] = output
      case .failure(let error):
        first = first ?? error
        if endsEarly { group.cancelAll() }
      }
      startOne()
    }
    if let first { return .failure(first) }
    return .success(outputs.compactMap { $0 })
  }
  return try all.get()
}

/// What comes of work, as a value: `async let` knows no types of errors.
func outcome<Output: Sendable, Failure: Error>(
  _ work: @Sendable () async throws(Failure) -> Output
) async -> Result<Output, Failure> {
  do throws(Failure) { return .success(try await work()) } catch { return .failure(error) }
}
