import KCData
import KCKube
import Testing

@Suite struct ServerSideApplyTests {
  static let type = ResourceType(group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true)
  static let deployment = ResourceType(
    group: "apps", version: "v1", kind: "Deployment", plural: "deployments", namespaced: true,
    subresources: ["scale", "status"])

  private func config(_ data: Value, annotations: Value? = nil) -> Value {
    var out: Value = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "c"], "data": data]
    if let annotations { out.set(annotations, at: "metadata", "annotations") }
    return out
  }

  private func apply(
    _ config: Value, to live: Value?, by manager: String, force: Bool = false, at seconds: Int64 = 0
  ) throws -> Value {
    try ServerSideApply.apply(
      config, to: live, manager: manager, force: force, type: Self.type, now: Timestamp(seconds: seconds))
  }

  @Test func aConflictNamesTheFieldAndItsManager() throws {
    let live = try apply(config(["a": "1"]), to: nil, by: "one")
    #expect {
      try apply(config(["a": "2"]), to: live, by: "two")
    } throws: { error in
      guard let status = error as? APIStatus else { return false }
      return status.code == 409 && status.details?.causes.map(\.field) == [".data.a"]
        && status.message == "Apply failed with 1 conflict: conflict with \"one\": .data.a"
    }
    let forced = try apply(config(["a": "2"]), to: live, by: "two", force: true)
    #expect(forced["data"] == ["a": "2"])
    #expect(forced.at("metadata", "managedFields")?.array?.map { $0["manager"] } == ["two"])
  }

  @Test func whatIsNoLongerAppliedGoesUnlessShared() throws {
    let one = try apply(config(["a": "1", "b": "1"]), to: nil, by: "one")
    let two = try apply(config(["b": "1"]), to: one, by: "two")
    let less = try apply(config(["c": "1"]), to: two, by: "one")
    #expect(less["data"] == ["b": "1", "c": "1"])
  }

  @Test func anApplyThatChangesNothingKeepsTimes() throws {
    let live = try apply(config(["a": "1"]), to: nil, by: "one", at: 10)
    let again = try apply(config(["a": "1"]), to: live, by: "one", at: 20)
    #expect(again == live)
  }

  @Test func updatesTakeFieldsFromAppliers() throws {
    let live = try apply(config(["a": "1", "b": "1"]), to: nil, by: "one")
    var new = live
    new.set("2", at: "data", "a")
    ServerSideApply.recordUpdate(
      old: live, new: &new, manager: "editor", type: Self.type, now: Timestamp(seconds: 5))
    let fields = new.at("metadata", "managedFields")?.array ?? []
    #expect(fields.map { $0["fieldsV1"] } == [["f:data": ["f:b": [:]]], ["f:data": ["f:a": [:]]]])
    #expect(fields.map { $0["operation"] } == ["Apply", "Update"])
  }

  @Test func managersCanBeForgotten() throws {
    let live = try apply(config(["a": "1"]), to: nil, by: "one")
    var new = live
    new.set([], at: "metadata", "managedFields")
    ServerSideApply.recordUpdate(old: live, new: &new, manager: "x", type: Self.type, now: Timestamp(seconds: 5))
    #expect(new.at("metadata", "managedFields") == nil)
    // From then on nothing is tracked until the next apply, which finds what was there before.
    var next = new
    next.set("2", at: "data", "b")
    ServerSideApply.recordUpdate(old: new, new: &next, manager: "x", type: Self.type, now: Timestamp(seconds: 6))
    #expect(next.at("metadata", "managedFields") == nil)
    let applied = try apply(config(["c": "1"]), to: next, by: "two", at: 7)
    #expect(
      applied.at("metadata", "managedFields")?.array?.compactMap { $0["manager"]?.string } == [
        "two", "before-first-apply",
      ])
  }

  @Test func oldUpdatesAreMerged() throws {
    var live = try apply(config(["a": "1"]), to: nil, by: "one")
    for index in 0..<14 {
      var new = live
      new.set("\(index)", at: "data", "k\(index)")
      ServerSideApply.recordUpdate(
        old: live, new: &new, manager: "m\(index)", type: Self.type, now: Timestamp(seconds: Int64(index)))
      live = new
    }
    let names = live.at("metadata", "managedFields")?.array?.compactMap { $0["manager"]?.string } ?? []
    #expect(names.count == 11 && names.contains("ancient-changes"))
  }

  @Test func scaleManagesReplicasOnly() throws {
    let live: Value = [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "d", "uid": "u"],
      "spec": [
        "replicas": 1, "selector": ["matchLabels": ["a": "b"]], "template": ["metadata": ["labels": ["a": "b"]]],
      ],
    ]
    let result = try ServerSideApply.apply(
      ["apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": ["name": "d"], "spec": ["replicas": 4]], to: live,
      manager: "hpa", force: true, subresource: "scale", type: Self.deployment, now: Timestamp(seconds: 0))
    #expect(result.at("spec", "replicas") == 4)
    let entry = result.at("metadata", "managedFields")?.array?.first { $0["manager"] == "hpa" }
    #expect(entry?["fieldsV1"] == ["f:spec": ["f:replicas": [:]]] && entry?["subresource"] == "scale")
  }

  @Test func keysWithCommasAndQuotesAreNamedRight() throws {
    let type = ResourceType(
      group: "apps", version: "v1", kind: "Deployment", plural: "deployments", namespaced: true)
    func config(_ value: String) -> Value {
      [
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "d"],
        "spec": ["template": ["spec": ["containers": [["name": "a,b\"c<d", "image": .string(value)]]]]],
      ]
    }
    let live = try ServerSideApply.apply(
      config("1"), to: nil, manager: "one", force: false, type: type, now: Timestamp(seconds: 0))
    #expect {
      try ServerSideApply.apply(
        config("2"), to: live, manager: "two", force: false, type: type, now: Timestamp(seconds: 0))
    } throws: {
      ($0 as? APIStatus)?.details?.causes.map(\.field) == [".spec.template.spec.containers[name=\"a,b\\\"c<d\"].image"]
    }
  }
}
