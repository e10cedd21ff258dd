internal import KCClient
internal import KCCodec
internal import KCData
internal import KCKube
public import KCPlan

/// What a project owns on a target, recorded there in one config map.
public struct Inventory: Sendable {
  public var project: String
  /// The namespace of the record.
  public var namespace: String
  public var entries: [InventoryEntry]
  public var environment: String?

  public init(project: String, namespace: String, entries: [InventoryEntry] = [], environment: String? = nil) {
    self.project = project
    self.namespace = namespace
    self.entries = entries
    self.environment = environment
  }

  /// `kc.shop`
  static func recordName(_ project: String) -> String { "kc.\(project)" }

  /// On a record: whose it is.
  static let projectLabel = "kc.dev/inventory"

  /// The project of one of the config maps in which kc keeps what it did; nil for other objects.
  static func project(ofRecord object: Value) -> String? {
    guard object.kind == "ConfigMap", (object.name ?? "").hasPrefix("kc."),
      object.labels["app.kubernetes.io/managed-by"] == "kc"
    else { return nil }
    return [projectLabel, RevisionCodec.projectLabel, RevisionCodec.partLabel].lazy
      .compactMap { object.labels[$0] }.first
  }

  static let type = ResourceType(group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true)

  var record: Value {
    let list = Value.array(
      entries.sorted { $0.key < $1.key }.map { entry in
        var out: Value = [
          "address": .string(entry.address), "apiVersion": .string(entry.key.apiVersion),
          "kind": .string(entry.key.kind), "namespace": .string(entry.key.namespace), "name": .string(entry.key.name),
        ]
        if entry.isFound { out["found"] = true }
        if let done = entry.done { out["done"] = .string(done) }
        return out
      })
    var data: Value = ["objects": .string(JSON.text(list))]
    data["environment"] = environment.map { .string($0) }
    return [
      "apiVersion": "v1", "kind": "ConfigMap",
      "metadata": [
        "name": .string(Self.recordName(project)), "namespace": .string(namespace),
        "labels": ["app.kubernetes.io/managed-by": "kc", Self.projectLabel: .string(project)],
      ],
      "data": data,
    ]
  }

  /// What the project owns once a plan is carried out.
  ///
  /// - Parameter open: the addresses of what is not healthy yet.
  func entries(of plan: Plan, open: Set<String>) -> [InventoryEntry] {
    let known = Dictionary(entries.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    return plan.steps.filter { $0.action != .remove }.map { step in
      let isFound = known[step.key]?.isFound ?? (step.key.kind == "Namespace" && step.isFound)
      let isDone = step.action == .keep ? known[step.key]?.done != nil || step.liveVersion != nil : true
      let done = isDone && !open.contains(step.address) ? InventoryEntry.mark(ofPassing: step) : nil
      return InventoryEntry(address: step.address, key: step.key, isFound: isFound, done: done)
    }
  }

  /// Those that are not among `entries`.
  func others(than entries: [InventoryEntry]) -> [InventoryEntry] {
    let known = Set(entries.map(\.key))
    return self.entries.filter { !known.contains($0.key) }
  }

  init(record: Value, project: String, namespace: String) {
    self.init(project: project, namespace: namespace, environment: record.at("data", "environment")?.string)
    let list = record.at("data", "objects")?.string.flatMap { try? JSON.parse($0) }
    for item in list?.array ?? [] {
      guard let apiVersion = item["apiVersion"]?.string, let kind = item["kind"]?.string,
        let name = item["name"]?.string
      else { continue }
      entries.append(
        InventoryEntry(
          address: item["address"]?.string ?? "\(kind.lowercased()).\(name)",
          key: ObjectKey(
            apiVersion: apiVersion, kind: kind, namespace: item["namespace"]?.string ?? "", name: name),
          isFound: item["found"]?.bool ?? false, done: item["done"]?.string))
    }
  }
}

extension Inventory {
  /// Reads the record; an inventory without entries where there is none.
  static func read(project: String, namespace: String, from client: APIClient) async throws(ClientError) -> Inventory {
    do throws(ClientError) {
      let record = try await client.get(type, namespace: namespace, name: recordName(project))
      return Inventory(record: record, project: project, namespace: namespace)
    } catch {
      if error.isNotFound { return Inventory(project: project, namespace: namespace) }
      throw error
    }
  }

  /// Writes the record, or removes it when nothing is owned any more.
  func write(to client: APIClient) async throws(ClientError) {
    if !entries.isEmpty {
      _ = try await client.apply(record, type: Self.type, force: true, wantsObject: false)
      return
    }
    do throws(ClientError) {
      try await client.delete(Self.type, namespace: namespace, name: Self.recordName(project))
    } catch {
      if !error.isNotFound { throw error }
    }
  }
}
