public import KCClient
internal import KCData
internal import KCKube
public import KCPlan

/// How what a project owns on a target stands.
public struct StatusReport: Sendable {
  public var project: String
  public var environment: String?
  public var rows: [Row]

  public struct Row: Sendable {
    public var address: String
    /// As plans call it: `deployment web`.
    public var title: String
    public var key: ObjectKey
    /// nil where the object is gone.
    public var health: Health?
    /// Whether it did what it was for, and went by itself, as jobs do that say so.
    public var isDone = false
    /// The last lines of what failed.
    public var logs: [String] = []
    /// The pods it stands for, with the nodes they run on.
    public var pods: [Pod]

    var isProgressing: Bool { if case .progressing? = health { true } else { false } }
  }

  public struct Pod: Sendable, Hashable {
    public var name: String
    public var node: String?
    public var phase: String
    public var isReady: Bool
    public var restarts: Int
  }

  public var isHealthy: Bool { rows.allSatisfy { $0.health == .healthy } }
}

/// Reads a status report.
public struct StatusReader: Sendable {
  let client: APIClient

  public init(client: APIClient) { self.client = client }

  /// - Parameter namespace: where the project's record is kept.
  public func read(project: String, namespace: String) async throws(ClientError) -> StatusReport {
    let inventory = try await Inventory.read(project: project, namespace: namespace, from: client)
    let places = Set(inventory.entries.map(\.key.namespace))
    let pods = try await list("v1", "Pod", in: places)
    let sets = try await list("apps/v1", "ReplicaSet", in: places)
    let client = client
    let causes = Applier(client: client, options: Applier.Options()) { _ in }
    let titles = ShownName.apart(inventory.entries.map { ($0.title, $0.key) })
    let rows = try await inParallel(Array(zip(inventory.entries, titles)), width: LiveReader.width) {
      (entry, title) async throws(ClientError) -> StatusReport.Row in
      guard let type = client.types.reach(apiVersion: entry.key.apiVersion, kind: entry.key.kind) else {
        return StatusReport.Row(address: entry.address, title: title, key: entry.key, health: nil, pods: [])
      }
      do throws(ClientError) {
        let object = try await client.get(type, namespace: entry.key.namespace, name: entry.key.name)
        let own = Self.pods(of: object, pods: pods, sets: sets)
        let (health, logs) = await causes.explained(Health.of(object, pods: own), of: object, own)
        var row = StatusReport.Row(
          address: entry.address, title: title, key: entry.key, health: health, pods: own.map(Self.pod))
        row.logs = logs
        return row
      } catch {
        guard error.isNotFound else { throw error }
        var row = StatusReport.Row(
          address: entry.address, title: title, key: entry.key, health: entry.done == nil ? nil : .healthy, pods: [])
        row.isDone = entry.done != nil
        return row
      }
    }
    return StatusReport(project: project, environment: inventory.environment, rows: await settled(rows))
  }

  /// What waits for an address that nobody on this target gives is as healthy as it will be: an apply says so, too.
  private func settled(_ rows: [StatusReport.Row]) async -> [StatusReport.Row] {
    var gives: [String: Bool] = [:]
    for row in rows where AddressGivers.kinds.contains(row.key.kind) && row.isProgressing && gives[row.key.kind] == nil
    {
      gives[row.key.kind] = await AddressGivers(client: client).give(row.key.kind)
    }
    return rows.map { row in
      var row = row
      if row.isProgressing, gives[row.key.kind] == false { row.health = .healthy }
      return row
    }
  }

  /// Where else on the target the project owns something, in words: `it owns objects in shop-prod (--env prod)`; nil where
  /// it does not, or where that cannot be seen.
  public func elsewhere(project: String, namespace: String) async -> String? {
    let records = OtherRecords(client: client, project: project, namespace: namespace)
    guard let found = try? await records.ofTheProject(), !found.isEmpty else { return nil }
    let places = found.prefix(8).map { record in
      record.namespace + (record.environment.map { " (--env \($0))" } ?? " (no --env)")
    }
    return "it owns objects in \(places.joined(separator: ", "))"
  }

  private func list(
    _ apiVersion: String, _ kind: String, in places: Set<String>
  ) async throws(ClientError) -> [Value] {
    guard let type = client.types.find(apiVersion: apiVersion, kind: kind) else { return [] }
    return try await client.listVisible(type, in: places) ?? []
  }

  private static func pods(of object: Value, pods: [Value], sets: [Value]) -> [Value] {
    guard let uid = object.uid else { return [] }
    let owners = Set(sets.filter { $0.controllerOwner?["uid"]?.string == uid }.compactMap(\.uid)).union([uid])
    return pods.filter { $0.controllerOwner?["uid"]?.string.map(owners.contains) ?? false }
      .sorted { ($0.name ?? "") < ($1.name ?? "") }
  }

  static func pod(_ object: Value) -> StatusReport.Pod {
    StatusReport.Pod(
      name: object.name ?? "", node: object.at("spec", "nodeName")?.string,
      phase: object.isBeingDeleted ? "Terminating" : object.at("status", "phase")?.string ?? "Pending",
      isReady: Health.condition(object, "Ready")?["status"]?.string == "True",
      restarts: (object.at("status", "containerStatuses")?.array ?? [])
        .reduce(0) { $0 + Int(clamping: $1["restartCount"]?.int ?? 0) })
  }
}
