public import KCClient
internal import KCData
internal import KCKube
public import Logging
internal import Synchronization

/// What puts rules into the kernel: `nft -f -` in the engine, a list in tests.
public protocol RuleSetApplier: Sendable {
  /// Replaces the rules in one transaction.
  func apply(_ text: String) async throws
}

/// Keeps the rules for services, and the names of services, up to date with the cluster.
public final class ProxyLoop: Sendable {
  /// How long changes are gathered before the rules are made anew, in milliseconds.
  static let gathering = 3
  /// The first and the longest wait after rules could not be applied, in milliseconds.
  static let retry = 50...5000

  private let applier: any RuleSetApplier
  private let table: String
  private let domain: String
  private let log: Logger
  private let services: Informer
  private let slices: Informer
  private let pods: Informer
  private let current: Mutex<DNSZone>
  private let progress = Mutex(Progress())
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  /// What the rules in the kernel take into account.
  private struct Progress {
    var applications = 0
    /// Identities of the pods that the rules lead to.
    var served: Set<String> = []
    var waiters: [Int: (uid: String, done: AsyncStream<Void>.Continuation)] = [:]
    var nextWaiter = 0
  }

  /// - Parameters:
  ///   - table: the table's name, of letters and digits.
  ///   - domain: the domain of the cluster's names.
  public init?(
    client: APIClient, applier: any RuleSetApplier, table: String = "kc", domain: String = "cluster.local",
    log: Logger = Logger(label: "kc.proxy")
  ) {
    guard let service = client.types.find(apiVersion: "v1", kind: "Service"),
      let slice = client.types.find(apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice"),
      let pod = client.types.find(apiVersion: "v1", kind: "Pod")
    else { return nil }
    self.applier = applier
    self.table = table
    self.domain = domain
    self.log = log
    services = Informer(client: client, type: service)
    slices = Informer(client: client, type: slice)
    pods = Informer(client: client, type: pod)
    current = Mutex(DNSZone(domain: domain))
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    for informer in [services, slices] { informer.addHandler { [signal] _ in signal.yield() } }
    pods.addHandler { [signal] change in if Self.matters(change) { signal.yield() } }
  }

  /// The cluster's names as they are now.
  public var zone: DNSZone { current.withLock { $0 } }
  /// How often rules have been applied.
  public var generation: Int { progress.withLock { $0.applications } }

  /// Returns when no rule leads to a pod any more: who waits for this before stopping a pod's containers loses no
  /// request.
  ///
  /// - Parameters:
  ///   - uid: the identity of a pod whose deletion has begun.
  ///   - seconds: after this long it returns in any case: rules lead to a pod that ends as long as there is no other,
  ///     and there may never be one.
  public func waitUntilLeft(pod uid: String, atMost seconds: Double) async {
    let (stream, done) = AsyncStream<Void>.makeStream()
    let number = progress.withLock { progress -> Int? in
      guard progress.applications == 0 || progress.served.contains(uid) else { return nil }
      progress.nextWaiter += 1
      progress.waiters[progress.nextWaiter] = (uid, done)
      return progress.nextWaiter
    }
    guard let number else { return }
    let timer = Task {
      try? await Task.sleep(for: .milliseconds(Int64(max(0, min(seconds, 3600)) * 1000)))
      done.finish()
    }
    for await _ in stream { break }
    timer.cancel()
    progress.withLock { $0.waiters[number] = nil }
  }

  /// Works until the task is cancelled. The rules stay as they are then.
  public func run() async {
    await withDiscardingTaskGroup { group in
      for informer in [services, slices, pods] { group.addTask { await informer.run() } }
      for informer in [services, slices, pods] { await informer.waitUntilSynced() }
      signal.yield()
      await follow()
      group.cancelAll()
    }
  }

  private func follow() async {
    var applied: String?
    var wait = Self.retry.lowerBound
    for await _ in signals {
      try? await Task.sleep(for: .milliseconds(Self.gathering))
      if Task.isCancelled { return }
      let (text, served) = refresh()
      do {
        if text != applied { try await applier.apply(text) }
        note(served, isNew: text != applied)
        applied = text
        wait = Self.retry.lowerBound
      } catch {
        log.warning("the rules for services could not be applied: \(error)")
        try? await Task.sleep(for: .milliseconds(wait))
        wait = min(wait * 2, Self.retry.upperBound)
        signal.yield()
      }
    }
  }

  /// Takes note of what the rules in the kernel now say, and lets those go who waited for it.
  private func note(_ served: Set<String>, isNew: Bool) {
    progress.withLock { progress in
      if isNew { progress.applications += 1 }
      progress.served = served
      for waiter in progress.waiters.values where !served.contains(waiter.uid) { waiter.done.finish() }
    }
  }

  /// Takes up the present state; the result is the rules for it, and the pods that they lead to.
  private func refresh() -> (text: String, served: Set<String>) {
    let (services, slices, pods) = (services.list(), slices.list(), pods.list())
    let leaving = Set(pods.filter(\.isBeingDeleted).compactMap(\.uid))
    let zone = DNSZone(domain: domain, services: services, endpointSlices: slices, leaving: leaving)
    current.withLock { $0 = zone }
    let rules = RuleSet.make(
      services: services, endpointSlices: slices, pods: pods, leaving: leaving, table: table)
    let served = pods.filter { pod in
      pod.at("status", "podIP")?.string.flatMap { IPv4($0) }.map(rules.addresses.contains) ?? false
    }
    return (rules.text, Set(served.compactMap(\.uid)))
  }

  /// Whether a pod's change can change the rules: its host ports, or that it is about to end.
  private static func matters(_ change: Informer.Change) -> Bool {
    guard case .updated(let old, let new) = change else { return true }
    return old.isBeingDeleted != new.isBeingDeleted || old.at("status", "podIP") != new.at("status", "podIP")
      || old.at("status", "phase") != new.at("status", "phase")
  }
}
