import KCApply
import KCClient
import KCData
import KCKube
import KCPlan

/// What was changed on the target since the last apply.
struct Drift {
  /// A resource that is no longer as it was applied.
  struct Entry {
    var address: String
    /// As plans call it: `deployment web`.
    var title: String
    /// Whether it is gone altogether.
    var isGone: Bool
    var fields: [Field]
  }

  struct Field {
    var path: String
    /// As it was applied, and as it is; nil where there is nothing, or where it is a secret.
    var applied: Value?
    var live: Value?
    var isSecret: Bool
    /// Who manages it now; nil where the target does not say.
    var manager: String?
  }

  var entries: [Entry]
  /// The revision that was compared with; nil where the target remembers none.
  var revision: Int?

  /// Compares the newest revision with what is there, by a dry run of it.
  static func read(_ target: Target, project: String, namespace: String) async throws -> Drift {
    let history = History(client: target.client, project: project, namespace: namespace)
    let all = try await history.list()
    let newest = all.first { $0.outcome == .applied }
    // What an apply after that has sent is no drift: then only what others have done is.
    let isLast = all.first?.number == newest?.number
    guard let newest else { return Drift(entries: [], revision: nil) }
    let content = try await history.content(newest.number)
    let restored = try await Restoring.complete(content.objects, from: target.client)
    let live = try await LiveReader(client: target.client, target: target.name).read(
      project: project, namespace: namespace, desired: restored.objects)
    let plan = Planner(types: target.client.types, defining: restored.objects).plan(
      project: project, namespace: namespace, environment: newest.environment, desired: restored.objects, live: live)
    var entries = plan.changes.filter { $0.action != .remove }.map { step in
      Entry(
        address: step.address, title: step.title, isGone: step.action == .add,
        fields: step.changes.map { change in
          Field(
            path: change.field.path.description, applied: change.isSecret ? nil : change.field.new,
            live: change.isSecret ? nil : change.field.old, isSecret: change.isSecret, manager: change.driftedBy)
        })
    }
    if !isLast {
      for index in entries.indices { entries[index].fields.removeAll { $0.manager == nil } }
      entries.removeAll { $0.fields.isEmpty }
    }
    // No revision keeps what secrets were: that others wrote them is known all the same.
    for item in content.objects where item.object.kind == "Secret" {
      let fields = (live.objects[item.key].map(Planner.takenOver) ?? [])
        .filter { (item.object["data"] ?? item.object["stringData"])?[$0.key] != nil }
        .map { Field(path: "data[\($0.key)]", isSecret: true, manager: $0.manager) }
      if fields.isEmpty { continue }
      entries.append(Entry(address: item.address, title: item.title, isGone: false, fields: fields))
    }
    return Drift(entries: entries, revision: newest.number)
  }
}
