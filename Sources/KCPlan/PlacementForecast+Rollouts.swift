internal import KCData
internal import KCKube
internal import KCScheduler

/// What nobody knows beforehand, of rollouts above all, as it is supposed to be.
struct RolloutTiming: Sendable, Hashable {
  /// Whether new jobs are done before what comes after them in their wave looks for nodes; or run still.
  var jobsEnd = false
  /// Whether pods that are told to go are gone when the next of the new ones gets ready; or hold their places until
  /// somebody needs them.
  var endsPromptly = false
  /// Whether pods that start together get ready together; or one after the other.
  var readyTogether = false
  /// Of old pods that may go as well as each other Kubernetes takes any: whether it is the last one here.
  var takesLast = false
  /// How many seconds pass until old pods are told to go: of which age they are then decides which of them.
  var delay = 0.0

  /// All that may be, what is likely first.
  ///
  /// - Parameters:
  ///   - delays: in seconds.
  ///   - jobs: whether it makes a difference when jobs end.
  ///   - rolling: whether anything else does.
  static func all(delays: [Double], jobs: Bool, rolling: Bool) -> [RolloutTiming] {
    let ends = jobs ? [false, true] : [false]
    if !rolling { return ends.map { RolloutTiming(jobsEnd: $0) } }
    return delays.flatMap { delay in
      [false, true].flatMap { promptly in
        [false, true].flatMap { together in
          [false, true].flatMap { last in
            ends.map {
              RolloutTiming(
                jobsEnd: $0, endsPromptly: promptly, readyTogether: together, takesLast: last, delay: delay)
            }
          }
        }
      }
    }
  }
}

extension PlacementForecast {
  /// More pods than this that roll, times the moments that make a difference, are walked once: what is told of them is a
  /// forecast.
  private static let certifiedPods = 1000

  /// Where the pods of a plan will run.
  ///
  /// Where a rollout ends depends on when pods get ready and which others are gone by then. It is walked with all that may
  /// be: what comes out the same each time is certain.
  static func placements(for steps: [Step], live: LiveState, desired: [DesiredObject]) -> [Placement] {
    let forecast = PlacementForecast(live: live, desired: desired)
    func walk(_ timing: RolloutTiming) -> [Placement] {
      var forecast = forecast.supposing(timing)
      return forecast.place(steps)
    }
    var first = walk(RolloutTiming())
    let rolling = steps.filter { places($0) && Effect.rolls($0) && $0.key.kind == "Deployment" }
    let isLeft = live.cluster.pods.contains(where: \.isBeingDeleted)
    let overtaking = overtakingJobs(steps)
    let isOpen = !rolling.isEmpty || isLeft
    if !isOpen && overtaking.isEmpty || live.cluster.nodes.count < 2 { return first }
    let varied = overtaking.isEmpty ? rolling : steps.filter(places)
    let count = varied.reduce(0) { $0 + (Effect.pods(of: $1.object) ?? 0) }
    let delays = forecast.delays(of: rolling)
    if count * delays.count > certifiedPods {
      let rolled = Set(rolling.map(\.address)).union(overtaking)
      for index in first.indices { first[index].isCertain = !rolled.contains(first[index].address) }
      return first
    }
    for timing in RolloutTiming.all(delays: delays, jobs: !overtaking.isEmpty, rolling: isOpen).dropFirst() {
      if first.allSatisfy({ !$0.isCertain }) { break }
      let other = walk(timing)
      for index in first.indices
      where !other.indices.contains(index) || other[index].nodes != first[index].nodes
        || other[index].displaced != first[index].displaced
      {
        first[index].isCertain = false
      }
    }
    return first
  }

  /// The addresses of what is placed after a job that begins in the job's wave: nobody waits for the job there, and it may be done.
  private static func overtakingJobs(_ steps: [Step]) -> Set<String> {
    var waves: Set<Int> = []
    var found: Set<String> = []
    for step in steps where places(step) {
      if waves.contains(step.wave) { found.insert(step.address) }
      if step.key.kind == "Job", step.action != .replace { waves.insert(step.wave) }
    }
    return found
  }

  /// The moments at which old pods may be told to go that make a difference, in seconds from now.
  private func delays(of rolling: [Step]) -> [Double] {
    let isClose = rolling.contains { step in
      currentPods(of: step).contains { PodRanking.changesRank($0, from: live.now, within: 240) }
    }
    return isClose ? [0, 2, 5, 12, 30, 90, 240] : [0]
  }

  /// Walks a rollout as the deployment controller makes it: new pods as far as more may be there than declared, old ones
  /// away as far as enough are ready, and again whenever a new one is.
  mutating func roll(
    _ step: Step, _ object: Value, _ template: Value, _ old: inout [Value], _ placed: inout [String: Int],
    _ placement: inout Placement
  ) {
    var pods = RollingPods(Rollout(object), old: old.count, unready: old.count { !Self.isReady($0) })
    while true {
      var moved = true
      while moved {
        let adds = pods.toAdd
        for _ in 0..<adds {
          if place(template, object, step, &placed, &placement) == nil { pods.starting += 1 } else { pods.pending += 1 }
        }
        let goes = pods.toRemove
        for _ in 0..<goes { removeOne(&old, new: placed) }
        pods.removed(goes)
        moved = adds > 0 || goes > 0
      }
      if timing.endsPromptly { clearLeaving() }
      // What found no place tries again when an old pod has made some.
      if pods.pending > 0, retry(step, object, template, &pods, &placed, &placement) { continue }
      if pods.starting == 0 { break }
      let ready = timing.readyTogether ? pods.starting : 1
      pods.starting -= ready
      pods.ready += ready
    }
    let missing = pods.wanted - pods.starting - pods.ready
    placement.unplaced = missing
    placement.onlyDuringRollout = missing > 0 && !old.isEmpty
    if missing == 0 { for pod in old { snapshot.removePod(pod.namespacedName) } }
  }

  /// Places those that found no place.
  ///
  /// - Returns: whether one has one now.
  private mutating func retry(
    _ step: Step, _ object: Value, _ template: Value, _ pods: inout RollingPods, _ placed: inout [String: Int],
    _ placement: inout Placement
  ) -> Bool {
    clearLeaving()
    let waiting = pods.pending
    for _ in 0..<waiting {
      // It is told anew why, where it is so still.
      placement.unplaced -= 1
      (placement.obstacles, placement.remedies) = ([], [])
      guard place(template, object, step, &placed, &placement) == nil else { break }
      pods.pending -= 1
      pods.starting += 1
    }
    return pods.pending < waiting
  }

  /// Whether a pod is ready; one of which a file says nothing is taken to be.
  private static func isReady(_ pod: Value) -> Bool {
    guard let conditions = pod.at("status", "conditions")?.array else { return true }
    return conditions.contains { $0["type"] == "Ready" && $0["status"] == "True" }
  }

  /// Those that are told to go have gone.
  mutating func clearLeaving() {
    for name in leaving { snapshot.removePod(name) }
    leaving = []
  }

  /// Takes away the pod that the replica set would: from the node with most pods of the workload, old and new, the
  /// youngest by the order of magnitude of its age.
  private mutating func removeOne(_ pods: inout [Value], new: [String: Int]) {
    var perNode = new
    for pod in pods { perNode[pod.at("spec", "nodeName")?.string ?? "", default: 0] += 1 }
    let ranking = PodRanking(
      podsPerNode: perNode, now: live.now.advanced(by: timing.delay), takesLast: timing.takesLast)
    guard let first = ranking.victims(among: pods, count: 1).first,
      let index = pods.firstIndex(where: { $0.namespacedName == first.namespacedName })
    else { return }
    // A pod that is told to go holds its place for a while yet: what comes next sees it still.
    var pod = pods.remove(at: index)
    pod.set(.string(live.now.rfc3339), at: "metadata", "deletionTimestamp")
    snapshot.addPod(pod)
    leaving.append(pod.namespacedName)
  }
}

/// How many pods a rollout has, and what the deployment controller does next.
private struct RollingPods {
  private let rollout: Rollout
  private var old: Int
  /// Of the old ones.
  private var unready: Int
  /// New pods that have no node, those that are not ready yet, and those that are.
  var pending = 0
  var starting = 0
  var ready = 0

  init(_ rollout: Rollout, old: Int, unready: Int) {
    self.rollout = rollout
    self.old = old
    self.unready = unready
  }

  var wanted: Int { rollout.replicas }
  private var new: Int { pending + starting + ready }
  private var leastReady: Int { wanted - rollout.maxUnavailable }

  /// How many new pods are made now.
  var toAdd: Int { max(0, min(wanted - new, wanted + rollout.maxSurge - old - new)) }

  /// How many old pods go now: those that are not ready first, then as many as leave enough that are.
  var toRemove: Int {
    // What is not ready of the new ones counts as nothing: they may never be.
    let most = old + new - leastReady - (pending + starting)
    if most <= 0 { return 0 }
    let broken = min(unready, most)
    return broken + max(0, min(old - unready, old - unready + ready - leastReady))
  }

  mutating func removed(_ count: Int) {
    old -= count
    unready -= min(unready, count)
  }
}
