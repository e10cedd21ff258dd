internal import KCClient
internal import KCData
internal import KCKube
internal import KCPlan

extension ApplyFailure {
  /// Whether the apply may have changed something before it failed.
  var leavesChanges: Bool {
    switch self {
    case .conflict, .refused, .unhealthy, .timedOut: true
    case .locked, .lockLost, .moved, .contested, .unreachable, .recordRefused, .blind, .cancelled, .rolledBack: false
    }
  }
}

extension Applier {
  /// Why there is nothing to go back to.
  private static func words(_ error: any Error) -> String {
    switch error {
    case History.Failure.unknown: "no revision before this one was applied in full"
    case History.Failure.damaged(let number): "what is stored of revision \(number) is incomplete"
    case History.Failure.client(let error), let error as ClientError: error.description
    default: "\(error)"
    }
  }

  /// Goes back to the last revision that was applied in full, where there is one.
  func goBack(after failure: ApplyFailure, _ plan: Plan, namespace: String, history: History) async -> ApplyFailure {
    let content: RevisionContent
    let live: LiveState
    let restored: (objects: [DesiredObject], lost: [String])
    do {
      content = try await history.content(nil)
      restored = try await Restoring.complete(content.objects, from: client)
      live = try await LiveReader(client: client, target: plan.target).read(
        project: plan.project, namespace: namespace, desired: restored.objects)
    } catch {
      report(.notRolledBack(Self.words(error)))
      return failure
    }
    guard restored.lost.isEmpty else {
      report(.notRolledBack("the values of \(restored.lost.joined(separator: ", ")) are gone from the target"))
      return failure
    }
    let number = content.revision.number
    report(
      .rollingBack(to: number, because: failure, secrets: Restoring.secrets(in: restored.objects).map(\.address)))
    var back = Planner(types: client.types, defining: restored.objects).plan(
      project: plan.project, namespace: namespace, environment: content.revision.environment,
      desired: restored.objects, live: live)
    // What holds data is not removed without being asked for: it stays, and stays owned.
    for index in back.steps.indices where back.steps[index].action == .remove && back.steps[index].guardReason != nil {
      back.steps[index].action = .keep
    }
    let second = await carryOut(back, namespace: namespace, history: history, backTo: number)
    return .rolledBack(after: failure, to: number, failure: second)
  }
}
