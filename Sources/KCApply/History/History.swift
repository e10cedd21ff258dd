public import KCClient
internal import KCData
internal import KCKube
internal import KCPlan

/// The revisions of a project that its target remembers.
public struct History: Sendable {
  let client: APIClient
  let project: String
  let namespace: String
  /// How many revisions are kept.
  public static let defaultLimit = 10

  /// - Parameter namespace: where the project's record is kept.
  public init(client: APIClient, project: String, namespace: String) {
    self.client = client
    self.project = project
    self.namespace = namespace
  }

  /// Why a revision cannot be had.
  public enum Failure: Error, Sendable {
    case client(ClientError)
    /// No such revision; those that there are.
    case unknown([Int])
    /// What is stored is incomplete or was altered.
    case damaged(Int)
  }

  /// The revisions, newest first.
  public func list() async throws(ClientError) -> [Revision] {
    // The content may be large: only its metadata is asked for.
    let answer = try await client.object(
      APIRequest(
        method: "GET", path: Inventory.type.path(namespace: namespace),
        query: [("labelSelector", "\(RevisionCodec.projectLabel)=\(project)")],
        accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"))
    return (answer["items"]?.array ?? []).compactMap(RevisionCodec.decode).sorted { $0.number > $1.number }
  }

  /// What a revision declared.
  ///
  /// - Parameter number: nil is the last one that was applied in full, before the newest of all.
  public func content(_ number: Int?) async throws(Failure) -> RevisionContent {
    let all = try await attempt { () async throws(ClientError) in try await list() }
    let applied = all.filter { $0.outcome == .applied }
    let before = applied.first { $0.number != all.first?.number }
    let wanted = number.map { number in all.first { $0.number == number } } ?? before
    guard let revision = wanted else { throw .unknown(all.map(\.number)) }
    var text = ""
    for part in 1...revision.parts {
      let name = RevisionCodec.name(project, revision.number, part: part)
      let map = try await attempt { () async throws(ClientError) in
        try await client.find(Inventory.type, namespace: namespace, name: name)
      }
      guard let piece = map?.at("data", "objects")?.string else { throw .damaged(revision.number) }
      text += piece
    }
    guard let objects = RevisionCodec.objects(text) else { throw .damaged(revision.number) }
    return RevisionContent(revision: revision, objects: objects)
  }

  /// The last apply, where it did not come to its end.
  func unfinished() async throws(ClientError) -> Unfinished? { Self.unfinished(try await list()) }

  /// - Parameter revisions: newest first.
  static func unfinished(_ revisions: [Revision]) -> Unfinished? {
    guard let last = revisions.first, last.outcome != .applied else { return nil }
    return Unfinished(revision: last.number, open: last.open, removesAll: last.removesAll, backTo: last.backTo)
  }

  /// The last revision, where that is `number` and declares the same as a plan.
  func repeated(_ plan: Plan, _ number: Int) async throws(ClientError) -> Revision? {
    let content: RevisionContent
    do throws(Failure) {
      content = try await self.content(number)
    } catch {
      if case .client(let error) = error { throw error }
      return nil
    }
    let text = String(decoding: RevisionCodec.text(plan), as: UTF8.self)
    guard let declared = RevisionCodec.objects(text) else { return nil }
    func objects(_ list: [DesiredObject]) -> [String: Value] {
      Dictionary(list.map { ($0.address, $0.object) }, uniquingKeysWith: { $1 })
    }
    return objects(declared) == objects(content.objects) ? content.revision : nil
  }

  private func attempt<Output: Sendable>(
    _ work: () async throws(ClientError) -> Output
  ) async throws(Failure) -> Output {
    do throws(ClientError) {
      return try await work()
    } catch {
      throw .client(error)
    }
  }
}

/// Writing, by applies only.
extension History {
  /// Writes down that an apply begins.
  ///
  /// - Parameters:
  ///   - former: the revisions that there are, newest first.
  ///   - backTo: the revision that it goes back to, if it does.
  ///   - open: the addresses of what it has to see healthy.
  func begin(
    _ plan: Plan, after former: [Revision], author: String, backTo: Int? = nil, open: Set<String>
  ) async throws(ClientError) -> Revision {
    let number = (former.first?.number ?? 0) + 1
    var revision = Revision(
      number: number, outcome: .pending, environment: plan.environment, time: ApplyLock.now().rfc3339, author: author,
      plan: plan.id ?? plan.digest, summary: Revision.summary(of: plan), note: backTo.map(Revision.note))
    revision.backTo = backTo
    revision.open = open
    revision.removesAll = plan.steps.allSatisfy { $0.action == .remove }
    let maps = RevisionCodec.encode(revision, of: plan, namespace: namespace)
    revision.parts = maps.count
    for map in maps { _ = try await client.apply(map, type: Inventory.type, force: true, wantsObject: false) }
    return revision
  }

  /// Writes down how it ended, and forgets the oldest revisions.
  ///
  /// - Parameter former: the revisions that there were when it began.
  func end(_ revision: Revision, limit: Int, after former: [Revision]) async throws(ClientError) {
    _ = try await client.patch(
      Inventory.type, namespace: namespace, name: RevisionCodec.name(project, revision.number),
      ["metadata": ["annotations": RevisionCodec.patch(revision)]], wantsObject: false)
    let all = [revision] + former.filter { $0.number != revision.number }
    // The newest that was applied is what a rollback returns to: it stays, however many failed after it.
    let kept = Set(all.prefix(max(limit, 1)).map(\.number)).union(
      all.filter { $0.outcome == .applied }.prefix(2).map(\.number))
    for old in all where !kept.contains(old.number) { try await forget(old) }
  }

  /// Forgets everything, as when the project is destroyed.
  func removeAll() async throws(ClientError) {
    for revision in try await list() { try await forget(revision) }
  }

  /// The head goes last: as long as there is one, what is left of the rest will be found.
  private func forget(_ revision: Revision) async throws(ClientError) {
    for part in (1...revision.parts).reversed() {
      do throws(ClientError) {
        try await client.delete(
          Inventory.type, namespace: namespace, name: RevisionCodec.name(project, revision.number, part: part))
      } catch {
        if !error.isNotFound { throw error }
      }
    }
  }
}
