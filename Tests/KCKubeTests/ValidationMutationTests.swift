import KCData
import KCKube
import KCTestSupport
import Testing

/// Objects with one value exchanged for another, however odd: nothing may trap, and what is refused says where.
@Suite struct ValidationMutationTests {
  @Test func oddValues() throws {
    guard let records = Oracle.records("api/defaulting.jsonl.gz") else { return }
    var random = Lehmer(state: 20_260_101)
    var count = 0
    let step = Oracle.isFull ? 1 : 4
    for (number, record) in records.enumerated() where number % step == 0 {
      guard let object = record["out"], let type = ResourceTypes.builtin.find((object.apiVersion, object.kind)) else {
        continue
      }
      var odd = object
      Self.mutate(&odd, &random)
      if odd == object { continue }
      count += 1
      if Validation.decode(odd, type: type) != nil { continue }
      var stored = object
      Defaulting.apply(to: &stored, type: type)
      Defaulting.apply(to: &odd, type: type)
      var created = odd
      created.set("uid", at: "metadata", "uid")
      Strategy.prepareForCreate(&created, type: type, now: Timestamp(seconds: 0))
      try? Admission.create(&created, type: type, context: CreatePipeline.context)
      var causes = Validation.create(created, type: type)
      causes += ServiceAllocation.check(created, old: stored, type: type, cluster: .init())
      var changed = odd
      Strategy.prepareForUpdate(&changed, old: stored, type: type)
      causes += Validation.update(changed, old: stored, type: type)
      causes += Validation.update(odd, old: stored, type: type, subresource: "status")
      for cause in causes { #expect(!cause.field.isEmpty && !cause.message.isEmpty) }
      _ = Immutability.changed(old: stored, new: odd, type: type)
      var again = odd
      Defaulting.apply(to: &again, type: type)
      #expect(again == odd, "\(record["id"]?.string ?? "")")
    }
    print("objects with an odd value: \(count)")
  }

  private static let values: [Value] = [
    .null, "", "..", "-1", "a b", "\u{e9}", "99999999999999999999", "1e400", [], [:], 0, -1, 1, 65536,
    .int(.max), .int(.min), 2_147_483_648, 0.5, true, false, [""], ["": ""], "1Ei", "100%", "*", "::", "/",
  ]

  /// Exchanges one value somewhere in an object.
  private static func mutate(_ value: inout Value, _ random: inout Lehmer) {
    switch value {
    case .object(let fields) where !fields.isEmpty && random.below(8) > 0:
      let key = Array(fields.keys)[random.below(fields.count)]
      var inner = fields[key] ?? .null
      mutate(&inner, &random)
      value[key] = inner
    case .array(var list) where !list.isEmpty && random.below(8) > 0:
      let index = random.below(list.count)
      switch random.below(6) {
      case 0: list.append(list[index])
      case 1: list.remove(at: index)
      default: mutate(&list[index], &random)
      }
      value = .array(list)
    default: value = values[random.below(values.count)]
    }
  }
}

/// A random sequence that is always the same.
private struct Lehmer {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }
}
