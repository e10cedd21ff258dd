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
  private let applications = Mutex(0)
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

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
  /// How often rules have been applied: a pod whose end was noted before the last of them gets no new connections.
  public var generation: Int { applications.withLock { $0 } }

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
      let text = refresh()
      if text == applied { continue }
      do {
        try await applier.apply(text)
        applied = text
        wait = Self.retry.lowerBound
        applications.withLock { $0 += 1 }
      } catch {
        log.warning("the rules for services could not be applied: \(error)")
        try? await Task.sleep(for: .milliseconds(wait))
        wait = min(wait * 2, Self.retry.upperBound)
        signal.yield()
      }
    }
  }

  /// Takes up the present state; the result is the rules for it.
  private func refresh() -> String {
    let (services, slices, pods) = (services.list(), slices.list(), pods.list())
    let leaving = Set(pods.filter(\.isBeingDeleted).compactMap(\.uid))
    let zone = DNSZone(domain: domain, services: services, endpointSlices: slices, leaving: leaving)
    current.withLock { $0 = zone }
    return RuleSet.text(services: services, endpointSlices: slices, pods: pods, leaving: leaving, table: table)
  }

  /// Whether a pod's change can change the rules: its host ports, or that it is about to end.
  private static func matters(_ change: Informer.Change) -> Bool {
    guard case .updated(let old, let new) = change else { return true }
    return old.isBeingDeleted != new.isBeingDeleted || old.at("status", "podIP") != new.at("status", "podIP")
      || old.at("status", "phase") != new.at("status", "phase")
  }
}
