import KCCodec
import KCData
import KCKube
import KCServer
import KCTestSupport
import Testing

/// What the API says that it serves, held against the recorded documents.
@Suite struct DiscoveryOracleTests {
  @Test func discoveryOracle() async throws {
    let file = "api/openapi/discovery.json.gz"
    guard Oracle.isAvailable(file), let bytes = Oracle.run("gzip -dc '\(Oracle.folder)/\(file)'") else {
      print("skipped: there is no \(file) in the oracle's folder (KC_ORACLE)")
      return
    }
    let recorded = try JSON.parse(bytes)
    let server = try APIServer(store: MemoryStore(), settings: .init(now: { Timestamp(seconds: 1_700_000_000) }))
    var agreement = Agreement()
    let aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
    for (field, accept) in [("documents", "application/json"), ("aggregated", aggregated)] {
      for (path, document) in recorded[field]?.object ?? [:] {
        let response = await server.handle(
          APIRequest(method: "GET", path: path, accept: accept, user: APIUser(name: "x", groups: ["system:masters"])))
        guard case .value(let answer) = response.body else {
          agreement.note(false, "\(path): no document")
          continue
        }
        let (wanted, given) = (Self.comparable(document), Self.comparable(answer))
        agreement.note(wanted == given, "\(path): \(Self.difference(wanted, given, ""))")
      }
    }
    agreement.report("discovery")
    #expect(agreement.reaches(0.97))
  }

  /// Without what is each server's own.
  private static func comparable(_ value: Value) -> Value {
    switch value {
    case .array(let elements): return .array(elements.map(comparable))
    case .object(let fields):
      return .object(
        fields.filter { key, _ in key != "serverAddressByClientCIDRs" }
          .mapValues(comparable))
    default: return value
    }
  }

  private static func difference(_ wanted: Value?, _ given: Value?, _ path: String) -> String {
    if case .object(let a)? = wanted, case .object(let b)? = given {
      for key in Set(a.keys + b.keys).sorted() where a[key] != b[key] {
        return difference(a[key], b[key], "\(path).\(key)")
      }
    }
    if case .array(let a)? = wanted, case .array(let b)? = given, a.count == b.count {
      for index in a.indices where a[index] != b[index] { return difference(a[index], b[index], "\(path)[\(index)]") }
    }
    return "\(path): \(JSON.text(given ?? .null).prefix(300)) for \(JSON.text(wanted ?? .null).prefix(300))"
  }
}
