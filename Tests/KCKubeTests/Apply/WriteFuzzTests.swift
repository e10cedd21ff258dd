import KCCodec
import KCData
import KCKube
import Testing

/// Numbers that are the same in each run.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// Writes that nobody would make: nothing crashes, and what is promised of every write holds.
@Suite struct WriteFuzzTests {
  static let type = ResourceType(
    group: "apps", version: "v1", kind: "Deployment", plural: "deployments", namespaced: true,
    subresources: ["scale", "status"])

  static let names = ["a", "b", "c"]

  /// A value of no particular type.
  private func noise(_ random: inout Seeded, depth: Int = 0) -> Value {
    switch Int.random(in: 0..<(depth > 4 ? 5 : 8), using: &random) {
    case 0: return .null
    case 1: return .int(Int64.random(in: -3...3, using: &random))
    case 2: return .string(Self.names.randomElement(using: &random) ?? "")
    case 3: return .bool(Bool.random(using: &random))
    case 4: return .number(0.5)
    case 5, 6:
      return .array((0..<Int.random(in: 0...3, using: &random)).map { _ in noise(&random, depth: depth + 1) })
    default:
      var fields = Fields()
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        let keys = ["name", "env", "$patch", "$retainKeys", "$setElementOrder/env", "spec", "containers", "labels"]
        fields[keys.randomElement(using: &random) ?? ""] = noise(&random, depth: depth + 1)
      }
      return .object(fields)
    }
  }

  /// A deployment that sets some fields.
  private func config(_ random: inout Seeded, isWild: Bool) -> Value {
    func some() -> Bool { Bool.random(using: &random) }
    var out: Value = ["apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "d"]]
    if some() { out.set(.int(Int64.random(in: 1...3, using: &random)), at: "spec", "replicas") }
    for name in Self.names where some() { out.set(.string(some() ? "1" : "2"), at: "metadata", "labels", name) }
    var containers: [Value] = []
    for name in Self.names.shuffled(using: &random) where some() {
      var container: Value = ["name": .string(name), "image": .string(some() ? "i:1" : "i:2")]
      if some() {
        container["env"] = .array(
          Self.names.filter { _ in some() }.map { ["name": .string($0), "value": .string(some() ? "1" : "2")] })
      }
      if some() { container["args"] = [.string(some() ? "x" : "y")] }
      containers.append(container)
    }
    if some() { out.set(.array(containers), at: "spec", "template", "spec", "containers") }
    if isWild,
      let path = [
        ["spec"], ["spec", "template"], ["metadata", "labels"], ["spec", "template", "spec", "containers"],
      ]
      .randomElement(using: &random)
    {
      out.set(noise(&random), at: path[...])
    }
    return out
  }

  private func apply(_ config: Value, _ live: Value?, _ manager: String, _ second: Int64) throws -> Value {
    try ServerSideApply.apply(
      config, to: live, manager: manager, force: true, type: Self.type, now: Timestamp(seconds: second))
  }

  @Test func appliesKeepTheirPromises() throws {
    var random = Seeded(11)
    for _ in 0..<150 {
      var live: Value?
      for second in 0..<6 {
        let manager = Self.names.randomElement(using: &random) ?? "a"
        let config = config(&random, isWild: false)
        let result = try apply(config, live, manager, Int64(second))
        // What was declared is there, and declaring it again changes nothing, not even a time.
        #expect(Self.holds(config, in: result))
        let entries = result.at("metadata", "managedFields")?.array ?? []
        // An object that nobody manages anything of is, for the next apply, one from before the first.
        if !entries.isEmpty {
          let again = try apply(config, result, manager, Int64(second) + 100)
          #expect(Difference.first(of: again, and: result) == nil, "\(JSON.text(config))")
        }
        #expect(Set(entries.map { $0["manager"] }).count == entries.count)
        #expect(entries.allSatisfy { $0["fieldsV1"]?.object?.isEmpty == false })
        live = result
      }
    }
  }

  /// Whether an object says all that a configuration says; lists of maps are compared by name.
  private static func holds(_ config: Value, in object: Value?) -> Bool {
    switch (config, object) {
    case (.object(let wanted), .object(let fields)?): wanted.allSatisfy { holds($1, in: fields[$0]) }
    case (.object(let wanted), nil): wanted.isEmpty
    case (.array(let wanted), .array(let elements)?) where wanted.first?["name"] != nil:
      wanted.allSatisfy { element in elements.contains { $0["name"] == element["name"] && holds(element, in: $0) } }
    case (.array(let wanted), nil): wanted.isEmpty
    default: config == object || config == []
    }
  }

  @Test func wildAppliesAreRefusedOrTaken() {
    var random = Seeded(12)
    var taken = 0
    for _ in 0..<200 {
      var live: Value?
      for second in 0..<5 {
        guard let result = try? apply(config(&random, isWild: true), live, "a", Int64(second)) else { continue }
        taken += 1
        var new = (try? StrategicMergePatch.apply(noise(&random), to: result, type: Self.type)) ?? result
        new = JSONMergePatch.apply(["spec": noise(&random)], to: new)
        new.set(noise(&random), at: "metadata", "managedFields")
        ServerSideApply.recordUpdate(
          old: result, new: &new, manager: "b", type: Self.type, now: Timestamp(seconds: Int64(second)))
        live = new
      }
    }
    #expect(taken > 50)
  }

  @Test func patchesAreRefusedOrTaken() {
    var random = Seeded(13)
    let object: Value = ["spec": ["containers": [["name": "a", "env": [["name": "x"]]]]], "labels": ["a": "1"]]
    var taken = 0
    for _ in 0..<4000 {
      let paths = [
        "", "/", "/spec", "/spec/containers/0", "/spec/containers/-", "/labels/a", "/labels/a/b", "/spec/~1", "x",
      ]
      let operations = (0..<Int.random(in: 0...4, using: &random)).map { _ -> Value in
        var operation: Value = [:]
        operation["op"] = .string(
          ["add", "remove", "replace", "move", "copy", "test", ""].randomElement(using: &random) ?? "")
        operation["path"] = .string(paths.randomElement(using: &random) ?? "")
        operation["from"] = .string(paths.randomElement(using: &random) ?? "")
        if Bool.random(using: &random) { operation["value"] = noise(&random) }
        return operation
      }
      if (try? JSONPatch.apply(.array(operations), to: object)) != nil { taken += 1 }
      _ = try? JSONPatch.apply(noise(&random), to: noise(&random))
      _ = try? StrategicMergePatch.apply(noise(&random), to: object, type: Self.type)
      _ = JSONMergePatch.apply(noise(&random), to: noise(&random))
      _ = try? LabelSelector(noise(&random))
    }
    #expect(taken > 100)
  }

  @Test func depthIsBounded() {
    var deep: Value = 1
    for _ in 0..<2000 { deep = ["spec": deep] }
    var list: Value = 1
    for _ in 0..<2000 { list = .array([list]) }
    for value in [deep, list] {
      var object: Value = ["apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "d"], "spec": value]
      #expect(throws: APIStatus.self) { try apply(object, nil, "a", 0) }
      _ = JSONMergePatch.apply(value, to: value)
      _ = try? StrategicMergePatch.apply(value, to: object, type: Self.type)
      _ = KubeSchema.builtin.canonical(object, apiVersion: "apps/v1", kind: "Deployment")
      ServerSideApply.recordUpdate(old: nil, new: &object, manager: "a", type: Self.type, now: Timestamp(seconds: 0))
      let other = ResourceType(group: "x", version: "v1", kind: "Other", plural: "others", namespaced: true)
      var custom: Value = ["apiVersion": "x/v1", "kind": "Other", "spec": value]
      ServerSideApply.recordUpdate(old: nil, new: &custom, manager: "a", type: other, now: Timestamp(seconds: 0))
      _ = try? ServerSideApply.apply(
        ["apiVersion": "x/v1", "kind": "Other", "spec": value], to: custom, manager: "b", force: true, type: other,
        now: Timestamp(seconds: 1))
    }
  }

  @Test func selectorsOfEveryShape() {
    var random = Seeded(14)
    let pieces = [
      "a", "in", "notin", "(", ")", ",", "=", "==", "!=", "!", " ", "<", ">", "1", "é", "\\", "\u{0}", "metadata.name",
    ]
    for _ in 0..<5000 {
      let text = (0..<Int.random(in: 0...8, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
        .joined()
      if let selector = try? LabelSelector(parsing: text) {
        #expect((try? LabelSelector(parsing: selector.description)) == selector)
      }
      _ = try? FieldSelector(parsing: text, kind: "Pod")
    }
  }
}
