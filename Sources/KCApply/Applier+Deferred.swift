internal import KCClient
internal import KCData
internal import KCKube
internal import KCPlan

/// Values that are known only after other steps.
extension Applier {
  /// The object with all its values: those that other objects give are read when they are there.
  func known(_ step: Step, _ object: Value) async throws(ApplyFailure) -> Value {
    let clock = ContinuousClock()
    let deadline = clock.now + options.timeout
    var told = ""
    for await _ in Self.polls() {
      if Task.isCancelled { throw .cancelled }
      let live = try await sources(of: step)
      do throws(DeferredExpression.Problem) {
        return try Deferral.resolved(object, step.deferred) { live[$0] }
      } catch {
        switch error {
        case .unfit(let why): throw .refused(step: step, status: Self.unfit(step, why))
        case .absent(let address, let path):
          let state = "\(address) has no \(path) yet"
          if state != told { report(.waiting(step, state, pods: [])) }
          told = state
        }
      }
      if clock.now > deadline { break }
    }
    if Task.isCancelled { throw .cancelled }
    throw .timedOut(step: step, state: told)
  }

  private static func unfit(_ step: Step, _ why: String) -> APIStatus {
    APIStatus(code: 422, reason: "Invalid", message: "a value that was known only now does not fit: \(why)")
  }

  /// The live objects that a step's values come from, by address.
  private func sources(of step: Step) async throws(ApplyFailure) -> [String: Value] {
    var live: [String: Value] = [:]
    for address in Set(step.deferred.flatMap(\.expression.addresses)).sorted() {
      guard let key = keys[address], let type = client.types.reach(apiVersion: key.apiVersion, kind: key.kind) else {
        continue
      }
      live[address] = try await request { () async throws(ClientError) in
        try await client.find(type, namespace: key.namespace, name: key.name)
      }
    }
    return live
  }
}
