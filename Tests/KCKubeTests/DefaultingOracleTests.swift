import KCCodec
import KCData
import KCKube
import KCTestSupport
import Testing

@Suite struct DefaultingOracleTests {
  @Test func defaulting() throws {
    guard let records = Oracle.records("api/defaulting.jsonl.gz") else { return }
    var agreement = Agreement()
    var perKind: [String: (Int, Int)] = [:]
    for record in records {
      guard let out = record["out"] else { continue }
      var object: Value
      if let text = record["yaml"]?.string { object = try YAML.parseAll(text).first ?? .null } else { object = record["in"] ?? .null }
      guard let type = ResourceTypes.builtin.find((out.apiVersion, out.kind)) else { continue }
      Defaulting.apply(to: &object, type: type)
      let spec = object["spec"] ?? .null
      let isEqual = spec == (out["spec"] ?? .null)
      perKind[type.kind, default: (0, 0)].1 += 1
      if isEqual { perKind[type.kind, default: (0, 0)].0 += 1 }
      agreement.note(isEqual, "\(record["id"]?.string ?? "") \(type.kind)")
    }
    agreement.report("defaulting (spec)", shown: 5)
    for (kind, counts) in perKind.sorted(by: { $0.key < $1.key }) where counts.0 < counts.1 {
      print("  \(kind): \(counts.0) of \(counts.1)")
    }
    #expect(agreement.reaches(0.5))
  }
}
